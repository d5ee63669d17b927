//! Rank: how well a document matches: BM25F over its zones, how many of the words it has, how near they stand.

use tantivy::DocId;

use crate::index::search::bits::Bits;
use crate::index::search::matching::Matching;
use crate::index::search::plan::Node;
use crate::index::search::plan::Plan;
use crate::index::search::segment::Frequencies;

/// How soon further occurrences of a word stop counting (the `k1` of BM25), above the weights of the zones.
const SATURATION: f32 = 4.0;
/// How much a document with few of the words is marked down.
const COVERAGE: f32 = 0.12;
/// What words that stand near each other add, and how near that is, in words.
const NEAR: f32 = 0.8;
const NEAR_WORDS: u32 = 8;
/// What many of the words within one passage add, and how long that is, in words.
const PASSAGE: f32 = 0.5;
const PASSAGE_WORDS: u32 = 40;

/// What the words of a plan are worth in an index.
pub(super) struct Worth {
    /// Of each slot, by how rare it is (the `idf` of BM25).
    pub(super) slots: Vec<f32>,
    /// Of each extra, weight included.
    pub(super) extras: Vec<f32>,
    /// The slots that a match has, in order; not those that are excluded.
    pub(super) ranked: Vec<usize>,
}

impl Worth {
    /// Counts in how many documents each slot is. `found` and `extras` are by segment.
    pub(super) fn of(
        plan: &Plan,
        documents: usize,
        found: &[Vec<Frequencies>],
        extras: &[Vec<Frequencies>],
    ) -> Worth {
        let rarity = |by_segment: &[Vec<Frequencies>], slot: usize| {
            let count: usize = by_segment.iter().map(|found| found[slot].len()).sum();
            let (count, documents) = (count as f32, documents as f32);
            (1.0 + (documents - count + 0.5) / (count + 0.5)).ln()
        };
        let mut ranked = Vec::new();
        for node in plan.root.must.iter().chain(&plan.root.should) {
            slots_of(node, &mut ranked);
        }
        Worth {
            slots: (0..plan.slots.len())
                .map(|slot| rarity(found, slot))
                .collect(),
            extras: (plan.extras.iter().enumerate())
                .map(|(at, extra)| {
                    let own = rarity(extras, at);
                    let rare = extra
                        .instead_of
                        .map_or(own, |slot| own.min(rarity(found, slot)));
                    rare * extra.weight
                })
                .collect(),
            ranked,
        }
    }

    /// Whether no word or phrase ranks.
    pub(super) fn is_nothing(&self) -> bool {
        self.ranked.is_empty()
    }

    /// The scores of the documents of a segment, by document; 0 for all others.
    pub(super) fn scores(
        &self,
        plan: &Plan,
        matching: &Matching<'_>,
        extras: &[Frequencies],
        documents: &Bits,
    ) -> tantivy::Result<Vec<f32>> {
        let mut scores = vec![0f32; matching.segment.reader.max_doc() as usize];
        let mut add = |frequencies: &Frequencies, worth: f32, unless: Option<&Frequencies>| {
            for (doc, frequency) in frequencies {
                let has =
                    |other: &Frequencies| other.binary_search_by_key(doc, |(doc, _)| *doc).is_ok();
                if documents.contains(*doc) && !unless.is_some_and(has) {
                    scores[*doc as usize] += worth * saturated(*frequency);
                }
            }
        };
        for slot in &self.ranked {
            add(&matching.found[*slot], self.slots[*slot], None);
        }
        for ((extra, frequencies), worth) in plan.extras.iter().zip(extras).zip(&self.extras) {
            let unless = extra.instead_of.map(|slot| &matching.found[slot]);
            add(frequencies, *worth, unless);
        }
        self.temper(plan, matching, &mut scores)?;
        Ok(scores)
    }

    /// Marks documents down by the worth of the words that they lack.
    fn temper(
        &self,
        plan: &Plan,
        matching: &Matching<'_>,
        scores: &mut [f32],
    ) -> tantivy::Result<()> {
        let mut covered = vec![0f32; scores.len()];
        let mut total = 0f32;
        let mut units = 0;
        for node in plan.root.must.iter().chain(&plan.root.should) {
            let mut slots = Vec::new();
            slots_of(node, &mut slots);
            slots.retain(|slot| matching.occurs[*slot]);
            let Some(worth) = slots
                .iter()
                .map(|slot| self.slots[*slot])
                .max_by(f32::total_cmp)
            else {
                continue;
            };
            total += worth;
            units += 1;
            for doc in matching.node(node, false)?.docs() {
                covered[doc as usize] += worth;
            }
        }
        if units > 1 && total > 0.0 {
            let scored = scores.iter_mut().zip(covered);
            for (score, covered) in scored.filter(|(score, _)| **score != 0.0) {
                *score *= (covered / total).powf(COVERAGE);
            }
        }
        Ok(())
    }

    /// What is added to some documents of a segment, ascending, for words that stand near each other.
    pub(super) fn nearness(
        &self,
        plan: &Plan,
        matching: &Matching<'_>,
        docs: &[DocId],
    ) -> tantivy::Result<Vec<f32>> {
        let mut bonuses = vec![0f32; docs.len()];
        let slots: Vec<usize> = self
            .ranked
            .iter()
            .copied()
            .filter(|slot| matching.occurs[*slot])
            .collect();
        if slots.len() < 2 || docs.is_empty() {
            return Ok(bonuses);
        }
        let mut all = Vec::new();
        for slot in &slots {
            all.push(matching.segment.positions(&plan.slots[*slot], docs)?);
        }
        let worths: Vec<f32> = slots.iter().map(|slot| self.slots[*slot]).collect();
        let zones = all.first().map_or(0, Vec::len);
        for (at, bonus) in bonuses.iter_mut().enumerate() {
            let lists = |zone: usize| {
                all.iter()
                    .map(move |zones| zones[zone][at].as_slice())
                    .collect()
            };
            let zones: Vec<Vec<&[u32]>> = (0..zones).map(lists).collect();
            *bonus = closeness(&zones, &worths);
        }
        Ok(bonuses)
    }
}

/// What a document gains whose words have these places, zone by zone.
fn closeness(zones: &[Vec<&[u32]>], worths: &[f32]) -> f32 {
    let mut bonus = 0f32;
    for pair in 0..worths.len() - 1 {
        let distances = zones
            .iter()
            .map(|lists| distance(lists[pair], lists[pair + 1]));
        let least = distances.min().unwrap_or(u32::MAX);
        if least <= NEAR_WORDS {
            bonus += NEAR * worths[pair].min(worths[pair + 1]) / least.max(1) as f32;
        }
    }
    let densest = zones
        .iter()
        .map(|lists| density(lists, worths))
        .fold(0f32, f32::max);
    let total: f32 = worths.iter().sum();
    bonus + PASSAGE * densest * densest / total.max(f32::MIN_POSITIVE)
}

/// How much some weighted occurrences of a word count.
pub(super) fn saturated(frequency: f32) -> f32 {
    frequency * (SATURATION + 1.0) / (SATURATION + frequency)
}

/// The slots below a node that a match has.
fn slots_of(node: &Node, slots: &mut Vec<usize>) {
    match node {
        Node::Text(slot) => slots.push(*slot),
        Node::Filter(_) => {}
        Node::Any(nodes) => nodes.iter().for_each(|node| slots_of(node, slots)),
        Node::Group(branch) => branch
            .must
            .iter()
            .chain(&branch.should)
            .for_each(|node| slots_of(node, slots)),
    }
}

/// The least distance between places of two words.
fn distance(first: &[u32], second: &[u32]) -> u32 {
    let (mut a, mut b) = (0, 0);
    let mut least = u32::MAX;
    while let (Some(one), Some(two)) = (first.get(a), second.get(b)) {
        least = least.min(one.abs_diff(*two));
        if one < two {
            a += 1;
        } else {
            b += 1;
        }
    }
    least
}

/// The most worth of different words within one passage.
fn density(lists: &[&[u32]], worths: &[f32]) -> f32 {
    let mut places: Vec<(u32, usize)> = lists
        .iter()
        .enumerate()
        .flat_map(|(slot, list)| list.iter().map(move |place| (*place, slot)))
        .collect();
    places.sort_unstable();
    let mut inside = vec![0u32; lists.len()];
    let (mut first, mut sum, mut most) = (0, 0f32, 0f32);
    for (place, slot) in &places {
        if inside[*slot] == 0 {
            sum += worths[*slot];
        }
        inside[*slot] += 1;
        while place - places[first].0 > PASSAGE_WORDS {
            let gone = places[first].1;
            inside[gone] -= 1;
            if inside[gone] == 0 {
                sum -= worths[gone];
            }
            first += 1;
        }
        most = most.max(sum);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearness_is_that_of_the_nearest_pair() {
        assert_eq!(distance(&[1, 50, 90], &[40, 91]), 1);
        assert_eq!(distance(&[1], &[]), u32::MAX);
        let near = density(&[&[1, 100], &[110], &[300]], &[1.0, 2.0, 4.0]);
        assert!((near - 4.0).abs() < 1e-6);
        let near = density(&[&[1, 100], &[110], &[120]], &[1.0, 2.0, 4.0]);
        assert!((near - 7.0).abs() < 1e-6);
    }
}

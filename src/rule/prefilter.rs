//! Prefilter: which patterns may match a sentence, from the beginnings of words that stand in it.

use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;

/// Finds the candidates among many patterns in one pass over a sentence.
///
/// Every pattern has parts that must be present, and every part has a list of literal beginnings. A pattern is a
/// candidate where each of its parts has one of its beginnings in the sentence, one behind the other.
#[derive(Debug)]
pub(crate) struct Prefilter {
    automaton: Option<AhoCorasick>,
    /// For each literal, the parts that it may begin.
    parts_of: Vec<Vec<u32>>,
    /// For each part, the patterns that are looked up by it.
    keyed: Vec<Vec<u32>>,
    /// For each pattern, all its parts, in their order.
    needs: Vec<Vec<u32>>,
    /// Patterns without a literal part.
    always: Vec<usize>,
}

/// Where the parts of patterns begin in one sentence; used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// For each part, one more than where it begins first and last; 0 where it does not.
    of: Vec<(u32, u32)>,
    /// The parts that begin somewhere.
    present: Vec<u32>,
}

impl Places {
    fn note(&mut self, part: u32, at: usize) {
        let at = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let place = &mut self.of[part as usize];
        if place.0 == 0 {
            self.present.push(part);
            place.0 = at;
        }
        place.1 = at;
    }

    /// Whether the parts may stand one behind the other.
    fn hold(&self, parts: &[u32]) -> bool {
        let mut end = 0;
        parts.iter().all(|part| {
            let (first, last) = self.of[*part as usize];
            let fits = last > end;
            end = first.max(end + 1);
            fits
        })
    }

    fn clear(&mut self, parts: usize) {
        for part in self.present.drain(..) {
            self.of[part as usize] = (0, 0);
        }
        self.of.resize(parts, (0, 0));
    }
}

impl Prefilter {
    /// Builds the filter from the parts of every pattern, which stand in their order.
    pub(crate) fn new(patterns: &[Vec<Vec<String>>]) -> Prefilter {
        let mut part_ids: BTreeMap<&[String], u32> = BTreeMap::new();
        let mut literals: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut needs = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            let mut own = Vec::new();
            for part in pattern {
                let next = u32::try_from(part_ids.len()).unwrap_or(u32::MAX);
                let id = *part_ids.entry(part).or_insert(next);
                if id == next {
                    for literal in part {
                        literals.entry(literal).or_default().push(id);
                    }
                }
                own.push(id);
            }
            needs.push(own);
        }
        let mut sizes = vec![0_usize; part_ids.len()];
        for (part, id) in &part_ids {
            sizes[*id as usize] = part.len();
        }
        let mut keyed = vec![Vec::new(); part_ids.len()];
        let mut always = Vec::new();
        for (index, own) in needs.iter().enumerate() {
            // The part with the fewest beginnings is the rarest as a rule.
            match own
                .iter()
                .min_by_key(|part| (sizes[**part as usize], **part))
            {
                Some(key) => keyed[*key as usize].push(u32::try_from(index).unwrap_or(u32::MAX)),
                None => always.push(index),
            }
        }
        Prefilter {
            automaton: AhoCorasick::new(literals.keys()).ok(),
            parts_of: literals.into_values().collect(),
            keyed,
            needs,
            always,
        }
    }

    /// The indices of the patterns that may match, ascending.
    pub(crate) fn candidates(&self, shadow: &str, places: &mut Places) -> Vec<usize> {
        let Some(automaton) = &self.automaton else {
            return (0..self.needs.len()).collect();
        };
        places.clear(self.keyed.len());
        for found in automaton.find_overlapping_iter(shadow) {
            for part in &self.parts_of[found.pattern().as_usize()] {
                places.note(*part, found.start());
            }
        }
        let mut out = self.always.clone();
        for part in &places.present {
            let keyed = self.keyed[*part as usize].iter();
            let keyed = keyed.map(|pattern| *pattern as usize);
            out.extend(keyed.filter(|pattern| places.hold(&self.needs[*pattern])));
        }
        out.sort_unstable();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_candidate_where_all_its_parts_may_stand() {
        let part = |words: &[&str]| {
            words
                .iter()
                .map(|word| format!(" {word}"))
                .collect::<Vec<_>>()
        };
        let filter = Prefilter::new(&[
            vec![part(&["vendor", "team"]), part(&["renam"])],
            vec![part(&["renam"])],
            vec![],
        ]);
        let mut places = Places::default();
        let mut candidates = |shadow| filter.candidates(shadow, &mut places);
        assert_eq!(candidates(" the vendor renamed it "), [0, 1, 2]);
        assert_eq!(candidates(" it was renamed "), [1, 2]);
        assert_eq!(candidates(" prerenamed vendors "), [2]);
        assert_eq!(candidates(" we renamed it and told the vendor "), [1, 2]);
        assert_eq!(
            candidates(" renamed , and the vendor renamed it too "),
            [0, 1, 2]
        );
    }
}

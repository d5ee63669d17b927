//! Prefilter: which patterns may match a sentence, from the beginnings of words that stand in it.

use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;

use crate::rule::RuleSet;
use crate::rule::pattern::Pattern;
use crate::rule::pattern::Required;

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
    /// For each pattern, whether every match begins with its first part.
    begins: Vec<bool>,
    /// Patterns without a literal part.
    always: Vec<usize>,
}

/// Where the parts of patterns begin in one sentence; used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// For each part, where it begins, ascending.
    of: Vec<Vec<u32>>,
    /// The parts that begin somewhere.
    present: Vec<u32>,
}

impl Places {
    /// Finds the places of all parts in a sentence.
    fn find(&mut self, filter: &Prefilter, automaton: &AhoCorasick, shadow: &str) {
        for part in self.present.drain(..) {
            self.of[part as usize].clear();
        }
        self.of.resize_with(filter.keyed.len(), Vec::new);
        for found in automaton.find_overlapping_iter(shadow) {
            let at = u32::try_from(found.start()).unwrap_or(u32::MAX);
            for part in &filter.parts_of[found.pattern().as_usize()] {
                let places = &mut self.of[*part as usize];
                if places.is_empty() {
                    self.present.push(*part);
                }
                places.push(at);
            }
        }
        for part in &self.present {
            let places = &mut self.of[*part as usize];
            if places.len() > 1 {
                places.sort_unstable();
                places.dedup();
            }
        }
    }

    /// Whether parts may stand one behind the other.
    fn hold(&self, parts: &[u32]) -> bool {
        let mut least = 0;
        parts.iter().all(|part| {
            let places = &self.of[*part as usize];
            let next = places.iter().find(|place| **place >= least);
            least = next.map_or(u32::MAX, |place| place + 1);
            next.is_some()
        })
    }
}

impl Prefilter {
    /// Builds the filter from the parts of every pattern, which stand in their order.
    pub(crate) fn new(patterns: &[Required]) -> Prefilter {
        let mut part_ids: BTreeMap<&[String], u32> = BTreeMap::new();
        let mut literals: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut needs = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            let mut own = Vec::new();
            for part in &pattern.parts {
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
            begins: patterns.iter().map(|pattern| pattern.begins).collect(),
            needs,
            always,
        }
    }

    /// The indices of the patterns that may match, ascending.
    pub(crate) fn candidates(&self, shadow: &str, places: &mut Places) -> Vec<usize> {
        let Some(automaton) = &self.automaton else {
            return (0..self.needs.len()).collect();
        };
        places.find(self, automaton, shadow);
        let mut out = self.always.clone();
        for part in &places.present {
            let keyed = self.keyed[*part as usize].iter();
            let keyed = keyed.map(|pattern| *pattern as usize);
            out.extend(keyed.filter(|pattern| places.hold(&self.needs[*pattern])));
        }
        out.sort_unstable();
        out
    }

    /// The first match of one of the patterns, at or after an offset of the sentence that the places are of.
    pub(crate) fn find(
        &self,
        (index, pattern): (usize, &Pattern),
        (shadow, from): (&str, usize),
        places: &Places,
    ) -> Option<(usize, usize)> {
        let begins = self.automaton.is_some() && self.begins.get(index) == Some(&true);
        match self.needs.get(index).and_then(|needs| needs.first()) {
            Some(first) if begins => {
                let places = places.of[*first as usize].iter();
                let places = places.map(|place| *place as usize);
                pattern.find_at(shadow, places.skip_while(|place| *place < from))
            }
            _ => pattern.find_from(shadow, from),
        }
    }
}

impl RuleSet {
    /// The cues and context rules that may match a shadow: indices into [`RuleSet::cues`] and [`RuleSet::contexts`].
    pub(crate) fn candidates(&self, shadow: &str, places: &mut Places) -> (Vec<usize>, Vec<usize>) {
        let found = self.prefilter.candidates(shadow, places);
        let split = found.partition_point(|index| *index < self.cues.len());
        let contexts = found[split..]
            .iter()
            .map(|index| index - self.cues.len())
            .collect();
        (found[..split].to_vec(), contexts)
    }

    /// The first match of a cue in a shadow, whose places [`RuleSet::candidates`] has found.
    pub(crate) fn find_cue(
        &self,
        cue: usize,
        shadow: &str,
        places: &Places,
    ) -> Option<(usize, usize)> {
        let pattern = &self.cues[cue].pattern;
        self.prefilter.find((cue, pattern), (shadow, 0), places)
    }

    /// The first match of a context rule at or after an offset of such a shadow.
    pub(crate) fn find_context(
        &self,
        context: usize,
        at: (&str, usize),
        places: &Places,
    ) -> Option<(usize, usize)> {
        let pattern = &self.contexts[context].pattern;
        self.prefilter
            .find((self.cues.len() + context, pattern), at, places)
    }

    /// The patterns of all cues, then those of all context rules.
    #[cfg(test)]
    fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let contexts = self.contexts.iter().map(|context| &context.pattern);
        self.cues.iter().map(|cue| &cue.pattern).chain(contexts)
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
        let patterns = [
            vec![part(&["vendor", "team"]), part(&["renam"])],
            vec![part(&["renam"])],
            vec![],
        ];
        let required = patterns.map(|parts| Required {
            begins: !parts.is_empty(),
            parts,
        });
        let filter = Prefilter::new(&required);
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

    #[test]
    fn what_is_found_by_places_is_what_is_found_by_looking_everywhere() {
        let rules = RuleSet::shipped();
        let patterns: Vec<&Pattern> = rules.patterns().collect();
        let mut places = Places::default();
        let mut found = 0;
        for rule in rules.rules() {
            for text in rule.tests.stated().iter().flat_map(|(_, texts)| *texts) {
                let words = crate::rule::pattern::plain(&text.text).replace(['.', '_'], " ");
                let shadow = format!(" {words} ");
                let candidates = rules.prefilter.candidates(&shadow, &mut places);
                for (index, pattern) in patterns.iter().enumerate() {
                    let expected = pattern.find(&shadow);
                    let by_places = candidates.contains(&index).then(|| {
                        rules
                            .prefilter
                            .find((index, pattern), (&shadow, 0), &places)
                    });
                    assert_eq!(
                        by_places.flatten(),
                        expected,
                        "{} in {shadow}",
                        pattern.source()
                    );
                    found += usize::from(expected.is_some());
                }
            }
        }
        assert!(found > 500, "{found}");
    }
}

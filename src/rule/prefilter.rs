//! Prefilter: which patterns may match a sentence, from the beginnings of words that stand in it.

use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;

/// Finds the candidates among many patterns in one pass over a sentence.
///
/// Every pattern has parts that must be present, and every part has a list of literal beginnings. A pattern is a
/// candidate where each of its parts has one of its beginnings in the sentence.
#[derive(Debug)]
pub(crate) struct Prefilter {
    automaton: Option<AhoCorasick>,
    /// For each literal, the parts that it may begin.
    parts_of: Vec<Vec<u32>>,
    /// For each part, the patterns that are looked up by it.
    keyed: Vec<Vec<u32>>,
    /// For each pattern, all its parts.
    needs: Vec<Vec<u32>>,
    /// Patterns without a literal part.
    always: Vec<usize>,
}

impl Prefilter {
    /// Builds the filter from the parts of every pattern.
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
            own.sort_unstable();
            own.dedup();
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
    pub(crate) fn candidates(&self, shadow: &str) -> Vec<usize> {
        let Some(automaton) = &self.automaton else {
            return (0..self.needs.len()).collect();
        };
        let mut present = vec![false; self.keyed.len()];
        for found in automaton.find_overlapping_iter(shadow) {
            for part in &self.parts_of[found.pattern().as_usize()] {
                present[*part as usize] = true;
            }
        }
        let mut out = self.always.clone();
        for (part, _) in present.iter().enumerate().filter(|(_, is)| **is) {
            for pattern in &self.keyed[part] {
                let pattern = *pattern as usize;
                if self.needs[pattern]
                    .iter()
                    .all(|part| present[*part as usize])
                {
                    out.push(pattern);
                }
            }
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
        assert_eq!(filter.candidates(" the vendor renamed it "), [0, 1, 2]);
        assert_eq!(filter.candidates(" it was renamed "), [1, 2]);
        assert_eq!(filter.candidates(" prerenamed vendors "), [2]);
    }
}

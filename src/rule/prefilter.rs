//! Prefilter: which patterns may match a sentence, from the beginnings of words that stand in it.

use std::collections::HashMap;

use crate::rule::ContextRule;
use crate::rule::Cue;
use crate::rule::Required;
use crate::rule::RuleSet;
use crate::rule::pattern::Pattern;
use crate::rule::trie::Trie;

/// Finds the candidates among many patterns in one pass over a sentence.
///
/// Every pattern has parts that must be present, and every part has a list of literal beginnings. A pattern is a
/// candidate where each of its parts has one of its beginnings in the sentence, one behind the other.
#[derive(Debug)]
pub(crate) struct Prefilter {
    /// The beginnings, each with the part that it may begin.
    trie: Trie,
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
    fn find(&mut self, filter: &Prefilter, shadow: &str) {
        for part in self.present.drain(..) {
            self.of[part as usize].clear();
        }
        self.of.resize_with(filter.keyed.len(), Vec::new);
        let bytes = shadow.as_bytes();
        let spaces = bytes.iter().enumerate().filter(|(_, byte)| **byte == b' ');
        for (space, _) in spaces {
            let at = u32::try_from(space).unwrap_or(u32::MAX);
            filter.trie.find(&bytes[space + 1..], &mut |part| {
                let places = &mut self.of[part as usize];
                match places.last() {
                    None => self.present.push(part),
                    Some(last) if *last == at => return,
                    Some(_) => {}
                }
                places.push(at);
            });
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
    /// Builds the filter from the parts of every pattern, which stand in their order. Only the first so many patterns are
    /// candidates; the others can be asked for.
    pub(crate) fn new(patterns: &[Required], looked_for: usize) -> Prefilter {
        let mut part_ids: HashMap<*const String, u32> = HashMap::new();
        let (mut literals, mut sizes) = (Vec::new(), Vec::new());
        let mut needs = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            let mut own = Vec::new();
            for part in &pattern.parts {
                let next = u32::try_from(part_ids.len()).unwrap_or(u32::MAX);
                // The same part of several patterns is the same list.
                let id = *part_ids.entry(part.as_ptr()).or_insert(next);
                if id == next {
                    let words = part.iter().map(|literal| literal.trim_start_matches(' '));
                    literals.extend(words.map(|word| (word, id)));
                    sizes.push(part.len());
                }
                own.push(id);
            }
            needs.push(own);
        }
        let mut keyed = vec![Vec::new(); part_ids.len()];
        let mut always = Vec::new();
        for (index, own) in needs.iter().enumerate().take(looked_for) {
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
            trie: Trie::new(literals),
            keyed,
            begins: patterns.iter().map(|pattern| pattern.begins).collect(),
            needs,
            always,
        }
    }

    /// The indices of the patterns that may match, ascending.
    pub(crate) fn candidates(&self, shadow: &str, places: &mut Places) -> Vec<usize> {
        places.find(self, shadow);
        let mut out = self.always.clone();
        for part in &places.present {
            let keyed = self.keyed[*part as usize].iter();
            let keyed = keyed.map(|pattern| *pattern as usize);
            out.extend(keyed.filter(|pattern| places.hold(&self.needs[*pattern])));
        }
        out.sort_unstable();
        out
    }

    /// Whether a pattern may match the sentence that the places are of.
    fn may_match(&self, index: usize, places: &Places) -> bool {
        let needs = self.needs.get(index);
        needs.is_none_or(|needs| places.hold(needs))
    }

    /// The first match of one of the patterns, at or after an offset of the sentence that the places are of.
    pub(crate) fn find(
        &self,
        (index, pattern): (usize, &Pattern),
        (shadow, from): (&str, usize),
        places: &Places,
    ) -> Option<(usize, usize)> {
        let begins = self.begins.get(index) == Some(&true);
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

/// Where the patterns that void cues and cover triggers stand in the filter.
#[derive(Debug)]
pub(crate) struct Guards {
    /// For each cue, the number of what voids it, where something does.
    voids: Vec<usize>,
    /// For each context rule, the number of the first that covers it.
    covers: Vec<usize>,
}

impl Guards {
    /// The guards of cues and context rules; their patterns stand behind those of both, in the same order.
    pub(crate) fn of(cues: &[Cue], contexts: &[ContextRule]) -> Guards {
        let mut next = cues.len() + contexts.len();
        let mut number = |count: usize| {
            next += count;
            next - count
        };
        let voids = cues.iter();
        let voids = voids.map(|cue| number(usize::from(cue.unless.is_some())));
        let voids = voids.collect();
        let covers = contexts.iter();
        let covers = covers.map(|context| number(context.pseudo.len()));
        let covers = covers.collect();
        Guards { voids, covers }
    }
}

impl RuleSet {
    /// Whether what voids a cue stands in the shadow that the places are of.
    pub(crate) fn is_void(&self, cue: usize, shadow: &str, places: &Places) -> bool {
        let Some(unless) = &self.cues[cue].unless else {
            return false;
        };
        self.prefilter.may_match(self.guards.voids[cue], places) && unless.find(shadow).is_some()
    }

    /// Whether what looks like a trigger from `start` to `end` is part of words that are none.
    pub(crate) fn is_covered(
        &self,
        context: usize,
        (shadow, start, end): (&str, usize, usize),
        places: &Places,
    ) -> bool {
        let pseudo = self.contexts[context].pseudo.iter().enumerate();
        let first = self.guards.covers[context];
        let may = |number: usize| self.prefilter.may_match(first + number, places);
        let mut found = pseudo.filter(|(number, _)| may(*number));
        found.any(|(_, pseudo)| {
            let found = pseudo.find(shadow);
            found.is_some_and(|(from, to)| from <= start && end <= to)
        })
    }

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
    use std::rc::Rc;

    #[test]
    fn a_pattern_is_a_candidate_where_all_its_parts_may_stand() {
        let part = |words: &[&str]| {
            words
                .iter()
                .map(|word| format!(" {word}"))
                .collect::<Rc<[String]>>()
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
        let filter = Prefilter::new(&required, required.len());
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

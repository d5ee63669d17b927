//! Lean: where the everyday words of a document lean to, and which sentence leans most.

use std::collections::BTreeMap;

use crate::postmortem::BlockKind;
use crate::rule::Cause;
use crate::rule::RuleSet;
use crate::rule::stem;

use crate::classifier::sentence::Sentence;

/// Where the words of one document lean to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lean {
    /// The logarithm of the probability of each kind of cause, in the order of [`Cause::ALL`]; `None` without a table.
    pub(crate) log: Option<[f64; 8]>,
}

impl Lean {
    /// Weighs the words of all sentences.
    pub(crate) fn of(rules: &RuleSet, sentences: &[Sentence]) -> Lean {
        let leaning = rules.leaning();
        let log = (!leaning.is_empty()).then(|| leaning.probabilities(&stems(rules, sentences)));
        Lean { log }
    }

    /// The logarithm of the probability of one kind of cause; 0 for all without a table.
    pub(crate) fn log(&self, cause: Cause) -> f64 {
        let at = Cause::ALL.iter().position(|one| *one == cause);
        self.log.zip(at).map_or(0.0, |(log, at)| log[at])
    }
}

/// Every word stem of a document with what its places count together.
pub(crate) fn stems(rules: &RuleSet, sentences: &[Sentence]) -> BTreeMap<String, f64> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for sentence in sentences {
        let place = place(rules, sentence);
        if place > 0.0 {
            for stem in distinct(sentence) {
                *sums.entry(stem.to_owned()).or_default() += place;
            }
        }
    }
    sums
}

/// The sentences that lean most to a kind of cause, and by how much, best first.
pub(crate) fn leaning_most(
    rules: &RuleSet,
    sentences: &[Sentence],
    cause: Cause,
    most: usize,
) -> Vec<(usize, f64)> {
    let Some(at) = Cause::ALL.iter().position(|one| *one == cause) else {
        return Vec::new();
    };
    let mut found: Vec<(usize, f64)> = Vec::new();
    for (index, sentence) in sentences.iter().enumerate() {
        let terms = distinct(sentence).filter_map(|stem| rules.leaning().term(stem));
        let sum: f64 = terms
            .map(|term| (term.weights[at] - term.weights.iter().sum::<f64>() / 8.0) * term.rarity)
            .sum();
        let value = sum * place(rules, sentence);
        if value > 0.0 {
            found.push((index, value));
        }
    }
    found.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    found.truncate(most);
    found
}

fn distinct(sentence: &Sentence) -> impl Iterator<Item = &str> {
    let mut stems: Vec<&str> = sentence.shadow.text.split(' ').filter_map(stem).collect();
    stems.sort_unstable();
    stems.dedup();
    stems.into_iter()
}

fn place(rules: &RuleSet, sentence: &Sentence) -> f64 {
    let kind = match sentence.kind {
        BlockKind::Quote => 0.3,
        BlockKind::Code | BlockKind::KeyValue => 0.0,
        _ => 1.0,
    };
    kind * rules.policy().section("leaning", sentence.section)
}

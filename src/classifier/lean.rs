//! Lean: where the everyday words of a document lean to, and which sentence leans most.

use crate::postmortem::BlockKind;
use crate::rule::Cause;
use crate::rule::KINDS;
use crate::rule::RuleSet;
use crate::rule::Words;

use crate::classifier::sentence::Sentence;

/// Where the words of one document lean to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lean {
    /// The logarithm of the probability of each kind of cause, in the order of [`Cause::ALL`]; `None` without a table.
    pub(crate) log: Option<[f64; KINDS]>,
}

impl Lean {
    /// Weighs the words of all sentences.
    pub(crate) fn of(rules: &RuleSet, words: &[Words]) -> Lean {
        let leaning = rules.leaning();
        let log = (!leaning.is_empty()).then(|| leaning.probabilities(words));
        Lean { log }
    }

    /// The logarithm of the probability of one kind of cause; 0 for all without a table.
    pub(crate) fn log(&self, cause: Cause) -> f64 {
        let at = Cause::ALL.iter().position(|one| *one == cause);
        self.log.zip(at).map_or(0.0, |(log, at)| log[at])
    }
}

/// What the table knows of every sentence, given the numbers of its words.
pub(crate) fn words(rules: &RuleSet, sentences: &[Sentence], numbers: &[Vec<u32>]) -> Vec<Words> {
    let all = sentences.iter().zip(numbers);
    let all = all.map(|(sentence, numbers)| Words {
        place: place(rules, sentence),
        terms: rules.lexicon().terms(numbers),
    });
    all.collect()
}

/// The sentences that lean most to a kind of cause, and by how much, best first.
pub(crate) fn leaning_most(
    rules: &RuleSet,
    words: &[Words],
    cause: Cause,
    most: usize,
) -> Vec<(usize, f64)> {
    let Some(at) = Cause::ALL.iter().position(|one| *one == cause) else {
        return Vec::new();
    };
    let mut found: Vec<(usize, f64)> = Vec::new();
    for (index, sentence) in words.iter().enumerate() {
        let value = rules.leaning().lean(sentence)[at];
        if value > 0.0 {
            found.push((index, value));
        }
    }
    found.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    found.truncate(most);
    found
}

/// What a sentence counts where it stands.
pub(crate) fn place(rules: &RuleSet, sentence: &Sentence) -> f64 {
    let kind = match sentence.kind {
        BlockKind::Quote => 0.3,
        BlockKind::Code | BlockKind::KeyValue => 0.0,
        _ => 1.0,
    };
    kind * rules.policy().section("leaning", sentence.section)
}

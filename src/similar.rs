//! Similar: whether two incidents are alike, and why: labels, services, models and rare words that they share.

use std::collections::BTreeSet;

use crate::incident::Fact;
use crate::record::Record;
use crate::taxonomy::FailureMode;

/// In what two incidents are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trait {
    /// Both have the failure mode.
    FailureMode,
    /// Both hit the service.
    Service,
    /// Both hit the model.
    Model,
    /// Both hit the table, topic or feature.
    Asset,
    /// The fault entered at the same stage.
    Stage,
    /// Both speak of it, and few others do.
    Words,
}

impl Trait {
    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            Trait::FailureMode => "failure-mode",
            Trait::Service => "service",
            Trait::Model => "model",
            Trait::Asset => "asset",
            Trait::Stage => "stage",
            Trait::Words => "words",
        }
    }

    /// What the trait adds to the likeness.
    fn worth(self) -> f32 {
        match self {
            Trait::FailureMode => 0.04,
            Trait::Service | Trait::Model => 0.12,
            Trait::Asset => 0.08,
            Trait::Stage => 0.01,
            Trait::Words => 0.0,
        }
    }
}

/// Why two incidents are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In what.
    pub of: Trait,
    /// What they share, in the words of the one that was asked about.
    pub values: Vec<String>,
}

/// How alike two incidents are.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// 0 for nothing in common, about 1 for the same text.
    pub score: f32,
    /// Why, what says most first. Never empty.
    pub reasons: Vec<Reason>,
}

/// What the texts of two incidents share.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overlap {
    /// How much of what the subject is about the other is about, too: 0 to 1.
    pub share: f32,
    /// Of how many words of the subject that is the share.
    pub of_words: usize,
    /// The rare words that both have, those that say most first.
    pub words: Vec<String>,
    /// How well the other answers the subject as a question, 0 to 1 for the best; `None` where the subject is too long
    /// to be one.
    pub answer: Option<f32>,
}

/// The least share of a short text and of a long one: the fewer words there are, the more of them are shared by chance.
/// Measured as told in `docs/search.md`.
const FLOORS: (f32, f32) = (0.20, 0.10);

/// Up to so many words a text is short, and from so many on it is long.
const LENGTHS: (usize, usize) = (12, 40);

/// What is left of the floor where they share a failure mode, a service, a model or an asset.
const FLOOR_WITH_LABEL: f32 = 0.6;

/// The least share where only one rare word is shared.
const FLOOR_OF_ONE_WORD: f32 = 0.35;

/// How much being the best answer counts against the share.
const ANSWER: f32 = 0.7;

/// So many words are told.
const WORDS: usize = 6;

/// How alike an incident is to the one that was asked about; `None` below the floor. Labels alone make no likeness.
pub fn likeness(subject: &Record, other: &Record, overlap: &Overlap) -> Option<Likeness> {
    let mut reasons = shared(subject, other);
    let least = match overlap.words.len() {
        0 => return None,
        1 => FLOOR_OF_ONE_WORD,
        _ => floor(overlap.of_words),
    };
    let has_label = !reasons.is_empty();
    if overlap.share < least * if has_label { FLOOR_WITH_LABEL } else { 1.0 } {
        return None;
    }
    let text = match overlap.answer {
        Some(answer) => ANSWER * answer + (1.0 - ANSWER) * overlap.share,
        None => overlap.share,
    };
    let score = text + reasons.iter().map(|reason| reason.of.worth()).sum::<f32>();
    let values = overlap.words.iter().take(WORDS).cloned().collect();
    let of = Trait::Words;
    reasons.push(Reason { of, values });
    Some(Likeness { score, reasons })
}

fn floor(words: usize) -> f32 {
    let (short, long) = LENGTHS;
    let length = words.clamp(short, long) - short;
    let part = length as f32 / (long - short) as f32;
    FLOORS.0 + (FLOORS.1 - FLOORS.0) * part
}

/// The labels and names that two records share.
fn shared(subject: &Record, other: &Record) -> Vec<Reason> {
    let (one, two) = (&subject.facts, &other.facts);
    let mut reasons = Vec::new();
    let mut push = |of: Trait, values: Vec<String>| {
        if !values.is_empty() {
            reasons.push(Reason { of, values });
        }
    };
    let (ours, theirs) = (&subject.classification, &other.classification);
    let names_nothing = matches!(ours.failure_mode, FailureMode::None | FailureMode::Unknown);
    let same_mode = !names_nothing && ours.failure_mode == theirs.failure_mode;
    push(Trait::Service, common(&one.services, &two.services));
    push(Trait::Model, common(&one.models, &two.models));
    push(Trait::Asset, common(&one.assets, &two.assets));
    if same_mode {
        push(Trait::FailureMode, vec![ours.failure_mode.to_string()]);
        if let (Some(stage), true) = (ours.stage, ours.stage == theirs.stage) {
            push(Trait::Stage, vec![stage.to_string()]);
        }
    }
    reasons
}

fn common(ours: &[Fact<String>], theirs: &[Fact<String>]) -> Vec<String> {
    let folded = |fact: &Fact<String>| crate::query::fold(&fact.value);
    let theirs: BTreeSet<String> = theirs.iter().map(folded).collect();
    let mut told = BTreeSet::new();
    let ours = ours.iter().filter(|fact| {
        let name = folded(fact);
        theirs.contains(&name) && told.insert(name)
    });
    ours.map(|fact| fact.value.clone()).collect()
}

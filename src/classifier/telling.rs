//! Telling: what the fitted tables of facets see of every sentence, and what they make of a document.

use crate::postmortem::BlockKind;
use crate::rule::Features;
use crate::rule::RuleSet;
use crate::rule::stem;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;

use crate::classifier::detect::Hit;
use crate::classifier::sentence::Sentence;

/// A facet that a fitted table decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Table {
    /// The name of the table's file.
    pub(crate) name: &'static str,
    /// The labels, or beginnings of labels, whose rules count.
    rules: &'static [&'static str],
    /// The labels whose rules count in the sentence before.
    before: &'static [&'static str],
}

/// Who noticed.
pub(crate) const DETECTION: Table = Table {
    name: "detection",
    rules: &["detection", "silent", "signal:outsider", "signal:insider"],
    before: &["detection"],
};
/// Whether nothing announced it.
pub(crate) const SILENT: Table = Table {
    name: "silent",
    rules: &["detection", "silent", "signal:outage", "signal:degraded"],
    before: &[],
};
/// What was believed first.
pub(crate) const FIRST_DIAGNOSIS: Table = Table {
    name: "first-diagnosis",
    rules: &[
        "first_diagnosis",
        "signal:suspicion",
        "failure_mode",
        "none_kind",
        "model_decay_kind",
    ],
    before: &["signal:suspicion"],
};
/// What was carried out.
pub(crate) const RESPONSE: Table = Table {
    name: "response",
    rules: &["response", "rollback_target"],
    before: &[],
};
/// Whether a rollback restored service.
pub(crate) const ROLLBACK_HELPED: Table = Table {
    name: "rollback-helped",
    rules: &["response:rollback", "rollback_helped"],
    before: &["response:rollback"],
};
/// Where the fault entered.
pub(crate) const STAGE: Table = Table {
    name: "stage",
    rules: &["stage", "failure_mode", "none_kind", "model_decay_kind"],
    before: &[],
};

/// Every facet that a fitted table decides.
pub(crate) const TABLES: [Table; 6] = [
    DETECTION,
    SILENT,
    FIRST_DIAGNOSIS,
    RESPONSE,
    ROLLBACK_HELPED,
    STAGE,
];

/// So many parts of a document are told apart.
const PARTS: usize = 4;
/// So many sentences are its beginning.
const BEGINNING: usize = 3;
/// What the name of a cue counts beside the name of its label.
const CUE: f64 = 0.7;
/// From which weight on a cue speaks for its label, and not just for itself.
const STRONG: f64 = 2.0;
/// What the words of the heading above count.
const HEADING: f64 = 0.7;

/// What a table sees of every sentence.
pub(crate) fn features(
    rules: &RuleSet,
    sentences: &[Sentence],
    hits: &[Hit],
    table: Table,
) -> Vec<Features> {
    let mut all: Vec<Features> = (0..sentences.len())
        .map(|at| words(sentences, at))
        .collect();
    for hit in hits {
        let cue = &rules.cues()[hit.cue];
        let label = rules.rules()[cue.rule].label.to_string();
        let state = hit.state.id();
        if table.rules.iter().any(|known| label.starts_with(known)) {
            let here = &mut all[hit.sentence];
            here.insert(format!("{label} {} {state}", cue.name), CUE);
            // Signs of a belief are weak and many: which of them stands there says more than that one does.
            if !label.starts_with("signal:") && cue.weight >= STRONG {
                here.insert(format!("{label} {state}"), 1.0);
            }
        }
        if table.before.iter().any(|known| label.starts_with(known))
            && let Some(next) = all.get_mut(hit.sentence + 1)
        {
            next.insert(format!("before: {label} {} {state}", cue.name), CUE);
        }
    }
    all
}

/// What the cause of a document adds to every sentence: faults of a kind enter at the same place as a rule.
pub fn cause(mode: FailureMode, decay: Decay) -> String {
    format!("cause: {mode} {decay}")
}

/// The words of a sentence, of the heading above it, and where it stands.
fn words(sentences: &[Sentence], at: usize) -> Features {
    let sentence = &sentences[at];
    let mut seen = Features::new();
    if sentence.kind == BlockKind::Code {
        return seen;
    }
    for stem in stems(sentence) {
        seen.insert(stem.to_owned(), 1.0);
    }
    if let Some(before) = at.checked_sub(1).map(|before| &sentences[before])
        && before.kind == BlockKind::Heading
    {
        for stem in stems(before) {
            seen.insert(format!("heading: {stem}"), HEADING);
        }
    }
    let part = at * PARTS / sentences.len().max(1);
    seen.insert(format!("part: {}", part + 1), 1.0);
    if at < BEGINNING {
        seen.insert("beginning:".to_owned(), 0.5);
    }
    seen.insert(format!("section: {}", sentence.section), 1.0);
    match sentence.kind {
        BlockKind::Heading => seen.insert("kind: heading".to_owned(), 1.0),
        BlockKind::Quote => seen.insert("kind: quote".to_owned(), 1.0),
        BlockKind::KeyValue => seen.insert("kind: key-value".to_owned(), 1.0),
        _ => None,
    };
    seen
}

fn stems(sentence: &Sentence) -> impl Iterator<Item = &str> {
    sentence.shadow.text.split(' ').filter_map(|word| {
        let number = word.starts_with(|char: char| char.is_ascii_digit());
        if number { Some("#") } else { stem(word) }
    })
}

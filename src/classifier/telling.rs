//! Telling: what the fitted tables of facets see of every sentence, and what they make of a document.

use crate::postmortem::BlockKind;
use crate::rule::Feature;
use crate::rule::Features;
use crate::rule::PARTS;
use crate::rule::RuleSet;
use crate::rule::Seen;
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

/// So many sentences are its beginning.
const BEGINNING: usize = 3;
/// What the name of a cue counts beside the name of its label.
const CUE: f64 = 0.7;
/// From which weight on a cue speaks for its label, and not just for itself.
const STRONG: f64 = 2.0;
/// What the words of the heading above count.
const HEADING: f64 = 0.7;

/// A document with its words, as stems or as their numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a, W> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) sentences: &'a [Sentence],
    pub(crate) hits: &'a [Hit],
    /// The words of each sentence.
    pub(crate) words: &'a [Vec<W>],
}

/// The stems of a sentence, numbers as `#`.
pub(crate) fn stems(sentence: &Sentence) -> Vec<&str> {
    let words = sentence.shadow.text.split(' ').filter_map(|word| {
        let number = word.starts_with(|char: char| char.is_ascii_digit());
        if number { Some("#") } else { stem(word) }
    });
    words.collect()
}

impl Told<'_, &str> {
    /// What a table sees of every sentence, by name.
    pub(crate) fn features(self, table: Table) -> Vec<Features> {
        let mut all = vec![Features::new(); self.sentences.len()];
        self.see(table, &mut |at, feature, strength| {
            all[at].insert(feature.name(self.rules), strength);
        });
        all
    }
}

impl Told<'_, u32> {
    /// What a table sees of every sentence, by its rows; `None` where there is no such table.
    pub(crate) fn seen(self, table: Table) -> Option<Vec<Seen>> {
        let rows = self.rules.rows(table.name)?;
        let mut all: Vec<Seen> = vec![Seen::new(); self.sentences.len()];
        self.see(table, &mut |at, feature, strength| {
            all[at].extend(rows.row(feature).map(|row| (row, strength)));
        });
        for seen in &mut all {
            seen.sort_unstable_by_key(|(row, _)| *row);
            seen.dedup_by_key(|(row, _)| *row);
        }
        Some(all)
    }
}

impl<W: Copy> Told<'_, W> {
    /// Hands on what a table sees: in which sentence, what, how strongly. The same may be seen several times.
    fn see(&self, table: Table, each: &mut impl FnMut(usize, Feature<W>, f64)) {
        for at in 0..self.sentences.len() {
            self.see_sentence(at, each);
        }
        for hit in self.hits {
            let cue = &self.rules.cues()[hit.cue];
            let label = self.rules.rules()[cue.rule].label_name.as_str();
            let is_of = |known: &[&str]| known.iter().any(|known| label.starts_with(known));
            if is_of(table.rules) {
                each(hit.sentence, Feature::Cue(hit.cue, hit.state), CUE);
                // Signs of a belief are weak and many: which of them stands there says more than that one does.
                if !label.starts_with("signal:") && cue.weight >= STRONG {
                    each(hit.sentence, Feature::Label(hit.cue, hit.state), 1.0);
                }
            }
            if hit.sentence + 1 < self.sentences.len() && is_of(table.before) {
                each(hit.sentence + 1, Feature::Before(hit.cue, hit.state), CUE);
            }
        }
    }

    /// The words of a sentence, of the heading above it, and where it stands.
    fn see_sentence(&self, at: usize, each: &mut impl FnMut(usize, Feature<W>, f64)) {
        let sentence = &self.sentences[at];
        if sentence.kind == BlockKind::Code {
            return;
        }
        for word in &self.words[at] {
            each(at, Feature::Word(*word), 1.0);
        }
        if let Some(before) = at.checked_sub(1)
            && self.sentences[before].kind == BlockKind::Heading
        {
            for word in &self.words[before] {
                each(at, Feature::Heading(*word), HEADING);
            }
        }
        let part = at * PARTS / self.sentences.len().max(1);
        each(at, Feature::Part(part), 1.0);
        if at < BEGINNING {
            each(at, Feature::Beginning, 0.5);
        }
        each(at, Feature::Section(sentence.section), 1.0);
        let kind = match sentence.kind {
            BlockKind::Heading => Some("heading"),
            BlockKind::Quote => Some("quote"),
            BlockKind::KeyValue => Some("key-value"),
            _ => None,
        };
        if let Some(kind) = kind {
            each(at, Feature::Kind(kind), 1.0);
        }
    }
}

/// What the cause of a document adds to every sentence: faults of a kind enter at the same place as a rule.
pub fn cause(mode: FailureMode, decay: Decay) -> String {
    format!("cause: {mode} {decay}")
}

//! Gate: whether a document speaks of machine learning at all, by its words, by what it declares, or by where they lean.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::rule::Cause;
use crate::rule::Label;
use crate::rule::Signal;

use crate::classifier::Reading;

/// In how many sentences a word of machine learning counts.
const REPEATED: usize = 3;

/// Whether the document speaks of machine learning.
pub(crate) fn open(reading: &Reading<'_>, reasons: &mut Vec<String>) -> bool {
    let gate = &reading.rules.policy().gate;
    let mut seen: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for hit in &reading.hits {
        let label = reading.rules.rules()[reading.rules.cues()[hit.cue].rule].label;
        if matches!(label, Label::Signal(Signal::MlStrong | Signal::MlWeak)) {
            seen.entry(hit.cue).or_default().insert(hit.sentence);
        }
    }
    let weigh = |(cue, sentences): (&usize, &BTreeSet<usize>)| {
        reading.rules.cues()[*cue].weight * sentences.len().min(REPEATED) as f64
    };
    let sum: f64 = seen.iter().map(weigh).sum();
    let declared = ["model", "models", "consumer"]
        .iter()
        .any(|key| reading.postmortem.metadata.contains_key(*key))
        || reading
            .postmortem
            .metadata
            .get("system")
            .is_some_and(|fact| fact.value.eq_ignore_ascii_case("ml"));
    let leaning = 1.0 - reading.lean.log(Cause::Ordinary).exp();
    // A few words lean anywhere: without any word of machine learning there must be enough of them.
    let policy = reading.rules.policy().leaning;
    let enough = sum > 0.0 || reading.word_count() >= policy.gate_words;
    let leans = reading.lean.log.is_some() && enough && leaning >= policy.gate;
    let open = sum >= gate.enough || declared || gate.assume_ml || leans;
    // An empty sum of floating-point numbers is -0.
    let sum = sum + 0.0;
    let mut told = format!(
        "gate {}: words of machine learning weigh {sum:.1}, {:.1} are enough",
        if open { "open" } else { "closed" },
        gate.enough
    );
    if sum < gate.enough {
        if gate.assume_ml {
            told.push_str("; assume_ml is set");
        } else if declared {
            told.push_str("; the front matter names a model");
        } else if reading.lean.log.is_some() && enough {
            told.push_str(&format!(
                "; its words lean away from an ordinary cause by {leaning:.2}, {:.2} is enough",
                policy.gate
            ));
        }
    }
    reasons.push(told);
    open
}

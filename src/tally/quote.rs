//! Quote: the sentences of a document that prove its labels best.

use serde::Deserialize;
use serde::Serialize;

use crate::classification::Classification;
use crate::classification::Evidence;
use crate::taxonomy::Facet;

/// A sentence of the document that proves a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The label.
    pub facet: Facet,
    /// The section that it stands in, as an id.
    pub section: String,
    /// The line of the original file.
    pub line: u32,
    /// The words.
    pub text: String,
}

/// The strongest proof of failure mode and decay, at most one for each.
pub(super) fn quotes(labels: &Classification) -> Vec<Quote> {
    [
        (Facet::FailureMode, labels.failure_mode.id()),
        (Facet::Decay, labels.decay.id()),
    ]
    .into_iter()
    .filter_map(|(facet, value)| strongest(&labels.evidence, facet, value))
    .collect()
}

/// The evidence that adds most; of equals the one that stands first.
fn strongest(evidence: &[Evidence], facet: Facet, value: &str) -> Option<Quote> {
    let for_it = evidence
        .iter()
        .filter(|one| one.facet == facet && one.value == value);
    let best = for_it.reduce(|best, one| {
        if one.contribution > best.contribution {
            one
        } else {
            best
        }
    })?;
    Some(Quote {
        facet,
        section: best.section.id().to_owned(),
        line: best.line,
        text: best.quote.clone(),
    })
}

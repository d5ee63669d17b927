//! Sensitivity: how a share moves where the doubtful is left out or counted otherwise.

use crate::taxonomy::Confidence;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;

use crate::report::selection::Selection;
use crate::report::statistics::Share;

/// A difference of more than this makes the other figure part of the sentence.
pub const NOT_ALONE: f64 = 0.10;

/// A share, counted in other ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensitivity {
    /// Labels of low confidence left out.
    pub without_low: Share,
    /// Data drift counted as model decay; only for patterns that say how much is data.
    pub drift_as_model: Option<Share>,
}

impl Sensitivity {
    /// Counts a share in other ways.
    pub fn of(
        numerator: &Selection<'_>,
        denominator: &Selection<'_>,
        both_ways: bool,
    ) -> Sensitivity {
        let sure = |part: &Selection<'_>| {
            part.filter(|entry| entry.labels.confidence != Confidence::Low)
                .len()
        };
        let not_drift = numerator.filter(|entry| {
            let labels = &entry.labels;
            !(labels.failure_mode == FailureMode::DataDrift && labels.decay == Decay::DataDecay)
        });
        Sensitivity {
            without_low: Share::of(sure(numerator), sure(denominator)),
            drift_as_model: both_ways.then(|| not_drift.share_of(denominator)),
        }
    }

    /// The other figures that differ so much that the share must not be told alone.
    pub fn must_tell(&self, share: Share) -> impl Iterator<Item = (&'static str, Share)> {
        let others = [
            (Some(self.without_low), "without labels of low confidence"),
            (self.drift_as_model, "if data drift counts as model decay"),
        ];
        others.into_iter().filter_map(move |(other, words)| {
            let other = other?;
            let difference = (other.fraction()? - share.fraction()?).abs();
            (difference > NOT_ALONE).then_some((words, other))
        })
    }
}

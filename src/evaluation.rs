//! Gold labels and classifications to an evaluation: how often the labels are right, and where they are not.

pub mod facts;
mod field;
pub mod verdicts;
mod gold;

use std::collections::BTreeMap;

use crate::classification::Classification;
use crate::taxonomy::Confidence;
use crate::taxonomy::Decay;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::taxonomy::Response;

pub use crate::evaluation::gold::Gold;

/// So many right of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Right ones.
    pub right: usize,
    /// All.
    pub of: usize,
}

impl Score {
    /// Right ones as a fraction; 0 where there are none at all.
    pub fn share(self) -> f64 {
        if self.of == 0 {
            0.0
        } else {
            self.right as f64 / self.of as f64
        }
    }

    pub(super) fn count(&mut self, right: bool) {
        self.of += 1;
        self.right += usize::from(right);
    }
}

/// How often one failure mode is found and rightly given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ModeScore {
    /// Documents that have the mode.
    pub gold: usize,
    /// Documents that were given it.
    pub given: usize,
    /// Documents that have it and were given it.
    pub right: usize,
}

impl ModeScore {
    /// Right of given.
    pub fn precision(self) -> f64 {
        Score {
            right: self.right,
            of: self.given,
        }
        .share()
    }

    /// Right of gold.
    pub fn recall(self) -> f64 {
        Score {
            right: self.right,
            of: self.gold,
        }
        .share()
    }

    /// The harmonic mean of precision and recall.
    pub fn f1(self) -> f64 {
        match self.gold + self.given {
            0 => 0.0,
            sum => 2.0 * self.right as f64 / sum as f64,
        }
    }
}

/// How often the labels are right, and where they are not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// The failure mode, exactly.
    pub strict: Score,
    /// The failure mode, or another one that a reader may accept.
    pub lenient: Score,
    /// Documents that were given a failure mode at all.
    pub coverage: Score,
    /// Of the documents without a mode (none or unknown), those that were given one or model decay.
    pub false_modes: Score,
    /// Failure mode and rollback right together.
    pub mode_and_rollback: Score,
    /// Every other facet that the gold table speaks of, by name.
    pub facets: BTreeMap<&'static str, Score>,
    /// Each failure mode.
    pub modes: BTreeMap<FailureMode, ModeScore>,
    /// How often a gold mode (first) was given as another (second).
    pub confusion: BTreeMap<(FailureMode, FailureMode), usize>,
    /// How often labels of each confidence are right.
    pub calibration: BTreeMap<Confidence, Score>,
    /// The sum of the probabilities that labels of each confidence were given with: divided by their number, what they
    /// promised.
    pub promised: BTreeMap<Confidence, f64>,
}

impl Evaluation {
    /// Compares classifications with gold labels.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a Gold, &'a Classification)>) -> Evaluation {
        let mut evaluation = Evaluation::default();
        for (gold, given) in pairs {
            evaluation.count_mode(gold, given);
            evaluation.count_facets(gold, given);
        }
        evaluation
    }

    /// The mean F1 over the modes that the gold labels have.
    pub fn macro_f1(&self) -> f64 {
        let scores: Vec<f64> = self
            .modes
            .values()
            .filter(|mode| mode.gold > 0)
            .map(|mode| mode.f1())
            .collect();
        if scores.is_empty() {
            0.0
        } else {
            scores.iter().sum::<f64>() / scores.len() as f64
        }
    }

    /// How often labels of a confidence are right as they promise, 0 to 1; 0 where there are none.
    pub fn promise(&self, confidence: Confidence) -> f64 {
        let given = self
            .calibration
            .get(&confidence)
            .map_or(0, |score| score.of);
        let sum = self.promised.get(&confidence).copied().unwrap_or_default();
        sum / given.max(1) as f64
    }

    fn count_mode(&mut self, gold: &Gold, given: &Classification) {
        let right = gold.failure_mode == given.failure_mode;
        self.strict.count(right);
        self.lenient
            .count(right || gold.accepted.contains(&given.failure_mode));
        self.coverage.count(given.is_classified());
        *self.promised.entry(given.confidence).or_default() += given.probability;
        self.calibration
            .entry(given.confidence)
            .or_default()
            .count(right);
        if !gold.failure_mode.is_mode() && gold.decay != Decay::ModelDecay {
            self.false_modes
                .count(given.failure_mode.is_mode() || given.decay == Decay::ModelDecay);
        }
        *self
            .confusion
            .entry((gold.failure_mode, given.failure_mode))
            .or_default() += 1;
        self.modes.entry(gold.failure_mode).or_default().gold += 1;
        let of_given = self.modes.entry(given.failure_mode).or_default();
        of_given.given += 1;
        of_given.right += usize::from(right);
    }

    fn count_facets(&mut self, gold: &Gold, given: &Classification) {
        let mut count = |name, right| self.facets.entry(name).or_default().count(right);
        count(Facet::Decay.id(), gold.decay == given.decay);
        count(Facet::Detection.id(), gold.detection == given.detection);
        count(
            Facet::FirstDiagnosis.id(),
            gold.first_diagnosis == given.first_diagnosis,
        );
        count(Facet::Stage.id(), gold.stage == given.stage);
        if gold.silent.is_some() {
            count(Facet::Silent.id(), gold.silent == given.silent);
        }
        let Some(response) = &gold.response else {
            return;
        };
        let rolled_back = response.contains(&Response::Rollback);
        let rollback = rolled_back == given.response.contains(&Response::Rollback);
        count("rollback", rollback);
        count(Facet::Response.id(), *response == given.response);
        if rolled_back && gold.rollback_helped.is_some() {
            count(
                Facet::RollbackHelped.id(),
                gold.rollback_helped == given.rollback_helped,
            );
        }
        self.mode_and_rollback
            .count(rollback && gold.failure_mode == given.failure_mode);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy::Reason;
    use std::collections::BTreeSet;

    const TABLE: &str =
        "file\tprimary\talt\tdecay\tresponse\tdetection\tfirst_diagnosis\tsilent\tstage\thelped
a.md\tschema-drift\tpipeline-break\tdata-decay\trollback,backfill\tstaff\tmodel\tyes\tsource\tno
b.md\tnone\t-\tnone\tnone\tunknown\t-\tno\t-\t-
";

    #[test]
    fn labels_are_compared_facet_by_facet() {
        let gold = Gold::read("LABELS.tsv", TABLE).expect("a table");
        let mut first = Classification::unknown(Reason::NotRecognised, "pack");
        first.failure_mode = FailureMode::PipelineBreak;
        first.decay = Decay::DataDecay;
        first.response = BTreeSet::from([Response::Rollback]);
        (first.probability, first.confidence) = (0.25, Confidence::Low);
        let mut second = Classification::unknown(Reason::NotRecognised, "pack");
        second.failure_mode = FailureMode::DataDrift;
        (second.probability, second.confidence) = (0.5, Confidence::Low);
        let evaluation = Evaluation::of(gold.iter().zip([&first, &second]));
        assert_eq!(evaluation.strict, Score { right: 0, of: 2 });
        assert_eq!(evaluation.lenient, Score { right: 1, of: 2 });
        assert_eq!(evaluation.false_modes, Score { right: 1, of: 1 });
        assert_eq!(evaluation.facets["rollback"], Score { right: 2, of: 2 });
        assert_eq!(evaluation.facets["response"], Score { right: 0, of: 2 });
        assert_eq!(evaluation.facets["detection"], Score { right: 1, of: 2 });
        assert_eq!(evaluation.macro_f1(), 0.0);
        assert_eq!(evaluation.promise(first.confidence), 0.375);
    }

    #[test]
    fn a_wrong_value_is_told_where_it_stands() {
        let table = TABLE.replace("data-decay", "rot");
        let error = Gold::read("LABELS.tsv", &table)
            .expect_err("not a decay")
            .to_string();
        assert!(
            error.starts_with("LABELS.tsv:2:34: decay: decay `rot` is not known"),
            "{error}"
        );
    }
}

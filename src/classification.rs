//! Classification, Evidence, VerdictSource: the labels of an incident with the words that prove them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;
use crate::postmortem::SectionKind;
use crate::postmortem::StatedVerdict;
use crate::taxonomy::Confidence;
use crate::taxonomy::Decay;
use crate::taxonomy::Detection;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;
use crate::taxonomy::ModelDecayKind;
use crate::taxonomy::NoneKind;
use crate::taxonomy::Reason;
use crate::taxonomy::Response;
use crate::taxonomy::Role;
use crate::taxonomy::RollbackTarget;
use crate::taxonomy::Stage;

/// Who gave a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictSource {
    /// The rule pack.
    Rule,
    /// A person.
    Human,
}

impl VerdictSource {
    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            VerdictSource::Rule => "rule",
            VerdictSource::Human => "human",
        }
    }
}

/// How the text around a cue qualifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Stated as a fact.
    Affirmed,
    /// Stated not to be so.
    Negated,
    /// Believed for a while.
    Suspected,
    /// What would or could be.
    Hypothetical,
    /// What is to be done.
    Planned,
    /// Of another incident or an earlier time.
    Historical,
    /// One of a list of possibilities, a definition, an example.
    Listed,
}

impl State {
    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            State::Affirmed => "affirmed",
            State::Negated => "negated",
            State::Suspected => "suspected",
            State::Hypothetical => "hypothetical",
            State::Planned => "planned",
            State::Historical => "historical",
            State::Listed => "listed",
        }
    }
}

/// The words of the document that speak for a label, or against it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The label it speaks of.
    pub facet: Facet,
    /// The value it speaks for.
    pub value: String,
    /// The rule that found it; `human` for a stated verdict.
    pub rule: String,
    /// How the text around qualifies it.
    pub state: State,
    /// Where it stands.
    pub section: SectionKind,
    /// The line of the original file.
    pub line: u32,
    /// The column of the original file, in characters.
    pub column: u32,
    /// The sentence, at most 200 characters, verbatim but for markup and line breaks.
    pub quote: String,
    /// What it added to the score of the value.
    pub contribution: f64,
}

/// A mode in the same chain of causes that is not the primary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Secondary {
    /// The mode.
    pub mode: FailureMode,
    /// What it did in the chain.
    pub role: Role,
}

/// The labels of one incident, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    /// The primary failure mode.
    pub failure_mode: FailureMode,
    /// Other modes of the same chain, at most two.
    pub secondary: Vec<Secondary>,
    /// Data or model.
    pub decay: Decay,
    /// In what way the model stopped fitting; only where decay is model-decay.
    pub model_decay_kind: Option<ModelDecayKind>,
    /// What ordinary cause it was; only where mode and decay are none.
    pub none_kind: Option<NoneKind>,
    /// Why no label is given; only for `unknown` and for `none` without sign of ML.
    pub reason: Option<Reason>,
    /// How sure the failure mode is.
    pub confidence: Confidence,
    /// The calibrated probability that the failure mode is right, 0 to 1.
    pub probability: f64,
    /// What was carried out.
    pub response: BTreeSet<Response>,
    /// What was rolled back.
    pub rollback_target: Option<RollbackTarget>,
    /// Whether the rollback restored service.
    pub rollback_helped: Option<bool>,
    /// Who noticed first.
    pub detection: Option<Detection>,
    /// Whether no error, crash or alert announced it.
    pub silent: Option<bool>,
    /// What the team first believed.
    pub first_diagnosis: Option<FirstDiagnosis>,
    /// Caught before users saw it.
    pub near_miss: bool,
    /// Where the fault entered.
    pub stage: Option<Stage>,
    /// Who gave the labels that a person or the rules may give.
    pub verdicts: BTreeMap<Facet, VerdictSource>,
    /// A person and the rules disagree about a label.
    pub disputed: bool,
    /// Summary and root cause point to different modes.
    pub contradictory: bool,
    /// What speaks for the labels.
    pub evidence: Vec<Evidence>,
    /// The strongest that was mentioned and ruled out, or belongs to another value.
    pub counter_evidence: Vec<Evidence>,
    /// Pack version and digest of the rules that gave the labels.
    pub ruleset: String,
}

impl Classification {
    /// A classification that says nothing yet: unknown, with the given reason.
    pub fn unknown(reason: Reason, ruleset: &str) -> Classification {
        Classification {
            failure_mode: FailureMode::Unknown,
            secondary: Vec::new(),
            decay: Decay::Unknown,
            model_decay_kind: None,
            none_kind: None,
            reason: Some(reason),
            confidence: Confidence::Low,
            probability: 0.0,
            response: BTreeSet::new(),
            rollback_target: None,
            rollback_helped: None,
            detection: None,
            silent: None,
            first_diagnosis: None,
            near_miss: false,
            stage: None,
            verdicts: BTreeMap::from([
                (Facet::FailureMode, VerdictSource::Rule),
                (Facet::Decay, VerdictSource::Rule),
            ]),
            disputed: false,
            contradictory: false,
            evidence: Vec::new(),
            counter_evidence: Vec::new(),
            ruleset: ruleset.to_owned(),
        }
    }

    /// Whether a failure mode could be given; `none` counts as one.
    pub fn is_classified(&self) -> bool {
        self.failure_mode != FailureMode::Unknown
    }

    /// Lays human verdicts over the labels of the rules; disagreement about a label that the rules gave is a dispute.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a value is not one of the facet's; the classification is then unchanged for it.
    pub fn overrule(&mut self, verdicts: &[StatedVerdict]) -> Result<(), Error> {
        for verdict in verdicts {
            let before = self.value(verdict.facet);
            self.set(verdict.facet, &verdict.value)?;
            let after = self.value(verdict.facet);
            let given = before
                .as_deref()
                .is_some_and(|value| value != FailureMode::Unknown.id());
            self.disputed |= given && before != after;
            self.verdicts.insert(verdict.facet, VerdictSource::Human);
            if verdict.facet == Facet::FailureMode {
                self.settle_mode();
            }
        }
        let human = |facet| self.verdicts.get(&facet) == Some(&VerdictSource::Human);
        if human(Facet::FailureMode) && !human(Facet::Decay) {
            self.decay = match self.failure_mode {
                FailureMode::Unknown => Decay::Unknown,
                mode if mode.is_mode() => match self.decay {
                    Decay::Unknown => Decay::DataDecay,
                    decay => decay,
                },
                _ => match self.decay {
                    Decay::DataDecay | Decay::Unknown => Decay::None,
                    decay => decay,
                },
            };
        }
        Ok(())
    }

    /// Makes the other fields agree with a failure mode that a person has given.
    fn settle_mode(&mut self) {
        let primary = self.failure_mode;
        self.secondary.retain(|secondary| secondary.mode != primary);
        self.confidence = Confidence::High;
        self.probability = 1.0;
        if primary != FailureMode::Unknown {
            self.reason = None;
        }
        if primary.is_mode() {
            self.none_kind = None;
        }
    }

    /// The value of a facet as text; sets are sorted and separated by commas. `None` where it is absent.
    pub fn value(&self, facet: Facet) -> Option<String> {
        match facet {
            Facet::FailureMode => Some(self.failure_mode.to_string()),
            Facet::Decay => Some(self.decay.to_string()),
            Facet::Response if self.response.is_empty() => None,
            Facet::Response => Some(
                self.response
                    .iter()
                    .map(|value| value.id())
                    .collect::<Vec<_>>()
                    .join(","),
            ),
            Facet::RollbackTarget => self.rollback_target.map(|value| value.to_string()),
            Facet::RollbackHelped => self.rollback_helped.map(|value| value.to_string()),
            Facet::Detection => self.detection.map(|value| value.to_string()),
            Facet::FirstDiagnosis => self.first_diagnosis.map(|value| value.to_string()),
            Facet::Silent => self.silent.map(|value| value.to_string()),
            Facet::Stage => self.stage.map(|value| value.to_string()),
            Facet::NearMiss => Some(self.near_miss.to_string()),
            Facet::ModelDecayKind => self.model_decay_kind.map(|value| value.to_string()),
            Facet::NoneKind => self.none_kind.map(|value| value.to_string()),
        }
    }

    /// Sets a facet from text; an empty text makes it absent where it may be.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the value is not one of the facet's.
    pub fn set(&mut self, facet: Facet, text: &str) -> Result<(), Error> {
        let text = text.trim();
        match facet {
            Facet::FailureMode => self.failure_mode = text.parse()?,
            Facet::Decay => self.decay = text.parse()?,
            Facet::Response => {
                self.response = text
                    .split(',')
                    .map(str::trim)
                    .filter(|value| !value.is_empty())
                    .map(str::parse)
                    .collect::<Result<_, _>>()?;
            }
            Facet::RollbackTarget => self.rollback_target = optional(text, str::parse)?,
            Facet::RollbackHelped => self.rollback_helped = optional(text, yes_or_no)?,
            Facet::Detection => self.detection = optional(text, str::parse)?,
            Facet::FirstDiagnosis => self.first_diagnosis = optional(text, str::parse)?,
            Facet::Silent => self.silent = optional(text, yes_or_no)?,
            Facet::Stage => self.stage = optional(text, str::parse)?,
            Facet::NearMiss => self.near_miss = yes_or_no(text)?,
            Facet::ModelDecayKind => self.model_decay_kind = optional(text, str::parse)?,
            Facet::NoneKind => self.none_kind = optional(text, str::parse)?,
        }
        Ok(())
    }
}

fn optional<T>(text: &str, read: impl Fn(&str) -> Result<T, Error>) -> Result<Option<T>, Error> {
    if text.is_empty() || text == "-" || text == "null" {
        Ok(None)
    } else {
        read(text).map(Some)
    }
}

fn yes_or_no(text: &str) -> Result<bool, Error> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(Error::Invalid {
            what: "answer",
            value: text.to_owned(),
            expected: "`yes` or `no`, `true` or `false`".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(facet: Facet, value: &str) -> StatedVerdict {
        StatedVerdict {
            facet,
            value: value.to_owned(),
            line: 1,
        }
    }

    #[test]
    fn a_verdict_overrules_and_disagreement_is_a_dispute() {
        let mut rules = Classification::unknown(Reason::NotRecognised, "pack");
        rules.failure_mode = FailureMode::DataDrift;
        rules.decay = Decay::DataDecay;
        rules
            .overrule(&[verdict(Facet::FailureMode, "none")])
            .expect("valid");
        assert_eq!(
            (rules.failure_mode, rules.decay, rules.disputed),
            (FailureMode::None, Decay::None, true)
        );

        let mut unknown = Classification::unknown(Reason::NotStated, "pack");
        unknown
            .overrule(&[verdict(Facet::FailureMode, "schema-drift")])
            .expect("valid");
        assert!(!unknown.disputed, "there was no label to disagree with");
        assert_eq!((unknown.decay, unknown.reason), (Decay::DataDecay, None));
    }

    #[test]
    fn every_facet_reads_what_it_writes() {
        let mut one = Classification::unknown(Reason::NotStated, "pack");
        one.response = BTreeSet::from([Response::Rollback, Response::Backfill]);
        one.stage = Some(Stage::Serving);
        one.rollback_helped = Some(true);
        for facet in Facet::ALL {
            let Some(value) = one.value(*facet) else {
                continue;
            };
            let mut other = one.clone();
            other.set(*facet, &value).expect("its own value");
            assert_eq!(one, other, "{facet}");
        }
    }
}

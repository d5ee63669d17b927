//! Labels: the labels of one incident as a tally has them, without the words that prove them.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::classification::Classification;
use crate::classification::Secondary;
use crate::classification::VerdictSource;
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
use crate::taxonomy::RollbackTarget;
use crate::taxonomy::Stage;

/// The labels of one incident, without the words that prove them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// The primary failure mode.
    #[serde(rename = "mode")]
    pub failure_mode: FailureMode,
    /// Other modes of the same chain.
    #[serde(rename = "more", default, skip_serializing_if = "Vec::is_empty")]
    pub secondary: Vec<Secondary>,
    /// Data or model.
    pub decay: Decay,
    /// In what way the model stopped fitting.
    #[serde(rename = "kind", default, skip_serializing_if = "Option::is_none")]
    pub model_decay_kind: Option<ModelDecayKind>,
    /// What ordinary cause it was.
    #[serde(rename = "none", default, skip_serializing_if = "Option::is_none")]
    pub none_kind: Option<NoneKind>,
    /// Why no label is given.
    #[serde(rename = "why", default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// How sure the failure mode is.
    #[serde(rename = "sure")]
    pub confidence: Confidence,
    /// What was carried out.
    #[serde(rename = "did", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub response: BTreeSet<Response>,
    /// What was rolled back.
    #[serde(rename = "back", default, skip_serializing_if = "Option::is_none")]
    pub rollback_target: Option<RollbackTarget>,
    /// Whether the rollback restored service.
    #[serde(rename = "helped", default, skip_serializing_if = "Option::is_none")]
    pub rollback_helped: Option<bool>,
    /// Who noticed first.
    #[serde(rename = "by", default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<Detection>,
    /// Whether no error, crash or alert announced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent: Option<bool>,
    /// What the team first believed.
    #[serde(rename = "first", default, skip_serializing_if = "Option::is_none")]
    pub first_diagnosis: Option<FirstDiagnosis>,
    /// Caught before users saw it.
    #[serde(rename = "near", default, skip_serializing_if = "is_false")]
    pub near_miss: bool,
    /// Where the fault entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The labels that a person has given; the rules gave the others.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub human: BTreeSet<Facet>,
    /// A person and the rules disagree.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disputed: bool,
    /// Summary and root cause point to different modes.
    #[serde(rename = "odd", default, skip_serializing_if = "is_false")]
    pub contradictory: bool,
    /// The rules that gave the labels.
    #[serde(rename = "rules")]
    pub ruleset: String,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Labels {
    pub(super) fn of(labels: &Classification) -> Labels {
        let human = |source: &VerdictSource| *source == VerdictSource::Human;
        Labels {
            failure_mode: labels.failure_mode,
            secondary: labels.secondary.clone(),
            decay: labels.decay,
            model_decay_kind: labels.model_decay_kind,
            none_kind: labels.none_kind,
            reason: labels.reason,
            confidence: labels.confidence,
            response: labels.response.clone(),
            rollback_target: labels.rollback_target,
            rollback_helped: labels.rollback_helped,
            detection: labels.detection,
            silent: labels.silent,
            first_diagnosis: labels.first_diagnosis,
            near_miss: labels.near_miss,
            stage: labels.stage,
            human: labels
                .verdicts
                .iter()
                .filter(|(_, source)| human(source))
                .map(|(facet, _)| *facet)
                .collect(),
            disputed: labels.disputed,
            contradictory: labels.contradictory,
            ruleset: labels.ruleset.clone(),
        }
    }

    /// A classification with these labels, which proves nothing: filters that ask for labels answer as they would of the
    /// one that the labels were taken from.
    pub(super) fn classification(&self) -> Classification {
        let human = self.human.iter();
        Classification {
            failure_mode: self.failure_mode,
            secondary: self.secondary.clone(),
            decay: self.decay,
            model_decay_kind: self.model_decay_kind,
            none_kind: self.none_kind,
            reason: self.reason,
            confidence: self.confidence,
            probability: 0.0,
            response: self.response.clone(),
            rollback_target: self.rollback_target,
            rollback_helped: self.rollback_helped,
            detection: self.detection,
            silent: self.silent,
            first_diagnosis: self.first_diagnosis,
            near_miss: self.near_miss,
            stage: self.stage,
            verdicts: human.map(|facet| (*facet, VerdictSource::Human)).collect(),
            disputed: self.disputed,
            contradictory: self.contradictory,
            evidence: Vec::new(),
            counter_evidence: Vec::new(),
            ruleset: self.ruleset.clone(),
        }
    }

    /// Who gave a label.
    pub fn by(&self, facet: Facet) -> VerdictSource {
        match self.human.contains(&facet) {
            true => VerdictSource::Human,
            false => VerdictSource::Rule,
        }
    }

    /// The value of a label as text, sets sorted and separated by commas; `None` where it is absent.
    pub fn value(&self, facet: Facet) -> Option<String> {
        let response = || self.response.iter().map(|one| one.id()).collect::<Vec<_>>();
        match facet {
            Facet::FailureMode => Some(self.failure_mode.to_string()),
            Facet::Decay => Some(self.decay.to_string()),
            Facet::Response if self.response.is_empty() => None,
            Facet::Response => Some(response().join(",")),
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
}

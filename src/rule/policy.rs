//! Policy: how hits are weighed and labels decided, declared in `schema/policy.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::classification::State;
use crate::postmortem::SectionKind;
use crate::taxonomy::Decay;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::taxonomy::Role;
use crate::taxonomy::Stage;

/// How hits are weighed and labels decided.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// The version of the rule pack.
    pub version: String,
    /// When a document speaks of machine learning.
    pub gate: Gate,
    /// Choices of the codebook.
    pub decay: DecayPolicy,
    /// What a hit counts in each state.
    pub states: BTreeMap<State, f64>,
    /// What a hit counts in each section: by group of labels, `default` where a group has no entry.
    pub sections: BTreeMap<String, BTreeMap<SectionKind, f64>>,
    /// How words and rules are weighed against each other.
    pub leaning: LeaningPolicy,
    /// How hits of one sentence and of one document are added up.
    pub sum: Sum,
    /// When a score is enough.
    pub thresholds: Thresholds,
    /// By how much the score of each mode is multiplied, so that modes with few words and many compare.
    pub scale: BTreeMap<FailureMode, f64>,
    /// Who wins when two modes are near.
    pub precedence: Vec<Precedence>,
    /// What a second mode did in the chain of causes.
    pub roles: Vec<RoleOf>,
    /// Where the fault entered, where the text does not tell.
    pub stages: BTreeMap<FailureMode, Stage>,
    /// What confidence has meant on labelled documents.
    pub calibration: Calibration,
}

/// When a document speaks of machine learning.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Gate {
    /// The sum of the weights of distinct words that opens the gate.
    pub enough: f64,
    /// Every document is about machine learning.
    pub assume_ml: bool,
}

/// Choices of the codebook.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DecayPolicy {
    /// What data drift counts as.
    pub data_drift: Decay,
}

/// How hits are added up.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sum {
    /// What every further cue of a sentence adds, as a share of its weight.
    pub further: f64,
    /// The most that one sentence counts, before its section.
    pub cap: f64,
    /// The share of the second-best, third-best … sentence: each is this times the one before.
    pub falloff: f64,
    /// By how much a sentence counts more that names a cause.
    pub cause: f64,
    /// By how much a sentence counts more that overturns an earlier belief.
    pub reversal: f64,
}

/// When a score is enough.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Thresholds {
    /// The least score of a failure mode.
    pub mode: f64,
    /// The least score of model decay.
    pub model_decay: f64,
    /// The least score of an ordinary cause.
    pub ordinary: f64,
    /// Model decay wins over a mode where its score is this times higher.
    pub model_decay_over_mode: f64,
    /// An ordinary cause wins over a mode where its score is this times higher.
    pub ordinary_over_mode: f64,
    /// A statement that no cause is known wins over everything below this.
    pub no_cause: f64,
    /// A second mode is named from this share of the first one's score.
    pub secondary: f64,
    /// The least probability that something was carried out.
    pub carried_out: f64,
    /// The least probability of a rollback, which texts tell in more ways than sentences to learn from could show.
    pub rolled_back: f64,
    /// The least score of any other facet.
    pub facet: f64,
    /// How many times as likely as that nothing is told the value of a facet has to be, for facets of one value; 1 for
    /// those that are not named. Readers name who noticed and what was believed where a text only implies it.
    pub told: BTreeMap<Facet, f64>,
}

impl Thresholds {
    /// How many times as likely as that nothing is told the value of a facet has to be.
    pub fn told(&self, facet: Facet) -> f64 {
        self.told.get(&facet).copied().unwrap_or(1.0)
    }
}

/// A mode that wins over another where its score is at least `from` times the other's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Precedence {
    /// The mode that wins.
    pub winner: FailureMode,
    /// The mode that loses.
    pub loser: FailureMode,
    /// From which share of the loser's score.
    pub from: f64,
}

/// What a second mode did, given the first.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RoleOf {
    /// The primary mode.
    pub primary: FailureMode,
    /// The second one.
    pub secondary: FailureMode,
    /// What it did.
    pub role: Role,
}

/// What confidence has meant on labelled documents.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Calibration {
    /// On which documents, and how.
    pub source: String,
    /// From weak to strong.
    pub bins: Vec<Bin>,
}

/// A range of strength with the accuracy that was seen in it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bin {
    /// The least strength.
    pub from: f64,
    /// How many documents were in it.
    pub n: u32,
    /// How many of them had the right mode.
    pub right: u32,
}

impl Bin {
    /// The accuracy seen, with one right and one wrong document added.
    pub fn probability(&self) -> f64 {
        f64::from(self.right + 1) / f64::from(self.n + 2)
    }
}

/// How the leaning of everyday words and the findings of rules are weighed against each other.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LeaningPolicy {
    /// What the square root of a rule score counts beside the logarithm of a word's probability.
    pub rules: f64,
    /// The share that a cause needs where no rule reaches its threshold.
    pub least: f64,
    /// The probability that the cause is no ordinary one from which on words alone open the gate.
    pub gate: f64,
    /// So many words a text needs for that where no word of machine learning is found.
    pub gate_words: usize,
}

impl Policy {
    /// What a hit counts in a state.
    pub fn state(&self, state: State) -> f64 {
        self.states.get(&state).copied().unwrap_or(0.0)
    }

    /// What a hit of a group of labels counts in a section.
    pub fn section(&self, group: &str, section: SectionKind) -> f64 {
        let of = |group: &str| {
            self.sections
                .get(group)
                .and_then(|sections| sections.get(&section))
                .copied()
        };
        of(group).or_else(|| of("default")).unwrap_or(1.0)
    }

    /// What a second mode did in the chain, given the first.
    pub fn role(&self, primary: FailureMode, secondary: FailureMode) -> Role {
        self.roles
            .iter()
            .find(|role| role.primary == primary && role.secondary == secondary)
            .map_or(Role::Contributing, |role| role.role)
    }

    /// The probability of a strength, from the calibration.
    pub fn probability(&self, strength: f64) -> f64 {
        let bin = self
            .calibration
            .bins
            .iter()
            .rev()
            .find(|bin| strength >= bin.from);
        bin.or(self.calibration.bins.first())
            .map_or(0.5, Bin::probability)
    }
}

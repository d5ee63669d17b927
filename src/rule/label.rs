//! Label, Signal: what a rule may speak for.

use std::fmt;

use crate::error::Error;
use crate::taxonomy::Detection;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;
use crate::taxonomy::ModelDecayKind;
use crate::taxonomy::NoneKind;
use crate::taxonomy::Response;
use crate::taxonomy::RollbackTarget;
use crate::taxonomy::Stage;

/// What the decision takes into account besides labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// A word that only machine learning uses.
    MlStrong,
    /// A word that machine learning shares with other trades.
    MlWeak,
    /// The sentence names a cause.
    Cause,
    /// The text says that the cause is not known.
    NoCause,
    /// Somebody believed something.
    Suspicion,
    /// The data was checked and was right.
    SoundData,
    /// Predictions were worse than they should be.
    Degraded,
    /// Requests failed, processes crashed, jobs were late or dear.
    Outage,
    /// The text says that no prediction suffered.
    Unharmed,
    /// Somebody who uses the service is spoken of.
    Outsider,
    /// Somebody who runs the service is spoken of.
    Insider,
}

impl Signal {
    const ALL: &'static [(Signal, &'static str)] = &[
        (Signal::MlStrong, "ml-strong"),
        (Signal::MlWeak, "ml-weak"),
        (Signal::Cause, "cause"),
        (Signal::NoCause, "no-cause"),
        (Signal::Suspicion, "suspicion"),
        (Signal::SoundData, "sound-data"),
        (Signal::Degraded, "degraded"),
        (Signal::Outage, "outage"),
        (Signal::Unharmed, "unharmed"),
        (Signal::Outsider, "outsider"),
        (Signal::Insider, "insider"),
    ];
}

/// What a rule speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// A failure mode.
    Mode(FailureMode),
    /// Model decay, of a kind.
    ModelDecay(ModelDecayKind),
    /// An ordinary cause.
    Ordinary(NoneKind),
    /// Something that was carried out.
    Response(Response),
    /// What was rolled back.
    RollbackTarget(RollbackTarget),
    /// Whether the rollback restored service.
    RollbackHelped(bool),
    /// Who noticed first.
    Detection(Detection),
    /// Whether nothing announced it.
    Silent(bool),
    /// What was believed first.
    FirstDiagnosis(FirstDiagnosis),
    /// Where the fault entered.
    Stage(Stage),
    /// Caught before users saw it.
    NearMiss,
    /// Something else that the decision needs.
    Signal(Signal),
}

impl Label {
    /// Reads `failure_mode:schema-drift`, `response:rollback`, `signal:cause` and the like.
    ///
    /// # Errors
    /// [`Error::Invalid`] where field or value is not known.
    pub fn parse(text: &str) -> Result<Label, Error> {
        let invalid = |value: &str, expected: &str| Error::Invalid {
            what: "label",
            value: value.to_owned(),
            expected: expected.to_owned(),
        };
        let Some((field, value)) = text.split_once(':') else {
            return Err(invalid(
                text,
                "a field and a value such as `failure_mode:schema-drift`",
            ));
        };
        if field == "signal" {
            let known = Signal::ALL.iter().find(|(_, id)| *id == value);
            let names: Vec<&str> = Signal::ALL.iter().map(|(_, id)| *id).collect();
            return known
                .map(|(signal, _)| Label::Signal(*signal))
                .ok_or_else(|| invalid(value, &format!("a signal: one of {}", names.join(", "))));
        }
        let yes = || match value {
            "true" | "yes" => Ok(true),
            "false" | "no" => Ok(false),
            _ => Err(invalid(value, "`true` or `false`")),
        };
        match field.parse::<Facet>()? {
            Facet::FailureMode => {
                value
                    .parse::<FailureMode>()
                    .and_then(|mode| match mode.is_mode() {
                        true => Ok(Label::Mode(mode)),
                        false => Err(invalid(
                            value,
                            "one of the six modes; `none_kind:…` speaks for none",
                        )),
                    })
            }
            Facet::ModelDecayKind => value.parse().map(Label::ModelDecay),
            Facet::NoneKind => value.parse().map(Label::Ordinary),
            Facet::Response => value.parse().map(Label::Response),
            Facet::RollbackTarget => value.parse().map(Label::RollbackTarget),
            Facet::RollbackHelped => yes().map(Label::RollbackHelped),
            Facet::Detection => value.parse().map(Label::Detection),
            Facet::Silent => yes().map(Label::Silent),
            Facet::FirstDiagnosis => value.parse().map(Label::FirstDiagnosis),
            Facet::Stage => value.parse().map(Label::Stage),
            Facet::NearMiss => yes().map(|_| Label::NearMiss),
            Facet::Decay => Err(invalid(
                text,
                "`model_decay_kind:…`; data decay follows from the failure mode",
            )),
        }
    }

    /// The field and the value as they stand in evidence; `None` for signals.
    pub fn facet(self) -> Option<(Facet, String)> {
        Some(match self {
            Label::Mode(value) => (Facet::FailureMode, value.to_string()),
            Label::ModelDecay(value) => (Facet::ModelDecayKind, value.to_string()),
            Label::Ordinary(value) => (Facet::NoneKind, value.to_string()),
            Label::Response(value) => (Facet::Response, value.to_string()),
            Label::RollbackTarget(value) => (Facet::RollbackTarget, value.to_string()),
            Label::RollbackHelped(value) => (Facet::RollbackHelped, value.to_string()),
            Label::Detection(value) => (Facet::Detection, value.to_string()),
            Label::Silent(value) => (Facet::Silent, value.to_string()),
            Label::FirstDiagnosis(value) => (Facet::FirstDiagnosis, value.to_string()),
            Label::Stage(value) => (Facet::Stage, value.to_string()),
            Label::NearMiss => (Facet::NearMiss, "true".to_owned()),
            Label::Signal(_) => return None,
        })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.facet()) {
            (_, Some((facet, value))) => write!(f, "{facet}:{value}"),
            (Label::Signal(signal), _) => {
                let id = Signal::ALL
                    .iter()
                    .find(|(one, _)| one == signal)
                    .map_or("", |(_, id)| *id);
                write!(f, "signal:{id}")
            }
            _ => Ok(()),
        }
    }
}

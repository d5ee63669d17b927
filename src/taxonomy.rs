//! FailureMode, Decay, Response, Detection, Stage …: the closed lists of the codebook.
//!
//! The ids are those of `schema/taxonomy.toml`, which gives each a title and a description; a test holds the two
//! together. The definitions and the order of the questions are in `docs/taxonomy.md`.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;

macro_rules! closed_list {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$variant_meta:meta])* $variant:ident = $id:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $id)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the codebook.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The id as it stands in files, queries and outputs.
            pub fn id(self) -> &'static str {
                match self {
                    $($name::$variant => $id,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.id())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<$name, Error> {
                let folded = text.trim().to_ascii_lowercase().replace(['_', ' '], "-");
                $name::ALL.iter().copied().find(|value| value.id().replace('_', "-") == folded).ok_or_else(|| Error::Invalid {
                    what: $what,
                    value: text.to_owned(),
                    expected: format!("one of {}", $name::ALL.iter().map(|value| value.id()).collect::<Vec<_>>().join(", ")),
                })
            }
        }
    };
}

closed_list! {
    /// What was wrong with the data as it reached the model: one of the six modes, none of them, or not known.
    FailureMode, "failure mode" {
        /// Producer and consumer disagree about the structure or meaning of a field.
        SchemaDrift = "schema-drift",
        /// The population changed; the data describing it is right.
        DataDrift = "data-drift",
        /// A data-handling or training step failed or regressed.
        PipelineBreak = "pipeline-break",
        /// The values were right once, and too old when used.
        FeatureStaleness = "feature-staleness",
        /// Training and serving disagree by construction.
        TrainingServingSkew = "training-serving-skew",
        /// The target was wrong, inconsistent, missing or too late.
        LabelingError = "labeling-error",
        /// A cause is stated, and it is none of the six.
        None = "none",
        /// The text states no cause, or none that is recognised.
        Unknown = "unknown",
    }
}

closed_list! {
    /// Whether the data or the model stopped fitting the world.
    Decay, "decay" {
        /// Right inputs would have restored the same model.
        DataDecay = "data-decay",
        /// A different model was needed.
        ModelDecay = "model-decay",
        /// Neither data nor model needed to change.
        None = "none",
        /// Not told.
        Unknown = "unknown",
    }
}

closed_list! {
    /// In what way the model stopped fitting.
    ModelDecayKind, "kind of model decay" {
        /// The right answer for the same input changed.
        ConceptDrift = "concept-drift",
        /// Not retrained while the world moved on.
        StaleModel = "stale-model",
        /// A new model passed its gates and was worse.
        BadRelease = "bad-release",
        /// It fitted the training or benchmark data and no more.
        Overfit = "overfit",
        /// It optimised the wrong thing.
        Objective = "objective",
        /// Adversaries adapted to it.
        Adversarial = "adversarial",
        /// It was trained on the effects of its own output.
        FeedbackLoop = "feedback-loop",
        /// Its threshold or calibration no longer held.
        ThresholdCalibration = "threshold-calibration",
        /// A model that it depends on changed.
        UpstreamModel = "upstream-model",
    }
}

closed_list! {
    /// What an incident that is none of the six was.
    NoneKind, "kind of ordinary cause" {
        /// Too little of a resource.
        Capacity = "capacity",
        /// A setting, flag or certificate.
        Config = "config",
        /// A release or a wrong artefact.
        Deploy = "deploy",
        /// A fault in program code.
        CodeBug = "code-bug",
        /// Links, names, routing.
        Network = "network",
        /// Machines, disks, power, accelerators.
        Hardware = "hardware",
        /// A provider or another service.
        Dependency = "dependency",
        /// An attack, a leak, a key.
        Security = "security",
        /// A slip of the hand.
        Human = "human",
        /// Data without a model that consumes it.
        NonMlData = "non-ml-data",
    }
}

closed_list! {
    /// Why no label is given.
    Reason, "reason" {
        /// The text states no cause.
        NotStated = "not-stated",
        /// A cause is stated that no rule recognises.
        NotRecognised = "not-recognised",
        /// The document's language is not supported.
        Language = "language",
        /// Nothing in the document speaks of machine learning.
        NoMlEvidence = "no-ml-evidence",
    }
}

closed_list! {
    /// What was carried out, even where it did not help.
    Response, "response" {
        /// An earlier version was put back.
        Rollback = "rollback",
        /// A newer version was released to mend it.
        RollForward = "roll-forward",
        /// The model was trained again.
        Retrain = "retrain",
        /// A step of the data path was mended.
        PipelineFix = "pipeline-fix",
        /// Missing or wrong data was filled in again.
        Backfill = "backfill",
        /// Something simpler or older took over meanwhile.
        Fallback = "fallback",
        /// Labels were made again or corrected.
        Relabel = "relabel",
        /// A setting, threshold, flag or route was changed.
        ConfigChange = "config-change",
        /// A process, job or service was restarted or run again.
        Restart = "restart",
        /// Resources were added.
        ScaleUp = "scale-up",
        /// It is stated that nothing was done.
        None = "none",
    }
}

closed_list! {
    /// What was rolled back.
    RollbackTarget, "rollback target" {
        /// A model or its weights.
        Model = "model",
        /// A feature set, feature view or transformation.
        Features = "features",
        /// A search, vector or look-up index.
        Index = "index",
        /// A data set, table, snapshot or label set.
        Data = "data",
        /// Program code or an image.
        Code = "code",
        /// A configuration.
        Config = "config",
    }
}

closed_list! {
    /// Who noticed first.
    Detection, "detection" {
        /// An alert, an automated check, a dashboard alarm, a synthetic probe.
        Monitoring = "monitoring",
        /// A customer, partner or support.
        Customer = "customer",
        /// On-call, an employee, a downstream team.
        Staff = "staff",
    }
}

closed_list! {
    /// What the team first believed and later rejected.
    FirstDiagnosis, "first diagnosis" {
        /// A contract change was believed.
        SchemaDrift = "schema-drift",
        /// A changed population was believed.
        DataDrift = "data-drift",
        /// A failed step was believed.
        PipelineBreak = "pipeline-break",
        /// Old values were believed.
        FeatureStaleness = "feature-staleness",
        /// Training and serving were believed to disagree.
        TrainingServingSkew = "training-serving-skew",
        /// Wrong labels were believed.
        LabelingError = "labeling-error",
        /// The model was blamed.
        Model = "model",
        /// The data in general was blamed.
        Data = "data",
        /// Machines, code, network or a release were blamed.
        Infra = "infra",
    }
}

closed_list! {
    /// Where the fault entered, not where it was noticed.
    Stage, "stage" {
        /// The producer of the data.
        Source = "source",
        /// Collecting and moving it.
        Ingestion = "ingestion",
        /// Keeping it: tables, feature store, index.
        Storage = "storage",
        /// Making features of it.
        FeatureEngineering = "feature-engineering",
        /// Training, sampling, evaluation.
        Training = "training",
        /// Answering requests.
        Serving = "serving",
        /// Labels and outcomes.
        Feedback = "feedback",
    }
}

closed_list! {
    /// How sure a label is.
    Confidence, "confidence" {
        /// Below one half.
        Low = "low",
        /// One half to four fifths.
        Medium = "medium",
        /// Above four fifths.
        High = "high",
    }
}

closed_list! {
    /// What a secondary mode did in the chain of causes.
    Role, "role" {
        /// Upstream of the primary mode.
        Trigger = "trigger",
        /// Downstream of it.
        Consequence = "consequence",
        /// Made it worse or longer.
        Contributing = "contributing",
    }
}

closed_list! {
    /// A field that a label or a human verdict speaks of.
    Facet, "field" {
        /// See [`FailureMode`].
        FailureMode = "failure_mode",
        /// See [`Decay`].
        Decay = "decay",
        /// See [`Response`].
        Response = "response",
        /// See [`RollbackTarget`].
        RollbackTarget = "rollback_target",
        /// Whether the rollback restored service.
        RollbackHelped = "rollback_helped",
        /// See [`Detection`].
        Detection = "detection",
        /// See [`FirstDiagnosis`].
        FirstDiagnosis = "first_diagnosis",
        /// Whether no error, crash or alert announced it.
        Silent = "silent",
        /// See [`Stage`].
        Stage = "stage",
        /// Whether it was caught before users saw it.
        NearMiss = "near_miss",
        /// See [`ModelDecayKind`].
        ModelDecayKind = "model_decay_kind",
        /// See [`NoneKind`].
        NoneKind = "none_kind",
    }
}

impl FailureMode {
    /// The six modes, without `none` and `unknown`.
    pub const SIX: &'static [FailureMode] = &[
        FailureMode::SchemaDrift,
        FailureMode::DataDrift,
        FailureMode::PipelineBreak,
        FailureMode::FeatureStaleness,
        FailureMode::TrainingServingSkew,
        FailureMode::LabelingError,
    ];

    /// Whether this is one of the six, and not `none` or `unknown`.
    pub fn is_mode(self) -> bool {
        !matches!(self, FailureMode::None | FailureMode::Unknown)
    }
}

//! Ledger: what was first believed, what was true, and what the detour cost.

use std::collections::BTreeMap;

use crate::tally::Entry;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;

use crate::report::breakdown::degraded_minutes;
use crate::report::breakdown::minutes;
use crate::report::selection::Members;
use crate::report::selection::Selection;
use crate::report::selection::Stated;
use crate::report::statistics::Quartiles;

/// Incidents of which the same was believed and the same was true.
#[derive(Debug, Clone, PartialEq)]
pub struct Belief {
    /// What was believed.
    pub first: FirstDiagnosis,
    /// What was true: one of the six modes, else `model-decay`, `none` or `unknown`.
    pub truth: &'static str,
    /// The incidents.
    pub incidents: Members,
    /// Minutes from detection to the true cause.
    pub diagnose: Stated,
    /// Minutes of degraded service.
    pub degraded: Stated,
    /// Engineering hours.
    pub hours: Stated,
}

/// Incidents of data decay by where the team looked first.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstLook {
    /// Where.
    pub place: &'static str,
    /// The incidents.
    pub incidents: Members,
    /// Minutes from detection to the true cause.
    pub diagnose: Option<Quartiles>,
    /// Minutes of degraded service.
    pub degraded: Option<Quartiles>,
    /// Engineering hours.
    pub hours: Stated,
}

/// A check of the data, and the incidents that it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct DataCheck {
    /// What is looked at.
    pub check: &'static str,
    /// The incidents of the mode that it shows.
    pub shows: Members,
    /// Those of them in which the team looked at the model, at machines or at another trait of the data first.
    pub misread: Members,
    /// Minutes of degraded service of these.
    pub degraded: Stated,
}

/// The checks of data by the mode that each of them shows.
const CHECKS: [(&str, FailureMode); 6] = [
    (
        "freshness: how old the values are",
        FailureMode::FeatureStaleness,
    ),
    (
        "volume: rows and keys after every step",
        FailureMode::PipelineBreak,
    ),
    (
        "distribution: inputs against last month's",
        FailureMode::DataDrift,
    ),
    (
        "form and meaning: fields against their contract",
        FailureMode::SchemaDrift,
    ),
    (
        "parity: the same features in training and serving",
        FailureMode::TrainingServingSkew,
    ),
    ("labels: a sample by hand", FailureMode::LabelingError),
];

/// The wrong first diagnoses of a stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// What was believed and what was true, the most frequent first.
    pub beliefs: Vec<Belief>,
    /// Whether the data was checked first, where it was at fault.
    pub first_looks: Vec<FirstLook>,
    /// Which checks of the data would have shown it at the first look.
    pub checks: Vec<DataCheck>,
}

impl Ledger {
    /// Enters the wrong first diagnoses of some incidents.
    pub fn of(incidents: &Selection<'_>) -> Ledger {
        let misread = incidents.filter(|entry| entry.labels.first_diagnosis.is_some());
        let mut pairs: BTreeMap<(FirstDiagnosis, &'static str), Vec<usize>> = BTreeMap::new();
        for (place, entry) in misread.members().iter().zip(misread.iter()) {
            if let Some(first) = entry.labels.first_diagnosis {
                pairs.entry((first, truth(entry))).or_default().push(place);
            }
        }
        let mut beliefs: Vec<Belief> = pairs
            .into_iter()
            .map(|((first, truth), places)| {
                belief((first, truth), &misread.only(&places.into_iter().collect()))
            })
            .collect();
        beliefs.sort_by_key(|belief| std::cmp::Reverse(belief.incidents.len()));
        Ledger {
            beliefs,
            first_looks: first_looks(incidents),
            checks: CHECKS
                .iter()
                .map(|(check, mode)| data_check(incidents, check, *mode))
                .collect(),
        }
    }
}

fn belief((first, truth): (FirstDiagnosis, &'static str), has: &Selection<'_>) -> Belief {
    Belief {
        first,
        truth,
        incidents: has.members(),
        diagnose: has.stated(|entry| minutes(entry.clocks.diagnose)),
        degraded: has.stated(degraded_minutes),
        hours: has.stated(|entry| entry.costs.hours),
    }
}

fn data_check(incidents: &Selection<'_>, check: &'static str, mode: FailureMode) -> DataCheck {
    let shows = incidents.filter(|entry| entry.labels.failure_mode == mode);
    let misread = shows.filter(|entry| entry.labels.first_diagnosis.is_some());
    DataCheck {
        check,
        degraded: misread.stated(degraded_minutes),
        shows: shows.members(),
        misread: misread.members(),
    }
}

/// What was wrong: one of the six modes, else the decay.
pub fn truth(entry: &Entry) -> &'static str {
    match entry.labels.failure_mode {
        FailureMode::None => entry.labels.decay.id(),
        mode => mode.id(),
    }
}

fn first_looks(incidents: &Selection<'_>) -> Vec<FirstLook> {
    let data = incidents.filter(|entry| entry.labels.decay == Decay::DataDecay);
    let looked = |place: &'static str, holds: &dyn Fn(Option<FirstDiagnosis>) -> bool| {
        let has = data.filter(|entry| holds(entry.labels.first_diagnosis));
        FirstLook {
            place,
            diagnose: has.quartiles(|entry| minutes(entry.clocks.diagnose)),
            degraded: has.quartiles(degraded_minutes),
            hours: has.stated(|entry| entry.costs.hours),
            incidents: has.members(),
        }
    };
    let at_model = |first| first == Some(FirstDiagnosis::Model);
    let at_infra = |first| first == Some(FirstDiagnosis::Infra);
    vec![
        looked("the model", &at_model),
        looked("machines, code, network", &at_infra),
        looked("the data, at a wrong place", &|first| {
            first.is_some() && !at_model(first) && !at_infra(first)
        }),
        looked("nothing was misread, or it is not told", &|first| {
            first.is_none()
        }),
    ]
}

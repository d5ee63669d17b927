//! Ledger: what was first believed, what was true, and what the detour cost.

use std::collections::BTreeMap;

use crate::tally::Entry;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;

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
    /// Engineering hours.
    pub hours: Stated,
}

/// The wrong first diagnoses of a stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// What was believed and what was true, the most frequent first.
    pub beliefs: Vec<Belief>,
    /// Whether the data was checked first, where it was at fault.
    pub first_looks: Vec<FirstLook>,
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
        }
    }
}

fn belief((first, truth): (FirstDiagnosis, &'static str), has: &Selection<'_>) -> Belief {
    Belief {
        first,
        truth,
        incidents: has.members(),
        diagnose: has.stated(|entry| minutes(entry.clocks.diagnose)),
        hours: has.stated(|entry| entry.costs.hours),
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

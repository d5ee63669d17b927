//! Breakdown, Slice: the incidents of a stretch of time by the values of one field, with clocks, costs and who noticed.

use std::fmt::Display;

use crate::incident::Severity;
use crate::tally::Entry;
use crate::tally::Name;
use crate::taxonomy::Confidence;
use crate::taxonomy::Decay;
use crate::taxonomy::Detection;
use crate::taxonomy::FailureMode;
use crate::taxonomy::Stage;

use crate::report::names::Names;
use crate::report::selection::Members;
use crate::report::selection::Selection;
use crate::report::selection::Stated;
use crate::report::statistics::Quartiles;
use crate::report::statistics::Share;

/// The fields by which a report breaks the incidents down; the ids stand in outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The primary failure mode.
    FailureMode,
    /// Data or model.
    Decay,
    /// Where the fault entered.
    Stage,
    /// Who noticed first.
    Detection,
    /// How bad it was.
    Severity,
    /// How sure the failure mode is.
    Confidence,
    /// Affected services.
    Service,
    /// Models.
    Model,
    /// Tables, topics, features, data sets.
    Asset,
    /// The team that owns what failed.
    Team,
    /// The team in whose area the fault entered.
    OriginTeam,
    /// What set it off.
    Trigger,
}

impl By {
    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            By::FailureMode => "failure_mode",
            By::Decay => "decay",
            By::Stage => "stage",
            By::Detection => "detection",
            By::Severity => "severity",
            By::Confidence => "confidence",
            By::Service => "service",
            By::Model => "model",
            By::Asset => "asset",
            By::Team => "team",
            By::OriginTeam => "origin_team",
            By::Trigger => "trigger",
        }
    }
}

/// The quartiles of the four clocks, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ClockQuartiles {
    /// From onset to detection.
    pub detect: Option<Quartiles>,
    /// From detection to the true cause.
    pub diagnose: Option<Quartiles>,
    /// From onset to mitigation.
    pub mitigate: Option<Quartiles>,
    /// From onset to resolution.
    pub resolve: Option<Quartiles>,
}

/// Yes, no and not known, apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answers {
    /// Those that say yes.
    pub yes: Members,
    /// Those that say no.
    pub no: Members,
    /// Those that do not say.
    pub unknown: Members,
}

/// The incidents with one value of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// The value.
    pub value: String,
    /// Their share of the incidents that state the field.
    pub share: Share,
    /// The incidents.
    pub incidents: Members,
    /// Their clocks.
    pub clocks: ClockQuartiles,
    /// Minutes of degraded service: from onset to mitigation, else to resolution.
    pub degraded: Stated,
    /// Minutes from onset to detection.
    pub unnoticed: Stated,
    /// Engineering hours.
    pub hours: Stated,
    /// Who noticed first, in the order of [`Detection::ALL`], and last those that do not say.
    pub noticed: Vec<Members>,
    /// Whether no error, crash or alert announced it.
    pub silent: Answers,
    /// The worst severity.
    pub worst: Option<Severity>,
}

/// The incidents of a stretch of time by the values of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// The field.
    pub by: By,
    /// A slice for each value: those of a closed list in its order, others by count.
    pub slices: Vec<Slice>,
    /// The incidents that do not state the field.
    pub unstated: Members,
}

impl Breakdown {
    /// The slice of a value.
    pub fn slice(&self, value: &str) -> Option<&Slice> {
        self.slices.iter().find(|slice| slice.value == value)
    }

    /// How many incidents state the field, of how many.
    pub fn stated(&self, whole: usize) -> Share {
        Share::of(whole - self.unstated.len().min(whole), whole)
    }
}

/// Minutes from onset to detection; an earlier detection is no duration.
pub fn unnoticed_minutes(entry: &Entry) -> Option<f64> {
    let unnoticed = minutes(entry.clocks.detect)?;
    // A document may count its clocks from different moments; what went unnoticed is part of what was degraded.
    Some(degraded_minutes(entry).map_or(unnoticed, |degraded| unnoticed.min(degraded)))
}

/// Minutes from onset to mitigation, else to resolution.
pub fn degraded_minutes(entry: &Entry) -> Option<f64> {
    minutes(entry.clocks.mitigate).or_else(|| minutes(entry.clocks.resolve))
}

/// A duration that is one.
pub fn minutes(value: Option<i64>) -> Option<f64> {
    value
        .filter(|minutes| *minutes >= 0)
        .map(|minutes| minutes as f64)
}

/// All breakdowns of some incidents.
pub fn breakdowns(all: &Selection<'_>) -> Vec<Breakdown> {
    let severities: Vec<Severity> = (0..=5).filter_map(Severity::of_rank).collect();
    let modes = without(FailureMode::ALL, FailureMode::Unknown);
    let decays = without(Decay::ALL, Decay::Unknown);
    let mode = |entry: &Entry| Some(entry.labels.failure_mode);
    let decay = |entry: &Entry| Some(entry.labels.decay);
    let confidence = |entry: &Entry| Some(entry.labels.confidence);
    vec![
        closed(By::FailureMode, all, &modes, mode),
        closed(By::Decay, all, &decays, decay),
        closed(By::Stage, all, Stage::ALL, |entry| entry.labels.stage),
        closed(By::Detection, all, Detection::ALL, |entry| {
            entry.labels.detection
        }),
        closed(By::Severity, all, &severities, |entry| entry.severity),
        closed(By::Confidence, all, Confidence::ALL, confidence),
        open(By::Service, all, |entry| &entry.services),
        open(By::Model, all, |entry| &entry.models),
        open(By::Asset, all, |entry| &entry.assets),
        open(By::Team, all, |entry| entry.team.as_slice()),
        open(By::OriginTeam, all, |entry| entry.origin_team.as_slice()),
        open(By::Trigger, all, |entry| entry.trigger.as_slice()),
    ]
}

fn without<T: Copy + PartialEq>(all: &[T], one: T) -> Vec<T> {
    all.iter().copied().filter(|value| *value != one).collect()
}

/// A breakdown by a closed list: a slice for each of its values, empty ones too.
fn closed<T: Copy + PartialEq + Display>(
    by: By,
    all: &Selection<'_>,
    values: &[T],
    value: impl Fn(&Entry) -> Option<T>,
) -> Breakdown {
    let is_value = |entry: &Entry| value(entry).is_some_and(|value| values.contains(&value));
    let stated = all.filter(is_value);
    let slice = |one: &T| {
        let has = stated.filter(|entry| value(entry) == Some(*one));
        Slice::of(one.to_string(), &has, &stated)
    };
    Breakdown {
        by,
        slices: values.iter().map(slice).collect(),
        unstated: all.filter(|entry| !is_value(entry)).members(),
    }
}

/// A breakdown by names as they are written, upper and lower case taken together; the most frequent first.
fn open(by: By, all: &Selection<'_>, names: impl Fn(&Entry) -> &[Name]) -> Breakdown {
    let mut known = Names::default();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (place, entry) in all.members().iter().zip(all.iter()) {
        for name in names(entry) {
            let number = known.number(name);
            groups.resize_with(groups.len().max(number + 1), Vec::new);
            groups[number].push(place);
        }
    }
    let stated = all.filter(|entry| !names(entry).is_empty());
    let mut slices: Vec<Slice> = groups
        .into_iter()
        .enumerate()
        .map(|(number, places)| {
            let has = stated.only(&places.into_iter().collect());
            Slice::of(known.shown(number).to_owned(), &has, &stated)
        })
        .collect();
    slices.sort_by(|a, b| {
        b.share
            .count
            .cmp(&a.share.count)
            .then(a.value.cmp(&b.value))
    });
    let unstated = all.filter(|entry| names(entry).is_empty()).members();
    Breakdown {
        by,
        slices,
        unstated,
    }
}

impl Slice {
    fn of(value: String, has: &Selection<'_>, stated: &Selection<'_>) -> Slice {
        let incidents = has.members();
        let mut gathered = Gathered::default();
        for (place, entry) in incidents.iter().zip(has.iter()) {
            gathered.add(place, entry);
        }
        let of = incidents.len();
        let [degraded, unnoticed, hours] = gathered.sums.map(|sum| Stated { of, ..sum });
        let [detect, diagnose, mitigate, resolve] = gathered.clocks.map(Quartiles::of);
        let [yes, no, unknown] = gathered.silent.map(Members::from_iter);
        Slice {
            value,
            share: has.share_of(stated),
            clocks: ClockQuartiles {
                detect,
                diagnose,
                mitigate,
                resolve,
            },
            degraded,
            unnoticed,
            hours,
            noticed: gathered.noticed.map(Members::from_iter).to_vec(),
            silent: Answers { yes, no, unknown },
            worst: gathered.worst,
            incidents,
        }
    }
}

/// What a slice tells of its incidents, gathered in one pass: a large base has many slices.
#[derive(Default)]
struct Gathered {
    clocks: [Vec<f64>; 4],
    sums: [Stated; 3],
    noticed: [Vec<usize>; Detection::ALL.len() + 1],
    silent: [Vec<usize>; 3],
    worst: Option<Severity>,
}

impl Gathered {
    fn add(&mut self, place: usize, entry: &Entry) {
        let clocks = entry.clocks;
        let clocks = [
            clocks.detect,
            clocks.diagnose,
            clocks.mitigate,
            clocks.resolve,
        ];
        for (values, clock) in self.clocks.iter_mut().zip(clocks) {
            values.extend(minutes(clock));
        }
        let values = [
            degraded_minutes(entry),
            unnoticed_minutes(entry),
            entry.costs.hours,
        ];
        for (sum, value) in self.sums.iter_mut().zip(values) {
            if let Some(value) = value {
                sum.sum += value;
                sum.stated += 1;
            }
        }
        let noticed = entry.labels.detection.map(|one| one as usize);
        self.noticed[noticed.unwrap_or(Detection::ALL.len())].push(place);
        let silent = match entry.labels.silent {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        };
        self.silent[silent].push(place);
        self.worst = self.worst.into_iter().chain(entry.severity).min();
    }
}

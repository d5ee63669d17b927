//! Difference: why the shares of two reports differ: the time, the incidents, the labels or the facts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::classification::VerdictSource;
use crate::tally::Entry;
use crate::taxonomy::Facet;

use crate::report::Report;
use crate::report::period::Days;
use crate::report::statistics::Share;

/// What an earlier report said of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EarlierIncident {
    /// The day that it counted in.
    pub day: Option<Date>,
    /// Its labels as text.
    pub labels: BTreeMap<Facet, String>,
}

/// The incidents of a pattern in an earlier report, by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EarlierPattern {
    /// Those of the numerator.
    pub incidents: BTreeSet<String>,
    /// Those of the denominator.
    pub among: BTreeSet<String>,
}

/// What is needed of an earlier report to say what changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The day on which it was made.
    pub today: Date,
    /// The days of its window.
    pub window: Days,
    /// The rules by which its labels were given.
    pub rules: String,
    /// Its incidents by id.
    pub incidents: BTreeMap<String, EarlierIncident>,
    /// Its patterns by id, in its window.
    pub patterns: BTreeMap<String, EarlierPattern>,
}

/// Why an incident counts otherwise than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The window moved on: the incident came into it or fell out of it.
    Time,
    /// The post-mortem is new in the base, or gone.
    Incidents,
    /// The rules label it otherwise.
    LabelsByRule,
    /// A person labels it otherwise.
    LabelsByPeople,
    /// The labels are the same, and its facts or the pattern changed.
    Facts,
}

impl Cause {
    /// Every cause, in the order in which a difference is explained.
    pub const ALL: [Cause; 5] = [
        Cause::Time,
        Cause::Incidents,
        Cause::LabelsByRule,
        Cause::LabelsByPeople,
        Cause::Facts,
    ];

    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            Cause::Time => "time",
            Cause::Incidents => "incidents",
            Cause::LabelsByRule => "labels-by-rule",
            Cause::LabelsByPeople => "labels-by-people",
            Cause::Facts => "facts",
        }
    }
}

/// What one cause did to a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The cause.
    pub cause: Cause,
    /// The share after it.
    pub share: Share,
    /// The incidents that it moved, by id.
    pub moved: Vec<String>,
}

/// Why the share of one pattern differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternDifference {
    /// The pattern's place in the request.
    pub pattern: usize,
    /// The share that the earlier report gave.
    pub before: Share,
    /// The share now.
    pub after: Share,
    /// The causes that moved an incident, one after the other: the last share is the one now.
    pub steps: Vec<Step>,
}

/// Why the shares of two reports differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The day on which the earlier report was made.
    pub since: Date,
    /// The rules then, where they are others now.
    pub rules: Option<String>,
    /// The patterns of both reports whose incidents differ.
    pub patterns: Vec<PatternDifference>,
    /// How many patterns have the same incidents as before.
    pub unchanged: usize,
}

/// How an incident counts for a pattern: whether in the denominator, whether in the numerator.
type Standing = (bool, bool);

impl EarlierPattern {
    fn standing(&self, id: &str) -> Standing {
        let is_among = self.among.contains(id);
        (is_among, is_among && self.incidents.contains(id))
    }
}

/// Explains the shares of a report's window by those of an earlier report.
pub fn difference(report: &Report, earlier: &Earlier) -> Difference {
    let places: BTreeMap<&str, usize> = report
        .entries
        .iter()
        .enumerate()
        .map(|(place, entry)| (entry.id.as_str(), place))
        .collect();
    let mut patterns = Vec::new();
    let mut unchanged = 0;
    for (at, pattern) in report.request.patterns.iter().enumerate() {
        let Some(before) = earlier.patterns.get(&pattern.id) else {
            continue;
        };
        let explained = explain(report, (at, before), (earlier, &places));
        if explained.steps.is_empty() {
            unchanged += 1;
        } else {
            patterns.push(explained);
        }
    }
    let rules = &report.request.provenance.rules;
    Difference {
        since: earlier.today,
        rules: (*rules != earlier.rules).then(|| earlier.rules.clone()),
        patterns,
        unchanged,
    }
}

fn explain(
    report: &Report,
    (at, before): (usize, &EarlierPattern),
    (earlier, places): (&Earlier, &BTreeMap<&str, usize>),
) -> PatternDifference {
    let now = &report.window.patterns[at];
    let mut ids: BTreeSet<&str> = before.among.iter().map(String::as_str).collect();
    ids.extend(report.ids(&now.among).map(|id| id.as_str()));
    let mut moves: BTreeMap<Cause, Vec<(&str, Standing, Standing)>> = BTreeMap::new();
    for id in ids {
        let was = before.standing(id);
        let place = places.get(id).copied();
        let is = place.map_or((false, false), |place| {
            (now.among.contains(place), now.incidents.contains(place))
        });
        if was != is {
            let entry = place.map(|place| &report.entries[place]);
            let cause = cause(
                entry,
                earlier.incidents.get(id),
                (earlier.window, report.window.stretch.days),
            );
            moves.entry(cause).or_default().push((id, was, is));
        }
    }
    let counted = before.among.iter().filter(|id| before.standing(id).1);
    let first = Share::of(counted.count(), before.among.len());
    let mut share = first;
    let steps = Cause::ALL
        .iter()
        .filter_map(|cause| {
            let moved = moves.get(cause)?;
            for (_, was, is) in moved {
                share.total = share.total + usize::from(is.0) - usize::from(was.0);
                share.count = share.count + usize::from(is.1) - usize::from(was.1);
            }
            Some(Step {
                cause: *cause,
                share,
                moved: moved.iter().map(|(id, _, _)| (*id).to_owned()).collect(),
            })
        })
        .collect();
    PatternDifference {
        pattern: at,
        before: first,
        after: now.share,
        steps,
    }
}

/// Why an incident counts otherwise than before: it is looked at as it was, as it is, and when it happened.
fn cause(entry: Option<&Entry>, was: Option<&EarlierIncident>, (then, now): (Days, Days)) -> Cause {
    let within = |day: Option<Date>, days: Days| day.is_some_and(|day| days.contains(day));
    match (entry, was) {
        (None, _) => Cause::Incidents,
        (Some(entry), None) if !within(entry.day, then) => Cause::Time,
        (Some(_), None) => Cause::Incidents,
        (Some(entry), Some(was)) if was.day == entry.day && !within(entry.day, now) => Cause::Time,
        (Some(entry), Some(was)) if was.day == entry.day && !within(was.day, then) => Cause::Time,
        (Some(entry), Some(was)) => relabelled(entry, was),
    }
}

fn relabelled(entry: &Entry, was: &EarlierIncident) -> Cause {
    let labels = &entry.labels;
    let changed = Facet::ALL
        .iter()
        .filter(|facet| labels.value(**facet).as_ref() != was.labels.get(facet));
    let by: BTreeSet<VerdictSource> = changed.map(|facet| labels.by(*facet)).collect();
    if by.contains(&VerdictSource::Human) {
        Cause::LabelsByPeople
    } else if by.contains(&VerdictSource::Rule) {
        Cause::LabelsByRule
    } else {
        Cause::Facts
    }
}

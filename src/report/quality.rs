//! Quality: what the documents state and leave out, and which labels a person should look at.

use crate::tally::Entry;
use crate::taxonomy::Confidence;
use crate::taxonomy::Reason;

use crate::report::control::weight;
use crate::report::population::is_classified;
use crate::report::selection::Members;
use crate::report::selection::Selection;
use crate::report::statistics::Quartiles;
use crate::report::statistics::Share;

/// A field and how many incidents state it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stating {
    /// The field in words.
    pub field: &'static str,
    /// How many of the incidents.
    pub share: Share,
    /// Those that do not.
    pub missing: Members,
}

/// What is known of some incidents, and how well.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    /// The fields that figures rest on.
    pub stating: Vec<Stating>,
    /// Why incidents are unclassified, each reason with its incidents.
    pub reasons: Vec<(&'static str, Members)>,
    /// A person and the rules disagree.
    pub disputed: Members,
    /// Summary and root cause point to different modes.
    pub contradictory: Members,
    /// Labels of low confidence.
    pub low_confidence: Members,
    /// Days from the incident to the day on which it was written up.
    pub lag: Option<Quartiles>,
    /// The incidents whose label a person should look at, those that matter most first.
    pub to_review: Vec<usize>,
}

impl Quality {
    /// Looks through some incidents.
    pub fn of(incidents: &Selection<'_>) -> Quality {
        let with = |holds: &dyn Fn(&Entry) -> bool| incidents.filter(holds).members();
        Quality {
            stating: stating(incidents),
            reasons: Reason::ALL
                .iter()
                .map(|reason| {
                    let holds = |entry: &Entry| {
                        !is_classified(entry) && entry.labels.reason == Some(*reason)
                    };
                    (reason.id(), with(&holds))
                })
                .filter(|(_, members)| !members.is_empty())
                .collect(),
            disputed: with(&|entry| entry.labels.disputed),
            contradictory: with(&|entry| entry.labels.contradictory),
            low_confidence: with(&|entry| {
                is_classified(entry) && entry.labels.confidence == Confidence::Low
            }),
            lag: incidents.quartiles(lag_days),
            to_review: to_review(incidents),
        }
    }
}

/// A field's name, and whether an entry states it.
type Field = (&'static str, fn(&Entry) -> bool);

fn stating(incidents: &Selection<'_>) -> Vec<Stating> {
    let fields: [Field; 12] = [
        ("severity", |entry| entry.severity.is_some()),
        ("service or model", |entry| {
            !(entry.services.is_empty() && entry.models.is_empty())
        }),
        ("who noticed", |entry| entry.labels.detection.is_some()),
        ("silent or announced", |entry| entry.labels.silent.is_some()),
        ("stage", |entry| entry.labels.stage.is_some()),
        ("time to detect", |entry| entry.clocks.detect.is_some()),
        ("time to diagnose", |entry| entry.clocks.diagnose.is_some()),
        ("time to mitigate", |entry| entry.clocks.mitigate.is_some()),
        ("time to resolve", |entry| entry.clocks.resolve.is_some()),
        ("engineering hours", |entry| entry.costs.hours.is_some()),
        ("money", |entry| entry.costs.money.is_some()),
        ("users affected", |entry| entry.costs.users.is_some()),
    ];
    fields
        .into_iter()
        .map(|(field, states)| {
            let has = incidents.filter(states);
            Stating {
                field,
                share: has.share_of(incidents),
                missing: incidents.filter(|entry| !states(entry)).members(),
            }
        })
        .collect()
}

fn lag_days(entry: &Entry) -> Option<f64> {
    let hours = entry.day?.duration_until(entry.written?).as_hours();
    (hours >= 0).then_some((hours / 24) as f64)
}

/// How much a person's look at the label would be worth: nothing where a person has given it.
fn doubt(entry: &Entry) -> f64 {
    if !is_classified(entry) || entry.labels.disputed {
        1.0
    } else if entry.labels.contradictory || entry.labels.confidence == Confidence::Low {
        0.7
    } else {
        0.0
    }
}

fn to_review(incidents: &Selection<'_>) -> Vec<usize> {
    let mut doubtful: Vec<(f64, usize)> = incidents
        .members()
        .iter()
        .zip(incidents.iter())
        .map(|(place, entry)| (doubt(entry) * weight(entry), place))
        .filter(|(worth, _)| *worth > 0.0)
        .collect();
    doubtful.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    doubtful.into_iter().map(|(_, place)| place).collect()
}

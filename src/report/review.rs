//! The queue of a review: whose label moves the headlines most and is least sure, then what else a person should see.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::error::Error;
use crate::incident::IncidentId;
use crate::tally::Tally;

use crate::report::Request;
use crate::report::placing::Place;
use crate::report::placing::Placing;
use crate::report::placing::of_entries;
use crate::report::placing::placings;
use crate::report::population::is_classified;
use crate::report::scope::Questions;

/// Why an incident is in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// People, or a person and the rules, disagree, and nobody has settled it.
    Disputed,
    /// Summary and root cause point to different modes.
    Contradictory,
    /// It has no failure mode.
    Unclassified,
    /// It has no date, so that no report counts it.
    Undated,
    /// A headline would move if its label were another one.
    Effect,
}

impl Why {
    /// The word as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            Why::Disputed => "disputed",
            Why::Contradictory => "contradictory",
            Why::Unclassified => "unclassified",
            Why::Undated => "undated",
            Why::Effect => "effect",
        }
    }
}

/// What is known of the label of one incident.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Doubt {
    /// The probability that its failure mode is wrong, 0 to 1; 0 where a person has given it.
    pub probability: f64,
    /// Whether people, or a person and the rules, disagree, and nobody has settled it.
    pub is_disputed: bool,
    /// Whether a person has given the failure mode.
    pub is_decided: bool,
}

/// An incident of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    /// Its name.
    pub id: IncidentId,
    /// How far the shares of the headlines would move together if the label were another one that it could be, 0.01 a
    /// percentage point.
    pub effect: f64,
    /// The share that would move most: a pattern's id, or a mode.
    pub moves: Option<String>,
    /// The probability that its failure mode is wrong.
    pub doubt: f64,
    /// Why it is in the queue.
    pub why: BTreeSet<Why>,
}

impl Queued {
    /// What a look at it is worth: effect times doubt.
    pub fn worth(&self) -> f64 {
        self.effect * self.doubt
    }
}

/// The queue over some incidents: by effect times doubt, the disputed, contradictory, unclassified and undated first among
/// equals; those that a person has decided and nobody disputes are not in it. Each of `otherwise` holds the same incidents,
/// each with another label that it could have.
///
/// # Errors
/// [`Error::Invalid`] where a tally was not counted with [`Request::questions`].
pub fn queue(
    request: &Request,
    (now, otherwise): (Tally, Vec<Tally>),
    doubts: &BTreeMap<IncidentId, Doubt>,
) -> Result<Vec<Queued>, Error> {
    let questions = Questions::of(request, &now)?;
    let entries = now.into_entries();
    let before = headlines(of_entries(request, &questions, &entries));
    let mut after = Vec::new();
    for tally in otherwise {
        after.push(headlines(placings(request, tally)?));
    }
    let is_counted: Vec<bool> = entries.iter().map(|one| one.day.is_some()).collect();
    let totals: Vec<Totals> = before
        .iter()
        .map(|one| Totals::of(one, &is_counted))
        .collect();
    let mut queue = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let doubt = doubts.get(&entry.id).copied().unwrap_or_default();
        let (effect, moves) = match is_counted[at] && !doubt.is_decided {
            true => farthest(&before, &after, (&totals, at)),
            false => (0.0, None),
        };
        let labels = &entry.labels;
        let open = !doubt.is_decided;
        let reasons = [
            (Why::Disputed, doubt.is_disputed),
            (Why::Contradictory, open && labels.contradictory),
            (Why::Unclassified, open && !is_classified(entry)),
            (Why::Undated, entry.day.is_none()),
            (Why::Effect, effect * doubt.probability > 0.0),
        ];
        let holds = reasons.into_iter().filter(|(_, holds)| *holds);
        let queued = Queued {
            id: entry.id.clone(),
            effect,
            moves,
            doubt: doubt.probability,
            why: holds.map(|(why, _)| why).collect(),
        };
        if entry.is_counted && !queued.why.is_empty() {
            queue.push(queued);
        }
    }
    queue.sort_by(|a, b| {
        let first = |queued: &Queued| queued.why.first().copied();
        let order = b.worth().total_cmp(&a.worth());
        order
            .then_with(|| first(a).cmp(&first(b)))
            .then_with(|| a.id.cmp(&b.id))
    });
    Ok(queue)
}

/// The shares that page one may tell and that hang on the labels of each incident alone.
fn headlines(mut placings: Vec<Placing>) -> Vec<Placing> {
    placings.retain(|one| one.is_headline && !one.facets.is_empty());
    placings
}

/// n and N of a share.
#[derive(Clone, Copy)]
struct Totals {
    counted: f64,
    among: f64,
}

impl Totals {
    fn of(placing: &Placing, is_counted: &[bool]) -> Totals {
        let places = placing.places.iter().zip(is_counted);
        let places = places.filter(|(_, is_counted)| **is_counted);
        places.fold(
            Totals {
                counted: 0.0,
                among: 0.0,
            },
            |totals, (place, _)| totals.with(*place, 1.0),
        )
    }

    fn with(self, place: Place, by: f64) -> Totals {
        Totals {
            counted: self.counted + if place == Place::Counted { by } else { 0.0 },
            among: self.among + if place == Place::Outside { 0.0 } else { by },
        }
    }

    /// The middle of the share's 95 % interval (Agresti and Coull, 1998): a share of few incidents claims little, so it
    /// cannot move far either.
    fn middle(self) -> f64 {
        (self.counted + 2.0) / (self.among + 4.0)
    }
}

/// How far the shares would move together with the label that moves them farthest, and which one most.
fn farthest(
    before: &[Placing],
    otherwise: &[Vec<Placing>],
    (totals, at): (&[Totals], usize),
) -> (f64, Option<String>) {
    let ways = otherwise.iter();
    let ways = ways.map(|after| effect(before, after, (totals, at)));
    ways.fold((0.0, None), |most, way| match way.0 > most.0 {
        true => way,
        false => most,
    })
}

/// How far the shares would move together, and which one most.
fn effect(
    before: &[Placing],
    after: &[Placing],
    (totals, at): (&[Totals], usize),
) -> (f64, Option<String>) {
    let mut sum = 0.0;
    let mut most: (f64, Option<&String>) = (0.0, None);
    for ((one, other), totals) in before.iter().zip(after).zip(totals) {
        let (place, otherwise) = (one.places[at], other.places[at]);
        if place == otherwise {
            continue;
        }
        let moved = totals.with(place, -1.0).with(otherwise, 1.0);
        let way = (moved.middle() - totals.middle()).abs();
        sum += way;
        if way > most.0 {
            most = (way, Some(&one.id));
        }
    }
    (sum, most.1.cloned())
}

//! Repeats: incidents with the failure mode and the service or model of an earlier one.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::incident::ActionState;
use crate::tally::Entry;
use crate::taxonomy::FailureMode;

/// For every entry, the latest earlier incident that it repeats.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repeats {
    earlier: Vec<Option<Earlier>>,
    open: Vec<bool>,
}

/// An earlier incident of the same failure mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its place among the entries.
    pub place: usize,
    /// The service or model that both name.
    pub shared: String,
    /// Days between the two.
    pub days: i64,
}

impl Repeats {
    /// Finds, for every dated incident of one of the six modes, the latest earlier one of the same mode that names one of
    /// its services or models.
    pub fn of(entries: &[Entry]) -> Repeats {
        let mut order: Vec<(Date, usize)> = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| can_repeat(entry))
            .filter_map(|(place, entry)| Some((entry.day?, place)))
            .collect();
        order.sort_unstable();
        let mut last: HashMap<(FailureMode, String), (Date, usize)> = HashMap::new();
        let mut earlier = vec![None; entries.len()];
        for (day, place) in order {
            let entry = &entries[place];
            let mode = entry.labels.failure_mode;
            let keys: Vec<String> = shared_names(entry).collect();
            earlier[place] = keys
                .iter()
                .filter_map(|key| {
                    let (before, place) = last.get(&(mode, key.clone()))?;
                    Some((*before, *place, key))
                })
                .max_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.cmp(a.2)))
                .map(|(before, place, shared)| Earlier {
                    place,
                    shared: shared.clone(),
                    days: before.duration_until(day).as_hours() / 24,
                });
            for key in keys {
                last.insert((mode, key), (day, place));
            }
        }
        Repeats {
            earlier,
            open: entries.iter().map(has_open_action).collect(),
        }
    }

    /// What the incident at a place repeats.
    pub fn get(&self, place: usize) -> Option<&Earlier> {
        self.earlier.get(place).and_then(Option::as_ref)
    }

    /// Whether the incident that the one at a place repeats has an action item that is not done.
    pub fn of_open_action(&self, place: usize) -> bool {
        self.get(place)
            .is_some_and(|earlier| self.open.get(earlier.place) == Some(&true))
    }
}

/// Whether an incident could be told to be a repeat: it has one of the six modes and names a service or a model.
pub fn can_repeat(entry: &Entry) -> bool {
    entry.is_counted
        && entry.labels.failure_mode.is_mode()
        && !(entry.services.is_empty() && entry.models.is_empty())
}

/// Whether an incident has an action item that is not done.
fn has_open_action(entry: &Entry) -> bool {
    entry
        .actions
        .iter()
        .any(|action| action.state == ActionState::Open)
}

fn shared_names(entry: &Entry) -> impl Iterator<Item = String> + '_ {
    let names = entry.services.iter().chain(&entry.models);
    names.map(|name| name.trim().to_lowercase())
}

//! Repeats: incidents with the failure mode and the service or model of an earlier one.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::report::names::Names;
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
    /// Finds, for every dated incident of one of the six modes, the latest one of the same mode on an earlier day
    /// that names one of its services or models.
    pub fn of(entries: &[Entry]) -> Repeats {
        let mut order: Vec<(Date, usize)> = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| can_repeat(entry))
            .filter_map(|(place, entry)| Some((entry.day?, place)))
            .collect();
        order.sort_unstable();
        let mut names = Names::default();
        let mut last: HashMap<(FailureMode, usize), (Date, usize)> = HashMap::new();
        let mut earlier = vec![None; entries.len()];
        for same_day in order.chunk_by(|a, b| a.0 == b.0) {
            for (day, place) in same_day {
                let entry = &entries[*place];
                let seen = keys(entry, &mut names);
                let seen = seen.filter_map(|key| Some((*last.get(&key)?, key.1)));
                let latest = seen.max_by_key(|(before, name)| (*before, std::cmp::Reverse(*name)));
                earlier[*place] = latest.map(|((before, place), name)| (before, *day, place, name));
            }
            for (day, place) in same_day {
                for key in keys(&entries[*place], &mut names) {
                    last.insert(key, (*day, *place));
                }
            }
        }
        let told = |(before, day, place, name): (Date, Date, usize, usize)| Earlier {
            place,
            shared: names.shown(name).to_owned(),
            days: before.duration_until(day).as_hours() / 24,
        };
        let earlier = earlier.into_iter().map(|one| one.map(told)).collect();
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
    !entry.open.is_empty()
}

/// What an incident can have in common with another: its mode with each of its services and models.
fn keys<'a>(
    entry: &'a Entry,
    names: &mut Names<'a>,
) -> impl Iterator<Item = (FailureMode, usize)> + use<'a> {
    let mode = entry.labels.failure_mode;
    let shared = entry.services.iter().chain(&entry.models);
    let numbers: Vec<usize> = shared.map(|name| names.number(name)).collect();
    numbers.into_iter().map(move |number| (mode, number))
}

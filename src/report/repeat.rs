//! Repeats: incidents with the failure mode and the service or model of an earlier one.

use jiff::civil::Date;

use crate::report::names::Names;
use crate::tally::Entry;
use crate::taxonomy::FailureMode;

/// For every entry, the latest earlier incident that it repeats.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repeats {
    earlier: Vec<Option<Earlier>>,
    open: Vec<bool>,
    shown: Vec<String>,
}

/// An earlier incident of the same failure mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Its place among the entries.
    pub place: usize,
    shared: u32,
    before: Date,
    day: Date,
}

impl Earlier {
    /// Days between the two.
    pub fn days(&self) -> i64 {
        self.before.duration_until(self.day).as_hours() / 24
    }
}

impl Repeats {
    /// Finds, for every dated incident of one of the six modes, the latest one of the same mode on an earlier day
    /// that names one of its services or models.
    pub fn of(entries: &[Entry]) -> Repeats {
        let mut order: Vec<(Date, u32)> = (0..)
            .zip(entries)
            .filter(|(_, entry)| can_repeat(entry))
            .filter_map(|(place, entry)| Some((entry.day?, place)))
            .collect();
        order.sort_unstable_by_key(|(day, place)| (ordinal(*day) << 32) | u64::from(*place));
        let mut names = Names::default();
        let mut last = Last::default();
        let mut earlier = vec![None; entries.len()];
        let mut keys: Vec<(usize, u32)> = Vec::new();
        for same_day in order.chunk_by(|a, b| a.0 == b.0) {
            for (day, place) in same_day {
                let at = *place as usize;
                let known = keys.len();
                keys.extend(keys_of(&entries[at], &mut names).map(|key| (key, *place)));
                earlier[at] = last.latest(keys[known..].iter().map(|(key, _)| *key), *day);
            }
            for (key, place) in keys.drain(..) {
                last.set(key, same_day[0].0, place);
            }
        }
        Repeats {
            earlier,
            open: entries.iter().map(has_open_action).collect(),
            shown: names.all(),
        }
    }

    /// The service or model that an incident and the earlier one both name.
    pub fn shared(&self, earlier: &Earlier) -> &str {
        self.shown
            .get(earlier.shared as usize)
            .map_or("", String::as_str)
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

/// What an incident can have in common with another, as numbers: its mode with each of its services and models.
fn keys_of<'a>(entry: &'a Entry, names: &mut Names<'a>) -> impl Iterator<Item = usize> {
    let mode = entry.labels.failure_mode as usize;
    let shared = entry.services.iter().chain(&entry.models);
    shared.map(move |name| names.number(name) * FailureMode::ALL.len() + mode)
}

/// A number for a day: later days have greater ones.
fn ordinal(day: Date) -> u64 {
    let year = (i64::from(day.year()) + 10_000) as u64;
    year << 9 | (day.month() as u64) << 5 | day.day() as u64
}

/// The last incident with each key.
#[derive(Default)]
struct Last(Vec<Option<(Date, u32)>>);

impl Last {
    fn set(&mut self, key: usize, day: Date, place: u32) {
        if self.0.len() <= key {
            self.0.resize(key + 1, None);
        }
        self.0[key] = Some((day, place));
    }

    /// The latest of those with some keys; of equals the one whose name was met first.
    fn latest(&self, keys: impl Iterator<Item = usize>, day: Date) -> Option<Earlier> {
        let seen = keys.filter_map(|key| Some((self.0.get(key).copied().flatten()?, key)));
        let latest = seen.max_by_key(|(before, key)| (*before, std::cmp::Reverse(*key)));
        latest.map(|((before, place), key)| Earlier {
            place: place as usize,
            shared: u32::try_from(key / FailureMode::ALL.len()).unwrap_or(u32::MAX),
            before,
            day,
        })
    }
}

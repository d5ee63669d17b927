//! OpenAction: what the team set itself to do and has not done, by age and team.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::tally::Entry;

/// The ages by which open action items are counted: the day from which on, and its name.
pub const AGES: [(i64, &str); 4] = [
    (0, "under 30 days"),
    (30, "30 to 89 days"),
    (90, "90 to 179 days"),
    (180, "180 days and more"),
];

/// One action item that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAction {
    /// The incident's place among the entries.
    pub place: usize,
    /// Where it stands among the incident's action items.
    pub item: usize,
    /// Days since the incident; `None` of an undated one.
    pub age: Option<i64>,
    /// Whether its due day has passed.
    pub overdue: bool,
}

/// The action items of the whole base that are not done on a day, the oldest first, undated ones last.
pub fn open_actions(entries: &[Entry], today: Date) -> Vec<OpenAction> {
    // The days between are counted once for each day, not for each item: a large base has few days and many items.
    let mut by_day: BTreeMap<Date, Vec<OpenAction>> = BTreeMap::new();
    let mut undated: Vec<OpenAction> = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        if !entry.is_counted || entry.open.is_empty() {
            continue;
        }
        let open = match entry.day {
            Some(day) => by_day.entry(day).or_default(),
            None => &mut undated,
        };
        open.extend(entry.open.iter().map(|item| OpenAction {
            place,
            item: item.item,
            age: None,
            overdue: item.due.is_some_and(|due| due < today),
        }));
    }
    let mut open: Vec<OpenAction> = Vec::new();
    for (day, mut of_day) in by_day {
        let age = (day.duration_until(today).as_hours() / 24).max(0);
        of_day.iter_mut().for_each(|one| one.age = Some(age));
        open.append(&mut of_day);
    }
    open.append(&mut undated);
    open.sort_by_key(|one| (Reverse(one.age), one.place, one.item));
    open
}

/// Where an age stands among [`AGES`].
pub fn age_group(days: i64) -> usize {
    AGES.iter()
        .rposition(|(from, _)| days >= *from)
        .unwrap_or(0)
}

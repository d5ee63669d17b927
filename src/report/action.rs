//! OpenAction: what the team set itself to do and has not done, by age and team.

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
    let mut open: Vec<OpenAction> = Vec::new();
    for (place, entry) in entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.is_counted)
    {
        let age = entry
            .day
            .map(|day| day.duration_until(today).as_hours() / 24);
        open.extend(entry.open.iter().map(|item| OpenAction {
            place,
            item: item.item,
            age: age.map(|days| days.max(0)),
            overdue: item.due.is_some_and(|due| due < today),
        }));
    }
    open.sort_by_key(|one| (std::cmp::Reverse(one.age), one.place, one.item));
    open
}

/// Where an age stands among [`AGES`].
pub fn age_group(days: i64) -> usize {
    AGES.iter()
        .rposition(|(from, _)| days >= *from)
        .unwrap_or(0)
}

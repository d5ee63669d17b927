//! Members, Selection: some of a report's incidents, to be narrowed, counted and summed.

use std::fmt;
use std::sync::Arc;

use crate::tally::Entry;

use crate::report::statistics::Quartiles;
use crate::report::statistics::Share;

/// Incidents as places among the entries of a report, ascending; cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Members(Arc<[u32]>);

impl Members {
    /// How many they are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + Clone + '_ {
        self.0.iter().map(|place| *place as usize)
    }

    /// Whether a place is one of them.
    pub fn contains(&self, place: usize) -> bool {
        u32::try_from(place).is_ok_and(|place| self.0.binary_search(&place).is_ok())
    }
}

impl Default for Members {
    fn default() -> Members {
        Members(Arc::from([]))
    }
}

impl FromIterator<usize> for Members {
    fn from_iter<T: IntoIterator<Item = usize>>(places: T) -> Members {
        let mut places: Vec<u32> = places
            .into_iter()
            .filter_map(|place| u32::try_from(place).ok())
            .collect();
        places.sort_unstable();
        places.dedup();
        Members(places.into())
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter()).finish()
    }
}

/// The sum of what some incidents state, and how many of them state it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stated {
    /// The sum.
    pub sum: f64,
    /// How many state it.
    pub stated: usize,
    /// How many they are.
    pub of: usize,
}

/// Some incidents of a report.
#[derive(Clone)]
pub struct Selection<'a> {
    entries: &'a [Entry],
    members: Members,
}

impl<'a> Selection<'a> {
    /// The entries for which something holds.
    pub fn of(entries: &'a [Entry], holds: impl Fn(&Entry) -> bool) -> Selection<'a> {
        let members = (0..entries.len())
            .filter(|place| holds(&entries[*place]))
            .collect();
        Selection { entries, members }
    }

    /// The entries at some places.
    pub fn at(entries: &'a [Entry], members: &Members) -> Selection<'a> {
        Selection {
            entries,
            members: members.clone(),
        }
    }

    /// The entries at some of their places.
    pub fn only(&self, members: &Members) -> Selection<'a> {
        Selection::at(self.entries, members)
    }

    /// Those for which something holds.
    pub fn filter(&self, holds: impl Fn(&Entry) -> bool) -> Selection<'a> {
        self.places(|place| holds(&self.entries[place]))
    }

    /// Those at whose place something holds.
    pub fn places(&self, holds: impl Fn(usize) -> bool) -> Selection<'a> {
        Selection {
            entries: self.entries,
            members: Members(
                (self.members.0.iter().copied())
                    .filter(|place| holds(*place as usize))
                    .collect(),
            ),
        }
    }

    /// Those with each of some values, in the order of the values: in one pass, for there may be many incidents.
    pub fn sorted_by<T: PartialEq>(
        &self,
        values: &[T],
        value: impl Fn(&Entry) -> T,
    ) -> Vec<Members> {
        let mut sorted: Vec<Vec<u32>> = values.iter().map(|_| Vec::new()).collect();
        for place in &*self.members.0 {
            let found = value(&self.entries[*place as usize]);
            if let Some(at) = values.iter().position(|value| *value == found) {
                sorted[at].push(*place);
            }
        }
        sorted
            .into_iter()
            .map(|places| Members(places.into()))
            .collect()
    }

    /// The entries.
    pub fn iter(&self) -> impl Iterator<Item = &'a Entry> + '_ {
        self.members.iter().map(|place| &self.entries[place])
    }

    /// The places.
    pub fn members(&self) -> Members {
        self.members.clone()
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Their share of others among which they are.
    pub fn share_of(&self, whole: &Selection<'_>) -> Share {
        Share::of(self.len(), whole.len())
    }

    /// The quartiles of what they state; `None` where none states it.
    pub fn quartiles(&self, value: impl Fn(&Entry) -> Option<f64>) -> Option<Quartiles> {
        Quartiles::of(self.iter().filter_map(value))
    }

    /// The sum of what they state.
    pub fn stated(&self, value: impl Fn(&Entry) -> Option<f64>) -> Stated {
        let mut stated = Stated {
            of: self.len(),
            ..Stated::default()
        };
        for value in self.iter().filter_map(value) {
            stated.sum += value;
            stated.stated += 1;
        }
        stated
    }
}

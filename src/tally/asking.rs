//! Asking: whether an incident fulfils a query, by what a tally holds of it.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::query::Field;
use crate::query::Filter;
use crate::query::Query;
use crate::query::Test;
use crate::record::Record;
use crate::tally::counting::Like;
use crate::tally::entry::Entry;
use crate::tally::entry::Name;

/// A query that is asked of many incidents; what many of them share is looked at once.
pub(super) struct Asking<'q> {
    pub(super) query: &'q Query,
    labels: RefCell<HashMap<(*const Filter, Like), bool>>,
    names: RefCell<HashMap<(*const Filter, *const str), bool>>,
}

impl<'q> Asking<'q> {
    /// Asks a query, which [`Query::is_of_columns`].
    pub(super) fn new(query: &'q Query) -> Asking<'q> {
        Asking {
            query,
            labels: RefCell::default(),
            names: RefCell::default(),
        }
    }

    /// Whether an incident fulfils it; `like` makes a record that answers questions about labels as it does.
    pub(super) fn answer(&self, entry: &Entry, like: (Like, &dyn Fn() -> Record)) -> bool {
        self.query
            .matches_by(&|filter| self.holds(filter, entry, like))
    }

    fn holds(&self, filter: &Filter, entry: &Entry, like: (Like, &dyn Fn() -> Record)) -> bool {
        let named = |names: &[Name]| names.iter().any(|name| self.accepts(filter, name));
        match (&filter.field, &filter.test) {
            (_, Test::Days(period)) => entry.day.is_some_and(|day| period.contains(day)),
            (_, Test::Ranks(from, to)) => {
                let rank = entry.severity.map(|severity| severity.rank());
                rank.is_some_and(|rank| (*from..=*to).contains(&rank))
            }
            (Field::Id, test) => test.accepts(entry.id.as_str()),
            (Field::Service, _) => named(&entry.services),
            (Field::Asset, _) => named(&entry.assets),
            (Field::Model, _) => named(&entry.models),
            (Field::Team, _) => named(entry.team.as_slice()),
            _ => {
                let (number, record) = like;
                let mut labels = self.labels.borrow_mut();
                let known = labels.entry((std::ptr::from_ref(filter), number));
                *known.or_insert_with(|| filter.matches(&record()))
            }
        }
    }

    fn accepts(&self, filter: &Filter, name: &Name) -> bool {
        let mut names = self.names.borrow_mut();
        let known = names.entry((std::ptr::from_ref(filter), std::ptr::from_ref(&**name)));
        *known.or_insert_with(|| filter.test.accepts(name))
    }
}

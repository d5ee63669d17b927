//! Figures: all that is counted of one record but its labels; its names are of whatever form the reader has them in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

use crate::incident::ActionState;
use crate::incident::Fact;
use crate::incident::Severity;
use crate::record::Record;
use crate::tally::entry::Clocks;
use crate::tally::entry::Costs;
use crate::tally::entry::Entry;
use crate::tally::entry::Name;
use crate::tally::entry::OpenItem;

/// Keys of front matter and metadata under which people note the day of writing, the most exact first.
const WRITTEN: &[&str] = &[
    "written",
    "written_at",
    "published",
    "published_at",
    "publish_date",
    "date_published",
    "postmortem_date",
    "report_date",
    "created",
    "created_at",
];

/// A text that is borrowed where it stands as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// An open item: its place, its day, its team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Item<N>(
    pub(super) usize,
    pub(super) Option<Date>,
    pub(super) Option<N>,
);

/// What is counted besides the labels.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(
    default,
    bound(
        serialize = "N: Serialize",
        deserialize = "N: Deserialize<'de> + Default"
    )
)]
pub(super) struct Figures<N> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) day: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) written: Option<Date>,
    pub(super) counted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) severity: Option<Severity>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) services: Vec<N>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) models: Vec<N>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) assets: Vec<N>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) team: Option<N>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<N>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trigger: Option<N>,
    pub(super) clocks: Clocks,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hours: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) money: Option<N>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) users: Option<N>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) open: Vec<Item<N>>,
}

impl<'a> Figures<Text<'a>> {
    /// The figures of a record.
    pub(super) fn of(record: &'a Record) -> Figures<Text<'a>> {
        let facts = &record.facts;
        let open = (0..).zip(&facts.action_items);
        let open = open.filter(|(_, action)| action.state == ActionState::Open);
        Figures {
            day: facts.day(),
            written: written(&record.metadata),
            counted: record.is_counted(),
            severity: facts.severity.as_ref().map(|fact| fact.value),
            services: texts(&facts.services),
            models: texts(&facts.models),
            assets: texts(&facts.assets),
            team: text(&facts.team),
            origin: text(&facts.origin_team),
            trigger: text(&facts.trigger),
            clocks: Clocks::of(facts),
            hours: facts.hours_lost.as_ref().map(|fact| fact.value),
            money: text(&facts.money),
            users: text(&facts.users_affected),
            open: open
                .map(|(item, action)| Item(item, action.due, action.team.as_deref().map(borrowed)))
                .collect(),
        }
    }
}

impl<N> Figures<N> {
    /// The same with names of another form.
    pub(super) fn named<M>(self, mut name: impl FnMut(N) -> M) -> Figures<M> {
        let mut all = |names: Vec<N>| names.into_iter().map(&mut name).collect();
        let (services, models, assets) = (all(self.services), all(self.models), all(self.assets));
        let mut one = |text: Option<N>| text.map(&mut name);
        Figures {
            day: self.day,
            written: self.written,
            counted: self.counted,
            severity: self.severity,
            services,
            models,
            assets,
            team: one(self.team),
            origin: one(self.origin),
            trigger: one(self.trigger),
            clocks: self.clocks,
            hours: self.hours,
            money: one(self.money),
            users: one(self.users),
            open: (self.open.into_iter())
                .map(|Item(item, due, team)| Item(item, due, one(team)))
                .collect(),
        }
    }
}

impl Figures<Name> {
    /// Lays the figures into an entry.
    pub(super) fn lay_into(self, entry: Entry) -> Entry {
        Entry {
            day: self.day,
            written: self.written,
            is_counted: self.counted,
            severity: self.severity,
            services: self.services,
            models: self.models,
            assets: self.assets,
            team: self.team,
            origin_team: self.origin,
            trigger: self.trigger,
            clocks: self.clocks,
            costs: Costs {
                hours: self.hours,
                money: self.money,
                users: self.users,
            },
            open: (self.open.into_iter())
                .map(|Item(item, due, team)| OpenItem { item, due, team })
                .collect(),
            ..entry
        }
    }
}

fn written(metadata: &BTreeMap<String, String>) -> Option<Date> {
    WRITTEN.iter().find_map(|key| {
        let text = metadata.get(*key)?.trim();
        text.get(..10).unwrap_or(text).parse().ok()
    })
}

fn borrowed(text: &str) -> Text<'_> {
    Text(Cow::Borrowed(text))
}

fn text(fact: &Option<Fact<String>>) -> Option<Text<'_>> {
    fact.as_ref().map(|fact| borrowed(&fact.value))
}

fn texts(facts: &[Fact<String>]) -> Vec<Text<'_>> {
    facts.iter().map(|fact| borrowed(&fact.value)).collect()
}

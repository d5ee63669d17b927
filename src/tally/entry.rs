//! Entry: what a report needs of one incident: small values for counting, and its words where they are shown.

use std::sync::Arc;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

use crate::incident::ActionItem;
use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::IncidentId;
use crate::incident::Severity;
use crate::record::Record;
use crate::secret::Secrets;
use crate::tally::kept::Kept;
use crate::tally::kept::Names;
use crate::tally::labels::Labels;
use crate::tally::quote::Quote;
use crate::tally::quote::quotes;

/// A name of a service, a model, a team; equal names are held once.
pub type Name = Arc<str>;

/// The durations of one incident, in minutes; absent where the document states none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Clocks {
    /// From onset to detection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detect: Option<i64>,
    /// From detection to the true cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnose: Option<i64>,
    /// From onset to mitigation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mitigate: Option<i64>,
    /// From onset to resolution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolve: Option<i64>,
}

impl Clocks {
    pub(super) fn of(facts: &Facts) -> Clocks {
        let minutes = |fact: &Option<Fact<i64>>| fact.as_ref().map(|fact| fact.value);
        Clocks {
            detect: minutes(&facts.minutes_to_detect),
            diagnose: minutes(&facts.minutes_to_diagnose),
            mitigate: minutes(&facts.minutes_to_mitigate),
            resolve: minutes(&facts.minutes_to_resolve),
        }
    }
}

/// What one incident cost, as far as its document says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Costs {
    /// Engineering hours.
    pub hours: Option<f64>,
    /// Money with its currency, as written.
    pub money: Option<Name>,
    /// Users, customers or requests, as written.
    pub users: Option<Name>,
}

/// An action item that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    /// Where it stands among the incident's action items.
    pub item: usize,
    /// When it is due.
    pub due: Option<Date>,
    /// The team it is given to.
    pub team: Option<Name>,
}

/// The words of one incident that a report shows of a few and counts of none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Words {
    /// Its title.
    pub title: String,
    /// The path as it was given to `add`.
    pub source: String,
    /// The page's own address.
    pub url: Option<String>,
    /// What is to be done.
    pub actions: Vec<ActionItem>,
    /// The strongest proof of failure mode and decay, at most one for each.
    pub quotes: Vec<Quote>,
}

impl Words {
    /// The words of a record.
    pub fn of(record: &Record) -> Words {
        Words {
            title: record.title.clone(),
            source: record.source.clone(),
            url: record.facts.url.as_ref().map(|fact| fact.value.clone()),
            actions: record.facts.action_items.clone(),
            quotes: quotes(&record.classification),
        }
    }

    /// Every text in them.
    pub(super) fn texts(&mut self) -> Vec<&mut String> {
        let mut texts = vec![&mut self.title, &mut self.source];
        texts.extend(&mut self.url);
        for item in &mut self.actions {
            texts.push(&mut item.text);
            let more = [&mut item.owner, &mut item.team, &mut item.link];
            texts.extend(more.into_iter().flatten());
        }
        texts.extend(self.quotes.iter_mut().map(|quote| &mut quote.text));
        texts
    }

    /// Takes secrets and personal data out.
    pub fn redact(&mut self, secrets: &Secrets) {
        for text in self.texts() {
            *text = secrets.redact(text).into_owned();
        }
    }
}

/// What the report needs of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub id: IncidentId,
    /// The day that it counts in; `None` for an undated document.
    pub day: Option<Date>,
    /// The day on which it was written up, where a key of the metadata says so.
    pub written: Option<Date>,
    /// Whether it is an incident, and not a template, an index page, a duplicate.
    pub is_counted: bool,
    /// The labels.
    pub labels: Arc<Labels>,
    /// How bad it was.
    pub severity: Option<Severity>,
    /// Affected services.
    pub services: Vec<Name>,
    /// Models by name.
    pub models: Vec<Name>,
    /// Tables, topics, features, columns, data sets by name.
    pub assets: Vec<Name>,
    /// The team that owns what failed.
    pub team: Option<Name>,
    /// The team in whose area the fault entered.
    pub origin_team: Option<Name>,
    /// What set it off.
    pub trigger: Option<Name>,
    /// Its durations.
    pub clocks: Clocks,
    /// Its costs.
    pub costs: Costs,
    /// The action items that are not done.
    pub open: Vec<OpenItem>,
    /// Whether its names or words hold a secret or personal data.
    pub has_secret: bool,
    /// Whether assets, triggers, money and the like were passed over, for it lies outside the window of the report.
    pub is_brief: bool,
    /// The first bytes of a digest of all that was counted.
    pub(super) content: [u8; 16],
    /// For each question of the tally, whether the incident fulfils it.
    pub(super) answers: Arc<[bool]>,
    pub(super) words: Option<Box<Words>>,
}

/// The words of an incident whose words nobody asked for.
static NO_WORDS: LazyLock<Words> = LazyLock::new(Words::default);

impl Entry {
    /// An entry of which nothing is known but its name and labels.
    pub(super) fn new(id: IncidentId, labels: Arc<Labels>, answers: Arc<[bool]>) -> Entry {
        Entry {
            id,
            day: None,
            written: None,
            is_counted: false,
            labels,
            severity: None,
            services: Vec::new(),
            models: Vec::new(),
            assets: Vec::new(),
            team: None,
            origin_team: None,
            trigger: None,
            clocks: Clocks::default(),
            costs: Costs::default(),
            open: Vec::new(),
            has_secret: false,
            is_brief: false,
            content: [0; 16],
            answers,
            words: None,
        }
    }

    /// Whether the incident fulfils the question at this place of [`super::Tally::questions`].
    pub fn answers(&self, question: usize) -> bool {
        self.answers.get(question).copied().unwrap_or(false)
    }

    /// Its words; empty where they were not laid in.
    pub fn words(&self) -> &Words {
        self.words.as_deref().unwrap_or(&NO_WORDS)
    }

    /// Lays in what was passed over, from its record.
    pub fn complete(&mut self, record: &Record) {
        let kept = Kept::of(record);
        let whole = kept.entry(self.id.as_str(), self.labels.clone(), &mut Names::default());
        // What was written a moment ago can be read.
        if let Some(whole) = whole.filter(|_| self.is_brief) {
            *self = Entry {
                answers: self.answers.clone(),
                words: self.words.take(),
                ..whole
            };
        }
    }

    /// Lays its words in.
    pub fn lay_in(&mut self, words: Words) {
        self.words = Some(Box::new(words));
    }

    /// Takes secrets and personal data out of its names and words.
    pub fn redact(&mut self, secrets: &Secrets) {
        let single = [&mut self.team, &mut self.origin_team, &mut self.trigger];
        let costs = [&mut self.costs.money, &mut self.costs.users];
        let names = self.services.iter_mut().chain(&mut self.models);
        let names = names.chain(&mut self.assets);
        let names = names.chain(single.into_iter().chain(costs).flatten());
        for name in names.chain(self.open.iter_mut().filter_map(|item| item.team.as_mut())) {
            *name = secrets.redact(name).into();
        }
        if let Some(words) = &mut self.words {
            words.redact(secrets);
        }
    }
}

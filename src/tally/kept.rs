//! Kept: what is counted of one record, as two short texts that the store keeps beside it: a report then reads no record.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::Arc;

use blake3::Hasher;
use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

use crate::incident::ActionState;
use crate::incident::Fact;
use crate::incident::IncidentId;
use crate::incident::Severity;
use crate::record::Record;
use crate::schema;
use crate::secret::Secrets;
use crate::tally::entry::Clocks;
use crate::tally::entry::Costs;
use crate::tally::entry::Entry;
use crate::tally::entry::Name;
use crate::tally::entry::OpenItem;
use crate::tally::entry::Words;
use crate::tally::labels::Labels;

/// Raised with every change in what is kept, or in how it is taken from a record.
const FORM: u32 = 1;

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

/// What is counted of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<'a> {
    /// Its labels, as JSON. Few records differ in them.
    pub labels: Cow<'a, str>,
    /// All else that is counted, as JSON.
    pub figures: Cow<'a, str>,
    /// Whether its names or words hold a secret or personal data.
    pub has_secret: bool,
    /// The first bytes of a digest of id, labels and figures.
    pub content: [u8; 16],
}

/// A text that is borrowed where it stands as it is.
#[derive(Serialize, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// An open item: its place, its day, its team.
#[derive(Serialize, Deserialize)]
struct Item<'a>(usize, Option<Date>, #[serde(borrow)] Option<Text<'a>>);

/// What is counted besides the labels.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Figures<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<Date>,
    counted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(borrow, skip_serializing_if = "Vec::is_empty")]
    services: Vec<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Vec::is_empty")]
    models: Vec<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Vec::is_empty")]
    assets: Vec<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    team: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    origin: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    trigger: Option<Text<'a>>,
    clocks: Clocks,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<f64>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    money: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    users: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Vec::is_empty")]
    open: Vec<Item<'a>>,
}

impl<'a> Kept<'a> {
    /// What was kept of the record of an id.
    pub fn new(id: &str, labels: &'a str, figures: &'a str, has_secret: bool) -> Kept<'a> {
        Kept {
            labels: labels.into(),
            figures: figures.into(),
            has_secret,
            content: content([id, labels, figures]),
        }
    }
}

impl Kept<'_> {
    /// What is counted of a record.
    pub fn of(record: &Record) -> Kept<'static> {
        let labels = json(&Labels::of(&record.classification));
        let figures = json(&Figures::of(record));
        let secrets = Secrets::shipped();
        let holds = |text: &str| !secrets.find(text).is_empty();
        let mut words = Words::of(record);
        let has_secret = holds(&figures) || words.texts().into_iter().any(|text| holds(text));
        Kept {
            content: content([record.id.as_str(), &labels, &figures]),
            labels: labels.into(),
            figures: figures.into(),
            has_secret,
        }
    }

    /// A number for the form in which this program keeps it, and for the rules of what is secret.
    pub fn version() -> i64 {
        let digest = blake3::hash(schema::file("secrets.toml").as_bytes());
        let rules = digest.as_bytes().iter().take(4);
        let rules = rules.fold(0, |number, byte| number << 8 | i64::from(*byte));
        i64::from(FORM) << 32 | rules
    }

    /// The entry of an incident, without labels and answers; `None` where it cannot be read.
    pub(super) fn entry(&self, id: &str, labels: Arc<Labels>, names: &mut Names) -> Option<Entry> {
        let figures: Figures<'_> = serde_json::from_str(&self.figures).ok()?;
        let mut all = |texts: &[Text<'_>]| texts.iter().map(|text| names.name(&text.0)).collect();
        let (services, models, assets) = (
            all(&figures.services),
            all(&figures.models),
            all(&figures.assets),
        );
        let mut one = |text: &Option<Text<'_>>| text.as_ref().map(|text| names.name(&text.0));
        let open = |Item(item, due, team): &Item<'_>| (*item, *due, one(team));
        let open: Vec<_> = figures.open.iter().map(open).collect();
        let open = open.into_iter();
        Some(Entry {
            day: figures.day,
            written: figures.written,
            is_counted: figures.counted,
            severity: figures.severity,
            services,
            models,
            assets,
            team: one(&figures.team),
            origin_team: one(&figures.origin),
            trigger: one(&figures.trigger),
            clocks: figures.clocks,
            costs: Costs {
                hours: figures.hours,
                money: one(&figures.money),
                users: one(&figures.users),
            },
            open: open
                .map(|(item, due, team)| OpenItem { item, due, team })
                .collect(),
            has_secret: self.has_secret,
            content: self.content,
            ..Entry::new(id.parse::<IncidentId>().ok()?, labels, Arc::from([]))
        })
    }
}

impl<'a> Figures<'a> {
    fn of(record: &'a Record) -> Figures<'a> {
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

/// Names that are held once.
#[derive(Default)]
pub(super) struct Names(HashSet<Name>);

impl Names {
    fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.0.get(text) {
            return name.clone();
        }
        let name: Name = text.into();
        self.0.insert(name.clone());
        name
    }
}

/// The first bytes of a digest of some texts.
fn content(texts: [&str; 3]) -> [u8; 16] {
    let mut hasher = Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    let mut content = [0; 16];
    hasher.finalize_xof().fill(&mut content);
    content
}

fn json(value: &impl Serialize) -> String {
    // Maps have text for keys, and nothing else can fail.
    serde_json::to_string(value).unwrap_or_default()
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

//! Kept: what is counted of one record, as two short texts that the store keeps beside it: a report then reads no record.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use blake3::Hasher;
use serde::Serialize;

use crate::incident::IncidentId;
use crate::record::Record;
use crate::schema;
use crate::secret::Secrets;
use crate::tally::entry::Entry;
use crate::tally::entry::Name;
use crate::tally::entry::Words;
use crate::tally::figures::Figures;
use crate::tally::figures::Text;
use crate::tally::labels::Labels;

/// Raised with every change in what is kept, or in how it is taken from a record.
const FORM: u32 = 1;

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

impl<'a> Kept<'a> {
    /// What was kept of the record of an id.
    pub fn new(
        id: &str,
        labels: impl Into<Cow<'a, str>>,
        figures: impl Into<Cow<'a, str>>,
        has_secret: bool,
    ) -> Kept<'a> {
        let (labels, figures) = (labels.into(), figures.into());
        Kept {
            content: content([id, &labels, &figures]),
            labels,
            figures,
            has_secret,
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
        Kept::new(record.id.as_str(), labels, figures, has_secret)
    }

    /// A number for the form in which this program keeps it, and for the rules of what is secret.
    pub fn version() -> i64 {
        let digest = blake3::hash(schema::file("secrets.toml").as_bytes());
        let rules = digest.as_bytes().iter().take(4);
        let rules = rules.fold(0, |number, byte| number << 8 | i64::from(*byte));
        i64::from(FORM) << 32 | rules
    }

    /// The entry of an incident, without answers; `None` where it cannot be read.
    pub(super) fn entry(&self, id: &str, labels: Arc<Labels>, names: &mut Names) -> Option<Entry> {
        let figures: Figures<Text<'_>> = serde_json::from_str(&self.figures).ok()?;
        let entry = Entry {
            has_secret: self.has_secret,
            content: self.content,
            ..Entry::new(id.parse::<IncidentId>().ok()?, labels, Arc::from([]))
        };
        Some(figures.named(|text| names.name(&text.0)).lay_into(entry))
    }
}

/// Names that are held once.
#[derive(Default)]
pub(super) struct Names(HashSet<Name>);

impl Names {
    pub(super) fn name(&mut self, text: &str) -> Name {
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

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> String {
    // Maps have text for keys, and nothing else can fail.
    serde_json::to_string(value).unwrap_or_default()
}

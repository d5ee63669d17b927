//! Counting: a tally while records are counted into it, one after the other.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::IncidentId;
use crate::incident::Origin;
use crate::postmortem::DocumentKind;
use crate::query::Query;
use crate::record::Lineage;
use crate::record::Record;
use crate::tally::Tally;
use crate::tally::entry::Words;
use crate::tally::kept::Kept;
use crate::tally::kept::Names;
use crate::tally::labels::Labels;

/// A tally while records are counted into it. Labels that are the same are held, and asked about, once.
pub struct Counting<'q> {
    questions: &'q [Query],
    tally: Tally,
    names: Names,
    labels: HashMap<Box<str>, (usize, Arc<Labels>)>,
    answers: HashMap<Like, Arc<[bool]>>,
}

/// All that a question about labels can ask: the labels by their number, whether it is counted, whether it is dated.
type Like = (usize, bool, bool);

impl<'q> Counting<'q> {
    /// Begins to count, with the filters that the report will ask about.
    pub fn new(questions: &'q [Query]) -> Counting<'q> {
        Counting {
            questions,
            tally: Tally {
                questions: questions.iter().map(|query| query.text.clone()).collect(),
                entries: Vec::new(),
            },
            names: Names::default(),
            labels: HashMap::new(),
            answers: HashMap::new(),
        }
    }

    /// Whether what is kept of a record answers every question: none asks for anything but labels.
    pub fn needs_no_record(&self) -> bool {
        self.questions.iter().all(Query::is_of_labels)
    }

    /// Counts one record.
    pub fn add(&mut self, record: &Record) {
        let answers = self.questions.iter();
        let answers = answers.map(|query| query.matches(record)).collect();
        let kept = Kept::of(record);
        let entry = self.labels_of(&kept).and_then(|(_, labels)| {
            let mut entry = kept.entry(record.id.as_str(), labels, &mut self.names)?;
            entry.answers = answers;
            entry.lay_in(Words::of(record));
            Some(entry)
        });
        // What was written a moment ago can be read.
        self.tally.entries.extend(entry);
    }

    /// Counts what is kept of a record; whether it could be read. Only where [`Counting::needs_no_record`].
    pub fn add_kept(&mut self, id: &str, kept: &Kept<'_>) -> bool {
        let Some((number, labels)) = self.labels_of(kept) else {
            return false;
        };
        let Some(mut entry) = kept.entry(id, labels, &mut self.names) else {
            return false;
        };
        let like = (number, entry.is_counted, entry.day.is_some());
        let answers = self.answers.entry(like);
        let answers = answers.or_insert_with(|| {
            let record = alike(&entry.id, &entry.labels, like);
            let answers = self.questions.iter();
            answers.map(|query| query.matches(&record)).collect()
        });
        entry.answers = answers.clone();
        self.tally.entries.push(entry);
        true
    }

    /// The tally of all that was counted.
    pub fn finish(self) -> Tally {
        self.tally.in_order()
    }

    fn labels_of(&mut self, kept: &Kept<'_>) -> Option<(usize, Arc<Labels>)> {
        if let Some(known) = self.labels.get(&*kept.labels) {
            return Some(known.clone());
        }
        let labels: Labels = serde_json::from_str(&kept.labels).ok()?;
        let known = (self.labels.len(), Arc::new(labels));
        self.labels.insert((*kept.labels).into(), known.clone());
        Some(known)
    }
}

/// A record that answers questions about labels as one with these labels does.
fn alike(id: &IncidentId, labels: &Labels, (_, is_counted, is_dated): Like) -> Record {
    let date = Fact {
        value: Date::default(),
        line: 0,
        origin: Origin::Metadata,
    };
    Record {
        id: id.clone(),
        source: String::new(),
        path: String::new(),
        kind: match is_counted {
            true => DocumentKind::Postmortem,
            false => DocumentKind::Duplicate,
        },
        language: String::new(),
        title: String::new(),
        facts: Facts {
            date: is_dated.then_some(date),
            ..Facts::default()
        },
        metadata: std::collections::BTreeMap::new(),
        classification: labels.classification(),
        lineage: Lineage::default(),
    }
}

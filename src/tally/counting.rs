//! Counting: a tally while records are counted into it, one after the other.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::IncidentId;
use crate::incident::Origin;
use crate::postmortem::DocumentKind;
use crate::query::Field;
use crate::query::Query;
use crate::record::Lineage;
use crate::record::Record;
use crate::tally::Tally;
use crate::tally::asking::Asking;
use crate::tally::bundle;
use crate::tally::bundle::Head;
use crate::tally::bundle::Reading;
use crate::tally::entry::Entry;
use crate::tally::entry::Name;
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
    /// For each number of labels, by whether it is counted and whether it is dated.
    answers: Vec<[Option<Arc<[bool]>>; 4]>,
    /// Of incidents of other days what a report tells only of its window may be passed over.
    window: bundle::Window,
    /// The questions that ask for more than labels, with their places.
    columns: Vec<(usize, Asking<'q>)>,
    population: Option<Asking<'q>>,
}

/// All that a question about labels can ask: the labels by their number, whether it is counted, whether it is dated.
pub(super) type Like = (usize, bool, bool);

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
            answers: Vec::new(),
            window: None,
            columns: (questions.iter().enumerate())
                .filter(|(_, query)| !query.is_of_labels())
                .map(|(at, query)| (at, Asking::new(query)))
                .collect(),
            population: None,
        }
    }

    /// Counts only what fulfils a query, which [`Query::is_of_columns`].
    pub fn only(mut self, population: &'q Query) -> Counting<'q> {
        self.population = Some(Asking::new(population));
        self
    }

    /// Passes over assets, triggers, money and the like of the incidents of other days, where no question asks for them.
    pub fn in_detail(mut self, first: Date, last: Date) -> Counting<'q> {
        let of_assets = |query: &Query| query.mentions(&Field::Asset);
        let asked = self.questions.iter().any(of_assets);
        let is_asked = asked
            || self
                .population
                .as_ref()
                .is_some_and(|one| of_assets(one.query));
        self.window = (!is_asked).then_some((first, last));
        self
    }

    /// Whether what is kept of a record answers every question.
    pub fn needs_no_record(&self) -> bool {
        self.questions.iter().all(Query::is_of_columns)
    }

    /// Counts one record.
    pub fn add(&mut self, record: &Record) {
        let answers = self.questions.iter();
        let answers = answers.map(|query| query.matches(record)).collect();
        let kept = Kept::of(record);
        let entry = self.labels_of(&kept.labels).and_then(|(_, labels)| {
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
        let Some((number, labels)) = self.labels_of(&kept.labels) else {
            return false;
        };
        let Some(entry) = kept.entry(id, labels, &mut self.names) else {
            return false;
        };
        self.push(number, entry);
        true
    }

    /// Counts the records of a bundle, but for those at some revisions; how many they are, and `None` where the bundle
    /// cannot be read. Only where [`Counting::needs_no_record`].
    pub fn add_bundle(&mut self, bytes: &[u8], gone: &BTreeSet<i64>) -> Option<usize> {
        let mut reading = Reading::of(bytes);
        let texts = bundle::texts(&mut reading)?;
        let mut names: Vec<Option<Name>> = vec![None; texts.len()];
        let mut labels: Vec<Option<(usize, Arc<Labels>)>> = vec![None; texts.len()];
        let rows = reading.length()?;
        let mut counted = 0;
        self.tally.entries.reserve(rows.min(bytes.len()));
        for _ in 0..rows {
            let head = Head::read(&mut reading)?;
            let mut name = |number: usize| {
                let text = *texts.get(number)?;
                let known = names.get_mut(number)?;
                Some(known.get_or_insert_with(|| self.names.name(text)).clone())
            };
            let figures = head.figures(&mut reading, &mut name, self.window)?;
            if !gone.is_empty() && gone.contains(&head.rev) {
                continue;
            }
            let known = labels.get_mut(head.labels)?;
            if known.is_none() {
                *known = Some(self.labels_of(texts[head.labels])?);
            }
            let (number, labels) = known.clone()?;
            let entry = Entry {
                has_secret: head.has(bundle::SECRET),
                content: head.content,
                is_brief: !bundle::is_in(self.window, figures.day),
                ..Entry::new(head.id.parse().ok()?, labels, Arc::from([]))
            };
            self.push(number, figures.lay_into(entry));
            counted += 1;
        }
        Some(counted)
    }

    /// Lays the answers into an entry by its labels, and takes it in.
    fn push(&mut self, labels: usize, mut entry: Entry) {
        let like = (labels, entry.is_counted, entry.day.is_some());
        let record = || alike(&entry.id, &entry.labels, like);
        let asked = |asking: &Asking<'_>| asking.answer(&entry, (like, &record));
        if !self.population.as_ref().is_none_or(asked) {
            return;
        }
        let known = self.answers.len().max(labels + 1);
        self.answers.resize(known, Default::default());
        let place = usize::from(entry.is_counted) | usize::from(entry.day.is_some()) << 1;
        let answers = self.answers[labels][place].get_or_insert_with(|| {
            let record = record();
            let answers = self.questions.iter();
            answers
                .map(|query| query.is_of_labels() && query.matches(&record))
                .collect()
        });
        let mut answers = answers.clone();
        for (at, asking) in &self.columns {
            if asked(asking) {
                Arc::make_mut(&mut answers)[*at] = true;
            }
        }
        entry.answers = answers;
        self.tally.entries.push(entry);
    }

    /// The tally of all that was counted.
    pub fn finish(self) -> Tally {
        self.tally.in_order()
    }

    fn labels_of(&mut self, text: &str) -> Option<(usize, Arc<Labels>)> {
        if let Some(known) = self.labels.get(text) {
            return Some(known.clone());
        }
        let labels: Labels = serde_json::from_str(text).ok()?;
        let known = (self.labels.len(), Arc::new(labels));
        self.labels.insert(text.into(), known.clone());
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

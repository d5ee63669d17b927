//! Similar: have we seen this before? An incident, a draft or a symptom against everything that is filed.

use std::collections::BTreeMap;

use crate::document::Document;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::index::Finder;
use crate::index::Reader;
use crate::index::Sample;
use crate::index::Wanted;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::catch_up::unusable;
use crate::knowledge_base::search::passage;
use crate::knowledge_base::unrelated::Unrelated;
use crate::parser;
use crate::postmortem::Postmortem;
use crate::query::Hit;
use crate::record::Record;
use crate::similar;
use crate::similar::Likeness;
use crate::similar::Overlap;
use crate::store::Filed;
use crate::store::View;

/// So many documents that share words are looked at for what else they share.
const LOOKED_AT: usize = 100;

/// What is asked about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its labels and facts.
    pub record: Record,
    /// Its text.
    pub postmortem: Postmortem,
    /// The name under which it is remembered what it is not related to.
    pub name: String,
}

/// One that is similar.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// The incident, and where the shared words stand best.
    pub hit: Hit,
    /// How alike they are, and why.
    pub likeness: Likeness,
}

/// What is similar, and what is to be said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarFound {
    /// The most similar first.
    pub found: Vec<Similar>,
    /// How many more would have been told if nobody had called them not related.
    pub called_unrelated: usize,
    /// What is to be said about the search itself.
    pub notices: Vec<String>,
}

impl Subject {
    /// A document that is not filed, with the record that it would have; `name` is what it is remembered by.
    pub fn unfiled(document: &Document, record: Record, name: String) -> Subject {
        let parsed = parser::parse(document, &parser::Options::default());
        Subject {
            record,
            postmortem: parsed.postmortem,
            name,
        }
    }
}

impl KnowledgeBase {
    /// An incident of this knowledge base as a subject.
    ///
    /// # Errors
    /// [`Error::UnknownIncident`](crate::error::Error::UnknownIncident), and those of the store.
    pub fn subject(&self, id: &str) -> Result<Subject> {
        let record = self.record(id)?;
        let (_, postmortem) = self.postmortem(id)?;
        Ok(Subject {
            name: record.id.to_string(),
            record,
            postmortem,
        })
    }

    /// The incidents that are similar to a subject, at most `limit`, the most similar first; none where nothing similar is
    /// known. The subject itself, its copies, and what was called not related are left out.
    ///
    /// # Errors
    /// Those of [`KnowledgeBase::search`], and of [`KnowledgeBase::unrelated`].
    pub fn similar(&mut self, subject: &Subject, limit: usize) -> Result<SimilarFound> {
        let unrelated = self.unrelated()?;
        let sample = Sample::of(&subject.postmortem);
        let mut notices: Vec<String> = unrelated
            .unread
            .iter()
            .map(|(line, why)| {
                format!("line {line} of unrelated.jsonl cannot be read and is passed over: {why}")
            })
            .collect();
        let (found, called_unrelated) = self.answer(&mut notices, |view, reader| {
            let overlaps = overlaps(reader, &sample)?;
            let (mut found, called_unrelated) = compared(view, subject, overlaps, &unrelated)?;
            found.truncate(limit);
            let told: Result<Vec<Similar>> = (1..)
                .zip(found)
                .map(|(rank, compared)| compared.told((view, reader), rank))
                .collect();
            Ok((told?, called_unrelated))
        })?;
        Ok(SimilarFound {
            found,
            called_unrelated,
            notices,
        })
    }

    /// The incident that was read from an absolute path.
    ///
    /// # Errors
    /// [`Error::Damaged`](crate::error::Error::Damaged), [`Error::Store`](crate::error::Error::Store).
    pub fn id_at_path(&self, path: &str) -> Result<Option<IncidentId>> {
        let filed = self.store.read(|view| view.at_path(path))?;
        Ok(filed.into_iter().next().map(|filed| filed.record.id))
    }
}

/// One that is above the floor.
struct Compared {
    filed: Filed,
    likeness: Likeness,
    finder: Finder,
}

impl Compared {
    fn told(self, at: (&View<'_>, &Reader), rank: usize) -> Result<Similar> {
        let passage = passage(at, &self.filed, &self.finder)?;
        let hit = Hit {
            rank,
            score: self.likeness.score,
            id: self.filed.record.id.clone(),
            content: self.filed.content,
            record: self.filed.record,
            passage,
            explanation: None,
        };
        let likeness = self.likeness;
        Ok(Similar { hit, likeness })
    }
}

/// What the texts of other incidents share with a subject, by id.
fn overlaps(reader: &Reader, sample: &Sample) -> Result<Vec<(String, Overlap, Finder)>> {
    let mut answers = BTreeMap::new();
    let question = sample.question();
    if let Some(question) = &question {
        let ranking = reader.search(question, Wanted::first(LOOKED_AT))?;
        let best = ranking.hits.first().map_or(1.0, |hit| hit.score);
        let hits = ranking.hits.into_iter();
        answers.extend(hits.map(|hit| (hit.id, hit.score / best.max(f32::MIN_POSITIVE))));
    }
    let alike = reader.alike(sample, LOOKED_AT)?.into_iter();
    Ok(alike
        .map(|alike| {
            let answer = answers.get(&alike.id).copied().unwrap_or_default();
            let overlap = Overlap {
                share: alike.share,
                of_words: alike.of_words,
                words: alike.words,
                answer: question.is_some().then_some(answer),
            };
            (alike.id, overlap, alike.finder)
        })
        .collect())
}

/// Those above the floor, the most similar first, and how many more were called not related.
fn compared(
    view: &View<'_>,
    subject: &Subject,
    overlaps: Vec<(String, Overlap, Finder)>,
    unrelated: &Unrelated,
) -> Result<(Vec<Compared>, usize)> {
    let mut called_unrelated = 0;
    let mut found = Vec::new();
    for (id, overlap, finder) in overlaps {
        let Some(filed) = view.find(&id)? else {
            return Err(unusable(format!("it holds `{id}`, the record does not")));
        };
        let other = &filed.record;
        if !other.is_counted() || is_same(subject, other) {
            continue;
        }
        match similar::likeness(&subject.record, other, &overlap) {
            Some(_) if unrelated.has(&subject.name, other.id.as_str()) => called_unrelated += 1,
            Some(likeness) => found.push(Compared {
                filed,
                likeness,
                finder,
            }),
            None => {}
        }
    }
    found.sort_by(|a, b| {
        let ids = || a.filed.record.id.cmp(&b.filed.record.id);
        b.likeness.score.total_cmp(&a.likeness.score).then_with(ids)
    });
    Ok((found, called_unrelated))
}

fn is_same(subject: &Subject, other: &Record) -> bool {
    let same_file = !other.path.is_empty() && other.path == subject.record.path;
    same_file || other.id.as_str() == subject.name
}

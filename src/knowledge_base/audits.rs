//! Audits: incidents drawn at random and read blind, in `audits.jsonl`; what that says of the labels and of the rules.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::audit;
use crate::audit::Act;
use crate::audit::Answer;
use crate::audit::Drawn;
use crate::audit::Log;
use crate::audit::Stratum;
use crate::classification::Classification;
use crate::classification::VerdictSource;
use crate::diagnostic::Diagnostic;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::beside;
use crate::knowledge_base::find;
use crate::knowledge_base::review::REVIEWED;
use crate::knowledge_base::verdicts::Changed;
use crate::knowledge_base::verdicts::Making;
use crate::knowledge_base::verdicts::Statement;
use crate::knowledge_base::verdicts::Wish;
use crate::knowledge_base::verdicts::append;
use crate::knowledge_base::verdicts::write_attributes;
use crate::query::Query;
use crate::record::Record;
use crate::report::audit::Audit;
use crate::tally::Counting;
use crate::taxonomy::Facet;
use crate::verdict::Field;

/// The name of the file in the knowledge base's folder.
pub const AUDITS: &str = "audits.jsonl";

/// Characters of the name of an audit.
const NAME: usize = 7;

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// How many incidents.
    pub count: usize,
    /// What the draw begins with.
    pub seed: u64,
    /// Who draws.
    pub author: String,
    /// When.
    pub now: Timestamp,
}

/// An audited incident: what the rules said when it was drawn, what they say now, and what its reader found.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// How it was drawn.
    pub drawn: Drawn,
    /// What its reader found.
    pub answer: Answer,
    /// What the rules in force say.
    pub now: BTreeMap<Facet, Option<String>>,
}

impl KnowledgeBase {
    /// The team's file of audits, and what is odd about its lines; nothing where there is no file.
    ///
    /// # Errors
    /// [`crate::error::Error::File`] where it cannot be read.
    pub fn audit_log(&self, now: Option<Timestamp>) -> Result<(Log, Vec<Diagnostic>)> {
        let file = self.audits_file();
        Ok(beside::log(&file)?.map_or_else(Default::default, |text| Log::read(&text, now)))
    }

    /// The file of audits.
    pub fn audits_file(&self) -> PathBuf {
        self.dir().join(AUDITS)
    }

    /// Draws incidents at random, stratified by the failure mode that the rules give them, among those that a query
    /// selects, that nobody has labelled and that were never drawn; and writes that down.
    ///
    /// # Errors
    /// [`crate::error::Error::File`], [`crate::error::Error::Locked`], [`crate::error::Error::Store`], [`crate::error::Error::Damaged`].
    pub fn draw_audit(
        &mut self,
        population: Option<&Query>,
        wanted: &Wanted,
    ) -> Result<Vec<Drawn>> {
        let records = match population {
            Some(query) => self.select(query)?,
            None => self.records()?,
        };
        let file = self.audits_file();
        let folder = self.dir.clone();
        // Under the write lock of the record, so that two people's commands see each other's draws.
        self.store.write(|writing| {
            let text = beside::log(&file)?;
            let log = text.map_or_else(Log::default, |text| Log::read(&text, None).0);
            let strata = strata(&records, &log);
            let chosen = audit::draw(&strata, wanted.count, wanted.seed);
            let name = name(wanted, &chosen);
            let mut drawn = Vec::new();
            for (at, id) in &chosen {
                let filed = find(&writing.view(), id.as_str())?;
                let labels = &filed.record.classification;
                drawn.push(Drawn {
                    audit: name.clone(),
                    incident: id.clone(),
                    stratum: strata[*at].name.clone(),
                    of: strata[*at].incidents.len(),
                    sample: chosen.iter().filter(|(stratum, _)| stratum == at).count(),
                    seed: wanted.seed,
                    given: values(labels),
                    rules: labels.ruleset.clone(),
                    document: filed.content.to_hex().to_string(),
                    author: wanted.author.clone(),
                    time: wanted.now,
                });
            }
            let lines = drawn.iter().map(|one| Act::Drawn(one.clone()).to_line());
            write_attributes(&folder, AUDITS)?;
            append(&file, &lines.collect::<Vec<_>>())?;
            Ok(drawn)
        })
    }

    /// Writes what a reader found in a drawn document: as an answer of its audit, and as verdicts.
    ///
    /// # Errors
    /// Those of [`KnowledgeBase::label`].
    pub fn answer_audit(&mut self, answer: &Answer) -> Result<Changed> {
        let wishes = answer.labels.iter();
        let wishes = wishes.map(|(facet, value)| (Field::Facet(*facet), Wish::Be(value.clone())));
        let changed = self.label(&Statement {
            incident: answer.incident.to_string(),
            wishes: wishes.collect(),
            why: format!("audit {}", answer.audit),
            author: answer.author.clone(),
            now: answer.time,
        })?;
        let (log, _) = self.audit_log(None)?;
        let mut with = log.clone();
        with.add(Act::Answered(answer.clone()));
        if with != log {
            write_attributes(self.dir(), AUDITS)?;
            append(
                &self.audits_file(),
                &[Act::Answered(answer.clone()).to_line()],
            )?;
        }
        Ok(changed)
    }

    /// The audited incidents that are in the base, with what the rules in force say of them; ordered by audit and id.
    ///
    /// # Errors
    /// [`crate::error::Error::File`], [`crate::error::Error::Store`], [`crate::error::Error::Damaged`].
    pub fn audited(&self) -> Result<Vec<Answered>> {
        let (log, _) = self.audit_log(None)?;
        let rules = self.pack.rules();
        self.store.read(|view| {
            let mut audited = Vec::new();
            for drawn in log.drawn() {
                let Some(answer) = log.answer(drawn) else {
                    continue;
                };
                let Some(filed) = view.find(drawn.incident.as_str())? else {
                    continue;
                };
                let making = Making::of(view, &filed, rules)?;
                audited.push(Answered {
                    drawn: drawn.clone(),
                    answer: answer.clone(),
                    now: values(making.by_rules()),
                });
            }
            Ok(audited)
        })
    }

    /// What the audits say, counted with the questions of a report; `None` where nothing was read.
    pub(super) fn audit(&self, questions: &[Query]) -> Result<Option<Audit>> {
        let (log, _) = self.audit_log(None)?;
        let weights = log.weights();
        if weights.is_empty() {
            return Ok(None);
        }
        let (mut truth, mut ruled) = (Counting::new(questions), Counting::new(questions));
        let mut given = BTreeMap::new();
        self.store.read(|view| {
            for (id, weight) in weights {
                let Some(filed) = view.find(id.as_str())? else {
                    continue;
                };
                // Who has taken the verdicts back since has taken the answer back.
                if filed.record.is_counted() && is_decided(&filed.record) {
                    truth.add(&filed.record);
                    ruled.add(&as_ruled(&filed.record));
                    given.insert(id, weight);
                }
            }
            Ok(())
        })?;
        let audit = Audit {
            truth: truth.finish(),
            ruled: ruled.finish(),
            weights: given,
        };
        Ok((!audit.is_empty()).then_some(audit))
    }
}

/// What can be drawn, by what the rules say of the failure mode: what nobody has labelled and what was never drawn.
fn strata(records: &[Record], log: &Log) -> Vec<Stratum> {
    let taken = log.incidents();
    let mut strata: BTreeMap<&'static str, Stratum> = BTreeMap::new();
    let frame = records
        .iter()
        .filter(|record| record.is_counted() && !is_decided(record) && !taken.contains(&record.id));
    for record in frame {
        let name = record.classification.failure_mode.id();
        let stratum = strata.entry(name).or_insert_with(|| Stratum {
            name: name.to_owned(),
            incidents: Vec::new(),
        });
        stratum.incidents.push(record.id.clone());
    }
    strata.into_values().collect()
}

/// Whether a person has given the failure mode.
fn is_decided(record: &Record) -> bool {
    let by = record.classification.verdicts.get(&Facet::FailureMode);
    by == Some(&VerdictSource::Human)
}

/// The record as it would be if nobody had said anything of its labels.
pub(super) fn as_ruled(record: &Record) -> Record {
    let mut ruled = record.clone();
    for facet in Facet::ALL {
        let Some(overruled) = record.lineage.overruled.get(facet.id()) else {
            continue;
        };
        let before = overruled.before.as_str().unwrap_or_default();
        // What the rules have said is a value of the label.
        let _ = ruled.classification.set(*facet, before);
        ruled
            .classification
            .verdicts
            .insert(*facet, VerdictSource::Rule);
    }
    ruled
}

/// The labels that readers of an audit decide.
fn values(labels: &Classification) -> BTreeMap<Facet, Option<String>> {
    let values = REVIEWED.iter();
    values.map(|facet| (*facet, labels.value(*facet))).collect()
}

/// A name for an audit that no other has.
fn name(wanted: &Wanted, chosen: &[(usize, IncidentId)]) -> String {
    let ids: Vec<&str> = chosen.iter().map(|(_, id)| id.as_str()).collect();
    let said = format!(
        "{} {} {} {}",
        wanted.seed,
        wanted.now,
        wanted.author,
        ids.join(" ")
    );
    let hash = blake3::hash(said.as_bytes()).to_hex();
    // A letter first: a spreadsheet takes `12e45678` for a number.
    let digits: String = hash.chars().take(NAME).collect();
    format!("a{digits}")
}

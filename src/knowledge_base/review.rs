//! Reviewing: the queue of the incidents whose label a person should look at, with what else the label could be.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::classification::Classification;
use crate::classification::State;
use crate::classification::VerdictSource;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::KnowledgeBase;
use crate::quarter::Quarter;
use crate::query::Query;
use crate::record::Record;
use crate::report::Request;
use crate::report::period::Period;
use crate::report::review;
use crate::report::review::Doubt;
use crate::report::review::Queued;
use crate::tally::Counting;
use crate::tally::Tally;
use crate::taxonomy::Decay;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::verdict::Field;
use crate::verdict::Ledger;

/// So many other modes are named.
const ALTERNATIVES: usize = 3;

/// The labels that the shares of the headlines rest on: who accepts an incident's labels accepts these.
pub const REVIEWED: &[Facet] = &[
    Facet::FailureMode,
    Facet::Decay,
    Facet::Response,
    Facet::RollbackHelped,
    Facet::FirstDiagnosis,
    Facet::Detection,
    Facet::Silent,
    Facet::NearMiss,
];

/// An incident to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewItem {
    /// Its record.
    pub record: Record,
    /// Its place in the queue, and why.
    pub queued: Queued,
    /// The failure modes that it could be instead, the likeliest first.
    pub alternatives: Vec<FailureMode>,
}

impl KnowledgeBase {
    /// The queue over the incidents that a query selects, over all where there is none: those first whose label moves the
    /// headlines of a report over them most and is least sure.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`], [`crate::error::Error::Damaged`], [`crate::error::Error::File`],
    /// [`crate::error::Error::Rule`] where a file of the team is broken.
    pub fn review_queue(
        &mut self,
        population: Option<&Query>,
        today: Date,
    ) -> Result<Vec<ReviewItem>> {
        let mut records = match population {
            Some(query) => self.select(query)?,
            None => self.records()?,
        };
        records.retain(Record::is_counted);
        let (ledger, _) = self.ledger(None)?;
        let mut request = Request::of(Period::Quarter(Quarter::of(today)), today)?;
        self.add_team_files(&mut request)?;
        let usual = most_frequent(&records);
        let doubts: BTreeMap<IncidentId, Doubt> = records
            .iter()
            .map(|record| (record.id.clone(), doubt(record, &ledger)))
            .collect();
        let questions = request.questions();
        let now = Tally::count(&questions, &records);
        let otherwise = (0..ALTERNATIVES).map(|rank| {
            let mut counting = Counting::new(&questions);
            for record in &records {
                counting.add(&otherwise(record, usual, rank));
            }
            counting.finish()
        });
        let otherwise = otherwise.collect();
        let queue = review::queue(&request, (now, otherwise), &doubts)?;
        let mut by_id: BTreeMap<IncidentId, Record> = records
            .into_iter()
            .map(|record| (record.id.clone(), record))
            .collect();
        let items = queue.into_iter().filter_map(|queued| {
            let record = by_id.remove(&queued.id)?;
            Some(ReviewItem {
                alternatives: alternatives(&record.classification, usual),
                record,
                queued,
            })
        });
        Ok(items.collect())
    }
}

/// How sure the failure mode is, and whether somebody has said so.
fn doubt(record: &Record, ledger: &Ledger) -> Doubt {
    let labels = &record.classification;
    let is_decided = labels.verdicts.get(&Facet::FailureMode) == Some(&VerdictSource::Human);
    Doubt {
        probability: match is_decided {
            true => 0.0,
            false => (1.0 - labels.probability).clamp(0.0, 1.0),
        },
        is_disputed: is_disputed(record, ledger),
        is_decided,
    }
}

/// Whether a dispute is open: people decided differently without knowing of each other, or a person and the rules
/// disagree and the person did not see what the rules say now.
fn is_disputed(record: &Record, ledger: &Ledger) -> bool {
    let standing = ledger.standing(&record.id);
    let apart = standing.iter().any(|(field, kept)| {
        let heads = ledger.heads(&record.id, *field);
        heads.iter().any(|head| head.ruling != kept.ruling)
    });
    let unseen = || {
        Facet::ALL.iter().any(|facet| {
            let Some(overruled) = record.lineage.overruled.get(facet.id()) else {
                return false;
            };
            let rules = overruled.before.as_str().filter(|said| *said != "unknown");
            let known = standing.get(&Field::Facet(*facet));
            let seen = known.and_then(|verdict| verdict.overrules.as_deref());
            rules.is_some()
                && rules != record.classification.value(*facet).as_deref()
                && seen != rules
        })
    };
    apart || (record.classification.disputed && unseen())
}

/// The record with the labels that it would have if one of its alternatives were right; a person's stay.
fn otherwise(record: &Record, usual: FailureMode, rank: usize) -> Record {
    let mut other = record.clone();
    let labels = &mut other.classification;
    if let Some(mode) = alternatives(labels, usual).get(rank) {
        labels.decay = match (labels.failure_mode, *mode) {
            // Between these two lies the question whether data or model stopped fitting.
            (FailureMode::DataDrift, FailureMode::None) => Decay::ModelDecay,
            (_, FailureMode::None) => Decay::None,
            _ => Decay::DataDecay,
        };
        labels.failure_mode = *mode;
    }
    other
}

/// What else the failure mode could be, the likeliest first: modes of the same chain, modes that words of the document
/// speak for, then what it is usually taken for.
fn alternatives(labels: &Classification, usual: FailureMode) -> Vec<FailureMode> {
    let mut words: Vec<_> = labels
        .counter_evidence
        .iter()
        .chain(&labels.evidence)
        .filter(|one| one.facet == Facet::FailureMode)
        .collect();
    words.sort_by(|a, b| {
        let weight = |state| u8::from(state == State::Affirmed);
        (weight(b.state), b.contribution.abs())
            .partial_cmp(&(weight(a.state), a.contribution.abs()))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let words = words.iter().filter_map(|one| one.value.parse().ok());
    let chain = labels.secondary.iter().map(|one| one.mode);
    let fallback = match (labels.failure_mode, labels.decay) {
        (FailureMode::DataDrift, _) => FailureMode::None,
        (FailureMode::None, Decay::ModelDecay) => FailureMode::DataDrift,
        (FailureMode::None | FailureMode::Unknown, _) => usual,
        _ => FailureMode::None,
    };
    let mut seen = BTreeSet::from([labels.failure_mode, FailureMode::Unknown]);
    chain
        .chain(words)
        .chain([fallback, FailureMode::None])
        .filter(|mode| seen.insert(*mode))
        .take(ALTERNATIVES)
        .collect()
}

/// The mode of the six that most of the incidents have.
fn most_frequent(records: &[Record]) -> FailureMode {
    let count = |mode: FailureMode| {
        let has = |record: &&Record| record.classification.failure_mode == mode;
        records.iter().filter(has).count()
    };
    let modes = FailureMode::SIX.iter().copied();
    modes
        .rev()
        .max_by_key(|mode| count(*mode))
        .unwrap_or(FailureMode::PipelineBreak)
}

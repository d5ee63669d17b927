//! Tally: what a report needs of every incident, counted where the records are; tallies of parts can be merged.
//!
//! A tally holds one compact entry for each incident, since every figure of a report names its incidents. The filters
//! of the patterns are answered while counting: statistics need no record and no query engine afterwards.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

use crate::classification::Classification;
use crate::classification::Secondary;
use crate::classification::VerdictSource;
use crate::error::Error;
use crate::incident::ActionItem;
use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::IncidentId;
use crate::incident::Severity;
use crate::query::Query;
use crate::record::Record;
use crate::taxonomy::Confidence;
use crate::taxonomy::Decay;
use crate::taxonomy::Detection;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;
use crate::taxonomy::ModelDecayKind;
use crate::taxonomy::NoneKind;
use crate::taxonomy::Reason;
use crate::taxonomy::Response;
use crate::taxonomy::RollbackTarget;
use crate::taxonomy::Stage;

mod quote;

pub use crate::tally::quote::Quote;

use crate::tally::quote::quotes;

/// The labels of one incident, without the words that prove them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// The primary failure mode.
    pub failure_mode: FailureMode,
    /// Other modes of the same chain.
    pub secondary: Vec<Secondary>,
    /// Data or model.
    pub decay: Decay,
    /// In what way the model stopped fitting.
    pub model_decay_kind: Option<ModelDecayKind>,
    /// What ordinary cause it was.
    pub none_kind: Option<NoneKind>,
    /// Why no label is given.
    pub reason: Option<Reason>,
    /// How sure the failure mode is.
    pub confidence: Confidence,
    /// What was carried out.
    pub response: BTreeSet<Response>,
    /// What was rolled back.
    pub rollback_target: Option<RollbackTarget>,
    /// Whether the rollback restored service.
    pub rollback_helped: Option<bool>,
    /// Who noticed first.
    pub detection: Option<Detection>,
    /// Whether no error, crash or alert announced it.
    pub silent: Option<bool>,
    /// What the team first believed.
    pub first_diagnosis: Option<FirstDiagnosis>,
    /// Caught before users saw it.
    pub near_miss: bool,
    /// Where the fault entered.
    pub stage: Option<Stage>,
    /// The labels that a person has given; the rules gave the others.
    pub human: BTreeSet<Facet>,
    /// A person and the rules disagree.
    pub disputed: bool,
    /// Summary and root cause point to different modes.
    pub contradictory: bool,
    /// The rules that gave the labels.
    pub ruleset: String,
}

/// The durations of one incident, in minutes; absent where the document states none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Clocks {
    /// From onset to detection.
    pub detect: Option<i64>,
    /// From detection to the true cause.
    pub diagnose: Option<i64>,
    /// From onset to mitigation.
    pub mitigate: Option<i64>,
    /// From onset to resolution.
    pub resolve: Option<i64>,
}

/// What one incident cost, as far as its document says.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Costs {
    /// Engineering hours.
    pub hours: Option<f64>,
    /// Money with its currency, as written.
    pub money: Option<String>,
    /// Users, customers or requests, as written.
    pub users: Option<String>,
}

/// What the report needs of one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub id: IncidentId,
    /// Its title.
    pub title: String,
    /// The path as it was given to `add`.
    pub source: String,
    /// The page's own address.
    pub url: Option<String>,
    /// The day that it counts in; `None` for an undated document.
    pub day: Option<Date>,
    /// The day on which it was written up, where a key of the metadata says so.
    pub written: Option<Date>,
    /// Whether it is an incident, and not a template, an index page, a duplicate.
    pub is_counted: bool,
    /// The labels.
    pub labels: Labels,
    /// How bad it was.
    pub severity: Option<Severity>,
    /// Affected services.
    pub services: Vec<String>,
    /// Models by name.
    pub models: Vec<String>,
    /// Tables, topics, features, columns, data sets by name.
    pub assets: Vec<String>,
    /// The team that owns what failed.
    pub team: Option<String>,
    /// The team in whose area the fault entered.
    pub origin_team: Option<String>,
    /// What set it off.
    pub trigger: Option<String>,
    /// Its durations.
    pub clocks: Clocks,
    /// Its costs.
    pub costs: Costs,
    /// What is to be done.
    pub actions: Vec<ActionItem>,
    /// The strongest proof of failure mode and decay, at most one for each.
    pub quotes: Vec<Quote>,
    /// For each question of the tally, whether the incident fulfils it.
    answers: Vec<bool>,
}

/// Characters of a digest.
const DIGEST: usize = 16;

/// What a report needs of every incident.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    questions: Vec<String>,
    entries: Vec<Entry>,
}

impl Tally {
    /// Counts some records, with the filters that the report will ask about.
    pub fn count<'a>(questions: &[Query], records: impl IntoIterator<Item = &'a Record>) -> Tally {
        let mut tally = Tally::new(questions);
        records
            .into_iter()
            .for_each(|record| tally.add(questions, record));
        tally.in_order()
    }

    /// An empty tally that will be asked about these filters.
    pub fn new(questions: &[Query]) -> Tally {
        Tally {
            questions: questions.iter().map(|query| query.text.clone()).collect(),
            entries: Vec::new(),
        }
    }

    /// Counts one record more, with the filters that the tally was made for. It comes after those that are there.
    pub fn add(&mut self, questions: &[Query], record: &Record) {
        self.entries.push(Entry::of(record, questions));
    }

    /// A digest of what was counted, in hexadecimal: the same records with the same labels and facts have the same.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for entry in &self.entries {
            // Writing to a hasher cannot fail, and neither can maps with text for keys.
            let _ = serde_json::to_writer(&mut hasher, &entry.counted());
        }
        hasher.finalize().to_hex().chars().take(DIGEST).collect()
    }

    /// Sorts the entries by id; of several with the same id the last one stays.
    fn in_order(mut self) -> Tally {
        if !self.entries.is_sorted_by(|one, next| one.id < next.id) {
            self.entries.reverse();
            self.entries.sort_by(|one, next| one.id.cmp(&next.id));
            self.entries.dedup_by(|next, one| next.id == one.id);
        }
        self
    }

    /// The tally of two parts; a document in both is counted once, as the second part has it.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the parts were asked different questions.
    pub fn merge(mut self, other: Tally) -> Result<Tally, Error> {
        if self.questions != other.questions {
            return Err(Error::Invalid {
                what: "tally",
                value: other.questions.join("; "),
                expected: format!("the same questions, `{}`", self.questions.join("; ")),
            });
        }
        self.entries.extend(other.entries);
        Ok(self.in_order())
    }

    /// The filters that were asked about, as text, in the order of the answers.
    pub fn questions(&self) -> &[String] {
        &self.questions
    }

    /// The entries, sorted by id.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries, sorted by id.
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

impl Entry {
    /// Everything that figures come from.
    fn counted(&self) -> impl Serialize + use<'_> {
        let who = (
            &self.id,
            &self.title,
            self.day,
            self.written,
            self.is_counted,
        );
        let what = (
            &self.labels,
            self.severity,
            &self.services,
            &self.models,
            &self.assets,
        );
        let whose = (&self.team, &self.origin_team, &self.trigger);
        (who, what, whose, self.clocks, &self.costs, &self.actions)
    }

    fn of(record: &Record, questions: &[Query]) -> Entry {
        let facts = &record.facts;
        Entry {
            id: record.id.clone(),
            title: record.title.clone(),
            source: record.source.clone(),
            url: text(&facts.url),
            day: facts.day(),
            written: written(&record.metadata),
            is_counted: record.is_counted(),
            labels: Labels::of(&record.classification),
            severity: facts.severity.as_ref().map(|fact| fact.value),
            services: texts(&facts.services),
            models: texts(&facts.models),
            assets: texts(&facts.assets),
            team: text(&facts.team),
            origin_team: text(&facts.origin_team),
            trigger: text(&facts.trigger),
            clocks: Clocks::of(facts),
            costs: Costs {
                hours: facts.hours_lost.as_ref().map(|fact| fact.value),
                money: text(&facts.money),
                users: text(&facts.users_affected),
            },
            actions: facts.action_items.clone(),
            quotes: quotes(&record.classification),
            answers: questions
                .iter()
                .map(|query| query.matches(record))
                .collect(),
        }
    }

    /// Whether the incident fulfils the question at this place of [`Tally::questions`].
    pub fn answers(&self, question: usize) -> bool {
        self.answers.get(question).copied().unwrap_or(false)
    }
}

impl Labels {
    fn of(labels: &Classification) -> Labels {
        let human = |source: &VerdictSource| *source == VerdictSource::Human;
        Labels {
            failure_mode: labels.failure_mode,
            secondary: labels.secondary.clone(),
            decay: labels.decay,
            model_decay_kind: labels.model_decay_kind,
            none_kind: labels.none_kind,
            reason: labels.reason,
            confidence: labels.confidence,
            response: labels.response.clone(),
            rollback_target: labels.rollback_target,
            rollback_helped: labels.rollback_helped,
            detection: labels.detection,
            silent: labels.silent,
            first_diagnosis: labels.first_diagnosis,
            near_miss: labels.near_miss,
            stage: labels.stage,
            human: labels
                .verdicts
                .iter()
                .filter(|(_, source)| human(source))
                .map(|(facet, _)| *facet)
                .collect(),
            disputed: labels.disputed,
            contradictory: labels.contradictory,
            ruleset: labels.ruleset.clone(),
        }
    }

    /// Who gave a label.
    pub fn by(&self, facet: Facet) -> VerdictSource {
        match self.human.contains(&facet) {
            true => VerdictSource::Human,
            false => VerdictSource::Rule,
        }
    }

    /// The value of a label as text, sets sorted and separated by commas; `None` where it is absent.
    pub fn value(&self, facet: Facet) -> Option<String> {
        let response = || self.response.iter().map(|one| one.id()).collect::<Vec<_>>();
        match facet {
            Facet::FailureMode => Some(self.failure_mode.to_string()),
            Facet::Decay => Some(self.decay.to_string()),
            Facet::Response if self.response.is_empty() => None,
            Facet::Response => Some(response().join(",")),
            Facet::RollbackTarget => self.rollback_target.map(|value| value.to_string()),
            Facet::RollbackHelped => self.rollback_helped.map(|value| value.to_string()),
            Facet::Detection => self.detection.map(|value| value.to_string()),
            Facet::FirstDiagnosis => self.first_diagnosis.map(|value| value.to_string()),
            Facet::Silent => self.silent.map(|value| value.to_string()),
            Facet::Stage => self.stage.map(|value| value.to_string()),
            Facet::NearMiss => Some(self.near_miss.to_string()),
            Facet::ModelDecayKind => self.model_decay_kind.map(|value| value.to_string()),
            Facet::NoneKind => self.none_kind.map(|value| value.to_string()),
        }
    }
}

impl Clocks {
    fn of(facts: &Facts) -> Clocks {
        let minutes = |fact: &Option<Fact<i64>>| fact.as_ref().map(|fact| fact.value);
        Clocks {
            detect: minutes(&facts.minutes_to_detect),
            diagnose: minutes(&facts.minutes_to_diagnose),
            mitigate: minutes(&facts.minutes_to_mitigate),
            resolve: minutes(&facts.minutes_to_resolve),
        }
    }
}

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

fn written(metadata: &BTreeMap<String, String>) -> Option<Date> {
    WRITTEN.iter().find_map(|key| {
        let text = metadata.get(*key)?.trim();
        text.get(..10).unwrap_or(text).parse().ok()
    })
}

fn text(fact: &Option<Fact<String>>) -> Option<String> {
    fact.as_ref().map(|fact| fact.value.clone())
}

fn texts(facts: &[Fact<String>]) -> Vec<String> {
    facts.iter().map(|fact| fact.value.clone()).collect()
}

//! Answers: what records answer to the filters of a report, worked out once for all records whose labels are alike.
//!
//! A base of a hundred thousand incidents has a few thousand kinds of labels, and nearly all filters of a report speak of
//! labels only.

use std::collections::HashMap;

use crate::classification::VerdictSource;
use crate::postmortem::DocumentKind;
use crate::query::Expr;
use crate::query::Field;
use crate::query::Filter;
use crate::query::Group;
use crate::query::Query;
use crate::query::Test;
use crate::record::Record;
use crate::taxonomy::Confidence;
use crate::taxonomy::Decay;
use crate::taxonomy::Detection;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;
use crate::taxonomy::RollbackTarget;
use crate::taxonomy::Stage;

/// The values of `is:` that a profile tells; a filter for any other is asked of every record.
const FLAGS: &[&str] = &[
    "silent",
    "misdiagnosed",
    "classified",
    "unclassified",
    "disputed",
    "contradictory",
    "labelled",
    "unreviewed",
    "near-miss",
    "counted",
    "dated",
    "undated",
];

/// What the filters about labels ask of a record: two records with the same profile answer them alike.
#[derive(PartialEq, Eq, Hash)]
struct Profile {
    mode: FailureMode,
    decay: Decay,
    responses: u32,
    rollback: Option<RollbackTarget>,
    detection: Option<Detection>,
    stage: Option<Stage>,
    first: Option<FirstDiagnosis>,
    confidence: Confidence,
    severity: Option<u8>,
    kind: DocumentKind,
    silent: Option<bool>,
    /// Disputed, contradictory, near miss, labelled by a person, dated.
    flags: [bool; 5],
}

impl Profile {
    fn of(record: &Record) -> Profile {
        let labels = &record.classification;
        let by_people = |source: &VerdictSource| *source == VerdictSource::Human;
        Profile {
            mode: labels.failure_mode,
            decay: labels.decay,
            responses: labels
                .response
                .iter()
                .fold(0, |set, response| set | 1 << *response as u32),
            rollback: labels.rollback_target,
            detection: labels.detection,
            stage: labels.stage,
            first: labels.first_diagnosis,
            confidence: labels.confidence,
            severity: record.facts.severity.as_ref().map(|fact| fact.value.rank()),
            kind: record.kind,
            silent: labels.silent,
            flags: [
                labels.disputed,
                labels.contradictory,
                labels.near_miss,
                labels.verdicts.values().any(by_people),
                record.facts.day().is_some(),
            ],
        }
    }
}

/// The questions of a tally with the answers that are known already.
pub(super) struct Answers<'q> {
    questions: &'q [Query],
    of_labels: Vec<bool>,
    known: HashMap<Profile, Vec<bool>>,
}

impl<'q> Answers<'q> {
    pub(super) fn to(questions: &'q [Query]) -> Answers<'q> {
        Answers {
            questions,
            of_labels: questions.iter().map(speaks_of_labels).collect(),
            known: HashMap::new(),
        }
    }

    /// What a record answers to each question.
    pub(super) fn of(&mut self, record: &Record) -> Vec<bool> {
        let asked = || self.questions.iter().zip(&self.of_labels);
        let mut answers = match self.known.get(&Profile::of(record)) {
            Some(answers) => answers.clone(),
            None => {
                let answer =
                    |(query, of_labels): (&Query, &bool)| *of_labels && query.matches(record);
                let answers: Vec<bool> = asked().map(answer).collect();
                self.known.insert(Profile::of(record), answers.clone());
                answers
            }
        };
        let others = asked()
            .zip(&mut answers)
            .filter(|((_, of_labels), _)| !**of_labels);
        for ((query, _), answer) in others {
            *answer = query.matches(record);
        }
        answers
    }
}

/// Whether the profile of a record decides a query.
fn speaks_of_labels(query: &Query) -> bool {
    if query.has_text() {
        return false;
    }
    let mut left: Vec<&Expr> = of_group(&query.root).collect();
    while let Some(expr) = left.pop() {
        match expr {
            Expr::Filter(filter) if !is_of_labels(filter) => return false,
            Expr::Filter(_) => {}
            Expr::Any(parts) => left.extend(parts),
            Expr::Group(group) => left.extend(of_group(group)),
            Expr::Word { .. } | Expr::Phrase { .. } => return false,
        }
    }
    true
}

fn of_group(group: &Group) -> impl Iterator<Item = &Expr> {
    group
        .must
        .iter()
        .chain(&group.should)
        .chain(&group.must_not)
}

fn is_of_labels(filter: &Filter) -> bool {
    match (&filter.field, &filter.test) {
        (Field::Is, Test::Is(flag)) => FLAGS.contains(&flag.as_str()),
        (
            Field::Mode
            | Field::Decay
            | Field::Response
            | Field::Rollback
            | Field::Detection
            | Field::Stage
            | Field::FirstDiagnosis
            | Field::Severity
            | Field::Confidence
            | Field::Kind,
            _,
        ) => true,
        _ => false,
    }
}

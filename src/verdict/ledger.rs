//! Ledger: every verdict that a team has given, and which of them stand.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::incident::IncidentId;
use crate::verdict::Ruling;
use crate::verdict::Verdict;
use crate::verdict::field::Field;
use crate::verdict::journal;

/// The verdicts that stand on one incident, one a field.
pub type Standing<'a> = BTreeMap<Field, &'a Verdict>;

/// Every verdict that a team has given, in the order of their times; what was said twice is there once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    verdicts: BTreeMap<(Timestamp, String), Verdict>,
    by_incident: BTreeMap<IncidentId, Vec<(Timestamp, String)>>,
    by_document: BTreeMap<String, IncidentId>,
}

/// Verdicts on one field that were given without knowing of each other and say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict<'a> {
    /// The verdict that counts: the latest.
    pub kept: &'a Verdict,
    /// The others, latest first.
    pub others: Vec<&'a Verdict>,
}

impl Ledger {
    /// Reads the lines of a ledger. What cannot be read is told with its line, the rest is taken; a verdict with a time
    /// after `now` is told and taken.
    pub fn read(text: &str, now: Option<Timestamp>) -> (Ledger, Vec<Diagnostic>) {
        let (verdicts, diagnostics) = journal::read(text, now, Verdict::parse, |one| one.time);
        let mut ledger = Ledger::default();
        for verdict in verdicts {
            ledger.add(verdict);
        }
        (ledger, diagnostics)
    }

    /// Adds a verdict.
    pub fn add(&mut self, verdict: Verdict) {
        let key = (verdict.time, verdict.id());
        if self.verdicts.contains_key(&key) {
            return;
        }
        let keys = self
            .by_incident
            .entry(verdict.incident.clone())
            .or_default();
        let place = keys.partition_point(|other| *other < key);
        keys.insert(place, key.clone());
        if !verdict.document.is_empty() {
            let document = verdict.document.to_lowercase();
            self.by_document.insert(document, verdict.incident.clone());
        }
        self.verdicts.insert(key, verdict);
    }

    /// Every verdict, earliest first.
    pub fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.values()
    }

    /// Every incident that a verdict speaks of.
    pub fn incidents(&self) -> impl Iterator<Item = &IncidentId> {
        self.by_incident.keys()
    }

    /// The incident that the document with this BLAKE3, in hexadecimal, was when a verdict was given on it.
    pub fn of_document(&self, content: &str) -> Option<&IncidentId> {
        self.by_document.get(content)
    }

    /// The verdicts on one incident, earliest first.
    pub fn on(&self, incident: &IncidentId) -> impl Iterator<Item = &Verdict> {
        let keys = self.by_incident.get(incident).into_iter().flatten();
        keys.filter_map(|key| self.verdicts.get(key))
    }

    /// The verdicts that stand on one incident: of each field the latest that is not undone.
    pub fn standing(&self, incident: &IncidentId) -> Standing<'_> {
        let undone = self.undone(incident);
        let mut standing = Standing::new();
        for verdict in self.on(incident) {
            if matches!(verdict.ruling, Ruling::Value(_)) && !undone.contains(verdict.id().as_str())
            {
                standing.insert(verdict.field, verdict);
            }
        }
        standing
    }

    /// The verdicts on one field that no standing one was given in knowledge of, latest first. More than one means that
    /// people decided without knowing of each other.
    pub fn heads(&self, incident: &IncidentId, field: Field) -> Vec<&Verdict> {
        let undone = self.undone(incident);
        let by_id: BTreeMap<String, &Verdict> = self
            .on(incident)
            .filter(|verdict| verdict.field == field)
            .map(|verdict| (verdict.id(), verdict))
            .collect();
        let stands = |id: &str, verdict: &Verdict| {
            matches!(verdict.ruling, Ruling::Value(_)) && !undone.contains(id)
        };
        let mut known: BTreeSet<&str> = BTreeSet::new();
        let mut walk: Vec<&str> = by_id
            .iter()
            .filter(|(id, verdict)| stands(id, verdict))
            .flat_map(|(_, verdict)| verdict.replaces.iter().map(String::as_str))
            .collect();
        while let Some(id) = walk.pop() {
            if known.insert(id)
                && let Some(verdict) = by_id.get(id)
            {
                walk.extend(verdict.replaces.iter().map(String::as_str));
            }
        }
        let mut heads: Vec<&Verdict> = by_id
            .iter()
            .filter(|(id, verdict)| stands(id, verdict) && !known.contains(id.as_str()))
            .map(|(_, verdict)| *verdict)
            .collect();
        heads.sort_by_key(|verdict| std::cmp::Reverse((verdict.time, verdict.id())));
        heads
    }

    /// Where people decided differently without knowing of each other, ordered by incident and field.
    pub fn conflicts(&self) -> Vec<Conflict<'_>> {
        let mut conflicts = Vec::new();
        for incident in self.incidents() {
            for (field, kept) in self.standing(incident) {
                let heads = self.heads(incident, field).into_iter();
                let others: Vec<&Verdict> =
                    heads.filter(|head| head.ruling != kept.ruling).collect();
                if !others.is_empty() {
                    conflicts.push(Conflict { kept, others });
                }
            }
        }
        conflicts
    }

    /// The time of a verdict that is given now: later than all that its author knows on the same incident, whatever
    /// the clocks of their authors said.
    pub fn time_after(&self, incident: &IncidentId, now: Timestamp) -> Timestamp {
        let last = self.on(incident).map(|verdict| verdict.time).max();
        let next = last.and_then(|last| {
            let millisecond = jiff::SignedDuration::from_millis(1);
            last.checked_add(millisecond).ok()
        });
        let now = now.round(jiff::Unit::Millisecond).unwrap_or(now);
        next.map_or(now, |next| next.max(now))
    }

    fn undone(&self, incident: &IncidentId) -> BTreeSet<&str> {
        self.on(incident)
            .filter_map(|verdict| match &verdict.ruling {
                Ruling::Undoes(id) => Some(id.as_str()),
                Ruling::Value(_) => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(second: i64, value: &str) -> Verdict {
        Verdict {
            incident: "a".parse().expect("an id"),
            field: "mode".parse().expect("a field"),
            ruling: Ruling::Value(Some(value.to_owned())),
            why: String::new(),
            author: "someone".to_owned(),
            time: Timestamp::from_second(second).expect("a time"),
            overrules: None,
            rules: String::new(),
            document: String::new(),
            replaces: Vec::new(),
        }
    }

    fn ledger(verdicts: &[Verdict]) -> Ledger {
        let mut ledger = Ledger::default();
        verdicts.iter().cloned().for_each(|one| ledger.add(one));
        ledger
    }

    fn value(ledger: &Ledger) -> Option<String> {
        let standing = ledger.standing(&"a".parse().expect("an id"));
        standing.values().next().and_then(|one| match &one.ruling {
            Ruling::Value(value) => value.clone(),
            Ruling::Undoes(_) => None,
        })
    }

    #[test]
    fn the_latest_that_is_not_undone_stands_in_whatever_order_they_come() {
        let (first, second) = (verdict(1, "none"), verdict(2, "data-drift"));
        let undo = Verdict {
            ruling: Ruling::Undoes(second.id()),
            ..verdict(3, "")
        };
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let all = [&first, &second, &undo];
            let ledger = ledger(&order.map(|at| all[at].clone()));
            assert_eq!(value(&ledger).as_deref(), Some("none"));
        }
        assert_eq!(
            value(&ledger(&[first, second])).as_deref(),
            Some("data-drift")
        );
    }

    #[test]
    fn a_conflict_is_what_nobody_decided_over() {
        let (one, other) = (verdict(1, "none"), verdict(2, "data-drift"));
        let apart = ledger(&[one.clone(), other.clone()]);
        let conflicts = apart.conflicts();
        assert_eq!(conflicts.len(), 1);
        assert_eq!(conflicts[0].kept, &other);
        assert_eq!(conflicts[0].others, [&one]);
        let settled = Verdict {
            replaces: vec![one.id(), other.id()],
            ..verdict(3, "schema-drift")
        };
        assert!(
            ledger(&[one.clone(), other, settled])
                .conflicts()
                .is_empty()
        );
        assert!(
            ledger(&[one.clone(), verdict(2, "none")])
                .conflicts()
                .is_empty()
        );
        // Chains that bite their tail end.
        let odd = Verdict {
            replaces: vec![one.id()],
            ..one.clone()
        };
        assert_eq!(
            ledger(&[one, odd])
                .heads(
                    &"a".parse().expect("an id"),
                    "mode".parse().expect("a field")
                )
                .len(),
            1
        );
    }

    #[test]
    fn broken_lines_are_named_and_the_rest_is_taken() {
        let good = verdict(1, "none").to_line();
        let late = verdict(10_000, "data-drift").to_line();
        let text = format!("{good}\n<<<<<<< HEAD\n{{\"incident\": \"a\n\n{good}\r\n{late}\n");
        let (ledger, told) = Ledger::read(&text, Timestamp::from_second(100).ok());
        assert_eq!(ledger.verdicts().count(), 2);
        let told: Vec<(u32, &str)> = told
            .iter()
            .map(|one| (one.position.map_or(0, |at| at.line), one.message.as_str()))
            .collect();
        assert_eq!(told[0], (2, "a conflict marker of an unfinished merge"));
        assert_eq!(told[1], (3, "it is no JSON object"));
        assert!(told[2].0 == 6 && told[2].1.ends_with("lies in the future"));
        assert_eq!(told.len(), 3);
    }
}

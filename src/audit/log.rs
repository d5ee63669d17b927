//! Log: everything that was ever drawn and read, and what each incident stands for.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::audit::Act;
use crate::audit::Answer;
use crate::audit::Drawn;
use crate::diagnostic::Diagnostic;
use crate::incident::IncidentId;
use crate::verdict::journal;

/// Everything that was drawn and read; what was written twice is there once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Log {
    drawn: BTreeMap<(String, IncidentId), Drawn>,
    answers: BTreeMap<(String, IncidentId), Answer>,
}

impl Log {
    /// Reads the lines of a log. What cannot be read is told with its line, the rest is taken; so is a time after `now`.
    pub fn read(text: &str, now: Option<Timestamp>) -> (Log, Vec<Diagnostic>) {
        let (acts, diagnostics) = journal::read(text, now, Act::parse, Act::time);
        let mut log = Log::default();
        for act in acts {
            log.add(act);
        }
        (log, diagnostics)
    }

    /// Adds a line. Of several answers of one audit on one incident the latest counts.
    pub fn add(&mut self, act: Act) {
        match act {
            Act::Drawn(drawn) => {
                let key = (drawn.audit.clone(), drawn.incident.clone());
                self.drawn.entry(key).or_insert(drawn);
            }
            Act::Answered(answer) => {
                let key = (answer.audit.clone(), answer.incident.clone());
                let order =
                    |one: &Answer| (one.time, one.author.clone(), format!("{:?}", one.labels));
                let before = self.answers.get(&key);
                if before.is_none_or(|before| order(before) < order(&answer)) {
                    self.answers.insert(key, answer);
                }
            }
        }
    }

    /// Everything that was drawn, audit by audit.
    pub fn drawn(&self) -> impl Iterator<Item = &Drawn> {
        self.drawn.values()
    }

    /// What was answered of a drawn incident.
    pub fn answer(&self, drawn: &Drawn) -> Option<&Answer> {
        self.answers
            .get(&(drawn.audit.clone(), drawn.incident.clone()))
    }

    /// Answers on incidents that their audit never drew.
    pub fn strays(&self) -> impl Iterator<Item = &Answer> {
        let strays = self.answers.iter();
        strays
            .filter(|(key, _)| !self.drawn.contains_key(key))
            .map(|(_, answer)| answer)
    }

    /// Every incident that was ever drawn.
    pub fn incidents(&self) -> BTreeSet<&IncidentId> {
        self.drawn.values().map(|drawn| &drawn.incident).collect()
    }

    /// The incidents that were drawn and not read yet.
    pub fn open(&self) -> impl Iterator<Item = &Drawn> {
        self.drawn().filter(|drawn| self.answer(drawn).is_none())
    }

    /// For every incident that was drawn and read, how many it stands for: those of its stratum, divided among all that
    /// were ever read of it. Samples of one stratum that were drawn one after the other without putting any back are one
    /// sample; what was drawn and not read is taken to be missing at random.
    pub fn weights(&self) -> BTreeMap<IncidentId, f64> {
        let mut read: BTreeMap<&str, BTreeSet<&IncidentId>> = BTreeMap::new();
        let mut of: BTreeMap<&str, usize> = BTreeMap::new();
        let mut acts: Vec<&Drawn> = self.drawn.values().collect();
        acts.sort_by(|a, b| (a.time, &a.audit).cmp(&(b.time, &b.audit)));
        let mut before: BTreeMap<&str, BTreeSet<&IncidentId>> = BTreeMap::new();
        for audit in acts.chunk_by(|a, b| a.audit == b.audit) {
            for drawn in audit {
                let earlier = before.get(drawn.stratum.as_str()).map_or(0, BTreeSet::len);
                let whole = of.entry(&drawn.stratum).or_default();
                *whole = (*whole).max(drawn.of + earlier);
            }
            for drawn in audit {
                before
                    .entry(&drawn.stratum)
                    .or_default()
                    .insert(&drawn.incident);
                if self.answer(drawn).is_some() {
                    read.entry(&drawn.stratum)
                        .or_default()
                        .insert(&drawn.incident);
                }
            }
        }
        let mut weights = BTreeMap::new();
        for (stratum, incidents) in read {
            let whole = of.get(stratum).copied().unwrap_or_default();
            let weight = whole.max(incidents.len()) as f64 / incidents.len() as f64;
            weights.extend(incidents.into_iter().map(|id| (id.clone(), weight)));
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(audit: &str, incident: &str, of: usize, second: i64) -> Act {
        Act::Drawn(Drawn {
            audit: audit.to_owned(),
            incident: incident.parse().expect("an id"),
            stratum: "none".to_owned(),
            of,
            sample: 2,
            seed: 7,
            given: BTreeMap::new(),
            rules: String::new(),
            document: String::new(),
            author: "Ada".to_owned(),
            time: Timestamp::from_second(second).expect("a time"),
        })
    }

    fn answered(audit: &str, incident: &str, mode: &str, second: i64) -> Act {
        let line = format!(
            r#"{{"audit":"{audit}","act":"answered","incident":"{incident}","labels":{{"mode":"{mode}","detection":null}},
            "time":"{}"}}"#,
            Timestamp::from_second(second).expect("a time")
        );
        Act::parse(&line.replace('\n', "")).expect("an answer")
    }

    #[test]
    fn lines_come_back_in_any_order_and_twice_and_weights_are_of_what_was_read() {
        let acts = [
            drawn("a", "one", 10, 1),
            drawn("a", "two", 10, 1),
            drawn("b", "three", 8, 5),
            answered("a", "one", "none", 2),
            answered("a", "one", "data-drift", 3),
            answered("b", "three", "none", 6),
        ];
        let lines: Vec<String> = acts.iter().map(Act::to_line).collect();
        let read = |lines: &[String]| Log::read(&lines.join("\n"), None).0;
        let log = read(&lines);
        let mut turned = lines.clone();
        turned.reverse();
        turned.extend(lines.clone());
        assert_eq!(read(&turned), log);
        let weights = log.weights();
        assert_eq!(weights.len(), 2, "two was not read");
        assert!(weights.values().all(|weight| (*weight - 5.0).abs() < 1e-9));
        assert_eq!(log.open().count(), 1);
        let first = log.drawn().next().expect("one");
        let mode = &log.answer(first).expect("read").labels[&crate::taxonomy::Facet::FailureMode];
        assert_eq!(mode.as_deref(), Some("data-drift"));
    }

    #[test]
    fn broken_lines_are_named_and_the_rest_is_taken() {
        let good = drawn("a", "one", 10, 100_000).to_line();
        let bad = good.replace("drawn", "thrown");
        let text = format!("<<<<<<< HEAD\n{good}\n{bad}\n{{\"audit\n");
        let (log, told) = Log::read(&text, Timestamp::from_second(1).ok());
        assert_eq!(log.drawn().count(), 1);
        let lines: Vec<u32> = told
            .iter()
            .filter_map(|one| Some(one.position?.line))
            .collect();
        assert_eq!(lines, [1, 2, 3, 4]);
    }
}

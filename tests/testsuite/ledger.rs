//! What holds for every file of verdicts: merging loses nothing, the order of lines does not matter, and what was laid over
//! a record comes off again.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;
use pm_kb::classification::Classification;
use pm_kb::incident::Facts;
use pm_kb::incident::IncidentId;
use pm_kb::postmortem::DocumentKind;
use pm_kb::record::Lineage;
use pm_kb::record::Record;
use pm_kb::taxonomy::Reason;
use pm_kb::verdict;
use pm_kb::verdict::Field;
use pm_kb::verdict::Ledger;
use pm_kb::verdict::Ruling;
use pm_kb::verdict::Verdict;
use proptest::collection::vec;
use proptest::prelude::*;

/// Fields with values that they take.
const SAID: &[(&str, &str)] = &[
    ("mode", "data-drift"),
    ("mode", "none"),
    ("mode", "unknown"),
    ("decay", "model-decay"),
    ("response", "rollback,retrain"),
    ("response", ""),
    ("kind", "template"),
    ("title", "Another"),
    ("date", "2026-01-02"),
    ("onset", "2026-01-02T03:04:05Z"),
    ("resolved", "2026-01-01T03:04"),
    ("severity", "P1"),
    ("services", "a, b"),
    ("hours_lost", "0.1"),
    ("team", "-"),
];

/// What one of two people does.
#[derive(Debug, Clone)]
enum Act {
    /// Says something of an incident.
    Say(usize, usize),
    /// Undoes what stands on a field.
    Undo(usize, usize),
    /// Takes in what the other has said so far.
    Pull,
}

fn act() -> impl Strategy<Value = (usize, Act, i64)> {
    let act = prop_oneof![
        4 => (0..3usize, 0..SAID.len()).prop_map(|(incident, said)| Act::Say(incident, said)),
        2 => (0..3usize, 0..SAID.len()).prop_map(|(incident, said)| Act::Undo(incident, said)),
        1 => Just(Act::Pull),
    ];
    // Clocks that go wrong by up to an hour either way.
    (0..2usize, act, -3600..3600i64)
}

fn id(number: usize) -> IncidentId {
    format!("i{number}").parse().expect("an id")
}

/// Does something in a person's copy of the file.
fn perform(lines: &mut Vec<String>, act: &Act, who: usize, now: i64) {
    let (ledger, told) = Ledger::read(&lines.join("\n"), None);
    assert!(told.is_empty(), "{told:?}");
    let (incident, said) = match act {
        Act::Say(incident, said) | Act::Undo(incident, said) => (id(*incident), SAID[*said]),
        Act::Pull => return,
    };
    let field: Field = said.0.parse().expect("a field");
    let heads = ledger.heads(&incident, field);
    let (ruling, replaces) = match act {
        Act::Say(..) => {
            let value = field.normal(said.1).expect("a value");
            (
                Ruling::Value(value),
                heads.iter().map(|head| head.id()).collect(),
            )
        }
        _ => match heads.first() {
            Some(head) => (Ruling::Undoes(head.id()), Vec::new()),
            None => return,
        },
    };
    let now = Timestamp::from_second(1_790_000_000 + now).expect("a time");
    let verdict = Verdict {
        time: ledger.time_after(&incident, now),
        incident,
        field,
        ruling,
        why: String::new(),
        author: format!("person {who}"),
        overrules: None,
        rules: String::new(),
        document: String::new(),
        replaces,
    };
    lines.push(verdict.to_line());
}

/// What git's union merge makes of two copies: the lines of both, in some order.
fn union(one: &[String], other: &[String]) -> Vec<String> {
    let new = other.iter().filter(|line| !one.contains(line));
    one.iter().chain(new).cloned().collect()
}

fn record(number: usize) -> Record {
    Record {
        id: id(number),
        source: "a.md".to_owned(),
        path: String::new(),
        kind: DocumentKind::Postmortem,
        language: "en".to_owned(),
        title: "As written".to_owned(),
        facts: Facts::default(),
        metadata: BTreeMap::new(),
        classification: Classification::unknown(Reason::NotStated, "pack"),
        lineage: Lineage::default(),
    }
}

fn laid(ledger: &Ledger) -> Vec<Record> {
    let lay = |number| {
        let mut record = record(number);
        verdict::lay(&mut record, &[], &ledger.standing(&id(number)));
        record
    };
    (0..3).map(lay).collect()
}

proptest! {
    #[test]
    fn two_people_and_git_lose_nothing_and_agree(acts in vec(act(), 1..40), turn in any::<usize>()) {
        let mut copies = [Vec::new(), Vec::new()];
        let mut given = BTreeSet::new();
        for (step, (who, act, skew)) in acts.iter().enumerate() {
            if matches!(act, Act::Pull) {
                copies[*who] = union(&copies[*who], &copies[1 - *who]);
            }
            let now = i64::try_from(step).expect("few") * 60 + skew;
            perform(&mut copies[*who], act, *who, now);
            given.extend(copies[*who].iter().cloned());
        }
        let (one, other) = (union(&copies[0], &copies[1]), union(&copies[1], &copies[0]));
        let mut turned = one.clone();
        let by = turn % turned.len().max(1);
        turned.rotate_left(by);
        let read = |lines: &[String]| Ledger::read(&lines.join("\n"), None).0;
        let ledger = read(&one);
        prop_assert_eq!(&ledger, &read(&other));
        prop_assert_eq!(&ledger, &read(&turned));
        let kept: BTreeSet<String> = ledger.verdicts().map(Verdict::to_line).collect();
        prop_assert_eq!(kept, given);
        prop_assert_eq!(laid(&ledger), laid(&read(&turned)));
        // What a person says now, knowing all, stands and settles every conflict on that field.
        let mut settled = one.clone();
        perform(&mut settled, &Act::Say(0, 0), 0, -100_000);
        let settled = read(&settled);
        prop_assert_eq!(&laid(&settled)[0].classification.failure_mode.id(), &"data-drift");
        let field: Field = "mode".parse().expect("a field");
        prop_assert_eq!(settled.heads(&id(0), field).len(), 1);
    }

    #[test]
    fn what_is_laid_over_a_record_comes_off_again(said in vec((0..3usize, 0..SAID.len()), 0..20)) {
        let mut lines = Vec::new();
        for (step, (incident, said)) in said.iter().enumerate() {
            perform(&mut lines, &Act::Say(*incident, *said), 0, i64::try_from(step).expect("few"));
        }
        let (ledger, _) = Ledger::read(&lines.join("\n"), None);
        for (number, mut after) in laid(&ledger).into_iter().enumerate() {
            verdict::lift(&mut after);
            let before = record(number);
            after.classification.clone_from(&before.classification);
            prop_assert_eq!(after, before);
        }
    }

    #[test]
    fn no_text_makes_the_file_unreadable(text in "(\\PC|\n|\\{|\\}|\"|:|,|incident|field|mode|none){0,200}") {
        let good = r#"{"incident":"a","field":"mode","value":"none","time":"2026-01-01T00:00:00Z"}"#;
        let (ledger, _) = Ledger::read(&format!("{text}\n{good}\n{text}"), None);
        prop_assert!(ledger.standing(&"a".parse().expect("an id")).len() == 1);
    }
}

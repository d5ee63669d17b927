//! Have we seen this before? Reasons that a person accepts, and nothing where nothing is known.

use std::fs;

use serde_json::Value;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::desk::repository;

/// The examples, stored.
fn desk() -> Desk {
    let desk = Desk::new();
    let examples = repository("incidents");
    assert_eq!(
        desk.run(&["-q", "add", examples.to_str().unwrap()]).status,
        0
    );
    desk
}

fn objects(answer: &Answer) -> Vec<Value> {
    let lines = answer.out.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

const SYMPTOM: &str =
    "Card payments failed at the gateway because its client certificate had run out overnight.";

#[test]
fn a_symptom_finds_what_is_like_it_and_says_why() {
    let desk = desk();
    let answer = desk.run_with(&["similar", "-", "--format", "jsonl"], SYMPTOM);
    assert_eq!(answer.status, 0);
    let found = objects(&answer);
    assert_eq!(found[0]["id"], "receipt-gateway-client-certificate");
    let reasons = found[0]["reasons"].as_array().unwrap();
    let words = reasons
        .iter()
        .find(|reason| reason["of"] == "words")
        .unwrap();
    assert!(
        words["values"]
            .as_array()
            .unwrap()
            .contains(&"certificate".into()),
        "{words}"
    );
    let text = desk.run_with(&["similar", "-"], SYMPTOM).out;
    assert!(
        text.contains("because: ") && text.contains("both speak of "),
        "{text}"
    );
}

#[test]
fn a_symptom_may_be_typed_as_well_as_piped() {
    let desk = desk();
    let typed = desk.run(&["similar", SYMPTOM, "--format", "jsonl"]);
    let piped = desk.run_with(&["similar", "-", "--format", "jsonl"], SYMPTOM);
    assert_eq!(objects(&typed), objects(&piped));
    assert_eq!(typed.status, 0);
    for typed in ["no-such-incident", "my lost draft.md"] {
        let unknown = desk.run(&["similar", typed]);
        assert_eq!(unknown.status, 1, "an id or a file: {unknown:?}");
        assert!(
            unknown.err.contains("no incident has the id"),
            "{unknown:?}"
        );
    }
}

#[test]
fn a_draft_finds_the_incident_that_it_tells_again() {
    let desk = desk();
    let original =
        fs::read_to_string(repository("incidents/ferry-fares-kept-for-a-day.md")).unwrap();
    let (_, half) = original.split_at(original.len() / 3);
    let half = &half[half.find('\n').unwrap()..];
    desk.file("draft.md", format!("# Fares again\n{half}"));
    let found = objects(&desk.run(&["similar", "draft.md", "--json", "--format", "jsonl"]));
    assert!(
        found.is_empty(),
        "`--json` and `--format` exclude each other"
    );
    let found = objects(&desk.run(&["similar", "draft.md", "--format", "jsonl"]));
    assert_eq!(found[0]["id"], "ferry-fares-kept-for-a-day");
}

#[test]
fn an_incident_is_not_similar_to_itself() {
    let desk = desk();
    for id in ["can-spotter-v3", "ferry-fares-kept-for-a-day"] {
        let found = objects(&desk.run(&["similar", id, "--format", "jsonl", "--limit", "50"]));
        assert!(found.iter().all(|one| one["id"] != id));
        let scores: Vec<f64> = found
            .iter()
            .map(|one| one["score"].as_f64().unwrap())
            .collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    }
    // Nor is it when it is named by its file.
    let file = repository("incidents/can-spotter-v3.md");
    let found = objects(&desk.run(&["similar", file.to_str().unwrap(), "--format", "jsonl"]));
    assert!(found.iter().all(|one| one["id"] != "can-spotter-v3"));
}

#[test]
fn where_nothing_similar_is_known_that_is_said() {
    let desk = desk();
    for text in [
        "Melt the butter, whisk in the flour and bake for forty minutes until it is golden.",
        "The incident happened because of a problem that the team found and fixed the next day.",
        "the and of",
        "?",
    ] {
        let answer = desk.run_with(&["similar", "-"], text);
        assert_eq!(answer.status, 1, "{text}: {}", answer.out);
        assert!(answer.out.is_empty());
        assert_eq!(answer.err.trim(), "nothing similar is known", "{text}");
    }
    assert_eq!(desk.run_with(&["similar", "-"], "").status, 3);
    assert_eq!(desk.run(&["similar", "no-such-incident"]).status, 1);
}

#[test]
fn what_was_called_not_related_is_left_out_from_then_on() {
    let desk = desk();
    let id = "receipt-gateway-client-certificate";
    let told = desk.run_with(&["similar", "-", "--not", id], SYMPTOM);
    assert!(told.err.contains("remembered: "), "{}", told.err);
    let found = objects(&desk.run_with(&["similar", "-", "--format", "jsonl"], SYMPTOM));
    assert!(found.iter().all(|one| one["id"] != id));
    let again = desk.run_with(&["similar", "-", "--not", id], SYMPTOM);
    assert!(
        again.err.contains("was called not related"),
        "{}",
        again.err
    );
    let lines = fs::read_to_string(desk.path().join(".pm-kb/unrelated.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 1);

    // Two incidents are not related in either direction.
    let [one, other] = ["ferry-fares-kept-for-a-day", "parts-search-ordering"];
    desk.run(&["similar", one, "--not", other]);
    let found = objects(&desk.run(&["similar", other, "--format", "jsonl", "--limit", "50"]));
    assert!(found.iter().all(|found| found["id"] != one));
    let unknown = desk.run(&["similar", one, "--not", "no-such-incident"]);
    assert_eq!(unknown.status, 1);
    assert!(unknown.err.contains("no-such-incident"), "{}", unknown.err);
}

#[test]
fn a_draft_is_remembered_by_its_name_until_it_is_stored() {
    let desk = desk();
    let draft = format!("# Receipts again\n\n{SYMPTOM}\n");
    desk.file("receipts-again.md", &draft);
    let id = "receipt-gateway-client-certificate";
    desk.run(&["similar", "receipts-again.md", "--not", id]);
    assert_eq!(desk.run(&["-q", "add", "receipts-again.md"]).status, 0);
    let found = objects(&desk.run(&["similar", "receipts-again", "--format", "jsonl"]));
    assert!(found.iter().all(|one| one["id"] != id));
}

#[test]
fn no_reason_is_a_common_word() {
    let desk = desk();
    let common = fs::read_to_string(repository("schema/common-words.txt")).unwrap();
    let common: Vec<&str> = common
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect();
    let mut told = 0;
    for id in desk
        .run(&["list", "--format", "jsonl"])
        .out
        .lines()
        .take(25)
    {
        let id: Value = serde_json::from_str(id).unwrap();
        for one in objects(&desk.run(&["similar", id["id"].as_str().unwrap(), "--format", "jsonl"]))
        {
            for reason in one["reasons"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|reason| reason["of"] == "words")
            {
                for word in reason["values"].as_array().unwrap() {
                    told += 1;
                    let word = word.as_str().unwrap().to_lowercase();
                    assert!(!common.contains(&word.as_str()), "{word}");
                }
            }
        }
    }
    assert!(told > 8, "{told}");
}

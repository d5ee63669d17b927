//! The example post-mortems: what the report says of them equals a count by hand from their expected labels.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::desk::Desk;
use crate::desk::repository;

type Row = BTreeMap<String, String>;

fn expected() -> Vec<Row> {
    let text = fs::read_to_string(repository("incidents/LABELS.tsv")).unwrap();
    let mut lines = text
        .lines()
        .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    lines
        .map(|values| names.iter().cloned().zip(values).collect())
        .collect()
}

fn has(row: &Row, response: &str) -> bool {
    row["response"].split(',').any(|one| one == response)
}

fn ids<'a>(rows: impl Iterator<Item = &'a Row>) -> BTreeSet<String> {
    rows.map(|row| row["file"].trim_end_matches(".md").to_owned())
        .collect()
}

/// The files of the incidents that a figure names, without their extension.
fn files(ids: &Value, records: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let named: BTreeSet<&str> = ids
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    records
        .iter()
        .filter(|(_, record)| named.contains(record["id"].as_str().unwrap()))
        .map(|(file, _)| file.clone())
        .collect()
}

/// Every incident by the name of its file, without extension: an id may be the document's own.
fn records(desk: &Desk) -> BTreeMap<String, Value> {
    let answer = desk.run(&["list", "--format", "jsonl"]);
    let records = answer
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let stem = |record: &Value| {
        let source = record["source"].as_str().unwrap();
        Path::new(source)
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    records.map(|record| (stem(&record), record)).collect()
}

fn base() -> Desk {
    let desk = Desk::new();
    let incidents = repository("incidents");
    let answer = desk.run(&["add", incidents.to_str().unwrap()]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    desk
}

#[test]
fn the_report_over_six_quarters_equals_a_count_by_hand() {
    let rows = expected();
    assert!(rows.len() >= 40);
    let desk = base();
    let answer = desk.run(&[
        "report", "--from", "2025-Q2", "--to", "2026-Q3", "--format", "json",
    ]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let report: Value = serde_json::from_str(&answer.out).unwrap();

    let records = records(&desk);
    let dated: Vec<&Row> = rows.iter().filter(|row| row["quarter"] != "-").collect();
    assert_eq!(report["population"]["total"], dated.len());
    assert_eq!(report["population"]["undated"], rows.len() - dated.len());
    let unclassified = dated
        .iter()
        .filter(|row| row["primary"] == "unknown")
        .count();
    assert_eq!(report["population"]["unclassified"], unclassified);

    let decaying = |row: &&Row| row["decay"] == "data-decay" || row["decay"] == "model-decay";
    let rollbacks: Vec<&Row> = dated
        .iter()
        .copied()
        .filter(|row| has(row, "rollback") && decaying(row))
        .collect();
    let stale = ids(rollbacks
        .iter()
        .copied()
        .filter(|row| row["primary"] == "feature-staleness"));
    let decay: Vec<&Row> = dated.iter().copied().filter(decaying).collect();
    let data = ids(decay
        .iter()
        .copied()
        .filter(|row| row["decay"] == "data-decay"));
    for (id, numerator, denominator) in [
        ("rollbacks-from-feature-staleness", stale, rollbacks.len()),
        ("decay-that-is-data", data, decay.len()),
    ] {
        let patterns = report["patterns"].as_array().unwrap();
        let pattern = patterns.iter().find(|pattern| pattern["id"] == id).unwrap();
        assert_eq!(files(&pattern["incidents"], &records), numerator, "{id}");
        assert_eq!(pattern["numerator"], numerator.len(), "{id}");
        assert_eq!(pattern["denominator"], denominator, "{id}");
        let share = numerator.len() as f64 / denominator as f64;
        assert!(
            (pattern["share"].as_f64().unwrap() - share).abs() < 1e-12,
            "{id}"
        );
    }
}

#[test]
fn every_example_is_labelled_as_its_readers_did() {
    let desk = base();
    let records = records(&desk);
    let mut wrong = Vec::new();
    for row in expected() {
        let id = row["file"].trim_end_matches(".md");
        let record = &records[id];
        for (field, column) in [
            ("failure_mode", "primary"),
            ("decay", "decay"),
            ("quarter", "quarter"),
        ] {
            let found = record[field].as_str().unwrap_or("-");
            let accepted = found == row[column] || (field == "failure_mode" && found == row["alt"]);
            if !accepted {
                wrong.push(format!(
                    "{id}: {field} is {found}, expected {}",
                    row[column]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

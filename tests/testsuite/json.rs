//! JSON for programs: every object is what its schema in `schema/json` says, on the examples and on hostile documents.

use std::collections::BTreeMap;
use std::fs;

use jsonschema::Validator;
use serde_json::Value;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::desk::repository;
use crate::paper;

/// The published schemas by the name that objects carry.
pub(crate) struct Schemas(BTreeMap<String, (Value, Validator)>);

impl Schemas {
    pub(crate) fn read() -> Schemas {
        let files = fs::read_dir(repository("schema/json")).unwrap();
        let schemas = files.map(|file| {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let schema: Value = serde_json::from_str(&text).unwrap();
            let name = schema["title"].as_str().unwrap().to_owned();
            let validator = jsonschema::validator_for(&schema).unwrap();
            (name, (schema, validator))
        });
        Schemas(schemas.collect())
    }

    /// Asserts that an object is of this kind, is valid, and has no field that the schema does not tell of.
    #[track_caller]
    pub(crate) fn check(&self, object: &Value, name: &str) {
        assert_eq!(object["schema"], name, "{object}");
        let (schema, validator) = self
            .0
            .get(name)
            .unwrap_or_else(|| panic!("no schema for {name}"));
        let wrong: Vec<String> = validator
            .iter_errors(object)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}\n{object}");
        for field in object.as_object().unwrap().keys() {
            assert!(
                schema["properties"].get(field).is_some(),
                "{name} says nothing of `{field}`"
            );
        }
    }

    /// Asserts that a text is one object a line, or one list of objects, and nothing else; returns them.
    #[track_caller]
    pub(crate) fn check_all(&self, text: &str, name: &str) -> Vec<Value> {
        let objects: Vec<Value> = match serde_json::from_str(text) {
            Ok(Value::Array(objects)) => objects,
            _ => text
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        };
        objects.iter().for_each(|object| self.check(object, name));
        objects
    }

    /// Asserts that all that was told on standard error are problems; returns them.
    #[track_caller]
    fn problems(&self, answer: &Answer) -> Vec<Value> {
        self.check_all(&answer.err, "pm-kb/problem/1")
    }
}

#[test]
fn the_examples_are_what_the_schemas_say() {
    let schemas = Schemas::read();
    let desk = Desk::new();
    let examples = repository("incidents");
    let folder = examples.to_str().unwrap();
    let added = desk.run(&["add", folder, "--format", "jsonl"]);
    assert_eq!(schemas.check_all(&added.out, "pm-kb/add/1").len(), 50);
    assert!(!schemas.problems(&added).is_empty());
    let again = desk.run(&["add", folder, "--json"]);
    let unchanged = schemas.check_all(&again.out, "pm-kb/add/1");
    assert!(unchanged.iter().all(|one| one["outcome"] == "unchanged"));

    let lines = desk.run(&["list", "--format", "jsonl"]);
    assert_eq!(schemas.check_all(&lines.out, "pm-kb/incident/1").len(), 50);
    let document: Value = serde_json::from_str(&desk.run(&["list", "--json"]).out).unwrap();
    assert_eq!(document.as_array().unwrap().len(), 50);
    let shown: Value =
        serde_json::from_str(&desk.run(&["show", "can-spotter-v3", "--json"]).out).unwrap();
    schemas.check(&shown, "pm-kb/incident/1");
    let dry = desk.run(&["classify", folder, "--json"]);
    assert_eq!(schemas.check_all(&dry.out, "pm-kb/incident/1").len(), 50);

    let explained = desk.run(&["classify", folder, "--explain", "--format", "jsonl"]);
    assert_eq!(
        schemas
            .check_all(&explained.out, "pm-kb/explanation/1")
            .len(),
        50
    );
}

#[test]
fn hits_states_reports_and_figures_are_what_the_schemas_say() {
    let schemas = Schemas::read();
    let desk = Desk::new();
    let examples = repository("incidents");
    let folder = examples.to_str().unwrap();
    assert_eq!(desk.run(&["add", folder, "-q"]).status, 0);
    let query = [
        "search",
        "rollback of the model",
        "--explain",
        "--format",
        "jsonl",
    ];
    let hits = desk.run(&query);
    assert!(!schemas.check_all(&hits.out, "pm-kb/hit/1").is_empty());
    let counts = desk.run(&["search", "rollback", "--limit", "0", "--facets", "--json"]);
    assert_eq!(schemas.check_all(&counts.out, "pm-kb/facets/1").len(), 1);
    let similar = desk.run_with(
        &["similar", "-", "--json"],
        "Payments failed at the gateway because its client certificate had run out overnight.",
    );
    assert!(
        !schemas
            .check_all(&similar.out, "pm-kb/similar/1")
            .is_empty()
    );
    let status: Value = serde_json::from_str(&desk.run(&["status", "--json"]).out).unwrap();
    schemas.check(&status, "pm-kb/status/1");
    assert_eq!(status["documents"], 50);
    let health: Value = serde_json::from_str(&desk.run(&["health", "--json"]).out).unwrap();
    schemas.check(&health, "pm-kb/health/1");
    let label = ["label", "can-spotter-v3", "mode=data-drift", "severity=P1"];
    let labelled = desk.run(&[&label[..], &["--author", "Ada", "--json"]].concat());
    assert!(schemas.check_all(&labelled.out, "pm-kb/change/1").len() >= 2);
    assert_eq!(
        desk.run(&["label", "can-spotter-v3", "--undo", "--author", "Ada"])
            .status,
        0
    );
    let file = fs::read_to_string(desk.path().join(".pm-kb/verdicts.jsonl")).unwrap();
    assert_eq!(schemas.check_all(&file, "pm-kb/verdict/1").len(), 3);
    desk.file(
        ".pm-kb/verdicts.jsonl",
        file.lines().next().unwrap().replace("can-spotter-v3", "x"),
    );
    let synced = desk.run(&["sync", "--json"]);
    assert!(
        schemas.check_all(&synced.out, "pm-kb/sync/1").len() >= 2,
        "{synced:?}"
    );
    let queue = desk.run(&["review", "--format", "jsonl", "-n", "9"]);
    assert_eq!(schemas.check_all(&queue.out, "pm-kb/review/1").len(), 9);
    let draw = ["audit", "-n", "16", "--author", "Ada", "--format", "jsonl"];
    let drawn = desk.run(&draw);
    let drawn = schemas.check_all(&drawn.out, "pm-kb/drawn/1");
    assert!(drawn.len() >= 14);
    let mut table = "id,set_failure_mode,set_decay\n".to_owned();
    for one in &drawn {
        table.push_str(&format!(
            "{},data-drift,data-decay\n",
            one["id"].as_str().unwrap()
        ));
    }
    let read = ["audit", "--import", "-", "--author", "Ada", "--json"];
    let read = desk.run_with(&read, table);
    schemas.check(
        &serde_json::from_str(&read.out).unwrap(),
        "pm-kb/audit-status/1",
    );
    let log = fs::read_to_string(desk.path().join(".pm-kb/audits.jsonl")).unwrap();
    assert_eq!(
        schemas.check_all(&log, "pm-kb/audit/1").len(),
        2 * drawn.len()
    );
    let report: Value = serde_json::from_str(&desk.run(&["report", "--json"]).out).unwrap();
    schemas.check(&report, "pm-kb/report/1");
    let labels = examples.join("LABELS.tsv");
    let measured = desk.run(&["eval", labels.to_str().unwrap(), folder, "--json"]);
    schemas.check(
        &serde_json::from_str(&measured.out).unwrap(),
        "pm-kb/evaluation/1",
    );
    let own = desk.run(&["eval", "--verdicts", "--json"]);
    let own: Value = serde_json::from_str(&own.out).unwrap();
    schemas.check(&own, "pm-kb/verdicts-evaluation/1");
    let facts = repository("tests/intake");
    let table = facts.join("FACTS.tsv");
    let arguments = [
        "eval",
        "--facts",
        table.to_str().unwrap(),
        facts.to_str().unwrap(),
        "--json",
    ];
    let measured = desk.run(&arguments);
    schemas.check(
        &serde_json::from_str(&measured.out).unwrap(),
        "pm-kb/facts-evaluation/1",
    );
}

#[test]
fn hostile_documents_are_what_the_schemas_say_and_say_what_they_said() {
    let schemas = Schemas::read();
    let desk = Desk::new();
    desk.file("evil.md", paper::hostile_document(paper::HOSTILE));
    desk.file("empty.md", "");
    desk.file("open.md", "---\ntitle: x\n");
    desk.file(
        "odd.md",
        "---\nseverty: 3\ndate: 2026-02-30\n---\n# Odd\n\nText.\n",
    );
    let added = desk.run(&["add", ".", "missing.md", "--json"]);
    assert_eq!(added.status, 3, "{added:?}");
    let objects = schemas.check_all(&added.out, "pm-kb/add/1");
    let refused = objects.iter().filter(|one| one["outcome"] == "refused");
    assert_eq!((refused.count(), objects.len()), (3, 5), "{}", added.out);
    let problems = schemas.problems(&added);
    let at = problems
        .iter()
        .find(|one| one["source"] == "./empty.md")
        .unwrap();
    assert_eq!(
        (&at["line"], &at["column"]),
        (&Value::from(1), &Value::from(1))
    );
    for args in [
        &["list", "--all", "--json"][..],
        &["classify", "evil.md", "--format", "jsonl"],
    ] {
        let answer = desk.run(args);
        let objects = schemas.check_all(&answer.out, "pm-kb/incident/1");
        let evil = objects
            .iter()
            .find(|one| one["source"].as_str().unwrap().ends_with("evil.md"));
        let services = evil.unwrap()["services"].to_string();
        assert!(services.contains("scorer"), "{services}");
    }
    let status: Value = serde_json::from_str(&desk.run(&["status", "--json"]).out).unwrap();
    schemas.check(&status, "pm-kb/status/1");
}

#[test]
fn what_fails_with_json_asked_for_is_told_in_json() {
    let schemas = Schemas::read();
    let desk = Desk::new();
    for (status, args) in [
        (4, &["list", "--json"][..]),
        (4, &["search", "x", "--format", "jsonl"]),
        (4, &["status", "--json"]),
        (4, &["report", "--json"]),
        (2, &["lst", "--json"]),
        (2, &["list", "--json", "--limit", "many"]),
        (2, &["list", "--json", "--sirt", "id"]),
        (3, &["classify", "missing.md", "--json"]),
        (3, &["add", "missing.md", "--json"]),
        (3, &["eval", "missing.tsv", ".", "--json"]),
    ] {
        let answer = desk.run(args);
        assert_eq!(answer.status, status, "{args:?} {answer:?}");
        let problems = schemas.problems(&answer);
        assert!(
            problems.iter().any(|one| one["level"] == "error"),
            "{args:?} {answer:?}"
        );
        assert!(
            matches!(answer.out.as_str(), "" | "[]\n") || args[0] == "add",
            "{answer:?}"
        );
    }
    desk.file("a.md", "# T\n\nText.\n");
    assert_eq!(desk.run(&["add", "a.md"]).status, 0);
    let answer = desk.run(&["list", "--json", "is:silent", "mode:nonsense"]);
    let problems = schemas.problems(&answer);
    assert_eq!((answer.status, problems.len()), (2, 1), "{answer:?}");
    assert_eq!(problems[0]["column"], 11, "where the filter stands");
    let answer = desk.run(&["show", "b", "--json"]);
    assert_eq!(
        (answer.status, schemas.problems(&answer).len()),
        (1, 1),
        "{answer:?}"
    );
}

#[test]
fn the_filters_answers_are_what_the_schemas_say() {
    let schemas = Schemas::read();
    let desk = Desk::new();
    let evil = paper::hostile_document(paper::HOSTILE);
    let good = serde_json::json!({"id": paper::HOSTILE, "text": evil});
    let input = format!("{good}\nnonsense\n{{\"id\": \"a\", \"text\": \"\"}}\n");
    let answer = desk.run_with(&["classify", "--input-format", "jsonl", "-"], input);
    let lines: Vec<Value> = answer
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    schemas.check(&lines[0], "pm-kb/incident/1");
    assert_eq!(lines[0]["id"], paper::HOSTILE);
    schemas.check(&lines[1], "pm-kb/error/1");
    schemas.check(&lines[2], "pm-kb/error/1");
    assert_eq!(lines.len(), 3);
}

//! What a person does with results: counts below the list, other orders, why a hit stands there, files that have changed.

use std::fs;

use serde_json::Value;

use crate::desk::Desk;

/// Four incidents, read from files.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.file(
        "old.md",
        "---\nseverity: SEV1\ndate: 2025-02-03\nservice: ranker\n---\n# Stale embeddings\n\n## Root cause\n\nThe embedding job was skipped and the embeddings were stale.\n",
    );
    desk.file(
        "new.md",
        "---\nseverity: SEV3\ndate: 2026-05-06\nservice: ranker\nregion: north\n---\n# Embeddings were late\n\nThe certificate had expired.\n",
    );
    desk.file(
        "loose.md",
        "---\ndate: 2026-08-01\n---\n# Late lunch\n\nIt was late.\n",
    );
    desk.file("undated.md", "# Embeddings again\n\nNothing else.\n");
    assert_eq!(desk.run(&["add", "."]).status, 0);
    desk
}

fn ids(desk: &Desk, args: &[&str]) -> Vec<String> {
    let all: Vec<&str> = ["search", "--format", "jsonl"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let answer = desk.run(&all);
    let hits = answer.out.lines();
    hits.map(|hit| serde_json::from_str::<Value>(hit).unwrap())
        .filter(|hit| hit["schema"] == "pm-kb/hit/1")
        .map(|hit| hit["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn hits_are_counted_below_the_list() {
    let desk = desk();
    let answer = desk.run(&["search", "embeddings", "--limit", "1"]);
    let below: Vec<&str> = answer.out.lines().rev().take(5).collect();
    assert_eq!(below[4], "1–1 of 3", "{}", answer.out);
    assert_eq!(below[1], "service  ranker 2");
    assert_eq!(below[0], "quarter  2026-Q2 1, 2025-Q1 1, undated 1");
    let json = desk.run(&["search", "embeddings", "--format", "jsonl", "--facets"]);
    let last: Value = serde_json::from_str(json.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["schema"], "pm-kb/facets/1");
    assert_eq!(last["total"], 3);
    assert_eq!(last["by"]["service"][0]["value"], "ranker");
    assert_eq!(last["by"]["service"][0]["count"], 2);
}

#[test]
fn hits_come_in_the_order_that_is_asked_for() {
    let desk = desk();
    assert_eq!(
        ids(&desk, &["embeddings", "--sort", "date"]),
        ["new", "old", "undated"]
    );
    assert_eq!(
        ids(&desk, &["embeddings", "--sort", "severity"]),
        ["old", "new", "undated"]
    );
    assert_eq!(
        ids(
            &desk,
            &[
                "embeddings",
                "--sort",
                "date",
                "--offset",
                "1",
                "--limit",
                "1"
            ]
        ),
        ["old"]
    );
    // The newest document with one of two words would come before all that is meant.
    let answer = desk.run(&["search", "late", "embeddings", "--sort", "date"]);
    assert!(answer.out.starts_with("1. new"), "{}", answer.out);
    assert!(
        answer
            .err
            .contains("3 more have some of the words, not all; left out"),
        "{}",
        answer.err
    );
}

#[test]
fn a_score_is_taken_apart() {
    let desk = desk();
    let answer = desk.run(&[
        "search",
        "stale",
        "embeddings",
        "kafka",
        "--explain",
        "--format",
        "jsonl",
    ]);
    for line in answer.out.lines() {
        let hit: Value = serde_json::from_str(line).unwrap();
        let explanation = &hit["explanation"];
        let parts = explanation["parts"].as_array().unwrap();
        let sum: f64 = parts
            .iter()
            .map(|part| part["score"].as_f64().unwrap())
            .sum();
        let made = sum * explanation["coverage"].as_f64().unwrap()
            + explanation["nearness"].as_f64().unwrap();
        assert!(
            (made - hit["score"].as_f64().unwrap()).abs() < 0.01,
            "{hit}"
        );
        assert_eq!(parts[2]["typed"], "kafka");
        assert_eq!(parts[2]["score"], 0.0);
    }
    let first: Value = serde_json::from_str(answer.out.lines().next().unwrap()).unwrap();
    assert_eq!(first["id"], "old");
    assert_eq!(first["explanation"]["has_all"], true);
    assert_eq!(
        first["explanation"]["parts"][0]["zones"],
        serde_json::json!(["title", "cause"])
    );
    let text = desk.run(&["search", "stale", "--explain"]).out;
    assert!(text.contains("`stale`: title, root cause"), "{text}");
}

#[test]
fn a_hit_says_that_its_file_has_changed_or_gone() {
    let desk = desk();
    let file = |id: &str| {
        let answer = desk.run(&["search", "embeddings", "--format", "jsonl"]);
        let hits = answer.out.lines();
        let hits: Vec<Value> = hits.map(|hit| serde_json::from_str(hit).unwrap()).collect();
        hits.iter().find(|hit| hit["id"] == id).unwrap()["file"].clone()
    };
    assert_eq!(file("old"), "as-stored");
    fs::write(desk.path().join("old.md"), "# Something else\n").unwrap();
    fs::remove_file(desk.path().join("new.md")).unwrap();
    assert_eq!(file("old"), "changed");
    assert_eq!(file("new"), "gone");
    let text = desk.run(&["search", "embeddings"]).out;
    assert!(text.contains("the file has changed since"), "{text}");
    assert!(text.contains("the file is no longer there"), "{text}");
    assert_eq!(desk.run(&["add", "old.md"]).status, 0);
    assert!(!ids(&desk, &["stale"]).contains(&"old".to_owned()));
    desk.run_with(&["add", "-"], "# Embeddings by hand\n\nTyped.\n");
    assert_eq!(file("embeddings-by-hand"), Value::Null);
}

#[test]
fn a_named_query_and_any_key_of_front_matter_are_filters() {
    let desk = desk();
    desk.file(
        ".pm-kb/config.toml",
        "[queries]\nstale-north = 'region:north service:ranker'\n",
    );
    assert_eq!(ids(&desk, &["@stale-north"]), ["new"]);
    assert_eq!(ids(&desk, &["region:north"]), ["new"]);
    let answer = desk.run(&["search", "@stale-nort"]);
    assert!(
        answer.err.contains("there is no named query `@stale-nort`"),
        "{}",
        answer.err
    );
    assert!(
        answer.err.contains("did you mean `@stale-north`?"),
        "{}",
        answer.err
    );
}

#[test]
fn only_paths_are_written_for_other_programs() {
    let desk = desk();
    let answer = desk.run(&["search", "stale", "certifcate", "--files"]);
    let mut paths: Vec<&str> = answer.out.lines().collect();
    paths.sort_unstable();
    assert_eq!(paths.len(), 2);
    assert!(
        paths.iter().all(|path| fs::metadata(path).is_ok()),
        "{paths:?}"
    );
    assert!(
        answer.err.contains("showing results for `certificate`"),
        "{}",
        answer.err
    );
}

#[test]
fn where_the_filters_leave_nothing_that_is_said() {
    let desk = desk();
    let answer = desk.run(&["search", "embeddings", "region:south"]);
    assert_eq!(answer.status, 1);
    assert!(
        answer
            .err
            .contains("nothing meets the filters; without them there are 3"),
        "{}",
        answer.err
    );
    assert!(!desk.run(&["search", "zeppelin"]).err.contains("filters"));
}

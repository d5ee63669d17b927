//! The rules of a team as the team meets them: written, tried, in force, broken.

use std::fs;

use serde_json::Value;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::json::Schemas;

/// A rule of a team whose feature store is called Larder.
const RULE: &str = r#"schema = 1

[[rule]]
id = "ACME-STALE-001"
title = "Larder served values of an earlier time"
label = "failure_mode:feature-staleness"
falsepositives = ["a cold start after a deploy"]

[[rule.cue]]
name = "cold"
pattern = '{feature-store} <3> went cold'
weight = 5

[rule.test]
match = ["Larder-v2 went cold on Friday night."]
no-match = ["The soup went cold."]
negated = ["It was not that Larder went cold."]
"#;

const WORDS: &str = r#"schema = 1

[vocabulary.feature-store]
words = ["Larder", "Larder-v2", "Spülkammer"]
"#;

const INCIDENT: &str = "# Basket suggestions\n\n## Summary\n\nThe basket model was off all weekend.\n\n## Root cause\n\n\
Larder went cold on Friday night and nobody saw it.\n";

fn with_rules() -> Desk {
    let desk = Desk::new();
    desk.file("a.md", INCIDENT);
    assert_eq!(desk.run(&["add", "a.md"]).status, 0);
    desk.file(".pm-kb/rules/acme.toml", RULE);
    desk.file(".pm-kb/vocabulary.toml", WORDS);
    desk
}

#[track_caller]
fn assert_told(answer: &Answer, status: i32, told: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    let said = format!("{}{}", answer.out, answer.err);
    assert!(said.contains(told), "`{told}` is not in {said}");
}

fn digest(desk: &Desk) -> String {
    let listed = desk.run(&["list", "--json"]);
    let all: Value = serde_json::from_str(&listed.out).unwrap();
    all[0]["rules"].as_str().unwrap().to_owned()
}

#[test]
fn a_rule_of_ones_own_is_tried_shown_and_in_force() {
    let desk = with_rules();
    assert_told(
        &desk.run(&["rules", "test", ".pm-kb/rules/acme.toml"]),
        0,
        "3 of 3",
    );
    assert_told(&desk.run(&["rules", "lint", "--own"]), 0, "nothing to mend");
    let shown = desk.run(&["rules", "show", "acme-stale-001"]);
    assert_told(&shown, 0, "your own");
    assert_told(&shown, 0, "finds something in 1 of 1 incidents");
    assert_told(
        &shown,
        0,
        "“Larder went cold on Friday night and nobody saw it.”",
    );
    assert_told(
        &desk.run(&["rules", "list", "--own", "--mode", "feature-staleness"]),
        0,
        "ACME-STALE-001",
    );
    assert_told(
        &desk.run(&["rules", "list", "--own", "--facet", "response"]),
        1,
        "0 of",
    );
    let before = digest(&desk);
    assert!(!before.contains("+own"), "{before}");
    assert_told(
        &desk.run(&["status"]),
        0,
        "1 documents labelled by other rules: `pm-kb reclassify`",
    );
    let change = desk.run(&["reclassify", "--dry-run"]);
    assert_eq!(change.status, 0, "{change:?}");
    assert_eq!(digest(&desk), before, "a dry run changes nothing");
    assert_eq!(desk.run(&["reclassify"]).status, 0);
    assert!(digest(&desk).contains("+own"));
    let shown = desk.run(&["show", "a", "--json"]);
    assert!(shown.out.contains("ACME-STALE-001"), "{}", shown.out);
    let dry = desk.run(&["classify", "a.md", "--explain"]);
    assert_told(&dry, 0, "ACME-STALE-001");
}

#[test]
fn a_failing_example_is_told_where_it_stands() {
    let desk = with_rules();
    desk.file(
        ".pm-kb/rules/acme.toml",
        RULE.replace("Larder-v2 went cold on Friday night.", "Larder-v2 froze."),
    );
    let answer = desk.run(&["rules", "test", ".pm-kb/rules/acme.toml"]);
    assert_told(
        &answer,
        1,
        "error: .pm-kb/rules/acme.toml:15:10: `ACME-STALE-001` finds nothing here, expected affirmed — “Larder-v2 froze.”",
    );
    let lint = desk.run(&["rules", "lint", "--own"]);
    assert_told(
        &lint,
        1,
        ".pm-kb/rules/acme.toml:11: no-witness ACME-STALE-001 `cold`",
    );
}

#[test]
fn a_rule_may_be_tried_before_it_is_in_the_base() {
    let desk = Desk::new();
    desk.file("draft.toml", RULE.replace("{feature-store}", "larder v2"));
    assert_told(&desk.run(&["rules", "test", "draft.toml"]), 1, "1 failed");
    desk.file(
        "draft.toml",
        RULE.replace("{feature-store}", "larder( v2)?"),
    );
    assert_told(&desk.run(&["rules", "test", "draft.toml"]), 0, "3 of 3");
    assert_told(
        &desk.run(&["rules", "test", "nowhere.toml"]),
        2,
        "there is no such file",
    );
}

#[test]
fn while_a_file_is_broken_the_rules_of_before_stay_in_force() {
    let desk = with_rules();
    assert_eq!(desk.run(&["reclassify"]).status, 0);
    let before = digest(&desk);
    desk.file(
        ".pm-kb/rules/acme.toml",
        RULE.replace("weight = 5", "weight = 50"),
    );
    let told = "error: .pm-kb/rules/acme.toml:12:10: a weight of 50: expected -10 to 10";
    desk.file("b.md", INCIDENT.replace("Basket", "Trolley"));
    let added = desk.run(&["add", "b.md"]);
    assert_told(&added, 3, told);
    assert_told(
        &added,
        3,
        &format!("the rules of before stay in force ({before})"),
    );
    let listed: Value = serde_json::from_str(&desk.run(&["list", "--json"]).out).unwrap();
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["rules"] == before.as_str()),
        "{listed}"
    );
    assert_told(&desk.run(&["status"]), 0, &format!("in step ({before})"));
    assert_told(&desk.run(&["sync"]), 3, told);
    for command in [
        &["reclassify"][..],
        &["classify", "a.md"],
        &["rules", "list"],
        &["rules", "test"],
    ] {
        let answer = desk.run(command);
        assert_told(&answer, 2, told);
        assert_eq!(answer.out, "", "{command:?}");
    }
    assert_eq!(
        desk.run(&["search", "larder"]).status,
        0,
        "a search needs no rules"
    );
    desk.file(".pm-kb/rules/acme.toml", RULE);
    assert_told(&desk.run(&["status"]), 0, &format!("in step ({before})"));
}

#[test]
fn a_file_that_was_never_in_order_leaves_the_shipped_rules_in_force() {
    let desk = Desk::new();
    desk.file("a.md", INCIDENT);
    desk.file(".pm-kb/overrides.toml", "schema = 1\nassume_ml = true\n");
    let answer = desk.run(&["add", "a.md"]);
    assert_told(&answer, 3, "error: .pm-kb/overrides.toml:2:13: ");
    assert!(!digest(&desk).contains("+own"));
}

#[test]
fn overrides_switch_off_extend_and_settle_each_with_a_reason() {
    let desk = with_rules();
    desk.file("drift.md", "# Loans\n\n## Root cause\n\nThe population changed: many more young customers applied, and the model had seen few of them in training.\n");
    let label = |field: &str| {
        let answer = desk.run(&["classify", "drift.md", "--json"]);
        let all: Value = serde_json::from_str(&answer.out).unwrap();
        all[0][field].clone()
    };
    assert_eq!(label("decay"), "data-decay");
    desk.file(
        ".pm-kb/overrides.toml",
        "schema = 1\n\n[decay]\ndata_drift = { value = \"model-decay\", reason = \"as in our reports since 2024\" }\n\n\
         [[disable]]\nrule = \"ACME-STALE-001\"\nreason = \"Larder is gone\"\n\n\
         [[extend]]\nvocabulary = \"producer\"\nwords = [\"the Lisbon office\"]\nreason = \"they send files\"\n",
    );
    assert_eq!(label("failure_mode"), "data-drift");
    assert_eq!(label("decay"), "model-decay");
    assert_told(
        &desk.run(&["rules", "list", "--status", "disabled"]),
        0,
        "ACME-STALE-001",
    );
    let explained = desk.run(&["classify", "a.md", "--explain"]);
    assert!(
        !explained.out.contains("ACME-STALE-001"),
        "{}",
        explained.out
    );
    desk.file(
        "plain.md",
        "# Tills\n\n## Root cause\n\nThe certificate of the tills had run out.\n",
    );
    let ml = |desk: &Desk| {
        desk.run(&["classify", "plain.md", "--explain"])
            .out
            .contains("gate open")
    };
    assert!(!ml(&desk));
    desk.file(
        ".pm-kb/overrides.toml",
        "schema = 1\nassume_ml = { value = true, reason = \"only ML teams write here\" }\n",
    );
    assert!(ml(&desk));
}

/// A file, what is broken in it, and the place and the words that are told.
const BROKEN: &[(&str, &str, &str, &str)] = &[
    (
        "{feature-store} <3> went cold",
        "(((a{1,900}){1,900}){1,900})",
        "11:11",
        "larger than 4194304 bytes when compiled",
    ),
    (
        "{feature-store} <3> went cold",
        "(larder)?",
        "11:11",
        "the pattern matches an empty text",
    ),
    (
        "{feature-store} <3> went cold",
        ".*",
        "11:11",
        "the pattern matches an empty text",
    ),
    (
        "{feature-store} <3> went cold",
        "",
        "11:11",
        "an empty pattern",
    ),
    (
        "{feature-store} <3> went cold",
        "larder(?= went)",
        "11:11",
        "look-around is not supported: use `unless`",
    ),
    (
        "{feature-store} <3> went cold",
        "(?<!the )larder",
        "11:11",
        "look-around is not supported: use `unless`",
    ),
    (
        "{feature-store} <3> went cold",
        "(larder) \\1",
        "11:11",
        "backreferences are not supported",
    ),
    (
        "{feature-store} <3> went cold",
        "(?i)larder",
        "11:11",
        "a group is written `( | )`",
    ),
    (
        "{feature-store} <3> went cold",
        "^larder",
        "11:11",
        "`^`: a pattern is looked for anywhere",
    ),
    (
        "{feature-store} <3> went cold",
        "(larder|pantry",
        "11:11",
        "unclosed group",
    ),
    (
        "{feature-store} <3> went cold",
        "larder <99> cold",
        "11:11",
        "a gap `<99>`: expected a number of words up to 30",
    ),
    (
        "{feature-store} <3> went cold",
        "lärder",
        "11:11",
        "`ä`: patterns are ASCII",
    ),
    (
        "{feature-store} <3> went cold",
        "{feature-stores} cold",
        "11:11",
        "did you mean `feature-store`?",
    ),
    (
        "feature-staleness\"\nfalse",
        "feature-stalenes\"\nfalse",
        "6:9",
        "failure mode `feature-stalenes` is not known",
    ),
    (
        "failure_mode:",
        "mode_of_failure:",
        "6:9",
        "field `mode_of_failure` is not known",
    ),
    (
        "ACME-STALE-001",
        "PMK-STALE-001",
        "4:6",
        "is the id of another rule (rules/feature-staleness.toml:4)",
    ),
    (
        "ACME-STALE-001",
        "PMK-NEW-001",
        "4:6",
        "ids that begin with `PMK-` are those of the shipped rules",
    ),
    ("ACME-STALE-001", "ACME 1", "4:6", "`ACME 1` is no id"),
    (
        "match = [\"Larder-v2 went cold on Friday night.\"]",
        "",
        "4:6",
        "`ACME-STALE-001` has no test",
    ),
    ("weight = 5", "weight = nan", "12:10", "a weight of NaN"),
    ("weight = 5", "weight = \"5\"", "12:10", "expected a number"),
    ("pattern =", "patern =", "11:1", "unknown field `patern`"),
    (
        "title = \"Larder served values of an earlier time\"",
        "title = \"Larder",
        "5:16",
        "expected `\"`",
    ),
    (
        "schema = 1\n",
        "",
        "1:1",
        "begin the file with `schema = 1`",
    ),
    (
        "schema = 1\n",
        "schema = 2\n",
        "1:10",
        "this program reads format 1",
    ),
    (
        "[rule.test]",
        "[[disable]]\nrule = \"PMK-STALE-001\"\n[rule.test]",
        "15:8",
        "an override belongs in overrides.toml",
    ),
];

#[test]
fn every_mistake_is_told_with_line_and_column_and_what_to_do() {
    let desk = with_rules();
    for (good, bad, place, told) in BROKEN {
        assert!(RULE.contains(good), "{good}");
        desk.file(".pm-kb/rules/acme.toml", RULE.replacen(good, bad, 1));
        let answer = desk.run(&["rules", "list", "--own"]);
        assert_told(
            &answer,
            2,
            &format!("error: .pm-kb/rules/acme.toml:{place}: "),
        );
        assert_told(&answer, 2, told);
        assert_eq!(answer.err.lines().count(), 1, "{}", answer.err);
    }
}

#[test]
fn the_same_id_twice_unreadable_bytes_and_what_is_no_file_are_refused() {
    let desk = with_rules();
    desk.file(".pm-kb/rules/zeta.toml", RULE);
    let answer = desk.run(&["rules", "list"]);
    assert_told(
        &answer,
        2,
        "error: .pm-kb/rules/zeta.toml:4:6: `ACME-STALE-001` is the id of another rule (rules/acme.toml:4)",
    );
    desk.file(".pm-kb/rules/zeta.toml", b"schema = 1\n# \xff\n");
    assert_told(
        &desk.run(&["rules", "list"]),
        2,
        "zeta.toml:2:3: bytes that are no text",
    );
    fs::remove_file(desk.path().join(".pm-kb/rules/zeta.toml")).unwrap();
    fs::create_dir(desk.path().join(".pm-kb/rules/zeta.toml")).unwrap();
    assert_told(
        &desk.run(&["rules", "list"]),
        2,
        "zeta.toml:1:1: no regular file",
    );
    fs::remove_dir(desk.path().join(".pm-kb/rules/zeta.toml")).unwrap();
    desk.file(".pm-kb/rules/.acme.toml.swp", "left by an editor");
    desk.file(".pm-kb/rules/README.md", "# Our rules");
    assert_eq!(desk.run(&["rules", "list"]).status, 0);
}

#[test]
fn words_that_cannot_be_used_are_told_and_not_the_rules_made_of_them() {
    let desk = with_rules();
    for (words, place, told) in [
        (
            "[vocabulary.feature-store]\nwords = [\"(larder\"]",
            "3:10",
            "unclosed group",
        ),
        (
            "[vocabulary.feature-store]\nwords = [\"--\"]",
            "3:10",
            "`--` is not made of words",
        ),
        (
            "[vocabulary.stores]\nwords = [\"x\"]",
            "2:13",
            "without `about`",
        ),
        (
            "[vocabulary.me]\nabout = \"x\"\nwords = [\"{me} {me}\"]",
            "4:10",
            "more than 6 deep",
        ),
    ] {
        desk.file(".pm-kb/vocabulary.toml", format!("schema = 1\n{words}\n"));
        let answer = desk.run(&["rules", "list"]);
        assert_told(
            &answer,
            2,
            &format!("error: .pm-kb/vocabulary.toml:{place}: "),
        );
        assert_told(&answer, 2, told);
        assert_eq!(answer.err.lines().count(), 1, "{}", answer.err);
    }
    // Each of four lists names the next two hundred times: written out, that is 1.6 thousand million words.
    let bomb: Vec<String> = (1..5)
        .map(|list| {
            format!(
                "[vocabulary.b{list}]\nabout = \"x\"\nwords = [\"{}\"]\n",
                format!("{{b{}}}", list + 1).repeat(200)
            )
        })
        .collect();
    let bomb = format!(
        "schema = 1\n{}[vocabulary.b5]\nabout = \"x\"\nwords = [\"x\"]\n",
        bomb.concat()
    );
    desk.file(".pm-kb/vocabulary.toml", bomb);
    assert_told(
        &desk.run(&["rules", "list"]),
        2,
        "longer than 262144 bytes with the words of its vocabularies",
    );
}

#[test]
fn every_override_needs_a_reason_and_a_rule_that_there_is() {
    let desk = with_rules();
    for (text, place, told) in [
        (
            "[[disable]]\nrule = \"PMK-STALE-001\"",
            "3:8",
            "no `reason`: say why",
        ),
        (
            "[[disable]]\nrule = \"PMK-STALE-001\"\nreason = \" \"",
            "4:10",
            "an empty reason: say why",
        ),
        (
            "[[disable]]\nrule = \"PMK-NOPE-001\"\nreason = \"x\"",
            "3:8",
            "no rule has the id `PMK-NOPE-001`",
        ),
        (
            "assume_ml = true",
            "2:13",
            "expected `{ value = …, reason = \"…\" }`",
        ),
        ("assume_ml = { value = true }", "2:13", "no `reason`"),
        (
            "decay.data_drift = { value = \"none\", reason = \"x\" }",
            "2:30",
            "expected `data-decay` or `model-decay`",
        ),
        (
            "[[extend]]\nvocabulary = \"shops\"\nwords = [\"x\"]\nreason = \"y\"",
            "3:14",
            "no vocabulary has the name `shops`",
        ),
        (
            "[[extend]]\nvocabulary = \"field\"\nwords = [\"x\"]",
            "3:14",
            "no `reason`",
        ),
    ] {
        desk.file(".pm-kb/overrides.toml", format!("schema = 1\n{text}\n"));
        let answer = desk.run(&["rules", "list"]);
        assert_told(
            &answer,
            2,
            &format!("error: .pm-kb/overrides.toml:{place}: "),
        );
        assert_told(&answer, 2, told);
    }
}

#[test]
fn rules_are_what_the_schemas_say() {
    let schemas = Schemas::read();
    let desk = with_rules();
    let listed = desk.run(&["rules", "list", "--json"]);
    assert!(schemas.check_all(&listed.out, "pm-kb/rule/1").len() > 100);
    let shown: Value =
        serde_json::from_str(&desk.run(&["rules", "show", "PMK-STALE-001", "--json"]).out).unwrap();
    schemas.check(&shown, "pm-kb/rule/1");
    let tried = desk.run(&["rules", "test", "--format", "jsonl"]);
    assert!(schemas.check_all(&tried.out, "pm-kb/rule-test/1").len() > 400);
    desk.file(
        ".pm-kb/rules/acme.toml",
        RULE.replace("falsepositives", "# "),
    );
    let lint = desk.run(&["rules", "lint", "--own", "--json"]);
    assert_eq!(
        schemas.check_all(&lint.out, "pm-kb/rule-finding/1").len(),
        1,
        "{lint:?}"
    );
    let stats = desk.run(&["rules", "stats", "--json"]);
    let used = schemas.check_all(&stats.out, "pm-kb/rule-usage/1");
    assert!(
        used.iter()
            .any(|one| one["rule"] == "ACME-STALE-001" && one["documents"] == 1)
    );
}

#[test]
fn precision_is_counted_on_gold() {
    let desk = Desk::new();
    desk.file("docs/a.md", INCIDENT);
    desk.file("docs/b.md", INCIDENT.replace("Basket", "Trolley"));
    desk.file(
        "docs/LABELS.tsv",
        "file\tprimary\tdecay\na.md\tfeature-staleness\tdata-decay\nb.md\tpipeline-break\tdata-decay\n",
    );
    desk.file(".pm-kb/rules/acme.toml", RULE);
    desk.file(".pm-kb/vocabulary.toml", WORDS);
    let answer = desk.run(&["rules", "stats", "docs/LABELS.tsv", "docs", "--own"]);
    assert_told(&answer, 0, "0.50 (1/2)");
    assert_told(&answer, 0, "2 documents, 1 rules, 0 find nothing in them");
}

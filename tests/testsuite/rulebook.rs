//! The rules of a team as the team meets them: written, tried, in force, broken.

use std::fs;

use serde_json::Value;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::json::Schemas;

mod broken;
mod explained;

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
    let unshown = RULE.replace("Larder-v2 went cold on Friday night.", "Larder-v2 froze.");
    desk.file(".pm-kb/rules/acme.toml", unshown.replace("negated", "# "));
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

#[test]
fn what_a_change_of_rules_does_is_told_with_the_rule_that_did_it() {
    let desk = Desk::new();
    desk.file("drift.md", "# Loans\n\n## Root cause\n\nThe population changed: many more young customers applied, and the model had seen few of them in training.\n");
    desk.file("back.md", "# Ranking\n\n## Root cause\n\nThe embeddings in the feature store were stale: the refresh job had stopped, and the ranking model read values of last week.\n\n## Resolution\n\nWe rolled back Larder to the snapshot of the day before, and the ranking recovered. The rollback of Larder took an hour.\n");
    let rule = RULE
        .replace("failure_mode:feature-staleness", "rollback_target:index")
        .replace("{feature-store} <3> went cold", "larder( v2)?")
        .replace("The soup went cold.", "The soup.")
        .replace("negated", "# ");
    desk.file(".pm-kb/rules/acme.toml", rule);
    assert_eq!(desk.run(&["add", "drift.md", "back.md"]).status, 0);
    desk.file(
        ".pm-kb/overrides.toml",
        "schema = 1\n\n[decay]\ndata_drift = { value = \"model-decay\", reason = \"as ever\" }\n\n\
         [[disable]]\nrule = \"ACME-STALE-001\"\nreason = \"to see\"\n",
    );
    let answer = desk.run(&["reclassify", "--dry-run"]);
    assert_told(
        &answer,
        0,
        "back  rollback_target: index → nothing  (ACME-STALE-001 no longer says so)\n\
         drift  decay: data-decay → model-decay  (decay.data_drift)\n",
    );
    assert_eq!(desk.run(&["reclassify"]).status, 0);
    fs::remove_file(desk.path().join(".pm-kb/overrides.toml")).unwrap();
    let answer = desk.run(&["reclassify", "--dry-run"]);
    assert_told(
        &answer,
        0,
        "back  rollback_target: nothing → index  (ACME-STALE-001)\n",
    );
}

//! Broken files of rules, words and overrides: each mistake is told with its place and what to do.

use std::fs;

use crate::rulebook::RULE;
use crate::rulebook::assert_told;
use crate::rulebook::with_rules;

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

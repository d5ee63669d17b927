//! The command line as a newcomer meets it: which base is meant, misspelt words, unknown ids, bad filters, help.

use std::fs;

use crate::desk::Answer;
use crate::desk::Desk;

mod help;
mod report;

/// A desk with three incidents.
fn with_base() -> Desk {
    let desk = Desk::new();
    desk.file(
        "docs/scores-were-old.md",
        "---\ndate: 2026-02-03\n---\n# Scores were old\n\nText.\n",
    );
    desk.file(
        "docs/scores-were-wrong.md",
        "---\ndate: 2026-05-03\n---\n# Scores were wrong\n\nText.\n",
    );
    desk.file(
        "docs/pager-was-silent.md",
        "# The pager was silent\n\nText.\n",
    );
    let answer = desk.run(&["add", "docs"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    desk
}

#[track_caller]
fn assert_told(answer: &Answer, status: i32, told: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(
        answer.err.contains(told),
        "`{told}` is not in {}",
        answer.err
    );
}

#[test]
fn without_a_knowledge_base_every_command_says_how_to_make_one() {
    let desk = Desk::new();
    for args in [
        &["list"][..],
        &["search", "x"],
        &["show", "x"],
        &["report"],
        &["status"],
        &["sync"],
        &["label", "x", "mode=none"],
        &["reclassify"],
        &["remove", "x"],
    ] {
        let answer = desk.run(args);
        assert_told(&answer, 4, "error: no knowledge base at ");
        assert_told(&answer, 4, " — `pm-kb add PATH…` makes one");
        assert_eq!(answer.out, "");
    }
    assert_eq!(
        fs::read_dir(desk.path()).unwrap().count(),
        0,
        "nobody made anything"
    );
}

#[test]
fn the_knowledge_base_is_found_upwards_named_or_in_the_environment() {
    let desk = with_base();
    fs::create_dir_all(desk.path().join("docs/deep/er")).unwrap();
    fs::create_dir_all(desk.path().join("elsewhere")).unwrap();
    let run = |folder: &str, kb: &[&str], variable: Option<&str>| {
        let mut command = desk.command();
        command.current_dir(desk.path().join(folder));
        if let Some(value) = variable {
            command.env("PM_KB_DIR", value);
        }
        let output = command.args(kb).args(["list", "-q"]).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap().lines().count(),
        )
    };
    let there = desk.path().join(".pm-kb");
    let there = there.to_str().unwrap();
    assert_eq!(run("docs/deep/er", &[], None), (0, 4));
    assert_eq!(
        run("docs", &[], Some("")),
        (0, 4),
        "an empty variable is none"
    );
    assert_eq!(run("/", &["--kb", there], None), (0, 4));
    assert_eq!(run("/", &[], Some(there)), (0, 4));
    assert_eq!(
        run("/", &["--kb", desk.path().to_str().unwrap()], None),
        (0, 4)
    );
    assert_eq!(
        run("", &["--kb", ".pm-kb"], Some("elsewhere")),
        (0, 4),
        "--kb comes first"
    );
    assert_eq!(run("", &[], Some("elsewhere")), (4, 0));
    assert_eq!(run("", &["--kb", "nowhere"], None), (4, 0));
}

#[test]
fn a_new_base_is_made_where_the_decision_says() {
    let desk = Desk::new();
    desk.file("full/a.md", "# A\n\nText.\n");
    fs::create_dir(desk.path().join("empty")).unwrap();
    for (kb, made) in [
        ("full", "full/.pm-kb"),
        ("empty", "empty"),
        ("new", "new"),
        ("x/.pm-kb", "x/.pm-kb"),
    ] {
        let answer = desk.run(&["--kb", kb, "add", "full/a.md"]);
        assert_told(&answer, 0, &format!("made a knowledge base in {made}\n"));
        assert!(desk.path().join(made).join("kb.sqlite").is_file(), "{kb}");
        let again = desk.run(&["--kb", kb, "add", "full/a.md"]);
        assert!(!again.err.contains("made"), "{again:?}");
    }
    desk.file("file", "no folder");
    for command in [&["list"][..], &["add", "full/a.md"]] {
        let answer = desk.run(&[&["--kb", "file"], command].concat());
        assert_told(
            &answer,
            4,
            "error: file is not a pm-kb knowledge base: it is a file",
        );
    }
    assert_eq!(
        fs::read_to_string(desk.path().join("file")).unwrap(),
        "no folder"
    );
}

#[test]
fn misspelt_words_are_answered_with_the_nearest_ones() {
    let desk = with_base();
    for (args, told) in [
        (&["serch", "x"][..], "'search'"),
        (&["list", "--fromat", "json"], "'--format'"),
        (&["search", "scores", "--jsn"], "'--json'"),
        (&["list", "--sort", "dat"], "'date'"),
        (
            &["report", "--quarter", "2026-Q5"],
            "expected a year and a quarter as in `2026-Q3`",
        ),
    ] {
        let answer = desk.run(args);
        assert_told(&answer, 2, told);
        assert_eq!(answer.out, "");
    }
}

#[test]
fn an_option_counts_wherever_it_stands_and_a_word_with_a_dash_excludes() {
    let desk = with_base();
    let first = desk.run(&["search", "--format", "jsonl", "--limit", "1", "text"]);
    let last = desk.run(&["search", "text", "--format", "jsonl", "--limit", "1"]);
    assert_eq!(
        (first.status, first.out.lines().count()),
        (0, 1),
        "{first:?}"
    );
    assert_eq!(first.out, last.out);
    let without = desk.run(&["list", "-quarter:2026-Q1", "--sort", "id", "-q"]);
    let ids: Vec<&str> = without
        .out
        .lines()
        .skip(1)
        .filter_map(|line| line.split("  ").nth(5))
        .collect();
    assert_eq!(
        ids,
        ["pager-was-silent", "scores-were-wrong"],
        "{without:?}"
    );
}

#[test]
fn an_id_may_be_short_where_it_is_clear_and_is_suggested_where_it_is_not() {
    let desk = with_base();
    let answer = desk.run(&["show", "pager"]);
    assert_told(&answer, 0, "note: `pager` is `pager-was-silent`");
    assert!(
        answer.out.starts_with("The pager was silent\n"),
        "{answer:?}"
    );
    let answer = desk.run(&["show", "scores-were"]);
    assert_told(
        &answer,
        1,
        "error: no incident has the id `scores-were` — did you mean `scores-were-old` or `scores-were-wrong`?",
    );
    let answer = desk.run(&["show", "nothing-like-it-at-all"]);
    assert_told(&answer, 1, "`pm-kb list` shows the ids");
    assert_told(&desk.run(&["show", ""]), 1, "no incident has the id ``");
}

#[test]
fn nothing_is_removed_where_one_id_is_unknown() {
    let desk = with_base();
    let answer = desk.run(&["remove", "scores-were-old", "scores", "pager-was-silent"]);
    assert_told(&answer, 1, "error: no incident has the id `scores`");
    assert_eq!(answer.out, "");
    assert_eq!(desk.run(&["list"]).out.lines().count(), 4);
    let answer = desk.run(&["remove", "scores-were-old", "pager-was-silent"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert_eq!(desk.run(&["list"]).out.lines().count(), 2);
    assert!(desk.path().join("docs/scores-were-old.md").is_file());
}

#[test]
fn a_bad_filter_is_shown_with_a_caret_under_its_place() {
    let desk = with_base();
    for command in [&["list"][..], &["report", "--year", "2026"]] {
        let answer = desk.run(&[command, &["日本", "mode:stale", "quarter:2026-Q9"]].concat());
        assert_eq!((answer.status, answer.out.as_str()), (2, ""), "{answer:?}");
        let lines: Vec<&str> = answer.err.lines().collect();
        assert_eq!(lines.len(), 6, "{}", answer.err);
        assert!(
            lines[0].starts_with("error: `stale` is no value of `mode:`"),
            "{}",
            lines[0]
        );
        assert_eq!(lines[1], "  日本 mode:stale quarter:2026-Q9");
        // Two wide characters and a space stand before it: five columns.
        assert_eq!(lines[2], "       ^^^^^^^^^^");
        assert!(
            lines[3].starts_with("error: `2026-Q9` is not"),
            "{}",
            lines[3]
        );
        assert_eq!(lines[5], "                  ^^^^^^^^^^^^^^^");
    }
    let lenient = desk.run(&["search", "mode:stale", "text"]);
    assert_ne!(lenient.status, 2, "{lenient:?}");
    assert!(
        lenient
            .err
            .starts_with("note: `stale` is no value of `mode:`"),
        "{lenient:?}"
    );
}

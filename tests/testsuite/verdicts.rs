//! What people say of incidents: it stands over document and rules, survives what happens to both, and merges in git.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::desk::Desk;

/// A document that states enough to be corrected.
const STALE: &str = "---\ndate: 2026-02-03\nseverity: SEV3\n---\n# Fraud scores were old\n\n## Root cause\n\n\
    The materialisation job of the online feature store had stopped, so the fraud model read feature values that were \
    three days old.\n";

fn with_base() -> Desk {
    let desk = Desk::new();
    desk.file("docs/scores.md", STALE);
    desk.file(
        "docs/other.md",
        "# Another\n\nThe pager was silent all night long.\n",
    );
    assert_eq!(desk.run(&["add", "docs"]).status, 0);
    desk
}

fn shown(desk: &Desk, id: &str, field: &str) -> serde_json::Value {
    let answer = desk.run(&["show", id, "--json"]);
    let mut record: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    record[field].take()
}

fn label(desk: &Desk, args: &[&str]) {
    let all = [&["label"], args, &["--author", "Ada"]].concat();
    let answer = desk.run(&all);
    assert_eq!(answer.status, 0, "{answer:?}");
}

fn lines(desk: &Desk) -> Vec<String> {
    let text = fs::read_to_string(desk.path().join(".pm-kb/verdicts.jsonl")).expect("the file");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_verdict_stands_over_rules_and_document_and_is_undone_as_easily() {
    let desk = with_base();
    assert_eq!(shown(&desk, "scores", "failure_mode"), "feature-staleness");
    label(
        &desk,
        &[
            "scores",
            "mode=data-drift",
            "severity=P1",
            "--why",
            "seen twice",
        ],
    );
    assert_eq!(shown(&desk, "scores", "failure_mode"), "data-drift");
    assert_eq!(shown(&desk, "scores", "severity"), "SEV1");
    assert_eq!(shown(&desk, "scores", "disputed"), true);
    assert_eq!(shown(&desk, "scores", "verdicts")["failure_mode"], "human");
    let line: serde_json::Value = serde_json::from_str(&lines(&desk)[0]).expect("JSON");
    assert_eq!(line["overrules"], "feature-staleness");
    assert_eq!(
        (&line["why"], &line["author"]),
        (&"seen twice".into(), &"Ada".into())
    );

    label(&desk, &["scores", "mode=none"]);
    label(&desk, &["scores", "mode", "--undo"]);
    assert_eq!(shown(&desk, "scores", "failure_mode"), "data-drift");
    label(&desk, &["scores", "mode", "--undo"]);
    label(&desk, &["scores", "--undo"]);
    assert_eq!(shown(&desk, "scores", "failure_mode"), "feature-staleness");
    assert_eq!(shown(&desk, "scores", "severity"), "SEV3");
    assert_eq!(shown(&desk, "scores", "disputed"), false);
    assert_eq!(lines(&desk).len(), 6, "nothing is deleted");
    let nothing = desk.run(&["label", "scores", "--undo", "--author", "Ada"]);
    assert_eq!(nothing.status, 2, "{nothing:?}");
}

#[test]
fn what_is_no_field_or_value_is_refused_and_nothing_is_written() {
    let desk = with_base();
    for (said, told) in [
        ("mode=feature-stalenes", "did you mean `feature-staleness`?"),
        ("severty=P1", "did you mean `severity`?"),
        ("date=03/07/2026", "a day as in `2026-07-03`"),
        ("mode", "FIELD=VALUE"),
    ] {
        let answer = desk.run(&["label", "scores", "severity=P1", said, "--author", "Ada"]);
        assert_eq!(answer.status, 2, "{answer:?}");
        assert!(answer.err.contains(told), "{answer:?}");
    }
    let unknown = desk.run(&["label", "scroes", "mode=none", "--author", "Ada"]);
    assert_eq!(unknown.status, 1);
    assert!(
        unknown.err.contains("did you mean `scores`?"),
        "{unknown:?}"
    );
    assert!(!desk.path().join(".pm-kb/verdicts.jsonl").exists());
}

#[test]
fn a_verdict_survives_edits_a_new_name_other_rules_and_a_base_made_anew() {
    let desk = with_base();
    label(&desk, &["scores", "mode=data-drift", "date=2025-12-24"]);
    let holds = |id: &str, when: &str| {
        assert_eq!(shown(&desk, id, "failure_mode"), "data-drift", "{when}");
        assert_eq!(shown(&desk, id, "quarter"), "2025-Q4", "{when}");
    };
    desk.file("docs/scores.md", STALE.replace("three days", "four days"));
    desk.run(&["add", "docs"]);
    holds("scores", "edited");
    let folder = desk.path().join("docs");
    fs::rename(folder.join("scores.md"), folder.join("renamed.md")).expect("renamed");
    desk.run(&["add", "docs"]);
    holds("scores", "renamed");
    assert_eq!(desk.run(&["reclassify"]).status, 0);
    holds("scores", "relabelled");

    for file in fs::read_dir(desk.path().join(".pm-kb")).expect("the base") {
        let path = file.expect("an entry").path();
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("kb.sqlite"))
        {
            fs::remove_file(path).expect("removed");
        }
    }
    fs::remove_dir_all(desk.path().join(".pm-kb/index")).ok();
    // The text was edited since the verdict was given, so only a verdict on this text tells its old name.
    label_again(&desk);
    holds("scores", "made anew");
}

fn label_again(desk: &Desk) {
    desk.file("docs/renamed.md", STALE);
    assert_eq!(desk.run(&["add", "docs"]).status, 0);
}

#[test]
fn broken_lines_are_told_by_line_and_the_rest_is_taken_in() {
    let desk = with_base();
    let good =
        r#"{"incident":"scores","field":"mode","value":"none","time":"2026-01-01T00:00:00Z"}"#;
    let late =
        r#"{"incident":"scores","field":"team","value":"risk","time":"2099-01-01T00:00:00Z"}"#;
    let gone =
        r#"{"incident":"nobody","field":"team","value":"risk","time":"2026-01-01T00:00:00Z"}"#;
    let text = format!("<<<<<<< HEAD\n{good}\n=======\n{{\"incident\n{late}\n{gone}");
    desk.file(".pm-kb/verdicts.jsonl", text);
    let status = desk.run(&["status"]);
    assert!(
        status
            .out
            .contains("documents do not know theirs yet: `pm-kb sync`"),
        "{status:?}"
    );
    assert_eq!(shown(&desk, "scores", "failure_mode"), "feature-staleness");

    let synced = desk.run(&["sync"]);
    assert_eq!(synced.status, 0, "{synced:?}");
    for told in [
        "verdicts.jsonl:1:1: a conflict marker",
        "verdicts.jsonl:3:1: a conflict marker",
        "verdicts.jsonl:4:1: it is no JSON object",
        "verdicts.jsonl:5:1: the time 2099-01-01T00:00:00Z lies in the future",
    ] {
        assert!(synced.err.contains(told), "{told}: {synced:?}");
    }
    assert!(synced.out.contains("unknown    nobody"), "{synced:?}");
    assert_eq!(shown(&desk, "scores", "failure_mode"), "none");
    assert_eq!(shown(&desk, "scores", "team"), "risk");
    // The next line does not run into the last, which has no end.
    label(&desk, &["scores", "mode=data-drift"]);
    assert_eq!(shown(&desk, "scores", "failure_mode"), "data-drift");
    assert_eq!(lines(&desk).len(), 7);
}

fn git(folder: &Path, args: &[&str]) -> bool {
    let run = Command::new("git")
        .args([
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .current_dir(folder)
        .output();
    run.is_ok_and(|output| output.status.success())
}

#[test]
fn two_clones_label_git_merges_and_nothing_is_lost() {
    let desk = Desk::new();
    let names: Vec<String> = (0..6).map(|number| format!("report-{number}")).collect();
    for name in &names {
        desk.file(
            &format!("one/docs/{name}.md"),
            format!("# {name}\n\nThe pager was silent: {name}.\n"),
        );
    }
    let (one, two) = (desk.path().join("one"), desk.path().join("two"));
    let run = |folder: &Path, args: &[&str]| {
        let second = if folder == two {
            "1791000100"
        } else {
            "1791000000"
        };
        let output = desk
            .command()
            .env("SOURCE_DATE_EPOCH", second)
            .args(args)
            .current_dir(folder)
            .output()
            .expect("run");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    if !git(&one, &["init", "-q"]) {
        eprintln!("skipped: there is no git here");
        return;
    }
    run(&one, &["add", "docs", "-q"]);
    run(
        &one,
        &["label", "report-0", "mode=none", "--author", "Ada", "-q"],
    );
    assert!(git(&one, &["add", "."]) && git(&one, &["commit", "-qm", "first"]));
    assert!(git(desk.path(), &["clone", "-q", "one", "two"]));
    run(&two, &["add", "docs", "-q"]);
    for (folder, author, mode, first) in [
        (&one, "Ada", "data-drift", 1),
        (&two, "Bo", "schema-drift", 3),
    ] {
        for name in &names[first..first + 3] {
            let said = format!("mode={mode}");
            run(folder, &["label", name, &said, "--author", author, "-q"]);
        }
        run(
            folder,
            &["label", "report-0", "severity=P2", "--author", author, "-q"],
        );
        assert!(git(folder, &["commit", "-qam", author]));
    }
    assert!(
        git(&two, &["pull", "-q", "--no-rebase", "--no-edit"]),
        "the file merges by itself"
    );
    assert!(git(
        &one,
        &["pull", "-q", "--no-rebase", "--no-edit", "../two", "HEAD"]
    ));
    let synced = run(&one, &["sync"]);
    assert!(
        synced.contains("conflict   report-3  failure_mode: "),
        "{synced}"
    );
    run(&two, &["sync"]);
    let text = fs::read_to_string(one.join(".pm-kb/verdicts.jsonl")).expect("the file");
    assert_eq!(text.lines().count(), 9, "{text}");
    let state = |folder: &Path| {
        run(
            folder,
            &["list", "--format", "jsonl", "--sort", "id", "--all"],
        )
    };
    assert_eq!(state(&one), state(&two));
    // And so is a base that is made anew from documents and verdicts.
    let three = desk.path().join("three");
    assert!(git(desk.path(), &["clone", "-q", "two", "three"]));
    run(&three, &["add", "docs", "-q"]);
    assert_eq!(state(&three), state(&two));
    let labelled = run(&three, &["list", "mode:schema-drift", "-q"]);
    assert_eq!(labelled.lines().count(), 3 + 1, "{labelled}");
}

#[test]
fn many_verdicts_come_from_a_file_and_what_cannot_be_read_is_told_by_line() {
    let desk = with_base();
    desk.file(
        "said.jsonl",
        "{\"incident\": \"scores\", \"field\": \"mode\", \"value\": \"data-drift\", \"why\": \"read twice\"}\n\
         {\"incident\": \"other\", \"field\": \"mode\", \"value\": \"drift\"}\n\nnonsense\n\
         {\"incident\": \"nobody\", \"field\": \"mode\", \"value\": \"none\"}\n\
         {\"incident\": \"other\", \"field\": \"severity\", \"value\": \"P3\", \"author\": \"Bo\"}\n",
    );
    let answer = desk.run(&["label", "--from", "said.jsonl", "--author", "Ada"]);
    assert_eq!(answer.status, 3, "{answer:?}");
    for told in [
        "said.jsonl:2:1: ",
        "`data-drift`?",
        "said.jsonl:4:1: ",
        "no incident has the id `nobody`",
    ] {
        assert!(answer.err.contains(told), "{told}: {answer:?}");
    }
    assert_eq!(shown(&desk, "scores", "failure_mode"), "data-drift");
    assert_eq!(shown(&desk, "other", "severity"), "SEV3");
    let written = lines(&desk);
    assert!(
        written.len() == 2 && written[1].contains("\"author\":\"Bo\""),
        "{written:?}"
    );
}

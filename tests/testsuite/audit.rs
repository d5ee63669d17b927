//! Audit: drawn at random, read blind, kept in a file for git, and taken into every share of the report.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::desk::repository;

/// The columns of a table of gold labels, and of what is read in an audit.
const READ: &[(&str, &str)] = &[
    ("primary", "set_failure_mode"),
    ("decay", "set_decay"),
    ("response", "set_response"),
    ("helped", "set_rollback_helped"),
    ("first_diagnosis", "set_first_diagnosis"),
    ("detection", "set_detection"),
    ("silent", "set_silent"),
];

/// Forty documents of which the rules have some wrong.
fn examples() -> Desk {
    let desk = Desk::new();
    let copied = desk.path().join("docs");
    fs::create_dir(&copied).unwrap();
    for (folder, count) in [("incidents", 14), ("tests/challenge", 26)] {
        let files = fs::read_dir(repository(folder)).unwrap();
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
        files.retain(|file| file.file_name().is_some_and(|name| name != "README.md"));
        files.sort();
        for file in files.iter().take(count) {
            fs::copy(file, copied.join(file.file_name().unwrap())).unwrap();
        }
    }
    desk
}

fn with_examples() -> Desk {
    let desk = examples();
    assert_eq!(desk.run(&["add", "docs", "-q"]).status, 0);
    desk
}

/// Draws so many documents, always the same ones, and writes them to `audit.csv`.
fn draw(desk: &Desk, many: &str) {
    let drawn = desk.run(&[
        "audit",
        "-n",
        many,
        "--seed",
        "7",
        "--author",
        "Ada",
        "--export",
        "audit.csv",
    ]);
    assert_eq!(drawn.status, 0, "{drawn:?}");
}

/// What careful readers say of the examples, by file.
fn gold() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut gold = BTreeMap::new();
    for folder in ["incidents", "tests/challenge"] {
        let text = fs::read_to_string(repository(folder).join("LABELS.tsv")).unwrap();
        let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned));
        let names: Vec<String> = lines.next().unwrap().collect();
        for line in lines {
            let row: BTreeMap<String, String> = names.iter().cloned().zip(line).collect();
            gold.insert(row["file"].clone(), row);
        }
    }
    gold
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

/// Fills in an exported table as careful readers would, and takes it in.
fn read_blind(desk: &Desk, folder: &Path) -> Answer {
    let gold = gold();
    let bytes = fs::read(folder.join("audit.csv")).unwrap();
    let sheet = pm_kb::sheet::Sheet::read(&bytes).unwrap();
    let columns: Vec<&str> = sheet.columns().iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = sheet
        .rows()
        .iter()
        .map(|row| {
            let path = Path::new(sheet.cell(row, "path"));
            let said = &gold[path.file_name().unwrap().to_str().unwrap()];
            let cells = columns.iter().map(|column| {
                let asked = READ.iter().find(|(_, set)| set == column);
                match asked.map(|(name, _)| said[*name].as_str()) {
                    Some("unknown") if *column != "set_failure_mode" && *column != "set_decay" => {
                        "-".to_owned()
                    }
                    Some(value) => value.to_owned(),
                    None if *column == "set_near_miss" => "no".to_owned(),
                    None => sheet.cell(row, column).to_owned(),
                }
            });
            cells.collect()
        })
        .collect();
    fs::write(
        folder.join("read.csv"),
        pm_kb::sheet::write(&columns, &rows),
    )
    .unwrap();
    let mut command = desk.command();
    let args = ["audit", "--import", "read.csv", "--author", "Ada", "--json"];
    let output = command.args(args).current_dir(folder).output().unwrap();
    Answer {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap(),
    }
}

#[test]
fn a_blind_sample_is_read_and_every_share_of_the_report_has_it_in() {
    let desk = with_examples();
    let before = desk.run(&["report", "--year", "2026"]);
    assert!(before.out.contains("Labels not audited"), "{before:?}");
    assert!(
        before.out.contains("the rules were not fitted on, 7"),
        "{before:?}"
    );
    draw(&desk, "16");
    let log = fs::read_to_string(desk.path().join(".pm-kb/audits.jsonl")).unwrap();
    let count = log.lines().count();
    assert!((14..=20).contains(&count), "{count}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (of, sample) = (
            line["of"].as_f64().unwrap(),
            line["sample"].as_f64().unwrap(),
        );
        assert!((line["probability"].as_f64().unwrap() - sample / of).abs() < 1e-9);
        assert_eq!(
            (&line["seed"], line["labels"]["failure_mode"].as_str()),
            (&7.into(), line["stratum"].as_str())
        );
    }
    // The reader sees the document and no label: neither in the table nor in the list.
    let table = fs::read_to_string(desk.path().join("audit.csv")).unwrap();
    let head = table.lines().next().unwrap();
    assert!(
        head.contains("text,set_failure_mode") && !head.contains(",failure_mode"),
        "{head}"
    );
    let listed = json(&desk.run(&["audit", "--json"]));
    let shown: BTreeSet<&String> = listed[0].as_object().unwrap().keys().collect();
    assert_eq!(shown.len(), 4, "{shown:?}");

    let read = read_blind(&desk, desk.path());
    assert_eq!(read.status, 0, "{read:?}");
    let status = json(&read);
    assert_eq!(
        (&status["audited"], &status["to_read"]),
        (&count.into(), &0.into())
    );
    let mode = &status["labels"][0];
    assert_eq!(mode["label"], "failure_mode");
    let share = mode["share"].as_f64().unwrap();
    let (low, high) = (
        mode["interval"][0].as_f64().unwrap(),
        mode["interval"][1].as_f64().unwrap(),
    );
    assert!(low < share && share < high, "{mode}");
    assert!(
        mode["right"].as_u64().unwrap() < count as u64,
        "the hard ones are not all right"
    );

    let report = json(&desk.run(&["report", "--year", "2026", "--json"]));
    assert!(report["population"]["audited"].as_u64().unwrap() > 0);
    let patterns = report["patterns"].as_array().unwrap();
    let decay = patterns
        .iter()
        .find(|one| one["id"] == "decay-that-is-data")
        .unwrap();
    let wide = |ends: &Value| ends[1].as_f64().unwrap() - ends[0].as_f64().unwrap();
    assert!(decay["corrected"].is_number(), "{decay}");
    assert!(
        wide(&decay["corrected_interval"]) > wide(&decay["interval"]),
        "{decay}"
    );
    let text = desk.run(&["report", "--year", "2026"]).out;
    assert!(text.contains("with wrong labels taken out"), "{text}");
    assert!(!text.contains("Labels not audited"), "{text}");
    // As if other rules had been in force when it was drawn: what they say now is told, and what that is worth.
    let file = desk.path().join(".pm-kb/audits.jsonl");
    let log = fs::read_to_string(&file).unwrap();
    let other = log.replace(
        r#""failure_mode":"feature-staleness""#,
        r#""failure_mode":"labeling-error""#,
    );
    let changed = other
        .lines()
        .zip(log.lines())
        .filter(|(one, before)| one != before && one.contains("drawn"));
    let changed = changed.count();
    let answers = log.lines().filter(|line| line.contains("answered"));
    let drawn = other
        .lines()
        .filter(|line| line.contains(r#""act":"drawn""#));
    let text: Vec<&str> = drawn.chain(answers).collect();
    fs::write(&file, text.join("\n")).unwrap();
    let status = json(&desk.run(&["audit", "--status", "--json"]));
    let told = status["changed"].as_array().unwrap();
    assert!(changed > 0 && told.len() == changed, "{status}");
    assert!(
        told.iter()
            .all(|one| one["was"] == "labeling-error" && one["now"] == "feature-staleness")
    );
    let of = |one: &&Value| {
        one["outcome"]
            == if one["found"] == one["now"] {
                "gained"
            } else {
                "still wrong"
            }
    };
    assert!(told.iter().filter(of).count() > 0, "{status}");
    let csv = desk
        .run(&["report", "--year", "2026", "--format", "csv"])
        .out;
    assert!(csv.contains("share, corrected for wrong labels"), "{csv}");
}

#[test]
fn audits_add_up_draw_nothing_twice_and_the_same_for_the_same_seed() {
    let desk = with_examples();
    let ids = |answer: Answer| -> BTreeSet<String> {
        let drawn = json(&answer);
        drawn
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let draw = |desk: &Desk, seed: &str| {
        ids(desk.run(&[
            "audit", "-n", "12", "--seed", seed, "--author", "Ada", "--json",
        ]))
    };
    let first = draw(&desk, "7");
    assert!(first.len() >= 12, "{first:?}");
    assert_eq!(draw(&with_examples(), "7"), first);
    let both = draw(&desk, "8");
    assert!(both.is_superset(&first));
    assert_eq!(both.len(), first.len() + both.difference(&first).count());
    assert!(both.len() >= first.len() + 8, "{both:?}");
    let keys = desk.run_with(
        &["audit", "--keys", "--author", "Ada"],
        "no-such-mode\n3\n1\nrollback,backfill\nyes\n-\ncustomer\ny\n\ns\nq\n",
    );
    assert_eq!(keys.status, 0, "{keys:?}");
    assert!(keys.err.contains("`no-such-mode` is not known"), "{keys:?}");
    assert!(keys.err.contains("1 document read"), "{keys:?}");
    assert!(!keys.out.contains("confidence "), "blind");
    assert!(
        keys.out.contains("no share is corrected by fewer than 10"),
        "{keys:?}"
    );
    let left = ids(desk.run(&["audit", "--json"]));
    assert_eq!(left.len(), both.len() - 1);
    let read = both.difference(&left).next().unwrap();
    let shown = json(&desk.run(&["show", read, "--json"]));
    assert_eq!(shown["failure_mode"], "pipeline-break");
    assert_eq!(shown["verdicts"]["failure_mode"], "human");
    assert_eq!(shown["detection"], "customer");
    // Who takes the verdict back takes the answer back.
    desk.run(&["label", read, "mode", "--undo", "--author", "Ada"]);
    let status = json(&desk.run(&["audit", "--status", "--json"]));
    assert_eq!(status["labels"].as_array().unwrap().len(), 0, "{status}");
}

#[test]
fn what_is_wrong_in_a_table_or_in_the_file_is_named_by_line_and_the_rest_taken() {
    let desk = with_examples();
    draw(&desk, "20");
    let log = fs::read_to_string(desk.path().join(".pm-kb/audits.jsonl")).unwrap();
    let drawn: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let all = json(&desk.run(&["list", "--json"]));
    let ids: BTreeSet<&str> = drawn
        .iter()
        .map(|one| one["incident"].as_str().unwrap())
        .collect();
    let all: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    let other = all.iter().find(|id| !ids.contains(*id)).unwrap();
    let (audit, one, two) = (
        drawn[0]["audit"].as_str().unwrap(),
        drawn[0]["incident"].as_str().unwrap(),
        drawn[1]["incident"].as_str().unwrap(),
    );
    let table = format!(
        "audit;id;set_failure_mode;set_silent;set_date\n{audit};{one};data-drift;maybe;\n{audit};{other};none;;\n\
         {audit};nobody-at-all;none;;\n{audit};{two};;yes;\n{audit};{two};schema-drift;;2026-01-01\n"
    );
    desk.file("back.csv", table);
    let back = desk.run(&["audit", "--import", "back.csv", "--author", "Ada"]);
    assert_eq!(back.status, 3, "{back:?}");
    for told in [
        "back.csv:1:1: the cells are separated by semicolons",
        "back.csv:2:1: set_silent: ",
        "back.csv:3:1: ",
        "was not drawn in audit",
        "back.csv:4:1: ",
        "back.csv:5:1: no failure mode is said",
        "back.csv:6:1: `date` is no label",
        "2 documents read",
    ] {
        assert!(back.err.contains(told), "{told}\n{}", back.err);
    }
    let log = fs::read_to_string(desk.path().join(".pm-kb/audits.jsonl")).unwrap();
    let count = log.lines().count();
    let late = log.lines().last().unwrap().replace("2026-", "2099-");
    desk.file(
        ".pm-kb/audits.jsonl",
        format!("{log}<<<<<<< HEAD\n{{\"audit\n{late}\n"),
    );
    let status = desk.run(&["audit", "--status"]);
    assert_eq!(status.status, 0, "{status:?}");
    for (line, told) in [
        (1, "a conflict marker"),
        (2, "it is no JSON object"),
        (3, "the time 2099-"),
    ] {
        let told = format!("audits.jsonl:{}:1: {told}", count + line);
        assert!(status.err.contains(&told), "{told}\n{}", status.err);
    }
    assert!(status.out.starts_with("2 documents audited"), "{status:?}");
}

fn git(folder: &Path, args: &[&str]) -> bool {
    let named = [
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.org",
        "-c",
        "init.defaultBranch=main",
    ];
    let run = Command::new("git")
        .args(named)
        .args(args)
        .current_dir(folder)
        .output();
    run.is_ok_and(|output| {
        if !output.status.success() {
            eprintln!("git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        output.status.success()
    })
}

#[test]
fn two_clones_audit_git_merges_and_both_say_the_same() {
    let desk = examples();
    let one = desk.path().join("one");
    fs::create_dir(&one).unwrap();
    fs::rename(desk.path().join("docs"), one.join("docs")).unwrap();
    let two = desk.path().join("two");
    let run = |folder: &Path, args: &[&str]| {
        let output = desk
            .command()
            .args(args)
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    if !git(&one, &["init", "-q"]) {
        eprintln!("skipped: there is no git here");
        return;
    }
    run(&one, &["add", "docs", "-q"]);
    let label = [
        "label",
        "can-spotter-v3",
        "mode=data-drift",
        "--author",
        "Ada",
        "-q",
    ];
    run(&one, &label);
    assert!(git(&one, &["add", "."]) && git(&one, &["commit", "-qm", "first"]));
    assert!(git(desk.path(), &["clone", "-q", "one", "two"]));
    run(&two, &["add", "docs", "-q"]);
    for (folder, seed) in [(&one, "1"), (&two, "2")] {
        let draw = [
            "audit",
            "-n",
            "12",
            "--seed",
            seed,
            "--author",
            seed,
            "-q",
            "--export",
            "audit.csv",
        ];
        run(folder, &draw);
        assert_eq!(read_blind(&desk, folder).status, 0);
        fs::remove_file(folder.join("audit.csv")).unwrap();
        fs::remove_file(folder.join("read.csv")).unwrap();
        assert!(git(folder, &["add", "."]) && git(folder, &["commit", "-qm", seed]));
    }
    let lines = |folder: &Path, name: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(folder.join(".pm-kb").join(name)).unwrap();
        text.lines().map(str::to_owned).collect()
    };
    let mut all = BTreeSet::new();
    for name in ["audits.jsonl", "verdicts.jsonl"] {
        all.extend(lines(&one, name).union(&lines(&two, name)).cloned());
    }
    assert!(
        git(&two, &["pull", "-q", "--no-rebase", "--no-edit"]),
        "the files merge by themselves"
    );
    assert!(git(
        &one,
        &["pull", "-q", "--no-rebase", "--no-edit", "../two", "HEAD"]
    ));
    run(&one, &["sync"]);
    run(&two, &["sync"]);
    let merged: BTreeSet<String> = ["audits.jsonl", "verdicts.jsonl"]
        .iter()
        .flat_map(|name| lines(&one, name))
        .collect();
    assert_eq!(merged, all, "nothing is lost");
    let state = |folder: &Path| {
        let status = run(folder, &["audit", "--status", "--json"]);
        let list = run(
            folder,
            &["list", "--format", "jsonl", "--sort", "id", "--all"],
        );
        (status, list)
    };
    assert_eq!(state(&one), state(&two));
    let three = desk.path().join("three");
    assert!(git(desk.path(), &["clone", "-q", "two", "three"]));
    run(&three, &["add", "docs", "-q"]);
    assert_eq!(state(&three), state(&two));
}

/// Puts a text between the marks of its name on a page.
fn shown_as(page: &str, name: &str, text: &str) -> String {
    let (before, rest) = page.split_once(&format!("<!-- {name}: ")).unwrap();
    let (mark, rest) = rest.split_once('\n').unwrap();
    let (_, after) = rest.split_once(&format!("<!-- end of {name} -->")).unwrap();
    format!(
        "{before}<!-- {name}: {mark}\n\n```text\n{}\n```\n\n<!-- end of {name} -->{after}",
        text.trim_end()
    )
}

#[test]
fn the_manual_shows_what_review_and_audit_answer() {
    let desk = with_examples();
    let queue = desk.run(&["review", "-n", "3"]);
    draw(&desk, "20");
    assert_eq!(read_blind(&desk, desk.path()).status, 0);
    let status = desk.run(&["audit", "--status"]);
    let page = repository("docs/review.md");
    let text = fs::read_to_string(&page).unwrap();
    let text = shown_as(
        &text,
        "the queue",
        &format!("$ pm-kb review -n 3\n{}", queue.out),
    );
    let text = shown_as(
        &text,
        "the audit",
        &format!("$ pm-kb audit --status\n{}", status.out),
    );
    crate::docs::snapshot(&page, &text);
}

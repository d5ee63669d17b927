//! Output that nobody reads: many problems, a reader that goes away, a disk that is full.

use std::fs::File;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::hostile::GOOD;
use crate::hostile::ids;

#[test]
fn twenty_problems_are_told_in_full_and_errors_before_warnings() {
    let desk = Desk::new();
    for number in 10..45 {
        desk.file(
            &format!("a{number}.md"),
            format!("---\nseverty: 3\ndate: 2026-02-30\n---\n# Number {number}\n"),
        );
    }
    for number in 10..13 {
        desk.file(&format!("z{number}.md"), "");
    }
    let answer = desk.run(&["add", "."]);
    let told = |level: &str| {
        answer
            .err
            .lines()
            .filter(|line| line.starts_with(level))
            .count()
    };
    assert_eq!(
        (told("error: "), told("warning: ")),
        (3, 17),
        "{}",
        answer.err
    );
    let more = answer
        .err
        .lines()
        .find_map(|line| line.strip_prefix("and ")?.strip_suffix(" more"));
    let warnings = desk.run(&["add", ".", "--format", "jsonl"]).out;
    let all = warnings.matches("\"level\":").count();
    assert_eq!(
        more.unwrap().parse::<usize>().unwrap(),
        all - 20,
        "{}",
        answer.err
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_does_not_end_an_add() {
    let desk = Desk::new();
    for number in 0..250 {
        desk.file(
            &format!("docs/{number}.md"),
            format!("# Number {number}\n\n{GOOD}"),
        );
    }
    let mut adding = std::process::Command::new(env!("CARGO_BIN_EXE_pm-kb"))
        .args(["add", "docs"])
        .env_clear()
        .current_dir(desk.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(adding.stdout.take());
    let ended = adding.wait_with_output().unwrap();
    let err = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{err}");
    assert!(err.contains("250 added") && !err.contains("error"), "{err}");
    assert_eq!(ids(&desk).len(), 250);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_told_and_no_result_is_lost_in_silence() {
    let desk = Desk::new();
    desk.file("good.md", GOOD);
    let full = |args: &[&str]| -> Answer {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_pm-kb"))
            .args(args)
            .env_clear()
            .current_dir(desk.path())
            .stdout(File::options().write(true).open("/dev/full").unwrap())
            .output()
            .unwrap();
        Answer {
            out: String::new(),
            err: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code().unwrap(),
        }
    };
    let told = "error: cannot write to standard output: no space left on the disk";
    for args in [
        &["add", "good.md"][..],
        &["list"],
        &["status", "--json"],
        &["--help"],
        &["man"],
    ] {
        let answer = full(args);
        assert_eq!(answer.status, 5, "{args:?}: {answer:?}");
        let message = "cannot write to standard output: no space left on the disk";
        assert!(
            answer.err.contains(told) || answer.err.contains(message),
            "{args:?}: {answer:?}"
        );
    }
    assert_eq!(ids(&desk), ["good"], "what was stored before is there");
}

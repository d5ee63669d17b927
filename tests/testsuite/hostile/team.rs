//! The files of a team beside the record: whatever stands there, no command waits for it, and the file is named.

use std::fs;
use std::fs::File;
use std::time::Duration;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::hostile::GOOD;
use crate::paper;

/// Each file, and a command that reads it.
const FILES: [(&str, &[&str]); 10] = [
    ("config.toml", &["list"]),
    (
        "verdicts.jsonl",
        &["label", "good", "mode=data-drift", "--author", "us"],
    ),
    ("verdicts.jsonl", &["status"]),
    ("audits.jsonl", &["report", "--year", "2026"]),
    ("aliases.toml", &["add", "good.md"]),
    ("patterns.toml", &["report", "--year", "2026"]),
    ("unrelated.jsonl", &["similar", "good"]),
    ("vocabulary.toml", &["rules", "list"]),
    ("overrides.toml", &["rules", "list"]),
    ("rules/own.toml", &["rules", "list"]),
];

/// No command takes so long unless it waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Puts something odd in the place of a file.
type Oddity = fn(&Desk, &str);

const ODDITIES: [(&str, Oddity); 5] = [
    ("a pipe", |desk, name| drop(paper::pipe(desk, name))),
    ("a folder", |desk, name| {
        fs::create_dir(desk.path().join(name)).unwrap();
    }),
    ("an endless device", |desk, name| {
        std::os::unix::fs::symlink("/dev/zero", desk.path().join(name)).unwrap();
    }),
    ("a file of five gibibytes", |desk, name| {
        let file = File::create(desk.path().join(name)).unwrap();
        file.set_len(5 << 30).unwrap();
    }),
    ("bytes that are no text", |desk, name| {
        desk.file(name, b"a = \xff\xfe\0\x80\n");
    }),
];

fn run(desk: &Desk, args: &[&str]) -> Answer {
    let output = desk
        .command()
        .timeout(PATIENCE)
        .args(args)
        .output()
        .unwrap();
    Answer {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap_or(-1),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn whatever_stands_in_the_place_of_a_teams_file_is_named_and_not_waited_for() {
    for (what, put) in ODDITIES {
        for (file, command) in FILES {
            let desk = Desk::new();
            desk.file("good.md", GOOD);
            desk.file(".pm-kb/rules/.keep", "");
            assert_eq!(desk.run(&["--kb", ".pm-kb", "add", "good.md"]).status, 0);
            let place = format!(".pm-kb/{file}");
            fs::remove_file(desk.path().join(&place)).ok();
            put(&desk, &place);
            let answer = run(&desk, command);
            let told = format!("{what} as {file}, {command:?}: {answer:?}");
            assert!((0..=5).contains(&answer.status), "{told}");
            // A line of a log that is no text is passed over; each other oddity is told.
            let is_line = file.ends_with("jsonl") && what.starts_with("bytes");
            assert!(is_line || answer.err.contains(file), "{told}");
            // The record itself is as before.
            fs::remove_dir(desk.path().join(&place))
                .or_else(|_| fs::remove_file(desk.path().join(&place)))
                .unwrap();
            assert_eq!(desk.run(&["doctor"]).status, 0, "{told}");
        }
    }
}

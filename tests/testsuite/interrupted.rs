//! Commands that are killed at any call that writes: the file they write is whole or absent, the base as before or as
//! after, and the same command does its work when it is given again.
//!
//! It needs strace. `PM_KB_STRIDE=1` tries every call.

use std::fs;
use std::process::Command;
use std::process::Output;

use crate::desk::Desk;
use crate::faults::CALLS;
use crate::size;

/// Only every so manyth call is tried, unless the environment says otherwise.
const STRIDE: u64 = 17;

/// A command, and the file that it writes outside the base.
struct Interrupted {
    args: &'static [&'static str],
    writes: Option<&'static str>,
}

const COMMANDS: [Interrupted; 9] = [
    told(&["backup", "kept.sqlite"], Some("kept.sqlite")),
    told(&["--kb", "new/.pm-kb", "restore", "before.sqlite"], None),
    told(&["export", "--output", "all.jsonl"], Some("all.jsonl")),
    told(
        &["report", "--year", "2026", "--output", "report.html"],
        Some("report.html"),
    ),
    told(
        &[
            "label",
            "stale",
            "mode=data-drift",
            "--why",
            "it was so",
            "--author",
            "us",
        ],
        None,
    ),
    told(&["remove", "drift"], None),
    told(&["add", "more"], None),
    told(&["rebuild"], None),
    told(&["reclassify"], None),
];

const fn told(args: &'static [&'static str], writes: Option<&'static str>) -> Interrupted {
    Interrupted { args, writes }
}

/// A desk with a base, documents that are not in it yet, and a backup.
fn settled() -> Desk {
    let desk = Desk::new();
    for (name, text) in [
        (
            "docs/stale",
            "# Stale\n\n2026-07-03\n\nThe features were three days old.\n",
        ),
        ("docs/drift", "# Drift\r\n\r\nThe users changed.\r\n"),
        ("more/one", "# One more\n\nThe job failed.\n"),
        ("more/two", "# Two more\n\nThe schema changed.\n"),
    ] {
        desk.file(&format!("{name}.md"), text);
    }
    for args in [
        &["add", "docs"][..],
        &["rebuild"],
        &["backup", "before.sqlite"],
    ] {
        let answer = desk.run(args);
        assert_eq!(answer.status, 0, "{args:?}: {answer:?}");
    }
    desk
}

/// Another desk with the same files.
pub(crate) fn copied(desk: &Desk) -> Desk {
    let copy = Desk::new();
    let from = desk.path().join(".");
    let done = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(copy.path())
        .status();
    assert!(done.expect("cp").success());
    copy
}

/// Runs a command that is killed at its Nth call that writes; whether it was. `None` where that cannot be done.
pub(crate) fn killed_at(desk: &Desk, args: &[&str], at: u64) -> Option<bool> {
    let log = desk.path().join("strace.log");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-o"])
        .arg(&log)
        .args(["-e", &format!("trace={CALLS}")])
        .args(["-e", &format!("inject={CALLS}:signal=KILL:when={at}")])
        .arg(env!("CARGO_BIN_EXE_pm-kb"))
        .args(args)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("SOURCE_DATE_EPOCH", "1791000000")
        .current_dir(desk.path());
    let output: Output = command.output().ok()?;
    let err = String::from_utf8_lossy(&output.stderr);
    if err.contains("strace:") {
        eprintln!("skipped: {}", err.trim());
        return None;
    }
    let calls = fs::read(&log).expect("the log");
    Some(String::from_utf8_lossy(&calls).contains("+++ killed by SIGKILL"))
}

/// Everything that a base holds, or the empty text where there is none. Each desk has a folder of its own, which its
/// documents name.
fn held(desk: &Desk, kb: &str, settled: &Desk) -> String {
    let kinds = [&["list", "--all", "--format", "jsonl"][..], &["export"]];
    let told = kinds.map(|args| desk.run(&[&["--kb", kb], args].concat()).out);
    let folders = [desk, settled].map(|desk| desk.path().to_str().expect("UTF-8"));
    folders
        .iter()
        .fold(told.concat(), |told, folder| told.replace(folder, ""))
}

#[test]
fn a_command_that_is_killed_leaves_files_whole_or_absent_and_can_be_given_again() {
    let stride = size::of("PM_KB_STRIDE", STRIDE, 1);
    let settled = settled();
    for command in &COMMANDS {
        let Some(kills) = struck(command, &settled, stride) else {
            return;
        };
        eprintln!("{kills} kills of `pm-kb {}`", command.args.join(" "));
        assert!(kills > 0, "{:?}", command.args);
    }
}

/// Kills a command at every call; how often it was, `None` where that cannot be done.
fn struck(command: &Interrupted, settled: &Desk, stride: u64) -> Option<u64> {
    let kb = match command.args {
        ["--kb", kb, ..] => kb,
        _ => ".pm-kb",
    };
    let before = held(settled, kb, settled);
    let done = copied(settled);
    let answer = done.run(command.args);
    assert_eq!(answer.status, 0, "{:?}: {answer:?}", command.args);
    let after = held(&done, kb, settled);
    let file = |desk: &Desk| {
        command
            .writes
            .and_then(|file| fs::read(desk.path().join(file)).ok())
    };
    let whole = file(&done);
    assert_eq!(whole.is_some(), command.writes.is_some());

    let mut kills = 0;
    for at in (1..).step_by(usize::try_from(stride).expect("small")) {
        let desk = copied(settled);
        if !killed_at(&desk, command.args, at)? {
            break;
        }
        kills += 1;
        let told = format!("{:?} at {at}", command.args);
        let there = held(&desk, kb, settled);
        assert!(there == before || there == after, "{told}: {there}");
        match (file(&desk), command.args.contains(&"backup")) {
            (Some(_), true) => {
                let back = desk.run(&["--kb", "back/.pm-kb", "restore", "kept.sqlite"]);
                assert_eq!(back.status, 0, "{told}: {back:?}");
                fs::remove_file(desk.path().join("kept.sqlite")).expect("removed");
            }
            (written, _) => assert!(written.is_none() || written == whole, "{told}"),
        }
        // What was restored in whole is not restored again.
        let is_restored = command.args.contains(&"restore") && !there.is_empty();
        let is_removed = command.args.contains(&"remove") && there == after;
        if !is_restored && !is_removed {
            let again = desk.run(command.args);
            assert_eq!(again.status, 0, "{told}: {again:?}");
        }
        assert_eq!(held(&desk, kb, settled), after, "{told}");
        let doctor = desk.run(&["--kb", kb, "doctor"]);
        assert_eq!(doctor.status, 0, "{told}: {doctor:?}");
    }
    Some(kills)
}

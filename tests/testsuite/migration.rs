//! A base of an older format: copied before it is changed, changed in whole or not at all; a newer one is left alone.
//!
//! The older base is one of today whose last step was taken back, as the program before that step would have left it.
//! `PM_KB_STRIDE=1` tries a kill at every system call that writes.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use rusqlite::Connection;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::interrupted::copied;
use crate::interrupted::killed_at;
use crate::size;

/// The format before the files of a team went into backups.
const OLDER: i64 = 1;

/// Only every so manyth call is tried, unless the environment says otherwise.
const STRIDE: u64 = 29;

/// A desk whose base is of the format before.
fn aged() -> Desk {
    let desk = Desk::new();
    for (name, text) in [
        ("stale", "# Stale\n\nThe features were three days old.\n"),
        ("drift", "# Drift\r\n\r\nThe users changed.\r\n"),
        ("gone", "# Gone\n\nRemoved later.\n"),
    ] {
        desk.file(&format!("docs/{name}.md"), text);
    }
    for args in [
        &["add", "docs"][..],
        &["remove", "gone"],
        &["search", "features"],
    ] {
        let answer = desk.run(args);
        assert_eq!(answer.status, 0, "{args:?}: {answer:?}");
    }
    set_format(&file(&desk), OLDER, "DROP TABLE team_file;");
    desk
}

fn file(desk: &Desk) -> PathBuf {
    desk.path().join(".pm-kb/kb.sqlite")
}

fn format_of(file: &Path) -> i64 {
    let base = Connection::open(file).expect("a database");
    base.query_row("PRAGMA user_version", [], |row| row.get(0))
        .expect("a format")
}

/// Makes a base say that it is of another format, and seals that.
fn set_format(file: &Path, format: i64, sql: &str) {
    let base = Connection::open(file).expect("a database");
    let journal = "PRAGMA journal_mode = delete";
    base.query_row(journal, [], |_| Ok(())).expect("at rest");
    base.execute_batch(&format!(
        "{sql} PRAGMA user_version = {format}; UPDATE meta SET schema_version = {format};"
    ))
    .expect("the format before");
    let mut hasher = blake3::Hasher::new();
    let mut part = |tag: u8, bytes: &[u8]| {
        hasher.update(&[tag]);
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(0, b"meta");
    base.query_row(
        "SELECT kb_id, epoch, rev, live, schema_version, index_gen, written_by FROM meta",
        [],
        |row| {
            for column in 0..7 {
                match row.get_ref(column)? {
                    rusqlite::types::ValueRef::Integer(number) => part(2, &number.to_le_bytes()),
                    text => part(4, text.as_bytes()?),
                }
            }
            Ok(())
        },
    )
    .expect("its description");
    let seal = hasher.finalize();
    base.execute("UPDATE meta SET row_hash = ?1", [seal.as_bytes().to_vec()])
        .expect("sealed");
}

/// Everything that a base holds: every document with its labels, and its bytes.
fn everything(desk: &Desk, kb: &str) -> [String; 2] {
    [&["list", "--all", "--format", "jsonl"][..], &["export"]].map(|args| {
        let answer = desk.run(&[&["--kb", kb], args].concat());
        assert_eq!(answer.status, 0, "{args:?}: {answer:?}");
        answer.out
    })
}

fn copies(desk: &Desk) -> Vec<String> {
    let Ok(entries) = fs::read_dir(desk.path().join(".pm-kb/backups")) else {
        return Vec::new();
    };
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("a name");
    let mut names: Vec<String> = entries.flatten().map(name).collect();
    names.sort();
    names
}

#[test]
fn an_older_base_is_copied_and_then_brought_up_to_date() {
    let desk = aged();
    let others = ["mine.sqlite", "a.sqlite", "b.sqlite", "c.sqlite"];
    for name in others {
        desk.file(&format!(".pm-kb/backups/{name}"), "a file of the user");
    }
    desk.file(".pm-kb/backups/kb-v0001-rev000000000001.sqlite.partial", "");
    let upgraded = everything(&desk, ".pm-kb");
    assert!(format_of(&file(&desk)) > OLDER);
    assert!(upgraded[1].contains("three days old") && !upgraded[1].contains("Removed later"));
    let doctor = desk.run(&["doctor"]);
    assert_eq!(doctor.status, 0, "{doctor:?}");

    let copy = "kb-v0001-rev000000000004.sqlite";
    assert_eq!(
        copies(&desk),
        [&others[1..], &[copy], &others[..1]].concat(),
        "one copy, and what else was there"
    );
    let path = format!(".pm-kb/backups/{copy}");
    assert_eq!(format_of(&desk.path().join(&path)), OLDER, "as it was");
    let restored = desk.run(&["--kb", "again/.pm-kb", "restore", &path]);
    assert_eq!(restored.status, 0, "{restored:?}");
    assert_eq!(everything(&desk, "again/.pm-kb"), upgraded);
    assert_eq!(format_of(&desk.path().join(&path)), OLDER, "still");
}

#[test]
fn the_last_three_copies_are_kept() {
    let desk = aged();
    for rev in 1..=5 {
        let name = format!(".pm-kb/backups/kb-v0001-rev{rev:012}.sqlite");
        desk.file(&name, "a copy of before");
    }
    fs::remove_file(
        desk.path()
            .join(".pm-kb/backups/kb-v0001-rev000000000004.sqlite"),
    )
    .expect("removed");
    assert_eq!(desk.run(&["status"]).status, 0);
    let kept = [3, 4, 5].map(|rev| format!("kb-v0001-rev{rev:012}.sqlite"));
    assert_eq!(copies(&desk), kept);
}

#[test]
fn commands_that_meet_an_older_base_at_once_all_succeed() {
    let desk = aged();
    let answers: Vec<Answer> = thread::scope(|scope| {
        let running: Vec<_> = (0..4)
            .map(|number| {
                let desk = &desk;
                desk.file(&format!("more/m{number}.md"), format!("# M {number}\n"));
                scope.spawn(move || desk.run(&["add", &format!("more/m{number}.md")]))
            })
            .collect();
        let running = running.into_iter();
        running.map(|one| one.join().expect("a command")).collect()
    });
    for answer in answers {
        assert_eq!(answer.status, 0, "{answer:?}");
    }
    let doctor = desk.run(&["doctor"]);
    assert_eq!(doctor.status, 0, "{doctor:?}");
    assert_eq!(everything(&desk, ".pm-kb")[0].lines().count(), 6);
    assert_eq!(copies(&desk), ["kb-v0001-rev000000000004.sqlite"]);
}

#[test]
fn a_newer_base_is_refused_by_every_command_and_left_as_it_is() {
    let desk = aged();
    set_format(&file(&desk), 99, "");
    let before = fs::read(file(&desk)).expect("readable");
    for args in [
        &["list"][..],
        &["search", "features"],
        &["add", "docs"],
        &["remove", "stale"],
        &["report", "--year", "2026"],
        &["doctor", "--repair"],
        &["rebuild"],
        &["export"],
        &["backup", "kept.sqlite"],
    ] {
        let answer = desk.run(args);
        assert_eq!(answer.status, 4, "{args:?}: {answer:?}");
        let version = env!("CARGO_PKG_VERSION");
        assert!(
            answer.err.contains("99") && answer.err.contains(version),
            "{args:?}: {}",
            answer.err
        );
    }
    assert!(fs::read(file(&desk)).expect("readable") == before);
    assert_eq!(copies(&desk), Vec::<String>::new());
    let answer = desk.run(&["--kb", "other/.pm-kb", "restore", ".pm-kb/kb.sqlite"]);
    assert_eq!(answer.status, 4, "{answer:?}");
}

#[test]
fn without_room_for_the_copy_an_older_base_is_left_as_it_is() {
    let desk = aged();
    let full = format!(
        "exec prlimit --fsize=65536 '{}' list --all",
        env!("CARGO_BIN_EXE_pm-kb")
    );
    let output = Command::new("sh")
        .args(["-c", &format!("trap '' XFSZ; {full}")])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .current_dir(desk.path())
        .output()
        .expect("a shell");
    let err = String::from_utf8(output.stderr).expect("text");
    if err.contains("prlimit:") {
        eprintln!("skipped: {err}");
        return;
    }
    assert_eq!(output.status.code(), Some(5), "{err}");
    assert_eq!(format_of(&file(&desk)), OLDER);
    assert_eq!(copies(&desk), Vec::<String>::new());
    assert_eq!(everything(&desk, ".pm-kb")[1].lines().count(), 2);
}

#[test]
fn killed_while_it_is_brought_up_to_date_a_base_is_of_the_old_format_or_of_the_new() {
    let stride = size::of("PM_KB_STRIDE", STRIDE, 1);
    let aged = aged();
    let whole = everything(&copied(&aged), ".pm-kb");
    let (mut at, mut kills, mut old) = (1, 0, 0);
    loop {
        let desk = copied(&aged);
        match killed_at(&desk, &["list", "--all"], at) {
            None => return,
            Some(false) => break,
            Some(true) => kills += 1,
        }
        let format = format_of(&file(&desk));
        old += u64::from(format == OLDER);
        if format > OLDER {
            assert_eq!(copies(&desk).len(), 1, "call {at}: changed without a copy");
        }
        for name in copies(&desk).iter().filter(|name| name.ends_with("sqlite")) {
            let copy = format!(".pm-kb/backups/{name}");
            let restored = desk.run(&["--kb", "again/.pm-kb", "restore", &copy]);
            assert_eq!(restored.status, 0, "call {at}: {restored:?}");
        }
        assert_eq!(everything(&desk, ".pm-kb"), whole, "call {at}");
        let doctor = desk.run(&["doctor"]);
        assert_eq!(doctor.status, 0, "call {at}: {doctor:?}");
        assert_eq!(
            copies(&desk),
            ["kb-v0001-rev000000000004.sqlite"],
            "call {at}"
        );
        at += stride;
    }
    eprintln!("{kills} kills of a migration: {old} left the old format, all went on from there");
    assert!(kills > 0);
}

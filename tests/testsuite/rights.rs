//! Without the right to write: what is there can be read, what cannot be stored is said.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::desk::Answer;
use crate::desk::Desk;

/// Runs the program as the user nobody; `None`, with a message, where this user cannot be had.
fn as_nobody(desk: &Desk, args: &[&str]) -> Option<Answer> {
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(env!("CARGO_BIN_EXE_pm-kb"))
        .args(args)
        .current_dir(desk.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output();
    match output {
        Ok(output) if output.status.code() != Some(127) => {
            let err = String::from_utf8(output.stderr).expect("text");
            if err.starts_with("setpriv:") {
                eprintln!("skipped: {}", err.trim());
                return None;
            }
            Some(Answer {
                out: String::from_utf8(output.stdout).expect("text"),
                err,
                status: output.status.code().expect("an exit status"),
            })
        }
        _ => {
            eprintln!("skipped: setpriv is not there, or may not be used");
            None
        }
    }
}

/// Lets everybody read below a folder, and nobody but its owner write.
fn open_to_readers(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            open_to_readers(&path);
        } else {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        }
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("set");
}

#[test]
fn a_base_that_may_only_be_read_is_listed_and_searched_and_refuses_an_add() {
    let desk = Desk::new();
    desk.file("one.md", "# Stale features\n\nThe zeppelin was late.\n");
    desk.file("two.md", "# Broken pipeline\n\nThe balloon fell.\n");
    assert_eq!(desk.run(&["add", "one.md"]).status, 0);
    // The index is behind the record, and nobody here may bring it up.
    assert_eq!(desk.run(&["add", "two.md"]).status, 0);
    open_to_readers(desk.path());

    let Some(listed) = as_nobody(&desk, &["list", "--format", "jsonl"]) else {
        return;
    };
    assert_eq!(
        (listed.status, listed.out.lines().count()),
        (0, 2),
        "{listed:?}"
    );
    for (word, id) in [("zeppelin", "one"), ("balloon", "two")] {
        let found = as_nobody(&desk, &["search", word]).expect("as before");
        assert_eq!(found.status, 0, "{found:?}");
        assert!(found.out.contains(id), "{found:?}");
    }
    let refused = as_nobody(&desk, &["add", "two.md"]).expect("as before");
    assert_eq!(refused.status, 5, "{refused:?}");
    let is_told = refused.err.lines().any(|line| line.starts_with("error: "));
    assert!(is_told, "{refused:?}");
    assert!(!desk.path().join(".pm-kb/kb.sqlite-wal").exists());
}

#[test]
fn a_base_of_another_user_that_was_found_and_not_named_is_warned_of() {
    let desk = Desk::new();
    desk.file("one.md", "# Stale features\n\nThe zeppelin was late.\n");
    assert_eq!(desk.run(&["add", "one.md"]).status, 0);
    open_to_readers(desk.path());
    let Some(found) = as_nobody(&desk, &["list"]) else {
        return;
    };
    assert_eq!(found.status, 0, "{found:?}");
    let told = "warning: ";
    assert!(
        found.err.starts_with(told) && found.err.contains("belongs to another user"),
        "{found:?}"
    );
    let named = as_nobody(&desk, &["--kb", ".pm-kb", "list"]).expect("as before");
    assert_eq!((named.status, named.err.as_str()), (0, ""), "{named:?}");
    let own = desk.run(&["list"]);
    assert_eq!((own.status, own.err.as_str()), (0, ""), "{own:?}");
}

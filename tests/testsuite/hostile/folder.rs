//! Folders and names: what is followed, passed over and counted, what no name and no permission can break.

use std::fs;

use crate::desk::Desk;
use crate::hostile::GOOD;
use crate::hostile::ids;
use crate::paper;

#[cfg(unix)]
#[test]
fn links_are_followed_where_they_are_named_and_nowhere_else() {
    let desk = Desk::new();
    desk.file("elsewhere/secret.md", "# Secret\n\nOf another team.\n");
    desk.file("docs/good.md", GOOD);
    let link = |to: &str, at: &str| {
        std::os::unix::fs::symlink(to, desk.path().join(at)).unwrap();
    };
    link("../elsewhere/secret.md", "docs/file.md");
    link("..", "docs/loop");
    link("nowhere", "docs/dangling.md");
    link("elsewhere/secret.md", "named.md");
    link("named-loop.md", "named-loop.md");
    let answer = desk.run(&["add", "docs"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert!(
        answer.err.contains("skipped: 3 symbolic links"),
        "{answer:?}"
    );
    assert_eq!(ids(&desk), ["good"]);
    let answer = desk.run(&["add", "named.md"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert_eq!(ids(&desk), ["good", "named"]);
    let answer = desk.run(&["add", "named-loop.md", "docs/dangling.md"]);
    assert_eq!(answer.status, 3, "{answer:?}");
    assert!(answer.err.contains("error: named-loop.md: "), "{answer:?}");
    assert!(
        answer
            .err
            .contains("error: docs/dangling.md: there is no such file or folder — check the path"),
        "{answer:?}"
    );
}

#[test]
fn a_folder_gives_its_documents_and_counts_what_it_passes_over() {
    let desk = Desk::new();
    desk.file("good.md", GOOD);
    for name in [
        "b.markdown",
        "c.mdx",
        "d.TXT",
        "sub/e.md",
        "ignored.md",
        "sub/ignored.md",
    ] {
        desk.file(name, format!("# {name}\n\n{GOOD}"));
    }
    for name in ["a.png", "b.png", "Makefile", "table.csv"] {
        desk.file(name, "no document");
    }
    desk.file(".gitignore", "ignored.md\n");
    for name in [
        ".draft.md",
        ".hidden/h.md",
        ".git/g.md",
        "node_modules/m.md",
        ".pm-kb/notes.md",
    ] {
        desk.file(name, format!("# {name}\n\n{GOOD}"));
    }
    let answer = desk.run(&["add", "."]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert_eq!(ids(&desk), ["b", "c", "d", "e", "good"]);
    assert!(
        answer
            .err
            .contains("skipped: 2 .png, 1 without extension, 1 .csv, 2 hidden"),
        "{}",
        answer.err
    );
}

#[test]
fn what_is_named_is_meant_be_it_hidden_or_ignored() {
    let desk = Desk::new();
    desk.file(".gitignore", "ignored*\n");
    for name in [
        "ignored.md",
        "ignored-folder/inside.md",
        ".draft.md",
        ".hidden/h.md",
    ] {
        desk.file(name, format!("# {name}\n\n{GOOD}"));
    }
    let folder = desk.run(&["add", "."]);
    assert_eq!(folder.status, 3, "{folder:?}");
    let named = desk.run(&[
        "add",
        "ignored.md",
        "ignored-folder",
        ".draft.md",
        ".hidden",
    ]);
    assert_eq!(named.status, 0, "{named:?}");
    assert_eq!(ids(&desk), ["draft", "h", "ignored", "inside"]);
}

#[test]
fn a_knowledge_base_is_no_document_whatever_its_folder_is_called() {
    let desk = Desk::new();
    desk.file("good.md", GOOD);
    assert_eq!(desk.run(&["--kb", "base", "add", "good.md"]).status, 0);
    desk.file("base/notes.md", "# Notes\n\nOf the base itself.\n");
    let answer = desk.run(&["--kb", "base", "add", "."]);
    assert!(!answer.out.contains("notes"), "{answer:?}");
    assert_eq!(answer.status, 0, "{answer:?}");
}

#[test]
fn files_that_are_no_documents_are_counted_and_refused_where_nothing_else_is_named() {
    let desk = Desk::new();
    desk.file("good.md", GOOD);
    desk.file("LABELS.tsv", "file\tprimary\n");
    let answer = desk.run(&["add", "LABELS.tsv", "good.md"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert!(answer.err.contains("skipped: 1 .tsv"), "{answer:?}");
    assert_eq!(ids(&desk), ["good"]);
    let answer = desk.run(&["add", "LABELS.tsv"]);
    assert_eq!(answer.status, 3, "{answer:?}");
    assert!(answer.err.contains("error: LABELS.tsv: "), "{answer:?}");
}

#[test]
fn a_path_that_leads_nowhere_is_told_and_makes_no_knowledge_base() {
    let desk = Desk::new();
    desk.file("none/picture.png", "no document");
    desk.file("good.md", GOOD);
    for (path, told) in [
        (
            "gone.md",
            "error: gone.md: there is no such file or folder — check the path",
        ),
        (
            "none",
            "error: none: no Markdown document in this folder; passed over: 1 .png — documents end in",
        ),
        (
            "good.md/",
            "error: good.md/: not a directory — check the path",
        ),
    ] {
        let answer = desk.run(&["add", path]);
        assert_eq!(answer.status, 3, "{answer:?}");
        assert!(answer.err.contains(told), "{answer:?}");
        assert!(
            !desk.path().join(".pm-kb").exists(),
            "{path} made a knowledge base"
        );
    }
    let answer = desk.run(&["add", "gone.md", "good.md"]);
    assert_eq!(answer.status, 3, "{answer:?}");
    assert_eq!(ids(&desk), ["good"]);
}

#[test]
fn each_file_is_read_once_however_often_it_is_named() {
    let desk = Desk::new();
    desk.file("docs/good.md", GOOD);
    let answer = desk.run(&["add", ".", "docs", "docs/good.md", "./docs/../docs/good.md"]);
    assert_eq!(
        answer
            .out
            .lines()
            .filter(|line| line.starts_with("added"))
            .count(),
        1,
        "{answer:?}"
    );
    let below = desk
        .command()
        .current_dir(desk.path().join("docs"))
        .args(["add", "../docs/good.md"])
        .output()
        .unwrap();
    let below = String::from_utf8(below.stdout).unwrap();
    assert!(below.starts_with("unchanged good "), "{below}");
    let answer = desk.run_with(&["add", "-", "-"], "# By pipe\n\nText.\n");
    assert_eq!(
        (answer.status, answer.out.lines().count()),
        (0, 1),
        "{answer:?}"
    );
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_documents_of_their_own() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::new();
    for (name, title) in [
        (&b"bad\xff.md"[..], "First"),
        (&b"bad\xfe.md"[..], "Second"),
        (&b"new\nline\x1b[2J.md"[..], "Third"),
        (&b"--force.md"[..], "Fourth"),
    ] {
        fs::write(
            desk.path().join(OsStr::from_bytes(name)),
            format!("# {title}\n\n{GOOD}"),
        )
        .unwrap();
    }
    let answer = desk.run(&["add", "."]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert!(answer.out.contains("./bad\\xFF.md"), "{answer:?}");
    assert!(answer.out.contains("./new line^[[2J.md"), "{answer:?}");
    let listed = desk.run(&["list", "--all"]).out;
    for title in ["First", "Second", "Third", "Fourth"] {
        assert!(listed.contains(title), "{listed}");
    }
    let again = desk.run(&["add", "."]);
    assert!(again.err.contains("4 unchanged"), "{again:?}");
    let status = desk.run(&["status"]);
    assert!(
        !status.out.contains("no longer where they were"),
        "{status:?}"
    );
    assert_eq!(desk.run(&["add", "--", "--force.md"]).status, 0);
    assert_eq!(desk.run(&["add", "--force.md"]).status, 2);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_named_and_the_rest_is_stored() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let allow = |path: &str, mode: u32| {
        fs::set_permissions(desk.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    desk.file("docs/good.md", GOOD);
    desk.file("docs/closed.md", GOOD);
    desk.file("docs/shut/inside.md", GOOD);
    fs::create_dir(desk.path().join("base")).unwrap();
    allow("", 0o755);
    allow("base", 0o777);
    allow("docs/closed.md", 0o000);
    allow("docs/shut", 0o000);
    let added = paper::as_nobody(desk.path(), &["--kb", "base", "add", "docs"]);
    let elsewhere = paper::as_nobody(desk.path(), &["--kb", "docs/base", "add", "docs/good.md"]);
    allow("docs/shut", 0o755);
    let (Some(added), Some(elsewhere)) = (added, elsewhere) else {
        return;
    };
    let err = String::from_utf8(added.stderr).unwrap();
    assert_eq!(added.status.code(), Some(3), "{err}");
    assert!(
        err.contains("error: docs/closed.md: permission denied — check its permissions"),
        "{err}"
    );
    assert!(
        err.contains("error: docs/shut: permission denied — check its permissions"),
        "{err}"
    );
    assert!(
        String::from_utf8(added.stdout)
            .unwrap()
            .contains("added good  ")
    );
    let err = String::from_utf8(elsewhere.stderr).unwrap();
    assert_eq!(elsewhere.status.code(), Some(5), "{err}");
    assert_eq!(err.matches("permission denied").count(), 1, "{err}");
}

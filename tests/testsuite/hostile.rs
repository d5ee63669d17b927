//! Bad input and bad places: what is refused is refused by name and place, what is good is stored, nothing hangs.

use std::fs;
use std::fs::File;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::paper;

const GOOD: &str = "# Scores were old\n\nThe feature job had not run for three days.\n";

/// Adds a bad file beside a good one: the good one is stored, the bad one refused with this message.
fn refused(name: &str, bytes: &[u8], message: &str) {
    let desk = Desk::new();
    desk.file("good.md", GOOD);
    desk.file(name, bytes);
    let answer = desk.run(&["add", "good.md", name]);
    assert_eq!(answer.status, 3, "{name}: {answer:?}");
    assert!(answer.err.contains(message), "{name}: {}", answer.err);
    assert!(
        answer.out.contains(&format!("refused  {name}")),
        "{answer:?}"
    );
    assert_eq!(ids(&desk), ["good"], "{name}");
}

/// The ids in the knowledge base, sorted.
fn ids(desk: &Desk) -> Vec<String> {
    let listed = desk.run(&["list", "--all", "--sort", "id", "--format", "jsonl"]);
    let id = |line: &str| {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        object["id"].as_str().unwrap().to_owned()
    };
    listed.out.lines().map(id).collect()
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn bytes_that_are_no_text_are_refused_where_they_stand() {
    refused(
        "latin.md",
        b"# T\n\ncaf\xe9 closed\n",
        "error: latin.md:3:4: invalid UTF-8: byte 0xE9 — convert the file to UTF-8",
    );
    refused(
        "cut.md",
        b"# T\ncaf\xc3",
        "error: cut.md:2:4: the text ends in the middle of a character — ",
    );
    refused(
        "surrogate.md",
        b"# T\n\xed\xa0\x80",
        "error: surrogate.md:2:1: invalid UTF-8",
    );
    refused(
        "nul.md",
        b"# T\nab\0c\n",
        "error: nul.md:2:3: binary data: a NUL byte — ",
    );
    refused(
        "wide.md",
        &utf16("# T\n\nText.\n", u16::to_le_bytes),
        "error: wide.md:1:2: it looks like UTF-16LE without a byte order mark — convert it",
    );
    refused(
        "image.md",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "error: image.md:1:1: ",
    );
    refused("empty.md", b"", "error: empty.md:1:1: the file is empty — ");
    refused(
        "blank.md",
        b" \r\n\t\n",
        "error: blank.md:1:1: the file is empty — ",
    );
    refused(
        "open.md",
        b"---\ntitle: never closed\n# T\n",
        "error: open.md:1:1: front matter",
    );
}

#[test]
fn utf_16_with_its_mark_is_stored_as_it_came() {
    let desk = Desk::new();
    let bytes = utf16("\u{feff}# Wide title\n\nText.\n", u16::to_be_bytes);
    desk.file("wide.md", &bytes);
    let answer = desk.run(&["add", "wide.md"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert!(
        answer
            .err
            .contains("warning: wide.md:1:1: decoded from UTF-16"),
        "{answer:?}"
    );
    assert!(desk.run(&["list"]).out.contains("Wide title"));
    let raw = desk
        .command()
        .args(["show", "wide", "--raw"])
        .output()
        .unwrap();
    assert_eq!(raw.stdout, bytes);
}

#[test]
fn a_file_over_the_limit_is_refused_by_its_size_and_one_at_the_limit_is_not() {
    let limit = 1024 * 1024;
    let text = |bytes: usize| format!("# T\n{}", "a ".repeat(bytes))[..bytes].to_owned();
    let desk = Desk::new();
    desk.file("good.md", text(limit));
    desk.file("one-more.md", text(limit + 1));
    desk.file("large.md", text(3 * limit));
    File::create(desk.path().join("sparse.md"))
        .unwrap()
        .set_len(10 << 30)
        .unwrap();
    let answer = desk.run(&["add", "."]);
    assert_eq!(answer.status, 3, "{answer:?}");
    for told in [
        "error: ./one-more.md: the file has 1048577 bytes, the limit is 1048576 — split it, or raise",
        "error: ./large.md: the file has 3 MiB, the limit is 1 MiB — ",
        "error: ./sparse.md: the file has 10 GiB, the limit is 1 MiB — ",
    ] {
        assert!(answer.err.contains(told), "{told}\n{}", answer.err);
    }
    assert_eq!(ids(&desk), ["good"]);
    let stdin = desk.run_with(&["add", "-"], text(limit + 1));
    assert_eq!(stdin.status, 3, "{stdin:?}");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_and_not_waited_for() {
    let desk = Desk::new();
    desk.file("docs/good.md", GOOD);
    paper::pipe(&desk, "docs/pipe.md");
    let _socket =
        std::os::unix::net::UnixListener::bind(desk.path().join("docs/socket.md")).unwrap();
    for path in ["docs/pipe.md", "docs/socket.md", "/dev/zero"] {
        if !std::path::Path::new(&desk.path().join(path)).exists() {
            continue;
        }
        for command in ["add", "classify"] {
            let answer = desk.run(&[command, path]);
            assert_eq!(answer.status, 3, "{answer:?}");
            let told = format!("error: {path}: it is no regular file — ");
            assert!(answer.err.contains(&told), "{answer:?}");
        }
    }
    let answer = desk.run(&["add", "docs"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert!(
        answer.err.contains("skipped: 2 special files"),
        "{answer:?}"
    );
}

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
    let named = desk.run(&["add", "ignored.md", ".draft.md", ".hidden"]);
    assert_eq!(named.status, 0, "{named:?}");
    assert_eq!(
        ids(&desk),
        ["b", "c", "d", "draft", "e", "good", "h", "ignored"]
    );
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
    let listed = desk.run(&["list"]).out;
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

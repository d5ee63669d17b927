//! Bad input and bad places: what is refused is refused by name and place, what is good is stored, nothing hangs.

use std::fs::File;

use crate::desk::Desk;
use crate::paper;

mod commands;
mod folder;
mod hundred;
mod output;
mod team;

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
}

#[test]
fn what_holds_no_document_is_refused() {
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

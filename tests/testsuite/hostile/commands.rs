//! The hostile inputs of the specification that are paths, rules, queries, stores and surroundings: each command line
//! with its exit status and what it says.

use std::fs;

use crate::desk::Desk;
use crate::hostile::GOOD;

/// Found or not found: what is left of an odd query decides.
const EITHER: i32 = -1;

/// A desk with things that no command should trip over.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("good.md", GOOD);
    desk.file("bomb.md.gz", b"\x1f\x8b\x08\0\0\0\0\0");
    desk.file("plain.txt", "a file, no folder");
    desk.file("foreign/kb.sqlite", "this is no database at all");
    desk.file("empty/kb.sqlite", "");
    fs::create_dir(desk.path().join("bare")).unwrap();
    assert_eq!(desk.run(&["add", "good.md"]).status, 0);
    desk
}

#[test]
fn every_hostile_command_ends_as_stated() {
    let desk = desk();
    let deep = "(".repeat(9_000);
    let many = "NOT ".repeat(10_000);
    let long = "word ".repeat(20_000);
    let quotes = "\"".repeat(501);
    #[rustfmt::skip]
    let cases: &[(u8, &[&str], i32, &str)] = &[
        (12, &["add", "bomb.md.gz"], 3, "error: bomb.md.gz: it has no ending of a document"),
        (19, &["add", "/dev/zero"], 3, "error: /dev/zero: it is no regular file"),
        (75, &["add", "/proc"], 3, "error: "),
        (76, &["add", "missing.md"], 3, "error: missing.md: there is no such file"),
        (80, &["add", "bare"], 3, "error: bare: no Markdown document"),
        (90, &["search", &deep], EITHER, ""),
        (90, &["search", &many], EITHER, ""),
        (90, &["search", &long], EITHER, "note: "),
        (90, &["search", &quotes], EITHER, ""),
        (90, &["search", "AND OR NOT"], EITHER, ""),
        (90, &["search", "body:*"], EITHER, ""),
        (90, &["search", "\\"], EITHER, ""),
        (90, &["search", "a\u{1}b"], EITHER, ""),
        (90, &["list", "mode:nonsense"], 2, "error: `nonsense` is no value"),
        (91, &["search", "--", "-good"], EITHER, ""),
        (92, &["--kb", "plain.txt", "list"], 4, "it is a file"),
        (92, &["--kb", "foreign", "list"], 4, "is not a pm-kb knowledge base"),
        (92, &["--kb", "foreign", "add", "good.md"], 4, "is not a pm-kb knowledge base"),
        (92, &["--kb", "nowhere", "list"], 4, "no knowledge base at nowhere"),
        (92, &["--kb", "empty", "list"], 4, "no knowledge base at "),
        (92, &["--kb", "new", "restore", "plain.txt"], 4, "is not a pm-kb knowledge base"),
    ];
    for (number, args, status, told) in cases {
        let answer = desk.run(args);
        let shown: Vec<String> = args
            .iter()
            .map(|arg| arg.chars().take(30).collect())
            .collect();
        let is_as_stated = match *status {
            EITHER => matches!(answer.status, 0 | 1),
            status => answer.status == status,
        };
        assert!(
            is_as_stated,
            "{} {number} {shown:?}: {}",
            answer.status, answer.err
        );
        assert!(
            answer.err.contains(told),
            "{number} {shown:?}: {}",
            answer.err
        );
        assert!(!answer.err.contains("panicked"), "{number}: {}", answer.err);
    }
    let foreign = fs::read_to_string(desk.path().join("foreign/kb.sqlite")).unwrap();
    assert_eq!(
        foreign, "this is no database at all",
        "92: nothing was written"
    );
}

#[test]
fn the_limits_are_those_of_the_configuration() {
    let desk = desk();
    desk.file(
        "long.md",
        "# T\n\nmore text than sixty-four bytes, which is what this team allows here\n",
    );
    desk.file("deep.md", "---\na: [[[1]]]\n---\n# Deep\n");
    desk.file("many.md", "---\na: [1, 2, 3, 4, 5, 6]\n---\n# Many\n");
    desk.file(
        "front.md",
        "---\ntitle: a long line in the front\n---\n# F\n",
    );
    for (limits, file, told) in [
        ("document_bytes = 64", "long.md", "the limit is 64"),
        ("front_matter_depth = 2", "deep.md", "budget"),
        ("front_matter_nodes = 5", "many.md", "more than 5 values"),
        ("front_matter_bytes = 20", "front.md", "the limit is 20"),
    ] {
        fs::remove_file(desk.path().join(".pm-kb/config.toml")).ok();
        let free = desk.run(&["--kb", &format!("free-{file}"), "add", file]);
        assert_eq!(free.status, 0, "{free:?}");
        desk.file(".pm-kb/config.toml", format!("[limits]\n{limits}\n"));
        let answer = desk.run(&["add", file]);
        assert_eq!(answer.status, 3, "{limits}: {answer:?}");
        assert!(answer.err.contains(told), "{limits}: {answer:?}");
    }
    desk.file(".pm-kb/config.toml", "[limits]\ndocument_byte = 64\n");
    let answer = desk.run(&["add", "good.md"]);
    assert_eq!(answer.status, 2, "{answer:?}");
    assert!(answer.err.contains("config.toml:2:1"), "{answer:?}");
}

//! The commands that keep a base safe: doctor, backup, restore, export and its way back, rebuild.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::desk::Desk;
use crate::json::Schemas;

/// A desk with documents of every sort: UTF-8, CRLF with a byte order mark, UTF-16, an id of its own, a duplicate.
fn with_base() -> Desk {
    let desk = Desk::new();
    for (name, bytes) in documents() {
        desk.file(&format!("docs/{name}"), bytes);
    }
    let answer = desk.run(&["add", "docs"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    desk
}

fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let wide = "\u{feff}# Wide title\n\nThe features were stale.\n".encode_utf16();
    vec![
        ("plain.md", b"# Plain\n\nThe features were stale.".to_vec()),
        (
            "crlf.txt",
            "\u{feff}# Dos\r\n\r\nÜber.\r\n".as_bytes().to_vec(),
        ),
        ("wide.md", wide.flat_map(u16::to_le_bytes).collect()),
        ("stated.mdx", b"---\nid: INC-7\n---\n# Seven\n".to_vec()),
        ("twin.md", b"# Plain\n\nThe features were stale.".to_vec()),
    ]
}

/// Every id of a base with the bytes of its document.
fn held(desk: &Desk, kb: &str) -> Vec<(String, Vec<u8>)> {
    let listed = desk.run(&[
        "--kb", kb, "list", "--all", "--sort", "id", "--format", "jsonl",
    ]);
    let ids = listed.out.lines().map(|line| {
        let object: Value = serde_json::from_str(line).unwrap();
        object["id"].as_str().unwrap().to_owned()
    });
    ids.map(|id| {
        let mut command = desk.command();
        let raw = command.args(["--kb", kb, "show", &id, "--raw"]).output();
        (id, raw.unwrap().stdout)
    })
    .collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_sound_base_is_said_to_be_sound() {
    let desk = with_base();
    let answer = desk.run(&["doctor"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert!(answer.out.contains("sound: every row"), "{answer:?}");
    let told = json(&desk.run(&["doctor", "--json"]).out);
    Schemas::read().check(&told, "pm-kb/checkup/1");
    assert_eq!(told["clean"], true);
    assert_eq!(
        told["notes"],
        json("[]"),
        "the first check-up has caught up"
    );
}

#[test]
fn a_damaged_index_is_a_finding_until_it_is_repaired() {
    let desk = with_base();
    assert_eq!(desk.run(&["rebuild"]).status, 0);
    let mut folders = fs::read_dir(desk.path().join(".pm-kb/index")).unwrap();
    let index = folders.next().unwrap().unwrap().path();
    fs::write(index.join("meta.json"), "no JSON").unwrap();
    let found = desk.run(&["doctor", "--json"]);
    assert_eq!(found.status, 1, "{found:?}");
    Schemas::read().check(&json(&found.out), "pm-kb/checkup/1");
    assert_eq!(json(&found.out)["record"], json("[]"));
    assert_eq!(desk.run(&["doctor"]).status, 1, "looking mends nothing");
    let mended = desk.run(&["doctor", "--repair"]);
    assert_eq!(mended.status, 0, "{mended:?}");
    assert!(mended.out.starts_with("repaired "), "{mended:?}");
    assert_eq!(desk.run(&["doctor"]).status, 0);
}

#[test]
fn a_damaged_record_is_found_and_never_repaired() {
    let desk = with_base();
    assert_eq!(desk.run(&["doctor"]).status, 0);
    let file = desk.path().join(".pm-kb/kb.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    let needle = b"The features were stale.";
    let at = bytes.windows(needle.len()).position(|part| part == needle);
    bytes[at.unwrap()] ^= 0x20;
    fs::write(&file, &bytes).unwrap();
    for args in [&["doctor"][..], &["doctor", "--repair"]] {
        let answer = desk.run(args);
        assert_eq!(answer.status, 1, "{answer:?}");
        assert!(answer.out.contains("differs from its hash"), "{answer:?}");
        assert!(answer.err.contains("restore a backup"), "{answer:?}");
    }
    let backup = desk.run(&["backup", "kept.sqlite"]);
    assert_eq!(backup.status, 4, "{backup:?}");
    assert!(!desk.path().join("kept.sqlite").exists());
}

#[test]
fn a_backup_brings_back_documents_verdicts_and_settings() {
    let desk = with_base();
    let labelled = desk.run(&[
        "label",
        "plain",
        "mode=data-drift",
        "--why",
        "it was so",
        "--author",
        "us",
    ]);
    assert_eq!(labelled.status, 0, "{labelled:?}");
    desk.file(".pm-kb/config.toml", "date_order = \"dmy\"\n");
    desk.file(".pm-kb/rules/own.toml", "# our rules\n");
    desk.file(".pm-kb/index/notes.txt", "not ours");
    let answer = desk.run(&["backup", "kept.sqlite", "--json"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    let schemas = Schemas::read();
    schemas.check(&json(&answer.out), "pm-kb/backup/1");
    let files = json(r#"["config.toml", "rules/own.toml", "verdicts.jsonl"]"#);
    assert_eq!(json(&answer.out)["files"], files);
    let left = fs::read_dir(desk.path()).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = left.filter(|name| name.contains("partial")).collect();
    assert_eq!(left, Vec::<String>::new());

    // The team's clone has a newer configuration, and no record.
    desk.file("new/.pm-kb/config.toml", "date_order = \"mdy\"\n");
    let answer = desk.run(&["--kb", "new/.pm-kb", "restore", "kept.sqlite", "--json"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    schemas.check(&json(&answer.out), "pm-kb/backup/1");
    assert_eq!(json(&answer.out)["left_alone"], json(r#"["config.toml"]"#));
    let read = |path: &str| fs::read_to_string(desk.path().join(path)).unwrap();
    assert_eq!(read("new/.pm-kb/config.toml"), "date_order = \"mdy\"\n");
    assert_eq!(read("new/.pm-kb/rules/own.toml"), "# our rules\n");
    assert_eq!(
        read("new/.pm-kb/verdicts.jsonl"),
        read(".pm-kb/verdicts.jsonl")
    );
    assert!(!desk.path().join("new/.pm-kb/index/notes.txt").exists());
    assert_eq!(held(&desk, "new"), held(&desk, ".pm-kb"));
    let doctor = desk.run(&["--kb", "new", "doctor"]);
    assert_eq!(doctor.status, 0, "{doctor:?}");
    let shown = desk.run(&["--kb", "new", "show", "plain", "--json"]);
    assert_eq!(json(&shown.out)["failure_mode"], "data-drift");
}

#[test]
fn nothing_is_replaced_by_a_backup_or_a_restore() {
    let desk = with_base();
    desk.file("taken.sqlite", "mine");
    let answer = desk.run(&["backup", "taken.sqlite"]);
    assert_eq!(answer.status, 2, "{answer:?}");
    assert!(answer.err.contains("never replaces anything"), "{answer:?}");
    assert_eq!(desk.run(&["backup", "kept.sqlite"]).status, 0);
    let before = held(&desk, ".pm-kb");
    let answer = desk.run(&["restore", "kept.sqlite"]);
    assert_eq!(answer.status, 2, "{answer:?}");
    assert_eq!(held(&desk, ".pm-kb"), before);
    for (file, status) in [("taken.sqlite", 4), ("missing.sqlite", 5)] {
        let answer = desk.run(&["--kb", "other/.pm-kb", "restore", file]);
        assert_eq!(answer.status, status, "{file}: {answer:?}");
        assert!(!Path::new(&desk.path().join("other/.pm-kb/kb.sqlite")).exists());
    }
    // The folder of the failed restore is still one to restore into.
    let answer = desk.run(&["--kb", "other/.pm-kb", "restore", "kept.sqlite"]);
    assert_eq!(answer.status, 0, "{answer:?}");
}

#[test]
fn what_was_exported_makes_the_same_base_again_byte_for_byte() {
    let desk = with_base();
    let answer = desk.run(&["export", "--output", "all.jsonl"]);
    assert_eq!((answer.status, answer.out.as_str()), (0, ""), "{answer:?}");
    let lines = fs::read_to_string(desk.path().join("all.jsonl")).unwrap();
    assert_eq!(
        desk.run(&["export"]).out,
        lines,
        "the same on standard output"
    );
    assert_eq!(
        Schemas::read().check_all(&lines, "pm-kb/document/1").len(),
        5
    );
    let answer = desk.run(&["--kb", "new", "add", "--from-export", "all.jsonl"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert_eq!(held(&desk, "new"), held(&desk, ".pm-kb"));
    assert_eq!(desk.run(&["--kb", "new", "export"]).out, lines);
    let again = desk.run_with(&["--kb", "new", "add", "--from-export", "-"], &lines);
    assert!(again.err.contains("5 unchanged"), "{again:?}");

    let answer = desk.run(&["export", "--markdown", "files"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    let bytes = |name: &str| fs::read(desk.path().join("files").join(name)).unwrap();
    assert_eq!(bytes("crlf.txt"), documents()[1].1);
    assert_eq!(bytes("wide.md"), documents()[2].1);
    assert_eq!(bytes("INC-7.mdx"), documents()[3].1);
    assert_eq!(desk.run(&["export", "--markdown", "files"]).status, 2);
    let answer = desk.run(&["--kb", "third", "add", "files"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert_eq!(held(&desk, "third"), held(&desk, ".pm-kb"));
}

#[test]
fn an_export_takes_a_query_and_a_broken_line_costs_itself_alone() {
    let desk = with_base();
    let one = desk.run(&["export", "wide"]);
    assert_eq!((one.status, one.out.lines().count()), (0, 1), "{one:?}");
    assert_eq!(desk.run(&["export", "nowherefound"]).status, 1);
    assert_eq!(desk.run(&["export", "mode:nonsense"]).status, 2);
    let good = &one.out;
    let lines = format!(
        "{{\"schema\": \"pm-kb/hit/1\"}}\n\n{good}{{\"schema\": \"pm-kb/document/1\", \"id\": \"../x\", \"text\": \"# X\"}}\nno JSON\n"
    );
    desk.file("mixed.jsonl", lines);
    let answer = desk.run(&["--kb", "new", "add", "--from-export", "mixed.jsonl"]);
    assert_eq!(answer.status, 3, "{answer:?}");
    for line in [1, 4, 5] {
        let told = format!("error: mixed.jsonl:{line}: ");
        assert!(answer.err.contains(&told), "{told}{answer:?}");
    }
    assert_eq!(held(&desk, "new").len(), 1);
}

#[test]
fn a_new_index_is_made_and_finds_what_the_old_one_found() {
    let desk = with_base();
    let before = desk.run(&["search", "stale features", "--json"]).out;
    let answer = desk.run(&["rebuild"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert!(answer.out.contains("5 documents"), "{answer:?}");
    assert_eq!(
        desk.run(&["search", "stale features", "--json"]).out,
        before
    );
    let told = json(&desk.run(&["rebuild", "--json"]).out);
    Schemas::read().check(&told, "pm-kb/rebuild/1");
    assert_eq!(told["documents"], 5);
}

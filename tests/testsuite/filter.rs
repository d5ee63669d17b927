//! The stateless filter: one line in, one line out, in order and at once; a bad line is answered and does no harm.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;

use crate::desk::Desk;

const FILTER: [&str; 4] = ["classify", "--input-format", "jsonl", "-"];

fn answers(input: impl AsRef<[u8]>) -> Vec<Value> {
    let desk = Desk::new();
    let answer = desk.run_with(&FILTER, input);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert_eq!(answer.err, "");
    assert_eq!(
        std::fs::read_dir(desk.path()).unwrap().count(),
        0,
        "it leaves nothing behind"
    );
    let read = |line: &str| serde_json::from_str(line).unwrap();
    answer.out.lines().map(read).collect()
}

/// Lines of which some are bad.
fn lines() -> Vec<Vec<u8>> {
    let texts = [
        r##"{"id": "a", "text": "# First"}"##,
        "not json",
        r#"{"id": "no text"}"#,
        r##"{"text": "# no id"}"##,
        r#"{"id": 5, "text": "x"}"#,
        "",
        r##"{"id": "a", "text": "# The same id again"}"##,
        r##"{"id": "../../etc/passwd", "text": "# No id of ours"}"##,
        r##"{"id": "", "text": "# Empty id"}"##,
        r#"{"id": "empty", "text": ""}"#,
        "[\"a\", \"# A list\"]",
        "null",
        r##"{"id": "more", "text": "# More", "other": {"a": [1]}}"##,
        r##"{"id": "stated", "text": "---\nid: another\n---\n# Stated\n"}"##,
    ];
    let mut lines: Vec<Vec<u8>> = texts.iter().map(|line| line.as_bytes().to_vec()).collect();
    lines.push(b"{\"id\": \"latin\", \"text\": \"caf\xe9\"}".to_vec());
    lines.push(b"{\"id\": \"windows\", \"text\": \"# W\"}\r".to_vec());
    lines.push(br##"{"id": "last", "text": "# Without a line feed"}"##.to_vec());
    lines
}

#[test]
fn every_line_is_answered_in_its_place() {
    let input = lines();
    let answers = answers(input.join(&b'\n'));
    assert_eq!(answers.len(), input.len());
    let good = [0, 6, 7, 8, 12, 13, 15, 16];
    let names = [
        "a",
        "a",
        "../../etc/passwd",
        "",
        "more",
        "stated",
        "windows",
        "last",
    ];
    for (at, name) in good.iter().zip(names) {
        assert_eq!(answers[*at]["schema"], "pm-kb/incident/1", "line {at}");
        assert_eq!(answers[*at]["id"], name, "line {at}");
    }
    for (at, answer) in answers
        .iter()
        .enumerate()
        .filter(|(at, _)| !good.contains(at))
    {
        assert_eq!(answer["schema"], "pm-kb/error/1", "line {at}");
        assert_eq!(answer["line"], at + 1);
        assert!(!answer["error"].as_str().unwrap().is_empty(), "line {at}");
    }
    assert_eq!(answers[9]["id"], "empty", "whose text it was can be told");
}

#[test]
fn a_huge_line_is_answered_without_being_kept() {
    let mut input = b"{\"id\": \"huge\", \"text\": \"".to_vec();
    input.resize(40_000_000, b'x');
    input.extend_from_slice(b"\"}\n");
    let over = json!({"id": "over", "text": "x".repeat(1024 * 1024 + 1)});
    let good = json!({"id": "good", "text": "# After it"});
    input.extend_from_slice(format!("{over}\n{good}\n").as_bytes());
    let answers = answers(input);
    assert_eq!(answers.len(), 3);
    assert!(
        answers[0]["error"]
            .as_str()
            .unwrap()
            .contains("limit of 8388608 bytes")
    );
    assert_eq!(answers[1]["id"], "over");
    assert!(
        answers[1]["error"]
            .as_str()
            .unwrap()
            .contains("limit of 1048576 bytes")
    );
    assert_eq!(answers[2]["id"], "good");
}

#[test]
fn the_longest_document_passes_however_it_is_written() {
    let text = format!("# T\n\n{}", "\u{1f525}".repeat((1024 * 1024 - 5) / 4));
    let escaped: String = text
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    let answers = answers(format!("{{\"id\": \"a\", \"text\": \"{escaped}\"}}\n"));
    assert_eq!(answers[0]["title"], "T", "{}", answers[0]);
}

#[test]
fn a_line_is_answered_before_the_next_one_comes() {
    let mut filter = Command::new(env!("CARGO_BIN_EXE_pm-kb"))
        .args(FILTER)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = filter.stdin.take().unwrap();
    let mut output = BufReader::new(filter.stdout.take().unwrap());
    for id in ["a", "b"] {
        writeln!(input, "{}", json!({"id": id, "text": "# T"})).unwrap();
        input.flush().unwrap();
        let mut line = String::new();
        // It would wait for ever where the filter waits for more.
        output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer["id"], id);
    }
    drop(input);
    assert!(filter.wait().unwrap().success());
}

#[test]
fn files_and_explanations_are_no_lines() {
    let desk = Desk::new();
    desk.file("lines.jsonl", "{}");
    for args in [
        ["classify", "--input-format", "jsonl", "lines.jsonl"].as_slice(),
        &["classify", "--input-format", "jsonl", "-", "--explain"],
    ] {
        let answer = desk.run(args);
        assert_eq!((answer.status, answer.out.as_str()), (2, ""), "{answer:?}");
        assert!(answer.err.contains("give `-`"), "{answer:?}");
    }
}

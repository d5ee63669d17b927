//! What reaches a terminal: no text of a document, a path or a query commands it; pipes close, colours go, lines fit.

use std::process::Stdio;

use proptest::prelude::*;

use crate::desk::Answer;
use crate::desk::Desk;
use crate::paper;

/// Asserts that a terminal shows this as it stands: line feeds are its only controls, and nothing in it is invisible.
#[track_caller]
fn assert_plain(command: &[&str], text: &str) {
    let bad = text.chars().find(|character| {
        matches!(u32::from(*character),
            0..=0x09 | 0x0b..=0x1f | 0x7f..=0x9f | 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e
            | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe0fff)
    });
    assert!(bad.is_none(), "{command:?} writes {bad:?}: {text:?}");
}

/// Runs every command that writes text over a base of hostile documents, under hostile names.
fn assert_no_command_is_commanded(evil: &str) {
    let desk = Desk::new();
    let name: String = evil.chars().filter(|c| !matches!(c, '/' | '\0')).collect();
    let file = format!("docs/{name} a.md");
    desk.file(&file, paper::hostile_document(evil));
    let refused = format!("docs/{name} refused.md");
    desk.file(&refused, "---\ntitle: never closed\n");
    desk.file("docs/x.md", paper::hostile_document(evil));
    desk.file("LABELS.tsv", "file\tprimary\tdecay\nx.md\tnone\tnone\n");
    let folder = format!("{name} base");
    let argument: String = evil.chars().filter(|c| *c != '\0').collect();
    let missing = format!("{argument} missing.md");
    let filter = format!("mode:{argument}");
    let of_outside: [&[&str]; 6] = [
        &["add", &file, &refused, &missing],
        &["classify", &file, &refused, &missing],
        &["list", &filter],
        &["search", "--", &argument],
        &["show", "--", &argument],
        &["report", "--year", "2026", "--", &filter],
    ];
    assert_eq!(desk.run(&["--kb", &folder, "add", "docs", "-q"]).status, 3);
    for command in COMMANDS.iter().chain(&of_outside) {
        let args = [&["--kb", &folder], *command].concat();
        let answer = desk.run(&args);
        assert!((0..=3).contains(&answer.status), "{args:?}: {answer:?}");
        assert_plain(&args, &answer.out);
        assert_plain(&args, &answer.err);
    }
    let table = desk.run(&["--kb", &folder, "review", "--export", "-"]);
    assert_eq!(table.status, 0, "{table:?}");
    // A spreadsheet wants its mark and its ends of lines.
    let table = table.out.replace("\r\n", "\n");
    assert_plain(
        &["review", "--export", "-"],
        table.trim_start_matches('\u{feff}'),
    );
    let json = desk.run(&["--kb", &folder, "list", "--all", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_plain(&["list", "--json"], &json.out);
    assert_eq!(listed.as_array().unwrap().len(), 2, "{evil:?}");
}

/// The commands that write what documents say.
const COMMANDS: [&[&str]; 17] = [
    &["add", "docs"],
    &["classify", "docs", "--explain"],
    &["list", "--all"],
    &["search", "stale features"],
    &["search", "stale", "--files"],
    &["show", "x"],
    &["show", "x", "--text"],
    &["report", "--year", "2026"],
    &["report", "--year", "2026", "--format", "md"],
    &["report", "--year", "2026", "--format", "html"],
    &["eval", "LABELS.tsv", "docs"],
    &["status"],
    &["similar", "x"],
    &["health"],
    &["export"],
    &["rules", "stats"],
    &["reclassify", "--dry-run"],
];

#[test]
fn no_text_from_outside_commands_a_terminal() {
    assert_no_command_is_commanded(paper::HOSTILE);
}

/// One case starts the program some twenty times, so one is enough for every day; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(1)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_characters_whatever_command_a_terminal(
        evil in "[\u{1}-\u{9}\u{b}\u{c}\u{e}-\u{20}\u{7f}-\u{ad}\u{200b}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}a\"'`|<&é日🔥]{1,12}"
    ) {
        assert_no_command_is_commanded(&evil);
    }
}

fn with_examples() -> Desk {
    let desk = Desk::new();
    let examples = crate::desk::repository("incidents");
    let answer = desk.run(&["add", "--quiet", examples.to_str().unwrap()]);
    assert_eq!(answer.status, 0, "{answer:?}");
    desk
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let desk = with_examples();
    let id = "bidding-on-the-hour-before";
    let painted = |args: &[&str], variable: Option<(&str, &str)>| -> Answer {
        let mut command = desk.command();
        command.args(args).envs(variable);
        let output = command.output().unwrap();
        Answer {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code().unwrap(),
        }
    };
    let plain = painted(&["show", id], None);
    assert!(!plain.out.contains('\u{1b}'));
    assert!(
        painted(&["show", id, "--color", "always"], None)
            .out
            .contains("\u{1b}[1m")
    );
    let never = painted(
        &["show", id, "--color", "never"],
        Some(("CLICOLOR_FORCE", "1")),
    );
    assert_eq!(never.out, plain.out);
    let error = painted(&["show", "nobody", "--color", "always"], None);
    assert!(
        error.err.contains("\u{1b}[1m\u{1b}[31merror\u{1b}[0m: "),
        "{error:?}"
    );
    let json = painted(&["list", "--json", "--color", "always"], None);
    assert!(!json.out.contains('\u{1b}'));
}

/// Runs a command on a pseudo-terminal; `None`, with a message, where there is no `script`.
fn on_terminal(desk: &Desk, command: &str, environment: &[(&str, &str)]) -> Option<String> {
    let line = format!("'{}' {command}", env!("CARGO_BIN_EXE_pm-kb"));
    let output = std::process::Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("TERM", "xterm")
        .envs(environment.iter().copied())
        .current_dir(desk.path())
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => Some(
            String::from_utf8(output.stdout)
                .unwrap()
                .replace("\r\n", "\n"),
        ),
        _ => {
            eprintln!("skipped: there is no `script` to make a terminal with");
            None
        }
    }
}

#[test]
fn on_a_terminal_tables_fit_and_colours_go_where_they_are_not_wanted() {
    use unicode_width::UnicodeWidthStr as _;
    let desk = with_examples();
    desk.file(
        "wide.md",
        format!("# {}\n\nText.\n", "日本語の長い題名 ⚠️ ".repeat(30)),
    );
    assert_eq!(desk.run(&["add", "-q", "wide.md"]).status, 0);
    for (columns, width) in [
        ("0", 80),
        ("1", 20),
        ("20", 20),
        ("47", 47),
        ("80", 80),
        ("1000", 400),
    ] {
        let Some(shown) = on_terminal(&desk, "list", &[("COLUMNS", columns)]) else {
            return;
        };
        assert_eq!(shown.lines().count(), 52, "{shown}");
        for line in shown.lines() {
            // An id that is wider than the terminal stands alone and whole, to be copied.
            let is_id = !line.contains(' ');
            assert!(
                line.width() <= width || is_id,
                "{columns} columns: {} {line}",
                line.width()
            );
        }
        assert!(shown.contains("ID"), "{shown}");
        assert!(shown.contains("cooking-thumbnails-looked-alike"), "{shown}");
    }
    let show = "show bidding-on-the-hour-before";
    assert!(on_terminal(&desk, show, &[]).unwrap().contains("\u{1b}[1m"));
    for environment in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let shown = on_terminal(&desk, show, &[environment]).unwrap();
        assert!(!shown.contains('\u{1b}'), "{environment:?}: {shown}");
    }
}

#[test]
fn on_a_pipe_nothing_is_cut_or_padded() {
    let desk = with_examples();
    let listed = desk.run(&["list", "mode:feature-staleness"]).out;
    let mut lines = listed.lines();
    assert_eq!(
        lines.next(),
        Some("DATE  SEV  MODE  DECAY  CONFIDENCE  ID  TITLE")
    );
    for line in lines {
        assert!(
            !line.contains('…') && !line.contains("   ") && line.trim() == line,
            "{line}"
        );
        assert_eq!(line.split("  ").nth(2), Some("feature-staleness"), "{line}");
    }
    let added = Desk::new();
    added.file("a b.md", "# T\n\nText.\n");
    let out = added.run(&["add", "a b.md"]).out;
    let words: Vec<&str> = out.trim_end().split("  ").collect();
    assert_eq!(
        (words[0], words[2], words.len()),
        ("added a-b", "a b.md", 3),
        "{out}"
    );
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet() {
    let desk = with_examples();
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["list", "--format", "jsonl"],
        &["search", "model"],
        &["show", "bidding-on-the-hour-before", "--text"],
        &["report", "--year", "2026"],
        &["status"],
        &["eval", "none", "none", "--help"],
        &["--help"],
        &["man"],
        &["completions", "bash"],
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_pm-kb"))
            .args(args)
            .env_clear()
            .current_dir(desk.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(command.stdout.take());
        let ended = command.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(ended.stderr).unwrap(), "", "{args:?}");
        assert_eq!(ended.status.code(), Some(0), "{args:?}");
    }
}

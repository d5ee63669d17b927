//! The hundred hostile and broken inputs of the specification that are documents: each with what becomes of it.
//!
//! Paths, folders, rules, queries, the store and the environment are tested beside this file, in `folder`, `output`,
//! `commands`, `recovery`, `rights`, `faults` and `killing`. Large inputs are made when the tests run.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::desk::Desk;
use crate::hostile::utf16;

/// What becomes of a document: nothing to say, a warning with these words, or a refusal with these words.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Stored,
    Warned(&'static str),
    Refused(&'static str),
}

use Fate::Refused;
use Fate::Stored;
use Fate::Warned;

const MIB: usize = 1024 * 1024;

type Case = (&'static str, Vec<u8>, Fate);

/// A document with these lines of front matter. Of an offset and of hours that are none (044, 046) nothing is told.
fn headed(lines: &str) -> Vec<u8> {
    format!("---\n{lines}\n---\n# Outage\n\nThe scorer was down.\n").into_bytes()
}

/// A document with this text.
fn body(text: &str) -> Vec<u8> {
    format!("# Outage\n\n{text}\n").into_bytes()
}

fn repeat(text: &str, bytes: usize) -> String {
    text.repeat(bytes / text.len())
}

#[rustfmt::skip]
fn bytes_and_encodings() -> Vec<Case> {
    vec![
        ("001-empty", vec![], Refused("the file is empty")),
        ("002-blank", b" \r\n\t\n\n".to_vec(), Refused("the file is empty")),
        ("003-mark-and-front-matter", "\u{feff}---\ntitle: Marked\n---\nText.\n".into(), Stored),
        ("004-utf-16-le", utf16("\u{feff}# Wide\n\nText.\n", u16::to_le_bytes), Warned("decoded from UTF-16 (little endian)")),
        ("005-utf-16-be", utf16("\u{feff}# Wide\n\nText.\n", u16::to_be_bytes), Warned("decoded from UTF-16 (big endian)")),
        ("006-utf-16-unmarked", utf16("# Wide\n\nText.\n", u16::to_le_bytes), Refused("looks like UTF-16LE without")),
        ("007-latin-1", b"# Outage\n\ncaf\xe9\n".to_vec(), Refused("invalid UTF-8: byte 0xE9")),
        ("008-cut-character", b"# Outage\ncaf\xc3".to_vec(), Refused("ends in the middle of a character")),
        ("009-surrogate", b"# Outage\n\xed\xa0\x80".to_vec(), Refused("invalid UTF-8: byte 0xED")),
        ("009-overlong", b"# Outage\n\xc0\xaf".to_vec(), Refused("invalid UTF-8: byte 0xC0")),
        ("010-nul", b"# Outage\n\nab\0cd\n".to_vec(), Refused("binary data: a NUL byte")),
        ("011-png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Refused("invalid UTF-8: byte 0x89")),
        ("011-pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n".to_vec(), Refused("invalid UTF-8: byte 0xE2")),
        ("011-zip", b"PK\x03\x04\x14\0\0\0\x08\0text".to_vec(), Refused("NUL byte")),
        ("013-crlf", b"---\r\ntitle: Dos\r\nseverty: 3\r\n---\r\n# Dos\r\n".to_vec(), Warned("severty")),
        ("014-mixed-ends", b"---\rtitle: Mac\nseverty: 3\r\n---\r# Mac\r\rText.\n".to_vec(), Warned("severty")),
        ("015-odd-line-ends", body("one\u{2028}two\u{2029}three\u{85}four"), Stored),
        ("016-no-newline", b"# Outage".to_vec(), Stored),
        ("017-one-line", body(&repeat("stale ", MIB - 100)), Stored),
        ("018-at-the-limit", body(&repeat("a\n", MIB - 11)), Stored),
        ("018-over-the-limit", body(&repeat("a\n", MIB)), Refused("the limit is 1048576")),
        ("018-front-matter", headed(&format!("title: {}", repeat("a", 65 * 1024))), Refused("front matter has")),
    ]
}

#[rustfmt::skip]
fn front_matter() -> Vec<Case> {
    let bomb = (1..10).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]".to_owned(), |bomb, n| {
        format!("{bomb}\na{n}: &a{n} [{}]", vec![format!("*a{}", n - 1); 9].join(", "))
    });
    let quadratic = format!("a: &a \"{}\"\nb: [{}]", repeat("x", 20_000), vec!["*a"; 5_000].join(", "));
    vec![
        ("021-none", body("Text."), Stored),
        ("022-never-closed", b"---\ntitle: Open\n# Outage\n".to_vec(), Refused("never closed")),
        ("023-rule-later", body("Text.\n\n---\n\nMore."), Stored),
        ("024-toml", b"+++\ntitle = \"Toml\"\n+++\n# Toml\n".to_vec(), Stored),
        ("025-colon", headed("title: Storage: the sequel"), Warned("read line by line")),
        ("026-tab", headed("services:\n\t- scorer"), Warned("read line by line")),
        ("027-open-quote", headed("title: \"Open\nseverity: SEV2"), Warned("read line by line")),
        ("028-twice", headed("title: One\ntitle: Two"), Warned("title")),
        ("029-twice-inside", headed("impact:\n  users: 1\n  users: 2"), Warned("")),
        ("030-alias-bomb", headed(&bomb), Refused("budget")),
        ("031-quadratic-alias", headed(&quadratic), Refused("budget")),
        ("032-deep-brackets", headed(&format!("a: {}", repeat("[", 10_000))), Refused("budget")),
        ("033-deep-dashes", headed(&repeat("- ", 50_000)), Refused("budget")),
        ("033-deep-questions", headed(&format!("a: 1\n{}", repeat("? ", 50_000))), Refused("budget")),
        ("034-of-itself", headed("a: &a [*a]"), Stored),
        ("035-unknown-anchor", headed("title: *nowhere"), Warned("unknown anchor")),
        ("036-merge-key", headed("base: {team: risk}\n<<: {team: fraud}"), Stored),
        ("037-tag", headed("title: !!python/object/apply:os.system [ls]"), Stored),
        ("037-binary", headed("title: !!binary aGVsbG8="), Stored),
        ("038-version", headed("%YAML 9.9"), Warned("")),
        ("039-odd-keys", headed("? [a, b]\n: c\n1: two"), Stored),
        ("039-many-keys", headed(&(0..20_000).map(|n| format!("k{n}:\n")).collect::<String>().replace(":\n", ": 1\n")[..60_000]), Refused("budget")),
        ("040-unknown-key", headed("severty: SEV2"), Warned("severity")),
        ("041-kept-as-text", headed("country: NO\nversion: 3.10\nflag: y"), Stored),
        ("042-no-day", headed("date: 2026-02-30"), Warned("2026-02-30")),
        ("042-no-month", headed("date: 2026-13-01"), Warned("2026-13-01")),
        ("042-no-time", headed("onset: 2026-07-03 10:61"), Warned("10:61")),
        ("043-end-before-start", headed("onset: 2026-07-03T10:00:00Z\nresolved: 2026-07-03T09:00:00Z"), Warned("before")),
        ("044-year-1", headed("date: 0001-01-01"), Warned("0001-01-01")),
        ("044-year-9999", headed("date: 9999-12-31"), Warned("9999")),
        ("044-far-year", headed("date: 275760-09-13"), Warned("275760")),
        ("044-leap-second", headed("onset: 2016-12-31T23:59:60Z"), Stored),
        ("044-offset", headed("onset: 2026-07-03T10:00:00+99:99"), Stored),
        ("045-no-zone", headed("onset: 2026-07-03 10:00"), Stored),
        ("046-no-number", headed("hours_lost: 1e999"), Stored),
        ("046-nan", headed("hours_lost: NaN\nminutes_to_resolve: NaN"), Warned("is no length of time")),
        ("046-huge", headed("minutes_to_detect: 99999999999999999999999999999999"), Warned("is no length of time")),
        ("047-escape", headed("title: \"\\x1b]0;owned\\a scorer\""), Stored),
        ("048-id-of-a-path", headed("id: ../../etc/passwd"), Warned("../../etc/passwd")),
        ("048-empty-id", headed("id: \"\""), Stored),
        ("048-long-id", headed(&format!("id: {}", repeat("a", 5_000))), Warned("id")),
        ("048-id-of-lines", headed("id: \"a\\nb\""), Warned("id")),
        ("049-same-id-a", headed("id: SAME-1"), Stored),
        ("049-same-id-b", headed("id: SAME-1\ntitle: Another"), Refused("SAME-1")),
    ]
}

#[rustfmt::skip]
fn text() -> Vec<Case> {
    let large = 40_000;
    let nested: String = (0..2_000).map(|depth| format!("{}- x\n", " ".repeat(depth % 500))).collect();
    let mut cases: Vec<Case> = [
        "[", "[a](<b", "![[", "a***", "* * *\n", "<![CDATA[", "<?", "[^a]", "| a |", "`a``", "<!--", "\\", "&amp;", "**a*",
    ].iter().map(|pattern| ("052-pathological", body(&repeat(pattern, large)), Stored)).collect();
    cases.extend([
        ("053-deep-quotes", body(&repeat("> ", large)), Stored),
        ("053-deep-lists", body(&repeat("- ", large)), Stored),
        ("053-stepped-lists", body(&nested), Stored),
        ("054-references", body(&format!("[a]: {}\n\n{}", repeat("x", 1_000), repeat("[a] ", 10_000))), Stored),
        ("055-footnotes", body("[^a]: see [^b]\n[^b]: see [^a]\n\nText[^a]."), Stored),
        ("056-html", body("<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>"), Stored),
        ("057-links", body("[a](javascript:alert(1)) [b](data:text/html,x) ![c](file:///etc/passwd)"), Stored),
        ("058-attributes", b"# Outage {#x onclick=alert(1)}\n\nText.\n".to_vec(), Stored),
        ("059-remote-image", body("![pixel](https://tracker.invalid/p.png)"), Stored),
        ("060-open-fence", body("```sh\nrm -rf"), Stored),
        ("061-headings-only", b"# Outage\n\n## Root cause\n\n## Timeline\n".to_vec(), Stored),
        ("062-ragged-rows", body("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |"), Warned("cells")),
        ("062-wide-table", body(&format!("|{}\n|{}\n", repeat("a|", 4_000), repeat("-|", 4_000))), Stored),
        ("063-many-headings", body(&repeat("## h\n", 40_000)), Stored),
        ("063-many-actions", body(&format!("## Action items\n\n{}", "- [ ] do it\n".repeat(2_000))), Stored),
        ("064-turned", body("user \u{202e}drowssap\u{202c} reset"), Warned("U+202E")),
        ("065-lookalike", headed("services: [p\u{430}yments]"), Warned("payments")),
        ("066-hidden-tags", body("ignore\u{e0049}\u{e0067}\u{e006e} it"), Warned("U+E0049")),
        ("066-zero-width", body("pass\u{200b}word\u{ad}s"), Stored),
        ("067-decomposed", body("cafe\u{301} café"), Stored),
        ("068-right-to-left", body("توقف النظام עברית"), Stored),
        ("069-marks", body(&format!("e{}", "\u{301}".repeat(10_000))), Stored),
        ("069-wide", body("日本語 🔥👩‍👩‍👧‍👦 ⚠️"), Stored),
        ("070-long-word", body(&repeat("x", 200_000)), Stored),
    ]);
    cases
}

/// What `add` says of every file of a folder, by the file's name.
fn added(desk: &Desk, folder: &str) -> BTreeMap<String, Value> {
    let answer = desk.run(&["add", folder, "--json"]);
    assert_eq!(answer.status, 3, "some are refused: {}", answer.err);
    let objects: Vec<Value> = serde_json::from_str(&answer.out).unwrap();
    let name = |object: &Value| object["source"].as_str().unwrap().to_owned();
    objects.into_iter().map(|one| (name(&one), one)).collect()
}

/// What is wrong with what became of a document; `None` where it is as expected.
fn wrong(name: &str, fate: Fate, told: &Value) -> Option<String> {
    let is_refused = told["outcome"] == "refused";
    let problems = told["problems"].as_array().unwrap();
    let has = |level: &str, words: &str| {
        problems.iter().any(|one| {
            let said = format!("{} {}", one["message"], one["advice"]);
            let is_placed = one["line"].is_u64() && one["column"].is_u64();
            // Its size is told of the file as a whole.
            one["level"] == level && said.contains(words) && (is_placed || name.contains("over"))
        })
    };
    let is_right = match fate {
        Refused(words) => is_refused && has("error", words),
        Warned(words) => !is_refused && has("warning", words),
        Stored => !is_refused,
    };
    (!is_right).then(|| format!("{name}: {fate:?}, but {} {problems:?}", told["outcome"]))
}

#[test]
fn every_hostile_document_meets_its_fate_and_harms_no_other() {
    let cases: Vec<Case> = [bytes_and_encodings(), front_matter(), text()].concat();
    let desk = Desk::new();
    let names: Vec<String> = cases
        .iter()
        .enumerate()
        .map(|(at, (name, bytes, _))| {
            let name = format!("docs/{name}-{at}.md");
            desk.file(&name, bytes);
            name
        })
        .collect();
    // The desk ends a command that hangs.
    let told = added(&desk, "docs");
    let fates = names.iter().zip(&cases);
    let wrong: Vec<String> = fates
        .filter_map(|(name, (_, _, fate))| wrong(name, *fate, &told[name]))
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));

    let listed = desk.run(&["list", "--all", "--json"]).out;
    for made_up in [
        "9223372036854775807",
        "\"hours_lost\":1.0",
        "\"hours_lost\": 1.0",
    ] {
        assert!(!listed.contains(made_up), "046: {made_up}");
    }
    let again = added(&desk, "docs");
    let changed = again
        .values()
        .filter(|one| one["outcome"] != "unchanged" && one["outcome"] != "refused");
    assert_eq!(changed.count(), 0, "051: what is added again is unchanged");
    let checkup = desk.run(&["doctor"]);
    assert_eq!(checkup.status, 0, "{checkup:?}");
}

#[test]
fn what_was_stored_of_them_breaks_no_output() {
    let desk = Desk::new();
    for (name, bytes, _) in text()
        .into_iter()
        .filter(|(_, bytes, _)| bytes.len() < 4_000)
    {
        desk.file(&format!("docs/{name}.md"), bytes);
    }
    desk.run(&["add", "docs"]);
    for args in [
        &["list", "--all"][..],
        &["list", "--all", "--json"],
        &["search", "outage"],
        &["report", "--year", "2026", "--format", "html"],
    ] {
        let answer = desk.run(args);
        let is_odd = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{e0000}'..='\u{e007f}')
        };
        assert!(!answer.out.contains(is_odd), "{args:?}: {}", answer.out);
        assert!(!answer.out.contains("<script>alert") && !answer.out.contains("onerror=alert(1)>"));
    }
}

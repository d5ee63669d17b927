//! What is kept beside a record for reports: it counts as the record does, and is never believed where it is damaged.

use std::fs;

use rusqlite::Connection;

use crate::desk::Desk;
use crate::desk::repository;

const FORMATS: [&str; 5] = ["text", "md", "html", "csv", "json"];

/// A desk with the examples and one document with a secret.
fn filled() -> Desk {
    let desk = Desk::new();
    for entry in fs::read_dir(repository("incidents")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        desk.file(&format!("docs/{name}"), fs::read(&path).unwrap());
    }
    let told = "---\ndate: 2026-08-03\nfailure_mode: schema-drift\nseverity: SEV1\nteam: jane.doe@acme-payments.io\n---\n\
                # Renamed column, ask jane.doe@acme-payments.io\n\n## Root cause\n\nA column was renamed upstream.\n";
    desk.file("docs/secret.md", told);
    assert_eq!(desk.run(&["add", "--quiet", "docs"]).status, 0);
    desk
}

fn reports(desk: &Desk, more: &[&str]) -> Vec<String> {
    let report = |format: &&str| {
        let args = ["report", "--quarter", "2026-Q3", "--format", format];
        let answer = desk.run(&[&args, more].concat());
        assert_eq!(answer.status, 0, "{}", answer.err);
        answer.out
    };
    FORMATS.iter().map(report).collect()
}

fn change(desk: &Desk, sql: &str) {
    let base = Connection::open(desk.path().join(".pm-kb/kb.sqlite")).unwrap();
    assert!(base.execute(sql, []).unwrap() > 0, "{sql}");
}

#[test]
fn what_is_damaged_or_missing_is_counted_from_the_records() {
    let desk = filled();
    let (before, plain) = (reports(&desk, &[]), reports(&desk, &["--unredacted"]));
    assert!(!before.concat().contains("jane.doe"));
    assert!(plain.concat().contains("jane.doe"));
    for sql in [
        "UPDATE tally SET labels = replace(labels, 'feature-staleness', 'data-drift')",
        "UPDATE tally SET figures = '{}', row_hash = x'00' WHERE id < 'm'",
        "UPDATE tally SET has_secret = 0",
        "UPDATE tally SET version = version + 1",
        "DELETE FROM tally WHERE id > 'm'",
        "DELETE FROM tally",
    ] {
        change(&desk, sql);
        assert_eq!(reports(&desk, &[]), before, "{sql}");
        assert_eq!(reports(&desk, &["--unredacted"]), plain, "{sql}");
    }
    let told = desk.run(&["doctor"]);
    assert!(told.out.contains("what reports count of "), "{}", told.out);
    assert_eq!(told.status, 0);
    let told = desk.run(&["doctor"]);
    assert!(!told.out.contains("what reports count of "), "{}", told.out);
    change(&desk, "DELETE FROM tally");
    desk.run(&["rebuild"]);
    assert!(!desk.run(&["doctor"]).out.contains("what reports count of "));
    assert_eq!(reports(&desk, &[]), before);
}

#[test]
fn what_is_kept_goes_with_its_record() {
    let desk = filled();
    desk.file(
        "docs/secret.md",
        "---\ndate: 2026-08-04\n---\n# Other\n\nNothing.\n",
    );
    assert_eq!(desk.run(&["add", "--quiet", "docs/secret.md"]).status, 0);
    assert_eq!(desk.run(&["remove", "secret"]).status, 0);
    let base = Connection::open(desk.path().join(".pm-kb/kb.sqlite")).unwrap();
    let count = |sql: &str| base.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let sql = "SELECT count(*) FROM tally WHERE rev NOT IN (SELECT rev FROM record)";
    assert_eq!(count(sql), 0);
    let sql = "SELECT count(*) FROM record WHERE rev NOT IN (SELECT rev FROM tally)";
    assert_eq!(count(sql), 0);
}

/// So many documents that what is kept of them is bundled.
const MANY: usize = 150;

fn document(number: usize) -> String {
    let (month, day) = (number % 9 + 1, number % 28 + 1);
    let modes = ["schema-drift", "feature-staleness", "none", "data-drift"];
    let (mode, severity, service) = (modes[number % 4], number % 4 + 1, number % 7);
    format!(
        "---\ndate: 2026-0{month}-{day:02}\nfailure_mode: {mode}\nseverity: SEV{severity}\nservice: scorer-{service}\n---\n\
         # Incident {number}\n\n## Root cause\n\nCause {number}.\n\n## Action items\n\n- [ ] Do {number}\n"
    )
}

#[test]
fn what_is_bundled_counts_as_the_records_do() {
    let desk = Desk::new();
    for number in 0..MANY {
        desk.file(&format!("docs/i-{number}.md"), document(number));
    }
    assert_eq!(desk.run(&["add", "--quiet", "docs"]).status, 0);
    let count = |sql: &str| {
        let base = Connection::open(desk.path().join(".pm-kb/kb.sqlite")).unwrap();
        base.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(count("SELECT count(*) FROM tally"), 0);
    assert_eq!(count("SELECT count(*) FROM bundle"), 3);
    assert!(reports(&desk, &[])[4].contains("i-17"));

    // What is filed anew or removed is taken from the records, and no longer from a bundle.
    desk.file("docs/i-17.md", document(18));
    assert_eq!(desk.run(&["add", "--quiet", "docs/i-17.md"]).status, 0);
    assert_eq!(desk.run(&["remove", "i-23"]).status, 0);
    assert_eq!(count("SELECT count(*) FROM bundle_gone"), 2);
    let whole: [&[&str]; 3] = [
        &[],
        &["service:scorer-3", "OR", "severity:1"],
        &["--pattern", "service:scorer-1 / date:2026-05..2026-08"],
    ];
    let report = |more: &[&str]| {
        let answer = desk.run(&[&["report", "--quarter", "2026-Q3", "--json"], more].concat());
        assert_eq!(answer.status, 0, "{}", answer.err);
        answer.out
    };
    let before = whole.map(report);
    let told = desk.run(&["doctor"]);
    assert!(!told.out.contains("what reports count of "), "{}", told.out);
    for sql in [
        "UPDATE bundle SET bytes = zeroblob(length(bytes)) WHERE quarter = '2026-Q1'",
        "UPDATE bundle SET quarter = '2025-Q3' WHERE quarter = '2026-Q3'",
        "UPDATE bundle SET version = version + 1",
        "DELETE FROM bundle WHERE quarter = '2026-Q2'",
        "DELETE FROM bundle_gone",
        "UPDATE bundle_gone SET rev = rev + 1000000",
        "INSERT INTO bundle_gone (rev) SELECT rev FROM record WHERE id = 'i-5'",
    ] {
        change(&desk, sql);
        assert_eq!(whole.map(report), before, "{sql}");
        let told = desk.run(&["doctor"]);
        assert!(
            told.out.contains("what reports count of "),
            "{sql}: {}",
            told.out
        );
        assert_eq!(whole.map(report), before, "{sql}");
        let told = desk.run(&["doctor"]);
        assert!(
            !told.out.contains("what reports count of "),
            "{sql}: {}",
            told.out
        );
        // A base that was counted anew has nothing gone: the next case needs something that is.
        desk.file("docs/i-31.md", document(sql.len() + 1000));
        assert_eq!(desk.run(&["add", "--quiet", "docs/i-31.md"]).status, 0);
        desk.file("docs/i-31.md", document(31));
        assert_eq!(desk.run(&["add", "--quiet", "docs/i-31.md"]).status, 0);
    }
}

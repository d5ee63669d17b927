//! After the first hour a newcomer sees what was understood, what was not, and what to type next.

use serde_json::Value;

use crate::desk::Desk;

fn incident(title: &str, service: &str, rest: &str) -> String {
    format!(
        "---\ndate: 2026-03-01\nservice: {service}\n{rest}---\n# {title}\n\n## Root cause\n\nThe {title} broke.\n"
    )
}

fn with_base() -> Desk {
    let desk = Desk::new();
    desk.file(
        "docs/a.md",
        incident("cache", "fraud-scorer", "severity: SEV2\n"),
    );
    desk.file("docs/b.md", incident("queue", "fraud-scorer", ""));
    desk.file("docs/c.md", incident("disk", "Fraud Scorer Service", ""));
    desk.file(
        "docs/d.md",
        "# A pager that was silent\n\nNobody knows why the pager was silent.\n",
    );
    desk.file(
        "docs/e.md",
        incident("cache", "fraud-scorer", "severity: SEV2\n"),
    );
    desk.file("docs/picture.png", "x");
    desk.file("docs/page.html", "x");
    desk.file("docs/other.html", "x");
    desk
}

fn health(desk: &Desk) -> Value {
    serde_json::from_str(&desk.run(&["health", "--json"]).out).expect("JSON")
}

fn of<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let list = list.as_array().expect("a list");
    list.iter()
        .find(|one| one[key] == name)
        .expect("it is told")
}

#[test]
fn what_was_understood_and_what_was_not_is_told_with_what_mends_it() {
    let desk = with_base();
    let added = desk.run(&["add", "docs"]);
    for told in [
        "skipped: 2 .html, 1 .png",
        "of 4 incidents: date in 3, severity in 1, services in 3, cause section in 3; `pm-kb health` has the rest",
        "1 without a date",
    ] {
        assert!(added.err.contains(told), "{told}: {added:?}");
    }
    let health = health(&desk);
    assert_eq!(
        (&health["documents"], &health["incidents"]),
        (&5.into(), &4.into())
    );
    for (finding, id) in [
        ("duplicates", "e"),
        ("undated", "d"),
        ("without a cause section", "d"),
    ] {
        assert_eq!(
            of(&health["findings"], "finding", finding)["ids"],
            serde_json::json!([id]),
            "{finding}"
        );
    }
    let severity = of(&health["fields"], "field", "severity");
    assert_eq!(
        (&severity["found"], &severity["of"]),
        (&1.into(), &4.into())
    );
    let told = desk.run(&["health"]);
    assert!(
        told.out.contains("undated                  1: d\n"),
        "{}",
        told.out
    );
    // What is told to mend it does.
    let mend = desk.run(&["label", "d", "date=2026-07-03", "--author", "Ada"]);
    assert_eq!(mend.status, 0, "{mend:?}");
    assert!(!desk.run(&["health"]).out.contains("undated"));
}

#[test]
fn likely_names_are_suggested_as_lines_that_make_them_one() {
    let desk = with_base();
    desk.run(&["add", "docs"]);
    let suggested = health(&desk);
    let pair = &suggested["likely_aliases"][0];
    assert_eq!(
        (&pair["name"], &pair["other"]),
        (&"fraud-scorer".into(), &"Fraud Scorer Service".into())
    );
    let found = |query: &str| desk.run(&["list", query, "-q"]).out.lines().skip(1).count();
    assert_eq!(found("service:fraud-scorer"), 2);
    let line = pair["line"].as_str().expect("a line");
    desk.file(".pm-kb/aliases.toml", format!("[services]\n{line}\n"));
    let synced = desk.run(&["sync"]);
    assert!(
        synced.out.contains(
            "renamed    c  services: Fraud Scorer Service → fraud-scorer  (aliases.toml)"
        ),
        "{synced:?}"
    );
    assert_eq!(found("service:fraud-scorer"), 3);
    assert_eq!(health(&desk)["likely_aliases"], serde_json::json!([]));
    assert_eq!(desk.run(&["sync"]).out, "", "once is enough");
    // What is added later has the name that counts, and so has what a person says.
    desk.file("docs/f.md", incident("lock", "FRAUD_SCORER_SERVICE", ""));
    desk.run(&["add", "docs"]);
    desk.run(&[
        "label",
        "d",
        "service=fraud scorer service",
        "--author",
        "Ada",
    ]);
    assert_eq!(found("service:fraud-scorer"), 5);
    // Without the file the documents' and the person's own words are there again.
    std::fs::remove_file(desk.path().join(".pm-kb/aliases.toml")).expect("removed");
    desk.run(&["sync"]);
    assert_eq!(found("service:fraud-scorer"), 2);
    let shown = desk.run(&["show", "d"]);
    assert!(
        shown.out.contains("fraud scorer service  (human verdict)"),
        "{shown:?}"
    );
    desk.file(".pm-kb/aliases.toml", "[services]\nx = 3\n");
    let wrong = desk.run(&["sync"]);
    assert_eq!(wrong.status, 2, "{wrong:?}");
    assert!(wrong.err.contains("aliases.toml:2:5"), "{wrong:?}");
}

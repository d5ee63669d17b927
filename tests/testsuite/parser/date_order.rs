//! A date whose day and month cannot be told apart: open, settled by the order given, and settled for good.

use serde_json::Value;

use crate::desk::Desk;

const TEXT: &str =
    "# Labels\n\nDate: 03/07/2026\nStart: 03/07/2026 10:00 UTC\n\n## Root cause\n\nA table.\n";

/// The day and the onset of the one document.
fn times(desk: &Desk) -> (Value, Value) {
    let shown: Value = serde_json::from_str(&desk.run(&["show", "labels", "--json"]).out).unwrap();
    (shown["date"].clone(), shown["onset"].clone())
}

#[test]
fn an_ambiguous_date_is_open_until_the_order_is_given_and_then_stays() {
    let desk = Desk::new();
    desk.file("labels.md", TEXT);
    let added = desk.run(&["add", "labels.md"]);
    assert!(added.err.contains("--date-order dmy"), "{}", added.err);
    assert!(added.err.contains("date_order = \"dmy\""), "{}", added.err);
    assert_eq!(times(&desk), (Value::Null, Value::Null));
    let settled = (
        Value::from("2026-07-03"),
        Value::from("2026-07-03T10:00:00Z"),
    );
    let read = desk.run(&["add", "labels.md", "--date-order", "dmy"]);
    assert!(read.out.starts_with("updated"), "{}", read.out);
    assert_eq!(times(&desk), settled);
    let again = desk.run(&["add", "labels.md"]);
    assert!(again.out.starts_with("unchanged"), "{}", again.out);
    assert!(!again.err.contains("ambiguous"), "{}", again.err);
    assert_eq!(times(&desk), settled);
    desk.run(&["add", "labels.md", "--date-order", "mdy"]);
    assert_eq!(times(&desk).0, "2026-03-07");
}

#[test]
fn the_configuration_orders_dates_when_a_stored_document_is_read_again() {
    let desk = Desk::new();
    desk.file("labels.md", TEXT);
    desk.run(&["add", "labels.md"]);
    desk.file(".pm-kb/config.toml", "date_order = \"mdy\"\n");
    let read = desk.run(&["add", "labels.md"]);
    assert!(read.out.starts_with("updated"), "{}", read.out);
    assert_eq!(times(&desk).0, "2026-03-07");
    desk.file("labels.md", TEXT.replace("A table", "Another table"));
    desk.run(&["add", "labels.md"]);
    assert_eq!(times(&desk).0, "2026-03-07");
}

//! The page about the report shows what the program writes: page one of the examples, word for word.

use std::fs;

use crate::desk::Desk;
use crate::desk::repository;
use crate::docs;

const BEGIN: &str =
    "<!-- page one of the examples: SNAPSHOTS=overwrite cargo test --locked manual -->\n";
const END: &str = "<!-- end of page one -->";

#[test]
fn the_page_about_the_report_shows_a_real_one() {
    let desk = Desk::new();
    let examples = repository("incidents").display().to_string();
    assert_eq!(desk.run(&["add", "--quiet", &examples]).status, 0);
    let answer = desk.run(&["report", "--quarter", "2026-Q3"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    let page = repository("docs/report.md");
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let shown = format!("\n```text\n{}```\n\n", answer.out);
    docs::snapshot(&page, &format!("{before}{BEGIN}{shown}{END}{after}"));
}

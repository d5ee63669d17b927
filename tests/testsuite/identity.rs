//! A document stays the incident that it is, whatever is done to its file: exported anew, renamed, edited, divided, copied.

use std::fs;

use serde_json::Value;

use crate::base::Base;
use crate::base::add_where;
use crate::base::corpus;
use crate::desk::Answer;
use crate::desk::Desk;

/// A long enough text on something; `about` makes it its own.
fn text(about: &str) -> String {
    let sentences = (0..12).map(|number| {
        format!("In step {number} the {about} job of the {about} pipeline wrote table {about}_{number} late again. ")
    });
    sentences.collect()
}

fn page(title: &str, date: &str, about: &str) -> String {
    format!(
        "# {title}\n\nDate: {date}\n\n## Root cause\n\n{}\n",
        text(about)
    )
}

fn listed(desk: &Desk, args: &[&str]) -> Vec<String> {
    let answer = desk.run(&[&["list", "--sort", "id", "--format", "jsonl"], args].concat());
    let lines = answer.out.lines();
    let records = lines.map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    records
        .map(|record| record["id"].as_str().expect("an id").to_owned())
        .collect()
}

fn add(desk: &Desk, args: &[&str]) -> Answer {
    let answer = desk.run(&[&["add"], args].concat());
    assert_eq!(answer.status, 0, "{answer:?}");
    answer
}

#[track_caller]
fn assert_out(answer: &Answer, told: &str) {
    assert!(answer.out.contains(told), "`{told}` is not in {answer:?}");
}

#[test]
fn a_new_export_of_the_whole_wiki_updates_its_pages_and_makes_no_doubles() {
    let desk = Desk::new();
    let hex = |letter: &str| letter.repeat(32);
    let named = |title: &str, letter: &str| format!("{title} {}.md", hex(letter));
    for (title, letter) in [
        ("Stale rates", "a"),
        ("Late labels", "b"),
        ("Wrong join", "c"),
    ] {
        let text = page(
            title,
            "2026-03-01",
            title.split(' ').next().expect("a word"),
        );
        desk.file(&format!("july/{}", named(title, letter)), text);
    }
    add(&desk, &["july"]);
    let before = listed(&desk, &["--all"]);
    let label = desk.run(&[
        "label",
        &before[2],
        "mode=labeling-error",
        "--author",
        "Ada",
    ]);
    assert_eq!(label.status, 0, "{label:?}");
    // The next export has other titles and other texts, in another folder; the first is still there.
    for (title, letter) in [
        ("Exchange rates", "a"),
        ("Labels too late", "b"),
        ("Join on names", "c"),
    ] {
        let text = page(title, "2026-03-01", &format!("other-{letter}"));
        desk.file(&format!("august/{}", named(title, letter)), text);
    }
    let again = add(&desk, &["august"]);
    assert_eq!(again.out.matches("moved").count(), 3, "{again:?}");
    assert_eq!(listed(&desk, &["--all"]), before);
    assert_eq!(listed(&desk, &["mode:labeling-error"]), [before[2].clone()]);
    let third = add(&desk, &["august"]);
    assert_eq!(third.out.matches("unchanged").count(), 3, "{third:?}");
}

#[test]
fn a_page_that_was_renamed_and_edited_is_known_by_its_text() {
    let desk = Desk::new();
    let path = desk.file(
        "docs/checkout.md",
        page("Checkout was slow", "2026-03-01", "checkout"),
    );
    desk.file(
        "docs/fraud.md",
        page("Fraud scores late", "2026-03-02", "fraud"),
    );
    add(&desk, &["docs"]);
    fs::remove_file(path).expect("removed");
    let edited =
        page("Checkout latency", "2026-03-01", "checkout").replace("step 3", "the third step");
    desk.file("docs/latency-of-checkout.md", edited);
    let status = desk.run(&["status"]);
    assert_out(&status, "1 in step, 1 gone, 1 new: `pm-kb sync`");
    let dry = desk.run(&["sync", "--dry-run"]);
    assert_out(
        &dry,
        "moved      checkout  docs/latency-of-checkout.md  was docs/checkout.md: renamed and edited",
    );
    assert_eq!(listed(&desk, &[]), ["checkout", "fraud"]);
    let moved = desk.run(&["sync"]);
    assert_eq!(moved.out, dry.out);
    assert_eq!(listed(&desk, &["--all"]), ["checkout", "fraud"]);
    assert_out(&desk.run(&["show", "checkout"]), "Checkout latency");
    assert_out(&desk.run(&["status"]), "2 in step\n");
}

#[test]
fn two_pages_that_swap_their_names_keep_their_ids() {
    let desk = Desk::new();
    let stated =
        |id: &str, about: &str| format!("---\nid: {id}\n---\n{}", page(about, "2026-03-01", about));
    desk.file("docs/a.md", stated("PM-1", "rates"));
    desk.file("docs/b.md", stated("PM-2", "labels"));
    add(&desk, &["docs"]);
    desk.file("docs/a.md", stated("PM-2", "labels") + "\nAn addition.\n");
    desk.file("docs/b.md", stated("PM-1", "rates") + "\nAn addition.\n");
    let again = add(&desk, &["docs"]);
    assert_eq!(again.out.matches("moved").count(), 2, "{again:?}");
    assert_out(&desk.run(&["show", "PM-1"]), "PM-1  (docs/b.md)");
    assert_out(&desk.run(&["show", "PM-2"]), "PM-2  (docs/a.md)");
    assert_eq!(listed(&desk, &["--all"]), ["PM-1", "PM-2"]);
}

#[test]
fn what_was_edited_moved_or_went_is_told_and_taken_in() {
    let desk = Desk::new();
    for name in ["edited", "moved", "gone", "same"] {
        desk.file(&format!("docs/{name}.md"), page(name, "2026-03-01", name));
    }
    add(&desk, &["docs"]);
    assert_out(&desk.run(&["status"]), "4 in step\n");
    desk.file("docs/edited.md", page("edited", "2026-04-01", "edited"));
    fs::create_dir(desk.path().join("docs/below")).expect("a folder");
    fs::rename(
        desk.path().join("docs/moved.md"),
        desk.path().join("docs/below/other.md"),
    )
    .expect("moved");
    fs::remove_file(desk.path().join("docs/gone.md")).expect("removed");
    desk.file("docs/new.md", page("new", "2026-03-01", "new"));
    let status: Value = serde_json::from_str(&desk.run(&["status", "--json"]).out).expect("JSON");
    assert_eq!(status["sources_in_step"], 1);
    assert_eq!(
        status["sources_edited"],
        serde_json::json!(["docs/edited.md"])
    );
    assert_eq!(status["sources_gone"], serde_json::json!(["docs/gone.md"]));
    assert_eq!(
        status["sources_moved"],
        serde_json::json!(["docs/moved.md → docs/below/other.md"])
    );
    assert_eq!(status["sources_new"], 1);
    let synced = desk.run(&["sync"]);
    for told in [
        "updated    edited  docs/edited.md",
        "moved      moved  docs/below/other.md",
        "gone       gone  docs/gone.md",
    ] {
        assert_out(&synced, told);
    }
    assert!(
        synced
            .err
            .contains("1 files in the folders are not in this base"),
        "{synced:?}"
    );
    assert_eq!(listed(&desk, &[]), ["edited", "gone", "moved", "same"]);
    assert_out(
        &desk.run(&["sync", "--prune"]),
        "removed    gone  docs/gone.md",
    );
    assert_eq!(listed(&desk, &[]), ["edited", "moved", "same"]);
    let nothing = desk.run(&["sync"]);
    assert_eq!(nothing.out, "");
    assert!(nothing.err.contains("nothing has changed"), "{nothing:?}");
}

#[test]
fn a_near_copy_is_said_not_counted_and_counted_once_a_person_says_so() {
    let desk = Desk::new();
    let original = page("Checkout was slow", "2026-03-01", "checkout");
    desk.file("docs/checkout.md", &original);
    desk.file(
        "docs/z-copy-of-checkout.md",
        original.replace("# Checkout", "# Copy of Checkout"),
    );
    // The same template on another day is another incident.
    desk.file(
        "docs/z-again.md",
        original.replace("2026-03-01", "2026-05-01"),
    );
    let added = add(&desk, &["docs"]);
    assert!(
        added.err.contains("nearly the same text as checkout"),
        "{added:?}"
    );
    assert!(
        added
            .err
            .contains("`pm-kb label z-copy-of-checkout kind=incident`"),
        "{added:?}"
    );
    assert_eq!(listed(&desk, &[]), ["checkout", "z-again"]);
    let label = desk.run(&[
        "label",
        "z-copy-of-checkout",
        "kind=incident",
        "--author",
        "Ada",
    ]);
    assert_eq!(label.status, 0, "{label:?}");
    assert_eq!(listed(&desk, &[]).len(), 3);
    add(&desk, &["docs"]);
    assert_eq!(listed(&desk, &[]).len(), 3, "the verdict survives");
    assert_eq!(
        desk.run(&[
            "label",
            "z-copy-of-checkout",
            "kind",
            "--undo",
            "--author",
            "Ada"
        ])
        .status,
        0
    );
    assert_eq!(listed(&desk, &[]).len(), 2);
    assert_eq!(desk.run(&["remove", "checkout"]).status, 0);
    assert_eq!(
        listed(&desk, &[]),
        ["z-again", "z-copy-of-checkout"],
        "the copy counts in its place"
    );
}

const SEVERAL: &str = "# Incidents of the spring\n\n## 2026-03-01 Rates were stale\n\n### Root cause\n\n\
    The rates job had stopped.\n\n## 2026-04-02 Labels were late\n\n### Root cause\n\nThe label job had stopped.\n";

#[test]
fn a_page_with_several_incidents_is_divided_and_stays_so() {
    let desk = Desk::new();
    desk.file("docs/spring.md", SEVERAL);
    let whole = add(&desk, &["docs"]);
    assert!(
        whole.err.contains("`--split-on h2` divides it"),
        "{whole:?}"
    );
    assert_eq!(listed(&desk, &["--all"]), ["spring"]);
    let divided = add(&desk, &["docs", "--split-on", "h2"]);
    assert!(
        divided
            .err
            .contains("replaces spring, which was the whole page"),
        "{divided:?}"
    );
    let ids = listed(&desk, &["--all"]);
    assert_eq!(
        ids,
        ["2026-03-01-rates-were-stale", "2026-04-02-labels-were-late"]
    );
    assert_eq!(listed(&desk, &["quarter:2026-Q2"]), [ids[1].clone()]);
    let shown = desk.run(&["show", &ids[1], "--text"]);
    assert_out(&shown, "   13  The label job had stopped.");
    // Without the option the page stays divided, and only the part that was edited is updated.
    let edited = SEVERAL
        .replace("# Incidents", "A line more.\n\n# Incidents")
        .replace("rates job", "rate job");
    desk.file("docs/spring.md", edited.replacen("A line more.\n\n", "", 1));
    let again = add(&desk, &["docs"]);
    assert_eq!(again.out.matches("updated").count(), 1, "{again:?}");
    assert_eq!(listed(&desk, &["--all"]), ids);
    // An export and its way back change nothing of it.
    desk.run(&["export", "--output", "all.jsonl"]);
    let back = add(&desk, &["--from-export", "all.jsonl"]);
    assert_eq!(back.out.matches("unchanged").count(), 2, "{back:?}");
    // A part that is taken out of the page is gone.
    let (first, _) = SEVERAL.split_once("## 2026-04-02").expect("two parts");
    desk.file(
        "docs/spring.md",
        format!("{first}## 2026-05-05 Joins were wrong\n\n### Root cause\n\nAn ambiguous key.\n"),
    );
    let synced = desk.run(&["sync"]);
    assert_out(&synced, &format!("gone       {}", ids[1]));
    assert_out(&synced, "added      2026-05-05-joins-were-wrong");
}

const BY_MONTH: &str = "# Incidents of the spring\n\n## March 2026\n\n### 2026-03-01 Rates were stale\n\n#### Root cause\n\n\
    The rates job had stopped.\n\n### 2026-03-02 Labels were late\n\n#### Root cause\n\nThe label job had stopped.\n\n\
    ## 2026-04-09 Joins were wrong\n\n### Root cause\n\nAn ambiguous key.\n";

#[test]
fn a_second_division_takes_the_place_of_the_first() {
    let desk = Desk::new();
    desk.file("spring pages.md", BY_MONTH);
    let first = add(&desk, &["spring pages.md", "--split-on", "h2"]);
    assert_eq!(first.status, 0, "{first:?}");
    let by_month = listed(&desk, &["--all"]);
    assert!(!by_month.is_empty(), "{first:?}");
    // Health names the page and the level that divides what is still several.
    let health = desk.run(&["health"]);
    assert_out(&health, "pm-kb add 'spring pages.md' --split-on h3");
    let second = add(&desk, &["spring pages.md", "--split-on", "h3"]);
    assert!(second.err.contains("replaces "), "{second:?}");
    let by_day = listed(&desk, &["--all"]);
    assert_eq!(
        by_day,
        ["2026-03-01-rates-were-stale", "2026-03-02-labels-were-late"]
    );
    // A level that divides nothing changes nothing.
    let third = add(&desk, &["spring pages.md", "--split-on", "h1"]);
    assert!(
        third.err.contains("the page stays divided by h3"),
        "{third:?}"
    );
    assert_eq!(listed(&desk, &["--all"]), by_day);
}

/// The text with every tenth line left out and another title, as a page looks after somebody has gone over it.
fn gone_over(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let mut number = 0;
    lines.retain(|_| {
        number += 1;
        number % 10 != 0
    });
    let title = lines.iter().position(|line| line.starts_with("# "));
    if let Some(title) = title {
        lines[title] = "# What happened that week";
    }
    lines.join("\n")
}

#[test]
fn real_documents_that_were_renamed_and_edited_are_known_again_and_none_is_a_double() {
    let Some(documents) = corpus("general") else {
        return;
    };
    let base = Base::new();
    let mut kb = base.open();
    let before = add_where(&mut kb, documents.clone(), &|_| true).expect("added");
    let texts = documents.iter().zip(&before);
    let long: Vec<_> = texts
        .filter(|(document, _)| document.bytes.len() > 1000)
        .collect();
    let edited = long.iter().enumerate().map(|(number, (document, _))| {
        let text = String::from_utf8_lossy(&document.bytes);
        crate::base::input(&format!("/new/{number}.md"), &gone_over(&text))
    });
    let after =
        add_where(&mut kb, edited.collect(), &|path| path.starts_with("/new/")).expect("added");
    let known = long
        .iter()
        .zip(&after)
        .filter(|((_, before), after)| before.id == after.id)
        .count();
    let wrong = long
        .iter()
        .zip(&after)
        .filter(|((_, before), after)| after.outcome.id() == "moved" && before.id != after.id);
    let wrong = wrong.count();
    eprintln!(
        "{known} of {} known again, {wrong} taken for another",
        long.len()
    );
    assert!(known * 100 >= long.len() * 95, "{known} of {}", long.len());
    // Two of them tell of one incident in nearly the same words; after such an edit nobody could tell which was which.
    assert!(wrong * 100 <= long.len(), "{wrong} of {}", long.len());
}

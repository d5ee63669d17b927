//! How many facts the parser finds: fixtures of every template, and real and composed post-mortems where they are at hand.
//!
//! `pm-kb eval --facts FACTS.tsv DIR` prints the same tables with every miss.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::evaluation::facts::FactsEvaluation;
use pm_kb::evaluation::facts::GoldFacts;
use pm_kb::evaluation::facts::Reading;
use pm_kb::parser;
use pm_kb::parser::Options;
use pm_kb::parser::Parsed;

use crate::desk::repository;

fn parse_file(path: &Path) -> Parsed {
    let name = path.to_string_lossy();
    let read = Document::read(&name, fs::read(path).unwrap(), &Limits::default());
    let document = read.unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"));
    parser::parse(&document, &Options::default())
}

/// The corpora stand beside the repository, or beside the folder of its work trees; a check-out elsewhere does without.
fn corpora() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared/corpora", "../../shared/corpora"]
        .iter()
        .map(|path| root.join(path))
        .find(|path| path.is_dir());
    if found.is_none() {
        eprintln!("skipped: there are no corpora beside the repository");
    }
    found
}

fn evaluate(folder: &Path, table: &str) -> FactsEvaluation {
    let table = fs::read_to_string(folder.join(table)).unwrap();
    let gold = GoldFacts::read("FACTS.tsv", &table).unwrap();
    let read: Vec<Parsed> = gold
        .iter()
        .map(|gold| parse_file(&folder.join(&gold.file)))
        .collect();
    FactsEvaluation::of(gold.iter().zip(&read).map(|(gold, parsed)| {
        let reading = Reading {
            postmortem: &parsed.postmortem,
            diagnostics: &parsed.diagnostics,
        };
        (gold, reading)
    }))
}

/// The misses as lines, to be read when a test fails.
fn misses(of: &FactsEvaluation) -> String {
    let line = |miss: &pm_kb::evaluation::facts::FieldMiss| {
        let (file, field) = (&miss.file, miss.field);
        format!(
            "{file}: {field} {:?} instead of {:?}",
            miss.given, miss.gold
        )
    };
    of.misses.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Every field has at least its share of right answers, and at most so many that nobody stated.
fn assert_shares(of: &FactsEvaluation, wanted: &[(&str, f64, usize)]) {
    for (field, least, most) in wanted {
        let score = of.field(field);
        assert!(
            score.stated > 0 && score.share() >= *least && score.invented <= *most,
            "{field}: {score:?}; {least} and {most} were reached before\n{}",
            misses(of)
        );
    }
}

#[test]
fn every_fixture_is_read_as_its_gold_says() {
    let of = evaluate(&repository("tests/intake"), "FACTS.tsv");
    assert!(of.documents >= 90, "{} fixtures", of.documents);
    assert!(of.misses.is_empty(), "{}", misses(&of));
}

/// Documents whose gold was written before the parser had seen them; what it missed at first stands in the docs.
#[test]
fn hard_documents_give_their_facts() {
    let shares = [
        ("title", 1.0, 0),
        ("kind", 1.0, 0),
        ("lang", 1.0, 0),
        ("date", 0.97, 0),
        ("quarter", 1.0, 0),
        ("severity", 1.0, 0),
        ("onset", 1.0, 0),
        ("detected", 1.0, 0),
        ("resolved", 1.0, 0),
        ("minutes_to_detect", 1.0, 0),
        ("minutes_to_resolve", 1.0, 0),
        ("has_root_cause_section", 1.0, 0),
        ("n_action_items", 1.0, 0),
        ("n_actions_done", 1.0, 0),
        ("users_affected", 0.66, 0),
    ];
    for folder in ["tests/intake/hard", "tests/intake/fresh"] {
        assert_shares(&evaluate(&repository(folder), "FACTS.tsv"), &shares);
    }
}

#[test]
fn real_documents_give_their_facts() {
    let Some(corpora) = corpora() else {
        return;
    };
    let of = evaluate(&corpora.join("general"), "FACTS.tsv");
    assert_shares(
        &of,
        &[
            ("title", 0.98, 0),
            ("date", 0.98, 0),
            ("quarter", 0.95, 0),
            ("severity_raw", 0.95, 0),
            ("has_root_cause_section", 0.95, 0),
            ("n_action_items", 0.95, 0),
            ("kind", 1.0, 0),
            ("lang", 1.0, 0),
            ("minutes_to_detect", 0.95, 0),
            ("minutes_to_resolve", 0.95, 0),
            ("onset", 0.95, 0),
            ("detected", 0.9, 0),
            ("resolved", 0.9, 1),
        ],
    );
}

/// Documents that were written last of all; what is missed yet is missing, and nothing is invented.
#[test]
fn documents_written_last_give_their_facts() {
    let of = evaluate(&repository("tests/intake/unseen"), "FACTS.tsv");
    let shares = [
        ("title", 1.0, 0),
        ("kind", 1.0, 0),
        ("date", 1.0, 0),
        ("severity", 1.0, 0),
        ("minutes_to_detect", 0.88, 0),
        ("minutes_to_resolve", 1.0, 0),
        ("n_action_items", 0.87, 0),
    ];
    assert_shares(&of, &shares);
}

/// Documents in the styles of public post-mortems, and of pages that are none; their first runs stand in the docs.
#[test]
fn documents_of_many_styles_give_their_facts() {
    for (folder, documents, actions) in [
        ("tests/intake/styles", 60, 0.94),
        ("tests/intake/later", 30, 0.95),
        ("tests/intake/wide", 33, 0.96),
    ] {
        let of = evaluate(&repository(folder), "FACTS.tsv");
        assert_eq!(of.documents, documents, "{folder}");
        let shares = [
            ("title", 0.96, 0),
            ("kind", 0.96, 0),
            ("date", 1.0, 0),
            ("quarter", 1.0, 0),
            ("severity", 1.0, 0),
            ("minutes_to_detect", 0.97, 0),
            ("minutes_to_resolve", 1.0, 1),
            ("has_root_cause_section", 0.95, 0),
            ("n_action_items", actions, 0),
        ];
        assert_shares(&of, &shares);
    }
}

#[test]
fn composed_documents_give_their_times() {
    let Some(corpora) = corpora() else {
        return;
    };
    let of = evaluate(&corpora.join("dev"), "LABELS.tsv");
    assert_shares(&of, &[("ttd_hours", 0.85, 4), ("ttr_hours", 0.8, 4)]);
}

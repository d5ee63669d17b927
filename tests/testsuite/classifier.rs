//! The classifier on whole documents: evidence, states, facets, and the figures on the labelled corpora.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pm_kb::classification::Classification;
use pm_kb::classifier;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::parser;
use pm_kb::rule::RuleSet;

fn classify(rules: &RuleSet, text: &str) -> Classification {
    let document = Document::read("document.md", text.as_bytes().to_vec(), &Limits::default())
        .expect("a readable document");
    let parsed = parser::parse(&document, &parser::Options::default());
    classifier::classify(rules, text, &parsed.postmortem)
}

/// The folder of a corpus beside the repository, where there is one.
fn corpus(name: &str) -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared/corpora", "../../shared/corpora"]
        .iter()
        .map(|folder| manifest.join(folder).join(name))
        .find(|folder| folder.exists());
    if found.is_none() {
        eprintln!("skipped: no corpus `{name}` beside the repository");
    }
    found
}

/// The rows of a table as cells, without its head, and the place of a column.
fn table(path: &Path) -> (Vec<Vec<String>>, impl Fn(&str) -> usize + use<>) {
    let text = fs::read_to_string(path).expect("a table");
    let mut rows: Vec<Vec<String>> = text
        .lines()
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect();
    let head = rows.remove(0);
    (rows, move |name: &str| {
        head.iter().position(|cell| cell == name).expect("a column")
    })
}

fn share(right: usize, all: usize) -> f64 {
    right as f64 / all.max(1) as f64
}

#[test]
fn labels_agree_with_a_careful_reader_on_the_development_corpus() {
    let Some(folder) = corpus("dev") else { return };
    let rules = RuleSet::shipped();
    let (rows, column) = table(&folder.join("LABELS.tsv"));
    let (mut mode, mut decay, mut rollback) = (0, 0, 0);
    for row in &rows {
        let text = fs::read_to_string(folder.join(&row[0])).expect("a document");
        let labels = classify(&rules, &text);
        mode += usize::from(labels.failure_mode.id() == row[column("primary")]);
        decay += usize::from(labels.decay.id() == row[column("decay")]);
        let gold = row[column("response")]
            .split(',')
            .any(|value| value == "rollback");
        rollback +=
            usize::from(labels.response.iter().any(|value| value.id() == "rollback") == gold);
    }
    let all = rows.len();
    eprintln!(
        "dev: mode {:.2}, decay {:.2}, rollback {:.2}",
        share(mode, all),
        share(decay, all),
        share(rollback, all)
    );
    assert!(share(mode, all) >= 0.55 && share(decay, all) >= 0.6 && share(rollback, all) >= 0.85);
}

#[test]
fn ordinary_outages_get_no_failure_mode() {
    let Some(folder) = corpus("general") else {
        return;
    };
    let rules = RuleSet::shipped();
    let (rows, column) = table(&folder.join("MANIFEST.tsv"));
    let ordinary: Vec<&Vec<String>> = rows
        .iter()
        .filter(|row| row[column("ml_related")] == "no")
        .collect();
    let mut wrong = Vec::new();
    for row in &ordinary {
        let Ok(text) = fs::read_to_string(folder.join(&row[0])) else {
            continue;
        };
        let labels = classify(&rules, &text);
        if labels.failure_mode.is_mode() || labels.decay.id() == "model-decay" {
            wrong.push(format!("{}: {}", row[0], labels.failure_mode));
        }
    }
    eprintln!(
        "ordinary outages with a mode: {} of {}",
        wrong.len(),
        ordinary.len()
    );
    assert!(share(wrong.len(), ordinary.len()) <= 0.01, "{wrong:?}");
}

#[test]
fn every_label_stands_on_words_of_the_document() {
    let rules = RuleSet::shipped();
    let text = "# Odd prices\n\n## Root cause\n\nOur fare model read yesterday's prices: the feature store had not been refreshed since Monday.\n";
    let labels = classify(&rules, text);
    assert_eq!(labels.failure_mode.id(), "feature-staleness");
    let evidence = labels.evidence.first().expect("evidence");
    assert_eq!((evidence.line, evidence.section.id()), (5, "root-cause"));
    assert!(text.contains(&evidence.quote), "{}", evidence.quote);
}

#[test]
fn the_same_text_gives_the_same_labels() {
    let text = "# Fraud model\n\nThe vendor renamed a column and the model read nulls. We rolled back to v3.\n";
    assert_eq!(
        classify(&RuleSet::shipped(), text),
        classify(&RuleSet::shipped(), text)
    );
}

#[test]
fn the_codebook_file_describes_every_value_that_the_program_knows() {
    use pm_kb::taxonomy::*;
    let file: toml::Table = pm_kb::schema::file("taxonomy.toml")
        .parse()
        .expect("valid TOML");
    let ids = |list: &str| -> Vec<String> {
        let values = file[list]["value"].as_array().expect("values");
        values
            .iter()
            .map(|value| value["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    macro_rules! same {
        ($list:literal, $noun:ident) => {
            let known: Vec<&str> = $noun::ALL.iter().map(|value| value.id()).collect();
            assert_eq!(ids($list), known);
        };
    }
    same!("failure_mode", FailureMode);
    same!("decay", Decay);
    same!("model_decay_kind", ModelDecayKind);
    same!("none_kind", NoneKind);
    same!("reason", Reason);
    same!("response", Response);
    same!("rollback_target", RollbackTarget);
    same!("detection", Detection);
    same!("first_diagnosis", FirstDiagnosis);
    same!("stage", Stage);
    same!("confidence", Confidence);
    same!("role", Role);
}

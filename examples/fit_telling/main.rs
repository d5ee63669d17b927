//! Fits the tables of `schema/telling` on the sentences of `tests/telling` and on folders of labelled documents.
//!
//! `cargo run --release --example fit_telling -- FOLDER…` writes the tables; each folder holds documents and a
//! `LABELS.tsv`; `table=NAME` writes that one alone. With `--check` nothing is written: the documents are left out a
//! fifth at a time, and the whole classifier is measured on them; folders after `--also` are measured too and never
//! fitted on.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pm_kb::classification::Classification;
use pm_kb::classifier;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::evaluation::Evaluation;
use pm_kb::evaluation::Gold;
use pm_kb::parser;
use pm_kb::rule::Features;
use pm_kb::rule::RuleFile;
use pm_kb::rule::RuleSet;
use pm_kb::rule::Telling;
use pm_kb::taxonomy::Detection;
use pm_kb::taxonomy::FirstDiagnosis;
use pm_kb::taxonomy::Response;
use pm_kb::taxonomy::Stage;

mod descent;
#[path = "../labelled/labelled.rs"]
mod labelled;

use descent::Example;
use labelled::Labelled;
use labelled::read;

/// The tables.
const TABLES: [&str; 6] = [
    "detection",
    "silent",
    "first-diagnosis",
    "response",
    "rollback-helped",
    "stage",
];
/// What a sentence on its own counts beside a document.
const SENTENCE: f64 = 1.0;
/// What it counts where documents tell the value in many sentences, and say more of what is not told.
const SENTENCE_AMONG_MANY: f64 = 0.3;
/// What a sentence about a cause counts as an example of the words of a belief.
const CAUSE: f64 = 0.3;
/// What it counts as an example of a sentence that tells of no belief and of nobody who noticed.
const NO_CAUSE: f64 = 0.1;
/// So many parts are left out in turn.
const FOLDS: usize = 5;

fn main() {
    let rules = RuleSet::shipped();
    let mut check = false;
    let mut only_measured = false;
    let mut only: Option<String> = None;
    let (mut fitted, mut measured) = (Vec::new(), Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--check" => check = true,
            "--also" => only_measured = true,
            table if table.starts_with("table=") => only = Some(table["table=".len()..].to_owned()),
            folder if only_measured => measured.push((folder.to_owned(), read(folder))),
            folder => fitted.push((folder.to_owned(), read(folder))),
        }
    }
    let documents: Vec<&Labelled> = fitted.iter().flat_map(|(_, all)| all).collect();
    if check {
        cross(&fitted);
        let rules = with_tables(&documents);
        for (folder, documents) in &measured {
            let all: Vec<&Labelled> = documents.iter().collect();
            tell(folder, &measure(&rules, &all));
        }
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/telling");
    fs::create_dir_all(&folder).unwrap();
    for table in TABLES {
        if only.as_ref().is_some_and(|only| only != table) {
            continue;
        }
        let text = fit(&rules, table, &documents).to_text();
        println!("{table}: {} rows", text.lines().count() - 1);
        fs::write(folder.join(format!("{table}.tsv")), text).unwrap();
    }
}

/// Every fifth document is left out of the fit in turn, and measured.
fn cross(fitted: &[(String, Vec<Labelled>)]) {
    let folds: Vec<RuleSet> = (0..FOLDS)
        .map(|fold| {
            let kept = fitted
                .iter()
                .flat_map(|(_, all)| all.iter().enumerate())
                .filter(|(at, _)| at % FOLDS != fold);
            with_tables(&kept.map(|(_, one)| one).collect::<Vec<_>>())
        })
        .collect();
    for (folder, documents) in fitted {
        let pairs: Vec<(&Labelled, Classification)> = documents
            .iter()
            .enumerate()
            .map(|(at, one)| {
                (
                    one,
                    classifier::classify(&folds[at % FOLDS], &one.text, &one.postmortem),
                )
            })
            .collect();
        tell(
            folder,
            &Evaluation::of(pairs.iter().map(|(one, given)| (&one.gold, given))),
        );
    }
}

fn with_tables(documents: &[&Labelled]) -> RuleSet {
    let shipped = RuleSet::shipped();
    let texts: Vec<(String, String)> = TABLES
        .iter()
        .map(|table| {
            (
                format!("{table}.tsv"),
                fit(&shipped, table, documents).to_text(),
            )
        })
        .collect();
    texts
        .iter()
        .fold(RuleSet::shipped(), |rules, (name, text)| {
            rules.with_telling(RuleFile { name, text }).unwrap()
        })
}

fn measure(rules: &RuleSet, documents: &[&Labelled]) -> Evaluation {
    let given: Vec<Classification> = documents
        .iter()
        .map(|one| classifier::classify(rules, &one.text, &one.postmortem))
        .collect();
    Evaluation::of(documents.iter().map(|one| &one.gold).zip(&given))
}

fn tell(folder: &str, of: &Evaluation) {
    let facets: Vec<String> = of
        .facets
        .iter()
        .map(|(name, score)| format!("{name} {:.3}", score.share()))
        .collect();
    println!(
        "{folder} ({}): mode {:.3}, {}",
        of.strict.of,
        of.strict.share(),
        facets.join(", ")
    );
}

/// One table, fitted on the documents and on sentences.
fn fit(rules: &RuleSet, table: &str, documents: &[&Labelled]) -> Telling {
    let values = values(table);
    let place = |value: &str| values.iter().position(|known| known == value);
    let mut examples: Vec<(Vec<Option<usize>>, Example)> = Vec::new();
    for one in documents {
        let Some(told) = told(table, &one.gold) else {
            continue;
        };
        let mut sentences = classifier::features(rules, &one.postmortem, table).unwrap();
        if table == "stage" {
            let cause = classifier::cause(one.gold.failure_mode, one.gold.decay);
            for sentence in &mut sentences {
                sentence.insert(cause.clone(), 1.0);
            }
        }
        let told = told.iter().filter_map(|value| place(value)).map(Some);
        examples.push((told.collect(), Example::of(sentences)));
    }
    let alone = match table {
        "rollback-helped" | "silent" => SENTENCE,
        _ => SENTENCE_AMONG_MANY,
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/telling");
    for (value, sentence) in sentences(rules, table, &folder.join(table)) {
        examples.push((
            vec![place(&value)],
            Example::of(vec![sentence]).weighing(alone),
        ));
    }
    if matches!(table, "detection" | "first-diagnosis") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/paraphrases");
        for (cause, sentence) in sentences(rules, table, &folder) {
            let value = match cause.as_str() {
                "model-decay" => place("model"),
                "ordinary" => place("infra"),
                "neutral" => continue,
                cause => place(cause),
            };
            if value.is_some() {
                let told = Example::of(vec![sentence.clone()]).weighing(CAUSE);
                examples.push((vec![value], told.surely_told()));
            }
            examples.push((vec![None], Example::of(vec![sentence]).weighing(NO_CAUSE)));
        }
    }
    if table == "response" {
        each(&values, &examples)
    } else {
        let examples: Vec<(Option<usize>, &Example)> = examples
            .iter()
            .map(|(told, example)| (told.first().copied().flatten(), example))
            .collect();
        descent::fit(values, &examples).table()
    }
}

/// Every value on its own, put together as the columns of one table.
fn each(values: &[String], examples: &[(Vec<Option<usize>>, Example)]) -> Telling {
    let mut start = Vec::new();
    let mut weights: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (at, value) in values.iter().enumerate() {
        let own: Vec<(Option<usize>, &Example)> = examples
            .iter()
            .map(|(told, example)| (told.contains(&Some(at)).then_some(0), example))
            .collect();
        let fitted = descent::fit(vec![value.clone()], &own);
        start.push(fitted.start[0] - fitted.none);
        for (feature, row) in fitted.weights {
            weights
                .entry(feature)
                .or_insert_with(|| vec![0.0; values.len()])[at] = row[0];
        }
    }
    Telling::new(values.to_vec(), 0.0, start, weights)
}

fn values(table: &str) -> Vec<String> {
    let ids: Vec<&str> = match table {
        "detection" => Detection::ALL.iter().map(|one| one.id()).collect(),
        "first-diagnosis" => FirstDiagnosis::ALL.iter().map(|one| one.id()).collect(),
        "stage" => Stage::ALL.iter().map(|one| one.id()).collect(),
        "response" => Response::ALL.iter().map(|one| one.id()).collect(),
        _ => vec!["yes", "no"],
    };
    ids.into_iter()
        .filter(|id| *id != "none")
        .map(str::to_owned)
        .collect()
}

/// What a reader says that a document tells; `None` where the document is no example.
fn told(table: &str, gold: &Gold) -> Option<Vec<String>> {
    let yes_or_no = |value: bool| vec![if value { "yes" } else { "no" }.to_owned()];
    match table {
        "detection" => Some(gold.detection.iter().map(|one| one.to_string()).collect()),
        "first-diagnosis" => Some(
            gold.first_diagnosis
                .iter()
                .map(|one| one.to_string())
                .collect(),
        ),
        "stage" => Some(gold.stage.iter().map(|one| one.to_string()).collect()),
        "silent" => gold.silent.map(yes_or_no),
        "rollback-helped" => gold.rollback_helped.map(yes_or_no),
        _ => gold
            .response
            .as_ref()
            .map(|all| all.iter().map(|one| one.to_string()).collect()),
    }
}

/// One sentence a line; the file's name is the value.
fn sentences(rules: &RuleSet, table: &str, folder: &Path) -> Vec<(String, Features)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let value = file.file_stem().unwrap().to_string_lossy().into_owned();
        for line in fs::read_to_string(&file).unwrap().lines() {
            let document = Document::read("one.md", line.into(), &Limits::default()).unwrap();
            let postmortem = parser::parse(&document, &parser::Options::default()).postmortem;
            let seen = classifier::features(rules, &postmortem, table).unwrap();
            // Where a sentence stands says nothing when it stands alone.
            let place = |feature: &String| {
                ["part:", "beginning:", "section:"]
                    .iter()
                    .any(|start| feature.starts_with(start))
            };
            all.extend(seen.into_iter().take(1).map(|mut sentence| {
                sentence.retain(|feature, _| !place(feature));
                (value.clone(), sentence)
            }));
        }
    }
    all
}

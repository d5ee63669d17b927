//! Fits `schema/leaning.tsv` on the paraphrases of `tests/paraphrases` and on folders of labelled documents.
//!
//! `cargo run --release --example fit_leaning -- FOLDER…` writes the table; each folder holds documents and a
//! `LABELS.tsv`. With `--check` the table is not written: each folder is left out of the fit in turn and the whole
//! classifier is measured on it; what its confidence means is written into `schema/policy.toml`. Folders after `--also`
//! are measured too and never fitted on.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;

use pm_kb::classification::Classification;
use pm_kb::classifier;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::evaluation::Evaluation;
use pm_kb::evaluation::Gold;
use pm_kb::parser;
use pm_kb::rule::Cause;
use pm_kb::rule::Leaning;
use pm_kb::rule::RuleFile;
use pm_kb::rule::RuleSet;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::FailureMode;

mod ascent;
mod confidence;
#[path = "../labelled/labelled.rs"]
mod labelled;

use ascent::Sentences;
use ascent::fit;
use labelled::Labelled;
use labelled::read;

fn main() {
    let rules = RuleSet::shipped();
    let mut check = false;
    let mut only_measured = false;
    let mut ordinary: Vec<Sentences> = Vec::new();
    let (mut fitted, mut measured) = (Vec::new(), Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--check" => check = true,
            "--also" => only_measured = true,
            folder if folder.starts_with("ordinary=") => {
                ordinary.extend(unlabelled(&rules, Path::new(&folder["ordinary=".len()..])));
            }
            folder if only_measured => measured.push((folder.to_owned(), read(folder))),
            folder => fitted.push((folder.to_owned(), read(folder))),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = paraphrases(&rules, &root.join("tests/paraphrases"));
    println!("{} paraphrases", told.len());
    let texts = |left_out: Option<usize>| {
        let documents = fitted
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != left_out)
            .flat_map(|(_, (_, all))| all);
        let documents =
            documents.map(|one| (cause(&one.gold), classifier::terms(&rules, &one.postmortem)));
        let none = ordinary
            .iter()
            .map(|sentences| (Cause::Ordinary, sentences.clone()));
        told.iter()
            .cloned()
            .chain(documents)
            .chain(none)
            .collect::<Vec<_>>()
    };
    if check {
        let mut seen = Vec::new();
        for (at, (folder, documents)) in fitted.iter().enumerate() {
            seen.extend(measure(folder, documents, &fit(&texts(Some(at)))));
        }
        let names = fitted
            .iter()
            .map(|(folder, _)| folder.rsplit('/').next().unwrap());
        confidence::write(root, &names.collect::<Vec<_>>().join(", "), seen);
        let all = fit(&texts(None));
        for (folder, documents) in &measured {
            measure(folder, documents, &all);
        }
        return;
    }
    let table = fit(&texts(None)).to_text();
    println!("{} words", table.lines().count() - 2);
    fs::write(root.join("schema/leaning.tsv"), table).unwrap();
}

/// One text a line; the file's name is the cause.
fn paraphrases(rules: &RuleSet, folder: &Path) -> Vec<(Cause, Sentences)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut told = Vec::new();
    for file in files {
        if file.is_dir() {
            told.extend(paraphrases(rules, &file));
            continue;
        }
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let Some(cause) = Cause::ALL.into_iter().find(|cause| cause.id() == name) else {
            continue;
        };
        for line in fs::read_to_string(&file)
            .unwrap()
            .lines()
            .filter(|line| !line.is_empty())
        {
            let document = Document::read("one.md", line.into(), &Limits::default()).unwrap();
            let postmortem = parser::parse(&document, &parser::Options::default()).postmortem;
            told.push((cause, classifier::terms(rules, &postmortem)));
        }
    }
    told
}

/// Every second document of a folder of ordinary outages: the others are left to measure false alarms on.
fn unlabelled(rules: &RuleSet, folder: &Path) -> Vec<Sentences> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "md") {
                files.push(entry);
            }
        }
    }
    files.sort();
    let kept = files.into_iter().step_by(2);
    kept.map(|file| {
        let document =
            Document::read("one.md", fs::read(file).unwrap(), &Limits::default()).unwrap();
        classifier::terms(
            rules,
            &parser::parse(&document, &parser::Options::default()).postmortem,
        )
    })
    .collect()
}

fn cause(gold: &Gold) -> Cause {
    match (gold.failure_mode, gold.decay) {
        (FailureMode::Unknown, _) => Cause::Untold,
        (FailureMode::None, Decay::ModelDecay) => Cause::Model,
        (FailureMode::None, _) => Cause::Ordinary,
        (mode, _) => Cause::Mode(mode),
    }
}

fn measure(folder: &str, documents: &[Labelled], leaning: &Leaning) -> Vec<(f64, bool)> {
    let text = leaning.to_text();
    let table = RuleFile {
        name: "leaning.tsv",
        text: &text,
    };
    let rules = RuleSet::shipped().with_leaning(table).unwrap();
    let given: Vec<Classification> = documents
        .iter()
        .map(|one| classifier::classify(&rules, &one.text, &one.postmortem))
        .collect();
    let of = Evaluation::of(documents.iter().map(|one| &one.gold).zip(&given));
    println!(
        "{folder}: mode {:.3}, macro-F1 {:.3}, decay {:.3}, mode and rollback {:.3}, false modes {}",
        of.strict.share(),
        of.macro_f1(),
        of.facets["decay"].share(),
        of.mode_and_rollback.share(),
        of.false_modes.right
    );
    let right = |(one, given): (&Labelled, &Classification)| {
        let certainty = classifier::certainty(&rules, &one.postmortem);
        (certainty, given.failure_mode == one.gold.failure_mode)
    };
    documents.iter().zip(&given).map(right).collect()
}

//! Fits `schema/leaning.tsv` on the paraphrases of `tests/paraphrases` and on folders of labelled documents.
//!
//! `cargo run --release --example fit_leaning -- FOLDER…` writes the table; each folder holds documents and a
//! `LABELS.tsv`. With `--check` nothing is written: each folder is left out of the fit in turn and the whole classifier
//! is measured on it; folders after `--also` are measured too and never fitted on.

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
use pm_kb::postmortem::Postmortem;
use pm_kb::rule::Cause;
use pm_kb::rule::Leaning;
use pm_kb::rule::RuleFile;
use pm_kb::rule::RuleSet;
use pm_kb::rule::Term;
use pm_kb::rule::frequency;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::FailureMode;

/// How much a mistake costs beside a large weight: the inverse of the strength of the regularisation.
const COST: f64 = 10.0;
/// So many steps of gradient descent; the loss no longer moves after half of them.
const STEPS: usize = 400;
/// A word in fewer texts than this says nothing.
const LEAST_TEXTS: usize = 2;
/// A word in more than this share of the texts says nothing either.
const MOST_TEXTS: f64 = 0.4;
/// A word none of whose weights reaches this is left out of the table.
const LEAST_WEIGHT: f64 = 0.12;

type Stems = BTreeMap<String, f64>;

struct Labelled {
    gold: Gold,
    text: String,
    postmortem: Postmortem,
}

fn main() {
    let rules = RuleSet::shipped();
    let mut check = false;
    let mut only_measured = false;
    let mut ordinary: Vec<Stems> = Vec::new();
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
        let documents = documents.filter_map(|one| {
            Some((
                cause(&one.gold)?,
                classifier::stems(&rules, &one.postmortem),
            ))
        });
        let none = ordinary
            .iter()
            .map(|stems| (Cause::Ordinary, stems.clone()));
        told.iter()
            .cloned()
            .chain(documents)
            .chain(none)
            .collect::<Vec<_>>()
    };
    if check {
        for (at, (folder, documents)) in fitted.iter().enumerate() {
            measure(folder, documents, &fit(&texts(Some(at))));
        }
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

fn read(folder: &str) -> Vec<Labelled> {
    let labels = format!("{folder}/LABELS.tsv");
    let gold = Gold::read(&labels, &fs::read_to_string(&labels).unwrap()).unwrap();
    gold.into_iter()
        .map(|gold| {
            let bytes = fs::read(Path::new(folder).join(&gold.file)).unwrap();
            let document = Document::read(&gold.file, bytes, &Limits::default()).unwrap();
            let postmortem = parser::parse(&document, &parser::Options::default()).postmortem;
            Labelled {
                gold,
                text: document.text,
                postmortem,
            }
        })
        .collect()
}

/// One text a line; the file's name is the cause.
fn paraphrases(rules: &RuleSet, folder: &Path) -> Vec<(Cause, Stems)> {
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
            told.push((cause, classifier::stems(rules, &postmortem)));
        }
    }
    told
}

/// Every second document of a folder of ordinary outages: the others are left to measure false alarms on.
fn unlabelled(rules: &RuleSet, folder: &Path) -> Vec<Stems> {
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
        classifier::stems(
            rules,
            &parser::parse(&document, &parser::Options::default()).postmortem,
        )
    })
    .collect()
}

fn cause(gold: &Gold) -> Option<Cause> {
    match (gold.failure_mode, gold.decay) {
        (FailureMode::Unknown, _) => None,
        (FailureMode::None, Decay::ModelDecay) => Some(Cause::Model),
        (FailureMode::None, _) => Some(Cause::Ordinary),
        (mode, _) => Some(Cause::Mode(mode)),
    }
}

fn measure(folder: &str, documents: &[Labelled], leaning: &Leaning) {
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
    for one in documents.iter().zip(&given).map(|(one, given)| {
        (
            given.probability,
            one.gold.failure_mode == given.failure_mode,
        )
    }) {
        println!("  {:.2} {}", one.0, u8::from(one.1));
    }
}

/// Multinomial logistic regression by full-batch gradient descent with Adam's steps; no chance anywhere.
fn fit(texts: &[(Cause, Stems)]) -> Leaning {
    let words = words(texts);
    let rows: Vec<(usize, Vec<(usize, f64)>)> = texts
        .iter()
        .map(|(cause, stems)| (place(*cause), row(&words, stems)))
        .collect();
    let width = words.len() + 1;
    let mut shares = [0.0f64; 8];
    rows.iter()
        .for_each(|(class, _)| shares[*class] += 8.0 / rows.len() as f64);
    let costs = shares.map(|share| COST / share.max(0.01));
    let mut weights = vec![[0.0f64; 8]; width];
    let mut mean = vec![[0.0f64; 8]; width];
    let mut square = vec![[0.0f64; 8]; width];
    for step in 1..=STEPS {
        let slopes = slopes(&rows, &weights, &costs);
        let rate = 0.1 * (1.0 - step as f64 / (STEPS + 1) as f64);
        for (word, slope) in slopes.iter().enumerate() {
            for class in 0..8 {
                let (m, s) = (&mut mean[word][class], &mut square[word][class]);
                *m = 0.9 * *m + 0.1 * slope[class];
                *s = 0.999 * *s + 0.001 * slope[class] * slope[class];
                let (m, s) = (
                    *m / (1.0 - 0.9f64.powi(step as i32)),
                    *s / (1.0 - 0.999f64.powi(step as i32)),
                );
                weights[word][class] -= rate * m / (s.sqrt() + 1e-8);
            }
        }
    }
    let start = weights[words.len()];
    let terms = words.into_iter().map(|(word, (at, rarity))| {
        (
            word,
            Term {
                rarity,
                weights: weights[at],
            },
        )
    });
    let telling = |term: &Term| {
        term.weights
            .iter()
            .any(|weight| weight.abs() >= LEAST_WEIGHT)
    };
    Leaning::new(terms.filter(|(_, term)| telling(term)).collect(), start)
}

/// The slope of the loss for every weight; the last row is the start.
fn slopes(
    rows: &[(usize, Vec<(usize, f64)>)],
    weights: &[[f64; 8]],
    costs: &[f64; 8],
) -> Vec<[f64; 8]> {
    let mut slopes: Vec<[f64; 8]> = weights.to_vec();
    let last = weights.len() - 1;
    slopes[last] = [0.0; 8];
    for (class, row) in rows {
        let mut sums = weights[last];
        for (word, value) in row {
            for (sum, weight) in sums.iter_mut().zip(weights[*word]) {
                *sum += weight * value;
            }
        }
        let top = sums.iter().copied().fold(f64::MIN, f64::max);
        let all: f64 = sums.iter().map(|sum| (sum - top).exp()).sum();
        for other in 0..8 {
            let wrong = (sums[other] - top).exp() / all - f64::from(u8::from(other == *class));
            let wrong = costs[*class] * wrong;
            slopes[last][other] += wrong;
            for (word, value) in row {
                slopes[*word][other] += wrong * value;
            }
        }
    }
    slopes
}

fn place(cause: Cause) -> usize {
    Cause::ALL.iter().position(|one| *one == cause).unwrap()
}

/// The words that are neither too rare nor too common, each with its place and its rarity.
fn words(texts: &[(Cause, Stems)]) -> BTreeMap<String, (usize, f64)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, stems) in texts {
        for word in stems.keys() {
            *counts.entry(word).or_default() += 1;
        }
    }
    let all = texts.len() as f64;
    let kept = counts
        .into_iter()
        .filter(|(_, count)| *count >= LEAST_TEXTS && *count as f64 <= MOST_TEXTS * all);
    kept.enumerate()
        .map(|(at, (word, count))| {
            (
                word.to_owned(),
                (at, ((1.0 + all) / (1.0 + count as f64)).ln() + 1.0),
            )
        })
        .collect()
}

fn row(words: &BTreeMap<String, (usize, f64)>, stems: &Stems) -> Vec<(usize, f64)> {
    let known = stems
        .iter()
        .filter_map(|(word, weight)| Some((words.get(word)?, frequency(*weight))));
    let row: Vec<(usize, f64)> = known
        .map(|((at, rarity), often)| (*at, often * rarity))
        .collect();
    let length = row
        .iter()
        .map(|(_, value)| value * value)
        .sum::<f64>()
        .sqrt();
    row.into_iter()
        .map(|(at, value)| (at, value / length))
        .collect()
}

//! Measures what confidence means, on labelled documents that no table was fitted on.
//!
//! `cargo run --release --example calibrate -- FOLDER…` prints the `[calibration]` part of `schema/policy.toml`; with
//! `--write` it is put there. Each folder holds documents and a `LABELS.tsv`. The documents are sorted by how far the
//! best cause stands out and divided into bins of equal size; neighbours are joined until no weaker bin is more often
//! right than a stronger one (isotonic regression by pooling adjacent violators, Ayer et al. 1955).

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;

use pm_kb::classifier;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::evaluation::Gold;
use pm_kb::parser;
use pm_kb::rule::RuleSet;

/// So many bins at the start.
const BINS: usize = 6;

struct Bin {
    from: f64,
    n: usize,
    right: usize,
}

fn main() {
    let rules = RuleSet::shipped();
    let mut write = false;
    let mut names = Vec::new();
    let mut seen: Vec<(f64, bool)> = Vec::new();
    for argument in std::env::args().skip(1) {
        if argument == "--write" {
            write = true;
            continue;
        }
        let folder = Path::new(&argument);
        names.push(folder.file_name().unwrap().to_string_lossy().into_owned());
        let labels = fs::read_to_string(folder.join("LABELS.tsv")).unwrap();
        for gold in Gold::read("LABELS.tsv", &labels).unwrap() {
            let bytes = fs::read(folder.join(&gold.file)).unwrap();
            let document = Document::read(&gold.file, bytes, &Limits::default()).unwrap();
            let postmortem = parser::parse(&document, &parser::Options::default()).postmortem;
            let given = classifier::classify(&rules, &document.text, &postmortem);
            let certainty = classifier::certainty(&rules, &postmortem);
            seen.push((certainty, given.failure_mode == gold.failure_mode));
        }
    }
    seen.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let bins = monotone(bins(&seen));
    for bin in &bins {
        let share = bin.right as f64 / bin.n as f64;
        println!(
            "from {:.2}: {} of {} right ({share:.2})",
            bin.from, bin.right, bin.n
        );
    }
    let text = section(&bins, &names.join(", "), seen.len());
    println!("{text}");
    if write {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/policy.toml");
        let policy = fs::read_to_string(&path).unwrap();
        let (before, _) = policy.split_once("[calibration]").unwrap();
        fs::write(path, format!("{before}{text}")).unwrap();
    }
}

fn bins(seen: &[(f64, bool)]) -> Vec<Bin> {
    let size = seen.len().div_ceil(BINS).max(1);
    seen.chunks(size)
        .enumerate()
        .map(|(at, chunk)| Bin {
            from: if at == 0 { 0.0 } else { chunk[0].0 },
            n: chunk.len(),
            right: chunk.iter().filter(|(_, right)| *right).count(),
        })
        .collect()
}

fn monotone(bins: Vec<Bin>) -> Vec<Bin> {
    let mut kept: Vec<Bin> = Vec::new();
    for bin in bins {
        kept.push(bin);
        while let [.., weaker, stronger] = &kept[..]
            && weaker.right * stronger.n > stronger.right * weaker.n
        {
            let stronger = kept.pop().unwrap();
            let weaker = kept.last_mut().unwrap();
            weaker.n += stronger.n;
            weaker.right += stronger.right;
        }
    }
    kept
}

fn section(bins: &[Bin], names: &str, documents: usize) -> String {
    let rows: Vec<String> = bins
        .iter()
        .map(|bin| {
            format!(
                "  {{ from = {:.2}, n = {}, right = {} }},",
                bin.from, bin.n, bin.right
            )
        })
        .collect();
    format!(
        "[calibration]\nsource = \"{documents} labelled documents that no table was fitted on ({names}), by the example program calibrate\"\nbins = [\n{}\n]\n",
        rows.join("\n")
    )
}

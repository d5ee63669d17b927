//! What confidence means: how often labels are right on documents that were left out of the fit.

use std::fs;
use std::path::Path;

/// So many bins at the start.
const BINS: usize = 8;

struct Bin {
    from: f64,
    n: usize,
    right: usize,
}

/// Writes the `[calibration]` part of `schema/policy.toml`; each document with how far its best cause stood out, and
/// whether its failure mode was right.
pub(crate) fn write(root: &Path, names: &str, mut seen: Vec<(f64, bool)>) {
    seen.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let text = section(&monotone(bins(&seen)), names, seen.len());
    println!("{text}");
    let path = root.join("schema/policy.toml");
    let policy = fs::read_to_string(&path).unwrap();
    let (before, _) = policy.split_once("[calibration]").unwrap();
    fs::write(path, format!("{before}{text}")).unwrap();
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
        "[calibration]\nsource = \"{documents} labelled documents ({names}), each folder left out of the fit of the words in turn\"\nbins = [\n{}\n]\n",
        rows.join("\n")
    )
}

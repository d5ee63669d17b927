//! The floor plan as a test: who may use whom, who owns which dependency, what every file begins with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

const ENGINES: &[&str] = &["parser", "classifier", "evaluation", "report", "similar"];
const DISKS: &[&str] = &["store", "index"];
const TOP: &[&str] = &["knowledge_base"];

/// Dependencies with one owner; all others are air.
const OWNERS: &[(&str, &[&str])] = &[
    ("pulldown_cmark", &["parser"]),
    ("serde_saphyr", &["parser"]),
    ("rusqlite", &["store"]),
    ("tantivy", &["index"]),
    ("zstd", &["store"]),
    ("statrs", &["report"]),
    ("minijinja", &["report"]),
    ("include_dir", &["schema"]),
    ("clap", &["bin"]),
    ("anyhow", &["bin"]),
    ("comfy_table", &["bin"]),
    ("indicatif", &["bin"]),
    ("ignore", &["bin"]),
    ("console", &["bin"]),
    ("csv", &["sheet"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a source folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The room a file belongs to: `parser` for `src/parser.rs` and `src/parser/timeline.rs`, `bin` for the doors.
fn room(file: &Path) -> String {
    let below = file.strip_prefix(root()).expect("below src");
    let first = below
        .components()
        .next()
        .expect("a component")
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn floor_plan() -> Vec<String> {
    let lib = fs::read_to_string(root().join("lib.rs")).expect("lib.rs");
    lib.lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or(line.strip_prefix("mod ")))
        .map(|name| name.trim_end_matches(';').to_owned())
        .collect()
}

fn floor(room: &str) -> u8 {
    match room {
        room if ENGINES.contains(&room) => 1,
        room if DISKS.contains(&room) => 2,
        room if TOP.contains(&room) => 3,
        _ => 0,
    }
}

#[test]
fn every_import_goes_down_the_floor_plan() {
    let plan = floor_plan();
    let order: BTreeMap<&str, usize> = plan
        .iter()
        .enumerate()
        .map(|(at, name)| (name.as_str(), at))
        .collect();
    let mut wrong = Vec::new();
    for file in sources(&root()) {
        let from = room(&file);
        if from == "bin" || from == "lib" {
            continue;
        }
        let here = *order
            .get(from.as_str())
            .unwrap_or_else(|| panic!("`{from}` stands in lib.rs"));
        let text = fs::read_to_string(&file).expect("a source file");
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for part in code.split("crate::").skip(1) {
                let name: String = part
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let Some(there) = order.get(name.as_str()) else {
                    wrong.push(format!(
                        "{}:{}: `crate::{name}` is no room",
                        file.display(),
                        number + 1
                    ));
                    continue;
                };
                let allowed = name == from
                    || match floor(&from) {
                        0 => floor(&name) == 0 && *there < here,
                        1 | 2 => floor(&name) == 0,
                        _ => true,
                    };
                if !allowed {
                    wrong.push(format!(
                        "{}:{}: `{from}` may not use `{name}`",
                        file.display(),
                        number + 1
                    ));
                }
            }
            if code.trim_start().starts_with("use crate::") && code.contains('{') {
                wrong.push(format!(
                    "{}:{}: one `use crate::…` a line",
                    file.display(),
                    number + 1
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_has_its_owner() {
    let mut wrong = Vec::new();
    for file in sources(&root()) {
        let here = room(&file);
        let text = fs::read_to_string(&file).expect("a source file");
        for (dependency, owners) in OWNERS {
            let used = text.lines().any(|line| {
                let code = line.split("//").next().unwrap_or_default();
                code.contains(&format!("{dependency}::"))
                    && !code.contains(&format!("::{dependency}::"))
            });
            if used && !owners.contains(&here.as_str()) {
                wrong.push(format!(
                    "{}: `{dependency}` belongs to {}",
                    file.display(),
                    owners.join(", ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_has_a_noun_for_a_name() {
    let forbidden = [
        "util", "utils", "common", "helpers", "helper", "manager", "models", "prelude", "misc",
        "mod",
    ];
    for file in sources(&root()) {
        let text = fs::read_to_string(&file).expect("a source file");
        let name = file
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(
            text.starts_with("//! "),
            "{} opens with a sentence",
            file.display()
        );
        assert!(
            !forbidden.contains(&name.as_str()),
            "{} needs a noun",
            file.display()
        );
    }
}

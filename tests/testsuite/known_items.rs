//! Known items: queries of one who dimly remembers a document, against SQLite's FTS5 over the same documents.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pm_kb::classification::Classification;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::index::Reader;
use pm_kb::index::Wanted;
use pm_kb::index::document;
use pm_kb::parser;
use pm_kb::postmortem::Block;
use pm_kb::query::Query;
use pm_kb::query::Vocabulary;
use pm_kb::record::Lineage;
use pm_kb::record::Record;
use pm_kb::taxonomy::Reason;
use rusqlite::Connection;

/// One query and the documents that it is meant to find; one of them is enough.
pub(crate) struct KnownItem {
    pub(crate) query: String,
    pub(crate) files: Vec<String>,
    pub(crate) kind: String,
}

/// MRR@10, recall@10 and how many queries, by kind.
type Scores = BTreeMap<String, (f64, f64, usize)>;

pub(crate) fn corpora() -> Option<PathBuf> {
    ["../shared/corpora", "../../shared/corpora"]
        .iter()
        .map(|beside| Path::new(env!("CARGO_MANIFEST_DIR")).join(beside))
        .find(|folder| folder.is_dir())
}

pub(crate) fn known_items() -> Vec<KnownItem> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/known-items/queries.tsv");
    let text = fs::read_to_string(file).expect("the queries");
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            KnownItem {
                query: cells[0].to_owned(),
                files: cells[1].split(' ').map(str::to_owned).collect(),
                kind: cells[2].to_owned(),
            }
        })
        .collect()
}

/// The documents of the corpora, and any below the folder that `PM_KB_DISTRACTORS` names: path, text.
pub(crate) fn documents(corpora: &Path) -> Vec<(String, Document)> {
    let mut documents = Vec::new();
    let more = std::env::var_os("PM_KB_DISTRACTORS").map(PathBuf::from);
    let roots = [
        Some(corpora.join("general")),
        Some(corpora.join("dev")),
        more,
    ];
    for root in roots.into_iter().flatten() {
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "md") {
                    let below = root.parent().unwrap_or(&root);
                    let name = path
                        .strip_prefix(below)
                        .expect("below")
                        .display()
                        .to_string();
                    let bytes = fs::read(&path).expect("a file");
                    if let Ok(document) = Document::read(&name, bytes, &Limits::default()) {
                        documents.push((name, document));
                    }
                }
            }
        }
    }
    documents.sort_by(|a, b| a.0.cmp(&b.0));
    documents
}

#[test]
fn the_text_of_real_documents_is_found_again_without_all_that_they_state() {
    let Some(corpora) = corpora() else {
        eprintln!("skipped: the corpora are not here");
        return;
    };
    let documents = documents(&corpora);
    let (reader, names) = index(&documents);
    let ids: BTreeMap<&str, &str> = (names.iter())
        .map(|(id, name)| (name.as_str(), id.as_str()))
        .collect();
    for (name, read) in &documents {
        let parsed = parser::parse(read, &parser::Options::default()).postmortem;
        let alone = parser::parse_text(read, &Limits::default());
        assert_eq!(alone.sections, parsed.sections, "{name}");
        assert_eq!(alone.blocks, parsed.blocks, "{name}");
        let kept = reader.blocks(ids[name.as_str()], &read.text);
        let kept = kept.expect("an index").expect("blocks");
        assert_eq!(kept.len(), parsed.blocks.len(), "{name}");
        for ((kind, block), expected) in kept.into_iter().zip(&parsed.blocks) {
            let section = expected.section;
            assert_eq!(kind, parsed.section_kind(expected), "{name}");
            assert_eq!(Block { section, ..block }, *expected, "{name}");
        }
    }
}

fn index(documents: &[(String, Document)]) -> (Reader, BTreeMap<String, String>) {
    let mut names = BTreeMap::new();
    let mut indexed = Vec::new();
    for (at, (name, read)) in documents.iter().enumerate() {
        let parsed = parser::parse(read, &parser::Options::default());
        let postmortem = parsed.postmortem;
        let id = format!("d{at}");
        let record = Record {
            id: id.parse().expect("an id"),
            source: name.clone(),
            path: String::new(),
            kind: postmortem.kind,
            language: postmortem.language.clone(),
            title: postmortem.title.clone(),
            facts: postmortem.facts.clone(),
            metadata: postmortem
                .metadata
                .iter()
                .map(|(key, fact)| (key.clone(), fact.value.clone()))
                .collect(),
            classification: Classification::unknown(Reason::NotStated, "none"),
            lineage: Lineage::default(),
        };
        indexed.push(document(&record, &read.text, &postmortem, 1));
        names.insert(id, name.clone());
    }
    (Reader::in_memory(indexed).expect("an index"), names)
}

fn fts5(documents: &[(String, Document)]) -> Connection {
    let connection = Connection::open_in_memory().expect("SQLite");
    connection
        .execute_batch("CREATE VIRTUAL TABLE text USING fts5(name UNINDEXED, title, body, tokenize = 'porter unicode61')")
        .expect("FTS5");
    for (name, read) in documents {
        let parsed = parser::parse(read, &parser::Options::default());
        connection
            .execute(
                "INSERT INTO text VALUES (?1, ?2, ?3)",
                (name, &parsed.postmortem.title, &read.text),
            )
            .expect("a row");
    }
    connection
}

fn fts5_search(connection: &Connection, query: &str) -> Vec<String> {
    let words: Vec<String> = query
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\""))
        .collect();
    let mut statement = connection
        .prepare(
            "SELECT name FROM text WHERE text MATCH ?1 ORDER BY bm25(text, 0, 5.0, 1.0) LIMIT 10",
        )
        .expect("a statement");
    let names = statement
        .query_map([words.join(" OR ")], |row| row.get(0))
        .expect("a query");
    names.collect::<rusqlite::Result<_>>().expect("names")
}

fn score(items: &[KnownItem], search: impl Fn(&str) -> Vec<String>) -> Scores {
    let mut scores = Scores::new();
    let show = std::env::var_os("PM_KB_MISSES").is_some();
    for item in items {
        let found = search(&item.query);
        let rank = found.iter().position(|name| item.files.contains(name));
        let reciprocal = rank.map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0));
        if show && rank != Some(0) {
            eprintln!(
                "{reciprocal:.2} {} {:?} {:?}",
                item.kind,
                item.query,
                found.iter().take(3).collect::<Vec<_>>()
            );
        }
        let half = if item.query.bytes().map(u32::from).sum::<u32>() % 2 == 0 {
            "half-tune"
        } else {
            "half-check"
        };
        for kind in [item.kind.as_str(), "all", half] {
            let entry = scores.entry(kind.to_owned()).or_default();
            entry.0 += reciprocal;
            entry.1 += f64::from(u8::from(rank.is_some()));
            entry.2 += 1;
        }
    }
    for (reciprocal, recalled, count) in scores.values_mut() {
        *reciprocal /= *count as f64;
        *recalled /= *count as f64;
    }
    scores
}

#[test]
fn what_is_remembered_is_found_more_often_than_by_fts5() {
    let Some(corpora) = corpora() else {
        eprintln!("skipped: there is no ../shared/corpora");
        return;
    };
    let items = known_items();
    let documents = documents(&corpora);
    let (reader, names) = index(&documents);
    let ours = score(&items, |text| {
        let query = Query::parse(text, &Vocabulary::default());
        let wanted = Wanted {
            limit: 10,
            ..Wanted::default()
        };
        let ranking = reader.search(&query, wanted).expect("a ranking");
        ranking
            .hits
            .iter()
            .map(|hit| names[&hit.id].clone())
            .collect()
    });
    let connection = fts5(&documents);
    let theirs = score(&items, |text| fts5_search(&connection, text));
    eprintln!(
        "{} documents\nkind        queries  pm-kb MRR@10 recall@10  FTS5 MRR@10 recall@10",
        documents.len()
    );
    for (kind, (reciprocal, recalled, count)) in &ours {
        let (their_reciprocal, their_recalled, _) = theirs[kind];
        eprintln!(
            "{kind:<11} {count:>7} {reciprocal:>13.3} {recalled:>9.3} {their_reciprocal:>12.3} {their_recalled:>9.3}"
        );
    }
    for (kind, (reciprocal, ..)) in &ours {
        assert!(*reciprocal >= theirs[kind].0, "{kind} is behind FTS5");
    }
    let distance = (1.0 - ours["all"].0) / (1.0 - theirs["all"].0);
    assert!(
        distance <= 0.6,
        "{distance:.2} of FTS5's distance to perfect"
    );
}

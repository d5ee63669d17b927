//! Search is steady: no history of an index moves a hit, and nothing that is typed breaks it.

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::index::Reader;
use pm_kb::index::Wanted;
use pm_kb::index::document;
use pm_kb::parser;
use pm_kb::query::Query;
use pm_kb::query::Vocabulary;

use crate::killing::Dice;
use crate::search::outages;
use crate::search::record;

#[test]
fn how_the_index_came_to_be_changes_nothing() {
    let texts: Vec<(String, String)> = (0..40)
        .map(|at| {
            let words = ["kafka", "redis", "stale", "drift", "certificate", "lag"];
            let body: Vec<&str> = (0..at % 7 + 1)
                .map(|n| words[(at * 3 + n * n) % words.len()])
                .collect();
            let text = format!("# Outage {at}\n\n## Root cause\n\n{}.\n", body.join(" "));
            (format!("d{at:02}"), text)
        })
        .collect();
    let indexed = |(id, text): &(String, String)| {
        let read =
            Document::read(id, text.as_bytes().to_vec(), &Limits::default()).expect("a text");
        let postmortem = parser::parse(&read, &parser::Options::default()).postmortem;
        document(&record(id, &postmortem), &read.text, &postmortem, 1)
    };
    let at_once = Reader::in_memory(texts.iter().map(indexed)).expect("an index");
    // Half of the documents, each with other words, among them one that nothing has in the end; then all as they are.
    let before = texts
        .iter()
        .step_by(2)
        .map(|(id, _)| (id.clone(), "# Keybord kafka\n\nOld.\n".to_owned()));
    let before: Vec<_> = before.collect();
    let mut by_and_by = Reader::in_memory(before.iter().map(indexed)).expect("an index");
    for portion in texts.chunks(7) {
        let changes = portion
            .iter()
            .map(|one| (one.0.clone(), Some(indexed(one))));
        by_and_by.fold_in(changes.collect()).expect("folded in");
    }
    for text in [
        "kafka",
        "kafka stale drift",
        "certifcate lag",
        "keybord",
        "\"kafka redis\"",
        "sta*",
        "-kafka",
        "",
    ] {
        let query = Query::parse(text, &Vocabulary::default());
        let ask = |reader: &Reader| {
            let ranking = reader
                .search(
                    &query,
                    Wanted {
                        facets: usize::MAX,
                        ..Wanted::first(50)
                    },
                )
                .expect("a ranking");
            (ranking.hits, ranking.total, ranking.notices, ranking.facets)
        };
        assert_eq!(ask(&at_once), ask(&by_and_by), "{text}");
    }
}

const PIECES: &[&str] = &[
    "(",
    ")",
    "\"",
    "“",
    " OR ",
    " NOT ",
    " AND ",
    " -",
    " +",
    ":",
    "*",
    "@x ",
    "\\",
    "\u{202e}",
    "\0",
    "\u{feff}",
    "'",
    "’s",
    " mode:",
    " date:",
    "title:",
    "root-cause:",
    "severity:",
    "..",
    "2026-Q3",
    "a~2 ",
    "body:*",
    "::",
    "//",
    "🔥",
    "日本",
    "é",
    "kafka",
    "stale",
    "rollback",
    "rolled back",
    "certifcate",
    "feature_store.ttl",
    "us-east-1",
    "OOMKilled",
    "the ",
    "_",
    "-",
    ".",
    "@",
    "\u{1}",
    "\u{E0FE}",
    "\u{E0FF}",
    "e\u{301}",
    "ﬁ",
    "İ",
    "ß",
    "x",
    " ",
];

/// A string that nobody would type on purpose.
fn hostile(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..dice.roll(30) {
        if dice.roll(6) == 0 {
            text.extend(char::from_u32(dice.roll(0x11_0000) as u32));
        } else {
            text.push_str(PIECES[dice.roll(PIECES.len() as u64) as usize]);
        }
    }
    text
}

/// `PM_KB_HOSTILE` sets how many; 10,000 take some 20 seconds in a debug build.
#[test]
fn hostile_queries_are_answered() {
    let many = std::env::var("PM_KB_HOSTILE").ok();
    let many: usize = many.and_then(|many| many.parse().ok()).unwrap_or(2_000);
    let shelf = outages();
    let vocabulary = Vocabulary {
        named: [("x".to_owned(), "(kafka OR @x) -stale".to_owned())].into(),
        ..Vocabulary::default()
    };
    let mut queries: Vec<String> = [
        "(".repeat(10_000),
        "NOT ".repeat(10_000),
        "a OR ".repeat(10_000),
        "x".repeat(1 << 20),
        "a~2 ".repeat(200),
        "\"".to_owned(),
        "a-".repeat(400),
        "A".repeat(999),
        "aB".repeat(400),
    ]
    .into();
    let mut dice = Dice(7);
    queries.extend((0..many).map(|_| hostile(&mut dice)));
    let mut found = 0;
    for text in queries {
        let query = Query::parse(&text, &vocabulary);
        let ranking = shelf
            .reader
            .search(&query, Wanted::first(3))
            .unwrap_or_else(|error| panic!("{text:?}: {error}"));
        for hit in &ranking.hits {
            let (document, postmortem) = &shelf.documents[&hit.id];
            let passage = ranking
                .finder
                .passage(&document.text, postmortem)
                .expect("a passage");
            let marks = passage
                .marks
                .iter()
                .map(|mark| passage.snippet.get(mark.start..mark.end));
            assert!(
                marks
                    .into_iter()
                    .all(|mark| mark.is_some_and(|mark| !mark.is_empty())),
                "{text:?}"
            );
        }
        found += ranking.hits.len();
    }
    assert!(
        found > many / 2,
        "{found}: most of the strings find something"
    );
}

//! Search: which documents come back for what is typed, in which order, with which passage.

use std::collections::BTreeMap;

use pm_kb::classification::Classification;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::index::Ranking;
use pm_kb::index::Reader;
use pm_kb::index::Wanted;
use pm_kb::index::document;
use pm_kb::parser;
use pm_kb::postmortem::Postmortem;
use pm_kb::query::Passage;
use pm_kb::query::Query;
use pm_kb::query::Vocabulary;
use pm_kb::record::Record;
use pm_kb::taxonomy::Reason;

use crate::killing::Dice;

/// Some documents in an index.
struct Shelf {
    reader: Reader,
    documents: BTreeMap<String, (Document, Postmortem)>,
}

fn shelf(texts: &[(&str, &str)]) -> Shelf {
    let mut documents = BTreeMap::new();
    let mut indexed = Vec::new();
    for (id, text) in texts {
        let read = Document::read(
            &format!("{id}.md"),
            text.as_bytes().to_vec(),
            &Limits::default(),
        )
        .expect("a text");
        let postmortem = parser::parse(&read, &parser::Options::default()).postmortem;
        indexed.push(document(&record(id, &postmortem), &postmortem, 1));
        documents.insert((*id).to_owned(), (read, postmortem));
    }
    Shelf {
        reader: Reader::in_memory(indexed).expect("an index"),
        documents,
    }
}

fn record(id: &str, postmortem: &Postmortem) -> Record {
    Record {
        id: id.parse().expect("an id"),
        source: format!("{id}.md"),
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
    }
}

impl Shelf {
    fn search(&self, text: &str) -> Ranking {
        let query = Query::parse(text, &Vocabulary::default());
        self.reader
            .search(&query, Wanted::first(10))
            .expect("a ranking")
    }

    /// The ids found, in order, and what was said.
    fn found(&self, text: &str) -> String {
        let ranking = self.search(text);
        let mut found: Vec<String> = ranking.hits.into_iter().map(|hit| hit.id).collect();
        found.extend(ranking.notices.iter().map(|notice| format!("! {notice}")));
        found.join(" ")
    }

    fn passage(&self, text: &str, id: &str) -> Passage {
        let (document, postmortem) = &self.documents[id];
        self.search(text)
            .finder
            .passage(&document.text, postmortem)
            .expect("a passage")
    }

    /// The snippet with its marks, after section and line.
    fn shown(&self, text: &str, id: &str) -> String {
        let passage = self.passage(text, id);
        let mut shown = String::new();
        let mut at = 0;
        for mark in &passage.marks {
            shown.push_str(&passage.snippet[at..mark.start]);
            shown.push_str(&format!("[{}]", &passage.snippet[mark.start..mark.end]));
            at = mark.end;
        }
        shown.push_str(&passage.snippet[at..]);
        format!("{}:{} {shown}", passage.section, passage.line)
    }
}

fn outages() -> Shelf {
    shelf(&[
        (
            "certificate",
            "# Gateway down\n\n## Summary\n\nThe certificate of the gateway expired at midnight.\n\n## Root cause\n\nA cron job that renews it was rolled back with the release.\n",
        ),
        (
            "features",
            "# Stale features\n\n## Summary\n\nThe ranking model read `feature_store.ttl` of 30 days in us-east-1.\n\n## Root cause\n\nThe consumer of the topic was lagging, staleness grew.\n\n## Action items\n\n- alert on the age of features\n",
        ),
        (
            "memory",
            "# Pods OOMKilled\n\n## Summary\n\nPods of v2.3.1 were OOMKilled; clients saw ERR_CONN_RESET.\n\n## Root cause\n\nA thundering herd of retries after the rollback.\n\n## Lessons\n\nA café is no place for an alert.\n",
        ),
        (
            "skew",
            "# Fraud model worse\n\n## Summary\n\nTraining-serving skew: the connection pool of the fraud service was fine.\n\n## Root cause\n\nTraining read one unit, serving another.\n",
        ),
    ])
}

#[test]
fn every_form_of_a_word_finds_it() {
    let shelf = outages();
    for text in ["expire", "expired", "expiry", "EXPIRATION"] {
        assert_eq!(shelf.found(text), "certificate", "{text}");
    }
    for text in ["stale", "staleness"] {
        assert_eq!(shelf.found(text), "features", "{text}");
    }
    for text in ["rollback", "rollbacks", "rolled back", "roll-back"] {
        let found = shelf.found(text);
        assert!(
            found == "memory certificate" || found == "certificate memory",
            "{text}: {found}"
        );
    }
    assert_eq!(shelf.found("cafe"), "memory");
    assert_eq!(shelf.found("oom killed pod"), "memory");
}

#[test]
fn identifiers_are_found_exactly() {
    let shelf = outages();
    for (text, id) in [
        ("us-east-1", "features"),
        ("feature_store.ttl", "features"),
        ("ERR_CONN_RESET", "memory"),
        ("v2.3.1", "memory"),
        ("OOMKilled", "memory"),
        ("oomkilled", "memory"),
        ("thundering-herd", "memory"),
        ("\"thundering herd\"", "memory"),
        ("training-serving skew", "skew"),
        ("conn_reset", "memory"),
    ] {
        assert_eq!(shelf.found(text), id, "{text}");
    }
    assert_eq!(
        shelf.found("us-west-2"),
        "! nothing has `us-west-2`; searched as separate words"
    );
    assert_eq!(shelf.found("\"herd thundering\""), "");
    assert_eq!(shelf.found("\"features of age\""), "");
}

#[test]
fn all_words_come_first_and_then_most() {
    let shelf = outages();
    assert_eq!(shelf.found("fraud model training"), "skew features");
    assert_eq!(shelf.found("what happened to the gateway?"), "certificate");
    assert_eq!(shelf.found("the"), shelf.found("The ???"));
    assert_eq!(shelf.search("the").total, 4);
    assert_eq!(shelf.found("+fraud model"), "skew");
    assert_eq!(shelf.found("model -fraud"), "features");
    assert_eq!(
        shelf.found("(gateway OR fraud) model"),
        "skew certificate features"
    );
    assert_eq!(shelf.found("gateway AND model"), "");
    assert_eq!(shelf.found("thunder*"), "memory");
}

#[test]
fn a_section_is_a_field() {
    let shelf = outages();
    assert_eq!(shelf.found("alert"), "features memory");
    assert_eq!(shelf.found("action:alert"), "features");
    assert_eq!(shelf.found("lessons:alert"), "memory");
    assert_eq!(shelf.found("root-cause:cron"), "certificate");
    assert_eq!(shelf.found("summary:cron"), "");
    assert_eq!(shelf.found("title:features"), "features");
    assert_eq!(shelf.found("root-cause:\"one unit\" model"), "skew");
    assert_eq!(shelf.found("-root-cause:training model"), "features");
}

#[test]
fn a_slip_finds_the_word_and_says_so() {
    let shelf = outages();
    assert_eq!(
        shelf.found("certifcate"),
        "certificate ! nothing has `certifcate`; showing results for `certificate`"
    );
    assert_eq!(
        shelf.found("thundreing herd"),
        "memory ! nothing has `thundreing`; showing results for `thundering`"
    );
    assert_eq!(shelf.found("xyzzy"), "! nothing has `xyzzy`");
    assert_eq!(
        shelf.found("xyzzy gateway"),
        "certificate ! nothing has `xyzzy`"
    );
    assert_eq!(shelf.found("gateway -modle"), "certificate");
}

#[test]
fn the_passage_shows_where_and_marks_every_form() {
    let shelf = outages();
    assert_eq!(
        shelf.shown("cron renew", "certificate"),
        "root-cause:9 A [cron] job that [renews] it was rolled back with the release."
    );
    assert_eq!(
        shelf.shown("rollback", "certificate"),
        "root-cause:9 A cron job that renews it was [rolled back] with the release."
    );
    assert_eq!(
        shelf.shown("expiry", "certificate"),
        "summary:5 The certificate of the gateway [expired] at midnight."
    );
    assert_eq!(
        shelf.shown("feature_store.ttl", "features"),
        "summary:5 The ranking model read [feature_store.ttl] of 30 days in us-east-1."
    );
    assert_eq!(
        shelf.shown("action:alert", "features"),
        "actions:13 [alert] on the age of features"
    );
    assert_eq!(
        shelf.shown("certifcate", "certificate"),
        "summary:5 The [certificate] of the gateway expired at midnight."
    );
    assert_eq!(
        shelf.shown("-fraud", "features"),
        "summary:5 The ranking model read feature_store.ttl of 30 days in us-east-1."
    );
}

#[test]
fn a_long_passage_is_cut_at_words_around_the_match() {
    let before = "Words that lead nowhere in particular. ".repeat(20);
    let after = " Ünd then the story goes on for a while.".repeat(20);
    let text = format!("# A\n\n## Summary\n\n{before}The kafka consumer died.{after}\n");
    let shelf = shelf(&[("a", &text)]);
    let shown = shelf.shown("kafka", "a");
    assert!(
        shown.starts_with("summary:5 …") && shown.ends_with('…'),
        "{shown}"
    );
    assert!(shown.contains("The [kafka] consumer died."), "{shown}");
    assert!(shown.chars().count() < 330, "{shown}");
}

#[test]
fn what_stands_in_front_matter_is_found() {
    let shelf = shelf(&[(
        "a",
        "---\nservices: [fraud-scorer]\nregion: eu-west-3\n---\n# Some outage\n\nIt was down.\n",
    )]);
    assert_eq!(shelf.found("fraud-scorer"), "a");
    assert_eq!(shelf.found("eu-west-3"), "a");
    let query = Query::parse(
        "region:eu-west-3 service:fraud-scorer",
        &Vocabulary {
            keys: ["region".to_owned()].into(),
            ..Vocabulary::default()
        },
    );
    let ranking = shelf
        .reader
        .search(&query, Wanted::first(1))
        .expect("a ranking");
    assert_eq!(ranking.total, 1);
}

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
        document(&record(id, &postmortem), &postmortem, 1)
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
                        facets: true,
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

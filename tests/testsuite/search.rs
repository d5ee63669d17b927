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
use pm_kb::record::Lineage;
use pm_kb::record::Record;
use pm_kb::taxonomy::Reason;

/// Some documents in an index.
pub(crate) struct Shelf {
    pub(crate) reader: Reader,
    pub(crate) documents: BTreeMap<String, (Document, Postmortem)>,
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
        let record = record(id, &postmortem);
        indexed.push(document(&record, &read.text, &postmortem, 1));
        documents.insert((*id).to_owned(), (read, postmortem));
    }
    Shelf {
        reader: Reader::in_memory(indexed).expect("an index"),
        documents,
    }
}

pub(crate) fn record(id: &str, postmortem: &Postmortem) -> Record {
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
        lineage: Lineage::default(),
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
        let finder = self.search(text).finder;
        let passage = finder.passage(&document.text, postmortem);
        let blocks = self.reader.blocks(id, &document.text).expect("an index");
        let kept = finder.passage_of(&document.text, &blocks.expect("its blocks"));
        assert_eq!(kept, passage, "the index knows where the blocks stand");
        passage.expect("a passage")
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

pub(crate) fn outages() -> Shelf {
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
fn a_beginning_that_too_many_words_have_finds_the_frequent_ones_and_says_so() {
    let words: Vec<String> = (0..600)
        .map(|number| format!("zz{}", letters(number)))
        .collect();
    let many = words.join(" ");
    let shelf = shelf(&[
        ("many", &format!("# Many\n\n{many}\n")),
        ("one", "# One\n\nzzaaaa zzzebra\n"),
    ]);
    let query = Query::parse("zz*", &Vocabulary::default());
    let ranking = shelf
        .reader
        .search(&query, Wanted::first(5))
        .expect("a ranking");
    assert_eq!(ranking.total, 2);
    assert!(
        ranking.notices[0]
            .to_string()
            .contains("too many words begin with `zz`")
    );
    let query = Query::parse("zzzeb*", &Vocabulary::default());
    let ranking = shelf
        .reader
        .search(&query, Wanted::first(5))
        .expect("a ranking");
    assert_eq!((ranking.total, ranking.notices.len()), (1, 0));
}

fn letters(number: u32) -> String {
    [676, 26, 1]
        .iter()
        .map(|place| char::from(b'a' + u8::try_from(number / place % 26).expect("a letter")))
        .chain(['a'])
        .collect()
}

#[test]
fn a_slip_that_may_be_two_words_is_looked_for_as_both() {
    let shelf = shelf(&[
        (
            "board",
            "# Keyboard widget\n\nA keyboard app sent odd traffic.\n",
        ),
        (
            "word",
            "# Keyword list\n\nA keyword matched nothing, and one more keyword.\n",
        ),
        ("other", "# Another keyword\n\nNothing.\n"),
    ]);
    let query = Query::parse("keybord widget", &Vocabulary::default());
    let ranking = shelf
        .reader
        .search(&query, Wanted::first(5))
        .expect("a ranking");
    assert_eq!(ranking.hits[0].id, "board");
    let told = ranking.notices[0].to_string();
    assert!(
        told.contains("`keyboard`") && told.contains("nothing has `keybord`"),
        "{told}"
    );
}

#[test]
fn a_sentence_with_a_word_that_is_nowhere_is_ranked_by_its_score() {
    let shelf = shelf(&[
        (
            "moderation",
            "# Moderation\n\n## Root cause\n\nModeration was moderated by moderation.\n",
        ),
        (
            "both",
            "# Chat\n\n## Summary\n\nA long page.\n\n## Timeline\n\nWe learn.\n\n## Actions\n\nLook at moderation.\n",
        ),
        ("a", "# One\n\nWe learn.\n"),
        ("b", "# Two\n\nWe learn.\n"),
        ("c", "# Three\n\nWe learn.\n"),
        ("d", "# Four\n\nNothing.\n"),
        ("e", "# Five\n\nNothing.\n"),
        ("f", "# Six\n\nNothing.\n"),
    ]);
    let first = |text: &str| {
        let query = Query::parse(text, &Vocabulary::default());
        shelf
            .reader
            .search(&query, Wanted::first(1))
            .expect("a ranking")
            .hits[0]
            .id
            .clone()
    };
    assert_eq!(
        first("what did we learn from the moderation controversy"),
        "moderation"
    );
    assert_eq!(first("learn moderation"), "both");
}

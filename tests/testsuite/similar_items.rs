//! Symptoms as people tell them, and texts about other things: what `similar` finds, and where it says nothing is known.

use std::fs;

use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::SimilarFound;
use pm_kb::knowledge_base::Subject;
use pm_kb::knowledge_base::dry_run;
use pm_kb::parser;

use crate::base::Base;
use crate::base::add;
use crate::desk::repository;
use crate::known_items;

fn input(source: &str, text: &[u8]) -> Input {
    Input {
        source: source.to_owned(),
        path: if source == "-" {
            String::new()
        } else {
            format!("/{source}")
        },
        bytes: text.to_vec(),
        id: None,
    }
}

fn similar(kb: &mut KnowledgeBase, text: &str) -> SimilarFound {
    let options = parser::Options::default();
    let run = dry_run(input("-", text.as_bytes()), kb.rules(), &options);
    let document = Document::read("-", text.as_bytes().to_vec(), &Limits::default()).unwrap();
    let subject = Subject::unfiled(&document, run.record.unwrap(), "text".to_owned());
    kb.similar(&subject, 5).unwrap()
}

#[test]
fn symptoms_find_their_incident_and_other_texts_find_nothing() {
    let Some(corpora) = known_items::corpora() else {
        eprintln!("skipped: there is no ../shared/corpora");
        return;
    };
    let base = Base::new();
    let mut kb = base.open();
    let documents = known_items::documents(&corpora);
    let inputs = documents
        .iter()
        .map(|(name, read)| input(name, read.text.as_bytes()));
    add(&mut kb, inputs.collect());
    kb.catch_up().unwrap();

    let (mut asked, mut answered, mut first, mut among) = (0, 0, 0, 0);
    for item in known_items::known_items() {
        if !matches!(item.kind.as_str(), "paraphrase" | "question") {
            continue;
        }
        let found = similar(&mut kb, &item.query).found;
        let is_meant = |similar: &pm_kb::knowledge_base::Similar| {
            item.files.contains(&similar.hit.record.source)
        };
        asked += 1;
        answered += usize::from(!found.is_empty());
        first += usize::from(found.first().is_some_and(is_meant));
        among += usize::from(found.iter().any(is_meant));
    }
    let off_topic = fs::read_to_string(repository("benches/known-items/off-topic.txt")).unwrap();
    let off_topic: Vec<&str> = off_topic.lines().collect();
    let wrong = off_topic
        .iter()
        .filter(|text| !similar(&mut kb, text).found.is_empty());
    let wrong: Vec<&&str> = wrong.collect();
    eprintln!(
        "{asked} symptoms: {answered} answered, the incident first {first}, among the first five {among}\n\
         {} texts about other things: {} answered {wrong:#?}",
        off_topic.len(),
        wrong.len()
    );
    assert!(first * 100 >= asked * 60, "{first} of {asked}");
    assert!(wrong.len() * 20 <= off_topic.len(), "{wrong:?}");
}

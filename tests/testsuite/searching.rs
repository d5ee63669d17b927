//! A search finds what is filed at that moment, whatever the state of its index.

use std::fs;
use std::fs::File;
use std::time::Duration;

use pm_kb::index::Wanted;
use pm_kb::knowledge_base::CaughtUp;
use pm_kb::knowledge_base::Found;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::query::Query;
use pm_kb::query::Vocabulary;

use crate::base::Base;
use crate::base::add;
use crate::base::input;

fn search(kb: &mut KnowledgeBase, text: &str) -> Found {
    let wanted = Wanted {
        limit: 100,
        ..Wanted::default()
    };
    kb.search(&Query::parse(text, &Vocabulary::default()), wanted)
        .expect("an answer")
}

fn ids(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.id.as_str()).collect()
}

/// Three outages in the index, then one edited, one removed and one new, of which the index knows nothing.
fn changed_since() -> Base {
    let base = Base::new();
    let mut kb = base.open();
    add(
        &mut kb,
        vec![
            input("/docs/one.md", "# Stale features\n\nThe cache was old.\n"),
            input("/docs/two.md", "# Broken pipeline\n\nThe zeppelin fell.\n"),
            input(
                "/docs/three.md",
                "# Skewed training\n\nThe zeppelin rose.\n",
            ),
        ],
    );
    kb.catch_up().expect("caught up");
    kb.remove(&["three"]).expect("removed");
    add(
        &mut kb,
        vec![
            input("/docs/four.md", "# A new one\n\nThe zeppelin was late.\n"),
            input("/docs/two.md", "# Broken pipeline\n\nThe balloon fell.\n"),
        ],
    );
    base
}

fn assert_of_this_moment(found: &[Found; 4]) {
    let [zeppelin, balloon, stale, all] = found;
    assert_eq!((ids(zeppelin), zeppelin.total), (vec!["four"], 1));
    assert_eq!((ids(balloon), balloon.total), (vec!["two"], 1));
    assert_eq!(ids(stale), ["one"]);
    assert_eq!(all.total, 3);
    let passage = balloon.hits[0].passage.as_ref().expect("a passage");
    assert_eq!(
        (passage.line, passage.snippet.as_str()),
        (3, "The balloon fell.")
    );
}

fn questions(kb: &mut KnowledgeBase) -> [Found; 4] {
    ["zeppelin", "balloon", "stale", ""].map(|text| search(kb, text))
}

#[test]
fn what_the_index_does_not_know_yet_is_folded_in_and_nothing_is_written() {
    let base = changed_since();
    let before = fs::read(base.index().join("meta.json")).expect("readable");
    let mut kb = base.open();
    assert_eq!(
        kb.catch_up_if_due().expect("not due"),
        CaughtUp::Deferred(3)
    );
    let found = questions(&mut kb);
    assert_of_this_moment(&found);
    assert!(
        found.iter().all(|found| found.notices.is_empty()),
        "{found:?}"
    );
    let after = fs::read(base.index().join("meta.json")).expect("readable");
    assert!(before == after);

    kb.catch_up().expect("caught up");
    assert_of_this_moment(&questions(&mut kb));
}

#[test]
fn more_than_a_few_changes_are_written_to_the_index_first() {
    let base = changed_since();
    let mut kb = base.open();
    let more = (0..30).map(|n| input(&format!("/docs/more-{n}.md"), &format!("# More {n}\n")));
    add(&mut kb, more.collect());
    assert_eq!(search(&mut kb, "zeppelin").total, 1);
    assert_eq!(kb.status().expect("a status").index_behind, Some(0));
}

#[test]
fn a_search_answers_while_another_command_writes_to_the_index() {
    let base = changed_since();
    let mut kb = base.open();
    let more = (0..30).map(|n| input(&format!("/docs/more-{n}.md"), &format!("# More {n}\n")));
    add(&mut kb, more.collect());
    let held = File::open(base.dir().join("index.lock")).expect("the lock");
    held.try_lock().expect("locked");

    assert_eq!(ids(&search(&mut kb, "zeppelin")), ["four"]);
    assert_eq!(search(&mut kb, "more").total, 30);
    assert_ne!(kb.status().expect("a status").index_behind, Some(0));

    // Not even the loss of the index stops it.
    fs::remove_dir_all(base.index()).expect("removed");
    let found = search(&mut kb, "zeppelin");
    assert_eq!(ids(&found), ["four"]);
    assert!(
        found.notices[0].starts_with("searched without the index: "),
        "{found:?}"
    );
}

#[test]
fn a_search_over_a_damaged_index_mends_it_and_says_so() {
    let base = changed_since();
    fs::remove_file(base.index().join("meta.json")).expect("removed");
    let mut kb = base.open();
    let found = search(&mut kb, "balloon");
    assert_eq!(ids(&found), ["two"]);
    assert!(
        found.notices[0].starts_with("the search index was made anew: "),
        "{found:?}"
    );
    assert_of_this_moment(&questions(&mut kb));
}

#[test]
fn the_first_search_of_a_new_base_says_nothing_of_its_index() {
    let base = Base::new();
    let mut kb = base
        .open()
        .waiting(Duration::from_secs(5))
        .expect("a deadline");
    add(&mut kb, vec![input("/docs/one.md", "# Stale features\n")]);
    let found = search(&mut kb, "stale");
    assert_eq!(ids(&found), ["one"]);
    assert!(found.notices.is_empty(), "{found:?}");
}

//! What is filed stays as it was filed, under a name that never changes.

use std::fs;

use pm_kb::error::Error;
use pm_kb::knowledge_base::CaughtUp;
use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Outcome;
use pm_kb::postmortem::DocumentKind;

use crate::base::Base;
use crate::base::add;
use crate::base::add_where;
use crate::base::corpus;
use crate::base::input;
use crate::base::told;

#[test]
fn the_same_document_again_is_unchanged_and_an_edited_one_is_updated() {
    let base = Base::new();
    let mut kb = base.open();
    let first = add(
        &mut kb,
        vec![input("/docs/a.md", "# A"), input("/docs/b.md", "# B")],
    );
    assert_eq!(told(&first), ["added a", "added b"]);
    let revision = kb.status().expect("a status").revision;

    let again = add(&mut kb, vec![input("/docs/a.md", "# A")]);
    assert_eq!(told(&again), ["unchanged a"]);
    assert_eq!(kb.status().expect("a status").revision, revision);

    let edited = add(&mut kb, vec![input("/docs/a.md", "# A, corrected")]);
    assert_eq!(told(&edited), ["updated a"]);
    assert_eq!(kb.original("a").expect("its bytes"), b"# A, corrected");
    assert_eq!(edited[0].record, Some(kb.record("a").expect("its record")));
}

#[test]
fn an_id_is_the_stem_and_takes_parent_folders_before_it_where_it_is_taken() {
    let base = Base::new();
    let mut kb = base.open();
    let added = add(
        &mut kb,
        vec![
            input("/docs/2025/x/README.md", "one"),
            input("/docs/2025/y/README.md", "two"),
            input("/docs/2026/y/README.md", "three"),
            input("/docs/2026/y/ReadMe.markdown", "four"),
            input("/🔥/🔥.md", "five"),
        ],
    );
    assert_eq!(
        told(&added)[..4],
        [
            "added readme",
            "added y-readme",
            "added 2026-y-readme",
            "added docs-2026-y-readme"
        ]
    );
    let id = added[4].id.as_ref().expect("an id").as_str();
    assert!(
        kb.record(id).is_ok(),
        "a name without letters gets some id: {id}"
    );
    // The names are for good: whoever comes later does not take them.
    let again = add(
        &mut kb,
        vec![input("/docs/2026/y/README.md", "three, corrected")],
    );
    assert_eq!(told(&again), ["updated 2026-y-readme"]);
}

#[test]
fn the_same_text_elsewhere_has_moved_or_is_a_duplicate() {
    let base = Base::new();
    let mut kb = base.open();
    add(&mut kb, vec![input("/docs/a.md", "# The same")]);

    let copied = add(&mut kb, vec![input("/docs/copy.md", "# The same")]);
    assert_eq!(told(&copied), ["added copy"]);
    assert_eq!(copied[0].notice.as_deref(), Some("same text as a"));
    assert_eq!(
        kb.record("copy").expect("filed").kind,
        DocumentKind::Duplicate
    );
    assert_eq!(kb.status().expect("a status").incidents(), 1);

    let gone = |path: &str| path != "/docs/a.md";
    let moved = add_where(&mut kb, vec![input("/docs/new/b.md", "# The same")], &gone);
    let moved = moved.expect("added");
    assert_eq!(told(&moved), ["moved a"]);
    assert_eq!(kb.record("a").expect("filed").source, "new/b.md");
    assert_eq!(
        kb.record("a").expect("filed").kind,
        DocumentKind::Postmortem
    );
}

#[test]
fn a_duplicate_counts_once_its_original_is_gone_or_edited() {
    for edited in [false, true] {
        let base = Base::new();
        let mut kb = base.open();
        let text = "# The same";
        add(
            &mut kb,
            vec![input("/docs/a.md", text), input("/docs/b.md", text)],
        );
        if edited {
            add(&mut kb, vec![input("/docs/a.md", "# Another")]);
        } else {
            kb.remove(&["a"]).expect("removed");
        }
        assert_eq!(
            kb.record("b").expect("filed").kind,
            DocumentKind::Postmortem
        );
        let again = add(&mut kb, vec![input("/docs/b.md", text)]);
        assert_eq!(told(&again), ["unchanged b"]);
    }
}

fn stating(id: &str, text: &str) -> String {
    format!("---\nid: {id}\n---\n# {text}\n")
}

#[test]
fn a_stated_id_is_the_name_and_nobody_else_may_state_it() {
    let base = Base::new();
    let mut kb = base.open();
    let first = stating("INC-7", "The first");
    let added = add(&mut kb, vec![input("/docs/a.md", &first)]);
    assert_eq!(told(&added), ["added INC-7"]);

    let other = stating("INC-7", "Another");
    let refused = add(
        &mut kb,
        vec![input("/docs/b.md", &other), input("/docs/c.md", "# C")],
    );
    assert_eq!(told(&refused), ["refused b.md", "added c"]);
    let why = &refused[0].diagnostics.last().expect("a reason");
    assert_eq!(why.message, "the id `INC-7` is taken by a.md");
    assert_eq!(why.position.map(|at| at.line), Some(2));

    let copy = add(&mut kb, vec![input("/docs/d.md", &first)]);
    assert_eq!(
        told(&copy),
        ["added d"],
        "the same text is the same document, not another"
    );
    assert_eq!(copy[0].notice.as_deref(), Some("same text as INC-7"));
}

#[test]
fn a_file_that_was_moved_and_edited_is_known_by_the_id_it_states() {
    let base = Base::new();
    let mut kb = base.open();
    add(
        &mut kb,
        vec![input("/docs/a.md", &stating("INC-7", "Before"))],
    );
    let after = vec![input("/docs/b.md", &stating("INC-7", "After"))];
    let moved = add_where(&mut kb, after, &|path| path != "/docs/a.md").expect("added");
    assert_eq!(told(&moved), ["moved INC-7"]);
    assert_eq!(kb.record("INC-7").expect("filed").title, "After");
}

#[test]
fn a_document_from_standard_input_is_named_by_its_title_or_its_stated_id() {
    let base = Base::new();
    let mut kb = base.open();
    let piped = |text: &str| Input {
        source: "-".to_owned(),
        path: String::new(),
        bytes: text.as_bytes().to_vec(),
        id: None,
    };
    let outage = "# Checkout outage\n";
    assert_eq!(
        told(&add(&mut kb, vec![piped(outage)])),
        ["added checkout-outage"]
    );
    assert_eq!(
        told(&add(&mut kb, vec![piped(outage)])),
        ["unchanged checkout-outage"]
    );
    let another = piped("# Checkout outage\n\nAnother one.\n");
    assert_eq!(
        told(&add(&mut kb, vec![another])),
        ["added checkout-outage-2"]
    );

    let before = piped(&stating("INC-7", "Before"));
    assert_eq!(told(&add(&mut kb, vec![before])), ["added INC-7"]);
    let after = piped(&stating("INC-7", "After"));
    assert_eq!(told(&add(&mut kb, vec![after])), ["updated INC-7"]);
}

#[test]
fn an_id_never_changes() {
    let base = Base::new();
    let mut kb = base.open();
    add(&mut kb, vec![input("/docs/a.md", "# A")]);
    let added = add(&mut kb, vec![input("/docs/a.md", &stating("INC-7", "A"))]);
    assert_eq!(told(&added), ["updated a"]);
    assert_eq!(
        added[0].notice.as_deref(),
        Some("the id `INC-7` in its front matter is not used: an id never changes")
    );
}

#[test]
fn the_keys_of_all_documents_are_known_as_long_as_one_has_them() {
    let base = Base::new();
    let mut kb = base.open();
    let text = |keys: &str| format!("---\n{keys}\n---\n# An outage\n");
    add(
        &mut kb,
        vec![
            input("/docs/a.md", &text("region: eu\nvendor: acme")),
            input("/docs/b.md", &text("region: us")),
        ],
    );
    let has =
        |kb: &KnowledgeBase, key: &str| kb.vocabulary().expect("a vocabulary").keys.contains(key);
    assert!(has(&kb, "region") && has(&kb, "vendor"));
    add(&mut kb, vec![input("/docs/a.md", &text("region: eu"))]);
    assert!(has(&kb, "region") && !has(&kb, "vendor"));
    kb.remove(&["a", "b"]).expect("removed");
    assert!(!has(&kb, "region"));
    assert!(kb.doctor(false).expect("a check-up").is_clean());
}

#[test]
fn a_refused_document_does_not_keep_the_others_out() {
    let base = Base::new();
    let mut kb = base.open();
    let mut bad = input("/docs/b.md", "");
    bad.bytes = b"\x89PNG\r\n\x1a\n\0\0".to_vec();
    let added = add(
        &mut kb,
        vec![input("/docs/a.md", "# A"), bad, input("/docs/c.md", "# C")],
    );
    assert_eq!(told(&added), ["added a", "refused b.md", "added c"]);
    assert_eq!(added[1].diagnostics.len(), 1);
    assert_eq!(kb.records().expect("records").len(), 2);
}

#[test]
fn what_was_removed_is_gone_and_can_come_back_under_its_name() {
    let base = Base::new();
    let mut kb = base.open();
    add(
        &mut kb,
        vec![input("/docs/a.md", "# A"), input("/docs/b.md", "# B")],
    );
    kb.catch_up().expect("caught up");

    let unknown = kb.remove(&["a", "nobody"]);
    assert!(matches!(unknown, Err(Error::UnknownIncident { .. })));
    assert!(kb.record("a").is_ok(), "all or none");

    kb.remove(&["a"]).expect("removed");
    assert!(matches!(kb.record("a"), Err(Error::UnknownIncident { .. })));
    assert_eq!(kb.catch_up().expect("caught up"), CaughtUp::Replayed(1));

    let back = add(&mut kb, vec![input("/docs/a.md", "# A")]);
    assert_eq!(told(&back), ["added a"]);
    assert_eq!(kb.catch_up().expect("caught up"), CaughtUp::Replayed(1));
}

#[test]
fn an_unknown_id_names_its_neighbours() {
    let base = Base::new();
    let mut kb = base.open();
    add(
        &mut kb,
        vec![
            input("/docs/checkout-latency.md", "one"),
            input("/docs/stale-features-in-fraud.md", "two"),
        ],
    );
    let nearest = |id: &str| match kb.record(id) {
        Err(Error::UnknownIncident { nearest, .. }) => nearest,
        other => panic!("{other:?}"),
    };
    assert_eq!(nearest("checkout-latncy"), ["checkout-latency"]);
    assert_eq!(nearest("fraud"), ["stale-features-in-fraud"]);
    assert!(nearest("zzz").is_empty());
}

#[test]
fn what_is_no_knowledge_base_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dir = folder.path().join(".pm-kb");
    assert!(matches!(
        KnowledgeBase::open(&dir),
        Err(Error::NotFound { .. })
    ));
    assert!(!dir.exists(), "opening makes nothing");

    fs::create_dir(&dir).expect("a folder");
    assert!(matches!(
        KnowledgeBase::open(&dir),
        Err(Error::NotFound { .. })
    ));

    let file = dir.join("kb.sqlite");
    fs::write(&file, "# notes, and no database at all\n".repeat(100)).expect("written");
    for opened in [KnowledgeBase::open(&dir), KnowledgeBase::create(&dir)] {
        assert!(
            matches!(opened, Err(Error::NotAKnowledgeBase { .. })),
            "{opened:?}"
        );
    }
    assert!(
        fs::read(&file)
            .expect("still there")
            .starts_with(b"# notes")
    );

    fs::remove_file(&file).expect("removed");
    let other = rusqlite::Connection::open(&file).expect("a database");
    other
        .execute_batch("CREATE TABLE notes (text TEXT)")
        .expect("a table of another program");
    drop(other);
    let before = fs::read(&file).expect("readable");
    for opened in [KnowledgeBase::open(&dir), KnowledgeBase::create(&dir)] {
        assert!(
            matches!(opened, Err(Error::NotAKnowledgeBase { .. })),
            "{opened:?}"
        );
    }
    assert!(fs::read(&file).expect("readable") == before);

    let plain = folder.path().join("plain");
    fs::write(&plain, "x").expect("written");
    assert!(matches!(
        KnowledgeBase::open(&plain),
        Err(Error::NotAKnowledgeBase { .. })
    ));
}

#[test]
fn the_shared_corpora_go_in_and_come_out_byte_for_byte() {
    let Some(mut documents) = corpus("general") else {
        return;
    };
    documents.extend(corpus("dev").unwrap_or_default());
    let base = Base::new();
    let mut kb = base.open();
    let added = add(&mut kb, documents.clone());
    assert_eq!(added.len(), documents.len());
    for (one, document) in added.iter().zip(&documents) {
        if one.outcome != Outcome::Refused {
            let id = one.id.as_ref().expect("an id").as_str();
            assert!(
                kb.original(id).expect("its bytes") == document.bytes,
                "{id}"
            );
        }
    }
    assert!(matches!(
        kb.catch_up().expect("caught up"),
        CaughtUp::Rebuilt { .. }
    ));
    assert_eq!(kb.catch_up().expect("caught up"), CaughtUp::InStep);
}

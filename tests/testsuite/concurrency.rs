//! Several commands at once: every one of them succeeds, or says who is in its way.

use std::collections::BTreeSet;
use std::fs::File;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pm_kb::error::Error;
use pm_kb::index::Wanted;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Outcome;
use pm_kb::query::Query;
use pm_kb::query::Vocabulary;

use crate::base::Base;
use crate::base::add;
use crate::base::add_where;
use crate::base::input;
use crate::base::told;
use crate::desk::Answer;
use crate::desk::Desk;

#[test]
fn writers_and_readers_at_once_all_succeed() {
    const WRITERS: usize = 4;
    const DOCUMENTS: usize = 8;
    let base = Base::new();
    let writing = AtomicBool::new(true);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let base = &base;
                scope.spawn(move || {
                    for n in 0..DOCUMENTS {
                        let path = format!("/docs/writer-{writer}-{n}.md");
                        let mut kb = base.open();
                        let added = add(&mut kb, vec![input(&path, &format!("# {path}"))]);
                        assert_eq!(added[0].outcome, Outcome::Added, "{added:?}");
                        kb.catch_up().expect("caught up");
                    }
                })
            })
            .collect();
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let (base, writing) = (&base, &writing);
                scope.spawn(move || {
                    let query = Query::parse("", &Vocabulary::default());
                    let mut seen = 0;
                    while writing.load(Ordering::Relaxed) {
                        let found = base
                            .open()
                            .search(&query, Wanted::first(100))
                            .expect("found");
                        assert!(found.total >= seen, "nothing vanishes");
                        seen = found.total;
                    }
                })
            })
            .collect();
        let wrote: Vec<_> = writers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        writing.store(false, Ordering::Relaxed);
        for reader in readers {
            reader.join().expect("a reader");
        }
        wrote
            .into_iter()
            .for_each(|writer| writer.expect("a writer"));
    });
    let mut kb = base.open();
    assert_eq!(kb.records().expect("records").len(), WRITERS * DOCUMENTS);
    let checkup = kb.doctor(false).expect("a check-up");
    assert!(checkup.is_clean(), "{checkup:?}");
}

#[test]
fn two_that_make_the_same_base_at_once_get_one_base() {
    for _ in 0..10 {
        let base = Base::empty();
        let dir = base.dir();
        let ids: BTreeSet<String> = thread::scope(|scope| {
            let makers: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let kb = KnowledgeBase::create(&dir).expect("made");
                        kb.status().expect("a status").kb_id
                    })
                })
                .collect();
            makers
                .into_iter()
                .map(|maker| maker.join().expect("a maker"))
                .collect()
        });
        assert_eq!(ids.len(), 1);
    }
}

#[test]
fn two_versions_of_one_document_at_once_leave_one_of_them_whole() {
    let base = Base::new();
    let outcomes: BTreeSet<String> = thread::scope(|scope| {
        let adders: Vec<_> = ["one", "two", "three", "four"]
            .map(|text| {
                let base = &base;
                scope.spawn(move || told(&add(&mut base.open(), vec![input("/docs/a.md", text)])))
            })
            .into_iter()
            .collect();
        adders
            .into_iter()
            .flat_map(|adder| adder.join().expect("an adder"))
            .collect()
    });
    assert_eq!(
        outcomes,
        BTreeSet::from(["added a".to_owned(), "updated a".to_owned()])
    );
    let kb = base.open();
    let text = kb.original("a").expect("its bytes");
    assert!(
        ["one", "two", "three", "four"]
            .map(str::as_bytes)
            .contains(&text.as_slice())
    );
    assert_eq!(kb.status().expect("a status").revision, 4);
}

#[test]
fn whoever_waits_too_long_is_told_for_whom() {
    let base = Base::new();
    add(&mut base.open(), vec![input("/docs/a.md", "# The same")]);
    let brief = Duration::from_millis(200);
    let (is_in, wait_for_it) = mpsc::channel();
    let (let_go, wait) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let base = &base;
        scope.spawn(move || {
            let mut slow = base.open().announced_as("pm-kb add slow.md");
            // What is asked about files is asked while the record is being written.
            let exists = |_: &str| {
                is_in.send(()).expect("somebody waits");
                wait.recv().is_ok()
            };
            add_where(&mut slow, vec![input("/docs/b.md", "# The same")], &exists).expect("added");
        });
        wait_for_it.recv().expect("the slow writer is in");
        let mut kb = base.open().waiting(brief).expect("another deadline");
        match add_where(&mut kb, vec![input("/docs/c.md", "# C")], &|_| true) {
            Err(Error::Locked { holder }) => {
                let pid = format!("pid {}, pm-kb add slow.md", std::process::id());
                assert_eq!(holder, pid);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(kb.records().expect("readers do not wait").len(), 1);
        let_go.send(()).expect("the slow writer waits");
    });
    assert_eq!(base.open().records().expect("records").len(), 2);
}

#[test]
fn a_held_index_lock_stops_nobody_but_the_one_who_needs_it() {
    let base = Base::new();
    let lock = base.dir().join("index.lock");
    std::fs::write(&lock, "pid 7, pm-kb rebuild").expect("written");
    let held = File::open(&lock).expect("opened");
    held.try_lock().expect("locked");

    let mut kb = base
        .open()
        .waiting(Duration::from_millis(100))
        .expect("another deadline");
    let added = add(&mut kb, vec![input("/docs/a.md", "# A")]);
    assert_eq!(told(&added), ["added a"]);
    match kb.catch_up() {
        Err(Error::Locked { holder }) => assert_eq!(holder, "pid 7, pm-kb rebuild"),
        other => panic!("{other:?}"),
    }
    let found = kb
        .search(&Query::parse("", &Vocabulary::default()), Wanted::first(10))
        .expect("found");
    assert_eq!(
        found.total, 1,
        "what is not in the index yet is found all the same"
    );

    drop(held);
    kb.catch_up().expect("caught up");
}

#[test]
fn several_commands_at_once_all_store_what_they_were_given() {
    const COMMANDS: usize = 4;
    let desk = Desk::new();
    let expected: Vec<String> = (0..COMMANDS)
        .flat_map(|command| (0..3).map(move |n| format!("from-{command}-{n}")))
        .collect();
    for id in &expected {
        let folder = id.rsplit_once('-').expect("a number").0;
        desk.file(&format!("{folder}/{id}.md"), format!("# Outage {id}\n"));
    }
    // There is no base yet, so they also make it at once.
    let answers: Vec<Answer> = thread::scope(|scope| {
        let running: Vec<_> = (0..COMMANDS)
            .map(|command| {
                let desk = &desk;
                scope.spawn(move || desk.run(&["--kb", "kb", "add", &format!("from-{command}")]))
            })
            .collect();
        running
            .into_iter()
            .map(|one| one.join().expect("a command"))
            .collect()
    });
    for answer in &answers {
        assert_eq!(
            (answer.status, answer.out.lines().count()),
            (0, 3),
            "{answer:?}"
        );
    }
    let listed = desk.run(&["--kb", "kb", "list", "--format", "jsonl"]);
    let mut ids: Vec<String> = listed
        .out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|one| one["id"].as_str().expect("an id").to_owned())
        .collect();
    ids.sort();
    assert_eq!(ids, expected);
}

//! Damaged bytes: a flipped bit or a cut in any file of record or index prints no wrong word and is noticed by `doctor`.
//!
//! `PM_KB_FLIPS` sets how many of each.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pm_kb::error::Result;
use pm_kb::index::Wanted;
use pm_kb::knowledge_base::KnowledgeBase;

use crate::base::Base;
use crate::base::add_where;
use crate::base::input;
use crate::base::no_rules;
use crate::killing::Dice;
use crate::killing::words;
use crate::size;

const SHORT: u64 = 40;
const LONG: u64 = 1_000;

/// Twenty documents, filed in several commits, some replaced and removed, whose index is in step.
fn settled() -> Base {
    let base = Base::new();
    let mut kb = base.open();
    for batch in 0..4 {
        let inputs = (0..6).map(|n| {
            let number = batch * 5 + n;
            input(&format!("/docs/doc-{number}.md"), &words(100 + number))
        });
        add_where(&mut kb, inputs.collect(), &|_| true).expect("added");
        kb.catch_up().expect("caught up");
    }
    kb.remove(&["doc-3"]).expect("removed");
    kb.catch_up().expect("caught up");
    base
}

/// Every word that can be read from a base, or what stands in the way.
fn everything(dir: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let kb = KnowledgeBase::open(dir)?;
    let records = kb.records()?;
    let read = records.into_iter().map(|record| {
        let bytes = kb.original(record.id.as_str())?;
        let record = serde_json::to_string(&record).expect("JSON");
        Ok((record, bytes))
    });
    read.collect()
}

fn open(dir: &Path) -> Result<KnowledgeBase> {
    Ok(KnowledgeBase::open(dir)?.with_rules(no_rules()))
}

/// The ids that a search finds, whatever the state of the index; sorted.
fn found(dir: &Path) -> Vec<String> {
    let mut kb = open(dir).expect("the record is whole");
    let query =
        pm_kb::query::Query::parse("feature store served", &kb.vocabulary().expect("words"));
    let found = kb.search(&query, Wanted::first(100)).expect("an answer");
    let mut ids: Vec<String> = found.hits.iter().map(|hit| hit.id.to_string()).collect();
    ids.sort();
    ids
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() > 0));
    files.sort();
    files
}

/// The bytes with one bit flipped, or with the end cut off.
fn damaged(bytes: &[u8], dice: &mut Dice, cut: bool) -> Vec<u8> {
    let at = dice.roll(bytes.len() as u64) as usize;
    let mut damaged = bytes.to_vec();
    if cut {
        damaged.truncate(at);
    } else {
        damaged[at] ^= 1 << dice.roll(8);
    }
    damaged
}

#[test]
fn a_damaged_index_never_misleads_and_is_always_mended() {
    let base = settled();
    let right = found(&base.dir());
    assert_eq!(right.len(), 20);
    let mut dice = Dice(21);
    let tries = size::of("PM_KB_FLIPS", SHORT, LONG);
    let (mut by_doctor, mut misled) = (0, 0);
    for number in 0..tries * 2 {
        // A new state each time, for what is tried here mends itself.
        let copy = base.copied();
        let files = files(&copy.index());
        let file = &files[dice.roll(files.len() as u64) as usize];
        let bytes = fs::read(file).expect("readable");
        // Replaced, not cut where it stands: a running process has its own copy of the old one.
        fs::write(file, damaged(&bytes, &mut dice, number % 2 == 1)).expect("written");
        // A search may miss some before anybody has looked; it never shows what is not there.
        let before = found(&copy.dir());
        assert!(
            before.iter().all(|id| right.contains(id)),
            "{}: {before:?}",
            file.display()
        );
        misled += u64::from(before != right);
        let checkup = open(&copy.dir()).expect("opened").doctor(true);
        let checkup = checkup.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(checkup.is_clean(), "{}: {checkup:?}", file.display());
        by_doctor += u64::from(!checkup.repaired.is_empty());
        assert_eq!(found(&copy.dir()), right, "{}", file.display());
    }
    eprintln!(
        "{tries} flips and {tries} cuts of the index: {by_doctor} mended by the doctor, {misled} searches before it missed \
         something, 0 wrong words"
    );
}

#[test]
fn a_damaged_record_is_always_noticed() {
    let base = settled();
    let whole = everything(&base.dir()).expect("a whole base");
    let file = base.dir().join("kb.sqlite");
    let pristine = fs::read(&file).expect("readable");
    let mut dice = Dice(22);
    let tries = size::of("PM_KB_FLIPS", SHORT, LONG);
    let (mut harmless, mut noticed) = (0, 0);
    for number in 0..tries * 2 {
        let bytes = damaged(&pristine, &mut dice, number % 2 == 1);
        fs::write(&file, &bytes).expect("written");
        let read = everything(&base.dir());
        let sound = open(&base.dir())
            .and_then(|mut kb| kb.doctor(false))
            .is_ok_and(|checkup| checkup.is_clean());
        if let Ok(read) = &read {
            assert!(*read == whole, "try {number}: other words than were filed");
        }
        assert!(
            read.is_ok() || !sound,
            "try {number}: the doctor says nothing"
        );
        match sound {
            true => harmless += 1,
            false => noticed += 1,
        }
    }
    eprintln!(
        "{tries} flips and {tries} cuts of the record: {noticed} noticed, {harmless} changed nothing"
    );
    assert!(noticed > 0);
}

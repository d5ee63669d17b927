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

/// The bytes of a page of the record.
const PAGE: usize = 8192;

/// The pages in another order: two are swapped, one is written over another, one is empty, or as it was in an older copy.
fn misplaced(bytes: &[u8], older: &[u8], dice: &mut Dice) -> Vec<u8> {
    let count = bytes.len() / PAGE;
    let page = |dice: &mut Dice| dice.roll(count as u64) as usize * PAGE;
    let (one, other) = (page(dice), page(dice));
    let mut damaged = bytes.to_vec();
    match dice.roll(4) {
        0 => {
            damaged.copy_within(other..other + PAGE, one);
            damaged[other..other + PAGE].copy_from_slice(&bytes[one..one + PAGE]);
        }
        1 => damaged.copy_within(other..other + PAGE, one),
        2 => damaged[one..one + PAGE].fill(0),
        // A write that the disk told as done, and never did.
        _ => {
            if let Some(was) = older.get(one..one + PAGE) {
                damaged[one..one + PAGE].copy_from_slice(was);
            }
        }
    }
    damaged
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

/// Whether the doctor finds nothing; the test fails where that is wrong, or where other words than `whole` are read.
/// Words of an older copy are right once, and for the doctor to tell.
fn is_sound(base: &Base, whole: &[(String, Vec<u8>)], told: &str, is_older: bool) -> bool {
    let read = everything(&base.dir());
    let sound = open(&base.dir())
        .and_then(|mut kb| kb.doctor(false))
        .is_ok_and(|checkup| checkup.is_clean());
    let is_right = read.as_ref().is_ok_and(|read| *read == whole);
    assert!(!sound || is_right, "{told}: the doctor says nothing");
    assert!(
        is_right || read.is_err() || is_older,
        "{told}: other words than were filed"
    );
    sound
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
        match is_sound(&base, &whole, &format!("try {number}"), false) {
            true => harmless += 1,
            false => noticed += 1,
        }
    }
    eprintln!(
        "{tries} flips and {tries} cuts of the record: {noticed} noticed, {harmless} changed nothing"
    );
    assert!(noticed > 0);
}

#[test]
fn pages_that_are_not_where_they_belong_are_always_noticed() {
    let base = settled();
    let file = base.dir().join("kb.sqlite");
    let older = fs::read(&file).expect("readable");
    let mut kb = base.open();
    let inputs = (0..9).map(|n| input(&format!("/docs/doc-{n}.md"), &words(900 + n)));
    add_where(&mut kb, inputs.collect(), &|_| true).expect("added");
    kb.catch_up().expect("caught up");
    drop(kb);
    let whole = everything(&base.dir()).expect("a whole base");
    let pristine = fs::read(&file).expect("readable");
    assert_eq!(pristine.len() % PAGE, 0);
    let mut dice = Dice(23);
    let tries = size::of("PM_KB_FLIPS", SHORT, LONG);
    let (mut harmless, mut noticed) = (0, 0);
    for number in 0..tries {
        let bytes = misplaced(&pristine, &older, &mut dice);
        for beside in ["kb.sqlite-wal", "kb.sqlite-shm"] {
            let _ = fs::remove_file(base.dir().join(beside));
        }
        fs::write(&file, &bytes).expect("written");
        match is_sound(&base, &whole, &format!("try {number}"), true) {
            true => harmless += 1,
            false => noticed += 1,
        }
    }
    eprintln!(
        "{tries} pages of the record misplaced: {noticed} noticed, {harmless} changed nothing"
    );
    assert!(noticed > 0);
}

/// The log of another base, or of an older state, beside the record: its words are never taken for the base's own
/// without the doctor's telling.
#[test]
fn a_log_of_another_base_is_noticed_or_does_nothing() {
    let (base, other) = (settled(), settled());
    let whole = everything(&base.dir()).expect("a whole base");
    let log = |base: &Base| base.dir().join("kb.sqlite-wal");
    let mut kb = other.open();
    let add = |kb: &mut KnowledgeBase, number| {
        let foreign = vec![input("/docs/foreign.md", &words(number))];
        add_where(kb, foreign, &|_| true).expect("added");
    };
    add(&mut kb, 1);
    let reading = other.open();
    add(&mut kb, 2);
    // Not folded in yet, for the base is open.
    let bytes = fs::read(log(&other)).expect("a log");
    assert!(bytes.len() > PAGE);
    drop((kb, reading));
    let pristine = fs::read(base.dir().join("kb.sqlite")).expect("readable");
    for length in [bytes.len(), bytes.len() / 2, 32 + 24 + PAGE, 40] {
        fs::write(base.dir().join("kb.sqlite"), &pristine).expect("written");
        let _ = fs::remove_file(base.dir().join("kb.sqlite-shm"));
        fs::write(log(&base), &bytes[..length]).expect("written");
        is_sound(&base, &whole, &format!("{length} bytes"), true);
    }
}

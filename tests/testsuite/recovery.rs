//! Whatever becomes of the index, the next command has it right again; whatever becomes of the record is noticed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pm_kb::error::Error;
use pm_kb::knowledge_base::CaughtUp;
use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Outcome;

use crate::base::Base;
use crate::base::add;
use crate::base::add_where;
use crate::base::input;

/// What is done to a file or folder of the index.
type Damage = fn(&Path);

/// A base of five documents whose index is in step.
fn settled() -> Base {
    let base = Base::new();
    let mut kb = base.open();
    let documents = (1..=5).map(|n| input(&format!("/docs/doc-{n}.md"), &format!("# Outage {n}")));
    add(&mut kb, documents.collect());
    kb.catch_up().expect("caught up");
    add(
        &mut kb,
        vec![input("/docs/doc-2.md", "# Outage 2, corrected")],
    );
    kb.catch_up().expect("caught up");
    base
}

fn assert_sound(base: &Base) {
    let mut kb = base.open();
    let checkup = kb.doctor(false).expect("a check-up");
    assert!(checkup.is_clean(), "{checkup:?}");
    assert_eq!(kb.catch_up().expect("caught up"), CaughtUp::InStep);
    assert_eq!(kb.records().expect("records").len(), 5);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

#[test]
fn a_command_that_ended_before_the_index_was_told_loses_nothing() {
    let base = settled();
    add(
        &mut base.open(),
        vec![input("/docs/doc-3.md", "# Outage 3, corrected")],
    );
    // The process ends here. The next one:
    assert_eq!(
        base.open().catch_up().expect("caught up"),
        CaughtUp::Replayed(1)
    );
    assert_sound(&base);
}

#[test]
fn an_index_that_is_gone_in_whole_or_in_part_is_made_anew() {
    let damages: [(&str, Damage); 6] = [
        ("deleted", |index| {
            fs::remove_dir_all(index).expect("removed")
        }),
        ("deleted with its folder", |index| {
            fs::remove_dir_all(index.parent().expect("its folder")).expect("removed");
        }),
        ("replaced by a file", |index| {
            fs::remove_dir_all(index).expect("removed");
            fs::write(index, "no folder").expect("written");
        }),
        ("without meta.json", |index| {
            fs::remove_file(index.join("meta.json")).expect("removed");
        }),
        ("with garbage for meta.json", |index| {
            fs::write(index.join("meta.json"), "{\"segments\": 7").expect("written");
        }),
        ("with the meta.json of a plain commit", |index| {
            let meta = fs::read_to_string(index.join("meta.json")).expect("readable");
            let mut meta: serde_json::Value = serde_json::from_str(&meta).expect("JSON");
            meta["payload"] = serde_json::Value::Null;
            fs::write(index.join("meta.json"), meta.to_string()).expect("written");
        }),
    ];
    let whole = settled();
    for (how, damage) in damages {
        let base = whole.copied();
        damage(&base.index());
        let caught_up = base.open().catch_up().expect("caught up");
        assert!(
            matches!(caught_up, CaughtUp::Rebuilt { .. }),
            "{how}: {caught_up:?}"
        );
        assert_sound(&base);
    }
}

#[test]
fn every_file_of_the_index_can_be_lost_cut_or_zeroed() {
    let whole = settled();
    let extensions: BTreeSet<String> = files(&whole.index())
        .iter()
        .filter_map(|path| path.extension()?.to_str().map(str::to_owned))
        .filter(|extension| extension != "lock")
        .collect();
    assert!(extensions.len() >= 7, "{extensions:?}");
    let damages: [Damage; 3] = [
        |file| fs::remove_file(file).expect("removed"),
        |file| {
            let bytes = fs::read(file).expect("readable");
            fs::write(file, &bytes[..bytes.len() / 2]).expect("written");
        },
        |file| {
            let bytes = fs::read(file).expect("readable");
            fs::write(file, vec![0; bytes.len()]).expect("written");
        },
    ];
    for extension in extensions {
        for (number, damage) in damages.iter().enumerate() {
            let base = whole.copied();
            files(&base.index())
                .into_iter()
                .filter(|path| path.extension().is_some_and(|one| *one == *extension))
                .for_each(|file| damage(&file));
            let mut kb = base.open();
            let edited = input("/docs/doc-4.md", "# Outage 4, corrected");
            add(&mut kb, vec![edited]);
            kb.catch_up()
                .unwrap_or_else(|error| panic!("{extension}, {number}: {error}"));
            let checkup = kb.doctor(true).expect("a check-up");
            assert!(checkup.is_clean(), "{extension}, {number}: {checkup:?}");
            drop(kb);
            assert_sound(&base);
        }
    }
}

#[test]
fn an_index_that_is_ahead_of_the_record_is_made_anew() {
    let base = settled();
    let (record, copy) = (base.dir().join("kb.sqlite"), base.dir().join("copy"));
    fs::copy(&record, &copy).expect("a copy of a base at rest");
    let mut kb = base.open();
    add(
        &mut kb,
        vec![input("/docs/doc-1.md", "# Never filed, says the backup")],
    );
    kb.catch_up().expect("caught up");
    drop(kb);
    fs::rename(&copy, &record).expect("restored");

    let caught_up = base.open().catch_up().expect("caught up");
    assert!(
        matches!(caught_up, CaughtUp::Rebuilt { .. }),
        "{caught_up:?}"
    );
    assert_sound(&base);
}

#[test]
fn an_index_of_another_base_is_not_taken_for_ones_own() {
    let (base, other) = (settled(), settled());
    let (index, foreign) = (base.index(), other.index());
    fs::remove_dir_all(&index).expect("removed");
    fs::create_dir(&index).expect("made");
    for file in files(&foreign) {
        fs::copy(&file, index.join(file.file_name().expect("a name"))).expect("copied");
    }
    let caught_up = base.open().catch_up().expect("caught up");
    assert!(
        matches!(caught_up, CaughtUp::Rebuilt { .. }),
        "{caught_up:?}"
    );
    assert_sound(&base);
}

#[test]
fn half_made_generations_and_leftover_files_are_swept() {
    let base = settled();
    let index = base.index();
    let half_made = index.with_file_name("idx-99");
    fs::create_dir(&half_made).expect("made");
    fs::write(half_made.join("meta.json"), "{").expect("written");
    fs::write(index.join(".tmpAbCdEf"), "left by a killed commit").expect("written");
    fs::write(
        index.join("0123456789abcdef0123456789abcdef.7.del"),
        "an orphan",
    )
    .expect("written");

    let mut kb = base.open();
    let checkup = kb.doctor(false).expect("a check-up");
    assert!(checkup.is_clean(), "{checkup:?}");
    assert_eq!(checkup.notes, ["3 leftovers of the index were removed"]);
    assert_eq!(base.index(), index);
    kb.rebuild().expect("rebuilt");
    assert_sound(&base);
}

#[test]
fn a_document_that_the_index_holds_twice_or_not_at_all_is_noticed() {
    let (base, other) = (settled(), settled());
    // The same words under a payload that lies: what a lost delete, or a lost write, would leave.
    let mut kb = other.open();
    add(&mut kb, vec![input("/docs/doc-6.md", "# One more")]);
    kb.catch_up().expect("caught up");
    drop(kb);
    let meta = |base: &Base| {
        let text = fs::read_to_string(base.index().join("meta.json")).expect("readable");
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON")
    };
    let payload = meta(&base)["payload"].clone();
    let index = base.index();
    for file in files(&index) {
        fs::remove_file(file).expect("removed");
    }
    for file in files(&other.index()) {
        fs::copy(&file, index.join(file.file_name().expect("a name"))).expect("copied");
    }
    let mut lying = meta(&other);
    lying["payload"] = payload;
    fs::write(index.join("meta.json"), lying.to_string()).expect("written");

    let mut kb = base.open();
    let checkup = kb.doctor(false).expect("a check-up");
    assert_eq!(
        checkup.index,
        ["the index holds other documents than the record"]
    );
    let repaired = kb.doctor(true).expect("a check-up");
    assert!(repaired.is_clean(), "{repaired:?}");
    drop(kb);
    assert_sound(&base);
}

#[test]
fn an_emptied_record_is_not_begun_anew() {
    let base = settled();
    fs::write(base.dir().join("kb.sqlite"), "").expect("written");
    assert!(matches!(
        KnowledgeBase::open(&base.dir()),
        Err(Error::Damaged { .. })
    ));
    assert!(matches!(
        KnowledgeBase::create(&base.dir()),
        Err(Error::Damaged { .. })
    ));
}

#[test]
fn a_backup_is_verified_and_comes_back_as_another_epoch() {
    let base = settled();
    let backup = base.dir().join("backup.sqlite");
    let kb = base.open();
    kb.backup(&backup).expect("backed up");
    assert!(
        matches!(kb.backup(&backup), Err(Error::File { .. })),
        "never replaced"
    );
    drop(kb);

    let again = Base::empty();
    let mut restored = KnowledgeBase::restore(&backup, &again.dir())
        .expect("restored")
        .base;
    assert_eq!(
        restored.records().expect("records"),
        base.open().records().expect("records")
    );
    assert!(matches!(
        restored.catch_up().expect("caught up"),
        CaughtUp::Rebuilt { .. }
    ));
    drop(restored);
    assert_sound(&again);
    let taken = KnowledgeBase::restore(&backup, &again.dir());
    assert!(
        matches!(taken, Err(Error::File { .. })),
        "only where there is none: {taken:?}"
    );

    // The index of before is of another epoch, even where the revisions agree.
    let index = again.index();
    fs::remove_dir_all(&index).expect("removed");
    fs::create_dir(&index).expect("made");
    for file in files(&base.index()) {
        fs::copy(&file, index.join(file.file_name().expect("a name"))).expect("copied");
    }
    let caught_up = again.open().catch_up().expect("caught up");
    assert!(
        matches!(caught_up, CaughtUp::Rebuilt { .. }),
        "{caught_up:?}"
    );
}

#[test]
fn what_was_exported_makes_the_same_base_again() {
    let base = settled();
    let mut kb = base.open();
    let copies = ["/elsewhere/a-copy.md", "/elsewhere/doc-2.md"];
    add(
        &mut kb,
        copies.map(|path| input(path, "# Outage 3")).to_vec(),
    );
    add(
        &mut kb,
        vec![input("/docs/stated.md", "---\nid: INC-7\n---\n# Seven\n")],
    );

    let mut exported = Vec::new();
    kb.export(&mut |record, bytes| {
        exported.push(Input {
            source: record.source.clone(),
            path: record.path.clone(),
            bytes: bytes.to_vec(),
            id: Some(record.id.clone()),
        });
        Ok(())
    })
    .expect("exported");
    let again = Base::new();
    // On another machine none of the files exists.
    let added = add_where(&mut again.open(), exported.clone(), &|_| false).expect("added");
    assert!(
        added.iter().all(|one| one.outcome == Outcome::Added),
        "{added:?}"
    );
    assert_eq!(
        everything(&again.dir()).expect("readable"),
        everything(&base.dir()).expect("readable")
    );
    let twice = add_where(&mut again.open(), exported, &|_| false).expect("added");
    assert!(
        twice.iter().all(|one| one.outcome == Outcome::Unchanged),
        "{twice:?}"
    );
}

/// Everything that can be read from a base, or what stood in the way.
fn everything(dir: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let kb = KnowledgeBase::open(dir)?;
    kb.records()?
        .into_iter()
        .map(|record| {
            let bytes = kb.original(record.id.as_str())?;
            let record = serde_json::to_string(&record).expect("JSON");
            Ok((record, bytes))
        })
        .collect()
}

#[test]
fn no_flipped_bit_of_the_record_goes_unnoticed() {
    let flips: u64 = std::env::var("PM_KB_FLIPS")
        .ok()
        .and_then(|flips| flips.parse().ok())
        .unwrap_or(150);
    let base = settled();
    let whole = everything(&base.dir()).expect("a whole base");
    let file = base.dir().join("kb.sqlite");
    let pristine = fs::read(&file).expect("readable");
    let (mut harmless, mut noticed) = (0, 0);
    for flip in 0..flips {
        // Spread over the whole file, another bit each time.
        let at = (flip as usize).wrapping_mul(2_654_435_761) % pristine.len();
        let mut bytes = pristine.clone();
        bytes[at] ^= 1 << (flip % 8);
        fs::write(&file, &bytes).expect("written");
        let read = everything(&base.dir());
        let sound = KnowledgeBase::open(&base.dir())
            .and_then(|mut kb| kb.doctor(false))
            .is_ok_and(|checkup| checkup.is_clean());
        match (read, sound) {
            (Ok(read), true) => {
                assert!(
                    read == whole,
                    "byte {at}: changed, and the doctor says nothing"
                );
                harmless += 1;
            }
            (Ok(read), false) => {
                assert!(read == whole, "byte {at}: other words than were filed");
                noticed += 1;
            }
            (Err(_), false) => noticed += 1,
            (Err(error), true) => panic!("byte {at}: {error}, and the doctor says nothing"),
        }
    }
    fs::write(&file, &pristine).expect("written");
    assert!(
        noticed > 0 && harmless > 0,
        "{noticed} noticed, {harmless} harmless"
    );
    assert_sound(&base);
}

#[test]
fn a_cut_record_is_told_from_a_whole_one() {
    let base = settled();
    let file = base.dir().join("kb.sqlite");
    let pristine = fs::read(&file).expect("readable");
    for part in [1, 3, 7, 9] {
        fs::write(&file, &pristine[..pristine.len() * part / 10]).expect("written");
        let sound = KnowledgeBase::open(&base.dir())
            .and_then(|mut kb| kb.doctor(false))
            .is_ok_and(|checkup| checkup.is_clean());
        assert!(!sound, "{part} tenths of the file");
    }
}

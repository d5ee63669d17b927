//! The power fails: what was acknowledged is on the disk, and not only in the memory of the machine.
//!
//! The base lies on a file system of its own in a file. Its writer is stopped, the file copied as it is at that moment,
//! and the copy mounted, as after a power cut. That needs root, a loop device and `mkfs.ext4`; else it is skipped.
//! `PM_KB_CUTS` sets the number of cuts.

use std::env;
use std::fs;
use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use pm_kb::knowledge_base::KnowledgeBase;
use tempfile::TempDir;

use crate::base::add_where;
use crate::base::input;
use crate::base::no_rules;
use crate::faults;
use crate::killing::Dice;
use crate::killing::State;
use crate::killing::Worker;
use crate::killing::held;
use crate::killing::replayed;
use crate::killing::words;
use crate::size;

const CUTS: u64 = 3;
const LONG: u64 = 200;

/// A file system in a file, mounted.
struct Disk {
    folder: TempDir,
}

impl Disk {
    /// A new disk, or one with the content of another at this moment.
    fn new(content: Option<&Disk>) -> Option<Disk> {
        let disk = Disk {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        fs::create_dir(disk.mounted()).expect("a folder");
        let made = match content {
            Some(other) => run(Command::new("cp")
                .arg("--sparse=always")
                .args([other.image(), disk.image()])),
            None => {
                let file = File::create(disk.image()).expect("a file");
                file.set_len(64 << 20).expect("a size");
                run(Command::new("mkfs.ext4")
                    .args(["-q", "-F"])
                    .arg(disk.image()))
            }
        };
        // The kernel writes back nothing by itself for ten minutes: only what was synced is on the disk.
        let mounted = made
            && run(Command::new("mount")
                .args(["-o", "loop,commit=600"])
                .args([disk.image(), disk.mounted()]));
        mounted.then_some(disk)
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn mounted(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    fn base(&self) -> PathBuf {
        self.mounted().join(".pm-kb")
    }

    fn open(&self) -> KnowledgeBase {
        KnowledgeBase::open(&self.base())
            .expect("the base")
            .with_rules(no_rules())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run(Command::new("umount").arg(self.mounted()));
    }
}

/// Whether a command can be run and succeeds.
fn run(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// A disk with a base of five documents.
fn settled() -> Option<Disk> {
    let Some(disk) = Disk::new(None) else {
        eprintln!("skipped: it needs root, a loop device and mkfs.ext4");
        return None;
    };
    KnowledgeBase::create(&disk.base()).expect("a new base");
    let mut kb = disk.open();
    let inputs = (1..=5).map(|n| input(&format!("/docs/doc-{n}.md"), &words(n)));
    add_where(&mut kb, inputs.collect(), &|_| true).expect("added");
    kb.catch_up().expect("caught up");
    drop(kb);
    Some(disk)
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let Some(mut disk) = settled() else {
        return;
    };
    let cuts = size::of("PM_KB_CUTS", CUTS, LONG);
    let mut dice = Dice(11);
    let mut state = held(&disk.open());
    let (mut cut_off, mut lagging) = (0, 0);
    for cut in 0..cuts {
        let worker = Worker::start(&disk.base(), dice.roll(u64::from(u32::MAX)));
        worker.work(dice.roll(60), Duration::from_millis(dice.roll(60)));
        worker.freeze();
        let after = Disk::new(Some(&disk)).expect("a copy that mounts");
        let (acknowledged, with_rest) = replayed(state, &worker.kill());
        disk = after;
        cut_off += u64::from(acknowledged != with_rest);

        let mut kb = disk.open();
        let there = held(&kb);
        assert!(
            there == acknowledged || there == with_rest,
            "cut {cut}: {there:?}\nis neither {acknowledged:?}\nnor {with_rest:?}"
        );
        lagging += u64::from(kb.status().expect("a status").index_behind != Some(0));
        kb.catch_up()
            .unwrap_or_else(|error| panic!("cut {cut} blocks: {error}"));
        let checkup = kb.doctor(false).expect("a check-up");
        assert!(checkup.is_clean(), "cut {cut}: {checkup:?}");
        state = held(&kb);
    }
    eprintln!("{cuts} cuts: {cut_off} inside a write, {lagging} with the index behind");
}

/// Runs the scenario where syncs do nothing; what was there before, what was acknowledged, what is there after the cut.
fn cut_without_syncs(of: impl Fn(&Disk, &mut Command)) -> Option<[State; 3]> {
    let disk = settled()?;
    let before = held(&disk.open());
    run(Command::new("sync").arg("-f").arg(disk.mounted()));
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null"]);
    of(&disk, &mut command);
    command
        .args(["-e", "trace=fsync,fdatasync"])
        .args(["-e", "inject=fsync,fdatasync:retval=0"])
        .arg(env::current_exe().expect("this binary"))
        .args(["--exact", "faults::scenario", "--nocapture"])
        .env("PM_KB_SCENARIO", disk.base())
        .env(faults::ENDS_AT_ONCE, "1");
    let output = command.output().ok();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let Some(said) = said.filter(|said| said.contains("\u{1}done")) else {
        eprintln!("skipped: it needs strace");
        return None;
    };
    let (acknowledged, _) = replayed(before.clone(), &said);
    let after = Disk::new(Some(&disk)).expect("a copy that mounts");
    let there: State = held(&after.open());
    Some([before, acknowledged, there])
}

/// The control: where syncs do nothing, the same cut loses what was acknowledged. Else the test above would see nothing.
#[test]
fn without_syncs_a_power_cut_loses_what_was_acknowledged() {
    let Some([before, acknowledged, there]) = cut_without_syncs(|_, _| {}) else {
        return;
    };
    assert_ne!(acknowledged, before, "something was acknowledged");
    assert_ne!(there, acknowledged, "and is not lost, though not synced");
}

/// The control for the settings of the record: with `synchronous=NORMAL` SQLite does not sync its log at a commit, and
/// that alone loses what was acknowledged.
#[test]
fn with_synchronous_normal_a_power_cut_loses_what_was_acknowledged() {
    let normal = |disk: &Disk, strace: &mut Command| {
        strace.arg("-P").arg(disk.base().join("kb.sqlite-wal"));
    };
    let Some([before, acknowledged, there]) = cut_without_syncs(normal) else {
        return;
    };
    assert_ne!(acknowledged, before, "something was acknowledged");
    assert_ne!(there, acknowledged, "and is not lost, though not synced");
}

//! The machine fails, or the process is killed, at every system call that writes: each command has then been done in
//! whole or not at all, and the next one works.
//!
//! The process is this test binary, run again under strace. `PM_KB_STRIDE=1` tries every call, `PM_KB_FAULT` (`KILL`, `EIO`,
//! `ENOSPC`) one fault alone.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use pm_kb::error::Result;
use pm_kb::knowledge_base::KnowledgeBase;

use crate::base::Base;
use crate::base::add_where;
use crate::base::input;
use crate::base::no_rules;
use crate::killing::State;
use crate::killing::held;
use crate::killing::say;
use crate::killing::words;
use crate::size;

/// The calls that change something on a disk.
pub(crate) const CALLS: &str =
    "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,unlink,unlinkat,ftruncate,mkdir";

/// Only every so manyth call is tried, unless the environment says otherwise.
const STRIDE: u64 = 37;

/// Where this is in the environment, the process ends with the last acknowledgement, and closes nothing.
pub(crate) const ENDS_AT_ONCE: &str = "PM_KB_ENDS_AT_ONCE";

/// One command: what is to be there afterwards (`-` for a removal), and how many documents more in one go.
struct Step {
    documents: &'static [(&'static str, u64)],
    removed: Option<&'static str>,
    rebuilds: bool,
}

const STEPS: [Step; 4] = [
    Step {
        documents: &[("doc-1", 101), ("doc-6", 601), ("doc-7", 701)],
        removed: None,
        rebuilds: false,
    },
    Step {
        documents: &[("doc-6", 602)],
        removed: Some("doc-2"),
        rebuilds: false,
    },
    Step {
        documents: &[("doc-8", 801), ("doc-1", 102)],
        removed: None,
        rebuilds: true,
    },
    Step {
        documents: &[("doc-9", 901)],
        removed: None,
        rebuilds: false,
    },
];

/// The process that the faults befall; does nothing in an ordinary run of the tests.
#[test]
fn scenario() {
    let Ok(dir) = env::var("PM_KB_SCENARIO") else {
        return;
    };
    for step in STEPS {
        for (id, text) in step.documents {
            say(&format!("want {id} {text}"));
        }
        let open = || KnowledgeBase::open(Path::new(&dir)).map(|kb| kb.with_rules(no_rules()));
        match open().and_then(|mut kb| take(&step, &mut kb)) {
            Ok(()) => say("end"),
            Err(error) => say(&format!("error {error}")),
        }
    }
}

fn take(step: &Step, kb: &mut KnowledgeBase) -> Result<()> {
    let documents = step.documents.iter();
    let inputs = documents
        .map(|(id, text)| input(&format!("/docs/{id}.md"), &words(*text)))
        .collect();
    add_where(kb, inputs, &|_| true)?;
    say("done");
    if step.documents == STEPS[STEPS.len() - 1].documents && env::var_os(ENDS_AT_ONCE).is_some() {
        std::process::abort();
    }
    if let Some(id) = step.removed {
        say(&format!("want {id} -"));
        kb.remove(&[id])?;
        say("done");
    }
    // A failure of the index is told and is none of the command.
    let followed = match step.rebuilds {
        true => kb.rebuild(),
        false => kb.catch_up().map(drop),
    };
    if let Err(error) = followed {
        say(&format!("warning {error}"));
    }
    Ok(())
}

/// What the base may hold after what was said: every command that was not acknowledged may have been done, or not.
fn possible(start: State, said: &str) -> BTreeSet<State> {
    let mut states = BTreeSet::from([start]);
    let mut wanted: Vec<(String, Option<u64>)> = Vec::new();
    let mut settle = |wanted: &mut Vec<(String, Option<u64>)>, done: bool| {
        let mut after = BTreeSet::new();
        for mut state in std::mem::take(&mut states) {
            if !done {
                after.insert(state.clone());
            }
            for (id, text) in wanted.iter() {
                match text {
                    Some(text) => state.insert(id.clone(), *text),
                    None => state.remove(id),
                };
            }
            after.insert(state);
        }
        states = after;
        wanted.clear();
    };
    for line in said.lines().filter_map(|line| line.split_once('\u{1}')) {
        match line.1.split(' ').collect::<Vec<_>>()[..] {
            ["want", id, text] => wanted.push((id.to_owned(), text.parse().ok())),
            ["done"] => settle(&mut wanted, true),
            ["error", ..] => settle(&mut wanted, false),
            _ => {}
        }
    }
    settle(&mut wanted, false);
    states
}

/// How the scenario is made to fail.
enum Fault {
    /// At one call that writes: it fails, or the process is killed before it.
    AtCall(&'static str, u64),
    /// No file may grow beyond so many bytes: the write that crosses it is done by half.
    Half(Grown),
}

/// What follows on a write that was done by half.
#[derive(Clone, Copy)]
struct Grown {
    to: u64,
    killed: bool,
}

impl Fault {
    /// The command that the scenario is put behind.
    fn command(&self, log: &Path) -> Command {
        match self {
            Fault::AtCall(fault, at) => {
                let mut command = Command::new("strace");
                command.args(["-f", "-qq", "-o"]).arg(log);
                command.arg("-e").arg(format!("trace={CALLS}"));
                command
                    .arg("-e")
                    .arg(format!("inject={CALLS}:{fault}:when={at}"));
                command
            }
            Fault::Half(grown) => {
                let mut command = Command::new("sh");
                // A process that ignores the signal is told by the call that failed.
                let signal = if grown.killed { "" } else { "trap '' XFSZ; " };
                command
                    .arg("-c")
                    .arg(format!("{signal}exec prlimit --fsize={} \"$@\"", grown.to))
                    .arg("sh");
                command
            }
        }
    }
}

/// Runs the scenario with a fault; what was said, and whether the fault came to pass. `None` where it cannot be made.
fn run_with(fault: &Fault, base: &Base) -> Option<(String, bool)> {
    let log = base.dir().with_file_name("strace.log");
    let output = fault
        .command(&log)
        .arg(env::current_exe().expect("this binary"))
        .args([
            "--exact",
            "faults::scenario",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("PM_KB_SCENARIO", base.dir())
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .ok()?;
    let err = String::from_utf8_lossy(&output.stderr);
    if err.contains("strace:") || err.contains("prlimit:") {
        eprintln!("skipped: {}", err.trim());
        return None;
    }
    assert!(!err.contains("panicked at src/"), "{err}");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let befell = match fault {
        Fault::AtCall(..) => {
            let calls = String::from_utf8_lossy(&fs::read(&log).expect("the log")).into_owned();
            calls.contains("(INJECTED)") || calls.contains("+++ killed by SIGKILL")
        }
        Fault::Half(_) => {
            !output.status.success() || said.contains("\u{1}error") || said.contains("\u{1}warning")
        }
    };
    Some((said, befell))
}

/// Holds a base against what was said before the fault, and goes on with it; whether the index was behind.
fn assert_whole(base: &Base, states: &BTreeSet<State>, told: &str) -> bool {
    let mut kb = base.open();
    let there = held(&kb);
    assert!(states.contains(&there), "{told}: {there:?}");
    let behind = kb.status().expect("a status").index_behind != Some(0);
    kb.catch_up()
        .unwrap_or_else(|error| panic!("{told} blocks: {error}"));
    let checkup = kb.doctor(false).expect("a check-up");
    assert!(checkup.is_clean(), "{told}: {checkup:?}");
    behind
}

/// Five documents whose index is in step.
fn settled() -> Base {
    let base = Base::new();
    let mut kb = base.open();
    let inputs = (1..=5).map(|n| input(&format!("/docs/doc-{n}.md"), &words(n)));
    add_where(&mut kb, inputs.collect(), &|_| true).expect("added");
    kb.catch_up().expect("caught up");
    base
}

#[test]
fn a_fault_at_any_write_leaves_every_command_done_or_not_done() {
    let stride = size::of("PM_KB_STRIDE", STRIDE, 1);
    let settled = settled();
    let start = held(&settled.open());
    let only = env::var("PM_KB_FAULT").ok();
    let is_wanted = |fault: &&str| {
        only.as_ref()
            .is_none_or(|only| fault.ends_with(only.as_str()))
    };
    let faults = ["signal=KILL", "error=EIO", "error=ENOSPC"];
    for fault in faults.into_iter().filter(is_wanted) {
        let (mut effective, mut behind) = (0, 0);
        // The first call that nobody makes any more ends the scenario; threads count for themselves and can vary by one.
        let mut at = 1;
        let mut beyond = 0;
        while beyond < if stride == 1 { 3 } else { 1 } {
            let base = settled.copied();
            let Some((said, befell)) = run_with(&Fault::AtCall(fault, at), &base) else {
                return;
            };
            effective += u64::from(befell);
            beyond = if befell { 0 } else { beyond + 1 };
            let states = possible(start.clone(), &said);
            let told = format!("{fault} at {at}\n{said}");
            behind += u64::from(assert_whole(&base, &states, &told));
            at += stride;
        }
        eprintln!("{fault}: {effective} faults, {behind} left the index behind");
        assert!(effective > 0);
    }
}

/// A disk that is full, or a quota, cuts a write in the middle of a page.
#[test]
fn a_write_that_is_done_by_half_leaves_every_command_done_or_not_done() {
    let settled = settled();
    let start = held(&settled.open());
    let tries = size::of("PM_KB_HALVES", 6, 400);
    for killed in [true, false] {
        let (mut effective, mut behind) = (0, 0);
        for nth in 0..tries {
            // The log of the record and the files of the index are all shorter than this.
            let to = 1 + nth * 200_003 / tries;
            let base = settled.copied();
            let Some((said, befell)) = run_with(&Fault::Half(Grown { to, killed }), &base) else {
                return;
            };
            effective += u64::from(befell);
            let states = possible(start.clone(), &said);
            let told = format!("no file beyond {to} bytes, killed: {killed}\n{said}");
            behind += u64::from(assert_whole(&base, &states, &told));
        }
        eprintln!(
            "half writes, killed: {killed}: {effective} of {tries}, {behind} left the index behind"
        );
        assert!(effective > 0);
    }
}

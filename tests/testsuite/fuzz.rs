//! Fuzzing without a nightly compiler: inputs are made from a kept corpus by mutation, and none may panic or take long.
//!
//! `PM_KB_FUZZ` sets the number of executions of all targets together, `PM_KB_FUZZ_TARGET` names one to run alone. The
//! corpus is in `fuzz/corpus/TARGET`; what fails is written to `fuzz/failures`, and belongs into the corpus once it is
//! mended. Nothing watches which code is reached: the corpus and a dictionary of marks stand for that.

use std::fs;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use pm_kb::knowledge_base::KnowledgeBase;

use crate::base::Base;
use crate::killing::Dice;
use crate::size;

#[path = "../../fuzz/targets.rs"]
mod targets;

use targets::TARGETS;
use targets::Target;

const SHORT: u64 = 1_750;
const LONG: u64 = 10_000_000;

/// The longest input, in bytes.
const MOST: usize = 4_096;

/// No input of so few bytes may take longer: fifty milliseconds where the program is optimised, and the machine idle.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 50 });

/// How often a slow input is tried anew: another process may have had the machine.
const TRIES: u32 = 5;

/// Marks of the languages that are read.
#[rustfmt::skip]
const DICTIONARY: [&str; 48] = [
    "---\n", "+++\n", "title: ", "date: 2026-07-03", "# ", "## Root cause\n", "- [ ] ", "| a | b |\n|---|---|\n", "> ", "```\n",
    "<table><tr><td>", "<!--", "-->", "<details>", "[^a]", "![a](b)", "**Cause:** ", "14:02 UTC ", "&a ", "*a", "!!", "{{", "\"", "'",
    "mode:", "quarter:2026-Q3", "-", "+", "(", ")", " OR ", "NOT ", "\"a b\"", "*", "~2", "@", "\u{feff}", "\u{202e}", "\u{200b}", "\0",
    "\r\n", "\r", "\t", "é", "日本", "🔥", "[[rule]]\nid = \"X\"\n", "{\"schema\": \"pm-kb/verdict/1\"}\n",
];

fn folder(below: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(below)
}

/// The kept inputs of a target, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder("corpus").join(target)).expect("a corpus of the target");
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("readable"))
        .collect()
}

/// Another input, made from those that are kept.
fn mutated(corpus: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let pick = |dice: &mut Dice| &corpus[dice.roll(corpus.len() as u64) as usize];
    let mut bytes = pick(dice).clone();
    for _ in 0..=dice.roll(6) {
        let place = |dice: &mut Dice, length: usize| dice.roll(length as u64 + 1) as usize;
        let at = place(dice, bytes.len());
        match dice.roll(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
            1 if at < bytes.len() => bytes[at] = dice.roll(256) as u8,
            2 => drop(bytes.drain(at..(at + place(dice, 32)).min(bytes.len()))),
            3 => bytes.truncate(at),
            4 => {
                let other = pick(dice);
                let from = place(dice, other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            5 => {
                let end = (at + place(dice, 40)).min(bytes.len());
                let part = bytes[at..end].repeat(1 + dice.roll(60) as usize);
                bytes.splice(at..end, part);
            }
            _ => {
                let word = DICTIONARY[dice.roll(DICTIONARY.len() as u64) as usize];
                let times = if dice.roll(8) == 0 { dice.roll(400) } else { 1 };
                bytes.splice(at..at, word.repeat(times as usize).bytes());
            }
        }
    }
    bytes.truncate(MOST);
    bytes
}

/// Runs a target on an input; how long it takes, the shortest of some tries where that is longer than `known`. Where all
/// of them are long, the machine may have been busy with others, and the time on the processor counts.
fn timed(target: &Target, bytes: &[u8], known: Duration) -> Duration {
    let run = || {
        let started = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| (target.run)(bytes)));
        if ended.is_err() {
            panic!("{} failed: {}", target.name, keep(target, bytes));
        }
        started.elapsed()
    };
    let first = run();
    if first <= known {
        return first;
    }
    let before = on_processor();
    let mut shortest = (0..TRIES).map(|_| run()).min().unwrap_or(first);
    if shortest > PATIENCE
        && let Some((after, before)) = on_processor().zip(before)
    {
        shortest = shortest.min((after - before) / TRIES);
    }
    assert!(
        shortest <= PATIENCE,
        "{} took {shortest:?}: {}",
        target.name,
        keep(target, bytes)
    );
    shortest
}

/// How long this thread has been on a processor; `None` where the system does not tell.
fn on_processor() -> Option<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Writes down what failed; where.
fn keep(target: &Target, bytes: &[u8]) -> String {
    let folder = folder("failures");
    fs::create_dir_all(&folder).expect("a folder");
    let name = format!("{}-{}", target.name, &blake3::hash(bytes).to_hex()[..16]);
    let path = folder.join(name);
    fs::write(&path, bytes).expect("written");
    path.display().to_string()
}

#[test]
fn no_input_makes_a_reader_panic_or_take_long() {
    let all = size::of("PM_KB_FUZZ", SHORT, LONG);
    let only = std::env::var("PM_KB_FUZZ_TARGET").ok();
    let wanted = |target: &&Target| only.as_ref().is_none_or(|only| only == target.name);
    for target in TARGETS.iter().filter(wanted) {
        let corpus = corpus(target.name);
        assert!(!corpus.is_empty(), "{} has a corpus", target.name);
        let mut dice = Dice(size::of("PM_KB_SEED", 51, 51));
        let mut slowest = Duration::ZERO;
        for bytes in &corpus {
            slowest = slowest.max(timed(target, bytes, slowest));
        }
        let executions = all * target.share / 100;
        for _ in 0..executions {
            let bytes = mutated(&corpus, &mut dice);
            slowest = slowest.max(timed(target, &bytes, slowest));
        }
        let name = target.name;
        eprintln!("{name}: {executions} executions, 0 panics, the slowest {slowest:.1?}");
    }
}

#[test]
fn no_bytes_make_the_opening_of_a_base_panic() {
    let base = Base::new();
    let file = base.dir().join("kb.sqlite");
    let pristine = fs::read(&file).expect("readable");
    let mut dice = Dice(52);
    let executions = size::of("PM_KB_FUZZ", SHORT, LONG) / 100;
    let mut opened = 0;
    for _ in 0..executions {
        let mut bytes = mutated(&[pristine.clone(), pristine[..200].to_vec()], &mut dice);
        // The header decides most; behind it the pages of the schema.
        if dice.roll(2) == 0 {
            bytes.extend_from_slice(pristine.get(bytes.len()..).unwrap_or_default());
        }
        fs::write(&file, &bytes).expect("written");
        let answer = KnowledgeBase::open(&base.dir()).and_then(|kb| kb.records());
        opened += u64::from(answer.is_ok());
        for beside in ["kb.sqlite-wal", "kb.sqlite-shm"] {
            let _ = fs::remove_file(base.dir().join(beside));
        }
    }
    eprintln!("base opening: {executions} executions, 0 panics, {opened} opened");
}

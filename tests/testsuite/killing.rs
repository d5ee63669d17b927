//! Killed at any moment: what was acknowledged is there, what was not is there in whole or not at all.
//!
//! The killed process is this test binary, run again with the name of a base in its environment. `PM_KB_KILLS` sets
//! the number of kills, `PM_KB_SEED` where they fall.

use std::collections::BTreeMap;
use std::env;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;

use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;

use crate::base::Base;
use crate::base::add_where;
use crate::base::input;
use crate::base::no_rules;
use crate::size;

const KILLS: u64 = 25;
const LONG: u64 = 2_000;

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        // Knuth's MMIX generator; its upper half is good enough here.
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % below
    }
}

fn setting(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// The process that is killed; does nothing in an ordinary run of the tests.
#[test]
fn worker() {
    let (Ok(dir), Some(seed)) = (env::var("PM_KB_WORKER"), setting("PM_KB_WORKER_SEED")) else {
        return;
    };
    let mut dice = Dice(seed);
    let mut kb = KnowledgeBase::open(Path::new(&dir))
        .expect("the base")
        .with_rules(no_rules());
    say("ready");
    loop {
        match dice.roll(10) {
            0 => {
                let records = kb.records().expect("records");
                if let Some(record) = records.get(dice.roll(records.len() as u64 + 1) as usize) {
                    say(&format!("want {} -", record.id));
                    kb.remove(&[record.id.as_str()]).expect("removed");
                    say("done");
                }
            }
            1 => kb.rebuild().expect("rebuilt"),
            2..=3 => drop(kb.catch_up().expect("caught up")),
            4 => drop(kb.catch_up_if_due().expect("caught up")),
            _ => {
                let batch: Vec<Input> = (0..=dice.roll(9))
                    .map(|_| {
                        let (name, text) = (dice.roll(60), dice.roll(1000));
                        say(&format!("want doc-{name} {text}"));
                        input(&format!("/docs/doc-{name}.md"), &words(text))
                    })
                    .collect();
                let mut said = false;
                add_where(&mut kb, batch, &|_| true)
                    .expect("added")
                    .iter()
                    .for_each(|_| {
                        if !std::mem::replace(&mut said, true) {
                            say("done");
                        }
                    });
            }
        }
    }
}

/// A document of some length, different for each number.
pub(crate) fn words(number: u64) -> String {
    format!("# Outage {number}\n\n")
        + &format!("The feature store served row {number} late. ").repeat(50)
}

/// One line on standard output at once, past the harness that captures what tests print.
pub(crate) fn say(line: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "\u{1}{line}").and_then(|()| out.flush());
}

/// A process that writes to a base until it is killed.
pub(crate) struct Worker {
    process: Child,
    lines: Receiver<()>,
    said: JoinHandle<String>,
}

impl Worker {
    /// Starts one, and waits until it is at work.
    pub(crate) fn start(dir: &Path, seed: u64) -> Worker {
        let mut process = Command::new(env::current_exe().expect("this binary"))
            .args([
                "--exact",
                "killing::worker",
                "--nocapture",
                "--test-threads=1",
            ])
            .env("PM_KB_WORKER", dir)
            .env("PM_KB_WORKER_SEED", seed.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a worker");
        let mut out = BufReader::new(process.stdout.take().expect("its output"));
        let mut greeting = String::new();
        while !greeting.ends_with("ready\n") {
            assert!(
                out.read_line(&mut greeting).expect("its output") > 0,
                "{greeting}"
            );
        }
        let (told, lines) = mpsc::channel();
        let said = thread::spawn(move || {
            let mut said = String::new();
            // A killed process ends in the middle of a line at worst.
            while out.read_line(&mut said).expect("its output") > 0 {
                let _ = told.send(());
            }
            said
        });
        Worker {
            process,
            lines,
            said,
        }
    }

    /// Waits until it has said so many lines more, then a little longer: how fast it gets on depends on the machine.
    pub(crate) fn work(&self, lines: u64, longer: Duration) {
        for _ in 0..lines {
            let _ = self.lines.recv_timeout(Duration::from_secs(20));
        }
        thread::sleep(longer);
    }

    /// Stops it where it stands.
    pub(crate) fn freeze(&self) {
        let pid = self.process.id().to_string();
        let stopped = Command::new("kill").args(["-STOP", &pid]).status();
        assert!(stopped.expect("stopped").success());
    }

    /// Kills it; what it has said.
    pub(crate) fn kill(mut self) -> String {
        self.process.kill().expect("killed");
        self.process.wait().expect("ended");
        self.said.join().expect("a reader")
    }
}

/// What the base may hold: text by id, before and after the command that was cut off.
pub(crate) type State = BTreeMap<String, u64>;

/// Applies what a worker said: the state that is acknowledged, and the one with the rest.
pub(crate) fn replayed(mut state: State, said: &str) -> (State, State) {
    let mut pending = state.clone();
    for line in said
        .lines()
        .filter_map(|line| line.split_once('\u{1}'))
        .map(|(_, line)| line)
    {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["done"] => state.clone_from(&pending),
            ["want", id, "-"] => drop(pending.remove(id)),
            ["want", id, text] => {
                // The last line may be cut off, and is then no number of a text that could be there.
                pending.insert(id.to_owned(), text.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }
    (state, pending)
}

/// What the base holds.
pub(crate) fn held(kb: &KnowledgeBase) -> State {
    let number = |id: &str| {
        let text = String::from_utf8(kb.original(id).expect("its bytes")).expect("text");
        let title = text.lines().next().and_then(|line| line.rsplit(' ').next());
        title.and_then(|text| text.parse().ok()).expect("a number")
    };
    let records = kb.records().expect("records");
    records
        .iter()
        .map(|record| (record.id.to_string(), number(record.id.as_str())))
        .collect()
}

#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_is_half_there() {
    let base = Base::new();
    let mut dice = Dice(setting("PM_KB_SEED").unwrap_or(42));
    let mut state = State::new();
    let (mut cut_off, mut lagging) = (0, 0);
    let kills = size::of("PM_KB_KILLS", KILLS, LONG);
    for round in 0..kills {
        let worker = Worker::start(&base.dir(), dice.roll(u64::from(u32::MAX)));
        worker.work(dice.roll(25), Duration::from_millis(dice.roll(40)));
        let (acknowledged, with_rest) = replayed(state, &worker.kill());
        cut_off += u64::from(acknowledged != with_rest);

        let mut kb = base.open();
        let there = held(&kb);
        assert!(
            there == acknowledged || there == with_rest,
            "round {round}: {there:?}\nis neither {acknowledged:?}\nnor {with_rest:?}"
        );
        lagging += u64::from(kb.status().expect("a status").index_behind != Some(0));
        kb.catch_up()
            .unwrap_or_else(|error| panic!("round {round} is blocked: {error}"));
        let checkup = kb.doctor(false).expect("a check-up");
        assert!(checkup.is_clean(), "round {round}: {checkup:?}");
        state = there;
    }
    assert!(!state.is_empty(), "the workers have done something");
    println_figures(kills, cut_off, lagging);
}

#[expect(
    clippy::print_stderr,
    reason = "the figures of a test run are read by people"
)]
fn println_figures(kills: u64, cut_off: u64, lagging: u64) {
    eprintln!("{kills} kills: {cut_off} inside a write, {lagging} with the index behind");
}

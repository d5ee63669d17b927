//! A crowd: many processes write and read one base at once, and some are killed; what was acknowledged is there.
//!
//! `PM_KB_ROUNDS` sets the number of rounds, each with eight writers of a hundred documents and four readers.

use std::collections::BTreeSet;
use std::env;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use pm_kb::index::Wanted;
use pm_kb::knowledge_base::KnowledgeBase;

use crate::base::Base;
use crate::base::add_where;
use crate::base::input;
use crate::base::no_rules;
use crate::killing::Dice;
use crate::killing::say;
use crate::killing::words;
use crate::size;

const WRITERS: u64 = 8;
const READERS: u64 = 4;

fn documents() -> u64 {
    if crate::LONG { 100 } else { 20 }
}

/// One writer of the crowd; does nothing in an ordinary run of the tests.
#[test]
fn writer() {
    let (Ok(dir), Ok(name)) = (env::var("PM_KB_CROWD"), env::var("PM_KB_CROWD_NAME")) else {
        return;
    };
    let mut kb = KnowledgeBase::open(Path::new(&dir))
        .expect("the base")
        .with_rules(no_rules());
    let all: Vec<u64> = (0..documents()).collect();
    for batch in all.chunks(7) {
        let inputs = batch.iter().map(|number| {
            let path = format!("/docs/{name}-{number}.md");
            input(&path, &words(number * 1_000))
        });
        let added = add_where(&mut kb, inputs.collect(), &|_| true).expect("added");
        for one in added {
            say(&format!("added {}", one.id.expect("an id")));
        }
        kb.catch_up_if_due().expect("caught up");
    }
    say("end");
}

fn start(base: &Base, name: &str) -> Child {
    Command::new(env::current_exe().expect("this binary"))
        .args([
            "--exact",
            "crowd::writer",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("PM_KB_CROWD", base.dir())
        .env("PM_KB_CROWD_NAME", name)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a writer")
}

/// Waits for a writer, or kills it after a while; the ids that it acknowledged, and whether it came to its end.
fn attend(mut writer: Child, killed_after: Option<Duration>) -> (Vec<String>, bool) {
    if let Some(after) = killed_after {
        thread::sleep(after);
        let _ = writer.kill();
    }
    let output = writer.stdout.take().expect("its output");
    let lines = BufReader::new(output).lines().map_while(Result::ok);
    let told: Vec<String> = lines
        .filter_map(|line| Some(line.split_once('\u{1}')?.1.to_owned()))
        .collect();
    writer.wait().expect("ended");
    let acknowledged = told.iter().filter_map(|line| line.strip_prefix("added "));
    let ended = told.iter().any(|line| line == "end");
    (acknowledged.map(str::to_owned).collect(), ended)
}

/// Reads and searches until it is told to stop; how often.
fn read(base: &Base, stop: &AtomicBool) -> u64 {
    let mut reads = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut kb = base.open();
        let records = kb.records().expect("a reader never fails").len();
        let vocabulary = kb.vocabulary().expect("a reader never fails");
        let query = pm_kb::query::Query::parse("feature store", &vocabulary);
        let found = kb
            .search(&query, Wanted::first(5))
            .expect("a reader never fails");
        assert!(found.total >= records || records == 0 || found.total > 0);
        reads += 1;
    }
    reads
}

#[test]
fn whatever_a_crowd_acknowledged_is_there() {
    let mut dice = Dice(31);
    let rounds = size::of("PM_KB_ROUNDS", 1, 20);
    let (mut acknowledged, mut killed) = (0, 0);
    let reads = AtomicU64::new(0);
    for round in 0..rounds {
        let base = Base::new();
        let stop = AtomicBool::new(false);
        let answers: Vec<(Vec<String>, bool, bool)> = thread::scope(|scope| {
            let readers: Vec<_> = (0..READERS)
                .map(|_| scope.spawn(|| reads.fetch_add(read(&base, &stop), Ordering::Relaxed)))
                .collect();
            let writers: Vec<_> = (0..WRITERS)
                .map(|number| {
                    let writer = start(&base, &format!("w{number}"));
                    let is_doomed = number >= WRITERS - 2;
                    let after = is_doomed.then(|| Duration::from_millis(dice.roll(2_500)));
                    scope.spawn(move || {
                        let (ids, ended) = attend(writer, after);
                        (ids, ended, is_doomed)
                    })
                })
                .collect();
            let answers = writers.into_iter().map(|one| one.join().expect("a writer"));
            let answers = answers.collect();
            stop.store(true, Ordering::Relaxed);
            for reader in readers {
                reader.join().expect("a reader never fails");
            }
            answers
        });
        let mut kb = base.open();
        let records = kb.records().expect("records");
        let there: BTreeSet<String> = records.iter().map(|one| one.id.to_string()).collect();
        for (ids, ended, is_doomed) in &answers {
            assert!(*ended || *is_doomed, "round {round}: a writer failed");
            killed += u64::from(!ended);
            acknowledged += ids.len();
            for id in ids {
                assert!(there.contains(id), "round {round}: `{id}` is lost");
            }
        }
        kb.catch_up().expect("not blocked");
        let checkup = kb.doctor(false).expect("a check-up");
        assert!(checkup.is_clean(), "round {round}: {checkup:?}");
    }
    let reads = reads.into_inner();
    eprintln!(
        "{rounds} rounds of {WRITERS} writers: {acknowledged} acknowledged, 0 lost, {killed} writers killed, {reads} reads \
         without an error"
    );
}

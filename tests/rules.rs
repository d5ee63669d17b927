//! Every example inside a rule file as a test of its own name, and what the lint of the shipped rules finds.
//!
//! `cargo test --test rules PMK-STALE` runs those whose name contains the word.

#![allow(clippy::print_stdout, reason = "the report of a test runner")]

use pm_kb::classifier;
use pm_kb::classifier::Fault;
use pm_kb::rule::RuleSet;

/// A name, and why it failed where it did.
struct Outcome {
    name: String,
    failure: Option<String>,
}

fn examples(rules: &RuleSet) -> impl Iterator<Item = Outcome> {
    let trials = classifier::trials(rules).into_iter();
    trials.filter(|trial| !trial.is_todo).map(|trial| Outcome {
        name: format!("{}::{}::{}", trial.rule, trial.shows, trial.number),
        failure: trial.failure.map(|failure| {
            format!(
                "{}:{}: {failure} in: {}",
                trial.file, trial.position.line, trial.text
            )
        }),
    })
}

/// So many shipped patterns begin with so many words that every sentence is searched for them; no more.
const SLOW: usize = 7;

fn lint(rules: &RuleSet) -> Outcome {
    let mut findings = classifier::lint(rules);
    let slow = findings.iter().filter(|one| one.fault == Fault::Slow);
    if slow.count() <= SLOW {
        findings.retain(|one| one.fault != Fault::Slow);
    }
    let lines = findings.iter().map(|one| {
        let cue = one.cue.as_deref().unwrap_or_default();
        format!(
            "\n  {}:{}: {} {cue}: {}",
            one.file, one.line, one.rule, one.message
        )
    });
    Outcome {
        name: "lint::shipped".to_owned(),
        failure: (!findings.is_empty()).then(|| lines.collect()),
    }
}

fn main() {
    let filter: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let rules = RuleSet::shipped();
    let mut outcomes: Vec<Outcome> = examples(&rules).collect();
    outcomes.push(lint(&rules));
    outcomes.retain(|outcome| {
        filter.is_empty() || filter.iter().any(|word| outcome.name.contains(word))
    });
    println!("\nrunning {} tests", outcomes.len());
    for outcome in &outcomes {
        let word = if outcome.failure.is_some() {
            "FAILED"
        } else {
            "ok"
        };
        println!("test {} ... {word}", outcome.name);
    }
    let failed: Vec<&Outcome> = outcomes
        .iter()
        .filter(|outcome| outcome.failure.is_some())
        .collect();
    for outcome in &failed {
        println!(
            "\n---- {} ----\n{}",
            outcome.name,
            outcome.failure.as_deref().unwrap_or("")
        );
    }
    let word = if failed.is_empty() { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {} passed; {} failed; 0 ignored; 0 measured; 0 filtered out\n",
        outcomes.len() - failed.len(),
        failed.len()
    );
    std::process::exit(i32::from(!failed.is_empty()));
}

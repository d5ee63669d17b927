//! Every example inside a rule file as a test of its own name, and what the lint of the shipped rules finds.
//!
//! `cargo test --test rules PMK-STALE` runs those whose name contains the word.

#![allow(clippy::print_stdout, reason = "the report of a test runner")]

use pm_kb::classification::State;
use pm_kb::classifier;
use pm_kb::postmortem::Block;
use pm_kb::postmortem::BlockKind;
use pm_kb::postmortem::Postmortem;
use pm_kb::postmortem::Section;
use pm_kb::postmortem::SectionKind;
use pm_kb::rule::RuleSet;
use pm_kb::text::Span;

/// A name, and why it failed where it did.
struct Outcome {
    name: String,
    failure: Option<String>,
}

/// A document of one paragraph without heading.
fn document(text: &str) -> Postmortem {
    let section = |kind| Section {
        kind,
        heading: String::new(),
        level: 0,
        parent: None,
        span: Span::default(),
    };
    Postmortem {
        language: "en".to_owned(),
        sections: vec![section(SectionKind::Title), section(SectionKind::Body)],
        blocks: vec![Block {
            section: 1,
            kind: BlockKind::Paragraph,
            text: text.to_owned(),
            span: Span::new(0, text.len()),
            map: vec![(0, 0)],
        }],
        ..Postmortem::default()
    }
}

fn example(rules: &RuleSet, rule: &str, text: &str, expect: Option<State>) -> Option<String> {
    let found = classifier::probe(rules, &document(text), rule);
    let right = match expect {
        Some(state) => found.contains(&state),
        // What is found but denied is no match.
        None => !found.contains(&State::Affirmed),
    };
    (!right).then(|| format!("found {found:?}, expected {expect:?} in: {text}"))
}

fn examples(rules: &RuleSet) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for rule in rules.rules() {
        for (state, texts) in rule.tests.stated() {
            for (number, text) in texts.iter().enumerate() {
                outcomes.push(Outcome {
                    name: format!("{}::{}::{}", rule.id, state.id(), number + 1),
                    failure: example(rules, &rule.id, text, Some(state)),
                });
            }
        }
        for (number, text) in rule.tests.no_match.iter().enumerate() {
            outcomes.push(Outcome {
                name: format!("{}::no-match::{}", rule.id, number + 1),
                failure: example(rules, &rule.id, text, None),
            });
        }
    }
    outcomes
}

fn contexts(rules: &RuleSet) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for context in rules.contexts() {
        for (number, test) in context.tests.iter().enumerate() {
            let found = classifier::qualify(rules, &document(&test.text), &test.target);
            outcomes.push(Outcome {
                name: format!("{}::{}", context.id, number + 1),
                failure: (found != Some(test.expect)).then(|| {
                    format!(
                        "`{}` is {found:?}, expected {:?} in: {}",
                        test.target, test.expect, test.text
                    )
                }),
            });
        }
    }
    outcomes
}

fn lint(rules: &RuleSet) -> Vec<Outcome> {
    let findings = rules.lint();
    let failure = (!findings.is_empty()).then(|| {
        let lines = findings.iter().map(|finding| {
            format!(
                "\n  {} ({}): {}",
                finding.rule, finding.place, finding.message
            )
        });
        lines.collect()
    });
    vec![Outcome {
        name: "lint::shipped".to_owned(),
        failure,
    }]
}

fn main() {
    let filter: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let rules = RuleSet::shipped();
    let mut outcomes = examples(&rules);
    outcomes.extend(contexts(&rules));
    outcomes.extend(lint(&rules));
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

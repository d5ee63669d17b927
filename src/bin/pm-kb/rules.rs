//! `rules`: the rules in force, to be listed, shown, tried, looked over and measured.

use pm_kb::rule::Rule;
use pm_kb::rule::RuleSet;
use serde_json::Value;
use serde_json::json;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::help;
use crate::input::name;
use crate::message;

mod book;
mod lint;
mod list;
mod show;
mod stats;
mod test;

/// The arguments of `rules`.
#[derive(clap::Args)]
#[command(after_help = help::RULES)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show the rules in force, those of your team and those that are shipped.
    List(list::Args),
    /// Show one rule: its patterns, its examples, what it is known to find wrongly, what it finds in your documents.
    Show(show::Args),
    /// Try the examples inside the rules, all of them or those of some files.
    Test(test::Args),
    /// Look the rules over: patterns that nothing shows, that nothing can match, that are slow, that are there twice.
    Lint(lint::Args),
    /// Count what every rule finds in your documents, or in labelled ones, and how often it is right.
    Stats(stats::Args),
}

/// Does what is asked of the rules.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    match &args.command {
        Command::List(args) => list::run(args, desk),
        Command::Show(args) => show::run(args, desk),
        Command::Test(args) => test::run(args, desk),
        Command::Lint(args) => lint::run(args, desk),
        Command::Stats(args) => stats::run(args, desk),
    }
}

/// The rules in force; `None` where the team's files cannot be used, which is told.
fn in_force(desk: &mut Desk) -> Option<RuleSet> {
    match base::rules(desk) {
        Ok(rules) => Some(rules),
        Err(problems) => {
            message::rules(&mut desk.terminal, &problems);
            None
        }
    }
}

/// Where a rule is declared, as one would type it.
fn place(file: &str, is_own: bool) -> String {
    match is_own {
        true => name::near(file),
        false => format!("schema/{file}"),
    }
}

/// Whether a rule is in force, or why it is not.
fn standing(rules: &RuleSet, rule: &Rule) -> &'static str {
    match rules.is_enabled(rule) {
        true => rule.status.id(),
        false if rules.is_disabled(rule) => "disabled",
        false => "deprecated",
    }
}

/// A rule: `pm-kb/rule/1`.
fn object(rules: &RuleSet, rule: &Rule) -> Value {
    let cues: Vec<Value> = rules.cues()[rule.cues.clone()]
        .iter()
        .map(|cue| {
            json!({"name": cue.name, "pattern": cue.pattern.source(), "weight": cue.weight,
                "unless": cue.unless.as_ref().map(|pattern| pattern.source()),
                "near": cue.near.as_ref().map(|pattern| pattern.source()),
                "sections": cue.sections.iter().map(|section| section.id()).collect::<Vec<_>>(),
                "line": cue.line})
        })
        .collect();
    let texts = |examples: &[pm_kb::rule::Example]| -> Vec<String> {
        examples.iter().map(|one| one.text.clone()).collect()
    };
    let mut tests = serde_json::Map::new();
    let stated = rule.tests.stated().into_iter();
    let stated = stated.map(|(state, examples)| (state.id(), examples));
    for (name, examples) in stated.chain([
        ("no-match", rule.tests.no_match.as_slice()),
        ("todo-match", rule.tests.todo_match.as_slice()),
    ]) {
        if !examples.is_empty() {
            tests.insert(name.to_owned(), json!(texts(examples)));
        }
    }
    json!({"schema": "pm-kb/rule/1", "id": rule.id, "title": rule.title, "label": rule.label.to_string(),
        "status": standing(rules, rule), "own": rule.is_own, "file": place(&rule.file, rule.is_own), "line": rule.line,
        "cues": cues, "tests": tests, "falsepositives": rule.false_positives, "references": rule.references})
}

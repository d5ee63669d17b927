//! `rules test`: the examples inside the rules, tried; the place of each that fails.

use std::path::Path;
use std::path::PathBuf;

use pm_kb::classifier;
use pm_kb::classifier::Trial;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::rule::RuleSet;
use serde_json::json;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::input::name;
use crate::message;
use crate::message::Problems;
use crate::terminal;

/// The arguments of `rules test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files of rules, in the knowledge base or on their way there; all rules where none is named.
    files: Vec<PathBuf>,
    #[command(flatten)]
    output: format::Output,
}

/// Tries the examples.
pub(super) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let (rules, names) = match rules(args, desk) {
        Ok(read) => read,
        Err(problems) => {
            message::rules(&mut desk.terminal, &problems);
            return Ok(Exit::Usage);
        }
    };
    let mut trials = classifier::trials(&rules);
    trials.retain(|trial| names.is_empty() || names.contains(&trial.file));
    let failed = trials.iter().filter(|trial| has_failed(trial)).count();
    if format == Format::Text {
        tell(&trials, desk)?;
    } else {
        let objects = trials.iter().map(|trial| {
            json!({"schema": "pm-kb/rule-test/1", "rule": trial.rule, "shows": trial.shows, "file": shown(trial),
                "line": trial.position.line, "column": trial.position.column, "text": trial.text,
                "passed": trial.failure.is_none(), "failure": trial.failure})
        });
        format::many(&mut desk.terminal, format, objects)?;
    }
    let todo = trials
        .iter()
        .filter(|trial| trial.is_todo && trial.failure.is_some());
    let todo = match todo.count() {
        0 => String::new(),
        count => format!(", {count} still to do"),
    };
    let text = format!("{} examples, {failed} failed{todo}", trials.len());
    message::notice(&mut desk.terminal, &text);
    Ok(match (failed, trials.is_empty()) {
        (0, false) => Exit::Done,
        _ => Exit::Negative,
    })
}

fn has_failed(trial: &Trial) -> bool {
    trial.failure.is_some() && !trial.is_todo
}

fn shown(trial: &Trial) -> String {
    name::near(&trial.file)
}

/// The rules with those of the named files over them, and the names of these.
fn rules(args: &Args, desk: &Desk) -> Result<(RuleSet, Vec<String>), Vec<pm_kb::error::Error>> {
    if args.files.is_empty() {
        return Ok((base::rules(desk)?, Vec::new()));
    }
    let whole = |file: &PathBuf| file.canonicalize().unwrap_or_else(|_| file.clone());
    let files: Vec<PathBuf> = args.files.iter().map(whole).collect();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    base::rules_with(&files, desk)
}

fn tell(trials: &[Trial], desk: &mut Desk) -> std::io::Result<()> {
    let mut problems = Problems::default();
    for trial in trials.iter().filter(|trial| has_failed(trial)) {
        let failure = trial.failure.as_deref().unwrap_or_default();
        let advice = format!("“{}”", trial.text);
        let diagnostic = Diagnostic::error(Some(trial.position), failure, advice);
        problems.tell(&mut desk.terminal, &shown(trial), &diagnostic);
    }
    problems.close(&mut desk.terminal);
    let mut counts: Vec<(String, usize, usize)> = Vec::new();
    for trial in trials {
        let file = super::place(&shown(trial), !trial.file.starts_with("rules/"));
        let failed = usize::from(has_failed(trial));
        match counts.iter_mut().find(|(name, ..)| *name == file) {
            Some((_, all, wrong)) => {
                *all += 1;
                *wrong += failed;
            }
            None => counts.push((file, 1, failed)),
        }
    }
    counts.sort();
    for (file, all, wrong) in counts {
        let word = if wrong == 0 { "ok" } else { "FAILED" };
        let line = format!(
            "{word:<6}  {} of {all}  {}",
            all - wrong,
            terminal::clean(&file)
        );
        desk.terminal.line(&line)?;
    }
    Ok(())
}

//! `rules stats`: what every rule finds in documents, how often it is right, which rules meet, which are dead.

use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use pm_kb::classifier::RuleUsage;
use pm_kb::classifier::Usage;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::evaluation::Gold;
use pm_kb::parser;
use pm_kb::rule::Rule;
use pm_kb::rule::RuleSet;
use serde_json::Value;
use serde_json::json;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::input;
use crate::message;
use crate::terminal::clean;

/// The most bytes of a table of labels.
const MOST_BYTES: usize = 64 << 20;
/// So many pairs of rules that meet are told.
const MOST_PAIRS: usize = 20;

/// The arguments of `rules stats`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A table of gold labels, as for `eval`: then precision is told, too.
    #[arg(requires = "folder")]
    labels: Option<PathBuf>,
    /// The folder that the table's files stand in; without it, the documents of the knowledge base are read.
    folder: Option<PathBuf>,
    /// Only the rules of your team.
    #[arg(long)]
    own: bool,
    #[command(flatten)]
    output: format::Output,
}

/// Counts what the rules find.
pub(super) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let Some(rules) = super::in_force(desk) else {
        return Ok(Exit::Usage);
    };
    let usage = match (&args.labels, &args.folder) {
        (Some(labels), Some(folder)) => on_gold(&rules, labels, folder)?,
        _ => base::open(desk)?.usage(&rules, usize::MAX)?,
    };
    let mut shown: Vec<(&Rule, RuleUsage)> = rules
        .rules()
        .iter()
        .filter(|rule| rules.is_enabled(rule) && (rule.is_own || !args.own))
        .map(|rule| (rule, usage.rules.get(&rule.id).cloned().unwrap_or_default()))
        .collect();
    shown.sort_by(|(one, a), (other, b)| b.documents.cmp(&a.documents).then(one.id.cmp(&other.id)));
    if format != Format::Text {
        let objects = shown.iter().map(|(rule, used)| object(rule, used, &usage));
        format::many(&mut desk.terminal, format, objects)?;
        return Ok(Exit::Done);
    }
    let mut lines = vec![format!(
        "{:<16} {:>9} {:>8} {:>9}  {:<12} {}",
        "RULE", "DOCUMENTS", "AFFIRMED", "SENTENCES", "PRECISION", "LABEL"
    )];
    lines.extend(shown.iter().map(|(rule, used)| line(rule, used)));
    lines.extend(pairs(&rules, &usage, args.own));
    desk.terminal.text(&lines.join("\n"))?;
    let dead = shown.iter().filter(|(_, used)| used.documents == 0).count();
    let text = format!(
        "{} documents, {} rules, {dead} find nothing in them",
        usage.documents,
        shown.len()
    );
    message::notice(&mut desk.terminal, &text);
    Ok(Exit::Done)
}

/// What rules find in labelled documents.
fn on_gold(rules: &RuleSet, labels: &Path, folder: &Path) -> anyhow::Result<Usage> {
    let shown = input::name::shown(labels);
    let table = input::read(labels, MOST_BYTES);
    let table =
        table.map_err(|refusal| anyhow::anyhow!("{shown}: {}", refusal.diagnostic().message))?;
    let text = String::from_utf8(table.bytes).with_context(|| format!("{shown} is no text"))?;
    let limits = Limits::default();
    let mut usage = Usage::default();
    for gold in Gold::read(&shown, &text)? {
        let file = folder.join(&gold.file);
        let name = input::name::shown(&file);
        let read =
            input::read(&file, limits.document_bytes).map_err(|refusal| refusal.diagnostic());
        let read = read.and_then(|input| Document::read(&input.source, input.bytes, &limits));
        let document = read.map_err(|refusal| anyhow::anyhow!("{name}: {}", refusal.message))?;
        let parsed = parser::parse(&document, &parser::Options::default());
        let read = (
            gold.file.as_str(),
            document.text.as_str(),
            &parsed.postmortem,
        );
        usage.add(rules, read, &|label| gold.has(label));
    }
    Ok(usage)
}

fn line(rule: &Rule, used: &RuleUsage) -> String {
    let precision = match used.judged {
        0 => "-".to_owned(),
        judged => format!(
            "{:.2} ({}/{judged})",
            used.right as f64 / judged as f64,
            used.right
        ),
    };
    let line = format!(
        "{:<16} {:>9} {:>8} {:>9}  {precision:<12} {}",
        clean(&rule.id),
        used.documents,
        used.affirmed,
        used.sentences,
        rule.label
    );
    line.trim_end().to_owned()
}

/// Rules that mostly meet: those for one label do the same work, those for two contradict each other.
fn pairs(rules: &RuleSet, usage: &Usage, own: bool) -> Vec<String> {
    let label = |id: &str| rules.rule(id).map(|rule| rule.label);
    let is_own = |id: &str| rules.rule(id).is_some_and(|rule| rule.is_own);
    let (mut overlaps, mut conflicts) = (Vec::new(), Vec::new());
    for (one, other, count, share) in usage.meetings() {
        if own && !is_own(one) && !is_own(other) {
            continue;
        }
        let line = format!(
            "{one} and {other}: {count} sentences, {:.0} % of the rarer one's",
            share * 100.0
        );
        match label(one) == label(other) {
            true => overlaps.push(line),
            false => conflicts.push(line),
        }
    }
    let mut lines = Vec::new();
    for (title, found) in [
        (
            "Rules for one label that mostly find the same sentences",
            overlaps,
        ),
        (
            "Rules for different labels that mostly find the same sentences",
            conflicts,
        ),
    ] {
        if !found.is_empty() {
            lines.extend([String::new(), title.to_owned()]);
            lines.extend(
                found
                    .iter()
                    .take(MOST_PAIRS)
                    .map(|line| format!("  {}", clean(line))),
            );
        }
    }
    lines
}

fn object(rule: &Rule, used: &RuleUsage, usage: &Usage) -> Value {
    let meets: Vec<Value> = usage
        .meetings()
        .into_iter()
        .filter(|(one, other, ..)| *one == rule.id || *other == rule.id)
        .map(|(one, other, count, share)| {
            let with = if one == rule.id { other } else { one };
            json!({"rule": with, "sentences": count, "share": share})
        })
        .collect();
    let example = used.example.as_ref().map(|(name, quote)| {
        json!({"document": name, "line": quote.line, "column": quote.column, "quote": quote.quote,
            "state": quote.state.id()})
    });
    json!({"schema": "pm-kb/rule-usage/1", "rule": rule.id, "label": rule.label.to_string(), "own": rule.is_own,
        "documents_read": usage.documents, "documents": used.documents, "affirmed": used.affirmed,
        "sentences": used.sentences, "judged": used.judged, "right": used.right, "meets": meets, "example": example})
}

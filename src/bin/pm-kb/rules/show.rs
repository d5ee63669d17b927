//! `rules show`: one rule, so that a person can follow what it finds and argue with it.

use pm_kb::classifier::Usage;
use pm_kb::error::Error;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::rule::Cue;
use pm_kb::rule::Rule;
use pm_kb::rule::RuleSet;
use serde_json::json;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::terminal::clean;

/// So many incidents of a base are read to say what a rule finds in them.
const MOST_READ: usize = 2000;
/// So many words of a vocabulary are shown.
const MOST_WORDS: usize = 12;
/// The longest line of a pattern.
const WIDTH: usize = 96;

/// How patterns are to be read.
const LEGEND: &str = "\
{name} is a word of that list, <4> a gap of up to four words, chang* every word that begins so, ( | ) a choice, and what
stands before a ? may be missing. Sentences are searched in lower case, without hyphens, quotes and accents.";

/// The arguments of `rules show`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The rule's id, such as PMK-STALE-001.
    id: String,
    #[command(flatten)]
    output: format::Output,
}

/// Shows a rule.
pub(super) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let Some(rules) = super::in_force(desk) else {
        return Ok(Exit::Usage);
    };
    let known = rules
        .rules()
        .iter()
        .find(|rule| rule.id.eq_ignore_ascii_case(&args.id));
    let Some(rule) = known else {
        return unknown(&rules, &args.id);
    };
    let usage = match base::open(desk) {
        Ok(base) => Some(used(&base, &rules)?),
        Err(error) if matches!(error.downcast_ref(), Some(Error::NotFound { .. })) => None,
        Err(error) => return Err(error),
    };
    if format == Format::Text {
        let mut lines = head(&rules, rule);
        lines.extend(cues(&rules, rule));
        lines.extend(words(&rules, rule));
        lines.extend(examples(rule));
        lines.extend(usage.map(|usage| finds(rule, &usage)).unwrap_or_default());
        desk.terminal.text(&lines.join("\n"))?;
        return Ok(Exit::Done);
    }
    let mut object = super::object(&rules, rule);
    if let (Some(usage), Some(fields)) = (usage, object.as_object_mut()) {
        let found = usage.rules.get(&rule.id);
        fields.insert("documents_read".to_owned(), json!(usage.documents));
        let documents = found.map_or(0, |found| found.documents);
        fields.insert("documents_found".to_owned(), json!(documents));
    }
    format::one(&mut desk.terminal, format, &object)?;
    Ok(Exit::Done)
}

fn used(base: &KnowledgeBase, rules: &RuleSet) -> anyhow::Result<Usage> {
    Ok(base.usage(rules, MOST_READ)?)
}

fn unknown(rules: &RuleSet, id: &str) -> anyhow::Result<Exit> {
    let wanted = id.to_ascii_uppercase();
    let likeness = |rule: &&Rule| strsim::jaro_winkler(&wanted, &rule.id);
    let nearest = rules
        .rules()
        .iter()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    let hint = nearest.map_or(String::new(), |rule| {
        format!(", did you mean `{}`?", rule.id)
    });
    anyhow::bail!("no rule has the id `{id}`{hint} — `pm-kb rules list` shows them");
}

fn head(rules: &RuleSet, rule: &Rule) -> Vec<String> {
    let whose = if rule.is_own { "your own" } else { "shipped" };
    let mut lines = vec![
        format!("{}  {}", clean(&rule.id), clean(&rule.title)),
        String::new(),
        format!("speaks for     {}", rule.label),
        format!("status         {}, {whose}", super::standing(rules, rule)),
        format!(
            "declared in    {}:{}",
            clean(&super::place(&rule.file, rule.is_own)),
            rule.line
        ),
    ];
    let named = [
        ("references", &rule.references),
        ("finds wrongly", &rule.false_positives),
    ];
    for (name, texts) in named {
        for (number, text) in texts.iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            lines.push(format!("{name:<14} {}", clean(text)));
        }
    }
    lines
}

fn cues(rules: &RuleSet, rule: &Rule) -> Vec<String> {
    let mut lines = vec![String::new(), "Looks for".to_owned()];
    for cue in &rules.cues()[rule.cues.clone()] {
        lines.extend(cue_lines(cue));
    }
    lines.push(String::new());
    lines.extend(LEGEND.lines().map(|line| format!("  {line}")));
    lines
}

fn cue_lines(cue: &Cue) -> Vec<String> {
    let mut lines = vec![format!("  {} (weight {})", clean(&cue.name), cue.weight)];
    let unless = cue.unless.as_ref().map(|pattern| ("but not with", pattern));
    let near = cue.near.as_ref().map(|pattern| ("and beside", pattern));
    let patterns = [Some(("", &cue.pattern)), unless, near];
    for (name, pattern) in patterns.into_iter().flatten() {
        let indent = if name.is_empty() { "    " } else { "      " };
        if !name.is_empty() {
            lines.push(format!("    {name}"));
        }
        let wrapped = wrapped(pattern.source(), WIDTH - indent.len());
        lines.extend(
            wrapped
                .iter()
                .map(|line| format!("{indent}{}", clean(line))),
        );
    }
    if !cue.sections.is_empty() {
        let names: Vec<&str> = cue.sections.iter().map(|section| section.id()).collect();
        lines.push(format!("    only in {}", names.join(", ")));
    }
    lines
}

/// A pattern on lines of at most so many characters, cut at spaces and before `|`.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut piece = String::new();
    for char in text.chars().chain([' ']) {
        if matches!(char, ' ' | '|') {
            let last = lines.len() - 1;
            let used = lines[last].chars().count();
            if used > 0 && used + piece.chars().count() > width {
                lines.push(String::new());
            }
            let last = lines.len() - 1;
            lines[last].push_str(&piece);
            piece.clear();
        }
        piece.push(char);
    }
    lines.iter().map(|line| line.trim().to_owned()).collect()
}

/// The vocabularies that the patterns name.
fn words(rules: &RuleSet, rule: &Rule) -> Vec<String> {
    let vocabulary = rules.vocabulary();
    let cues = &rules.cues()[rule.cues.clone()];
    let named = |name: &&str| {
        let form = format!("{{{name}}}");
        cues.iter().any(|cue| {
            let patterns = [Some(&cue.pattern), cue.unless.as_ref(), cue.near.as_ref()];
            let mut patterns = patterns.into_iter().flatten();
            patterns.any(|pattern| pattern.source().contains(&form))
        })
    };
    let mut lines = Vec::new();
    for name in vocabulary.names().filter(named) {
        let words = vocabulary.words(name).unwrap_or_default();
        let shown = words[..words.len().min(MOST_WORDS)].join(", ");
        let more = words.len().saturating_sub(MOST_WORDS);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let about = vocabulary.about(name).unwrap_or_default();
        lines.push(format!("  {{{name}}}  {}", clean(about)));
        let wrapped = wrapped(&format!("{shown}{more}"), WIDTH - 4);
        lines.extend(wrapped.iter().map(|line| format!("    {}", clean(line))));
    }
    if !lines.is_empty() {
        lines.splice(0..0, [String::new(), "Words".to_owned()]);
    }
    lines
}

fn examples(rule: &Rule) -> Vec<String> {
    let tests = &rule.tests;
    let stated = tests.stated().into_iter().map(|(state, examples)| {
        let name = match state {
            pm_kb::classification::State::Affirmed => "finds".to_owned(),
            state => format!("finds as {}", state.id()),
        };
        (name, examples)
    });
    let others = [
        ("does not find".to_owned(), tests.no_match.as_slice()),
        (
            "should find, and does not yet".to_owned(),
            tests.todo_match.as_slice(),
        ),
    ];
    let mut lines = vec![String::new(), "Examples".to_owned()];
    for (name, examples) in stated.chain(others).filter(|(_, all)| !all.is_empty()) {
        lines.push(format!("  {name}"));
        lines.extend(
            examples
                .iter()
                .map(|one| format!("    “{}”", clean(&one.text))),
        );
    }
    lines
}

fn finds(rule: &Rule, usage: &Usage) -> Vec<String> {
    let found = usage.rules.get(&rule.id);
    let count = found.map_or(0, |found| found.documents);
    let affirmed = found.map_or(0, |found| found.affirmed);
    let mut lines = vec![
        String::new(),
        "In this knowledge base".to_owned(),
        format!(
            "  finds something in {count} of {} incidents, in {affirmed} of them stated as a fact",
            usage.documents
        ),
    ];
    if let Some((id, quote)) = found.and_then(|found| found.example.as_ref()) {
        lines.push(format!("    “{}”", clean(&quote.quote)));
        lines.push(format!(
            "    {}, line {}, {}, {}",
            clean(id),
            quote.line,
            quote.section,
            quote.state.id()
        ));
    }
    lines
}

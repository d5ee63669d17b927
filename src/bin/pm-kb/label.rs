//! `label`: what a person says of an incident, over what document and rules say; undone as easily.

use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::error::Error;
use pm_kb::knowledge_base::Changed;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Statement;
use pm_kb::knowledge_base::VERDICTS;
use pm_kb::knowledge_base::Wish;
use pm_kb::text::Position;
use pm_kb::verdict::Field;
use pm_kb::verdict::Ledger;
use pm_kb::verdict::Ruling;
use pm_kb::verdict::Verdict;

use crate::Desk;
use crate::author;
use crate::base;
use crate::change;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::input::name;
use crate::message;
use crate::message::Problems;
use crate::terminal;

/// The most bytes that are read of a file of statements.
const MOST_BYTES: u64 = 64 << 20;

/// The arguments of `label`.
#[derive(clap::Args)]
#[command(after_help = help::LABEL)]
pub(crate) struct Args {
    /// The incident's id, or as much of its beginning as no other id has.
    #[arg(required_unless_present = "from")]
    id: Option<String>,
    /// What is so, as in `mode=feature-staleness` or `severity=SEV1`; `FIELD=` says that there is none.
    #[arg(value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// Why, for those who read it later.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    why: String,
    /// Who says so; else git's `user.name` and `user.email`, else your login.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Undo the verdicts on the fields named, or the last one; what stood before stands again.
    #[arg(long)]
    undo: bool,
    /// Many at once: lines of JSON as in verdicts.jsonl, of which `incident`, `field` and `value` must be there.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["id", "undo"])]
    from: Option<PathBuf>,
    #[command(flatten)]
    output: format::Output,
}

/// Labels incidents by hand.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let mut base = base::open(desk)?;
    let rules_refused = base::tell_refused_rules(&base, desk);
    let (ledger, odd) = base.ledger(Some(desk.now))?;
    base::tell_odd_lines(&base, &odd, desk);
    let author = author::required(args.author.as_deref(), &base)?;
    let mut problems = Problems::default();
    let statements = match (&args.id, &args.from) {
        (Some(id), _) => {
            let id = base::meant(id, &base, desk)?;
            vec![Statement {
                wishes: wishes(args, &ledger, &id)?,
                incident: id,
                why: args.why.trim().to_owned(),
                author,
                now: desk.now,
            }]
        }
        (None, Some(file)) => said_in(file, args, (&author, desk), &mut problems)?,
        (None, None) => Vec::new(),
    };
    base.take_in_verdicts(false)?;
    let (written, unknown) = label(&mut base, &statements, format, desk)?;
    desk.terminal.flush()?;
    if let Err(error) = base.catch_up_if_due() {
        let text = format!("labelled; the search index will catch up: {error}");
        message::warning(&mut desk.terminal, &text);
    }
    for error in unknown {
        if args.from.is_none() {
            return Err(error.into());
        }
        let advice = error.hint().unwrap_or_default();
        let refusal = Diagnostic::error(None, error.to_string(), advice);
        problems.tell(&mut desk.terminal, "--from", &refusal);
    }
    let refused = problems.count();
    problems.close(&mut desk.terminal);
    note_where(&base, written, desk);
    Ok(if refused > 0 || rules_refused {
        Exit::Refused
    } else {
        Exit::Done
    })
}

/// Writes what is said and tells what it changed; how many verdicts were written, and which incidents are not known.
fn label(
    base: &mut KnowledgeBase,
    statements: &[Statement],
    format: Format,
    desk: &mut Desk,
) -> anyhow::Result<(usize, Vec<Error>)> {
    let mut list = format::List::of(format);
    let (mut written, mut unknown) = (0, Vec::new());
    for statement in statements {
        match base.label(statement) {
            Ok(changed) => {
                written += changed.verdicts.len();
                tell(&changed, (format, &mut list), desk)?;
            }
            Err(error @ Error::UnknownIncident { .. }) => unknown.push(error),
            Err(error) => return Err(error.into()),
        }
    }
    list.close(&mut desk.terminal)?;
    Ok((written, unknown))
}

/// What the lines of a file say; a line that cannot be read is told and passed over.
fn said_in(
    file: &Path,
    args: &Args,
    (author, desk): (&str, &mut Desk),
    problems: &mut Problems,
) -> anyhow::Result<Vec<Statement>> {
    let shown = name::shown(file);
    // It may be a pipe, which a shell makes of `<(…)`, and it need not end.
    let mut text = String::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(MOST_BYTES).read_to_string(&mut text))
        .with_context(|| format!("cannot read {shown}"))?;
    let mut statements = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        match said_on(line, desk.now) {
            Ok(verdict) => {
                let or = |said: &str, other: &str| match said.is_empty() {
                    true => other.to_owned(),
                    false => said.to_owned(),
                };
                let wish = match verdict.ruling {
                    Ruling::Value(value) => Wish::Be(value),
                    Ruling::Undoes(_) => Wish::Undo,
                };
                statements.push(Statement {
                    incident: verdict.incident.to_string(),
                    wishes: vec![(verdict.field, wish)],
                    why: or(&verdict.why, args.why.trim()),
                    author: or(&verdict.author, author),
                    now: desk.now,
                });
            }
            Err(wrong) => {
                let at = Position {
                    line: number,
                    column: 1,
                };
                let refusal = Diagnostic::error(Some(at), wrong, "the other lines are taken");
                problems.tell(&mut desk.terminal, &shown, &refusal);
            }
        }
    }
    Ok(statements)
}

/// What one line says; it need not tell when.
fn said_on(line: &str, now: jiff::Timestamp) -> Result<Verdict, String> {
    match serde_json::from_str(line.trim_start_matches('\u{feff}')) {
        Ok(serde_json::Value::Object(mut object)) => {
            object.insert("time".to_owned(), now.to_string().into());
            Verdict::parse(&serde_json::Value::Object(object).to_string())
        }
        _ => Verdict::parse(line),
    }
}

/// What is to become of which field.
fn wishes(args: &Args, ledger: &Ledger, id: &str) -> anyhow::Result<Vec<(Field, Wish)>> {
    if args.undo && args.fields.is_empty() {
        let id = id.parse()?;
        let last = ledger
            .standing(&id)
            .into_values()
            .max_by_key(|verdict| (verdict.time, verdict.id()));
        let last = last.with_context(|| format!("no verdict of the file stands on `{id}`"))?;
        return Ok(vec![(last.field, Wish::Undo)]);
    }
    if args.fields.is_empty() {
        anyhow::bail!("nothing is said of it: expected FIELD=VALUE, as in `mode=data-drift`");
    }
    let mut wishes = Vec::new();
    for text in &args.fields {
        let (field, value) = match text.split_once('=') {
            Some((field, value)) => (field, Some(value)),
            None => (text.as_str(), None),
        };
        let field: Field = field.parse()?;
        let wish = match (args.undo, value) {
            (true, None) => Wish::Undo,
            (false, Some(value)) => Wish::Be(field.normal(value)?),
            (true, Some(_)) => anyhow::bail!("`{text}`: with `--undo` only the field is named"),
            (false, None) => {
                return Err(Error::Invalid {
                    what: "label",
                    value: text.clone(),
                    expected: format!("FIELD=VALUE, as in `{field}=…`"),
                }
                .into());
            }
        };
        wishes.push((field, wish));
    }
    Ok(wishes)
}

fn tell(
    changed: &Changed,
    (format, list): (Format, &mut format::List),
    desk: &mut Desk,
) -> anyhow::Result<()> {
    if format != Format::Text {
        for object in change::objects(changed, change::Cause::People) {
            list.write(&mut desk.terminal, &object)?;
        }
        return Ok(());
    }
    for line in change::lines(changed, change::Cause::People) {
        desk.terminal.line(&line)?;
    }
    for verdict in &changed.verdicts {
        if let Ruling::Value(_) = verdict.ruling {
            let said = verdict.overrules.as_deref().unwrap_or("nothing");
            let whose = match verdict.field {
                Field::Facet(_) => "the rules say",
                _ => "the document says",
            };
            let text = format!("{}: {whose} {}", verdict.field, terminal::clean(said));
            message::notice(&mut desk.terminal, &text);
        }
    }
    Ok(())
}

fn note_where(base: &KnowledgeBase, written: usize, desk: &mut Desk) {
    let text = match written {
        0 => "that was said already: nothing was written".to_owned(),
        count => {
            let what = if count == 1 { "verdict" } else { "verdicts" };
            let file = base.dir().join(VERDICTS);
            format!(
                "{count} {what} written to {}, which is made to be committed",
                file.display()
            )
        }
    };
    message::notice(&mut desk.terminal, &text);
}

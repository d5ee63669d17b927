//! `label`: what a person says of an incident, over what document and rules say; undone as easily.

use anyhow::Context as _;
use pm_kb::error::Error;
use pm_kb::knowledge_base::Changed;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Statement;
use pm_kb::knowledge_base::VERDICTS;
use pm_kb::knowledge_base::Wish;
use pm_kb::verdict::Field;
use pm_kb::verdict::Ledger;
use pm_kb::verdict::Ruling;

use crate::Desk;
use crate::author;
use crate::base;
use crate::change;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::message;
use crate::terminal;

/// The arguments of `label`.
#[derive(clap::Args)]
#[command(after_help = help::LABEL)]
pub(crate) struct Args {
    /// The incident's id, or as much of its beginning as no other id has.
    id: String,
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
    #[command(flatten)]
    output: format::Output,
}

/// Labels an incident by hand.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let mut base = base::open(desk)?;
    let id = base::meant(&args.id, &base, desk)?;
    let (ledger, odd) = base.ledger(Some(desk.now))?;
    base::tell_odd_lines(&base, &odd, desk);
    let folder = base.dir().to_owned();
    let author = author::of(args.author.as_deref(), &folder)
        .context("who says so? name yourself with `--author NAME`, or git's `user.name`")?;
    let statement = Statement {
        wishes: wishes(args, &ledger, &id)?,
        incident: id,
        why: args.why.trim().to_owned(),
        author,
        now: desk.now,
    };
    base.take_in_verdicts(false)?;
    let changed = base.label(&statement)?;
    tell(&changed, format, desk)?;
    desk.terminal.flush()?;
    if let Err(error) = base.catch_up_if_due() {
        let text = format!("labelled; the search index will catch up: {error}");
        message::warning(&mut desk.terminal, &text);
    }
    note_where(&base, &changed, desk);
    Ok(Exit::Done)
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

fn tell(changed: &Changed, format: Format, desk: &mut Desk) -> anyhow::Result<()> {
    if format != Format::Text {
        let objects = change::objects(changed, change::Cause::People);
        format::many(&mut desk.terminal, format, objects.into_iter())?;
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

fn note_where(base: &KnowledgeBase, changed: &Changed, desk: &mut Desk) {
    let text = match changed.verdicts.len() {
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

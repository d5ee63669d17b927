//! `reclassify`: after a change of rules, what every record says now, and by which rule.

use pm_kb::knowledge_base::Changed;
use pm_kb::verdict;

use crate::Desk;
use crate::base;
use crate::change;
use crate::change::Cause;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::message;

/// The arguments of `reclassify`.
#[derive(clap::Args)]
#[command(after_help = help::RECLASSIFY)]
pub(crate) struct Args {
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: format::Output,
}

/// Labels anew what other rules have labelled.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let mut base = base::open(desk)?;
    if base::tell_refused_rules(&base, desk) {
        return Ok(Exit::Usage);
    }
    let stale = base.status()?.labelled_by_other_rules;
    let changed = base.reclassify(args.dry_run)?;
    tell(&changed, format, desk)?;
    desk.terminal.flush()?;
    if !args.dry_run
        && let Err(error) = base.catch_up_if_due()
    {
        let text = format!("relabelled; the search index will catch up: {error}");
        message::warning(&mut desk.terminal, &text);
    }
    let differ = changed
        .iter()
        .filter(|one| !verdict::differences(&one.before, &one.after).is_empty())
        .count();
    let text = match (stale, args.dry_run) {
        (0, _) => "every document was labelled by the rules in force: nothing to do".to_owned(),
        (_, true) => {
            format!(
                "{stale} documents would be labelled anew, {differ} of them otherwise; nothing was changed"
            )
        }
        (_, false) => format!("{stale} documents labelled anew, {differ} of them otherwise"),
    };
    message::notice(&mut desk.terminal, &text);
    Ok(Exit::Done)
}

fn tell(changed: &[Changed], format: Format, desk: &mut Desk) -> anyhow::Result<()> {
    if format != Format::Text {
        let objects = changed
            .iter()
            .flat_map(|one| change::objects(one, Cause::Rules));
        format::many(&mut desk.terminal, format, objects)?;
        return Ok(());
    }
    for one in changed {
        if verdict::differences(&one.before, &one.after).is_empty() {
            continue;
        }
        for line in change::lines(one, Cause::Rules) {
            desk.terminal.line(&line)?;
        }
    }
    Ok(())
}

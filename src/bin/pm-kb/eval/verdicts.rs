//! What the rules say held against the team's own verdicts: scores, and what was gained and lost since they were given.

use pm_kb::evaluation::Score;
use pm_kb::evaluation::verdicts::Judged;
use pm_kb::evaluation::verdicts::Outcome;
use pm_kb::evaluation::verdicts::tallied;

use crate::Desk;
use crate::base;
use crate::eval::Args;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::json;
use crate::message;
use crate::terminal::clean;

/// Evaluates the rules in force on the verdicts of the base.
pub(super) fn run(args: &Args, format: Format, desk: &mut Desk) -> anyhow::Result<Exit> {
    let mut base = base::open(desk)?;
    base.take_in_verdicts(false)?;
    let judged = base.judged_labels()?;
    if format != Format::Text {
        format::one(
            &mut desk.terminal,
            format,
            &json::verdicts_evaluation(&judged),
        )?;
        return Ok(Exit::Done);
    }
    if judged.is_empty() {
        message::notice(
            &mut desk.terminal,
            "nobody has decided a label yet: `pm-kb review`",
        );
        return Ok(Exit::Done);
    }
    let head = format!(
        "{:<16} {:<20} {:<20} gained  lost",
        "label", "rules in force", "when decided"
    );
    desk.terminal.line(&head)?;
    for (facet, one) in tallied(&judged) {
        let line = format!(
            "{:<16} {:<20} {:<20} {:>6}  {:>4}",
            facet.id(),
            share(one.now),
            share(one.then),
            one.gained,
            one.lost
        );
        desk.terminal.line(&line)?;
    }
    if !args.no_misses {
        for (outcome, title) in [
            (
                Outcome::Gained,
                "gained: wrong when it was decided, right now",
            ),
            (Outcome::Lost, "lost: right when it was decided, wrong now"),
            (Outcome::Wrong, "wrong"),
        ] {
            list(&judged, (outcome, title), desk)?;
        }
    }
    let text = "people looked at what they chose to look at: how often the labels are right on the whole, `pm-kb audit` \
                measures";
    message::notice(&mut desk.terminal, text);
    Ok(Exit::Done)
}

fn share(score: Score) -> String {
    match score.of {
        0 => "-".to_owned(),
        _ => format!("{:.3}  ({} of {})", score.share(), score.right, score.of),
    }
}

fn list(
    judged: &[Judged],
    (outcome, title): (Outcome, &str),
    desk: &mut Desk,
) -> anyhow::Result<()> {
    let of: Vec<&Judged> = judged
        .iter()
        .filter(|one| one.outcome() == outcome)
        .collect();
    if of.is_empty() {
        return Ok(());
    }
    desk.terminal.line("")?;
    desk.terminal.line(title)?;
    for one in of {
        let said = |value: &Option<String>| clean(value.as_deref().unwrap_or("nothing"));
        let then = match &one.then {
            Some(then) if *then != one.now => format!("{} → ", said(then)),
            _ => String::new(),
        };
        let line = format!(
            "  {}  {}: {then}{} instead of {}",
            clean(one.incident.as_str()),
            one.facet,
            said(&one.now),
            said(&one.found)
        );
        let line = match outcome {
            Outcome::Gained => line.replace(&format!(" instead of {}", said(&one.found)), ""),
            _ => line,
        };
        desk.terminal.line(&line)?;
    }
    Ok(())
}

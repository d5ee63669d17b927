//! `rules lint`: what whoever keeps the rules should mend.

use pm_kb::classifier;
use pm_kb::classifier::Finding;
use serde_json::json;

use crate::Desk;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::message;
use crate::terminal::clean;

/// The arguments of `rules lint`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only the rules of your team.
    #[arg(long)]
    own: bool,
    #[command(flatten)]
    output: format::Output,
}

/// Looks the rules over.
pub(super) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let Some(rules) = super::in_force(desk) else {
        return Ok(Exit::Usage);
    };
    let is_own = |id: &str| rules.rule(id).is_some_and(|rule| rule.is_own);
    let mut findings = classifier::lint(&rules);
    findings.retain(|finding| !args.own || is_own(&finding.rule));
    if format == Format::Text {
        for one in &findings {
            desk.terminal.line(&line(one, is_own(&one.rule)))?;
        }
    } else {
        let objects = findings.iter().map(|one| {
            json!({"schema": "pm-kb/rule-finding/1", "finding": one.fault.id(), "rule": one.rule, "cue": one.cue,
                "file": super::place(&one.file, is_own(&one.rule)), "line": one.line, "message": one.message})
        });
        format::many(&mut desk.terminal, format, objects)?;
    }
    let text = match findings.len() {
        0 => "nothing to mend".to_owned(),
        count => format!("{count} to mend"),
    };
    message::notice(&mut desk.terminal, &text);
    Ok(match findings.is_empty() {
        true => Exit::Done,
        false => Exit::Negative,
    })
}

fn line(one: &Finding, is_own: bool) -> String {
    let cue = one
        .cue
        .as_ref()
        .map_or(String::new(), |cue| format!(" `{}`", clean(cue)));
    format!(
        "{}:{}: {} {}{cue}: {}",
        clean(&super::place(&one.file, is_own)),
        one.line,
        one.fault.id(),
        clean(&one.rule),
        clean(&one.message)
    )
}

//! `rules list`: the rules, one a line.

use anyhow::Context as _;
use pm_kb::rule::Label;
use pm_kb::rule::Rule;
use pm_kb::rule::RuleSet;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::FailureMode;
use unicode_width::UnicodeWidthStr as _;

use crate::Desk;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::message;
use crate::terminal;
use crate::terminal::clean;

/// The arguments of `rules list`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only rules that speak for this failure mode.
    #[arg(long)]
    mode: Option<String>,
    /// Only rules about this label: failure_mode, response, detection, stage, …, or `signal`.
    #[arg(long)]
    facet: Option<String>,
    /// Only rules that stand so: stable, experimental, deprecated, or disabled by overrides.toml.
    #[arg(long, value_parser = ["stable", "experimental", "deprecated", "disabled"])]
    status: Option<String>,
    /// Only the rules of your team.
    #[arg(long)]
    own: bool,
    /// All rules as a page of Markdown.
    #[arg(long, conflicts_with_all = ["mode", "facet", "status", "own", "json", "format"])]
    markdown: bool,
    #[command(flatten)]
    output: format::Output,
}

/// Lists the rules.
pub(super) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let Some(rules) = super::in_force(desk) else {
        return Ok(Exit::Usage);
    };
    if args.markdown {
        desk.terminal.text(super::book::page(&rules).trim_end())?;
        return Ok(Exit::Done);
    }
    let mode = args.mode.as_deref().map(str::parse::<FailureMode>);
    let mode = mode.transpose().context("--mode")?;
    let facet = match args.facet.as_deref() {
        None | Some("signal") => None,
        Some(facet) => Some(facet.parse::<Facet>().context("--facet")?),
    };
    let wanted = |rule: &&Rule| {
        let of_mode = mode.is_none_or(|mode| rule.label == Label::Mode(mode));
        let of_facet = match (&args.facet, rule.label.facet()) {
            (None, _) => true,
            (Some(_), None) => facet.is_none(),
            (Some(_), Some((of, _))) => facet == Some(of),
        };
        let status = super::standing(&rules, rule);
        let of_status = args.status.as_ref().is_none_or(|wanted| wanted == status);
        of_mode && of_facet && of_status && (rule.is_own || !args.own)
    };
    let found: Vec<&Rule> = rules.rules().iter().filter(wanted).collect();
    if format == Format::Text {
        table(&rules, &found, desk)?;
    } else {
        let objects = found.iter().map(|rule| super::object(&rules, rule));
        format::many(&mut desk.terminal, format, objects)?;
    }
    let own = rules.rules().iter().filter(|rule| rule.is_own).count();
    let text = format!(
        "{} of {} rules, {own} of them your own; pack {}",
        found.len(),
        rules.rules().len(),
        rules.digest()
    );
    message::notice(&mut desk.terminal, &text);
    Ok(match found.is_empty() {
        true => Exit::Negative,
        false => Exit::Done,
    })
}

fn table(rules: &RuleSet, found: &[&Rule], desk: &mut Desk) -> std::io::Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    let head = ["ID", "LABEL", "STATUS", "CUES", "TITLE"].map(str::to_owned);
    let rows = found.iter().map(|rule| {
        [
            clean(&rule.id),
            rule.label.to_string(),
            super::standing(rules, rule).to_owned(),
            rule.cues.len().to_string(),
            clean(&rule.title),
        ]
    });
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
    let is_aligned = desk.terminal.is_aligned();
    let width = |column: usize| match is_aligned {
        true => rows.iter().map(|row| row[column].width()).max(),
        false => None,
    };
    let widths: Vec<usize> = (0..4).map(|column| width(column).unwrap_or(0)).collect();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let gap = width.saturating_sub(cell.width()) + 2;
            line.push_str(&format!("{cell}{}", " ".repeat(gap)));
        }
        line.push_str(&row[4]);
        let line = match desk.terminal.width().filter(|_| is_aligned) {
            Some(width) => terminal::cut(&line, width),
            None => line,
        };
        desk.terminal.line(&line)?;
    }
    Ok(())
}

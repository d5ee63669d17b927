//! `eval`: the classifier, or the parser, against the gold of a careful reader: scores, and every miss.

mod facts;
mod verdicts;

use std::path::Path;
use std::path::PathBuf;

use pm_kb::classification::Classification;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::evaluation::Evaluation;
use pm_kb::evaluation::Gold;
use pm_kb::evaluation::Score;
use pm_kb::taxonomy::FailureMode;

use crate::Desk;
use crate::add::DateOrder;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::input;
use crate::json;
use crate::message;
use crate::message::Problems;
use crate::terminal;

/// The arguments of `eval`.
#[derive(clap::Args)]
#[command(after_help = help::EVAL)]
pub(crate) struct Args {
    /// The gold table, tab-separated: with the columns file, primary, decay and others, or with --facts file, date and others.
    #[arg(required_unless_present = "verdicts", requires = "folder")]
    labels: Option<PathBuf>,
    /// The folder that the table's files stand in.
    folder: Option<PathBuf>,
    /// Take your team's own verdicts for gold: what do the rules in force say, and what did they say then?
    #[arg(long, conflicts_with_all = ["labels", "facts"])]
    verdicts: bool,
    #[command(flatten)]
    output: format::Output,
    /// The table states facts, not labels: compare the facts that are read.
    #[arg(long)]
    facts: bool,
    /// How 03/07/2026 is to be read.
    #[arg(long, value_name = "ORDER", requires = "facts")]
    date_order: Option<DateOrder>,
    /// Leave out the list of misses.
    #[arg(long)]
    no_misses: bool,
}

/// No table of labels that people made is larger.
const MOST_BYTES: usize = 64 << 20;

/// Evaluates the rules.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let (Some(file), Some(folder)) = (&args.labels, &args.folder) else {
        return verdicts::run(args, format, desk);
    };
    let text = match table(file) {
        Ok(text) => text,
        Err(refusal) => {
            message::refuse(&mut desk.terminal, file, &refusal);
            return Ok(Exit::Refused);
        }
    };
    let gold = Table {
        file,
        folder,
        text: &text,
    };
    if args.facts {
        return facts::run(args, &gold, format, desk);
    }
    labels(args, &gold, format, desk)
}

/// A table of gold, and where its documents are.
struct Table<'a> {
    file: &'a Path,
    folder: &'a Path,
    text: &'a str,
}

/// Evaluates the labels that the rules give.
fn labels(args: &Args, table: &Table<'_>, format: Format, desk: &mut Desk) -> anyhow::Result<Exit> {
    let mut problems = Problems::default();
    let gold = Gold::read(&input::name::shown(table.file), table.text)?;
    let Some(labels) = crate::classify::Labels::new(desk) else {
        return Ok(Exit::Usage);
    };
    let (mut labelled, mut refused) = (Vec::new(), 0);
    for one in gold {
        let file = table.folder.join(&one.file);
        match labels.of(&file) {
            Ok(classification) => labelled.push((one, classification)),
            Err(refusal) => {
                refused += 1;
                let name = input::name::shown(&file);
                problems.tell(&mut desk.terminal, &name, &refusal);
            }
        }
    }
    problems.close(&mut desk.terminal);
    let evaluation = Evaluation::of(labelled.iter().map(|(gold, given)| (gold, given)));
    match format {
        Format::Text => tell(&evaluation, desk)?,
        _ => format::one(&mut desk.terminal, format, &json::evaluation(&evaluation))?,
    }
    if format == Format::Text && !args.no_misses {
        tell_misses(&labelled, desk)?;
    }
    Ok(match refused {
        0 => Exit::Done,
        _ => Exit::Refused,
    })
}

/// The text of the table of gold labels.
fn table(file: &Path) -> Result<String, Diagnostic> {
    let limits = Limits {
        document_bytes: MOST_BYTES,
        ..Limits::default()
    };
    let input = input::read(file, MOST_BYTES).map_err(|refusal| refusal.diagnostic())?;
    Ok(Document::read(&input.source, input.bytes, &limits)?.text)
}

fn share(score: Score) -> String {
    format!("{:.3}  ({} of {})", score.share(), score.right, score.of)
}

fn tell(of: &Evaluation, desk: &mut Desk) -> anyhow::Result<()> {
    let named = |name: &str, value: String| format!("{name:<22} {value}");
    let mut lines = vec![
        named("failure mode", share(of.strict)),
        named("or an accepted one", share(of.lenient)),
        named("macro-F1", format!("{:.3}", of.macro_f1())),
        named("mode and rollback", share(of.mode_and_rollback)),
        named("coverage", share(of.coverage)),
        named("false modes", share(of.false_modes)),
    ];
    let facets = of.facets.iter();
    lines.extend(facets.map(|(name, score)| named(name, share(*score))));
    lines.push(String::new());
    lines.extend(modes(of));
    lines.push(String::new());
    lines.extend(confusion(of));
    lines.push(String::new());
    let sure = of.calibration.iter();
    lines.extend(sure.map(|(sure, score)| {
        let promise = of.promise(*sure);
        let told = format!("{}, promised {promise:.3}", share(*score));
        named(&format!("confidence {sure}"), told)
    }));
    desk.terminal.text(&lines.join("\n"))?;
    Ok(())
}

/// Precision, recall and F1 of every mode.
fn modes(of: &Evaluation) -> Vec<String> {
    let head = format!("{:<22} precision  recall  F1     gold  given", "mode");
    let lines = of.modes.iter().map(|(mode, score)| {
        format!(
            "{:<22} {:<9.3}  {:<6.3}  {:.3}  {:>4}  {:>5}",
            mode.id(),
            score.precision(),
            score.recall(),
            score.f1(),
            score.gold,
            score.given
        )
    });
    std::iter::once(head).chain(lines).collect()
}

/// The confusion matrix: a line a gold mode, a column a given one.
fn confusion(of: &Evaluation) -> Vec<String> {
    let head: String = FailureMode::ALL
        .iter()
        .map(|mode| format!(" {:>6.6}", mode.id()))
        .collect();
    let mut lines = vec![format!("{:<22}{head}", "gold \\ given")];
    for gold in FailureMode::ALL {
        let counts = FailureMode::ALL
            .iter()
            .map(|given| of.confusion.get(&(*gold, *given)).copied().unwrap_or(0));
        let cells: String = counts
            .map(|count| {
                if count == 0 {
                    "      .".to_owned()
                } else {
                    format!(" {count:>6}")
                }
            })
            .collect();
        lines.push(format!("{:<22}{cells}", gold.id()));
    }
    lines
}

fn tell_misses(labelled: &[(Gold, Classification)], desk: &mut Desk) -> anyhow::Result<()> {
    for (gold, given) in labelled {
        if gold.failure_mode == given.failure_mode && gold.decay == given.decay {
            continue;
        }
        desk.terminal.line("")?;
        desk.terminal.line(&format!(
            "{}: {} {} instead of {} {}",
            terminal::clean(&gold.file),
            given.failure_mode,
            given.decay,
            gold.failure_mode,
            gold.decay
        ))?;
        let evidence = crate::render::evidence_lines(&given.evidence, &gold.file);
        desk.terminal.text(&evidence.join("\n"))?;
    }
    Ok(())
}

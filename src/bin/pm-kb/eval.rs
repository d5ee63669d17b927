//! `eval`: the classifier against gold labels: accuracy, confusion, calibration, and every miss with its evidence.

use std::path::PathBuf;

use pm_kb::classification::Classification;
use pm_kb::evaluation::Evaluation;
use pm_kb::evaluation::Gold;
use pm_kb::evaluation::Score;
use pm_kb::taxonomy::FailureMode;

use crate::Desk;
use crate::exit::Exit;
use crate::terminal;

/// The arguments of `eval`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The gold labels: a tab-separated table with the columns file, primary, decay and others.
    labels: PathBuf,
    /// The folder that the table's files stand in.
    folder: PathBuf,
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// Leave out the list of misses.
    #[arg(long)]
    no_misses: bool,
}

/// Evaluates the rules.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let text = std::fs::read_to_string(&args.labels)?;
    let gold = Gold::read(&args.labels.display().to_string(), &text)?;
    let labels = crate::classify::Labels::new(desk);
    let mut given = Vec::new();
    let mut compared = Vec::new();
    let mut refused = 0;
    for one in gold {
        match labels.of(&args.folder.join(&one.file)) {
            Ok(classification) => {
                given.push(classification);
                compared.push(one);
            }
            Err(message) => {
                refused += 1;
                desk.terminal
                    .problem(&format!("error: {}", terminal::clean(&message)));
            }
        }
    }
    let evaluation = Evaluation::of(compared.iter().zip(&given));
    if args.json {
        desk.terminal.line(&crate::json::evaluation(&evaluation))?;
    } else {
        tell(&evaluation, desk)?;
        if !args.no_misses {
            tell_misses(&compared, &given, desk)?;
        }
    }
    Ok(if refused > 0 {
        Exit::Refused
    } else {
        Exit::Done
    })
}

fn share(score: Score) -> String {
    format!("{:.3}  ({} of {})", score.share(), score.right, score.of)
}

fn tell(of: &Evaluation, desk: &mut Desk) -> anyhow::Result<()> {
    let mut lines = vec![
        format!("{:<22} {}", "failure mode", share(of.strict)),
        format!("{:<22} {}", "or an accepted one", share(of.lenient)),
        format!("{:<22} {:.3}", "macro-F1", of.macro_f1()),
        format!(
            "{:<22} {}",
            "mode and rollback",
            share(of.mode_and_rollback)
        ),
        format!("{:<22} {}", "coverage", share(of.coverage)),
        format!("{:<22} {}", "false modes", share(of.false_modes)),
    ];
    lines.extend(
        of.facets
            .iter()
            .map(|(name, score)| format!("{name:<22} {}", share(*score))),
    );
    lines.push(String::new());
    lines.push(format!(
        "{:<22} precision  recall  F1     gold  given",
        "mode"
    ));
    for (mode, score) in &of.modes {
        lines.push(format!(
            "{:<22} {:<9.3}  {:<6.3}  {:.3}  {:>4}  {:>5}",
            mode.id(),
            score.precision(),
            score.recall(),
            score.f1(),
            score.gold,
            score.given
        ));
    }
    lines.push(String::new());
    lines.extend(confusion(of));
    lines.push(String::new());
    lines.extend(
        of.calibration
            .iter()
            .map(|(sure, score)| format!("confidence {:<11} {}", sure.id(), share(*score))),
    );
    desk.terminal.text(&lines.join("\n"))?;
    Ok(())
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

fn tell_misses(gold: &[Gold], given: &[Classification], desk: &mut Desk) -> anyhow::Result<()> {
    for (gold, given) in gold.iter().zip(given) {
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

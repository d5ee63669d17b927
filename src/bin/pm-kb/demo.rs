//! `demo`: the main job on the built-in examples: add, search and report, each command shown before it runs.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anstyle::Style;
use anyhow::Context as _;
use clap::Parser as _;

use crate::Cli;
use crate::Desk;
use crate::exit::Exit;
use crate::terminal;

/// The arguments of `demo`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A new or empty folder for the examples and their knowledge base; a temporary one where none is named.
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// A step of the demo: what it shows, the command, and how many lines of its output are enough.
struct Step {
    about: &'static str,
    command: &'static [&'static str],
    lines: Option<usize>,
}

const STEPS: [Step; 5] = [
    Step {
        about: "Fifty post-mortems in fourteen templates go in; each is parsed, stored, indexed and labelled.",
        command: &["add", "incidents"],
        lines: Some(8),
    },
    Step {
        about: "Have we seen this before?",
        command: &[
            "search",
            "rolled back the model but the features were old",
            "--limit",
            "3",
        ],
        lines: None,
    },
    Step {
        about: "Why does it carry that label? In the document's own words:",
        command: &["show", "bidding-on-the-hour-before"],
        lines: Some(32),
    },
    Step {
        about: "What does no single post-mortem show? Six quarters, side by side:",
        command: &["report", "--from", "2025-Q2", "--to", "2026-Q3"],
        lines: None,
    },
    Step {
        about: "Every figure can be asked for its incidents. The model rollbacks caused by stale features:",
        command: &["list", "response:rollback", "mode:feature-staleness"],
        lines: None,
    },
];

/// Runs the demo.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let folder = make_folder(args)?;
    write_examples(&folder.join("incidents")).context("cannot write the examples")?;
    std::env::set_current_dir(&folder).context("cannot go to the demo's folder")?;
    desk.terminal.align();
    for step in &STEPS {
        let exit = show(step, &folder, desk)?;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    let place = terminal::clean(&folder.display().to_string());
    for line in [
        format!("The knowledge base is in {place}"),
        "Go on there:      pm-kb list mode:feature-staleness".to_owned(),
        "With your own:    cd your-postmortems && pm-kb add . && pm-kb report --year 2026"
            .to_owned(),
    ] {
        desk.terminal.line(&line)?;
    }
    Ok(Exit::Done)
}

/// A folder of the demo's own: examples are written over nobody's files.
fn make_folder(args: &Args) -> anyhow::Result<PathBuf> {
    let Some(folder) = &args.folder else {
        let made = tempfile::Builder::new().prefix("pm-kb-demo-").tempdir();
        let made = made.context("cannot make a temporary folder")?.keep();
        return fs::canonicalize(made).context("cannot find the temporary folder");
    };
    let made = || -> std::io::Result<(PathBuf, bool)> {
        fs::create_dir_all(folder)?;
        let is_empty = fs::read_dir(folder)?.next().is_none();
        Ok((fs::canonicalize(folder)?, is_empty))
    };
    let (made, is_empty) = made().with_context(|| format!("cannot make {}", folder.display()))?;
    anyhow::ensure!(
        is_empty,
        "{} is not empty — name a new folder for the demo",
        folder.display()
    );
    Ok(made)
}

/// Shows a command and as much of its output as is enough.
fn show(step: &Step, folder: &Path, desk: &mut Desk) -> anyhow::Result<Exit> {
    let typed = format!("% pm-kb {}", typed(step.command));
    let heading = desk.terminal.paint(Style::new().bold(), &typed);
    desk.terminal.line(&format!("# {}", step.about))?;
    desk.terminal.line(&heading)?;
    desk.terminal.limit_lines(step.lines);
    let words = std::iter::once("pm-kb").chain(step.command.iter().copied());
    let cli = Cli::try_parse_from(words)?;
    let kb = desk.common.kb.replace(folder.join(crate::base::FOLDER));
    let ended = crate::run(cli.command, desk);
    desk.common.kb = kb;
    let exit = ended?;
    let held_back = desk.terminal.limit_lines(None);
    if held_back > 0 {
        desk.terminal.line(&format!("… {held_back} more lines"))?;
    }
    desk.terminal.line("")?;
    Ok(exit)
}

fn write_examples(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for example in pm_kb::schema::incidents() {
        fs::write(folder.join(example.path), example.text)?;
    }
    Ok(())
}

/// The command as a person would type it.
fn typed(command: &[&str]) -> String {
    let words = command.iter().map(|word| {
        if word.contains(' ') {
            format!("\"{word}\"")
        } else {
            (*word).to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

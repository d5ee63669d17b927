//! `demo`: the main job on the built-in examples: add, search and report, each command shown before it runs.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anstyle::Style;
use clap::Parser as _;

use crate::Cli;
use crate::Desk;
use crate::exit::Exit;

/// The arguments of `demo`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where to make the knowledge base; a new temporary folder where none is named.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// A step of the demo: what it shows, the command, and how many lines of its output are enough.
struct Step {
    about: &'static str,
    command: &'static [&'static str],
    lines: Option<usize>,
}

const STEPS: [Step; 4] = [
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
];

/// Runs the demo.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let folder = match &args.folder {
        Some(folder) => {
            fs::create_dir_all(folder)?;
            folder.clone()
        }
        None => tempfile::Builder::new()
            .prefix("pm-kb-demo-")
            .tempdir()?
            .keep(),
    };
    let folder = fs::canonicalize(folder)?;
    write_examples(&folder.join("incidents"))?;
    std::env::set_current_dir(&folder)?;
    let bold = Style::new().bold();
    for step in &STEPS {
        let heading = desk
            .terminal
            .paint(bold, &format!("$ pm-kb {}", typed(step.command)));
        desk.terminal.line(&format!("# {}", step.about))?;
        desk.terminal.line(&heading)?;
        desk.terminal.limit_lines(step.lines);
        let cli =
            Cli::try_parse_from(std::iter::once("pm-kb").chain(step.command.iter().copied()))?;
        let kb = desk.common.kb.replace(folder.join(crate::base::FOLDER));
        let ended = crate::run(cli.command, desk);
        desk.common.kb = kb;
        let exit = ended?;
        let held_back = desk.terminal.limit_lines(None);
        if held_back > 0 {
            desk.terminal.line(&format!("… {held_back} more lines"))?;
        }
        desk.terminal.line("")?;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    desk.terminal
        .line(&format!("The knowledge base is in {}", folder.display()))?;
    desk.terminal
        .line("Go on there:      pm-kb list mode:feature-staleness")?;
    desk.terminal
        .line("With your own:    cd your-postmortems && pm-kb add . && pm-kb report --year 2026")?;
    Ok(Exit::Done)
}

fn write_examples(folder: &Path) -> anyhow::Result<()> {
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

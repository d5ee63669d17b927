//! The command line: what may be typed, who answers it, and how it ends.

use std::io;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::CommandFactory as _;
use clap::FromArgMatches as _;

mod add;
mod audit;
mod author;
mod backup;
mod base;
mod change;
mod classify;
mod completions;
mod decision;
mod defect;
mod demo;
mod doctor;
mod editor;
mod eval;
mod exit;
mod explanation;
mod export;
mod format;
mod freshness;
mod health;
mod help;
mod input;
mod json;
mod keyboard;
mod label;
mod list;
mod message;
mod output;
mod rebuild;
mod reclassify;
mod remove;
mod render;
mod report;
mod report_earlier;
mod report_json;
mod review;
mod rules;
mod search;
mod show;
mod similar;
mod status;
mod survey;
mod sync;
mod terminal;
mod words;

use exit::Exit;
use terminal::Terminal;

/// A knowledge base of machine-learning post-mortems: search them, label them with evidence, see the patterns.
#[derive(clap::Parser)]
#[command(name = "pm-kb", version, max_term_width = 100, after_help = help::FIRST_STEPS)]
pub(crate) struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Common {
    /// The knowledge base: a `.pm-kb` folder, or the folder that holds one; else PM_KB_DIR, else it is looked for
    /// upwards from here.
    #[arg(long, value_name = "DIR", global = true)]
    kb: Option<std::path::PathBuf>,
    /// No notices and no progress on standard error; warnings and errors stay.
    #[arg(long, short, global = true)]
    quiet: bool,
    #[command(flatten)]
    color: colorchoice_clap::Color,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Store post-mortems: files, folders, or `-` for one on standard input.
    Add(add::Args),
    /// Have we seen this before? Find incidents by words, phrases and filters, best first.
    Search(search::Args),
    /// Have we seen this before? Find what is similar to an incident, a draft or a symptom, and say why.
    Similar(similar::Args),
    /// Show the incidents, newest first, all or those that a query selects.
    List(list::Args),
    /// Show one incident: facts, labels with their evidence, action items.
    Show(show::Args),
    /// Say by hand what an incident is, over document and rules; kept in a file for git.
    Label(label::Args),
    /// Decide the labels that matter most and are least sure, here or in a spreadsheet.
    Review(review::Args),
    /// Draw documents at random and read them blind, to measure how often the labels are right here.
    Audit(audit::Args),
    /// After a change of rules, label every document anew and show what changed, and by which rule.
    Reclassify(reclassify::Args),
    /// Label documents without storing them.
    Classify(classify::Args),
    /// Show, try and measure the rules, the shipped ones and your own.
    Rules(rules::Args),
    /// Compare the labels of the rules, or the facts that are read, with those of a reader.
    Eval(eval::Args),
    /// Count a quarter: failure modes, decay, patterns, each with its incidents.
    Report(report::Args),
    /// Say what the knowledge base holds and whether index and rules are in step.
    Status(status::Args),
    /// Say what was understood of the documents and what was not, and what mends it.
    Health(health::Args),
    /// Take in what changed: files that moved, were edited or went, and verdicts that others wrote.
    Sync(sync::Args),
    /// Forget documents; the files themselves are never touched.
    Remove(remove::Args),
    /// Check that the record is as it was written and the index equal to it.
    Doctor(doctor::Args),
    /// Write a verified copy of the knowledge base to one file.
    Backup(backup::Args),
    /// Make a knowledge base from a backup, where there is none.
    Restore(backup::RestoreArgs),
    /// Write out every document with its original bytes, as JSON Lines or as files.
    Export(export::Args),
    /// Make the search index anew from the record.
    Rebuild(rebuild::Args),
    /// Show the main job on the built-in examples, in a temporary folder.
    Demo(demo::Args),
    /// Print the completions for a shell.
    Completions(completions::Args),
    /// Print the manual page of pm-kb, or of one of its commands.
    Man(completions::ManArgs),
}

/// A command's way to the world.
pub(crate) struct Desk {
    /// Where it writes.
    pub(crate) terminal: Terminal,
    /// What every command understands.
    pub(crate) common: Common,
    /// The time at which the command was given.
    pub(crate) now: jiff::Timestamp,
}

fn main() -> ExitCode {
    defect::told(answered)
}

/// Does what was typed.
fn answered() -> ExitCode {
    let args = words::marked(std::env::args_os());
    let read = Cli::command()
        .try_get_matches_from(args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match read {
        Ok(cli) => cli,
        Err(error) => return answer_usage(&error).into(),
    };
    cli.common.color.write_global();
    let terminal = Terminal::standard(cli.common.color.as_choice(), cli.common.quiet);
    let mut desk = Desk {
        terminal,
        common: cli.common,
        now: now(),
    };
    let has_base = !matches!(
        cli.command,
        Command::Demo(_) | Command::Completions(_) | Command::Man(_)
    );
    let ended = run(cli.command, &mut desk).and_then(|exit| {
        desk.terminal.flush()?;
        Ok(exit)
    });
    if has_base {
        base::warn_of_stranger(&mut desk);
    }
    match ended {
        Ok(exit) => exit.into(),
        Err(error) if is_closed_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            message::error(&mut desk.terminal, &error);
            Exit::of(&error).into()
        }
    }
}

/// Help where it was asked for, and what is wrong with arguments that nobody understands.
fn answer_usage(error: &clap::Error) -> Exit {
    let mut terminal = Terminal::standard(ColorChoice::Auto, false);
    let exit = match error.use_stderr() {
        true => Exit::Usage,
        false => Exit::Done,
    };
    if exit == Exit::Usage && std::env::args_os().any(|arg| arg == "--json") {
        terminal.speak_json();
        message::usage(&mut terminal, error);
        return exit;
    }
    match error.print() {
        Err(error) if exit == Exit::Done && error.kind() != io::ErrorKind::BrokenPipe => {
            message::error(&mut terminal, &error.into());
            Exit::Environment
        }
        _ => exit,
    }
}

fn run(command: Command, desk: &mut Desk) -> anyhow::Result<Exit> {
    match command {
        Command::Add(args) => add::run(&args, desk),
        Command::Search(args) => search::run(&args, desk),
        Command::Similar(args) => similar::run(&args, desk),
        Command::List(args) => list::run(&args, desk),
        Command::Show(args) => show::run(&args, desk),
        Command::Label(args) => label::run(&args, desk),
        Command::Review(args) => review::run(&args, desk),
        Command::Audit(args) => audit::run(&args, desk),
        Command::Reclassify(args) => reclassify::run(&args, desk),
        Command::Classify(args) => classify::run(&args, desk),
        Command::Rules(args) => rules::run(&args, desk),
        Command::Eval(args) => eval::run(&args, desk),
        Command::Report(args) => report::run(&args, desk),
        Command::Status(args) => status::run(&args, desk),
        Command::Health(args) => health::run(&args, desk),
        Command::Sync(args) => sync::run(&args, desk),
        Command::Remove(args) => remove::run(&args, desk),
        Command::Doctor(args) => doctor::run(&args, desk),
        Command::Backup(args) => backup::run(&args, desk),
        Command::Restore(args) => backup::restore(&args, desk),
        Command::Export(args) => export::run(&args, desk),
        Command::Rebuild(args) => rebuild::run(&args, desk),
        Command::Demo(args) => demo::run(&args, desk),
        Command::Completions(args) => completions::run(&args, desk),
        Command::Man(args) => completions::man(&args, desk),
    }
}

impl Desk {
    /// The day on which the command was given, in UTC.
    pub(crate) fn today(&self) -> jiff::civil::Date {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}

/// The current time, or that of `SOURCE_DATE_EPOCH`, so that reports can be made again.
fn now() -> jiff::Timestamp {
    let fixed = std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|text| text.trim().parse().ok());
    fixed
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .unwrap_or_else(jiff::Timestamp::now)
}

/// The reader of our output has gone: a quiet end.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

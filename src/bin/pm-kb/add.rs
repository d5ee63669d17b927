//! `add`: documents in, one line for each that is durably stored, every refusal by name.

use std::io::IsTerminal as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::knowledge_base::Added;
use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Outcome;
use pm_kb::knowledge_base::Settings;
use pm_kb::parser::Options;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::input;
use crate::message::Problems;
use crate::render;
use crate::terminal;

/// The arguments of `add`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files (.md .markdown .mdx .txt), folders, or `-` for a document on standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// How 03/07/2026 is to be read: `dmy` or `mdy`.
    #[arg(long, value_name = "ORDER")]
    date_order: Option<DateOrder>,
    /// Turn every warning into a refusal.
    #[arg(long)]
    strict: bool,
    /// What is written for each document.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Short for `--format jsonl`.
    #[arg(long)]
    json: bool,
}

/// What is written for each document.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A line.
    Text,
    /// A JSON object, one a line.
    Jsonl,
}

/// The order of day and month in dates such as 03/07/2026.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// So many documents are read before they are stored: memory stays bounded, an interruption keeps what was told.
const CHUNK: usize = 100;

/// How the run went, in numbers.
#[derive(Default)]
struct Counts {
    added: usize,
    updated: usize,
    unchanged: usize,
    refused: usize,
    not_counted: usize,
    undated: usize,
    unclassified: usize,
}

struct Run<'a> {
    desk: &'a mut Desk,
    problems: Problems,
    counts: Counts,
    as_json: bool,
    bar: ProgressBar,
    broken: Option<std::io::Error>,
}

/// Stores documents.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let found = input::find(&args.paths);
    let mut base = base::open_or_create(desk)?;
    let as_json = args.json || args.format == Format::Jsonl;
    let reading = reading(args, desk, &base)?;
    let limit = reading.limits.document_bytes;
    let exists = |path: &str| Path::new(path).exists();
    let settings = Settings {
        reading,
        exists: &exists,
    };
    let total = found.files.len() + usize::from(found.stdin);
    let bar = progress(total, desk);
    let mut run = Run {
        desk,
        problems: Problems::new(as_json),
        counts: Counts::default(),
        as_json,
        bar,
        broken: None,
    };
    for refusal in &found.refusals {
        run.refuse(refusal)?;
    }
    if found.stdin {
        run.store(&mut base, &settings, vec![input::read_stdin(limit)])?;
    }
    for chunk in found.files.chunks(CHUNK) {
        let read = chunk.iter().map(|file| input::read(file, limit)).collect();
        run.store(&mut base, &settings, read)?;
    }
    run.bar.finish_and_clear();
    run.problems.close(&mut run.desk.terminal);
    if run.counts.added + run.counts.updated > 0
        && let Err(error) = base.catch_up_if_due()
    {
        run.desk.terminal.problem(&format!(
            "warning: saved; the search index will catch up: {error}"
        ));
    }
    let refused = run.counts.refused;
    let counts = run.counts;
    summary(&counts, &found, desk);
    Ok(if refused > 0 {
        Exit::Refused
    } else {
        Exit::Done
    })
}

fn reading(args: &Args, desk: &Desk, base: &KnowledgeBase) -> anyhow::Result<Options> {
    let settled = base.configuration()?;
    let date_order = args.date_order.map(|order| match order {
        DateOrder::Dmy => pm_kb::parser::DateOrder::Dmy,
        DateOrder::Mdy => pm_kb::parser::DateOrder::Mdy,
    });
    Ok(Options {
        limits: settled.limits,
        date_order: date_order.or(settled.date_order),
        strict: args.strict,
        today: Some(desk.today()),
    })
}

fn progress(total: usize, desk: &Desk) -> ProgressBar {
    if desk.common.quiet || !std::io::stderr().is_terminal() || std::io::stdout().is_terminal() {
        // On a terminal the lines of standard output are the progress; a bar would break them.
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total as u64);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos} of {len} documents, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

impl Run<'_> {
    fn refuse(&mut self, refusal: &input::Refusal) -> anyhow::Result<()> {
        let diagnostic = Diagnostic::error(None, refusal.message.clone(), refusal.advice);
        self.refused(&refusal.source, &[diagnostic])
    }

    fn store(
        &mut self,
        base: &mut KnowledgeBase,
        settings: &Settings<'_>,
        read: Vec<Result<Input, input::Refusal>>,
    ) -> anyhow::Result<()> {
        let mut inputs = Vec::new();
        for one in read {
            match one {
                Ok(input) => inputs.push(input),
                Err(refusal) => self.refuse(&refusal)?,
            }
        }
        base.add(inputs, settings, &mut |added| {
            // The documents are stored already: a reader that has gone away is told to the caller afterwards.
            if let Err(error) = self.tell(&added) {
                self.broken.get_or_insert(error);
            }
        })?;
        match self.broken.take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn tell(&mut self, added: &Added) -> std::io::Result<()> {
        self.bar.inc(1);
        let Some(record) = added
            .record
            .as_ref()
            .filter(|_| added.outcome != Outcome::Refused)
        else {
            return self
                .refused(&added.source, &added.diagnostics)
                .map_err(std::io::Error::other);
        };
        self.count(added);
        if self.as_json {
            self.desk.terminal.line(&crate::json::added(added))?;
        } else {
            let labels = render::labels(&record.classification);
            let about = if record.is_counted() {
                labels
            } else {
                format!("{:<42}", record.kind.id())
            };
            let source = terminal::clean(&record.source);
            let id = terminal::clean(record.id.as_str());
            self.desk.terminal.line(&format!(
                "{:<9}  {id:<44}  {about}  {source}",
                added.outcome.id()
            ))?;
        }
        self.desk.terminal.flush()?;
        for diagnostic in &added.diagnostics {
            self.problems
                .tell(&mut self.desk.terminal, &added.source, diagnostic);
        }
        if let Some(notice) = &added.notice {
            let about = Diagnostic::note(None, notice.clone(), "");
            self.problems
                .tell(&mut self.desk.terminal, &added.source, &about);
        }
        Ok(())
    }

    fn refused(&mut self, source: &str, diagnostics: &[Diagnostic]) -> anyhow::Result<()> {
        self.counts.refused += 1;
        if self.as_json {
            self.desk
                .terminal
                .line(&crate::json::refused(source, diagnostics))?;
        } else {
            self.desk.terminal.line(&format!(
                "{:<9}  {}",
                Outcome::Refused.id(),
                terminal::clean(source)
            ))?;
        }
        for diagnostic in diagnostics {
            self.problems
                .tell(&mut self.desk.terminal, source, diagnostic);
        }
        Ok(())
    }

    fn count(&mut self, added: &Added) {
        match added.outcome {
            Outcome::Added => self.counts.added += 1,
            Outcome::Unchanged => self.counts.unchanged += 1,
            _ => self.counts.updated += 1,
        }
        let Some(record) = &added.record else { return };
        if !record.is_counted() {
            self.counts.not_counted += 1;
            return;
        }
        self.counts.undated += usize::from(record.quarter().is_none());
        self.counts.unclassified += usize::from(!record.classification.is_classified());
    }
}

fn summary(counts: &Counts, found: &input::Found, desk: &mut Desk) {
    let mut parts = vec![format!("{} added", counts.added)];
    for (count, word) in [
        (counts.updated, "updated"),
        (counts.unchanged, "unchanged"),
        (counts.refused, "refused"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    desk.terminal.notice(&parts.join(", "));
    for (count, what) in [
        (
            counts.not_counted,
            "stored but not counted as incidents: `pm-kb list --all` shows them",
        ),
        (counts.undated, "without a date: they count in no quarter"),
        (
            counts.unclassified,
            "without a label: `pm-kb list is:unclassified` shows them",
        ),
    ] {
        if count > 0 {
            desk.terminal.notice(&format!("{count} {what}"));
        }
    }
    if let Some(kinds) = input::summary(&found.skipped) {
        desk.terminal.notice(&format!("skipped: {kinds}"));
    }
}

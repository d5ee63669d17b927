//! `add`: documents in, one line for each that is durably stored, every refusal by name.

use std::io;
use std::io::IsTerminal as _;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread;
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
use crate::format;
use crate::format::Format;
use crate::help;
use crate::input;
use crate::json;
use crate::message;
use crate::message::Problems;
use crate::render;
use crate::terminal;

mod summary;

use summary::Counts;
use summary::summary;

/// The arguments of `add`.
#[derive(clap::Args)]
#[command(after_help = help::ADD)]
pub(crate) struct Args {
    /// Files (.md .markdown .mdx .txt), folders, or `-` for a document on standard input.
    #[arg(required_unless_present = "from_export", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Take in the documents of an export with the ids that they had; `-` reads it from standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    from_export: Option<PathBuf>,
    /// How 03/07/2026 is to be read.
    #[arg(long, value_name = "ORDER")]
    date_order: Option<DateOrder>,
    /// Divide pages with several incidents, one for each heading of this level; remembered for these files.
    #[arg(long, value_name = "HEADING")]
    split_on: Option<Heading>,
    /// Refuse documents with keys, tokens or passwords in them.
    #[arg(long)]
    deny_secrets: bool,
    /// Turn every warning into a refusal.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    output: format::Output,
}

/// The order of day and month in dates such as 03/07/2026.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

impl From<DateOrder> for pm_kb::parser::DateOrder {
    fn from(order: DateOrder) -> pm_kb::parser::DateOrder {
        match order {
            DateOrder::Dmy => pm_kb::parser::DateOrder::Dmy,
            DateOrder::Mdy => pm_kb::parser::DateOrder::Mdy,
        }
    }
}

/// A level of headings.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Heading {
    /// `# Heading`
    H1,
    /// `## Heading`
    H2,
    /// `### Heading`
    H3,
}

impl Heading {
    fn level(self) -> u8 {
        match self {
            Heading::H1 => 1,
            Heading::H2 => 2,
            Heading::H3 => 3,
        }
    }
}

/// One run of the command.
struct Run<'a> {
    desk: &'a mut Desk,
    format: Format,
    list: format::List,
    problems: Problems,
    counts: Counts,
    bar: ProgressBar,
    rules_refused: bool,
}

/// Stores documents.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let found = input::find(&args.paths);
    let bar = progress(found.files.len() + usize::from(found.stdin), desk);
    let mut run = Run {
        desk,
        format,
        list: format::List::of(format),
        problems: Problems::default(),
        counts: Counts::default(),
        bar,
        rules_refused: false,
    };
    // Where nothing is to be stored, no knowledge base is made: it would be found by commands typed later.
    if !found.is_nothing() || args.from_export.is_some() {
        run.store_all(args, &found)?;
    } else {
        run.refuse_all(&found)?;
    }
    run.close(&found)
}

fn reading(args: &Args, desk: &Desk, base: &KnowledgeBase) -> anyhow::Result<Options> {
    let settled = base.configuration()?;
    let date_order = args.date_order.map(Into::into);
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
    fn store_all(&mut self, args: &Args, found: &input::Found) -> anyhow::Result<()> {
        let mut base = base::open_or_create(self.desk)?;
        self.rules_refused = base::tell_refused_rules(&base, self.desk);
        let reading = reading(args, self.desk, &base)?;
        let limit = reading.limits.document_bytes;
        let exists = |path: &str| input::name::path(path).exists();
        let coming = found.absolute();
        let comes = |path: &str| coming.contains(path);
        let settings = Settings {
            comes: &comes,
            deny_secrets: args.deny_secrets,
            split: args.split_on.map(Heading::level),
            threads: thread::available_parallelism().map_or(1, NonZero::get),
            ..Settings::of(reading, &exists)
        };
        self.refuse_all(found)?;
        if found.stdin {
            self.store(&mut base, &settings, [()], |()| input::read_stdin(limit))?;
        }
        let read = |file: &PathBuf| input::read(file, limit);
        self.store(&mut base, &settings, &found.files, read)?;
        if let Some(file) = &args.from_export {
            match input::read_export(file, limit) {
                Ok(documents) => self.store(&mut base, &settings, documents, |read| read)?,
                Err(refusal) => self.refuse(&refusal)?,
            }
        }
        base.remember_roots(&found.roots)?;
        if self.counts.added + self.counts.updated > 0
            && let Err(error) = base.catch_up_if_due()
        {
            let text = format!("saved; the search index will catch up: {error}");
            message::warning(&mut self.desk.terminal, &text);
        }
        Ok(())
    }

    /// Stores what can be read, and tells of all in the order of their paths.
    fn store<T: Send>(
        &mut self,
        base: &mut KnowledgeBase,
        settings: &Settings<'_>,
        sources: impl IntoIterator<Item = T>,
        read: impl Fn(T) -> Result<Input, input::Refusal> + Sync,
    ) -> anyhow::Result<()> {
        let mut told = Ok(());
        base.add_from(sources, read, settings, &mut |one| {
            // The documents are stored already: what fails in telling of them is told to the caller afterwards.
            if told.is_ok() {
                told = match one {
                    Ok(added) => self.tell(&added),
                    Err(refusal) => self.refuse(&refusal),
                };
            }
        })?;
        Ok(told?)
    }

    fn refuse_all(&mut self, found: &input::Found) -> io::Result<()> {
        found
            .refusals
            .iter()
            .try_for_each(|refusal| self.refuse(refusal))
    }

    fn refuse(&mut self, refusal: &input::Refusal) -> io::Result<()> {
        self.refused(&refusal.source, &[refusal.diagnostic()])
    }

    fn tell(&mut self, added: &Added) -> io::Result<()> {
        let Some(record) = added
            .record
            .as_ref()
            .filter(|_| added.outcome != Outcome::Refused)
        else {
            return self.refused(&added.source, &added.diagnostics);
        };
        self.bar.inc(1);
        self.count(added);
        if self.format == Format::Text {
            let about = match record.is_counted() {
                true => render::labels(&record.classification, &self.desk.terminal),
                false => record.kind.id().to_owned(),
            };
            let id = terminal::clean(record.id.as_str());
            let source = terminal::clean(&added.source);
            let outcome = added.outcome.id();
            self.write(&if self.desk.terminal.is_aligned() {
                format!("{outcome:<9}  {id:<44}  {about:<42}  {source}")
            } else {
                format!("{outcome} {id}  {about}  {source}")
            })?;
        } else {
            self.write_object(&json::added(added))?;
        }
        let notice = added.notice.as_ref();
        let notice = notice.map(|notice| Diagnostic::note(None, notice.as_str(), ""));
        self.tell_problems(&added.source, added.diagnostics.iter().chain(&notice));
        Ok(())
    }

    fn refused(&mut self, source: &str, diagnostics: &[Diagnostic]) -> io::Result<()> {
        self.bar.inc(1);
        self.counts.refused += 1;
        if self.format == Format::Text {
            let (refused, source) = (Outcome::Refused.id(), terminal::clean(source));
            self.write(&if self.desk.terminal.is_aligned() {
                format!("{refused:<9}  {source}")
            } else {
                format!("{refused}  {source}")
            })?;
        } else {
            self.write_object(&json::refused(source, diagnostics))?;
        }
        self.tell_problems(source, diagnostics.iter());
        Ok(())
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        let terminal = &mut self.desk.terminal;
        let written = terminal.line(line).and_then(|()| terminal.flush());
        self.or_go_on(written)
    }

    fn write_object(&mut self, object: &json::AddLine<'_>) -> io::Result<()> {
        let terminal = &mut self.desk.terminal;
        let written = self.list.write(terminal, object);
        let written = written.and_then(|()| terminal.flush());
        self.or_go_on(written)
    }

    /// A reader that has gone (`| head -1`) did not ask for fewer documents to be stored.
    fn or_go_on(&mut self, written: io::Result<()>) -> io::Result<()> {
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.desk.terminal.drop_results();
                Ok(())
            }
            written => written,
        }
    }

    fn tell_problems<'d>(
        &mut self,
        source: &str,
        diagnostics: impl Iterator<Item = &'d Diagnostic>,
    ) {
        let (problems, terminal) = (&mut self.problems, &mut self.desk.terminal);
        self.bar.suspend(|| {
            diagnostics.for_each(|diagnostic| problems.tell(terminal, source, diagnostic));
        });
    }

    fn count(&mut self, added: &Added) {
        match added.outcome {
            Outcome::Added => self.counts.added += 1,
            Outcome::Unchanged => self.counts.unchanged += 1,
            _ => self.counts.updated += 1,
        }
        let Some(record) = &added.record else { return };
        self.counts.health.take(record);
    }

    fn close(self, found: &input::Found) -> anyhow::Result<Exit> {
        self.bar.finish_and_clear();
        self.list.close(&mut self.desk.terminal)?;
        self.problems.close(&mut self.desk.terminal);
        summary(&self.counts, found, self.desk);
        Ok(if self.counts.refused > 0 || self.rules_refused {
            Exit::Refused
        } else {
            Exit::Done
        })
    }
}

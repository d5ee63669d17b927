//! `report`: the pattern report of a quarter, a year, or any days.

use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum as _;
use jiff::civil::Date;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::error::Error;
use pm_kb::quarter::Quarter;
use pm_kb::query::Query;
use pm_kb::report::Extent;
use pm_kb::report::Report;
use pm_kb::report::Request;
use pm_kb::report::pattern;
use pm_kb::report::period::Calendar;
use pm_kb::report::period::Days;
use pm_kb::report::period::Period;
use pm_kb::report::text;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::help;
use crate::input;
use crate::json;
use crate::message;
use crate::report_earlier;
use crate::report_json;
use crate::terminal;
use crate::terminal::Terminal;
use crate::words::Words;

/// The arguments of `report`.
#[derive(clap::Args)]
#[command(after_help = help::REPORT)]
pub(crate) struct Args {
    #[command(flatten)]
    words: Words,
    /// One quarter, as `2026-Q3`; the last complete one where no time is given.
    #[arg(long, value_name = "QUARTER", group = "time")]
    quarter: Option<Quarter>,
    /// One year.
    #[arg(long, value_name = "YEAR", group = "time", value_parser = clap::value_parser!(i16).range(1970..=2100))]
    year: Option<i16>,
    /// From this day or quarter on.
    #[arg(long, value_name = "DAY", requires = "to", conflicts_with = "time")]
    from: Option<String>,
    /// Up to and with this day or quarter.
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<String>,
    /// Count a share of your own: `'numerator' / 'denominator'`, two queries.
    #[arg(long, value_name = "N / D")]
    pattern: Vec<String>,
    /// What is written; where it is not said, what the ending of `--output` says, else text.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Say what changed since an earlier report, and why: by new incidents, by rules, by people; `-` reads it from
    /// standard input.
    #[arg(long, value_name = "OLD.json")]
    diff: Option<PathBuf>,
    /// Write each chart as an SVG file into this folder too.
    #[arg(long, value_name = "DIR")]
    charts: Option<PathBuf>,
    /// Leave keys, passwords, e-mail addresses and phone numbers in: reports are made to be passed on.
    #[arg(long)]
    unredacted: bool,
    /// Show the appendix too: every table, for the text form; the other forms always have it.
    #[arg(long)]
    full: bool,
    /// Short for `--format json`.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write to this file, at once and whole, and not to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal.
    #[value(alias = "txt")]
    Text,
    /// Markdown, for a wiki or a pull request.
    #[value(alias = "markdown")]
    Md,
    /// One page that needs nothing else, to read, to print and to send.
    #[value(alias = "htm")]
    Html,
    /// The figures, for a spreadsheet.
    Csv,
    /// One JSON document.
    Json,
}

impl Args {
    /// The form in which the report is written.
    fn written(&self) -> Format {
        let ending = self.output.as_deref().and_then(Path::extension);
        match self.format {
            Some(format) => format,
            None if self.json => Format::Json,
            None => ending
                .and_then(|ending| Format::from_str(ending.to_str()?, true).ok())
                .unwrap_or(Format::Text),
        }
    }
}

/// The width of a report where the output is no terminal.
const WIDTH: usize = 100;

/// No report is longer.
const MOST_BYTES: usize = 64 << 20;

/// Reports.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.written();
    if format == Format::Json {
        desk.terminal.speak_json();
    }
    let mut base = base::open(desk)?;
    base::note_verdicts_behind(&base, desk)?;
    let (patterns, text) = asked(args);
    let mut request = request(args, base.configuration()?.calendar, desk.today())?;
    for (at, text) in patterns.iter().enumerate() {
        request.patterns.push(pattern::ad_hoc(text, at + 1)?);
    }
    if let Some(file) = &args.diff {
        match earlier(file) {
            Ok(text) => {
                let name = input::name::shown(file);
                request.earlier = Some(report_earlier::parse(&name, &text)?);
            }
            Err(refusal) => {
                message::refuse(&mut desk.terminal, file, &refusal);
                return Ok(Exit::Refused);
            }
        }
    }
    let population = match Query::parse_strict(&text, &base.vocabulary()?) {
        Ok(query) => (!query.is_empty()).then_some(query),
        Err(notices) => {
            message::bad_query(&mut desk.terminal, &text, &notices);
            return Ok(Exit::Usage);
        }
    };
    let report = base.report(request, population.as_ref(), extent(format, args.full))?;
    let written = written(&report, (format, args.full), &desk.terminal);
    if let Some(folder) = &args.charts {
        charts(folder, &report)?;
    }
    match &args.output {
        Some(file) => crate::output::write(file, written.as_bytes())?,
        None if format == Format::Text => desk.terminal.text(&written)?,
        None => desk.terminal.bytes(written.as_bytes())?,
    }
    // The process ends here: to give back a hundred thousand incidents one by one is time that nobody gains by.
    std::mem::forget(report);
    Ok(Exit::Done)
}

/// How much of the report a format shows.
fn extent(format: Format, full: bool) -> Extent {
    match format {
        Format::Json => Extent::Everything,
        Format::Text if !full => Extent::PageOne,
        _ => Extent::Outline,
    }
}

/// What is to be counted.
fn request(args: &Args, calendar: Calendar, today: Date) -> anyhow::Result<Request> {
    let mut request = Request::of(period(args, calendar, today)?, today)?;
    request.calendar = calendar;
    request.redact = !args.unredacted;
    request.provenance.program = format!("pm-kb {}", env!("CARGO_PKG_VERSION"));
    Ok(request)
}

/// The patterns of the command line and the query for the population. `--pattern 'N' / 'D'`, without quotes around the
/// whole, leaves the stroke and the denominator among the words: they are put together again.
fn asked(args: &Args) -> (Vec<String>, String) {
    let mut patterns = args.pattern.clone();
    match (patterns.last_mut(), args.words.list().as_slice()) {
        (Some(last), ["/", denominator, rest @ ..]) if !last.contains(" / ") => {
            *last = format!("{last} / {denominator}");
            (patterns, rest.join(" "))
        }
        (_, words) => (patterns, words.join(" ")),
    }
}

/// The text of an earlier report.
fn earlier(file: &Path) -> Result<String, Diagnostic> {
    let limits = Limits {
        document_bytes: MOST_BYTES,
        ..Limits::default()
    };
    let input = match file.as_os_str() == "-" {
        true => input::read_stdin(MOST_BYTES),
        false => input::read(file, MOST_BYTES),
    };
    let input = input.map_err(|refusal| refusal.diagnostic())?;
    Ok(Document::read(&input.source, input.bytes, &limits)?.text)
}

/// The report in a format.
fn written(report: &Report, (format, full): (Format, bool), terminal: &Terminal) -> String {
    match format {
        Format::Text => {
            let width = terminal.width().unwrap_or(WIDTH).min(120);
            let write = if full { text::render } else { text::page_one };
            terminal::clean_block(&write(report, width))
        }
        Format::Md => terminal::clean_block(&pm_kb::report::markdown::render(report)),
        Format::Html => pm_kb::report::html::render(report),
        Format::Csv => pm_kb::report::csv::render(report),
        Format::Json => json::to_document(&report_json::report(report)) + "\n",
    }
}

/// Writes the charts of a report into a folder, which is made where it is not there.
fn charts(folder: &Path, report: &Report) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, drawing) in pm_kb::report::svg::files(report) {
        crate::output::write(&folder.join(name), drawing.as_bytes())?;
    }
    Ok(())
}

fn period(args: &Args, calendar: Calendar, today: Date) -> anyhow::Result<Period> {
    if let Some(quarter) = args.quarter {
        return Ok(Period::Quarter(quarter));
    }
    if let Some(year) = args.year {
        return Ok(Period::Year(year));
    }
    let (Some(from), Some(to)) = (&args.from, &args.to) else {
        return Ok(Period::last_complete(calendar, today));
    };
    let days = Days {
        first: day(from, calendar, |days| days.first)?,
        last: day(to, calendar, |days| days.last)?,
    };
    anyhow::ensure!(
        days.first <= days.last,
        "the period ends before it begins: from `{from}` to `{to}` — swap the two"
    );
    Ok(Period::Days(days))
}

/// A day as it is written, or an end of a quarter.
fn day(text: &str, calendar: Calendar, end: impl Fn(Days) -> Date) -> Result<Date, Error> {
    if let Ok(quarter) = text.parse::<Quarter>() {
        return Ok(end(calendar.days_of(quarter)));
    }
    text.parse().map_err(|_| Error::Invalid {
        what: "day",
        value: text.to_owned(),
        expected: "a day as in `2026-07-01` or a quarter as in `2026-Q3`".to_owned(),
    })
}

//! `classify`: label documents without storing them, by files or as a stateless filter of JSON lines.

use std::io::BufRead as _;
use std::path::Path;
use std::path::PathBuf;

use pm_kb::classification::Classification;
use pm_kb::classifier;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::diagnostic::Level;
use pm_kb::document::Document;
use pm_kb::knowledge_base;
use pm_kb::knowledge_base::DryRun;
use pm_kb::knowledge_base::Input;
use pm_kb::parser;
use pm_kb::record::Record;
use pm_kb::rule::RuleSet;

use crate::Desk;
use crate::exit::Exit;
use crate::explanation;
use crate::input;
use crate::json;
use crate::list::Format;
use crate::message::Problems;
use crate::render;
use crate::terminal;

/// The arguments of `classify`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files, folders, or `-` for standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Print the five stages: what was read, found, qualified, scored and decided.
    #[arg(long)]
    explain: bool,
    /// What stands on standard input: a document, or with `jsonl` one `{"id", "text"}` a line.
    #[arg(long, value_enum, default_value = "markdown")]
    input_format: InputFormat,
    /// What is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Short for `--format json`.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum InputFormat {
    /// A document.
    Markdown,
    /// JSON lines.
    Jsonl,
}

/// The rules and settings that documents are labelled with.
pub(crate) struct Labels {
    rules: RuleSet,
    reading: parser::Options,
}

impl Labels {
    /// The shipped rules with the default settings.
    pub(crate) fn new(desk: &Desk) -> Labels {
        let reading = parser::Options {
            today: Some(desk.today()),
            ..parser::Options::default()
        };
        Labels {
            rules: RuleSet::shipped(),
            reading,
        }
    }

    /// The labels that the rules give a file, without the verdicts that it states itself.
    ///
    /// # Errors
    /// What was found in the file, as one line.
    pub(crate) fn of(&self, file: &Path) -> Result<Classification, String> {
        let told = |message: String| format!("{}: {message}", file.display());
        let limits = &self.reading.limits;
        let input =
            input::read(file, limits.document_bytes).map_err(|refusal| told(refusal.message))?;
        let document = Document::read(&input.source, input.bytes, limits)
            .map_err(|refusal| told(refusal.message))?;
        let parsed = parser::parse(&document, &self.reading);
        Ok(classifier::classify(
            &self.rules,
            &document.text,
            &parsed.postmortem,
        ))
    }

    fn dry_run(&self, input: Input) -> DryRun {
        knowledge_base::dry_run(input, &self.rules, &self.reading)
    }

    /// The five stages of a document that is not refused.
    fn explanation(&self, source: &str, bytes: Vec<u8>, format: Format) -> Option<String> {
        let document = Document::read(source, bytes, &self.reading.limits).ok()?;
        let parsed = parser::parse(&document, &self.reading);
        let (rules, text, postmortem) = (&self.rules, &document.text, &parsed.postmortem);
        Some(match format {
            Format::Text => explanation::text(rules, source, text, postmortem),
            _ => explanation::json(rules, source, text, postmortem).to_string(),
        })
    }
}

/// Labels documents without storing them.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let labels = Labels::new(desk);
    if args.input_format == InputFormat::Jsonl {
        return filter(&labels, desk);
    }
    let format = if args.json { Format::Json } else { args.format };
    let mut answers = Answers {
        problems: Problems::new(format != Format::Text),
        format,
        explain: args.explain,
        records: Vec::new(),
        refused: 0,
    };
    let found = input::find(&args.paths);
    let limit = labels.reading.limits.document_bytes;
    let stdin = found.stdin.then(|| input::read_stdin(limit));
    let files = found.files.iter().map(|file| input::read(file, limit));
    for refusal in &found.refusals {
        answers.refuse(refusal, desk);
    }
    for read in stdin.into_iter().chain(files) {
        match read {
            Ok(input) => answers.answer(&labels, input, desk)?,
            Err(refusal) => answers.refuse(&refusal, desk),
        }
    }
    answers.close(desk)
}

/// The answers to the documents of one command.
struct Answers {
    problems: Problems,
    format: Format,
    explain: bool,
    records: Vec<Record>,
    refused: usize,
}

impl Answers {
    fn refuse(&mut self, refusal: &input::Refusal, desk: &mut Desk) {
        self.refused += 1;
        let diagnostic = Diagnostic::error(None, refusal.message.as_str(), refusal.advice);
        self.problems
            .tell(&mut desk.terminal, &refusal.source, &diagnostic);
    }

    fn answer(&mut self, labels: &Labels, input: Input, desk: &mut Desk) -> anyhow::Result<()> {
        let source = input.source.clone();
        let bytes = if self.explain {
            input.bytes.clone()
        } else {
            Vec::new()
        };
        let run = labels.dry_run(input);
        for diagnostic in &run.diagnostics {
            self.problems.tell(&mut desk.terminal, &source, diagnostic);
        }
        let Some(record) = run.record else {
            self.refused += 1;
            return Ok(());
        };
        match self.format {
            format if self.explain => {
                let shown = labels.explanation(&source, bytes, format);
                desk.terminal.text(&shown.unwrap_or_default())?;
            }
            Format::Text => {
                let shown = render::labels(&record.classification);
                desk.terminal
                    .line(&format!("{shown}  {}", terminal::clean(&source)))?;
            }
            Format::Jsonl => desk
                .terminal
                .line(&serde_json::to_string(&json::incident(&record))?)?,
            Format::Json => self.records.push(record),
        }
        Ok(())
    }

    fn close(mut self, desk: &mut Desk) -> anyhow::Result<Exit> {
        if self.format == Format::Json && !self.explain {
            let all: Vec<_> = self.records.iter().map(json::incident).collect();
            desk.terminal.line(&serde_json::to_string_pretty(&all)?)?;
        }
        self.problems.close(&mut desk.terminal);
        Ok(if self.refused > 0 {
            Exit::Refused
        } else {
            Exit::Done
        })
    }
}

/// One line of the filter's input.
#[derive(serde::Deserialize)]
struct Line {
    id: String,
    text: String,
}

/// One JSON line in, one out, in order; a bad line is answered by an error object.
fn filter(labels: &Labels, desk: &mut Desk) -> anyhow::Result<Exit> {
    for (number, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer =
            answer(labels, &line).unwrap_or_else(|error| json::bad_line(number + 1, &error));
        desk.terminal.line(&answer)?;
        desk.terminal.flush()?;
    }
    Ok(Exit::Done)
}

/// The answer to one line, or what is wrong with it.
fn answer(labels: &Labels, line: &[u8]) -> Result<String, String> {
    let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let input = Input {
        source: line.id.clone(),
        path: String::new(),
        bytes: line.text.into_bytes(),
        id: None,
    };
    let run = labels.dry_run(input);
    let Some(record) = run.record else {
        return Err(refusal(&run.diagnostics));
    };
    let mut object =
        serde_json::to_value(json::incident(&record)).map_err(|error| error.to_string())?;
    // The asker's name for the document comes back as it was given, be it an id of ours or not.
    object["id"] = serde_json::Value::String(line.id);
    Ok(object.to_string())
}

fn refusal(diagnostics: &[Diagnostic]) -> String {
    let error = diagnostics.iter().find(|one| one.level == Level::Error);
    error.map_or_else(String::new, |one| match one.position {
        Some(at) => format!("{}:{}: {}", at.line, at.column, one.message),
        None => one.message.clone(),
    })
}

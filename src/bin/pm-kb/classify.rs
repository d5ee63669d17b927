//! `classify`: label documents without storing them, by files or as a stateless filter of JSON lines.

use std::path::Path;
use std::path::PathBuf;

use pm_kb::classification::Classification;
use pm_kb::classifier;
use pm_kb::diagnostic::Diagnostic;
use pm_kb::document::Document;
use pm_kb::knowledge_base;
use pm_kb::knowledge_base::DryRun;
use pm_kb::knowledge_base::Input;
use pm_kb::parser;
use pm_kb::rule::RuleSet;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::explanation;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::input;
use crate::json;
use crate::message;
use crate::message::Problems;
use crate::render;
use crate::terminal;

mod filter;

/// The arguments of `classify`.
#[derive(clap::Args)]
#[command(after_help = help::CLASSIFY)]
pub(crate) struct Args {
    /// Files, folders, or `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print the five stages: what was read, found, qualified, scored and decided.
    #[arg(long)]
    explain: bool,
    /// What is read: documents, or with `jsonl -` one `{"id": …, "text": …}` a line, answered line by line.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "markdown",
        hide_possible_values = true
    )]
    input_format: InputFormat,
    #[command(flatten)]
    output: format::Output,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum InputFormat {
    /// A document.
    Markdown,
    /// JSON lines on standard input.
    Jsonl,
}

/// The rules and settings that documents are labelled with.
pub(crate) struct Labels {
    rules: RuleSet,
    reading: parser::Options,
}

impl Labels {
    /// The rules in force here with the default settings; `None` where they cannot be used, which is told.
    pub(crate) fn new(desk: &mut Desk) -> Option<Labels> {
        let rules = match base::rules(desk) {
            Ok(rules) => rules,
            Err(problems) => {
                message::rules(&mut desk.terminal, &problems);
                return None;
            }
        };
        let reading = parser::Options {
            today: Some(desk.today()),
            ..parser::Options::default()
        };
        Some(Labels { rules, reading })
    }

    /// The labels that the rules give a file, without the verdicts that it states itself.
    ///
    /// # Errors
    /// What was found in the file.
    pub(crate) fn of(&self, file: &Path) -> Result<Classification, Diagnostic> {
        let limits = &self.reading.limits;
        let input =
            input::read(file, limits.document_bytes).map_err(|refusal| refusal.diagnostic())?;
        let document = Document::read(&input.source, input.bytes, limits)?;
        let parsed = parser::parse(&document, &self.reading);
        Ok(classifier::classify(
            &self.rules,
            &document.text,
            &parsed.postmortem,
        ))
    }

    /// A document as it would be recorded.
    pub(crate) fn dry_run(&self, input: Input) -> DryRun {
        knowledge_base::dry_run(input, &self.rules, &self.reading)
    }

    /// The most bytes that a document may have.
    pub(crate) fn limit(&self) -> usize {
        self.reading.limits.document_bytes
    }

    /// The five stages of a document that is not refused.
    fn explained(&self, source: &str, bytes: Vec<u8>) -> Option<Explained> {
        let document = Document::read(source, bytes, &self.reading.limits).ok()?;
        let parsed = parser::parse(&document, &self.reading);
        let (rules, text, postmortem) = (&self.rules, &document.text, &parsed.postmortem);
        Some(Explained {
            text: explanation::text(rules, source, text, postmortem),
            json: explanation::json(rules, source, text, postmortem),
        })
    }
}

/// The five stages of one document, for people and for machines.
struct Explained {
    text: String,
    json: serde_json::Value,
}

/// Labels documents without storing them.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let Some(labels) = Labels::new(desk) else {
        return Ok(Exit::Usage);
    };
    if args.input_format == InputFormat::Jsonl {
        let is_stdin = args.paths.iter().all(|path| path.as_os_str() == "-");
        anyhow::ensure!(
            is_stdin && !args.explain,
            "`--input-format jsonl` answers standard input line by line — give `-` and no `--explain`, \
             as in `pm-kb classify --input-format jsonl - < FILE`"
        );
        return filter::run(&labels, desk);
    }
    let mut answers = Answers {
        labels,
        problems: Problems::default(),
        format,
        list: format::List::of(format),
        explain: args.explain,
        refused: 0,
    };
    let found = input::find(&args.paths);
    for refusal in &found.refusals {
        answers.refuse(refusal, desk);
    }
    let limit = answers.labels.limit();
    let stdin = found.stdin.then(|| input::read_stdin(limit));
    let files = found.files.iter().map(|file| input::read(file, limit));
    for read in stdin.into_iter().chain(files) {
        match read {
            Ok(input) => answers.answer(input, desk)?,
            Err(refusal) => answers.refuse(&refusal, desk),
        }
    }
    if let Some(kinds) = found.skipped.summary() {
        message::notice(&mut desk.terminal, &format!("skipped: {kinds}"));
    }
    answers.close(desk)
}

/// The answers to the documents of one command.
struct Answers {
    labels: Labels,
    problems: Problems,
    format: Format,
    list: format::List,
    explain: bool,
    refused: usize,
}

impl Answers {
    fn refuse(&mut self, refusal: &input::Refusal, desk: &mut Desk) {
        self.refused += 1;
        self.problems
            .tell(&mut desk.terminal, &refusal.source, &refusal.diagnostic());
    }

    fn answer(&mut self, input: Input, desk: &mut Desk) -> anyhow::Result<()> {
        let source = input.source.clone();
        let bytes = self.explain.then(|| input.bytes.clone());
        let run = self.labels.dry_run(input);
        for diagnostic in &run.diagnostics {
            self.problems.tell(&mut desk.terminal, &source, diagnostic);
        }
        let Some(record) = run.record else {
            self.refused += 1;
            return Ok(());
        };
        let explained = bytes.and_then(|bytes| self.labels.explained(&source, bytes));
        match (self.format, explained) {
            (Format::Text, Some(explained)) => {
                desk.terminal
                    .text(&terminal::clean_block(&explained.text))?;
            }
            (Format::Text, None) => {
                let shown = render::labels(&record.classification, &desk.terminal);
                let name = terminal::clean(&source);
                desk.terminal.line(&format!("{shown}  {name}"))?;
            }
            (_, Some(explained)) => self.list.write(&mut desk.terminal, &explained.json)?,
            (_, None) => self
                .list
                .write(&mut desk.terminal, &json::incident(&record))?,
        }
        Ok(())
    }

    fn close(self, desk: &mut Desk) -> anyhow::Result<Exit> {
        self.list.close(&mut desk.terminal)?;
        self.problems.close(&mut desk.terminal);
        Ok(if self.refused > 0 {
            Exit::Refused
        } else {
            Exit::Done
        })
    }
}

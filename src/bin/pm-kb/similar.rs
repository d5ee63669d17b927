//! `similar`: have we seen this before? An incident, a draft or a symptom against all that is stored, with reasons.

use std::path::Path;

use pm_kb::diagnostic::Diagnostic;
use pm_kb::document::Document;
use pm_kb::error::Error;
use pm_kb::knowledge_base;
use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::SimilarFound;
use pm_kb::knowledge_base::Subject;
use pm_kb::parser;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::freshness::Freshness;
use crate::help;
use crate::input;
use crate::json;
use crate::message;
use crate::render;

/// The arguments of `similar`.
#[derive(clap::Args)]
#[command(after_help = help::SIMILAR)]
pub(crate) struct Args {
    /// An incident's id, a file, a symptom in words, or `-` for a document or a symptom on standard input.
    #[arg(value_name = "ID|FILE|WORDS|-")]
    subject: String,
    /// Remember that an incident is not related, and leave it out from now on; may be given more than once.
    #[arg(long, value_name = "ID")]
    not: Vec<String>,
    /// Show at most so many.
    #[arg(long, value_name = "N", default_value_t = 5)]
    limit: usize,
    #[command(flatten)]
    output: format::Output,
}

/// What could be made of what was asked about.
enum Asked {
    Subject(Box<Subject>),
    Refused(Vec<Diagnostic>),
}

/// Looks for similar incidents.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let mut base = base::open(desk)?;
    let subject = match asked(&args.subject, &base, desk)? {
        Asked::Subject(subject) => subject,
        Asked::Refused(diagnostics) => {
            for diagnostic in &diagnostics {
                message::refuse(&mut desk.terminal, Path::new(&args.subject), diagnostic);
            }
            return Ok(Exit::Refused);
        }
    };
    for id in &args.not {
        call_unrelated(&subject, id, &base, desk)?;
    }
    let found = base.similar(&subject, args.limit)?;
    for notice in &found.notices {
        message::note(&mut desk.terminal, notice);
    }
    match format {
        Format::Text => show(&found, desk)?,
        _ => format::many(
            &mut desk.terminal,
            format,
            found
                .found
                .iter()
                .map(|similar| json::similar(similar, Freshness::of(&similar.hit))),
        )?,
    }
    if found.found.is_empty() {
        message::notice(&mut desk.terminal, &nothing(&found));
        return Ok(Exit::Negative);
    }
    Ok(Exit::Done)
}

/// An incident of that id, else a file of that name, else the words themselves where they are several; `./name` is
/// always a file.
fn asked(typed: &str, base: &KnowledgeBase, desk: &mut Desk) -> anyhow::Result<Asked> {
    let path = Path::new(typed);
    if typed != "-" {
        match base.subject(typed) {
            Ok(subject) => return Ok(Asked::Subject(Box::new(subject))),
            Err(Error::UnknownIncident { .. }) if path.exists() || is_text(typed) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let reading = parser::Options {
        limits: base.configuration()?.limits,
        today: Some(desk.today()),
        ..parser::Options::default()
    };
    let limit = reading.limits.document_bytes;
    let read = match typed {
        "-" => input::read_stdin(limit),
        text if is_text(text) && !path.exists() => Ok(Input {
            source: "-".to_owned(),
            path: String::new(),
            bytes: text.as_bytes().to_vec(),
            id: None,
        }),
        _ => input::read(path, limit),
    };
    let input = match read {
        Ok(input) => input,
        Err(refusal) => return Ok(Asked::Refused(vec![refusal.diagnostic()])),
    };
    let document = match Document::read(&input.source, input.bytes.clone(), &reading.limits) {
        Ok(document) => document,
        Err(refusal) => return Ok(Asked::Refused(vec![refusal])),
    };
    let filed = match input.path.is_empty() {
        true => None,
        false => base.id_at_path(&input.path)?,
    };
    let digest = blake3::hash(&input.bytes).to_hex();
    base::tell_refused_rules(base, desk);
    let run = knowledge_base::dry_run(input, base.rules(), &reading);
    let Some(record) = run.record else {
        return Ok(Asked::Refused(run.diagnostics));
    };
    // A draft keeps its name when it is stored under it later; a text that was piped in has none but itself.
    let name = match (filed, typed) {
        (Some(id), _) => id.to_string(),
        (None, text) if text == "-" || is_text(text) => format!("text:{}", &digest[..16]),
        (None, _) => record.id.to_string(),
    };
    Ok(Asked::Subject(Box::new(Subject::unfiled(
        &document, record, name,
    ))))
}

/// Whether what was typed is a symptom in words: no id has a space in it, and no file an ending with one, or none.
fn is_text(typed: &str) -> bool {
    let ending = Path::new(typed)
        .extension()
        .and_then(|ending| ending.to_str());
    let names_a_file =
        ending.is_some_and(|ending| !ending.is_empty() && !ending.contains(char::is_whitespace));
    typed.trim().contains(char::is_whitespace) && !names_a_file
}

fn call_unrelated(
    subject: &Subject,
    id: &str,
    base: &KnowledgeBase,
    desk: &mut Desk,
) -> anyhow::Result<()> {
    let other = base.record(id)?;
    let (one, other) = (&subject.name, other.id.as_str());
    let said = match base.call_unrelated(one, other, desk.now)? {
        true => format!("remembered: `{one}` is not related to `{other}`"),
        false => format!("`{one}` was called not related to `{other}` before"),
    };
    message::notice(&mut desk.terminal, &said);
    Ok(())
}

fn show(found: &SimilarFound, desk: &mut Desk) -> anyhow::Result<()> {
    for similar in &found.found {
        let hit = &similar.hit;
        let shown = render::hit(hit, Freshness::of(hit), &desk.terminal);
        desk.terminal.line(&format!("{}. {shown}", hit.rank))?;
        let reasons = render::reasons(&similar.likeness);
        desk.terminal.line(&format!("   because: {reasons}"))?;
        desk.terminal.line("")?;
    }
    Ok(())
}

fn nothing(found: &SimilarFound) -> String {
    match found.called_unrelated {
        0 => "nothing similar is known".to_owned(),
        1 => "nothing similar is known but what was called not related".to_owned(),
        more => format!("nothing similar is known but {more} that were called not related"),
    }
}

//! Drawn documents in a terminal: each is shown whole, without its labels, and asked about, label by label.

use std::collections::BTreeMap;

use pm_kb::audit::Answer;
use pm_kb::audit::Drawn;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::REVIEWED;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::Detection;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::FailureMode;
use pm_kb::taxonomy::FirstDiagnosis;
use pm_kb::taxonomy::Response;
use pm_kb::verdict::Field;

use crate::Desk;
use crate::keyboard::Keyboard;
use crate::message;
use crate::terminal;

/// What was answered to one question.
enum Said {
    /// A value; `None` where the document states none.
    Value(Option<String>),
    /// The document is to be read another time.
    Skip,
    /// No more.
    Quit,
}

/// Goes through what is to be read until it ends or somebody leaves; every document that was answered is written.
pub(super) fn run(
    (base, author): (&mut KnowledgeBase, String),
    open: &[Drawn],
    keyboard: Keyboard,
    desk: &mut Desk,
) -> anyhow::Result<()> {
    let mut read = 0;
    for (number, drawn) in (1..).zip(open) {
        let (document, _) = base.postmortem(drawn.incident.as_str())?;
        let text = document.text.trim_start_matches('\u{feff}');
        desk.terminal.line("")?;
        let place = format!("— {number} of {}: {}", open.len(), drawn.incident);
        desk.terminal.line(&terminal::clean(&place))?;
        for (number, line) in (1..).zip(terminal::clean_block(text).lines()) {
            desk.terminal.line(&format!("{number:>5}  {line}"))?;
        }
        match labels(&keyboard, desk)? {
            Asked::Answered(labels) => {
                base.answer_audit(&Answer {
                    audit: drawn.audit.clone(),
                    incident: drawn.incident.clone(),
                    labels,
                    author: author.clone(),
                    time: desk.now,
                })?;
                read += 1;
            }
            Asked::Skipped => {}
            Asked::Left => break,
        }
    }
    let text = format!(
        "{} read; {} to be read: `pm-kb audit` goes on",
        crate::format::documents(read),
        open.len() - read
    );
    message::notice(&mut desk.terminal, &text);
    if let Err(error) = base.catch_up_if_due() {
        let text = format!("the search index will catch up: {error}");
        message::warning(&mut desk.terminal, &text);
    }
    Ok(())
}

/// What came of the questions about one document.
enum Asked {
    Answered(BTreeMap<Facet, Option<String>>),
    Skipped,
    Left,
}

fn labels(keyboard: &Keyboard, desk: &mut Desk) -> anyhow::Result<Asked> {
    let mut labels: BTreeMap<Facet, Option<String>> = BTreeMap::new();
    for facet in REVIEWED {
        let response = labels.get(&Facet::Response).cloned().flatten();
        let rolled_back = response.is_some_and(|said| said.contains(Response::Rollback.id()));
        if *facet == Facet::RollbackHelped && !rolled_back {
            labels.insert(*facet, None);
            continue;
        }
        match ask(*facet, keyboard, desk)? {
            Said::Value(value) => {
                labels.insert(*facet, value);
            }
            Said::Skip => return Ok(Asked::Skipped),
            Said::Quit => return Ok(Asked::Left),
        }
    }
    Ok(Asked::Answered(labels))
}

/// Asks until the answer is one.
fn ask(facet: Facet, keyboard: &Keyboard, desk: &mut Desk) -> anyhow::Result<Said> {
    let values = values(facet);
    let numbered = (1..).zip(&values);
    let numbered: Vec<String> = numbered
        .map(|(at, value)| format!("{at} {value}"))
        .collect();
    let many = if facet == Facet::Response {
        ", several with commas"
    } else {
        ""
    };
    let question = format!(
        "{facet}: {}  - not stated{many}  s skip  q quit",
        numbered.join("  ")
    );
    loop {
        desk.terminal.line(&question)?;
        desk.terminal.flush()?;
        let Some(answer) = keyboard.answer(facet == Facet::Response)? else {
            return Ok(Said::Quit);
        };
        match answer.as_str() {
            "s" => return Ok(Said::Skip),
            "q" => return Ok(Said::Quit),
            // What is not told to have been caught early was not.
            "-" if facet == Facet::NearMiss => return Ok(Said::Value(Some("false".to_owned()))),
            _ => {}
        }
        let parts = answer.split(',').map(str::trim);
        let named: Vec<&str> = parts
            .map(|part| {
                let number = part.parse::<usize>().ok();
                let value = number.and_then(|number| values.get(number.checked_sub(1)?));
                value.copied().unwrap_or(part)
            })
            .collect();
        match Field::Facet(facet).normal(&named.join(",")) {
            Ok(value) => return Ok(Said::Value(value)),
            Err(error) => message::notice(&mut desk.terminal, &error.to_string()),
        }
    }
}

/// The values that a label may have.
fn values(facet: Facet) -> Vec<&'static str> {
    match facet {
        Facet::FailureMode => FailureMode::ALL.iter().map(|one| one.id()).collect(),
        Facet::Decay => Decay::ALL.iter().map(|one| one.id()).collect(),
        Facet::Response => Response::ALL.iter().map(|one| one.id()).collect(),
        Facet::FirstDiagnosis => FirstDiagnosis::ALL.iter().map(|one| one.id()).collect(),
        Facet::Detection => Detection::ALL.iter().map(|one| one.id()).collect(),
        _ => vec!["yes", "no"],
    }
}

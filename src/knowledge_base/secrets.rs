//! Secrets: what must not be passed on, told when a document is added, and taken out of what is meant for others.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Level;
use crate::document::Document;
use crate::document::Limits;
use crate::error::Error;
use crate::error::Result;
use crate::knowledge_base::paper::Paper;
use crate::secret::Kind;
use crate::secret::Secrets;
use crate::text::LineIndex;

/// Tells of the secrets in a document; where they are denied, the document is refused.
pub(super) fn look_over(paper: &mut Paper, limits: &Limits, denied: bool) {
    if paper.understood.is_none() {
        return;
    }
    let Ok(document) = Document::read(&paper.source, paper.bytes.clone(), limits) else {
        return;
    };
    let told = told(&document.text, denied);
    if told.iter().any(|one| one.level == Level::Error) {
        paper.understood = None;
    }
    paper.diagnostics.extend(told);
}

/// What is told of the secrets in a text: each secret, and of each sort of personal data the first.
fn told(text: &str, denied: bool) -> Vec<Diagnostic> {
    let found = Secrets::shipped().find(text);
    if found.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(text);
    let mut told = Vec::new();
    let mut hints: BTreeMap<&str, (usize, usize, &str)> = BTreeMap::new();
    for one in &found {
        if one.kind == Kind::Personal {
            let hint = hints.entry(one.rule);
            hint.or_insert((0, one.span.start, one.title)).0 += 1;
            continue;
        }
        let at = Some(lines.position(text, one.span.start));
        let beginning = one.beginning(text);
        let message = format!("{} (`{beginning}…`): it would be stored", one.title);
        told.push(if denied {
            Diagnostic::error(at, message, "take it out, and have it replaced where it is used")
        } else {
            let advice = "take it out, have it replaced, and add the document again; `--deny-secrets` refuses such documents";
            Diagnostic::warning(at, message, advice)
        });
    }
    for (count, start, title) in hints.into_values() {
        let more = match count - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let at = Some(lines.position(text, start));
        let advice = "reports and `export --redact` leave it out";
        told.push(Diagnostic::note(
            at,
            format!("personal data: {title}{more}"),
            advice,
        ));
    }
    told
}

/// The original bytes of a document as text, without its secrets and personal data.
///
/// # Errors
/// [`Error::Damaged`] where the bytes are no text any more.
pub fn redacted(name: &str, bytes: &[u8]) -> Result<String> {
    let limits = Limits {
        document_bytes: usize::MAX,
        ..Limits::default()
    };
    let document = Document::read(name, bytes.to_vec(), &limits).map_err(|refusal| {
        let found = format!(
            "the document `{name}` is no text any more: {}",
            refusal.message
        );
        Error::Damaged { found }
    })?;
    Ok(Secrets::shipped().redact(&document.text).into_owned())
}

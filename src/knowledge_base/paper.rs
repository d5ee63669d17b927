//! Paper: a document that was read and labelled, and is not filed yet.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;

use blake3::Hash;

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::identity;
use crate::knowledge_base::identity::Claims;
use crate::knowledge_base::identity::Identity;
use crate::knowledge_base::identity::Surroundings;
use crate::knowledge_base::identity::Traits;
use crate::knowledge_base::intake::Added;
use crate::knowledge_base::intake::Input;
use crate::knowledge_base::intake::Outcome;
use crate::knowledge_base::prints::Prints;
use crate::knowledge_base::reading;
use crate::knowledge_base::reading::Understood;
use crate::knowledge_base::reading::understand;
use crate::knowledge_base::twin;
use crate::knowledge_base::twin::Original;
use crate::parser;
use crate::parser::split;
use crate::postmortem::DocumentKind;
use crate::postmortem::Postmortem;
use crate::record::Part;
use crate::record::Record;
use crate::rule::RuleSet;
use crate::store::Filed;
use crate::store::Filing;
use crate::store::Writing;

/// A document that was read and labelled, and is not filed yet.
pub(super) struct Paper {
    pub(super) source: String,
    pub(super) path: String,
    /// The id that it brings with it from another base.
    brought: Option<IncidentId>,
    pub(super) bytes: Vec<u8>,
    content: Hash,
    /// Which part of a file it is.
    part: Option<Part>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What was understood; `None` where it is refused.
    pub(super) understood: Option<Understood>,
}

/// Where a document is to be filed.
struct Place {
    id: IncidentId,
    /// What is there now.
    before: Option<Filed>,
    /// What becomes of the document, if anything changes.
    outcome: Outcome,
    notice: Option<String>,
}

/// What is needed to file papers.
pub(super) struct Clerk<'a, 'store> {
    pub(super) writing: &'a mut Writing<'store>,
    pub(super) around: Surroundings<'a>,
    pub(super) prints: &'a mut Prints,
    /// Whether documents are filed that are not known yet. Parts of a known page always are.
    pub(super) takes_new: bool,
}

impl Paper {
    /// Reads and labels a document. A defect of parser or classifier costs this document alone.
    pub(super) fn read(input: Input, rules: &RuleSet, options: &parser::Options) -> Paper {
        let part = input.id.as_ref().and_then(|_| brought_part(&input));
        Paper::read_part(input, part, (rules, options))
    }

    /// Reads and labels a document, or each part of it where it is divided by headings of a level.
    pub(super) fn read_divided(
        input: Input,
        level: u8,
        (rules, options): (&RuleSet, &parser::Options),
    ) -> Vec<Paper> {
        let document = Document::read(&input.source, input.bytes.clone(), &options.limits);
        let parts = match &document {
            Ok(document) => catch_unwind(AssertUnwindSafe(|| split::divide(document, level))),
            Err(_) => Ok(Vec::new()),
        };
        let parts = parts.unwrap_or_default();
        if parts.iter().all(|part| part.name == input.source) {
            return vec![Paper::read(input, rules, options)];
        }
        parts
            .into_iter()
            .map(|part| {
                let name = part.name.get(input.source.len()..).unwrap_or_default();
                let is_file = !input.path.is_empty();
                let part = Input {
                    path: if is_file {
                        format!("{}{name}", input.path)
                    } else {
                        String::new()
                    },
                    source: part.name,
                    bytes: part.bytes,
                    id: None,
                };
                Paper::read_part(part, Some(Part { level }), (rules, options))
            })
            .collect()
    }

    fn read_part(
        input: Input,
        part: Option<Part>,
        (rules, options): (&RuleSet, &parser::Options),
    ) -> Paper {
        let content = blake3::hash(&input.bytes);
        let read = catch_unwind(AssertUnwindSafe(|| understand(&input, rules, options)));
        let (understood, diagnostics) = read.unwrap_or_else(|_| {
            let refusal = Diagnostic::error(
                None,
                "pm-kb failed on this document, which is a defect of pm-kb",
                "report it with the document, if you can share it",
            );
            (None, vec![refusal])
        });
        Paper {
            source: input.source,
            path: input.path,
            brought: input.id,
            bytes: input.bytes,
            content,
            part,
            diagnostics,
            understood,
        }
    }

    /// Whether it is a part of a page with several incidents.
    pub(super) fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// Notes what the document says of itself.
    pub(super) fn claim(&self, claims: &mut Claims) {
        if self.path.is_empty() {
            return;
        }
        let understood = self.understood.as_ref();
        claims.note(
            &self.path,
            understood.and_then(|understood| understood.stated.as_ref()),
            understood.and_then(|understood| understood.page.as_deref()),
        );
        if let Some((file, _)) = self.path.rsplit_once('#').filter(|_| self.part.is_some()) {
            claims.note_divided(file);
        }
    }

    /// Files the document and says what became of it.
    pub(super) fn file(mut self, clerk: &mut Clerk<'_, '_>) -> Result<Added> {
        let Some(understood) = self.understood.take() else {
            return Ok(self.without_record(Outcome::Refused));
        };
        let traits = Traits {
            path: &self.path,
            is_part: self.part.is_some(),
            title: &understood.postmortem.title,
            brought: self.brought.as_ref(),
            stated: understood.stated.as_ref(),
            page: understood.page.as_deref(),
            content: self.content,
            print: understood.print.as_ref(),
        };
        let view = clerk.writing.view();
        let place = match identity::identify(&view, traits, &clerk.around, clerk.prints)? {
            Identity::Taken(other) => {
                self.diagnostics.push(taken(&understood.postmortem, &other));
                return Ok(self.without_record(Outcome::Refused));
            }
            Identity::New(_) if !clerk.takes_new && self.part.is_none() => {
                return Ok(self.without_record(Outcome::New));
            }
            Identity::New(id) => Place {
                id,
                before: None,
                outcome: Outcome::Added,
                notice: None,
            },
            Identity::Known(before) => Place {
                id: before.record.id.clone(),
                notice: match self.brought {
                    Some(_) => None,
                    None => not_renamed(&before, understood.stated.as_ref()),
                },
                before: Some(before),
                outcome: Outcome::Updated,
            },
            Identity::Moved(before) => Place::of_moved(before, None),
            Identity::Became(before, similarity) => Place::of_moved(before, Some(similarity)),
        };
        self.file_at(clerk, understood, place)
    }

    fn file_at(
        mut self,
        clerk: &mut Clerk<'_, '_>,
        understood: Understood,
        place: Place,
    ) -> Result<Added> {
        let (read_kind, print) = (understood.postmortem.kind, understood.print.clone());
        let near = print.as_ref().map(|print| (print, &mut *clerk.prints));
        let original = twin::original(&clerk.writing.view(), &place.id, self.content, near)?;
        let (record, is_same_text) = self.record(clerk, understood, &place, original.as_ref());
        if is_same_text && record.facts.date.is_some() {
            self.diagnostics
                .retain(|diagnostic| !parser::is_open_date(diagnostic));
        }
        let filed = clerk.writing.put(Filing {
            record: record.clone(),
            read_kind,
            content: self.content,
            fingerprint: print.map(|print| print.fingerprint.to_bytes()),
            original: (!is_same_text).then_some(self.bytes.as_slice()),
        })?;
        if let Some(filed) = &filed {
            clerk.prints.put(filed);
        }
        let mut notice = original.map(|original| original.notice(&record.id));
        if place.before.is_some() && !is_same_text {
            twin::promote(clerk.writing, &record.id, clerk.prints)?;
        }
        if let Some(whole) = self.replaced(clerk)? {
            notice.get_or_insert(format!("replaces {whole}, which was the whole page"));
        }
        let notice = self.replaced_parts(clerk)?.or(notice);
        Ok(Added {
            outcome: filed.map_or(Outcome::Unchanged, |_| place.outcome),
            source: self.source,
            id: Some(record.id.clone()),
            record: Some(record),
            diagnostics: self.diagnostics,
            notice: notice.or(place.notice),
        })
    }

    /// The record of the document at its place, and whether its text is what it was.
    fn record(
        &self,
        clerk: &Clerk<'_, '_>,
        understood: Understood,
        place: &Place,
        original: Option<&Original>,
    ) -> (Record, bool) {
        let kind = match original {
            Some(_) => DocumentKind::Duplicate,
            None => understood.postmortem.kind,
        };
        let standing = clerk.around.ledger.standing(&place.id);
        let mut record = reading::record(understood, place.id.clone(), kind, &standing);
        record.source.clone_from(&self.source);
        record.path.clone_from(&self.path);
        clerk.around.aliases.lay(&mut record);
        record.lineage.part = self.part;
        record.lineage.duplicate_of = original.map(|original| original.id.clone());
        let before = place.before.as_ref();
        let is_same_text = before.is_some_and(|before| before.content == self.content);
        if let Some(before) = before.filter(|_| is_same_text && self.has_open_date()) {
            // What `--date-order` once settled stays settled when the same text is read without it.
            record.facts.keep_times(&before.record.facts);
        }
        if let Some(before) = before.filter(|_| is_same_text && place.outcome == Outcome::Updated) {
            // `./a.md` and `a.md` are one file: how it was named last is no change.
            record.source.clone_from(&before.record.source);
        }
        (record, is_same_text)
    }

    fn has_open_date(&self) -> bool {
        self.diagnostics.iter().any(parser::is_open_date)
    }

    /// Removes the record of the whole page that this document is a part of; its id.
    fn replaced(&self, clerk: &mut Clerk<'_, '_>) -> Result<Option<IncidentId>> {
        let Some((file, _)) = self.path.rsplit_once('#').filter(|_| self.part.is_some()) else {
            return Ok(None);
        };
        let at = clerk.writing.view().at_path(file)?;
        let Some(whole) = at.into_iter().next() else {
            return Ok(None);
        };
        forget(clerk, &whole)?;
        Ok(Some(whole.record.id))
    }

    /// Removes the parts of the page that headings of another level made of it; what is to be said of that.
    fn replaced_parts(&self, clerk: &mut Clerk<'_, '_>) -> Result<Option<String>> {
        let Some((level, (file, _))) = self
            .part
            .map(|part| part.level)
            .zip(self.path.rsplit_once('#'))
        else {
            return Ok(None);
        };
        let mut removed = Vec::new();
        for filed in clerk.writing.view().parts_of(file)? {
            let other = filed
                .record
                .lineage
                .part
                .is_some_and(|part| part.level != level);
            if other && self.brought.is_none() {
                forget(clerk, &filed)?;
                removed.push(filed.record.id.to_string());
            }
        }
        let said = || {
            format!(
                "replaces {}, which the page was divided into by other headings",
                removed.join(", ")
            )
        };
        Ok((!removed.is_empty()).then(said))
    }

    fn without_record(self, outcome: Outcome) -> Added {
        Added {
            outcome,
            source: self.source,
            id: None,
            record: None,
            diagnostics: self.diagnostics,
            notice: None,
        }
    }
}

/// Removes a record; a near copy of it may count instead.
fn forget(clerk: &mut Clerk<'_, '_>, filed: &Filed) -> Result<()> {
    let id = &filed.record.id;
    clerk.writing.remove(id.as_str())?;
    twin::promote(clerk.writing, id, clerk.prints)?;
    clerk.prints.forget(filed);
    Ok(())
}

/// Which part of a page a document is that comes from another base: its path says so, its first heading at what level.
fn brought_part(input: &Input) -> Option<Part> {
    let (page, _) = input.path.rsplit_once('#')?;
    let extension = Path::new(page).extension()?.to_str()?.to_lowercase();
    if !["md", "markdown", "mdx", "txt"].contains(&extension.as_str()) {
        return None;
    }
    let text = String::from_utf8_lossy(&input.bytes);
    let heading = text.lines().find(|line| line.starts_with('#'))?;
    let level = heading.chars().take_while(|mark| *mark == '#').count();
    u8::try_from(level).ok().map(|level| Part { level })
}

impl Place {
    /// The place of a record whose document has another name now, and perhaps another text.
    fn of_moved(before: Filed, similarity: Option<f64>) -> Place {
        let was = &before.record.source;
        let notice = match similarity {
            None => format!("was {was}"),
            Some(similarity) => format!(
                "was {was}: renamed and edited, {:.0} % of the text is the same",
                similarity * 100.0
            ),
        };
        Place {
            id: before.record.id.clone(),
            notice: (!before.record.path.is_empty()).then_some(notice),
            outcome: Outcome::Moved,
            before: Some(before),
        }
    }
}

/// What is to be said where a document states another id than it has.
fn not_renamed(before: &Filed, stated: Option<&IncidentId>) -> Option<String> {
    let stated = stated.filter(|stated| **stated != before.record.id)?;
    Some(format!(
        "the id `{stated}` in its front matter is not used: an id never changes"
    ))
}

fn taken(postmortem: &Postmortem, other: &Filed) -> Diagnostic {
    let line = postmortem.stated_id.as_ref().map_or(0, |fact| fact.line);
    Diagnostic::error(
        reading::at_line(line),
        format!(
            "the id `{}` is taken by {}",
            other.record.id, other.record.source
        ),
        "give one of the two another `id`, or remove the other first",
    )
}

//! Identity: which incident a document is; known by its path, by the id it states, or by its text, else new.

use std::ffi::OsStr;
use std::path::Component;
use std::path::Path;

use blake3::Hash;
use unicode_normalization::UnicodeNormalization;

use crate::error::Result;
use crate::incident::IncidentId;
use crate::postmortem::DocumentKind;
use crate::record::Record;
use crate::store::Filed;
use crate::store::Filing;
use crate::store::View;
use crate::store::Writing;
use crate::verdict::Field;

/// What is known of a document before it is told which incident it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits<'a> {
    /// The absolute path; empty for standard input.
    pub(super) path: &'a str,
    /// Its title, the last resort for a name.
    pub(super) title: &'a str,
    /// The id that it brings with it from another base.
    pub(super) brought: Option<&'a IncidentId>,
    /// The id that it states.
    pub(super) stated: Option<&'a IncidentId>,
    /// BLAKE3 of its bytes.
    pub(super) content: Hash,
}

/// Which incident a document is.
#[derive(Debug)]
pub(super) enum Identity {
    /// One that is there, read from the same file.
    Known(Filed),
    /// One that is there, whose file is gone from where it was.
    Moved(Filed),
    /// None that is there; it is to have this id.
    New(IncidentId),
    /// It states the id of another document.
    Taken(Filed),
}

/// Tells which incident a document is; `exists` says whether a file is still at a path.
pub(super) fn identify(
    view: &View<'_>,
    traits: Traits<'_>,
    exists: &dyn Fn(&str) -> bool,
) -> Result<Identity> {
    if let Some(brought) = traits.brought {
        return Ok(match view.find(brought.as_str())? {
            Some(same) if same.content == traits.content || same.record.path == traits.path => {
                Identity::Known(same)
            }
            Some(other) => Identity::Taken(other),
            None => Identity::New(brought.clone()),
        });
    }
    let twins = view.with_content(traits.content)?;
    let from_input = traits.path.is_empty();
    let known = if from_input {
        twins
            .iter()
            .find(|twin| twin.record.path.is_empty())
            .cloned()
    } else {
        view.at_path(traits.path)?.into_iter().next()
    };
    if let Some(known) = known {
        return Ok(Identity::Known(known));
    }
    // What came from standard input has no file that could be gone.
    let gone = |filed: &Filed| !filed.record.path.is_empty() && !exists(&filed.record.path);
    let mut name = traits.stated.cloned();
    if let Some(stated) = traits.stated
        && let Some(other) = view.find(stated.as_str())?
    {
        if from_input && other.record.path.is_empty() {
            return Ok(Identity::Known(other));
        }
        if gone(&other) {
            return Ok(Identity::Moved(other));
        }
        if other.content != traits.content {
            return Ok(Identity::Taken(other));
        }
        name = None;
    }
    if let Some(moved) = twins.iter().find(|twin| gone(twin)) {
        return Ok(Identity::Moved(moved.clone()));
    }
    Ok(Identity::New(match name {
        Some(name) => name,
        None => free_id(view, traits.path, traits.title)?,
    }))
}

/// Another document with the same bytes, which counts: one that comes later is its duplicate.
pub(super) fn counted_twin(
    view: &View<'_>,
    id: &IncidentId,
    content: Hash,
) -> Result<Option<IncidentId>> {
    let original = view.original_with_content(content)?;
    Ok(original
        .map(|original| original.record.id)
        .filter(|original| original != id))
}

/// Lets a duplicate count, once the document that it was a duplicate of has gone or changed.
pub(super) fn promote_twin(writing: &mut Writing<'_>, content: Hash) -> Result<()> {
    if writing.view().original_with_content(content)?.is_some() {
        return Ok(());
    }
    if let Some(first) = writing.view().with_content(content)?.into_iter().next() {
        let mut record = first.record.clone();
        count_again(&mut record, first.read_kind);
        writing.put(Filing::anew(record, &first))?;
    }
    Ok(())
}

/// Makes of a duplicate what the parser took it for, unless a person has said what it is.
fn count_again(record: &mut Record, read_kind: DocumentKind) {
    record.lineage.duplicate_of = None;
    match record.lineage.overruled.get_mut(Field::Kind.id()) {
        Some(overruled) => overruled.before = read_kind.id().into(),
        None => record.kind = read_kind,
    }
}

/// An id that nothing has yet: the file's stem, before it as many names of parent folders as are needed, then a number.
fn free_id(view: &View<'_>, path: &str, title: &str) -> Result<IncidentId> {
    let path = Path::new(path);
    let mut name = path
        .file_stem()
        .map(folded)
        .filter(|stem| IncidentId::slug(stem).is_some())
        .unwrap_or_else(|| title.nfc().collect());
    let mut parents = path
        .parent()
        .map(|parent| parent.components().rev().collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter();
    let mut last = None;
    loop {
        if let Some(id) = IncidentId::slug(&name) {
            if !view.has(id.as_str())? {
                return Ok(id);
            }
            last = Some(id);
        }
        match parents.next() {
            Some(Component::Normal(folder)) => name = format!("{}-{name}", folded(folder)),
            Some(_) => {}
            None => break,
        }
    }
    numbered(view, last.as_ref().map_or("document", IncidentId::as_str))
}

fn folded(name: &OsStr) -> String {
    name.to_string_lossy().nfc().collect()
}

/// The first of `name`, `name-2`, `name-3` … that nothing has.
fn numbered(view: &View<'_>, name: &str) -> Result<IncidentId> {
    let mut number = 1u64;
    loop {
        let suffix = if number == 1 {
            String::new()
        } else {
            format!("-{number}")
        };
        let room = IncidentId::MAX_CHARS - suffix.len();
        let stem: String = name.chars().take(room).collect();
        let id: IncidentId = format!("{stem}{suffix}").parse()?;
        if !view.has(id.as_str())? {
            return Ok(id);
        }
        number += 1;
    }
}

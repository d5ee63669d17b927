//! Identity: which incident a document is; known by the id it states, its page, its path, or its text, else new.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Component;
use std::path::Path;

use blake3::Hash;
use unicode_normalization::UnicodeNormalization;

use crate::alias::Aliases;
use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::prints;
use crate::knowledge_base::prints::Print;
use crate::knowledge_base::prints::Prints;
use crate::record::Record;
use crate::store::Filed;
use crate::store::View;
use crate::verdict::Ledger;

/// What is known of a document before it is told which incident it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits<'a> {
    /// The absolute path, for a part with its name behind `#`; empty for standard input.
    pub(super) path: &'a str,
    /// Whether it is a part of a file.
    pub(super) is_part: bool,
    /// Its title, the last resort for a name.
    pub(super) title: &'a str,
    /// The id that it brings with it from another base.
    pub(super) brought: Option<&'a IncidentId>,
    /// The id that it states.
    pub(super) stated: Option<&'a IncidentId>,
    /// The id that the exporting tool gave to the page.
    pub(super) page: Option<&'a str>,
    /// BLAKE3 of its bytes.
    pub(super) content: Hash,
    /// What its near copies are found by.
    pub(super) print: Option<&'a Print>,
}

/// Which incident a document is.
#[derive(Debug)]
pub(super) enum Identity {
    /// One that is there, read from the same file.
    Known(Filed),
    /// One that is there, whose file is gone from where it was, or was exported anew to this place.
    Moved(Filed),
    /// One that is there, whose file is gone; its name and its text are other than before, and so alike.
    Became(Filed, f64),
    /// None that is there; it is to have this id.
    New(IncidentId),
    /// It states the id of another document.
    Taken(Filed),
}

/// What the documents that are filed together say of themselves.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// By path, the id that a document states and its page.
    by_path: BTreeMap<String, (Option<IncidentId>, Option<String>)>,
    /// The files that were divided into parts.
    divided: BTreeSet<String>,
}

impl Claims {
    /// Notes what a document says of itself.
    pub(super) fn note(&mut self, path: &str, stated: Option<&IncidentId>, page: Option<&str>) {
        let claim = (stated.cloned(), page.map(str::to_owned));
        self.by_path.insert(path.to_owned(), claim);
    }

    /// Notes that a file was divided into parts.
    pub(super) fn note_divided(&mut self, file: &str) {
        self.divided.insert(file.to_owned());
    }
}

/// What identity is told by besides the document itself.
pub(super) struct Surroundings<'a> {
    /// Whether a file is still at an absolute path.
    pub(super) exists: &'a dyn Fn(&str) -> bool,
    /// Whether the file at an absolute path is added by the same command.
    pub(super) comes: &'a dyn Fn(&str) -> bool,
    /// What the documents of the same batch say of themselves.
    pub(super) claims: &'a Claims,
    /// What people have said of documents, some of which are not there yet.
    pub(super) ledger: &'a Ledger,
    /// The names that count.
    pub(super) aliases: &'a Aliases,
}

impl Surroundings<'_> {
    /// Whether the file of a record is gone, or holds another document now.
    fn is_vacant(&self, record: &Record) -> bool {
        if record.path.is_empty() {
            // What came from standard input has no file that could be gone.
            return false;
        }
        if let Some((stated, page)) = self.claims.by_path.get(&record.path) {
            return is_another(record, stated.as_ref(), page.as_deref());
        }
        let is_part = record.lineage.part.is_some();
        (is_part && self.claims.divided.contains(record.file())) || !(self.exists)(record.file())
    }
}

/// Whether a document that states this is another one than a record, though it may stand in the same place.
fn is_another(record: &Record, stated: Option<&IncidentId>, page: Option<&str>) -> bool {
    let lineage = &record.lineage;
    if let (Some(before), Some(now)) = (lineage.stated.as_ref(), stated) {
        return before != now && *now != record.id;
    }
    matches!((lineage.page.as_deref(), page), (Some(before), Some(now)) if before != now)
}

/// Tells which incident a document is.
pub(super) fn identify(
    view: &View<'_>,
    traits: Traits<'_>,
    around: &Surroundings<'_>,
    prints: &Prints,
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
    let here = here(view, traits, &twins)?;
    if let Some(identity) = by_statement(view, traits, around, here.as_ref())? {
        return Ok(identity);
    }
    if let Some(identity) = by_page(view, traits, around, here.as_ref())? {
        return Ok(identity);
    }
    if let Some(here) = here {
        return Ok(Identity::Known(here));
    }
    if let Some(moved) = twins.iter().find(|twin| around.is_vacant(&twin.record)) {
        return Ok(Identity::Moved(moved.clone()));
    }
    if let Some(identity) = by_likeness(view, traits, around, prints)? {
        return Ok(identity);
    }
    let named = [traits.stated.cloned(), remembered(traits, around.ledger)];
    for name in named.into_iter().flatten() {
        if !view.has(name.as_str())? {
            return Ok(Identity::New(name));
        }
    }
    Ok(Identity::New(free_id(view, traits)?))
}

/// The record of the same place, unless another document stands there now.
fn here(view: &View<'_>, traits: Traits<'_>, twins: &[Filed]) -> Result<Option<Filed>> {
    if traits.path.is_empty() {
        let same = twins.iter().find(|twin| twin.record.path.is_empty());
        return Ok(same.cloned());
    }
    let here = view.at_path(traits.path)?.into_iter();
    let mut same = here.filter(|here| !is_another(&here.record, traits.stated, traits.page));
    Ok(same.next())
}

/// By the id that it states.
fn by_statement(
    view: &View<'_>,
    traits: Traits<'_>,
    around: &Surroundings<'_>,
    here: Option<&Filed>,
) -> Result<Option<Identity>> {
    let Some(stated) = traits.stated else {
        return Ok(None);
    };
    let Some(other) = view.find(stated.as_str())? else {
        return Ok(None);
    };
    let is_here = here.is_some_and(|here| here.record.id == other.record.id);
    if is_here || (traits.path.is_empty() && other.record.path.is_empty()) {
        return Ok(Some(Identity::Known(other)));
    }
    if around.is_vacant(&other.record) {
        return Ok(Some(Identity::Moved(other)));
    }
    let is_copy = other.content == traits.content;
    Ok((here.is_none() && !is_copy).then_some(Identity::Taken(other)))
}

/// By the page that it is an export of. Of two exports of one page that are added together the second is a duplicate.
fn by_page(
    view: &View<'_>,
    traits: Traits<'_>,
    around: &Surroundings<'_>,
    here: Option<&Filed>,
) -> Result<Option<Identity>> {
    let Some(page) = traits.page.filter(|_| here.is_none()) else {
        return Ok(None);
    };
    let exports = view.of_page(page)?;
    let moved = exports.into_iter().find(|export| {
        let record = &export.record;
        let is_added_too = (around.comes)(record.file());
        let states_another = matches!(
            (record.lineage.stated.as_ref(), traits.stated),
            (Some(before), Some(now)) if before != now
        );
        !states_another && (around.is_vacant(record) || !is_added_too)
    });
    Ok(moved.map(Identity::Moved))
}

/// By its text, where the file of a record whose text was much the same is gone.
fn by_likeness(
    view: &View<'_>,
    traits: Traits<'_>,
    around: &Surroundings<'_>,
    prints: &Prints,
) -> Result<Option<Identity>> {
    let Some(print) = traits.print else {
        return Ok(None);
    };
    let least = match print.is_brief {
        true => prints::SURE,
        false => prints::DESCENDANT,
    };
    let like = prints.like(view, print, least)?;
    let became = like.into_iter().find(|like| {
        let other = &like.print;
        let is_other = like.similarity < prints::DUPLICATE && print.contradicts(other)
            || print.stated.is_some() && other.stated.is_some() && print.stated != other.stated;
        let record = &like.filed.record;
        !is_other && around.is_vacant(record) && !is_another(record, traits.stated, traits.page)
    });
    Ok(became.map(|like| Identity::Became(like.filed, like.similarity)))
}

/// The id under which people have given verdicts on exactly this text, in a base that was made before this one.
fn remembered(traits: Traits<'_>, ledger: &Ledger) -> Option<IncidentId> {
    let content = traits.content.to_hex();
    ledger.of_document(content.as_str()).cloned()
}

/// An id that nothing has yet: the file's stem, before it as many names of parent folders as are needed, then a number.
/// A part of a file is named by its heading, with the file as its first parent.
fn free_id(view: &View<'_>, traits: Traits<'_>) -> Result<IncidentId> {
    let (file, part) = match traits.path.rsplit_once('#').filter(|_| traits.is_part) {
        Some((file, part)) => (file, Some(part)),
        None => (traits.path, None),
    };
    let path = Path::new(file);
    let stem = path.file_stem().map(folded);
    let mut name = part
        .map(str::to_owned)
        .or_else(|| stem.clone())
        .filter(|name| IncidentId::slug(name).is_some())
        .unwrap_or_else(|| traits.title.nfc().collect());
    let folders = path.parent().map(Path::components).into_iter().flatten();
    let folders = folders.rev().filter_map(|component| match component {
        Component::Normal(folder) => Some(folded(folder)),
        _ => None,
    });
    let file = stem.filter(|_| part.is_some());
    let mut parents = file.into_iter().chain(folders);
    let mut last = None;
    loop {
        if let Some(id) = IncidentId::slug(&name) {
            if !view.has(id.as_str())? {
                return Ok(id);
            }
            last = Some(id);
        }
        match parents.next() {
            Some(folder) => name = format!("{folder}-{name}"),
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

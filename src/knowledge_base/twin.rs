//! Twin: the same text twice, word for word or nearly; one of them counts.

use blake3::Hash;

use crate::error::Result;
use crate::incident::IncidentId;
use crate::knowledge_base::prints;
use crate::knowledge_base::prints::Print;
use crate::knowledge_base::prints::Prints;
use crate::postmortem::DocumentKind;
use crate::record::Record;
use crate::store::Filed;
use crate::store::Filing;
use crate::store::View;
use crate::store::Writing;
use crate::verdict::Field;

/// The document that another one is a duplicate of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Original {
    /// Its id.
    pub(super) id: IncidentId,
    /// How alike they are, 0 to 1; `None` where their bytes are the same.
    pub(super) similarity: Option<f64>,
}

impl Original {
    /// What is to be said of the duplicate.
    pub(super) fn notice(&self, duplicate: &IncidentId) -> String {
        match self.similarity {
            None => format!("same text as {}", self.id),
            Some(similarity) => format!(
                "nearly the same text as {} ({:.0} %), so it is not counted; if it is another incident: \
                 `pm-kb label {duplicate} kind=incident`",
                self.id,
                similarity * 100.0
            ),
        }
    }
}

/// The document that this one is a duplicate of, if it is one: one with the same bytes, else one that is nearly the same
/// and nothing that the two state speaks against it. What was an original stays one.
pub(super) fn original(
    view: &View<'_>,
    id: &IncidentId,
    content: Hash,
    near: Option<(&Print, &mut Prints)>,
) -> Result<Option<Original>> {
    if let Some(same) = view.original_with_content(content)? {
        return Ok((same.record.id != *id).then_some(Original {
            id: same.record.id,
            similarity: None,
        }));
    }
    let Some((print, prints)) = near.filter(|(print, _)| print.is_counted && !print.is_brief)
    else {
        return Ok(None);
    };
    let mut near = prints.near(view, print, prints::DUPLICATE)?.into_iter();
    let found = near.find(|like| {
        let other = &like.print;
        like.filed.record.id != *id
            && other.is_counted
            && !other.is_duplicate
            && !print.contradicts(other)
    });
    Ok(found.map(|like| Original {
        id: like.filed.record.id,
        similarity: Some(like.similarity),
    }))
}

/// Lets duplicates count again, once the document that they were duplicates of has gone or says something else. The
/// first that was filed counts; the others are its duplicates.
pub(super) fn promote(
    writing: &mut Writing<'_>,
    original: &IncidentId,
    prints: &mut Prints,
) -> Result<()> {
    let now = writing.view().find(original.as_str())?;
    let mut first: Option<IncidentId> = None;
    for twin in writing.view().duplicates_of(original)? {
        if now.as_ref().is_some_and(|now| is_same(now, &twin)) {
            continue;
        }
        let mut record = twin.record.clone();
        match &first {
            Some(first) => record.lineage.duplicate_of = Some(first.clone()),
            None => {
                first = Some(record.id.clone());
                count(&mut record, twin.read_kind);
            }
        }
        if let Some(filed) = writing.put(Filing::anew(record, &twin))? {
            prints.put(&filed);
        }
    }
    Ok(())
}

/// Whether two records are still the same text, or nearly.
fn is_same(one: &Filed, other: &Filed) -> bool {
    one.content == other.content
        || Print::of(one)
            .zip(Print::of(other))
            .is_some_and(|(one, other)| {
                one.fingerprint.similarity(&other.fingerprint) >= prints::DUPLICATE
                    && !one.contradicts(&other)
            })
}

/// Makes of a duplicate what the parser took it for, unless a person has said what it is.
fn count(record: &mut Record, read_kind: DocumentKind) {
    record.lineage.duplicate_of = None;
    match record.lineage.overruled.get_mut(Field::Kind.id()) {
        Some(overruled) => overruled.before = read_kind.id().into(),
        None => record.kind = read_kind,
    }
}

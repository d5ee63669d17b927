//! Filed: the rows of the store as values, and the seal that each of them bears.

use std::collections::BTreeMap;
use std::str::FromStr;

use blake3::Hash;
use blake3::Hasher;
use rusqlite::Row;
use rusqlite::types::Value;
use rusqlite::types::ValueRef;
use serde::Deserialize;
use serde::Serialize;

use crate::classification::Classification;
use crate::error::Error;
use crate::error::Result;
use crate::incident::Facts;
use crate::incident::IncidentId;
use crate::postmortem::DocumentKind;
use crate::record::Lineage;
use crate::record::Record;
use crate::store::failure::failed;
use crate::store::view::View;

/// A record with what the store knows of it besides.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    /// The record.
    pub record: Record,
    /// What the parser took the document for; [`Record::kind`] differs where it is a duplicate of another.
    pub read_kind: DocumentKind,
    /// The revision that it was filed at.
    pub rev: i64,
    /// BLAKE3 of the original bytes.
    pub content: Hash,
    /// What its near copies are found by, as bytes; `None` where the text is too short for any.
    pub fingerprint: Option<Vec<u8>>,
    /// Its number within the file that the store lies in.
    pub number: i64,
    /// BLAKE3 of the whole row.
    pub seal: Hash,
}

/// The columns of `record` but for number and seal, in the order in which they are sealed.
const COLUMNS: [&str; 20] = [
    "id",
    "rev",
    "source",
    "path",
    "kind",
    "read_kind",
    "language",
    "title",
    "day",
    "severity",
    "failure_mode",
    "decay",
    "ruleset",
    "detail",
    "content_hash",
    "level",
    "is_judged",
    "page",
    "duplicate_of",
    "fingerprint",
];

/// Where the packed detail stands among them.
const DETAIL: usize = 13;

/// What of a record stands in no column of its own, as it is written and as it is read.
#[derive(Serialize)]
struct DetailOf<'a> {
    facts: &'a Facts,
    metadata: &'a BTreeMap<String, String>,
    classification: &'a Classification,
    lineage: &'a Lineage,
}

#[derive(Deserialize)]
struct Detail {
    facts: Facts,
    metadata: BTreeMap<String, String>,
    classification: Classification,
    lineage: Lineage,
}

/// The columns of `record`, the seal and the number last, for a `SELECT`.
pub(super) fn columns() -> String {
    format!("{}, row_hash, number", COLUMNS.join(", "))
}

/// The statement that files a row of [`packed`] values and tells its number.
pub(super) fn upsert() -> String {
    let places: Vec<String> = (1..=COLUMNS.len() + 1).map(|n| format!("?{n}")).collect();
    let updates: Vec<String> = COLUMNS
        .iter()
        .skip(1)
        .chain(&["row_hash"])
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    format!(
        "INSERT INTO record ({}, row_hash) VALUES ({}) ON CONFLICT (id) DO UPDATE SET {} RETURNING number",
        COLUMNS.join(", "),
        places.join(", "),
        updates.join(", ")
    )
}

/// What a row is made of, but for its revision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub(super) record: &'a Record,
    pub(super) read_kind: DocumentKind,
    pub(super) content: Hash,
    pub(super) fingerprint: Option<&'a [u8]>,
}

impl<'a> From<&'a Filed> for Sheet<'a> {
    fn from(filed: &'a Filed) -> Sheet<'a> {
        Sheet {
            record: &filed.record,
            read_kind: filed.read_kind,
            content: filed.content,
            fingerprint: filed.fingerprint.as_deref(),
        }
    }
}

/// The values of a row before they are packed, in the order of [`columns`], and their seal.
pub(super) fn sealed(sheet: Sheet<'_>, rev: i64) -> Result<(Vec<Value>, Hash)> {
    let Sheet {
        record,
        read_kind,
        content,
        fingerprint,
    } = sheet;
    let text = |text: &str| Value::Text(text.to_owned());
    let optional = |value: Option<&str>| value.map_or(Value::Null, text);
    let mut values = vec![
        text(record.id.as_str()),
        Value::Integer(rev),
        text(&record.source),
        text(&record.path),
        text(record.kind.id()),
        text(read_kind.id()),
        text(&record.language),
        text(&record.title),
        record
            .facts
            .day()
            .map_or(Value::Null, |day| Value::Text(day.to_string())),
        record
            .facts
            .severity
            .as_ref()
            .map_or(Value::Null, |fact| Value::Integer(fact.value.rank().into())),
        text(record.classification.failure_mode.id()),
        text(record.classification.decay.id()),
        text(&record.classification.ruleset),
        json(&DetailOf {
            facts: &record.facts,
            metadata: &record.metadata,
            classification: &record.classification,
            lineage: &record.lineage,
        })?,
        Value::Blob(content.as_bytes().to_vec()),
        record
            .lineage
            .part
            .map_or(Value::Null, |part| Value::Integer(part.level.into())),
        Value::Integer((!record.lineage.overruled.is_empty()).into()),
        optional(record.lineage.page.as_deref()),
        optional(record.lineage.duplicate_of.as_ref().map(IncidentId::as_str)),
        fingerprint.map_or(Value::Null, |bytes| Value::Blob(bytes.to_vec())),
    ];
    let seal = seal("record", values.iter().map(ValueRef::from));
    values.push(Value::Blob(seal.as_bytes().to_vec()));
    Ok((values, seal))
}

/// The values of [`sealed`] as they are kept.
pub(super) fn packed(mut values: Vec<Value>, view: &View<'_>) -> Result<Vec<Value>> {
    if let Some(Value::Text(detail)) = values.get(DETAIL) {
        values[DETAIL] = Value::Blob(view.pack(detail.as_bytes())?);
    }
    Ok(values)
}

/// The detail among the values of [`sealed`].
pub(super) fn detail(mut values: Vec<Value>) -> Option<Vec<u8>> {
    match values.swap_remove(DETAIL) {
        Value::Text(detail) => Some(detail.into_bytes()),
        _ => None,
    }
}

/// Reads a row of [`columns`], once its seal was found whole.
pub(super) fn filed(row: &Row<'_>, view: &View<'_>) -> Result<Filed> {
    let id: IncidentId = value(row, 0)?;
    let detail = view.unpack(
        &row.get::<_, Vec<u8>>(DETAIL)
            .map_err(failed("read a record"))?,
    );
    let detail = detail.map_err(|error| match error {
        Error::Damaged { found } => Error::Damaged {
            found: format!("the record of `{id}`: {found}"),
        },
        error => error,
    })?;
    let seal = checked_with("record", row, COLUMNS.len(), Some((DETAIL, &detail)))?;
    let detail: Detail = serde_json::from_slice(&detail).map_err(|error| Error::Damaged {
        found: format!("the record of `{id}` cannot be read: {error}"),
    })?;
    let record = Record {
        source: text(row, 2)?.to_owned(),
        path: text(row, 3)?.to_owned(),
        kind: kind(row, 4)?,
        language: text(row, 6)?.to_owned(),
        title: text(row, 7)?.to_owned(),
        facts: detail.facts,
        metadata: detail.metadata,
        classification: detail.classification,
        lineage: detail.lineage,
        id,
    };
    Ok(Filed {
        record,
        read_kind: kind(row, 5)?,
        rev: row.get(1).map_err(failed("read a record"))?,
        content: hash(row, 14)?,
        fingerprint: row.get(19).map_err(failed("read a record"))?,
        number: row
            .get(COLUMNS.len() + 1)
            .map_err(failed("read a record"))?,
        seal,
    })
}

/// The seal over the first `count` columns of a row, which must be the one in the column after them.
pub(super) fn checked(table: &str, row: &Row<'_>, count: usize) -> Result<Hash> {
    checked_with(table, row, count, None)
}

/// As [`checked`], with the text of a column that is kept in another form.
fn checked_with(
    table: &str,
    row: &Row<'_>,
    count: usize,
    unpacked: Option<(usize, &[u8])>,
) -> Result<Hash> {
    let doing = "read a row";
    let mut values = Vec::with_capacity(count);
    for column in 0..count {
        let found = row.get_ref(column).map_err(failed(doing))?;
        values.push(match unpacked {
            Some((packed, text)) if packed == column => ValueRef::Text(text),
            _ => found,
        });
    }
    let named = match values.first() {
        Some(ValueRef::Text(id)) => format!(" of `{}`", String::from_utf8_lossy(id)),
        _ => String::new(),
    };
    let found = seal(table, values.into_iter());
    match row.get_ref(count).map_err(failed(doing))? {
        ValueRef::Blob(written) if written == found.as_bytes() => Ok(found),
        _ => Err(Error::Damaged {
            found: format!("the row{named} in `{table}` differs from its seal"),
        }),
    }
}

/// BLAKE3 over the name of a table and some values, each with its type and length.
pub(super) fn seal<'a>(table: &str, values: impl Iterator<Item = ValueRef<'a>>) -> Hash {
    let mut hasher = Hasher::new();
    let mut part = |tag: u8, bytes: &[u8]| {
        hasher.update(&[tag]);
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(0, table.as_bytes());
    for value in values {
        match value {
            ValueRef::Null => part(1, &[]),
            ValueRef::Integer(number) => part(2, &number.to_le_bytes()),
            ValueRef::Real(number) => part(3, &number.to_le_bytes()),
            ValueRef::Text(text) => part(4, text),
            ValueRef::Blob(bytes) => part(5, bytes),
        }
    }
    hasher.finalize()
}

/// The text of a column.
pub(super) fn text<'row>(row: &'row Row<'_>, column: usize) -> Result<&'row str> {
    row.get_ref(column)
        .map_err(failed("read a row"))?
        .as_str()
        .map_err(|error| Error::Damaged {
            found: format!("a row cannot be read: {error}"),
        })
}

/// The value whose id is in a column.
pub(super) fn value<T: FromStr<Err = Error>>(row: &Row<'_>, column: usize) -> Result<T> {
    text(row, column)?
        .parse()
        .map_err(|error: Error| Error::Damaged {
            found: error.to_string(),
        })
}

/// The hash in a column.
pub(super) fn hash(row: &Row<'_>, column: usize) -> Result<Hash> {
    let bytes: Vec<u8> = row.get(column).map_err(failed("read a row"))?;
    Hash::from_slice(&bytes).map_err(|error| Error::Damaged {
        found: format!("a hash cannot be read: {error}"),
    })
}

/// The kind of document in a column.
pub(super) fn kind(row: &Row<'_>, column: usize) -> Result<DocumentKind> {
    let id = text(row, column)?;
    serde_json::from_value(serde_json::Value::String(id.to_owned())).map_err(|_| Error::Damaged {
        found: format!("`{id}` is no kind of document"),
    })
}

fn json<T: Serialize>(value: &T) -> Result<Value> {
    serde_json::to_string(value)
        .map(Value::Text)
        .map_err(|error| Error::Store {
            doing: "write a record",
            source: Box::new(error),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_tells_apart_what_only_looks_alike() {
        let text = |text: &'static str| ValueRef::Text(text.as_bytes());
        let of = |values: Vec<ValueRef<'static>>| seal("record", values.into_iter());
        assert_ne!(
            of(vec![text("ab"), text("c")]),
            of(vec![text("a"), text("bc")])
        );
        assert_ne!(of(vec![text("1")]), of(vec![ValueRef::Blob(b"1")]));
        assert_ne!(of(vec![ValueRef::Null]), of(vec![text("")]));
        assert_ne!(of(vec![]), seal("meta", std::iter::empty()));
    }
}

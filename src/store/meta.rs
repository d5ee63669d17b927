//! Meta: what the store says of itself, in one row.

use rusqlite::Connection;
use rusqlite::Row;
use rusqlite::types::Value;
use rusqlite::types::ValueRef;

use crate::error::Error;
use crate::error::Result;
use crate::store::failure::failed;
use crate::store::row;

/// What the store says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// 128 random bits in hexadecimal, made once.
    pub kb_id: String,
    /// 64 random bits in hexadecimal, made anew by a restore: an index of another epoch is not of this store.
    pub epoch: String,
    /// The revision: one more for every changed record, never used twice.
    pub rev: i64,
    /// How many records there are.
    pub live: i64,
    /// The format.
    pub schema_version: i64,
    /// The generation of the index in use; 0 where there is none yet.
    pub index_gen: i64,
    /// The version of the program that wrote last.
    pub written_by: String,
}

/// The `meta` of a store that is being made.
pub(super) fn first_meta(connection: &Connection) -> Result<Meta> {
    connection
        .query_row(
            "SELECT lower(hex(randomblob(16))), lower(hex(randomblob(8)))",
            [],
            |row| {
                Ok(Meta {
                    kb_id: row.get(0)?,
                    epoch: row.get(1)?,
                    rev: 0,
                    live: 0,
                    schema_version: 0,
                    index_gen: 0,
                    written_by: String::new(),
                })
            },
        )
        .map_err(failed("make the record"))
}

/// Reads `meta`, once its seal was found whole.
pub(super) fn read_meta(connection: &Connection) -> Result<Meta> {
    let doing = "read the record's description";
    let mut statement = connection
        .prepare_cached(
            "SELECT kb_id, epoch, rev, live, schema_version, index_gen, written_by, row_hash FROM meta",
        )
        .map_err(failed(doing))?;
    let mut rows = statement.query([]).map_err(failed(doing))?;
    let Some(row) = rows.next().map_err(failed(doing))? else {
        return Err(Error::Damaged {
            found: "its description, the table `meta`, is empty".to_owned(),
        });
    };
    row::checked("meta", row, 7)?;
    let read = |row: &Row<'_>| -> rusqlite::Result<Meta> {
        Ok(Meta {
            kb_id: row.get(0)?,
            epoch: row.get(1)?,
            rev: row.get(2)?,
            live: row.get(3)?,
            schema_version: row.get(4)?,
            index_gen: row.get(5)?,
            written_by: row.get(6)?,
        })
    };
    read(row).map_err(failed(doing))
}

/// Writes `meta`, as the program of this version.
pub(super) fn write_meta(connection: &Connection, meta: Meta) -> Result<()> {
    let mut values = vec![
        Value::Text(meta.kb_id),
        Value::Text(meta.epoch),
        Value::Integer(meta.rev),
        Value::Integer(meta.live),
        Value::Integer(meta.schema_version),
        Value::Integer(meta.index_gen),
        Value::Text(env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let seal = row::seal("meta", values.iter().map(ValueRef::from));
    values.push(Value::Blob(seal.as_bytes().to_vec()));
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO meta (only_row, kb_id, epoch, rev, live, schema_version, index_gen, written_by, row_hash) \
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .and_then(|mut statement| statement.execute(rusqlite::params_from_iter(values)))
        .map_err(failed("write the record's description"))?;
    Ok(())
}

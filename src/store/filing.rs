//! Filing, Writing: changing the store, within one transaction.

use std::collections::BTreeSet;

use blake3::Hash;
use rusqlite::Transaction;
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use rusqlite::types::ValueRef;

use crate::error::Result;
use crate::postmortem::DocumentKind;
use crate::record::Record;
use crate::store::failure::failed;
use crate::store::meta;
use crate::store::meta::Meta;
use crate::store::packing;
use crate::store::packing::Packing;
use crate::store::row;
use crate::store::row::Filed;
use crate::store::row::Sheet;
use crate::store::sketch::Sketches;
use crate::store::view::View;

/// From so many records on a dictionary can be made of them.
const ENOUGH: i64 = 100;

/// Of so many it is made, at most.
const SAMPLES: i64 = 200;

/// A record that is to be filed.
#[derive(Debug, Clone, PartialEq)]
pub struct Filing<'a> {
    /// The record.
    pub record: Record,
    /// What the parser took the document for.
    pub read_kind: DocumentKind,
    /// BLAKE3 of the original bytes.
    pub content: Hash,
    /// What its near copies are found by, as bytes.
    pub fingerprint: Option<Vec<u8>>,
    /// The original bytes; `None` where they are those that are already there under this id.
    pub original: Option<&'a [u8]>,
}

impl Filing<'_> {
    /// Another record of a document that is already there.
    pub fn anew(record: Record, filed: &Filed) -> Filing<'static> {
        Filing {
            record,
            read_kind: filed.read_kind,
            content: filed.content,
            fingerprint: filed.fingerprint.clone(),
            original: None,
        }
    }

    fn sheet(&self) -> Sheet<'_> {
        Sheet {
            record: &self.record,
            read_kind: self.read_kind,
            content: self.content,
            fingerprint: self.fingerprint.as_deref(),
        }
    }
}

/// The store while it is being changed.
#[derive(Debug)]
pub struct Writing<'store> {
    view: View<'store>,
    meta: Meta,
    changed: bool,
    sketches: Sketches,
}

impl<'store> Writing<'store> {
    pub(super) fn new(
        transaction: &'store Transaction<'_>,
        packing: &'store Packing,
    ) -> Result<Writing<'store>> {
        let view = View::new(transaction, packing);
        let meta = view.meta()?;
        Ok(Writing {
            view,
            meta,
            changed: false,
            sketches: Sketches::default(),
        })
    }

    /// Writes down what changed of the store as a whole.
    pub(super) fn finish(self) -> Result<()> {
        if self.changed {
            self.sketches.write(&self.view)?;
            meta::write_meta(self.view.connection(), self.meta)?;
        }
        Ok(())
    }

    /// The store as it stands, this transaction's changes included.
    pub fn view(&self) -> View<'store> {
        self.view
    }

    /// Files a record under its id, in place of what was there. Where nothing but the revision would change, nothing is
    /// written and the answer is `None`.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`], [`crate::error::Error::Damaged`]; so for everything below.
    pub fn put(&mut self, filing: Filing<'_>) -> Result<Option<Filed>> {
        let before = self.view.find(filing.record.id.as_str())?;
        if let Some(before) = &before {
            let (_, seal) = row::sealed(filing.sheet(), before.rev)?;
            if seal == before.seal {
                return Ok(None);
            }
        }
        self.changed = true;
        self.meta.rev += 1;
        if before.is_none() {
            self.meta.live += 1;
            self.execute("DELETE FROM tombstone WHERE id = ?1", [text(&filing)])?;
        }
        let last = before.as_ref().map(|before| before.rev);
        self.keep(&filing.record, self.meta.rev, last)?;
        let before = before.as_ref().map(|before| &before.record);
        self.count_keys(before, Some(&filing.record))?;
        let (values, seal) = row::sealed(filing.sheet(), self.meta.rev)?;
        let number = self.upsert(row::packed(values, &self.view)?)?;
        if let Some(bytes) = filing.original {
            let packed = Value::Blob(self.view.pack(bytes)?);
            self.execute(
                "INSERT INTO original (number, bytes) VALUES (?1, ?2) \
                 ON CONFLICT (number) DO UPDATE SET bytes = excluded.bytes",
                [Value::Integer(number), packed],
            )?;
        }
        let sketch = filing.fingerprint.as_deref();
        self.sketches.set(&self.view, number, sketch)?;
        Ok(Some(Filed {
            record: filing.record,
            read_kind: filing.read_kind,
            rev: self.meta.rev,
            content: filing.content,
            fingerprint: filing.fingerprint,
            number,
            seal,
        }))
    }

    /// Files a row, and tells its number.
    fn upsert(&self, values: Vec<Value>) -> Result<i64> {
        self.view
            .connection()
            .prepare_cached(&row::upsert())
            .and_then(|mut statement| {
                statement.query_row(params_from_iter(values), |row| row.get(0))
            })
            .map_err(failed("write to the record"))
    }

    /// Makes a dictionary from what is filed already, if there is enough of it and none was made yet: it packs what comes.
    pub fn learn(&mut self) -> Result<()> {
        if self.meta.live < ENOUGH || packing::has_learnt(self.view.connection())? {
            return Ok(());
        }
        let mut texts = Vec::new();
        for filed in self.view.first(SAMPLES)? {
            let (values, _) = row::sealed((&filed).into(), filed.rev)?;
            texts.push(self.view.original(&filed)?);
            texts.extend(row::detail(values));
        }
        self.view.packing().learn(self.view.connection(), &texts)?;
        Ok(())
    }

    /// Removes a record and its original bytes, and leaves a tombstone; `false` where there is none of this id.
    pub fn remove(&mut self, id: &str) -> Result<bool> {
        let Some(before) = self.view.find(id)? else {
            return Ok(false);
        };
        self.changed = true;
        self.meta.rev += 1;
        self.meta.live -= 1;
        self.count_keys(Some(&before.record), None)?;
        self.keep_nothing_of(Some(before.rev))?;
        let id = Value::Text(id.to_owned());
        let number = Value::Integer(before.number);
        self.execute("DELETE FROM original WHERE number = ?1", [number])?;
        self.sketches.set(&self.view, before.number, None)?;
        self.execute("DELETE FROM record WHERE id = ?1", [id.clone()])?;
        let mut values = vec![id, Value::Integer(self.meta.rev)];
        let seal = row::seal("tombstone", values.iter().map(ValueRef::from));
        values.push(Value::Blob(seal.as_bytes().to_vec()));
        self.execute(
            "INSERT OR REPLACE INTO tombstone (id, rev, row_hash) VALUES (?1, ?2, ?3)",
            values,
        )?;
        Ok(true)
    }

    /// Remembers a folder that was added, as given and as an absolute path.
    pub fn remember_root(&mut self, source: &str, path: &str) -> Result<()> {
        let values = [path, source].map(|text| Value::Text(text.to_owned()));
        self.execute(
            "INSERT INTO root (path, source) VALUES (?1, ?2) ON CONFLICT (path) DO UPDATE SET source = excluded.source",
            values,
        )
    }

    /// The revision of the last change, this transaction's included.
    pub fn rev(&self) -> i64 {
        self.meta.rev
    }

    /// Makes a generation of the index the one in use.
    pub fn use_index(&mut self, generation: i64) {
        self.changed = true;
        self.meta.index_gen = generation;
    }

    /// Makes of the store another one than that which its index was made from.
    pub(super) fn renew_epoch(&mut self) -> Result<()> {
        self.changed = true;
        self.meta.epoch = meta::first_meta(self.view.connection())?.epoch;
        self.meta.index_gen = 0;
        Ok(())
    }

    /// Counts the keys that a record gains and loses.
    fn count_keys(&self, before: Option<&Record>, after: Option<&Record>) -> Result<()> {
        let keys = |record: Option<&Record>| -> BTreeSet<String> {
            record
                .map(|record| record.metadata.keys().cloned().collect())
                .unwrap_or_default()
        };
        let (before, after) = (keys(before), keys(after));
        for gained in after.difference(&before) {
            self.execute(
                "INSERT INTO metadata_key (name, records) VALUES (?1, 1) \
                 ON CONFLICT (name) DO UPDATE SET records = records + 1",
                [Value::Text(gained.clone())],
            )?;
        }
        for lost in before.difference(&after) {
            let lost = Value::Text(lost.clone());
            self.execute(
                "UPDATE metadata_key SET records = records - 1 WHERE name = ?1",
                [lost.clone()],
            )?;
            self.execute(
                "DELETE FROM metadata_key WHERE name = ?1 AND records <= 0",
                [lost],
            )?;
        }
        Ok(())
    }

    pub(super) fn execute(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<()> {
        self.view
            .connection()
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params_from_iter(values)))
            .map_err(failed("write to the record"))?;
        Ok(())
    }
}

fn text(filing: &Filing<'_>) -> Value {
    Value::Text(filing.record.id.as_str().to_owned())
}

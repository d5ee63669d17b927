//! Packing: texts and details as the store keeps them, compressed with dictionaries that stand in the base itself.
//!
//! The first byte says with which dictionary, four say how long it was, the rest is one Zstandard frame. Dictionary 0 is
//! none. The documents of a team are much alike, so a dictionary of their own saves more than any setting.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::types::Value;
use rusqlite::types::ValueRef;
use zstd::bulk::Compressor;
use zstd::bulk::Decompressor;

use crate::error::Error;
use crate::error::Result;
use crate::store::failure::failed;
use crate::store::row;

/// How hard it tries; beyond this, time grows and size does not shrink.
const LEVEL: i32 = 3;

/// The most bytes of a dictionary.
const DICTIONARY_BYTES: usize = 48 * 1024;

/// Bytes before the frame.
const HEAD: usize = 5;

/// How much longer than its packed form something may be at the first try.
const STRETCH: usize = 32;

/// What is packed and unpacked with; dictionaries are read when they are first met.
#[derive(Default)]
pub(super) struct Packing {
    tools: RefCell<BTreeMap<u8, Tools>>,
}

/// What works with one dictionary.
struct Tools {
    packer: Compressor<'static>,
    unpacker: Decompressor<'static>,
}

impl std::fmt::Debug for Packing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packing").finish_non_exhaustive()
    }
}

impl Tools {
    fn of(dictionary: &[u8]) -> std::io::Result<Tools> {
        let mut packer = Compressor::with_dictionary(LEVEL, dictionary)?;
        packer.include_checksum(false)?;
        packer.include_contentsize(false)?;
        packer.include_dictid(false)?;
        let unpacker = Decompressor::with_dictionary(dictionary)?;
        Ok(Tools { packer, unpacker })
    }

    /// Unpacks to exactly so many bytes. Memory is given out as it is needed: what a damaged length says is not.
    fn unpack(&mut self, frame: &[u8], length: usize) -> Option<Vec<u8>> {
        let mut room = length.min(frame.len().saturating_mul(STRETCH) + 64);
        loop {
            match self.unpacker.decompress(frame, room) {
                Ok(bytes) => return (bytes.len() == length).then_some(bytes),
                Err(_) if room < length => room = length.min(room.saturating_mul(STRETCH)),
                Err(_) => return None,
            }
        }
    }
}

impl Packing {
    /// Packs some bytes with the newest dictionary.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Damaged`].
    pub(super) fn pack(&self, connection: &Connection, bytes: &[u8]) -> Result<Vec<u8>> {
        let number = newest(connection)?;
        let frame = self.with(connection, number, |tools| {
            tools.packer.compress(bytes).map_err(broken)
        })?;
        let length = u32::try_from(bytes.len()).map_err(|error| Error::Store {
            doing: "pack a document",
            source: Box::new(error),
        })?;
        let mut packed = Vec::with_capacity(HEAD + frame.len());
        packed.push(number);
        packed.extend(length.to_le_bytes());
        packed.extend(frame);
        Ok(packed)
    }

    /// What was packed.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Store`].
    pub(super) fn unpack(&self, connection: &Connection, packed: &[u8]) -> Result<Vec<u8>> {
        let damaged = || Error::Damaged {
            found: "something that was packed cannot be unpacked".to_owned(),
        };
        let (head, frame) = packed.split_first_chunk::<HEAD>().ok_or_else(damaged)?;
        let [number, length @ ..] = *head;
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| damaged())?;
        let unpacked = self.with(connection, number, |tools| Ok(tools.unpack(frame, length)))?;
        unpacked.ok_or_else(damaged)
    }

    fn with<T>(
        &self,
        connection: &Connection,
        number: u8,
        work: impl FnOnce(&mut Tools) -> Result<T>,
    ) -> Result<T> {
        let mut tools = self.tools.borrow_mut();
        if let Some(known) = tools.get_mut(&number) {
            return work(known);
        }
        let dictionary = match number {
            0 => Vec::new(),
            number => dictionary(connection, number)?,
        };
        let made = Tools::of(&dictionary).map_err(broken)?;
        work(tools.entry(number).or_insert(made))
    }

    /// Makes a dictionary of some samples that packs whatever comes from now on; `false` where they are too few or too
    /// much alike for one, or there is one already.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(super) fn learn(&self, connection: &Connection, samples: &[Vec<u8>]) -> Result<bool> {
        if newest(connection)? > 0 {
            return Ok(false);
        }
        let Ok(dictionary) = zstd::dict::from_samples(samples, DICTIONARY_BYTES) else {
            return Ok(false);
        };
        let mut values = vec![Value::Integer(1), Value::Blob(dictionary)];
        let seal = row::seal("dictionary", values.iter().map(ValueRef::from));
        values.push(Value::Blob(seal.as_bytes().to_vec()));
        connection
            .execute(
                "INSERT INTO dictionary (number, bytes, row_hash) VALUES (?1, ?2, ?3)",
                rusqlite::params_from_iter(values),
            )
            .map_err(failed("write a dictionary"))?;
        Ok(true)
    }

    /// Forgets what was read, which a transaction that was rolled back may have made up.
    pub(super) fn forget(&self) {
        self.tools.borrow_mut().clear();
    }
}

/// Whether a base has a dictionary.
pub(super) fn has_learnt(connection: &Connection) -> Result<bool> {
    Ok(newest(connection)? > 0)
}

/// The number of the newest dictionary; 0 where there is none.
fn newest(connection: &Connection) -> Result<u8> {
    connection
        .prepare_cached("SELECT coalesce(max(number), 0) FROM dictionary")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
        .map_err(failed("look for a dictionary"))
}

fn dictionary(connection: &Connection, number: u8) -> Result<Vec<u8>> {
    let doing = "read a dictionary";
    let mut statement = connection
        .prepare_cached("SELECT number, bytes, row_hash FROM dictionary WHERE number = ?1")
        .map_err(failed(doing))?;
    let found = statement
        .query_row([number], |found| {
            Ok(row::checked("dictionary", found, 2)
                .and_then(|_| found.get::<_, Vec<u8>>(1).map_err(failed(doing))))
        })
        .optional()
        .map_err(failed(doing))?;
    found.unwrap_or_else(|| {
        Err(Error::Damaged {
            found: format!("dictionary {number} is gone"),
        })
    })
}

fn broken(source: std::io::Error) -> Error {
    Error::Store {
        doing: "pack a document",
        source: Box::new(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Connection {
        let connection = Connection::open_in_memory().expect("a database");
        connection
            .execute_batch(crate::schema::file("sql/0001_record.sql"))
            .expect("tables");
        connection
    }

    #[test]
    fn what_is_packed_comes_back_with_a_dictionary_and_without() {
        let (base, packing) = (base(), Packing::default());
        let text = |number: usize| {
            format!("The rank {number} of shop {} fell overnight.\n", number * 7).repeat(3)
        };
        let before = packing.pack(&base, text(3).as_bytes()).expect("packed");
        let samples: Vec<Vec<u8>> = (0..500).map(|number| text(number).into_bytes()).collect();
        assert!(packing.learn(&base, &samples).expect("learnt"));
        assert!(!packing.learn(&base, &samples).expect("asked"), "once");
        let after = packing.pack(&base, text(3).as_bytes()).expect("packed");
        assert!(
            after.len() < before.len(),
            "{} {}",
            after.len(),
            before.len()
        );
        for packed in [before, after] {
            assert_eq!(
                packing.unpack(&base, &packed).expect("unpacked"),
                text(3).as_bytes()
            );
        }
        for bytes in [Vec::new(), vec![7], vec![0; 3_000_000]] {
            let packed = packing.pack(&base, &bytes).expect("packed");
            assert_eq!(packing.unpack(&base, &packed).expect("unpacked"), bytes);
        }
    }

    #[test]
    fn a_flipped_bit_is_an_error_or_other_bytes_and_never_a_crash() {
        let (base, packing) = (base(), Packing::default());
        let packed = packing
            .pack(&base, &b"a few words, ".repeat(20))
            .expect("packed");
        for bit in 0..packed.len() * 8 {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let _ = packing.unpack(&base, &flipped);
        }
        assert!(packing.unpack(&base, &[]).is_err());
        assert!(
            packing.unpack(&base, &[9, 1, 0, 0, 0, 1]).is_err(),
            "no dictionary 9"
        );
    }
}

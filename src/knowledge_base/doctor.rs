//! Doctor: whether the record is as it was written and the index equal to it.

use crate::error::Error;
use crate::error::Result;
use crate::index::Generation;
use crate::index::Lock;
use crate::index::Reader;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::catch_up::Standing;
use crate::knowledge_base::catch_up::expected;
use crate::knowledge_base::catch_up::guarded;
use crate::store::Meta;
use crate::store::file_system;

/// From which size on the write-ahead log is worth a word: some process has kept a read open for long.
const LARGE_LOG: u64 = 64 * 1024 * 1024;

/// What a check-up found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkup {
    /// Damages of the record. Only a backup, or the documents themselves, mend them.
    pub record: Vec<String>,
    /// Damages of the index, which is made anew from the record.
    pub index: Vec<String>,
    /// Damages of the index that were mended by making it anew.
    pub repaired: Vec<String>,
    /// What was found and needs nothing done, or was done by the way.
    pub notes: Vec<String>,
}

impl Checkup {
    /// Whether nothing is damaged.
    pub fn is_clean(&self) -> bool {
        self.record.is_empty() && self.index.is_empty()
    }
}

impl KnowledgeBase {
    /// Checks the record, catches up, sweeps, and compares the index with the record. With `repair` a damaged index is
    /// made anew; nothing is ever repaired in the record.
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Store`], [`Error::File`].
    pub fn doctor(&mut self, repair: bool) -> Result<Checkup> {
        let mut checkup = Checkup {
            record: self.store.check()?,
            ..Checkup::default()
        };
        let log = self.store.log_bytes();
        if log > LARGE_LOG {
            checkup.notes.push(format!(
                "the write-ahead log has {} MiB: a process has been reading for long",
                log / (1024 * 1024)
            ));
        }
        checkup.notes.extend(self.surroundings());
        if checkup.record.is_empty() && !self.store.is_read_only() {
            let wrong = self.count_anew()?;
            if wrong > 0 {
                let said =
                    format!("what reports count of {wrong} documents was taken from them anew");
                checkup.notes.push(said);
            }
        }
        if !checkup.record.is_empty() {
            // What an index of a damaged record should hold is not known.
            return Ok(checkup);
        }
        let Some(lock) = self.index_lock_within(self.deadline, || false)? else {
            return Ok(checkup);
        };
        self.check_index(&lock, &mut checkup)?;
        if repair && !checkup.index.is_empty() {
            self.make_anew(&lock)?;
            checkup.repaired = std::mem::take(&mut checkup.index);
        }
        Ok(checkup)
    }

    /// Takes what reports count from the records again where what is kept differs; of how many it did.
    pub(super) fn count_anew(&mut self) -> Result<usize> {
        let wrong = self.store.read(|view| view.counted_wrongly())?;
        if wrong > 0 {
            self.store.write(|writing| writing.count_anew())?;
            self.bundle_if_due()?;
        }
        Ok(wrong)
    }

    /// What is odd about where the base lies.
    fn surroundings(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(kind) = file_system::network_kind(self.dir()) {
            notes.push(format!(
                "it lies on a network file system ({kind}): neither its locks nor its writes can be trusted"
            ));
        }
        if is_open_to_all(self.dir()) {
            notes.push("every user of this machine may write to its folder".to_owned());
        }
        notes
    }

    /// Catches up under the lock, sweeps, and compares.
    fn check_index(&mut self, lock: &Lock, checkup: &mut Checkup) -> Result<()> {
        let meta = self.meta()?;
        match self.standing(&meta) {
            Standing::InStep => {}
            Standing::Behind(by) => match self.replay_guarded(lock) {
                Ok(_) => checkup
                    .notes
                    .push(format!("the index was {by} changes behind")),
                Err(Error::Index { doing, source }) => {
                    checkup.index.push(format!("cannot {doing}: {source}"));
                }
                Err(error) => return Err(error),
            },
            Standing::Unusable(_) if meta.index_gen == 0 => {
                self.make_anew(lock)?;
                checkup.notes.push("there was no index yet".to_owned());
            }
            Standing::Unusable(reason) => checkup.index.push(reason),
        }
        if checkup.index.is_empty() {
            let meta = self.meta()?;
            let generation = self.generation(&meta);
            self.sweep(&generation, lock, checkup)?;
            match guarded(|| self.compare(&generation)) {
                Ok(damages) => checkup.index.extend(damages),
                Err(Error::Index { doing, source }) => {
                    checkup.index.push(format!("cannot {doing}: {source}"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Removes what ended commands have left of the index.
    fn sweep(&self, generation: &Generation, lock: &Lock, checkup: &mut Checkup) -> Result<()> {
        let mut swept = generation.sweep(lock)?;
        for other in Generation::all(&self.index_root())? {
            if other != *generation {
                other.remove(lock)?;
                swept += 1;
            }
        }
        if swept > 0 {
            checkup
                .notes
                .push(format!("{swept} leftovers of the index were removed"));
        }
        Ok(())
    }

    /// Compares the index, file by file and document by document, with what it should hold.
    fn compare(&self, generation: &Generation) -> Result<Vec<String>> {
        let reader = Reader::open(generation)?;
        let (meta, seals): (Meta, _) = self.store.read(|view| Ok((view.meta()?, view.seals()?)))?;
        let mut damages: Vec<String> = reader
            .damaged_files()?
            .into_iter()
            .map(|file| format!("the index file `{file}` differs from its checksum"))
            .collect();
        // Whoever filed something meanwhile has not told the index yet, for the lock is here.
        if reader.payload().rev == meta.rev && reader.contents()? != expected(seals) {
            damages.push("the index holds other documents than the record".to_owned());
        }
        Ok(damages)
    }
}

#[cfg(unix)]
fn is_open_to_all(folder: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_folder: &std::path::Path) -> bool {
    false
}

//! Catching up: the index follows the store, by replay where it can be used, else made anew.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::Duration;

use crate::error::Error;
use crate::error::Result;
use crate::index::Generation;
use crate::index::Lock;
use crate::index::Payload;
use crate::index::Reader;
use crate::index::Writer;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::search::FEW;
use crate::knowledge_base::search::indexed;
use crate::store::Change;
use crate::store::Meta;
use crate::store::View;

/// How many changes are held in memory at a time.
const PORTION: usize = 50;

/// How often a writer looks whether the store has moved on, so that others need not wait to do what it can do.
const ROUNDS: usize = 5;

/// What catching up came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaughtUp {
    /// The index was in step, or another process brought it there.
    InStep,
    /// So many changes were replayed.
    Replayed(u64),
    /// So many changes are left for the next time; a search folds them in.
    Deferred(i64),
    /// The index was made anew.
    Rebuilt {
        /// Why.
        reason: String,
    },
}

/// How an index stands to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Equal.
    InStep,
    /// So many revisions behind.
    Behind(i64),
    /// Not to be used.
    Unusable(String),
}

impl KnowledgeBase {
    /// Brings the index to where the store is; mends it where it cannot be used.
    ///
    /// # Errors
    /// [`Error::Locked`] where another process is at it for too long, [`Error::Index`] where not even a new index could
    /// be made, [`Error::Store`], [`Error::Damaged`], [`Error::File`]. What is stored stays stored; a later call catches up.
    pub fn catch_up(&mut self) -> Result<CaughtUp> {
        self.catch_up_within(self.deadline)
    }

    /// Makes the index anew, and what is kept for reports where it is not as it should be.
    ///
    /// # Errors
    /// As [`KnowledgeBase::catch_up`].
    pub fn rebuild(&mut self) -> Result<()> {
        self.count_anew()?;
        match self.index_lock_within(self.deadline, || false)? {
            Some(lock) => self.make_anew(&lock),
            None => Ok(()),
        }
    }

    /// Catches up if the index lacks so much that folding it in at every search would cost more than writing it once.
    /// Enough after an `add`: nothing that is filed is missed by a search.
    ///
    /// # Errors
    /// As [`KnowledgeBase::catch_up`].
    pub fn catch_up_if_due(&mut self) -> Result<CaughtUp> {
        self.bundle_if_due()?;
        match self.standing(&self.meta()?) {
            Standing::Behind(by) if by <= FEW => Ok(CaughtUp::Deferred(by)),
            _ => self.catch_up(),
        }
    }

    /// Bundles what is kept for reports where there is much of it.
    pub(super) fn bundle_if_due(&mut self) -> Result<()> {
        while !self.store.is_read_only() && self.store.read(|view| view.bundling_is_due())? {
            self.store.write(|writing| writing.bundle())?;
        }
        Ok(())
    }

    /// Catches up, waiting no longer than that for the lock.
    pub(super) fn catch_up_within(&mut self, deadline: Duration) -> Result<CaughtUp> {
        let meta = self.meta()?;
        if self.standing(&meta) == Standing::InStep {
            return Ok(CaughtUp::InStep);
        }
        let done_by_another = || match self.meta() {
            Ok(now) => self
                .applied(&now)
                .is_some_and(|applied| applied >= meta.rev),
            Err(_) => false,
        };
        let Some(lock) = self.index_lock_within(deadline, done_by_another)? else {
            return Ok(CaughtUp::InStep);
        };
        let reason = match self.replay_guarded(&lock) {
            Ok(0) => return Ok(CaughtUp::InStep),
            Ok(changes) => return Ok(CaughtUp::Replayed(changes)),
            Err(Error::Index { doing, source }) => format!("cannot {doing}: {source}"),
            Err(error) => return Err(error),
        };
        self.make_anew(&lock)?;
        Ok(CaughtUp::Rebuilt { reason })
    }

    /// How the index in use stands to a moment of the store.
    pub(super) fn standing(&self, meta: &Meta) -> Standing {
        if meta.index_gen == 0 {
            return Standing::Unusable("there is none yet".to_owned());
        }
        match self.generation(meta).payload() {
            Ok(payload) => standing(&payload, meta),
            Err(error) => Standing::Unusable(error.to_string()),
        }
    }

    pub(super) fn meta(&self) -> Result<Meta> {
        self.store.read(|view| view.meta())
    }

    pub(super) fn generation(&self, meta: &Meta) -> Generation {
        Generation::at(&self.index_root(), meta.index_gen)
    }

    /// How far the index has come, where it can be used.
    fn applied(&self, meta: &Meta) -> Option<i64> {
        match self.standing(meta) {
            Standing::InStep => Some(meta.rev),
            Standing::Behind(by) => Some(meta.rev - by),
            Standing::Unusable(_) => None,
        }
    }

    pub(super) fn index_lock_within(
        &self,
        deadline: Duration,
        needless: impl Fn() -> bool,
    ) -> Result<Option<Lock>> {
        Lock::take(&self.index_lock(), &self.program, deadline, needless)
    }

    /// Replays what the index in use lacks. A panic of tantivy is its own, and a new index mends it.
    pub(super) fn replay_guarded(&self, lock: &Lock) -> Result<u64> {
        guarded(|| self.replay(lock))
    }

    /// Replays what the index in use lacks; the number of changes.
    fn replay(&self, lock: &Lock) -> Result<u64> {
        let mut meta = self.meta()?;
        let behind = match self.standing(&meta) {
            Standing::InStep => return Ok(0),
            Standing::Behind(by) => by,
            Standing::Unusable(reason) => return Err(unusable(reason)),
        };
        let mut writer = Writer::open(&self.generation(&meta), behind, lock)?;
        let mut applied = meta.rev - behind;
        let mut changes = 0;
        for _ in 0..ROUNDS {
            let fed = self.store.read(|view| {
                meta = view.meta()?;
                feed(view, applied, &mut writer)
            })?;
            if fed == 0 && changes > 0 {
                break;
            }
            writer.commit(&payload(&meta))?;
            changes += fed;
            applied = meta.rev;
        }
        let count = writer.count()?;
        if i64::try_from(count) != Ok(meta.live) {
            let live = meta.live;
            return Err(unusable(format!(
                "it holds {count} documents, the record {live}"
            )));
        }
        writer.close()?;
        Ok(changes)
    }

    /// Makes the next generation from one moment of the store, verifies it, and only then takes it into use.
    pub(super) fn make_anew(&mut self, lock: &Lock) -> Result<()> {
        let root = self.index_root();
        let last = Generation::all(&root)?.last().map_or(0, Generation::number);
        let generation = Generation::at(&root, last.max(self.meta()?.index_gen) + 1);
        if let Err(error) = guarded(|| self.fill(&generation, lock)) {
            let _ = generation.remove(lock);
            return Err(error);
        }
        self.store.write(|writing| {
            writing.use_index(generation.number());
            Ok(())
        })?;
        for old in Generation::all(&root)? {
            if old != generation {
                // Whoever reads from it goes on reading. What cannot be removed now is removed next time.
                let _ = old.remove(lock);
            }
        }
        Ok(())
    }

    /// Fills a new generation and sees that it holds what the store holds.
    fn fill(&self, generation: &Generation, lock: &Lock) -> Result<()> {
        generation.make(lock)?;
        let (meta, seals) = self.store.read(|view| {
            let meta = view.meta()?;
            let mut writer = Writer::open(generation, meta.live, lock)?;
            feed(view, 0, &mut writer)?;
            writer.commit(&payload(&meta))?;
            writer.close()?;
            Ok((meta, view.seals()?))
        })?;
        let reader = Reader::open(generation)?;
        if reader.contents()? != expected(seals) || *reader.payload() != payload(&meta) {
            return Err(unusable(
                "it does not hold what the record holds".to_owned(),
            ));
        }
        generation.sync()
    }
}

/// How an index with this payload stands to a moment of the store.
pub(super) fn standing(found: &Payload, meta: &Meta) -> Standing {
    let wanted = payload(meta);
    if !found.is_akin(&wanted) {
        Standing::Unusable("it is of another record or another version".to_owned())
    } else if found.rev > meta.rev {
        Standing::Unusable("it is ahead of the record".to_owned())
    } else if found.rev == meta.rev {
        Standing::InStep
    } else {
        Standing::Behind(meta.rev - found.rev)
    }
}

/// What an index of a moment of the store must hold.
pub(super) fn expected(seals: Vec<(String, i64, blake3::Hash)>) -> Vec<(String, i64, u64)> {
    seals
        .into_iter()
        .map(|(id, rev, seal)| (id, rev, short(seal)))
        .collect()
}

/// Gives the writer every change after a revision; how many there were.
fn feed(view: &View<'_>, after: i64, writer: &mut Writer<'_>) -> Result<u64> {
    let mut after = after;
    let mut fed = 0;
    loop {
        let changes = view.changes(after, PORTION)?;
        let Some(last) = changes.last() else {
            return Ok(fed);
        };
        after = last.rev();
        for change in changes {
            fed += 1;
            match change {
                Change::Filed { filed, original } => {
                    let document = indexed(&filed, original)?;
                    writer.put(filed.record.id.as_str(), short(filed.seal), document)?;
                }
                Change::Removed { id, .. } => writer.forget(id.as_str()),
            }
        }
    }
}

fn payload(meta: &Meta) -> Payload {
    Payload::new(&meta.kb_id, &meta.epoch, meta.rev)
}

/// The first eight bytes of a seal, which the index keeps.
fn short(seal: blake3::Hash) -> u64 {
    seal.as_bytes()
        .iter()
        .take(8)
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// Works with the index. Damage that it does not notice by itself can make it panic.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(unusable("it failed while it was used".to_owned())))
}

pub(super) fn unusable(reason: String) -> Error {
    Error::Index {
        doing: "use the index",
        source: reason.into(),
    }
}

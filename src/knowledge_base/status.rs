//! Status: how much is in the knowledge base, and what is behind.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::catch_up::Standing;
use crate::postmortem::DocumentKind;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;

/// How much is in the knowledge base, and what is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Which knowledge base it is.
    pub kb_id: String,
    /// The format of its record.
    pub format: i64,
    /// How many changes it has seen.
    pub revision: i64,
    /// How many documents there are of each kind.
    pub kinds: BTreeMap<DocumentKind, usize>,
    /// How many counted incidents have each failure mode.
    pub failure_modes: BTreeMap<FailureMode, usize>,
    /// How many counted incidents have each decay.
    pub decays: BTreeMap<Decay, usize>,
    /// How many counted incidents state no date.
    pub undated: usize,
    /// How many records other rules than those in force have labelled.
    pub labelled_by_other_rules: usize,
    /// How many revisions the index is behind; `None` where it cannot be used and will be made anew.
    pub index_behind: Option<i64>,
}

impl Status {
    /// How many documents there are.
    pub fn documents(&self) -> usize {
        self.kinds.values().sum()
    }

    /// How many of them are counted as incidents.
    pub fn incidents(&self) -> usize {
        self.failure_modes.values().sum()
    }

    /// How many incidents have no failure mode; `none` is one.
    pub fn unlabelled(&self) -> usize {
        self.failure_modes
            .get(&FailureMode::Unknown)
            .copied()
            .unwrap_or_default()
    }
}

impl KnowledgeBase {
    /// How much is in the knowledge base, and what is behind.
    ///
    /// # Errors
    /// [`crate::error::Error::Store`], [`crate::error::Error::Damaged`].
    pub fn status(&self) -> Result<Status> {
        let digest = &self.rules_digest();
        let (meta, counts) = self
            .store
            .read(|view| Ok((view.meta()?, view.counts(digest)?)))?;
        let mut status = Status {
            index_behind: match self.standing(&meta) {
                Standing::InStep => Some(0),
                Standing::Behind(by) => Some(by),
                Standing::Unusable(_) => None,
            },
            kb_id: meta.kb_id,
            format: meta.schema_version,
            revision: meta.rev,
            kinds: BTreeMap::new(),
            failure_modes: BTreeMap::new(),
            decays: BTreeMap::new(),
            undated: 0,
            labelled_by_other_rules: 0,
        };
        for count in counts {
            let records = count.records;
            *status.kinds.entry(count.kind).or_default() += records;
            if count.is_stale {
                status.labelled_by_other_rules += records;
            }
            if count.kind.is_counted() {
                *status.failure_modes.entry(count.failure_mode).or_default() += records;
                *status.decays.entry(count.decay).or_default() += records;
                status.undated += if count.is_undated { records } else { 0 };
            }
        }
        Ok(status)
    }
}

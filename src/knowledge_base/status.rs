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
        let (meta, filed) = self.store.read(|view| Ok((view.meta()?, view.all()?)))?;
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
        let digest = self.rules().digest();
        for record in filed.iter().map(|filed| &filed.record) {
            *status.kinds.entry(record.kind).or_default() += 1;
            status.labelled_by_other_rules += usize::from(record.classification.ruleset != digest);
            if record.is_counted() {
                let labels = &record.classification;
                *status.failure_modes.entry(labels.failure_mode).or_default() += 1;
                *status.decays.entry(labels.decay).or_default() += 1;
                status.undated += usize::from(record.facts.day().is_none());
            }
        }
        Ok(status)
    }
}

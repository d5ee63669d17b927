//! Rollbacks: what was rolled back after which failure mode, and whether it helped.

use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;
use crate::taxonomy::Response;
use crate::taxonomy::RollbackTarget;

use crate::report::breakdown::Answers;
use crate::report::selection::Members;
use crate::report::selection::Selection;
use crate::report::statistics::Share;

/// The rollbacks with one failure mode or one target.
#[derive(Debug, Clone, PartialEq)]
pub struct RollbackRow {
    /// The mode or the target.
    pub value: &'static str,
    /// Their share of the rollbacks of the table.
    pub share: Share,
    /// The incidents.
    pub incidents: Members,
    /// Whether the rollback restored service.
    pub helped: Answers,
}

/// The rollbacks of a stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollbacks {
    /// Every incident that was answered by a rollback.
    pub all: Members,
    /// Those in which data or model had stopped fitting: the model rollbacks.
    pub of_decay: Members,
    /// The model rollbacks by failure mode.
    pub by_mode: Vec<RollbackRow>,
    /// All rollbacks by what was rolled back.
    pub by_target: Vec<RollbackRow>,
    /// All rollbacks of which it is not told what was rolled back.
    pub no_target: Members,
}

impl Rollbacks {
    /// Sorts the rollbacks among some incidents.
    pub fn of(incidents: &Selection<'_>) -> Rollbacks {
        let all = incidents.filter(|entry| entry.labels.response.contains(&Response::Rollback));
        let of_decay =
            all.filter(|entry| matches!(entry.labels.decay, Decay::DataDecay | Decay::ModelDecay));
        Rollbacks {
            by_mode: FailureMode::ALL
                .iter()
                .map(|mode| {
                    let has = of_decay.filter(|entry| entry.labels.failure_mode == *mode);
                    row(mode.id(), &has, &of_decay)
                })
                .collect(),
            by_target: RollbackTarget::ALL
                .iter()
                .map(|target| {
                    let has = all.filter(|entry| entry.labels.rollback_target == Some(*target));
                    row(target.id(), &has, &all)
                })
                .collect(),
            no_target: all
                .filter(|entry| entry.labels.rollback_target.is_none())
                .members(),
            all: all.members(),
            of_decay: of_decay.members(),
        }
    }
}

fn row(value: &'static str, has: &Selection<'_>, of: &Selection<'_>) -> RollbackRow {
    let helped = |answer: Option<bool>| {
        has.filter(|entry| entry.labels.rollback_helped == answer)
            .members()
    };
    RollbackRow {
        value,
        share: has.share_of(of),
        incidents: has.members(),
        helped: Answers {
            yes: helped(Some(true)),
            no: helped(Some(false)),
            unknown: helped(None),
        },
    }
}

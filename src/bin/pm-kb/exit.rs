//! Exit: how a command ends, as scripts see it.

use std::io;
use std::process::ExitCode;

use pm_kb::error::Error;

/// The exit statuses of every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, found, all stored.
    Done,
    /// A negative answer: nothing found, findings.
    Negative,
    /// Usage or configuration.
    Usage,
    /// Some inputs were refused, the good ones are stored.
    Refused,
    /// The knowledge base is busy, newer than this program, damaged, or there is none.
    Base,
    /// The environment: disk full, permission, input or output.
    Environment,
}

impl Exit {
    /// How a command that failed with this error ends.
    pub(crate) fn of(error: &anyhow::Error) -> Exit {
        if let Some(error) = error.downcast_ref::<Error>() {
            return match error {
                Error::Invalid { .. } | Error::Rule { .. } => Exit::Usage,
                Error::UnknownIncident { .. } => Exit::Negative,
                Error::Locked { .. }
                | Error::NotFound { .. }
                | Error::NotAKnowledgeBase { .. }
                | Error::SchemaTooNew { .. }
                | Error::Damaged { .. } => Exit::Base,
                _ => Exit::Environment,
            };
        }
        match error.downcast_ref::<io::Error>() {
            Some(_) => Exit::Environment,
            None => Exit::Usage,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Negative => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::Base => 4,
            Exit::Environment => 5,
        })
    }
}

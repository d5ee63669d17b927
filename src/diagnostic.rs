//! Diagnostic, Level: what is odd in a document or a rule file; data, not an error.

use crate::text::Position;

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing; nothing was lost.
    Note,
    /// The document is stored, a fact may be absent.
    Warning,
    /// The document is refused.
    Error,
}

impl Level {
    /// The word that begins the message.
    pub fn id(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// What was found in a document, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub level: Level,
    /// Where it stands in the original file, if it stands anywhere.
    pub position: Option<Position>,
    /// What was found: lower case, no full stop.
    pub message: String,
    /// What to do about it; empty where nothing need be done.
    pub advice: String,
}

impl Diagnostic {
    /// A refusal.
    pub fn error(
        position: Option<Position>,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            level: Level::Error,
            position,
            message: message.into(),
            advice: advice.into(),
        }
    }

    /// A warning.
    pub fn warning(
        position: Option<Position>,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            level: Level::Warning,
            position,
            message: message.into(),
            advice: advice.into(),
        }
    }

    /// A note.
    pub fn note(
        position: Option<Position>,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            level: Level::Note,
            position,
            message: message.into(),
            advice: advice.into(),
        }
    }
}

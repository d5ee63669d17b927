//! What was asked for that could not be done.
//!
//! A malformed document is not an error (see [`crate::diagnostic`]); only an impossible request of the caller is.

use std::error::Error as StdError;
use std::path::PathBuf;

/// The library's result type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A boxed cause whose type stays in the room that made it.
pub type Source = Box<dyn StdError + Send + Sync + 'static>;

/// What was asked for that could not be done, named for the caller's problem.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value given by the caller is not of the form that is expected.
    #[error("{what} `{value}` is not known: expected {expected}")]
    Invalid {
        /// What kind of value it is (`quarter`, `id`, `field` …).
        what: &'static str,
        /// The value as it was given.
        value: String,
        /// What would have been accepted.
        expected: String,
    },
    /// A rule, context, policy or pattern file cannot be used; the position is in that file.
    #[error("{file}:{line}:{column}: {message}")]
    Rule {
        /// The file's name as given or as embedded.
        file: String,
        /// Line, counted from 1.
        line: u32,
        /// Column, counted from 1.
        column: u32,
        /// What was found and what to do.
        message: String,
    },
    /// No incident has this id.
    #[error("no incident has the id `{id}`")]
    UnknownIncident {
        /// The id as it was given.
        id: String,
        /// The nearest ids that exist, best first.
        nearest: Vec<String>,
    },
    /// There is no knowledge base where one was asked for.
    #[error("no knowledge base at {}", path.display())]
    NotFound {
        /// The directory that was looked at.
        path: PathBuf,
    },
    /// The directory or file is something else than a knowledge base.
    #[error("{} is not a pm-kb knowledge base: {found}", path.display())]
    NotAKnowledgeBase {
        /// The path that was looked at.
        path: PathBuf,
        /// What was found there instead.
        found: String,
    },
    /// The folder lies where two machines can write at once and locks cannot be trusted.
    #[error("{} lies on a network file system ({kind}), on which a knowledge base can be damaged", path.display())]
    NetworkFileSystem {
        /// The folder.
        path: PathBuf,
        /// The kind of file system, as the system names it.
        kind: String,
    },
    /// Another process holds the knowledge base and did not let go before the deadline.
    #[error("the knowledge base is busy ({holder}); nothing was changed")]
    Locked {
        /// Who holds it, as far as is known.
        holder: String,
    },
    /// The knowledge base was written by a newer program.
    #[error(
        "the knowledge base has format {found}, this program knows formats up to {known}; it was last written by pm-kb {written_by}"
    )]
    SchemaTooNew {
        /// The format found.
        found: i64,
        /// The newest format known here.
        known: i64,
        /// The version of the program that wrote it.
        written_by: String,
    },
    /// The record is damaged.
    #[error("the knowledge base is damaged: {found}")]
    Damaged {
        /// What was found.
        found: String,
    },
    /// The record (SQLite) failed.
    #[error("cannot {doing}: {source}")]
    Store {
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// The cause.
        source: Source,
    },
    /// The search index (tantivy) failed.
    #[error("cannot {doing}: {source}")]
    Index {
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// The cause.
        source: Source,
    },
    /// A file of the knowledge base other than the record and the index failed.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was being done, as a verb.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

impl Error {
    /// The next thing to type, where there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::UnknownIncident { nearest, .. } if !nearest.is_empty() => {
                Some(format!("did you mean `{}`?", nearest.join("` or `")))
            }
            Error::UnknownIncident { .. } => Some("`pm-kb list` shows the ids".to_owned()),
            Error::NotFound { .. } => Some(
                "`pm-kb add PATH…` makes one in the current folder, `--kb DIR` or PM_KB_DIR names another".to_owned(),
            ),
            Error::NetworkFileSystem { .. } => Some(
                "keep it on a local disk; or, if one machine at a time uses it, write `allow_network_file_system = true` into its config.toml"
                    .to_owned(),
            ),
            Error::Locked { .. } => Some("wait for the other command to end and try again".to_owned()),
            Error::SchemaTooNew { .. } => Some("use that version of pm-kb, or a newer one".to_owned()),
            Error::Damaged { .. } => {
                Some("restore a backup; the original documents can be added to a new knowledge base".to_owned())
            }
            _ => None,
        }
    }
}

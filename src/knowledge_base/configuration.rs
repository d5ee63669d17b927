//! Configuration: what a team has settled in `config.toml`: limits, the order of dates, its year, its named queries.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::document::Limits;
use crate::error::Error;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::beside;
use crate::parser::DateOrder;
use crate::query;
use crate::query::Vocabulary;
use crate::report::period::Calendar;
use crate::text::LineIndex;

/// The name of the file in the knowledge base's folder.
const FILE: &str = "config.toml";

/// What a team has settled. Everything has a default; the file need not be there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// What is too large to be read.
    pub limits: Limits,
    /// How a date such as 03/07/2026 is read; open where `None`.
    pub date_order: Option<DateOrder>,
    /// How the team cuts its years.
    pub calendar: Calendar,
    /// Named queries: `@name` stands for the text.
    pub queries: BTreeMap<String, String>,
    /// The base may lie on a network file system: the team sees to it that one machine at a time uses it.
    pub allow_network_file_system: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    date_order: Option<toml::Spanned<String>>,
    fiscal_year_begins: Option<toml::Spanned<i8>>,
    #[serde(default)]
    limits: FileLimits,
    #[serde(default)]
    queries: BTreeMap<String, String>,
    #[serde(default)]
    allow_network_file_system: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct FileLimits {
    document_bytes: Option<usize>,
    front_matter_bytes: Option<usize>,
    front_matter_depth: Option<usize>,
    front_matter_nodes: Option<usize>,
}

impl FileLimits {
    fn lay_over(&self, limits: &mut Limits) {
        for (settled, limit) in [
            (self.document_bytes, &mut limits.document_bytes),
            (self.front_matter_bytes, &mut limits.front_matter_bytes),
            (self.front_matter_depth, &mut limits.front_matter_depth),
            (self.front_matter_nodes, &mut limits.front_matter_nodes),
        ] {
            *limit = settled.unwrap_or(*limit);
        }
    }
}

impl Configuration {
    /// Reads the text of a `config.toml`.
    ///
    /// # Errors
    /// [`Error::Rule`] with file, line and column.
    pub fn parse(name: &str, text: &str) -> Result<Configuration> {
        let wrong = |at: usize, message: String| {
            let at = LineIndex::new(text).position(text, at);
            Error::Rule {
                file: name.to_owned(),
                line: at.line,
                column: at.column,
                message,
            }
        };
        let file: File = toml::from_str(text).map_err(|error| {
            wrong(
                error.span().map_or(0, |span| span.start),
                error.message().to_owned(),
            )
        })?;
        let mut configuration = Configuration {
            queries: file.queries,
            allow_network_file_system: file.allow_network_file_system,
            ..Configuration::default()
        };
        if let Some(order) = file.date_order {
            configuration.date_order = Some(match order.get_ref().as_str() {
                "dmy" => DateOrder::Dmy,
                "mdy" => DateOrder::Mdy,
                other => {
                    return Err(wrong(
                        order.span().start,
                        format!("date_order is `{other}`: expected `dmy` or `mdy`"),
                    ));
                }
            });
        }
        if let Some(month) = file.fiscal_year_begins {
            configuration.calendar = Calendar::beginning_in(*month.get_ref()).ok_or_else(|| {
                wrong(
                    month.span().start,
                    format!(
                        "fiscal_year_begins is {}: expected a month from 1 to 12",
                        month.get_ref()
                    ),
                )
            })?;
        }
        file.limits.lay_over(&mut configuration.limits);
        Ok(configuration)
    }
}

impl KnowledgeBase {
    /// What the team has settled in the knowledge base's `config.toml`.
    ///
    /// # Errors
    /// [`Error::Rule`] where the file cannot be used, [`Error::File`] where it cannot be read.
    pub fn configuration(&self) -> Result<Configuration> {
        at(self.dir())
    }

    /// What this base adds to the query language: its named queries and every key of its documents.
    ///
    /// # Errors
    /// As [`KnowledgeBase::configuration`], and [`Error::Store`].
    pub fn vocabulary(&self) -> Result<Vocabulary> {
        let keys = self.store.read(|view| view.metadata_keys())?;
        Ok(Vocabulary {
            keys: keys.iter().map(|key| query::fold(key)).collect(),
            named: self.configuration()?.queries,
        })
    }
}

/// What the team has settled in the `config.toml` of a folder.
pub(super) fn at(dir: &Path) -> Result<Configuration> {
    let path = dir.join(FILE);
    match beside::text(&path)? {
        Some(text) => Configuration::parse(&path.display().to_string(), &text),
        None => Ok(Configuration::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_where_it_stands() {
        let told = |text| {
            Configuration::parse("config.toml", text)
                .expect_err("a mistake")
                .to_string()
        };
        assert!(
            told("limits = 3").starts_with("config.toml:1:10"),
            "{}",
            told("limits = 3")
        );
        assert!(told("\nfiscal_year_begins = 13").contains(":2:22: fiscal_year_begins is 13"));
        assert!(told("date_ordre = 'dmy'").contains("unknown field `date_ordre`"));
    }

    #[test]
    fn everything_may_be_left_out() {
        assert_eq!(
            Configuration::parse("config.toml", "").expect("empty"),
            Configuration::default()
        );
        let text = "date_order = 'dmy'\nfiscal_year_begins = 4\n[queries]\nstale = 'mode:feature-staleness'";
        let read = Configuration::parse("config.toml", text).expect("valid");
        assert_eq!(read.date_order, Some(DateOrder::Dmy));
        assert_eq!(read.queries["stale"], "mode:feature-staleness");
    }
}

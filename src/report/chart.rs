//! Chart, Plot: what is drawn, with the words and the table for those who do not see it.

use crate::report::outline::Table;
use crate::report::selection::Members;
use crate::report::statistics::Quartiles;
use crate::report::statistics::Share;

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Plot {
    /// For each row, one column for each label: small charts under each other.
    Columns {
        /// The labels.
        labels: Vec<String>,
        /// Rows with their counts.
        rows: Vec<(String, Vec<Members>)>,
    },
    /// For each row, a column of its parts.
    Stack {
        /// The parts.
        parts: Vec<&'static str>,
        /// Rows with the size of each part.
        rows: Vec<(String, Vec<Members>)>,
    },
    /// For each row, a share with its interval.
    Shares(Vec<(String, Share, Members)>),
    /// A table whose cells are the darker the larger they are.
    Heat {
        /// The columns.
        columns: Vec<&'static str>,
        /// Rows with the count of each cell.
        rows: Vec<(String, Vec<Members>)>,
    },
    /// For each row, durations on a scale of minutes to months, with their quartiles.
    Spread(Vec<(String, Vec<f64>, Option<Quartiles>)>),
}

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Its name in links and file names.
    pub id: &'static str,
    /// The heading.
    pub title: String,
    /// What it shows, in one sentence, for those who do not see it.
    pub about: String,
    /// What is drawn.
    pub plot: Plot,
    /// The numbers.
    pub table: Table,
}

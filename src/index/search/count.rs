//! Counts: how many matches have which mode, decay, service and quarter.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tantivy::columnar::Column;

use crate::index::schema;
use crate::index::search::bits::Bits;
use crate::index::search::segment::Segment;
use crate::quarter::Quarter;

/// How many matches have which values: field by field, the most frequent value first.
pub type Facets = Vec<(&'static str, Vec<(String, usize)>)>;

/// The fields that matches are counted by, in the order in which they are told; then come the quarters, newest first.
const FIELDS: [&str; 3] = ["mode", "decay", "service"];

/// Matches by the values of some fields.
#[derive(Default)]
pub(super) struct Counts {
    fields: [BTreeMap<String, usize>; 3],
    quarters: BTreeMap<Option<Quarter>, usize>,
}

impl Counts {
    /// Counts the matches of a segment.
    pub(super) fn add(&mut self, segment: &Segment<'_>, documents: &Bits) -> tantivy::Result<()> {
        if documents.count() == 0 {
            return Ok(());
        }
        for (field, counts) in FIELDS.into_iter().zip(&mut self.fields) {
            let is_counted = |doc| documents.contains(doc);
            segment.count_terms_from(&format!("{field}="), is_counted, &mut |value, count| {
                *counts.entry(value.to_owned()).or_default() += count;
            })?;
        }
        let days: Option<Column<i64>> = segment.reader.fast_fields().column_opt(schema::DAY)?;
        for doc in documents.docs() {
            let number = days.as_ref().and_then(|days| days.first(doc));
            let day: Option<Date> = number.and_then(schema::day_of);
            *self.quarters.entry(day.map(Quarter::of)).or_default() += 1;
        }
        Ok(())
    }

    /// The counts, each field with its most frequent value first, the quarters with the newest first.
    pub(super) fn finish(self) -> Facets {
        let mut facets = Facets::new();
        for (field, counts) in FIELDS.into_iter().zip(self.fields) {
            let mut values: Vec<(String, usize)> = counts.into_iter().collect();
            values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            facets.push((field, values));
        }
        let quarters = self.quarters.into_iter().rev();
        let told = quarters.map(|(quarter, count)| match quarter {
            Some(quarter) => (quarter.to_string(), count),
            None => ("undated".to_owned(), count),
        });
        facets.push(("quarter", told.collect()));
        facets
    }
}

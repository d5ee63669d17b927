//! Gold facts and post-mortems to a score for every field: stated, right, missing, wrong, invented.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::error::Result;
use crate::evaluation::field;
use crate::evaluation::field::Answer;
use crate::evaluation::field::FIELDS;
use crate::evaluation::gold::wrong;
use crate::postmortem::Postmortem;

/// The facts that a careful reader finds in one document, by the names of their columns.
///
/// `-` or nothing: the document does not state it. `?`: it is not scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldFacts {
    /// The document's path below the folder of the gold file.
    pub file: String,
    values: BTreeMap<String, String>,
}

impl GoldFacts {
    /// Reads a table of facts: tab-separated, the first line names the columns, one of them `file`. Columns that name no
    /// fact are passed over.
    ///
    /// # Errors
    /// [`crate::error::Error::Rule`] where no column is `file`, or none names a fact.
    pub fn read(name: &str, text: &str) -> Result<Vec<GoldFacts>> {
        let mut lines = text.lines();
        let head = lines.next().unwrap_or_default();
        let columns: Vec<&str> = head.split('\t').map(str::trim).collect();
        let known = |column: &&str| FIELDS.iter().any(|field| field.name == *column);
        if !columns.contains(&"file") || !columns.iter().any(known) {
            let message = "the first line names the columns: `file` and at least one fact, as `date` or `severity`";
            return Err(wrong(name, 1, 1, message.to_owned()));
        }
        let rows = lines.filter(|line| !line.trim().is_empty()).map(|line| {
            let cells = line.split('\t').map(str::trim);
            let mut values: BTreeMap<String, String> = columns
                .iter()
                .zip(cells)
                .map(|(column, cell)| ((*column).to_owned(), cell.to_owned()))
                .collect();
            let file = values.remove("file").unwrap_or_default();
            GoldFacts { file, values }
        });
        Ok(rows.collect())
    }

    /// What the reader says of a field; `None` where it is not scored.
    fn value(&self, field: &str) -> Option<&str> {
        match self.values.get(field).map(String::as_str) {
            None | Some("?") => None,
            Some("") => Some("-"),
            Some(value) => Some(value),
        }
    }
}

/// A document as the parser understood it, with what it said of it.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// What was understood.
    pub postmortem: &'a Postmortem,
    /// What was said.
    pub diagnostics: &'a [Diagnostic],
}

/// How often one field is right. Of a field that is a list, each value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldScore {
    /// Documents or values that state it.
    pub stated: usize,
    /// Of these, those that are rightly read.
    pub right: usize,
    /// Of these, those that nothing was read from.
    pub missing: usize,
    /// Of these, those that something else was read from.
    pub wrong: usize,
    /// Documents that do not state it.
    pub not_stated: usize,
    /// Values that no document states.
    pub invented: usize,
}

impl FieldScore {
    /// Right of stated, as a fraction; 1 where nothing is stated.
    pub fn share(self) -> f64 {
        match self.stated {
            0 => 1.0,
            stated => self.right as f64 / stated as f64,
        }
    }
}

/// One answer that is not the reader's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMiss {
    /// The document.
    pub file: String,
    /// The field.
    pub field: &'static str,
    /// What the reader says; `None` where the document does not state it.
    pub gold: Option<String>,
    /// What was read; `None` where nothing was.
    pub given: Option<String>,
}

/// How often the facts are right, field by field, and where they are not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactsEvaluation {
    /// Documents that were compared.
    pub documents: usize,
    /// The scores in the order of the fields; only fields that the gold table has.
    pub fields: Vec<(&'static str, FieldScore)>,
    /// Every answer that is not the reader's, in the order of the documents.
    pub misses: Vec<FieldMiss>,
}

impl FactsEvaluation {
    /// Compares documents as they were read with the facts of a careful reader.
    pub fn of<'a>(
        pairs: impl IntoIterator<Item = (&'a GoldFacts, Reading<'a>)>,
    ) -> FactsEvaluation {
        let mut scores = vec![FieldScore::default(); FIELDS.len()];
        let mut evaluation = FactsEvaluation::default();
        for (gold, reading) in pairs {
            evaluation.documents += 1;
            for (field, score) in FIELDS.iter().zip(&mut scores) {
                if let Some(wanted) = gold.value(field.name) {
                    let misses = judge(field, wanted, reading, score);
                    evaluation
                        .misses
                        .extend(misses.into_iter().map(|(gold_value, given)| FieldMiss {
                            file: gold.file.clone(),
                            field: field.name,
                            gold: gold_value,
                            given,
                        }));
                }
            }
        }
        evaluation.fields = FIELDS
            .iter()
            .zip(scores)
            .filter(|(_, score)| score.stated + score.not_stated > 0)
            .map(|(field, score)| (field.name, score))
            .collect();
        evaluation
    }

    /// The score of a field; nothing stated where the gold table has it not.
    pub fn field(&self, name: &str) -> FieldScore {
        let found = self.fields.iter().find(|(field, _)| *field == name);
        found.map(|(_, score)| *score).unwrap_or_default()
    }
}

/// What a reader says and what was read, where the two differ.
type Difference = (Option<String>, Option<String>);

fn judge(
    field: &field::Field,
    gold: &str,
    reading: Reading<'_>,
    score: &mut FieldScore,
) -> Vec<Difference> {
    match (field.read)(reading, gold) {
        Answer::NotScored => Vec::new(),
        Answer::One(given) => judge_one(field, gold, given, score).into_iter().collect(),
        Answer::Many(given) => judge_many(field, gold, given, score),
    }
}

fn judge_one(
    field: &field::Field,
    gold: &str,
    given: Option<String>,
    score: &mut FieldScore,
) -> Option<Difference> {
    if gold == "-" {
        score.not_stated += 1;
        score.invented += usize::from(given.is_some());
        return given.map(|given| (None, Some(given)));
    }
    score.stated += 1;
    match &given {
        Some(given) if (field.same)(gold, given) => {
            score.right += 1;
            return None;
        }
        Some(_) => score.wrong += 1,
        None => score.missing += 1,
    }
    Some((Some(gold.to_owned()), given))
}

/// Values of a list, each by itself and in any order.
fn judge_many(
    field: &field::Field,
    gold: &str,
    mut given: Vec<String>,
    score: &mut FieldScore,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let wanted = gold.split(';').map(str::trim);
    let wanted = wanted.filter(|value| !matches!(*value, "" | "-"));
    for value in wanted {
        score.stated += 1;
        match given.iter().position(|ours| (field.same)(value, ours)) {
            Some(at) => {
                given.remove(at);
                score.right += 1;
            }
            None => {
                score.missing += 1;
                differences.push((Some(value.to_owned()), None));
            }
        }
    }
    score.not_stated += usize::from(gold == "-");
    score.invented += given.len();
    differences.extend(given.into_iter().map(|ours| (None, Some(ours))));
    differences
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::incident::Fact;
    use crate::incident::Origin;

    fn fact<T>(value: T) -> Fact<T> {
        Fact {
            value,
            line: 1,
            origin: Origin::Metadata,
        }
    }

    fn compare(table: &str, postmortem: &Postmortem) -> FactsEvaluation {
        let gold = GoldFacts::read("FACTS.tsv", table).expect("a table");
        let reading = Reading {
            postmortem,
            diagnostics: &[],
        };
        FactsEvaluation::of(gold.iter().map(|gold| (gold, reading)))
    }

    #[test]
    fn right_missing_wrong_and_invented_are_told_apart() {
        let mut postmortem = Postmortem::default();
        postmortem.facts.date = Some(fact(date(2026, 7, 3)));
        let table = "file\tdate\tteam\na\t2026-07-03\t-\nb\t2026-07-04\tcore\nc\t-\t\nd\t?\t?\n";
        let of = compare(table, &postmortem);
        let date = of.field("date");
        assert_eq!(
            (date.stated, date.right, date.missing, date.wrong),
            (2, 1, 0, 1)
        );
        assert_eq!((date.not_stated, date.invented), (1, 1));
        let team = of.field("team");
        assert_eq!((team.stated, team.missing, team.not_stated), (1, 1, 2));
        assert_eq!(of.documents, 4);
        let files: Vec<&str> = of.misses.iter().map(|miss| miss.file.as_str()).collect();
        assert_eq!(files, ["b", "b", "c"]);
    }

    #[test]
    fn each_value_of_a_list_counts() {
        let mut postmortem = Postmortem::default();
        postmortem.facts.services = vec![fact("Search".to_owned()), fact("mail".to_owned())];
        let of = compare("file\tservices\na\tsearch;billing\n", &postmortem);
        let services = of.field("services");
        assert_eq!((services.stated, services.right), (2, 1));
        assert_eq!((services.missing, services.invented), (1, 1));
    }

    #[test]
    fn a_table_without_facts_is_none() {
        for table in ["", "date\n", "file\tcolour\n"] {
            assert!(GoldFacts::read("x.tsv", table).is_err(), "{table}");
        }
    }
}

//! A stand-in for the query engine until it is merged: `field:value` filters, repeated ones are alternatives.

use crate::postmortem::SectionKind;
use crate::query::Expr;
use crate::query::Field;
use crate::query::Filter;
use crate::query::Notice;
use crate::query::Query;
use crate::record::Record;
use crate::text::Span;

impl Query {
    /// Reads filters; anything else is refused.
    pub fn parse_strict(text: &str) -> Result<Query, Notice> {
        let mut must = Vec::new();
        let mut must_not = Vec::new();
        let mut at = 0;
        for part in text.split(' ') {
            let span = Span::new(at, at + part.len());
            at += part.len() + 1;
            if part.is_empty() {
                continue;
            }
            let refuse = |message: String| Notice { span, message };
            let (negative, rest) = match part.strip_prefix('-') {
                Some(rest) => (true, rest),
                None => (false, part),
            };
            let (field, value) = rest
                .split_once(':')
                .ok_or_else(|| refuse(format!("`{part}` is not a filter")))?;
            let field = match field {
                "id" => Field::Id,
                "mode" => Field::Mode,
                "decay" => Field::Decay,
                "response" => Field::Response,
                "rollback" => Field::Rollback,
                "detection" => Field::Detection,
                "stage" => Field::Stage,
                "first-diagnosis" => Field::FirstDiagnosis,
                "is" => Field::Is,
                "severity" => Field::Severity,
                "service" => Field::Service,
                "confidence" => Field::Confidence,
                _ => return Err(refuse(format!("`{field}` is not a field"))),
            };
            let filter = Expr::Filter(Filter {
                field,
                value: value.to_owned(),
                span,
            });
            if negative {
                must_not.push(filter)
            } else {
                must.push(filter)
            }
        }
        let _ = SectionKind::Body;
        Ok(Query {
            text: text.to_owned(),
            root: Expr::Group {
                must,
                should: Vec::new(),
                must_not,
            },
            notices: Vec::new(),
        })
    }

    /// Whether a record fulfils every filter.
    pub fn matches(&self, record: &Record) -> bool {
        let Expr::Group { must, must_not, .. } = &self.root else {
            return false;
        };
        let filters = |exprs: &[Expr]| -> Vec<Filter> {
            exprs
                .iter()
                .filter_map(|expr| match expr {
                    Expr::Filter(filter) => Some(filter.clone()),
                    _ => None,
                })
                .collect()
        };
        let must = filters(must);
        must.iter().all(|one| {
            must.iter()
                .filter(|other| other.field == one.field)
                .any(|filter| holds(filter, record))
        }) && !filters(must_not).iter().any(|filter| holds(filter, record))
    }
}

fn holds(filter: &Filter, record: &Record) -> bool {
    let labels = &record.classification;
    let value = filter.value.as_str();
    let is = |id: Option<&str>| id == Some(value);
    match filter.field {
        Field::Id => record.id.as_str() == value,
        Field::Mode => labels.failure_mode.id() == value,
        Field::Decay => labels.decay.id() == value,
        Field::Response => labels.response.iter().any(|one| one.id() == value),
        Field::Rollback => is(labels.rollback_target.map(|one| one.id())),
        Field::Detection => is(labels.detection.map(|one| one.id())),
        Field::Stage => is(labels.stage.map(|one| one.id())),
        Field::FirstDiagnosis => is(labels.first_diagnosis.map(|one| one.id())),
        Field::Confidence => labels.confidence.id() == value,
        Field::Service => record.facts.services.iter().any(|one| one.value == value),
        Field::Is => match value {
            "silent" => labels.silent == Some(true),
            "misdiagnosed" => labels.first_diagnosis.is_some(),
            "near-miss" => labels.near_miss,
            _ => false,
        },
        _ => false,
    }
}

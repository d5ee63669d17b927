//! The leaves of a query: words, phrases, filters with their values, named queries.

use crate::query::Expr;
use crate::query::Filter;
use crate::query::MAX_CLAUSES;
use crate::query::MAX_DEPTH;
use crate::query::Notice;
use crate::query::NoticeKind;
use crate::query::Zone;
use crate::query::field;
use crate::query::field::Field;
use crate::query::filter;
use crate::query::filter::BadValue;
use crate::query::lexer::TokenKind;
use crate::query::parser::Reader;
use crate::query::parser::Run;
use crate::query::parser::Scope;
use crate::text::Span;

/// Text that is to become a leaf.
pub(super) struct Value {
    pub(super) text: String,
    pub(super) quoted: bool,
    pub(super) span: Span,
}

/// What a name before a colon stands for.
enum Target {
    Field(Field),
    Zone(Zone),
    Unknown,
}

impl Reader<'_> {
    /// Whether another leaf may be made.
    fn has_room(&mut self, span: Span) -> bool {
        self.clauses += 1;
        if self.clauses == MAX_CLAUSES + 1 {
            let found = format!("the query has more than {MAX_CLAUSES} words, phrases and filters");
            self.notice(NoticeKind::Cut, span, found, "the rest is left out");
        }
        self.clauses <= MAX_CLAUSES
    }

    /// A word or phrase; nothing where it has no letter or digit.
    pub(super) fn leaf(&mut self, value: Value, zone: Zone) -> Vec<Expr> {
        let Value { text, quoted, span } = value;
        if !text.chars().any(char::is_alphanumeric) || !self.has_room(span) {
            return Vec::new();
        }
        if quoted {
            return vec![Expr::Phrase { text, zone, span }];
        }
        let stem = text.trim_end_matches('*');
        let prefix = stem.len() < text.len() && stem.ends_with(char::is_alphanumeric);
        if stem.starts_with('*') {
            let found = format!("`{text}` has its beginning open");
            self.notice(
                NoticeKind::Unfinished,
                span,
                found,
                "only the end of a word can be",
            );
        }
        let text = stem.trim_start_matches('*').to_owned();
        vec![Expr::Word {
            text,
            prefix,
            zone,
            span,
        }]
    }

    /// A field with its value or its values in parentheses.
    pub(super) fn field(&mut self, name: &str, span: Span, run: &mut Run) -> Vec<Expr> {
        let target = self.target(name);
        if run.peek() == Some(&TokenKind::Open) {
            let scope = match target {
                Target::Field(_) => Some(Scope::Field(name)),
                Target::Zone(zone) => Some(Scope::Zone(zone)),
                Target::Unknown => {
                    self.unknown_field(name, span);
                    None
                }
            };
            return run
                .next()
                .map_or_else(Vec::new, |open| self.part(open, run, scope));
        }
        let Some(token) = run.next() else {
            return Vec::new();
        };
        let (TokenKind::Word(text) | TokenKind::Quoted(text)) = &token.kind else {
            return Vec::new();
        };
        let value = Value {
            text: text.clone(),
            quoted: matches!(token.kind, TokenKind::Quoted(_)),
            span: Span::new(span.start, token.span.end.max(span.end)),
        };
        match target {
            Target::Field(_) => self.values(name, value),
            Target::Zone(zone) => self.leaf(value, zone),
            Target::Unknown => {
                self.unknown_field(name, span);
                let text = if value.quoted {
                    value.text
                } else {
                    format!("{name}:{}", value.text)
                };
                self.leaf(Value { text, ..value }, Zone::Anywhere)
            }
        }
    }

    fn target(&self, name: &str) -> Target {
        let key = field::fold(name);
        if let Some(field) = Field::of_name(name) {
            Target::Field(field)
        } else if let Some(kind) = field::section(name) {
            Target::Zone(Zone::Section(kind))
        } else if self.vocabulary.keys.contains(&key) {
            Target::Field(Field::Key(key))
        } else {
            Target::Unknown
        }
    }

    fn unknown_field(&mut self, name: &str, span: Span) {
        let keys = self.vocabulary.keys.iter().map(String::as_str);
        let names: Vec<&str> = Field::names().chain(field::section_names()).collect();
        let names = names.into_iter().chain(keys);
        self.notices.push(Notice {
            kind: NoticeKind::UnknownField,
            span,
            found: format!("`{name}:` is not a field"),
            outcome: "searched as text".to_owned(),
            suggestion: filter::nearest(&field::fold(name), names).map(|name| format!("{name}:")),
        });
    }

    /// The filters of `field:a,b`; what the field does not have is searched as text.
    pub(super) fn values(&mut self, name: &str, value: Value) -> Vec<Expr> {
        let Target::Field(field) = self.target(name) else {
            return Vec::new();
        };
        let whole = [value.text.as_str()];
        let texts: Vec<&str> = if value.quoted {
            whole.to_vec()
        } else {
            value
                .text
                .split(',')
                .filter(|text| !text.is_empty())
                .collect()
        };
        let mut parts = Vec::new();
        for text in texts {
            match filter::read(name, &field, text, &self.vocabulary.keys) {
                Ok(test) if self.has_room(value.span) => parts.push(Expr::Filter(Filter {
                    field: field.clone(),
                    test,
                    span: value.span,
                })),
                Ok(_) => {}
                Err(bad) => parts.extend(self.bad_value(name, text, bad, value.span)),
            }
        }
        parts
    }

    /// What the field does not have is text; where the field is the name of a section, too, text in that section.
    fn bad_value(&mut self, name: &str, text: &str, bad: BadValue, span: Span) -> Vec<Expr> {
        let zone = field::section(name).map_or(Zone::Anywhere, Zone::Section);
        self.notices.push(Notice {
            kind: NoticeKind::BadValue,
            span,
            found: bad.found,
            outcome: match zone {
                Zone::Anywhere => "searched as text".to_owned(),
                Zone::Section(kind) => format!("searched in the section `{kind}`"),
            },
            suggestion: bad.suggestion,
        });
        let quoted = text.contains(char::is_whitespace);
        let text = text.to_owned();
        self.leaf(Value { text, quoted, span }, zone)
    }

    /// What a named query stands for; an unknown name is searched as text.
    pub(super) fn named(&mut self, name: &str, span: Span) -> Vec<Expr> {
        let vocabulary = self.vocabulary;
        let found = match vocabulary.named.get(name) {
            None => format!("there is no named query `@{name}`"),
            Some(_) if self.names.iter().any(|outer| outer == name) => {
                format!("the query `@{name}` names itself")
            }
            Some(_) if self.depth >= MAX_DEPTH => {
                format!("`@{name}` stands deeper than {MAX_DEPTH}")
            }
            Some(text) => return self.expanded(name, text, span).into_iter().collect(),
        };
        let names = vocabulary.named.keys().map(String::as_str);
        let near = filter::nearest(name, names.filter(|other| *other != name));
        self.notices.push(Notice {
            kind: NoticeKind::UnknownName,
            span,
            found,
            outcome: "searched as text".to_owned(),
            suggestion: near.map(|name| format!("@{name}")),
        });
        let text = name.to_owned();
        let quoted = false;
        self.leaf(Value { text, quoted, span }, Zone::Anywhere)
    }

    fn expanded(&mut self, name: &str, text: &str, span: Span) -> Option<Expr> {
        let before = self.notices.len();
        self.names.push(name.to_owned());
        self.depth += 1;
        let text = self.cut(text, Some(span));
        let expr = self.text(text, Some(span));
        self.depth -= 1;
        self.names.pop();
        for notice in &mut self.notices[before..] {
            notice.found = format!("in `@{name}`: {}", notice.found);
        }
        expr
    }
}

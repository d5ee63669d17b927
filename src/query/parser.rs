//! Tokens to a [`Query`]: capped in length, depth and clauses before anything else sees it.

use crate::query::Expr;
use crate::query::Group;
use crate::query::MAX_BYTES;
use crate::query::MAX_DEPTH;
use crate::query::Notice;
use crate::query::NoticeKind;
use crate::query::Query;
use crate::query::Vocabulary;
use crate::query::Zone;
use crate::query::lexer;
use crate::query::lexer::Token;
use crate::query::lexer::TokenKind;
use crate::text::Span;

mod clause;
mod parts;

use self::clause::Value;
use parts::Mark;
use parts::Parts;
use parts::one_or_any;
use parts::unwrapped;

/// Reads a query; see [`Query::parse`].
pub(super) fn parse(text: &str, vocabulary: &Vocabulary) -> Query {
    let mut reader = Reader {
        vocabulary,
        notices: Vec::new(),
        clauses: 0,
        depth: 0,
        names: Vec::new(),
    };
    let text = reader.cut(text, None);
    let root = match reader.text(text, None) {
        Some(Expr::Group(group)) => group,
        Some(part) => {
            let mut parts = Parts::default();
            parts.place(part, Mark::None);
            parts.finish()
        }
        None => Group::default(),
    };
    Query {
        text: text.to_owned(),
        root,
        notices: reader.notices,
    }
}

/// What the bare words of a run of tokens are read as: `title:(…)`, `mode:(…)`.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Zone(Zone),
    Field(&'a str),
}

/// A run of tokens being read.
struct Run {
    tokens: Vec<Token>,
    at: usize,
}

impl Run {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }
}

struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    notices: Vec<Notice>,
    clauses: usize,
    depth: usize,
    names: Vec<String>,
}

impl Reader<'_> {
    fn notice(&mut self, kind: NoticeKind, span: Span, found: String, outcome: &str) {
        self.notices.push(Notice {
            kind,
            span,
            found,
            outcome: outcome.to_owned(),
            suggestion: None,
        });
    }

    fn unfinished(&mut self, found: &str, span: Span, outcome: &str) {
        self.notice(NoticeKind::Unfinished, span, found.to_owned(), outcome);
    }

    fn cut<'t>(&mut self, text: &'t str, within: Option<Span>) -> &'t str {
        let length = (0..=MAX_BYTES.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        if length < text.len() {
            let found = format!("the query is longer than {MAX_BYTES} bytes");
            let span = within.unwrap_or(Span::new(length, text.len()));
            self.notice(NoticeKind::Cut, span, found, "the rest is left out");
        }
        &text[..length]
    }

    /// Reads a whole text; `within` is the span of the `@name` that it stands for, and then of all its parts.
    fn text(&mut self, text: &str, within: Option<Span>) -> Option<Expr> {
        let (mut tokens, unclosed) = lexer::tokens(text);
        if let Some(span) = unclosed {
            let span = within.unwrap_or(span);
            self.unfinished("a quote is never closed", span, "read up to the end");
        }
        if let Some(span) = within {
            tokens.iter_mut().for_each(|token| token.span = span);
        }
        let tokens = self.balanced(tokens);
        self.alternatives(&mut Run { tokens, at: 0 }, None)
    }

    /// The tokens with every parenthesis closed and none deeper than the limit, so that what follows may recurse.
    fn balanced(&mut self, tokens: Vec<Token>) -> Vec<Token> {
        let mut balanced = Vec::with_capacity(tokens.len());
        let mut kept: Vec<(bool, Span)> = Vec::new();
        let mut deepest = None;
        for token in tokens {
            match token.kind {
                TokenKind::Open => {
                    let fits = self.depth + kept.len() < MAX_DEPTH;
                    kept.push((fits, token.span));
                    if !fits {
                        deepest.get_or_insert(token.span);
                        continue;
                    }
                }
                TokenKind::Close => match kept.pop() {
                    Some((true, _)) => {}
                    Some((false, _)) => continue,
                    None => {
                        self.unfinished("a parenthesis is never opened", token.span, "left out");
                        continue;
                    }
                },
                _ => {}
            }
            balanced.push(token);
        }
        if let Some(span) = deepest {
            let found = format!("parentheses stand deeper than {MAX_DEPTH}");
            self.notice(NoticeKind::Cut, span, found, "the inner ones are left out");
        }
        if let Some((_, span)) = kept.last() {
            self.unfinished("a parenthesis is never closed", *span, "read up to the end");
        }
        let open = kept.into_iter().filter(|(fits, _)| *fits);
        let kind = TokenKind::Close;
        balanced.extend(open.map(|(_, span)| Token {
            kind: kind.clone(),
            span,
        }));
        balanced
    }

    /// `a OR b`, up to a `)` or the end.
    fn alternatives(&mut self, run: &mut Run, scope: Option<Scope>) -> Option<Expr> {
        let mut parts = Vec::new();
        let mut or: Option<Span> = None;
        loop {
            let part = unwrapped(self.sequence(run, scope));
            if let (None, Some(span)) = (&part, or) {
                self.nothing_for("OR", span);
            }
            parts.extend(part);
            if run.peek() != Some(&TokenKind::Or) {
                break;
            }
            or = run.next().map(|token| token.span);
            if let (true, Some(span)) = (parts.is_empty(), or) {
                self.nothing_for("OR", span);
                or = None;
            }
        }
        (!parts.is_empty()).then(|| one_or_any(parts))
    }

    fn nothing_for(&mut self, operator: &str, span: Span) {
        let found = format!("`{operator}` has nothing to work on");
        self.notice(NoticeKind::Unfinished, span, found, "left out");
    }

    /// Parts side by side, up to `OR`, a `)` or the end.
    fn sequence(&mut self, run: &mut Run, scope: Option<Scope>) -> Group {
        let mut parts = Parts::default();
        let mut mark = Mark::None;
        let mut operator: Option<(&str, Span)> = None;
        while !matches!(run.peek(), None | Some(TokenKind::Or | TokenKind::Close)) {
            let Some(token) = run.next() else { break };
            match token.kind {
                TokenKind::Not => {
                    mark = if mark == Mark::Not {
                        Mark::None
                    } else {
                        Mark::Not
                    };
                    operator = Some(("NOT", token.span));
                }
                TokenKind::Must => mark = Mark::Must,
                TokenKind::And => {
                    parts.require_last();
                    mark = Mark::Must;
                    operator = Some(("AND", token.span));
                }
                _ => {
                    for part in self.part(token, run, scope) {
                        parts.place(part, mark);
                    }
                    mark = Mark::None;
                    operator = None;
                }
            }
        }
        if let Some((operator, span)) = operator {
            self.nothing_for(operator, span);
        }
        parts.finish()
    }

    /// One part: a word, a phrase, a filter with its values, a group, a named query.
    fn part(&mut self, token: Token, run: &mut Run, scope: Option<Scope>) -> Vec<Expr> {
        match token.kind {
            TokenKind::Open => {
                self.depth += 1;
                let inner = self.alternatives(run, scope);
                self.depth -= 1;
                run.next();
                inner.into_iter().collect()
            }
            TokenKind::Field(name) => self.field(&name, token.span, run),
            TokenKind::Name(name) => self.named(&name, token.span),
            TokenKind::Quoted(text) => self.scoped(
                Value {
                    text,
                    quoted: true,
                    span: token.span,
                },
                scope,
            ),
            TokenKind::Word(text) => self.scoped(
                Value {
                    text,
                    quoted: false,
                    span: token.span,
                },
                scope,
            ),
            _ => Vec::new(),
        }
    }

    fn scoped(&mut self, value: Value, scope: Option<Scope>) -> Vec<Expr> {
        match scope {
            Some(Scope::Field(name)) => self.values(name, value),
            Some(Scope::Zone(zone)) => self.leaf(value, zone),
            None => self.leaf(value, Zone::Anywhere),
        }
    }
}

//! Characters of a query to tokens with spans; nothing that is typed is an error.

use crate::text::Span;

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `OR`
    Or,
    /// `AND`
    And,
    /// `NOT`, or a `-` before a word, field, quote or parenthesis
    Not,
    /// A `+` before a word, field, quote or parenthesis
    Must,
    /// `name:` before a value or a parenthesis
    Field(String),
    /// `@name`
    Name(String),
    /// Text between quotes
    Quoted(String),
    /// Anything else
    Word(String),
}

/// A piece of a query and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// The tokens of a query, and where a quote was never closed.
pub(super) fn tokens(text: &str) -> (Vec<Token>, Option<Span>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
        unclosed: None,
    };
    while lexer.at < text.len() {
        lexer.step();
    }
    (lexer.tokens, lexer.unclosed)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    unclosed: Option<Span>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let span = Span::new(self.at, self.at + length);
        self.tokens.push(Token { kind, span });
        self.at += length;
    }

    fn step(&mut self) {
        let Some(first) = self.rest().chars().next() else {
            return;
        };
        if is_space(first) {
            self.at += first.len_utf8();
        } else if first == '(' {
            self.push(TokenKind::Open, 1);
        } else if first == ')' {
            self.push(TokenKind::Close, 1);
        } else if is_quote(first) {
            self.quoted(first);
        } else if matches!(first, '-' | '+') {
            self.mark(first);
        } else {
            self.word();
        }
    }

    /// A `-` or `+` that begins a word; between spaces, or doubled as in `--force`, it is no operator.
    fn mark(&mut self, sign: char) {
        let rest = self.rest();
        let length = rest.chars().take_while(|c| *c == sign).count();
        let next = rest[length..].chars().next();
        let binds = length == 1
            && next.is_some_and(|c| c.is_alphanumeric() || c == '(' || c == '@' || is_quote(c));
        match (binds, sign) {
            (true, '-') => self.push(TokenKind::Not, 1),
            (true, _) => self.push(TokenKind::Must, 1),
            (false, _) => self.at += length,
        }
    }

    fn quoted(&mut self, opening: char) {
        let start = self.at + opening.len_utf8();
        let body = &self.text[start..];
        let closing = body.char_indices().find(|(_, c)| is_quote(*c));
        let (length, after) = match closing {
            Some((at, quote)) => (at, start + at + quote.len_utf8()),
            None => {
                self.unclosed = Some(Span::new(self.at, self.text.len()));
                (body.len(), self.text.len())
            }
        };
        let content = body[..length].to_owned();
        self.push(TokenKind::Quoted(content), after - self.at);
    }

    fn word(&mut self) {
        let rest = self.rest();
        let length = rest.find(ends_word).unwrap_or(rest.len());
        let word = &rest[..length];
        let next = rest[length..].chars().next();
        if let Some(name) = field_name(word, next) {
            let value = &word[name.len() + 1..];
            self.push(TokenKind::Field(name.to_owned()), name.len() + 1);
            if !value.is_empty() {
                self.push(TokenKind::Word(value.to_owned()), value.len());
            }
            return;
        }
        let kind = match word {
            "OR" => TokenKind::Or,
            "AND" => TokenKind::And,
            "NOT" => TokenKind::Not,
            _ => match word.strip_prefix('@').filter(|name| is_name(name)) {
                Some(name) => TokenKind::Name(name.to_owned()),
                None => TokenKind::Word(word.to_owned()),
            },
        };
        self.push(kind, length);
    }
}

/// The name in `name:value`, `name:"…"` or `name:(…)`; none in `12:30`, `http://…`, `std::io` or `error: …`.
fn field_name(word: &str, next: Option<char>) -> Option<&str> {
    let (name, value) = word.split_once(':')?;
    let follows = if value.is_empty() {
        next.is_some_and(|c| c == '(' || is_quote(c))
    } else {
        !value.starts_with("//") && !value.starts_with(':')
    };
    (follows && is_name(name)).then_some(name)
}

fn ends_word(character: char) -> bool {
    is_space(character) || is_quote(character) || matches!(character, '(' | ')')
}

fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_alphabetic)
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

/// Spaces, controls and the invisible marks that turn the direction of writing.
fn is_space(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

//! The analyzer as tantivy wants it: one word at a time.

use tantivy::tokenizer::Token;
use tantivy::tokenizer::TokenStream;
use tantivy::tokenizer::Tokenizer;

use crate::index::analyzer::Reader;

/// The name under which tantivy knows it.
pub(super) const NAME: &str = "words";

/// Cuts text into words.
#[derive(Clone, Default)]
pub(super) struct Words {
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream {
            reader: Reader::new(text),
            next: 0,
            token: &mut self.token,
        }
    }
}

/// The words of one text.
pub(super) struct Stream<'a> {
    reader: Reader<'a>,
    next: usize,
    token: &'a mut Token,
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        if self.next >= self.reader.words.len() {
            self.next = 0;
            if !self.reader.fill() {
                return false;
            }
        }
        let word = &mut self.reader.words[self.next];
        self.next += 1;
        self.token.text = std::mem::take(&mut word.text);
        self.token.position = word.position;
        self.token.offset_from = word.start;
        self.token.offset_to = word.end;
        self.token.position_length = 1;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

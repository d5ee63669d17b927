//! Explanation: what the score of a hit is made of, word by word.

/// What one word or phrase of the query adds.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The word or phrase as typed.
    pub typed: String,
    /// What it adds before the score is marked down; 0 where the document lacks it.
    pub score: f32,
    /// Where it stands: `title`, `lead`, `cause`, `body`.
    pub zones: Vec<&'static str>,
    /// Whether it is not the word itself: another word for it, or a part of a compound.
    pub is_stand_in: bool,
}

/// What a score is made of: the sum of its parts, times `coverage`, plus `nearness`.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The words and phrases of the query, in order; stand-ins only where they add something.
    pub parts: Vec<Part>,
    /// What the sum is multiplied by, for the words that the document lacks; 1 where it has all.
    pub coverage: f32,
    /// What is added for words that stand near each other.
    pub nearness: f32,
    /// Whether the document has every word that any document has: such documents come first.
    pub has_all: bool,
}

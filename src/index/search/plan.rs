//! Plan: a query as what is to be looked up in an index: every word with its forms, slips and compounds.

use crate::index::analyzer;
use crate::index::analyzer::Word;
use crate::index::search::lexicon::Lexicon;
use crate::index::search::segment::Segment;
use crate::index::search::slot::Extra;
use crate::index::search::slot::Slot;
use crate::index::search::slot::Way;
use crate::index::search::ways::Ways;
use crate::index::search::ways::plain;
use crate::index::word_form;
use crate::query::Expr;
use crate::query::Filter;
use crate::query::Group;
use crate::query::Notice;
use crate::query::NoticeKind;
use crate::query::Query;
use crate::query::Zone;
use crate::text::Span;

/// How much a part of a compound adds, with the compound or where it is missing.
const PART: f32 = 0.5;
/// How much the word adds that was likely meant, where a document lacks the one that was typed.
const SLIP: f32 = 0.8;
/// How much the second best correction of a slip counts against the best; the other words tell which was meant.
const NEXT_BEST: f32 = 0.8;
/// So many words are a sentence rather than a list of what is looked for.
const SENTENCE: usize = 5;
/// How much a synonym adds where a word is missing.
const SYNONYM: f32 = 0.45;

/// A query over the slots of a plan.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// A word or phrase, by its number.
    Text(usize),
    /// A condition on the record.
    Filter(Filter),
    /// At least one.
    Any(Vec<Node>),
    /// As [`Group`].
    Group(Branch),
}

/// As [`Group`].
#[derive(Debug, Clone, Default)]
pub(super) struct Branch {
    pub(super) must: Vec<Node>,
    pub(super) should: Vec<Node>,
    pub(super) must_not: Vec<Node>,
    pub(super) should_is_optional: bool,
}

/// What is to be looked up.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Words and phrases.
    pub(super) slots: Vec<Slot>,
    /// Parts of compounds and synonyms.
    pub(super) extras: Vec<Extra>,
    /// Whether there are so many words that not each of them is telling.
    pub(super) is_sentence: bool,
    /// How they are combined.
    pub(super) root: Branch,
    /// Words that were replaced or found nothing.
    pub(super) notices: Vec<Notice>,
}

/// Looks up what the words of a query can be in an index.
pub(super) fn plan<'a>(
    query: &Query,
    lexicon: Lexicon<'a>,
    segments: &'a [Segment<'a>],
) -> tantivy::Result<Plan> {
    let mut planner = Planner {
        ways: Ways { lexicon, segments },
        keep_grammar: !has_meaning(&query.root),
        is_one_of_many: query.root.should.len() > 1,
        is_excluding: false,
        beginnings: beginnings(&query.root),
        plan: Plan::default(),
    };
    let root = planner.group(&query.root)?;
    let mut plan = planner.plan;
    plan.root = root;
    plan.is_sentence = query.root.should.len() >= SENTENCE;
    Ok(plan)
}

/// Whether a word or phrase other than one of grammar is looked for.
fn has_meaning(group: &Group) -> bool {
    group
        .must
        .iter()
        .chain(&group.should)
        .any(|part| match part {
            Expr::Word { text, .. } => !is_grammar(text),
            Expr::Phrase { .. } => true,
            Expr::Filter(_) => false,
            Expr::Any(parts) => parts.iter().any(|part| {
                has_meaning(&Group {
                    should: vec![part.clone()],
                    ..Group::default()
                })
            }),
            Expr::Group(group) => has_meaning(group),
        })
}

/// How many beginnings of words a group has.
fn beginnings(group: &Group) -> usize {
    let parts = [&group.must, &group.should, &group.must_not];
    let parts = parts.into_iter().flatten();
    parts.map(beginnings_of).sum()
}

fn beginnings_of(part: &Expr) -> usize {
    match part {
        Expr::Word { prefix, .. } => usize::from(*prefix),
        Expr::Phrase { .. } | Expr::Filter(_) => 0,
        Expr::Any(parts) => parts.iter().map(beginnings_of).sum(),
        Expr::Group(group) => beginnings(group),
    }
}

fn is_grammar(text: &str) -> bool {
    analyzer::words(text)
        .iter()
        .all(|word| word_form::is_grammar(&word.text))
}

struct Planner<'a> {
    ways: Ways<'a>,
    keep_grammar: bool,
    /// There are other words that a slip of the pen may be told by.
    is_one_of_many: bool,
    /// What is read is to be left out: nothing may be put in its place.
    is_excluding: bool,
    /// How many beginnings of words the query has.
    beginnings: usize,
    plan: Plan,
}

/// A word of the query on its way to a slot.
struct Typed<'a> {
    text: &'a str,
    zone: Zone,
    span: Span,
    /// The single words before and after it.
    neighbours: [Option<String>; 2],
    /// It is a part of a compound.
    is_part: bool,
}

impl Planner<'_> {
    fn group(&mut self, group: &Group) -> tantivy::Result<Branch> {
        let mut branch = Branch {
            should_is_optional: group.should_is_optional(),
            ..Branch::default()
        };
        for (part, node) in self.list(&group.must)? {
            branch.must.push(match (part, node) {
                (Expr::Word { .. }, Node::Group(loose)) => Node::Group(Branch {
                    must: loose.should,
                    should_is_optional: true,
                    ..Branch::default()
                }),
                (_, node) => node,
            });
        }
        for (part, node) in self.list(&group.should)? {
            match (part, node) {
                (Expr::Word { .. }, Node::Group(loose)) => branch.should.extend(loose.should),
                (_, node) => branch.should.push(node),
            }
        }
        let outer = std::mem::replace(&mut self.is_excluding, true);
        let excluded = self.list(&group.must_not)?;
        self.is_excluding = outer;
        for (part, node) in excluded {
            branch.must_not.push(match (part, node) {
                // What no document has as typed excludes none.
                (Expr::Word { .. }, Node::Group(_)) => Node::Any(Vec::new()),
                (_, node) => node,
            });
        }
        branch.should_is_optional |= branch.should.is_empty();
        Ok(branch)
    }

    fn list<'e>(&mut self, parts: &'e [Expr]) -> tantivy::Result<Vec<(&'e Expr, Node)>> {
        let singles: Vec<Option<String>> = parts.iter().map(single).collect();
        let mut nodes = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let idle = match part {
                Expr::Word {
                    text, prefix, zone, ..
                } => !prefix && *zone == Zone::Anywhere && !self.keep_grammar && is_grammar(text),
                _ => false,
            };
            if !idle {
                let before = at.checked_sub(1).and_then(|at| singles[at].clone());
                let after = singles.get(at + 1).cloned().flatten();
                nodes.push((part, self.part(part, [before, after])?));
            }
        }
        Ok(nodes)
    }

    fn part(&mut self, part: &Expr, neighbours: [Option<String>; 2]) -> tantivy::Result<Node> {
        Ok(match part {
            Expr::Word {
                text,
                prefix,
                zone,
                span,
            } => {
                let typed = Typed {
                    text,
                    zone: *zone,
                    span: *span,
                    neighbours,
                    is_part: false,
                };
                if *prefix {
                    self.prefix(&typed)?
                } else {
                    self.word(&typed)?
                }
            }
            Expr::Phrase { text, zone, .. } => self.phrase(text, *zone),
            Expr::Filter(filter) => Node::Filter(filter.clone()),
            Expr::Any(parts) => {
                let mut nodes = Vec::new();
                for part in parts {
                    nodes.push(self.part(part, [None, None])?);
                }
                Node::Any(nodes)
            }
            Expr::Group(group) => Node::Group(self.group(group)?),
        })
    }

    fn phrase(&mut self, text: &str, zone: Zone) -> Node {
        let words = plain(&analyzer::words(text)).into_iter();
        let ways = vec![Way {
            places: words.map(|word| vec![word]).collect(),
            weight: 1.0,
        }];
        self.slot(text, zone, ways)
    }

    fn slot(&mut self, typed: &str, zone: Zone, ways: Vec<Way>) -> Node {
        self.plan.slots.push(Slot {
            typed: typed.to_owned(),
            zone,
            ways,
        });
        Node::Text(self.plan.slots.len() - 1)
    }

    fn prefix(&mut self, typed: &Typed<'_>) -> tantivy::Result<Node> {
        let words = analyzer::words(typed.text);
        let (ways, is_cut) = self.ways.of_prefix(&words, self.beginnings)?;
        if is_cut {
            self.plan.notices.push(Notice {
                kind: NoticeKind::Cut,
                span: typed.span,
                found: format!("too many words begin with `{}`", typed.text),
                outcome: "the most frequent are looked for".to_owned(),
                suggestion: None,
            });
        }
        if ways.is_empty() {
            self.tell(typed, typed.text, String::new());
        }
        Ok(self.slot(typed.text, typed.zone, ways))
    }

    fn word(&mut self, typed: &Typed<'_>) -> tantivy::Result<Node> {
        let words = analyzer::words(typed.text);
        let parts = plain(&words);
        if parts.len() > 1 {
            return self.compound(typed, &words);
        }
        let mut ways = self.ways.of_word(&words, &typed.neighbours)?;
        if let (Some(word), false) = (parts.first(), self.is_excluding) {
            let number = self.plan.slots.len();
            if ways.is_empty() {
                ways = self.corrected(word, typed)?;
            } else if self.is_one_of_many {
                let likelier = self.ways.likelier(word)?;
                self.extra(typed, likelier, SLIP, Some(number));
            }
            let synonyms = self.ways.synonyms(word)?;
            self.extra(typed, synonyms, SYNONYM, Some(number));
        }
        Ok(self.slot(typed.text, typed.zone, ways))
    }

    fn extra(&mut self, typed: &Typed<'_>, ways: Vec<Way>, weight: f32, instead_of: Option<usize>) {
        if !ways.is_empty() {
            self.plan.extras.push(Extra {
                slot: Slot {
                    typed: typed.text.to_owned(),
                    zone: typed.zone,
                    ways,
                },
                weight,
                instead_of,
            });
        }
    }

    /// What a word may have been that no document has.
    fn corrected(&mut self, word: &str, typed: &Typed<'_>) -> tantivy::Result<Vec<Way>> {
        let near = self.ways.lexicon.near(word)?;
        let Some(best) = near.first() else {
            self.tell(typed, typed.text, String::new());
            return Ok(Vec::new());
        };
        let best = best.clone();
        let mut ways = self.ways.forms(&best, 1.0)?;
        let is_form = |other: &&String| ways.iter().any(|way| way.places == [[other.as_str()]]);
        let other = near.iter().find(|other| !is_form(other));
        let mut outcome = format!("showing results for `{best}`");
        if let Some(other) = other.filter(|_| self.is_one_of_many) {
            ways.extend(self.ways.forms(other, NEXT_BEST)?);
            outcome.push_str(&format!(" and `{other}`"));
        }
        self.tell(typed, word, outcome);
        Ok(ways)
    }

    /// Says that no document has what was typed, and what was made of it.
    fn tell(&mut self, typed: &Typed<'_>, text: &str, outcome: String) {
        if !typed.is_part || !outcome.is_empty() {
            self.plan.notices.push(Notice {
                kind: NoticeKind::Typo,
                span: typed.span,
                found: format!("nothing has `{text}`"),
                outcome,
                suggestion: None,
            });
        }
    }

    /// A word with inner punctuation. Where no document has it so, its parts are words of their own.
    fn compound(&mut self, typed: &Typed<'_>, words: &[Word]) -> tantivy::Result<Node> {
        let ways = self.ways.of_compound(words)?;
        let is_loose = ways.is_empty();
        if is_loose && !self.is_excluding {
            self.tell(typed, typed.text, "searched as separate words".to_owned());
        }
        let mut nodes = Vec::new();
        for part in plain(words)
            .iter()
            .filter(|part| !word_form::is_grammar(part))
        {
            let typed = Typed {
                text: part,
                neighbours: [None, None],
                is_part: true,
                ..*typed
            };
            if is_loose {
                nodes.push(self.word(&typed)?);
            } else if !self.is_excluding {
                let ways = self.ways.forms(part, 1.0)?;
                self.extra(&typed, ways, PART, None);
            }
        }
        if is_loose && !nodes.is_empty() {
            return Ok(Node::Group(Branch {
                should: nodes,
                ..Branch::default()
            }));
        }
        Ok(self.slot(typed.text, typed.zone, ways))
    }
}

/// The word of a part that is a single word anywhere.
fn single(part: &Expr) -> Option<String> {
    match part {
        Expr::Word {
            text,
            prefix: false,
            zone: Zone::Anywhere,
            ..
        } => {
            let mut parts = plain(&analyzer::words(text));
            if parts.len() == 1 { parts.pop() } else { None }
        }
        _ => None,
    }
}

//! Plan: a query as what is to be looked up in an index: every word with its forms, slips and compounds.

use crate::index::analyzer;
use crate::index::analyzer::Word;
use crate::index::analyzer::WordKind;
use crate::index::search::lexicon::Lexicon;
use crate::index::search::segment::Segment;
use crate::index::search::slot::Slot;
use crate::index::search::slot::Way;
use crate::index::word_form;
use crate::query::Expr;
use crate::query::Filter;
use crate::query::Group;
use crate::query::Notice;
use crate::query::NoticeKind;
use crate::query::Query;
use crate::query::Zone;
use crate::text::Span;

/// How much a form of a word counts against the word as typed.
const FORM: f32 = 0.5;
/// How much a word counts that is written in two, or two that are written as one.
const COMPOUND: f32 = 0.9;

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
    /// Slots that only add to the rank of what matches without them: the parts of compounds.
    pub(super) extras: Vec<Slot>,
    /// How they are combined.
    pub(super) root: Branch,
    /// Words that were replaced or found nothing.
    pub(super) notices: Vec<Notice>,
}

/// Looks up what the words of a query can be in an index.
pub(super) fn plan(
    query: &Query,
    lexicon: &mut Lexicon,
    segments: &[Segment<'_>],
) -> tantivy::Result<Plan> {
    let mut planner = Planner {
        lexicon,
        segments,
        keep_grammar: !has_meaning(&query.root),
        plan: Plan::default(),
    };
    let root = planner.group(&query.root)?;
    let mut plan = planner.plan;
    plan.root = root;
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

fn is_grammar(text: &str) -> bool {
    analyzer::words(text)
        .iter()
        .all(|word| word_form::is_grammar(&word.text))
}

struct Planner<'a> {
    lexicon: &'a mut Lexicon,
    segments: &'a [Segment<'a>],
    keep_grammar: bool,
    plan: Plan,
}

/// A word of the query on its way to a slot.
struct Typed<'a> {
    text: &'a str,
    zone: Zone,
    span: Span,
    /// The single words before and after it.
    neighbours: [Option<String>; 2],
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
        for (part, node) in self.list(&group.must_not)? {
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
                };
                if *prefix {
                    self.prefix(&typed)?
                } else {
                    self.word(&typed)?
                }
            }
            Expr::Phrase { text, zone, .. } => {
                let places = plain(&analyzer::words(text))
                    .into_iter()
                    .map(|word| vec![word]);
                let ways = vec![Way {
                    places: places.collect(),
                    weight: 1.0,
                }];
                self.slot(text, *zone, ways)
            }
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
        let start = words
            .first()
            .map(|word| word.text.clone())
            .unwrap_or_default();
        let found = self.lexicon.with_prefix(&start)?;
        if found.is_empty() {
            self.found_nothing(typed);
        }
        let ways = vec![Way {
            places: vec![found.into_iter().collect()],
            weight: 1.0,
        }];
        Ok(self.slot(typed.text, typed.zone, ways))
    }

    fn word(&mut self, typed: &Typed<'_>) -> tantivy::Result<Node> {
        let words = analyzer::words(typed.text);
        let parts = plain(&words);
        if parts.len() > 1 {
            return self.compound(typed, &words);
        }
        let Some(word) = parts.first() else {
            return Ok(self.slot(typed.text, typed.zone, Vec::new()));
        };
        let mut ways = self.forms(word, 1.0)?;
        let inner: Vec<Vec<String>> = words
            .iter()
            .filter(|word| word.kind == WordKind::Inner)
            .map(|word| vec![word.text.clone()])
            .collect();
        if !inner.is_empty() {
            ways.push(Way {
                places: inner,
                weight: COMPOUND,
            });
        }
        ways.extend(self.split(word)?);
        ways.extend(self.joined(word, &typed.neighbours)?);
        if ways.is_empty() {
            ways = self.corrected(word, typed)?;
        }
        Ok(self.slot(typed.text, typed.zone, ways))
    }

    /// The forms of a word that documents have.
    fn forms(&mut self, word: &str, weight: f32) -> tantivy::Result<Vec<Way>> {
        let forms = self.lexicon.forms(word)?;
        Ok(forms
            .into_iter()
            .map(|form| {
                let weight = if form == word { weight } else { weight * FORM };
                Way::word(form, weight)
            })
            .collect())
    }

    /// A word written in two: `rollback` as `rolled back`.
    fn split(&mut self, word: &str) -> tantivy::Result<Vec<Way>> {
        let mut ways = Vec::new();
        if !word.is_ascii() || word.len() < 6 || !word.chars().all(char::is_alphabetic) {
            return Ok(ways);
        }
        for at in 3..word.len() - 1 {
            let (first, second) = word.split_at(at);
            let second = self.lexicon.forms(second)?;
            if second.is_empty() || word_form::is_grammar(first) {
                continue;
            }
            let first = self.lexicon.forms(first)?;
            let way = Way {
                places: vec![first.into_iter().collect(), second.into_iter().collect()],
                weight: COMPOUND,
            };
            if !way.places[0].is_empty() && self.occurs(&way)? {
                ways.push(way);
            }
        }
        Ok(ways)
    }

    /// Two words written as one: `rolled back` as `rollback`.
    fn joined(
        &mut self,
        word: &str,
        neighbours: &[Option<String>; 2],
    ) -> tantivy::Result<Vec<Way>> {
        let mut ways = Vec::new();
        let [before, after] = neighbours;
        let pairs = [
            before.as_deref().map(|before| (before, word)),
            after.as_deref().map(|after| (word, after)),
        ];
        for (first, second) in pairs.into_iter().flatten() {
            let stem = self.lexicon.stem(first);
            for joined in [format!("{first}{second}"), format!("{stem}{second}")] {
                if self.lexicon.has(&joined)? {
                    ways.extend(self.forms(&joined, COMPOUND)?);
                    break;
                }
            }
        }
        Ok(ways)
    }

    /// What a word may have been that no document has.
    fn corrected(&mut self, word: &str, typed: &Typed<'_>) -> tantivy::Result<Vec<Way>> {
        let near = self.lexicon.near(word)?;
        let Some(best) = near.first() else {
            self.found_nothing(typed);
            return Ok(Vec::new());
        };
        self.plan.notices.push(Notice {
            kind: NoticeKind::Typo,
            span: typed.span,
            found: format!("nothing has `{word}`"),
            outcome: format!("showing results for `{best}`"),
            suggestion: None,
        });
        self.forms(best, 1.0)
    }

    fn found_nothing(&mut self, typed: &Typed<'_>) {
        self.plan.notices.push(Notice {
            kind: NoticeKind::Typo,
            span: typed.span,
            found: format!("nothing has `{}`", typed.text),
            outcome: String::new(),
            suggestion: None,
        });
    }

    /// A word with inner punctuation: whole, its parts side by side, or written as one. Where no document has it so, its
    /// parts are words of their own.
    fn compound(&mut self, typed: &Typed<'_>, words: &[Word]) -> tantivy::Result<Node> {
        let parts = plain(words);
        let mut ways = Vec::new();
        let wholes: Vec<&Word> = words
            .iter()
            .filter(|word| word.kind == WordKind::Whole)
            .collect();
        if let [whole] = wholes.as_slice() {
            ways.push(Way::word(whole.text.clone(), 1.0));
        }
        let mut places = Vec::new();
        for part in &parts {
            places.push(self.lexicon.forms(part)?.into_iter().collect());
        }
        ways.push(Way {
            places,
            weight: COMPOUND,
        });
        ways.push(Way::word(parts.concat(), COMPOUND));
        let mut occurring = Vec::new();
        for way in ways {
            if self.occurs(&way)? {
                occurring.push(way);
            }
        }
        let loose = occurring.is_empty();
        let mut nodes = Vec::new();
        for part in &parts {
            if word_form::is_grammar(part) {
                continue;
            }
            let typed = Typed {
                text: part,
                neighbours: [None, None],
                ..*typed
            };
            if loose {
                nodes.push(self.word(&typed)?);
            } else {
                let ways = self.forms(part, 1.0)?;
                self.plan.extras.push(Slot {
                    typed: part.clone(),
                    zone: typed.zone,
                    ways,
                });
            }
        }
        if loose && !nodes.is_empty() {
            return Ok(Node::Group(Branch {
                should: nodes,
                ..Branch::default()
            }));
        }
        Ok(self.slot(typed.text, typed.zone, occurring))
    }

    fn occurs(&self, way: &Way) -> tantivy::Result<bool> {
        for segment in self.segments {
            if segment.has(way)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The plain words of a text.
fn plain(words: &[Word]) -> Vec<String> {
    words
        .iter()
        .filter(|word| word.kind == WordKind::Plain)
        .map(|word| word.text.clone())
        .collect()
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

//! YAML of front matter, read event by event: every scalar stays the text that was written.

use std::collections::HashMap;

use serde_saphyr::granit_parser::Event;
use serde_saphyr::granit_parser::Parser;
use serde_saphyr::granit_parser::ScalarStyle;
use serde_saphyr::granit_parser::ScanError;

use crate::document::Limits;
use crate::incident::Origin;
use crate::parser::entry::Entry;
use crate::parser::entry::Value;
use crate::parser::key::Key;

/// The most aliases (`*name`) in one front matter.
const ALIASES: usize = 100;

/// Why YAML gave no entries.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It is no valid YAML, or no map of keys; the offset in the YAML text and what the reader says.
    Invalid(usize, String),
    /// It exceeds its budget; the offset in the YAML text and of what there is too much.
    Budget(usize, String),
}

enum Node {
    Scalar(String),
    List(Vec<usize>),
    Map(Vec<(usize, usize)>),
}

struct Frame {
    node: usize,
    key: Option<usize>,
}

/// The tree of one YAML document, grown without recursion and within the limits.
#[derive(Default)]
struct Tree {
    nodes: Vec<(Node, usize)>,
    open: Vec<Frame>,
    anchors: HashMap<usize, usize>,
    sizes: HashMap<usize, usize>,
    count: usize,
    aliases: usize,
}

impl Tree {
    fn add(&mut self, node: Node, at: usize, anchor: usize) -> usize {
        let id = self.nodes.len();
        self.nodes.push((node, at));
        self.count += 1;
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        self.attach(id);
        id
    }

    fn attach(&mut self, id: usize) {
        let Some(frame) = self.open.last_mut() else {
            return;
        };
        match (&mut self.nodes[frame.node].0, frame.key.take()) {
            (Node::List(items), _) => items.push(id),
            (Node::Map(pairs), Some(key)) => pairs.push((key, id)),
            (Node::Map(_), None) => frame.key = Some(id),
            (Node::Scalar(_), _) => {}
        }
    }

    fn open(&mut self, node: Node, at: usize, anchor: usize) {
        let before = self.count;
        let id = self.add(node, at, anchor);
        self.sizes.insert(id, before);
        self.open.push(Frame {
            node: id,
            key: None,
        });
    }

    fn close(&mut self) {
        if let Some(frame) = self.open.pop() {
            let before = self.sizes.get(&frame.node).copied().unwrap_or_default();
            self.sizes.insert(frame.node, self.count - before);
        }
    }

    /// An alias counts for all that it stands for, and is expanded only where that is a scalar.
    fn alias(&mut self, anchor: usize, at: usize) {
        self.aliases += 1;
        let target = self.anchors.get(&anchor).copied();
        let size = target
            .and_then(|id| self.sizes.get(&id).copied())
            .unwrap_or(1);
        let text = match target.map(|id| &self.nodes[id].0) {
            Some(Node::Scalar(text)) => text.clone(),
            _ => String::new(),
        };
        self.add(Node::Scalar(text), at, 0);
        self.count = self.count.saturating_add(size);
    }

    fn breach(&self, limits: &Limits) -> Option<String> {
        if self.open.len() > limits.front_matter_depth {
            Some(format!(
                "nesting deeper than {} levels",
                limits.front_matter_depth
            ))
        } else if self.count > limits.front_matter_nodes {
            Some(format!("more than {} values", limits.front_matter_nodes))
        } else if self.aliases > ALIASES {
            Some(format!("more than {ALIASES} aliases"))
        } else {
            None
        }
    }

    fn scalar(&self, id: usize) -> Option<&str> {
        match &self.nodes[id].0 {
            Node::Scalar(text) => Some(text),
            _ => None,
        }
    }
}

/// The entries of a YAML map, in order; keys of a map within it have the outer key before them.
pub(crate) fn read(yaml: &str, limits: &Limits) -> Result<Vec<Entry>, Trouble> {
    let tree = grow(yaml, limits)?;
    match tree.nodes.first() {
        None => Ok(Vec::new()),
        Some((Node::Map(pairs), _)) => Ok(pairs
            .iter()
            .flat_map(|(key, value)| entries(&tree, *key, *value))
            .collect()),
        Some((Node::Scalar(text), _)) if text.is_empty() => Ok(Vec::new()),
        Some((_, at)) => Err(Trouble::Invalid(
            *at,
            "a map of keys and values was expected".to_owned(),
        )),
    }
}

/// What the reader's error means: too deep a nesting exceeds the budget, all else is no YAML.
fn trouble(error: &ScanError, limits: &Limits) -> Trouble {
    let message = error.info();
    let at = error.marker().byte_offset().unwrap_or_default();
    match message.contains("recursion") || message.contains("nesting") {
        true => Trouble::Budget(
            at,
            format!("nesting deeper than {} levels", limits.front_matter_depth),
        ),
        false => Trouble::Invalid(at, message),
    }
}

fn grow(yaml: &str, limits: &Limits) -> Result<Tree, Trouble> {
    let mut tree = Tree::default();
    for next in Parser::new_from_str(yaml) {
        let (event, span) = next.map_err(|error| trouble(&error, limits))?;
        let at = span.byte_range().map_or(0, |range| range.start);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                // A key without a value comes as the null that was never written.
                let written = style != ScalarStyle::Plain
                    || text != "~"
                    || yaml[at.min(yaml.len())..].starts_with('~');
                let text = if written {
                    text.into_owned()
                } else {
                    String::new()
                };
                tree.add(Node::Scalar(text), at, anchor);
            }
            Event::SequenceStart(_, anchor, _) => tree.open(Node::List(Vec::new()), at, anchor),
            Event::MappingStart(_, anchor, _) => tree.open(Node::Map(Vec::new()), at, anchor),
            Event::SequenceEnd | Event::MappingEnd => tree.close(),
            Event::Alias(anchor) => tree.alias(anchor, at),
            Event::DocumentEnd => break,
            _ => {}
        }
        if let Some(found) = tree.breach(limits) {
            return Err(Trouble::Budget(at, found));
        }
    }
    Ok(tree)
}

fn entries(tree: &Tree, key: usize, value: usize) -> Vec<Entry> {
    let Some(name) = tree.scalar(key) else {
        return Vec::new();
    };
    let at = tree.nodes[key].1;
    match &tree.nodes[value].0 {
        Node::Map(pairs) => pairs
            .iter()
            .filter_map(|(inner, value)| {
                let inner_name = tree.scalar(*inner)?;
                let whole = format!("{name} {inner_name}");
                let fact =
                    Key::of(&whole).or_else(|| groups(name).then(|| Key::of(inner_name)).flatten());
                Some(entry(
                    &whole,
                    fact,
                    tree.nodes[*inner].1,
                    values(tree, *value),
                ))
            })
            .collect(),
        _ => vec![entry(name, Key::of(name), at, values(tree, value))],
    }
}

/// Whether a key merely holds other keys together, so that they mean what they would mean alone.
fn groups(name: &str) -> bool {
    let folded = name.to_lowercase();
    [
        "incident",
        "postmortem",
        "times",
        "time",
        "timestamps",
        "clocks",
        "timing",
        "metadata",
        "meta",
        "labels",
        "verdict",
        "impact",
    ]
    .contains(&folded.as_str())
}

fn entry(key: &str, fact: Option<Key>, at: usize, values: Vec<Value>) -> Entry {
    Entry {
        key: key.to_owned(),
        fact,
        values,
        at,
        origin: Origin::FrontMatter,
    }
}

fn values(tree: &Tree, id: usize) -> Vec<Value> {
    let single = |id: usize| -> Option<Value> {
        let at = tree.nodes[id].1;
        match &tree.nodes[id].0 {
            Node::Scalar(text) => Some(Value {
                text: text.trim().to_owned(),
                at,
                fields: Vec::new(),
            }),
            Node::Map(pairs) => {
                let fields: Vec<(String, String)> = pairs
                    .iter()
                    .filter_map(|(key, value)| {
                        Some((
                            tree.scalar(*key)?.to_owned(),
                            tree.scalar(*value)?.trim().to_owned(),
                        ))
                    })
                    .collect();
                let text = fields
                    .first()
                    .map(|(_, value)| value.clone())
                    .unwrap_or_default();
                Some(Value { text, at, fields })
            }
            Node::List(_) => None,
        }
    };
    match &tree.nodes[id].0 {
        Node::List(items) => items.iter().filter_map(|item| single(*item)).collect(),
        _ => single(id).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(yaml: &str) -> Vec<(String, String)> {
        read(yaml, &Limits::default())
            .expect("YAML")
            .iter()
            .map(|entry| (entry.key.clone(), entry.text()))
            .collect()
    }

    #[test]
    fn scalars_stay_what_was_written() {
        let yaml = "country: NO\nversion: 3.10\nid: 0777\nempty:\nlist: [y, 1e3]\nmap:\n  a: ~\nbase: &x deep\nsame: *x\n";
        let expected = [
            ("country", "NO"),
            ("version", "3.10"),
            ("id", "0777"),
            ("empty", ""),
            ("list", "y, 1e3"),
            ("map a", "~"),
            ("base", "deep"),
            ("same", "deep"),
        ];
        assert_eq!(
            texts(yaml),
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn budgets_hold_at_once() {
        let limits = Limits::default();
        let deep = format!("a: {}", "[".repeat(50_000));
        let wide = format!("a: [{}]", "1,".repeat(20_000));
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..9 {
            let aliases = format!("*a{},", level - 1).repeat(9);
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        let many = format!("a: &a x\nb: [{}]", "*a,".repeat(200));
        for text in [deep, wide, bomb, many] {
            assert!(
                matches!(read(&text, &limits), Err(Trouble::Budget(..))),
                "{}",
                &text[..40]
            );
        }
        let dashes = "- ".repeat(100_000);
        assert!(read(&dashes, &limits).is_err());
        assert!(matches!(
            read("a: &a [*a]", &limits),
            Ok(_) | Err(Trouble::Invalid(..))
        ));
    }

    #[test]
    fn invalid_yaml_says_where() {
        let Err(Trouble::Invalid(at, _)) = read("title: Storage: the sequel\n", &Limits::default())
        else {
            panic!("an error");
        };
        assert!((7..20).contains(&at), "{at}");
    }
}

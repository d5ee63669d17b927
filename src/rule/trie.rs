//! Trie: many beginnings of words, of which all that stand at one place of a sentence are found in one pass.

/// Beginnings as a tree of their letters.
#[derive(Debug, Default)]
pub(crate) struct Trie {
    /// For each node, where its edges and its values begin; one more at the end.
    nodes: Vec<(u32, u32)>,
    /// The letter of each edge, ascending within a node.
    letters: Vec<u8>,
    /// The node that each edge leads to.
    next: Vec<u32>,
    /// The numbers that belong to the beginnings.
    values: Vec<u32>,
    /// For each letter, the node below the root.
    roots: Vec<u32>,
}

/// No node.
const NONE: u32 = u32::MAX;

impl Trie {
    /// The tree of some beginnings, each with a number; the same beginning may have several.
    pub(crate) fn new(mut entries: Vec<(&str, u32)>) -> Trie {
        entries.sort_unstable();
        entries.dedup();
        let mut trie = Trie::default();
        // Nodes are numbered in the order in which they are met, level by level, so that each has its edges together.
        let mut level: Vec<(usize, usize)> = vec![(0, entries.len())];
        let mut depth = 0;
        let mut met = 1;
        while !level.is_empty() {
            let mut below = Vec::new();
            for (mut from, to) in level {
                trie.nodes.push((len(&trie.letters), len(&trie.values)));
                while from < to && entries[from].0.len() == depth {
                    trie.values.push(entries[from].1);
                    from += 1;
                }
                while from < to {
                    let letter = entries[from].0.as_bytes()[depth];
                    let same = |(text, _): &(&str, u32)| text.as_bytes()[depth] == letter;
                    let end = from + entries[from..to].partition_point(same);
                    trie.letters.push(letter);
                    trie.next.push(met);
                    met += 1;
                    below.push((from, end));
                    from = end;
                }
            }
            level = below;
            depth += 1;
        }
        trie.nodes.push((len(&trie.letters), len(&trie.values)));
        trie.roots = vec![NONE; 256];
        for edge in 0..trie.nodes.get(1).map_or(0, |(edges, _)| *edges as usize) {
            trie.roots[usize::from(trie.letters[edge])] = trie.next[edge];
        }
        trie
    }

    /// Hands on the numbers of all beginnings that stand at the beginning of a text.
    pub(crate) fn find(&self, text: &[u8], each: &mut impl FnMut(u32)) {
        let Some((first, rest)) = text.split_first() else {
            return;
        };
        let mut node = self.roots.get(usize::from(*first)).copied().unwrap_or(NONE);
        let mut rest = rest.iter();
        while node != NONE {
            let [(edges, values), (edges_end, values_end)] =
                [self.nodes[node as usize], self.nodes[node as usize + 1]];
            self.values[values as usize..values_end as usize]
                .iter()
                .for_each(|value| each(*value));
            let Some(letter) = rest.next() else {
                return;
            };
            let (edges, end) = (edges as usize, edges_end as usize);
            let mut letters = self.letters[edges..end].iter();
            let found = letters.position(|own| own == letter);
            node = found.map_or(NONE, |found| self.next[edges + found]);
        }
    }
}

fn len<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_beginnings_at_a_place_are_found_and_no_others() {
        let trie = Trie::new(vec![
            ("drift", 1),
            ("drifted back", 2),
            ("d", 3),
            ("drift", 4),
            ("stale", 5),
        ]);
        let found = |text: &str| {
            let mut all = Vec::new();
            trie.find(text.as_bytes(), &mut |value| all.push(value));
            all
        };
        assert_eq!(found("drifted back again"), [3, 1, 4, 2]);
        assert_eq!(found("drif"), [3]);
        assert_eq!(found("stale"), [5]);
        assert!(found("rift").is_empty() && found("").is_empty());
        Trie::new(Vec::new()).find(b"drift", &mut |_| panic!("nothing is known"));
    }
}

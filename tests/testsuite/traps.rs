//! The twenty traps of the codebook, each in several wordings: a table, and a bound on how many may be read wrongly.

use std::collections::BTreeMap;

use pm_kb::classifier;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::parser;
use pm_kb::postmortem::Postmortem;
use pm_kb::rule::RuleSet;
use pm_kb::taxonomy::Decay;

/// At least so many of a hundred are read rightly.
const RIGHT: usize = 95;

const TRAPS: &str = include_str!("../traps/traps.tsv");

#[test]
fn the_traps_of_the_codebook_are_read_as_a_person_reads_them() {
    let rules = RuleSet::shipped();
    let mut by_trap: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in TRAPS.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [trap, expect, words, text] = cells[..] else {
            panic!("four cells are expected in `{line}`");
        };
        let number = trap.trim_start_matches('T').parse().expect("a number");
        let found = found(&rules, words, text);
        let right = match expect {
            "denied" => found != "affirmed" && found != "not found",
            expect => found.split(' ').any(|one| one == expect),
        };
        let count = by_trap.entry(number).or_default();
        count.0 += usize::from(right);
        count.1 += 1;
        if !right {
            wrong.push(format!(
                "{trap}: {found} instead of {expect}: [{words}] {text}"
            ));
        }
    }
    eprintln!("trap  right  of");
    for (trap, (right, all)) in &by_trap {
        eprintln!("T{trap:<4} {right:>5}  {all:>2}");
        assert!(*all >= 3, "T{trap} has fewer than three wordings");
    }
    let (right, all) = by_trap
        .values()
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    eprintln!("all   {right:>5}  {all:>2}\n{}", wrong.join("\n"));
    assert_eq!(by_trap.len(), 20);
    assert!(right * 100 >= RIGHT * all, "{}", wrong.join("\n"));
}

fn read(text: &str) -> Postmortem {
    let document = Document::read("trap.md", text.as_bytes().to_vec(), &Limits::default())
        .expect("a readable document");
    parser::parse(&document, &parser::Options::default()).postmortem
}

/// The state of the words, or what the whole document was labelled, as words.
fn found(rules: &RuleSet, words: &str, text: &str) -> String {
    let postmortem = read(text);
    if words != "-" {
        let state = classifier::qualify(rules, &postmortem, words);
        return state.map_or("not found".to_owned(), |state| state.id().to_owned());
    }
    let labels = classifier::classify(rules, text, &postmortem);
    let decay = if labels.decay == Decay::ModelDecay {
        "model-decay"
    } else {
        "no-model-decay"
    };
    let near = if labels.near_miss { "near-miss" } else { "" };
    format!("{decay} {near}")
}

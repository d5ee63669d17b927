//! Lint: what whoever keeps rules should mend: patterns that nothing shows or nothing can find, slow ones, doubles.

use std::collections::BTreeMap;

use crate::classifier::trial;
use crate::rule::Beginnings;
use crate::rule::Cue;
use crate::rule::Rule;
use crate::rule::RuleSet;

/// What is to be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// No example of its rule is found by the pattern.
    Unwitnessed,
    /// No sentence can hold what the pattern looks for.
    Dead,
    /// The pattern has no word by which sentences without it are passed over quickly.
    Slow,
    /// Two cues have the same pattern.
    Double,
    /// Nothing shows what the rule does not find.
    OneSided,
    /// The rule does not say what it finds wrongly, nor where it comes from.
    Unexplained,
}

impl Fault {
    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            Fault::Unwitnessed => "no-witness",
            Fault::Dead => "dead",
            Fault::Slow => "slow",
            Fault::Double => "double",
            Fault::OneSided => "one-sided",
            Fault::Unexplained => "unexplained",
        }
    }
}

/// Something that should be mended in a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What sort of thing.
    pub fault: Fault,
    /// The rule.
    pub rule: String,
    /// The cue, where it is about one.
    pub cue: Option<String>,
    /// The file that declares it.
    pub file: String,
    /// The line there.
    pub line: u32,
    /// What was found and what to do.
    pub message: String,
}

/// Everything that should be mended in rules that are in force, in the order of the rules' ids.
pub fn lint(rules: &RuleSet) -> Vec<Finding> {
    let witnessed = trial::witnessed(rules);
    let doubles = doubles(rules);
    let mut findings = Vec::new();
    for rule in rules.rules().iter().filter(|rule| rules.is_enabled(rule)) {
        findings.extend(of_rule(rule));
        for index in rule.cues.clone() {
            let cue = &rules.cues()[index];
            let double = doubles.get(&index).map(|other| &rules.cues()[*other]);
            let seen = witnessed.contains(&index);
            findings.extend(of_cue(rules, (rule, cue), (seen, double)));
        }
    }
    findings
}

fn of_rule(rule: &Rule) -> Vec<Finding> {
    let finding = |fault, message: &str| Finding {
        fault,
        rule: rule.id.clone(),
        cue: None,
        file: rule.file.clone(),
        line: rule.line,
        message: message.to_owned(),
    };
    let mut findings = Vec::new();
    let tests = &rule.tests;
    let others = tests.stated().into_iter().skip(1);
    let shows_states = others.map(|(_, examples)| examples.len()).sum::<usize>() > 0;
    if tests.no_match.is_empty() && !shows_states {
        findings.push(finding(
            Fault::OneSided,
            "no example of what it does not find: add `no-match` or `negated` to its tests",
        ));
    }
    if rule.references.is_empty() && rule.false_positives.is_empty() {
        findings.push(finding(
            Fault::Unexplained,
            "neither `references` nor `falsepositives`: say where it comes from, or what it finds wrongly",
        ));
    }
    findings
}

fn of_cue(
    rules: &RuleSet,
    (rule, cue): (&Rule, &Cue),
    (seen, double): (bool, Option<&Cue>),
) -> Vec<Finding> {
    let mut told: Vec<(Fault, String)> = Vec::new();
    if let Some(why) = dead(cue.pattern.source()) {
        told.push((Fault::Dead, why));
    } else if !seen && cue.sections.is_empty() {
        // An example has no sections; what is looked for in some only is shown by documents.
        let message = "no example of the rule is found by it: add one to `match`, or take it out";
        told.push((Fault::Unwitnessed, message.to_owned()));
    }
    if Beginnings::new(rules.vocabulary())
        .required(cue.pattern.source())
        .parts
        .is_empty()
    {
        let message =
            "no word of three letters that must be there: every sentence is searched for it";
        told.push((Fault::Slow, message.to_owned()));
    }
    if let Some(other) = double {
        let other_rule = &rules.rules()[other.rule];
        let message = format!(
            "the same pattern as `{}` of `{}`: leave it to one of them",
            other.name, other_rule.id
        );
        told.push((Fault::Double, message));
    }
    let finding = |(fault, message)| Finding {
        fault,
        rule: rule.id.clone(),
        cue: Some(cue.name.clone()),
        file: rule.file.clone(),
        line: cue.line,
        message,
    };
    told.into_iter().map(finding).collect()
}

/// Cues whose pattern another cue before them has, for the same label.
fn doubles(rules: &RuleSet) -> BTreeMap<usize, usize> {
    let mut first: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut doubles = BTreeMap::new();
    for (index, cue) in rules.cues().iter().enumerate() {
        let label = rules.rules()[cue.rule].label.to_string();
        let key = (label, cue.pattern.source());
        match first.get(&key) {
            Some(other) => {
                doubles.insert(index, *other);
            }
            None => {
                first.insert(key, index);
            }
        }
    }
    doubles
}

/// Why no sentence can hold what a pattern looks for: sentences are searched without these characters.
fn dead(source: &str) -> Option<String> {
    let letters = |char: Option<char>| char.is_some_and(|char| char.is_ascii_alphabetic());
    let chars: Vec<char> = source.chars().collect();
    let mut inside = 0_i32;
    for (at, char) in chars.iter().enumerate() {
        match char {
            '[' | '{' => inside += 1,
            ']' | '}' => inside -= 1,
            '-' if inside == 0
                && letters(at.checked_sub(1).map(|before| chars[before]))
                && letters(chars.get(at + 1).copied()) =>
            {
                return Some(
                    "sentences are searched without hyphens: write a space for `-`".to_owned(),
                );
            }
            '\'' | '"' | '/' | '`' | '#' if inside == 0 => {
                return Some(format!(
                    "sentences are searched without `{char}`: leave it out"
                ));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_no_sentence_can_hold_is_seen() {
        assert!(dead("feature-store lag").is_some());
        assert!(dead("yesterday's").is_some());
        assert_eq!(dead("{feature-store} [a-z_-]+ 2-1"), None);
    }
}

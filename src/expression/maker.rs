//! Maker: the steps of a program while it is made.

use crate::expression::program::Set;
use crate::expression::program::Step;

/// The most steps of a program; a larger one is left to the compiled expression.
const MOST_STEPS: usize = 20_000;

/// What a program is being made of.
#[derive(Debug)]
pub(super) struct Maker {
    pub(super) steps: Vec<Step>,
    pub(super) sets: Vec<Set>,
    /// The names of the groups, the whole match first.
    pub(super) names: Vec<Option<Box<str>>>,
    /// The sets of both cases of a letter.
    letters: Vec<(char, u32)>,
}

impl Maker {
    pub(super) fn new() -> Maker {
        Maker {
            steps: Vec::new(),
            sets: Vec::new(),
            names: vec![None],
            letters: Vec::new(),
        }
    }

    /// The number that the next step will have.
    pub(super) fn here(&self) -> u32 {
        number(self.steps.len())
    }

    /// Adds a step; its number, or `None` where there are too many.
    pub(super) fn push(&mut self, step: Step) -> Option<u32> {
        let here = self.here();
        (self.steps.len() < MOST_STEPS).then(|| self.steps.push(step))?;
        Some(here)
    }

    /// Changes a step.
    pub(super) fn put(&mut self, at: u32, step: Step) {
        self.steps[at as usize] = step;
    }

    /// Makes room for a step before those since another; what leads to them is led on.
    pub(super) fn insert(&mut self, begin: u32) -> Option<()> {
        self.push(Step::Match)?;
        let begin = begin as usize;
        self.steps[begin..].rotate_right(1);
        for step in &mut self.steps[begin + 1..] {
            *step = step.moved(1);
        }
        Some(())
    }

    /// Adds a set; its number.
    pub(super) fn add(&mut self, set: Set) -> u32 {
        self.sets.push(set);
        number(self.sets.len() - 1)
    }

    /// The set of both cases of a letter, made when it is first met.
    pub(super) fn letter(&mut self, char: char, make: impl FnOnce() -> Option<Set>) -> Option<u32> {
        let known = self.letters.iter().find(|(known, _)| *known == char);
        if let Some((_, set)) = known {
            return Some(*set);
        }
        let set = self.add(make()?);
        self.letters.push((char, set));
        Some(set)
    }

    /// Gives a group its name, where it has one.
    pub(super) fn name(&mut self, group: u32, name: Option<Box<str>>) {
        let group = group as usize;
        if self.names.len() <= group {
            self.names.resize(group + 1, None);
        }
        self.names[group] = name;
    }

    /// Repeats the steps since one of them.
    pub(super) fn repeat(
        &mut self,
        begin: u32,
        (least, most): (u32, Option<u32>),
        greedy: bool,
    ) -> Option<()> {
        let split = |inside: u32, behind: u32| match greedy {
            true => Step::Split(inside, behind),
            false => Step::Split(behind, inside),
        };
        match (least, most) {
            (1, None) => {
                let behind = self.here() + 1;
                self.push(split(begin, behind))?;
            }
            (0, None) => {
                self.insert(begin)?;
                self.push(Step::Jump(begin))?;
                self.put(begin, split(begin + 1, self.here()));
            }
            (0, Some(1)) => {
                self.insert(begin)?;
                self.put(begin, split(begin + 1, self.here()));
            }
            (least, most) => {
                let once: Vec<Step> = self.steps.drain(begin as usize..).collect();
                (0..least).try_for_each(|_| self.copy(&once, begin))?;
                let more = most.map_or(1, |most| most - least);
                let mut splits = Vec::new();
                for _ in 0..more {
                    splits.push(self.push(Step::Match)?);
                    self.copy(&once, begin)?;
                }
                if most.is_none() {
                    self.push(Step::Jump(*splits.first()?))?;
                }
                for at in splits {
                    self.put(at, split(at + 1, self.here()));
                }
            }
        }
        Some(())
    }

    /// Adds steps that stood at another place.
    fn copy(&mut self, steps: &[Step], from: u32) -> Option<()> {
        let by = self.here() - from;
        steps
            .iter()
            .try_for_each(|step| self.push(step.moved(by)).map(|_| ()))
    }
}

impl Step {
    /// The same step so many places further on.
    fn moved(self, by: u32) -> Step {
        match self {
            Step::Split(one, other) => Step::Split(one + by, other + by),
            Step::Jump(next) => Step::Jump(next + by),
            other => other,
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

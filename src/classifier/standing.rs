//! Standing: how the kinds of cause stand to each other in a document, and which of them the text is about.

use crate::rule::Cause;
use crate::rule::Label;
use crate::rule::Signal;
use crate::taxonomy::FailureMode;
use crate::taxonomy::ModelDecayKind;
use crate::taxonomy::NoneKind;
use crate::taxonomy::Reason;

use crate::classifier::Reading;

/// What a sentence counts that a team's own rule has found, beside what every rule counts. Whoever writes a rule of
/// weight 5 about the team's own words knows more than words that were learned elsewhere: in the root cause it makes
/// the label ten times as likely and more.
const OWN: f64 = 0.25;

/// The six scores, model decay and ordinary causes, best first.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) modes: Vec<(FailureMode, f64)>,
    pub(crate) model: (ModelDecayKind, f64),
    pub(crate) ordinary: (NoneKind, f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    Mode(FailureMode),
    Model(ModelDecayKind),
    Ordinary(NoneKind),
    Unknown(Reason),
}

impl Standing {
    pub(crate) fn of(reading: &Reading<'_>) -> Standing {
        let policy = reading.rules.policy();
        let scores = &reading.scores;
        let mut modes: Vec<(FailureMode, f64)> = FailureMode::SIX
            .iter()
            .map(|mode| {
                (
                    *mode,
                    scores.get(Label::Mode(*mode)) * policy.scale.get(mode).copied().unwrap_or(1.0),
                )
            })
            .collect();
        modes.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let model = best(ModelDecayKind::ALL, |kind| {
            scores.get(Label::ModelDecay(kind))
        });
        let ordinary = best(NoneKind::ALL, |kind| scores.get(Label::Ordinary(kind)));
        Standing {
            modes,
            model,
            ordinary,
        }
    }

    pub(crate) fn score(&self, mode: FailureMode) -> f64 {
        self.modes
            .iter()
            .find(|(one, _)| *one == mode)
            .map_or(0.0, |(_, score)| *score)
    }

    /// Where nothing speaks of machine learning, only ordinary causes come into question.
    pub(crate) fn ordinary_only(&self, reasons: &mut Vec<String>) -> Verdict {
        reasons.push("no machine learning: an ordinary incident".to_owned());
        Verdict::Ordinary(self.ordinary.0)
    }

    pub(crate) fn verdict(&self, reading: &Reading<'_>, reasons: &mut Vec<String>) -> Verdict {
        let limits = &reading.rules.policy().thresholds;
        let (mode, top) = self.primary(reading, reasons);
        let (kind, model) = self.model;
        let (ordinary_kind, ordinary) = self.ordinary;
        let open = reading.scores.get(Label::Signal(Signal::NoCause));
        reasons.push(format!("best mode {mode} {top:.1}, model decay {kind} {model:.1}, ordinary {ordinary_kind} {ordinary:.1}, no cause {open:.1}"));
        let strongest = top.max(model).max(ordinary);
        if open >= limits.no_cause && open > 0.5 * strongest {
            reasons.push("the text says that the cause is not known".to_owned());
            return Verdict::Unknown(Reason::NotStated);
        }
        let ranked = self.ranked(reading);
        let (cause, share) = ranked[0];
        reasons.push(self.told(reading, &ranked));
        let enough = match cause {
            Cause::Mode(mode) => self.score(mode) >= limits.mode,
            Cause::Model => model >= limits.model_decay,
            Cause::Ordinary => ordinary >= limits.ordinary,
            Cause::Untold => open >= limits.no_cause,
        };
        if enough || share >= reading.rules.policy().leaning.least {
            return self.given(cause);
        }
        reasons.push(format!(
            "nothing reaches its threshold (mode {:.1}, model decay {:.1}, ordinary {:.1})",
            limits.mode, limits.model_decay, limits.ordinary
        ));
        Verdict::Unknown(untold(reading))
    }

    /// The verdict that a kind of cause comes to.
    fn given(&self, cause: Cause) -> Verdict {
        match cause {
            Cause::Mode(mode) => Verdict::Mode(mode),
            Cause::Model => Verdict::Model(self.model.0),
            Cause::Ordinary => Verdict::Ordinary(self.ordinary.0),
            Cause::Untold => Verdict::Unknown(Reason::NotStated),
        }
    }

    /// The score of what a verdict names, and the best score of anything else.
    pub(crate) fn margin(&self, verdict: Verdict) -> (f64, f64) {
        let (model, ordinary) = (self.model.1, self.ordinary.1);
        match verdict {
            Verdict::Mode(mode) => {
                let others = self.modes.iter().filter(|(other, _)| *other != mode);
                let next = others.map(|(_, score)| *score);
                (self.score(mode), next.fold(model.max(ordinary), f64::max))
            }
            Verdict::Model(_) => (model, self.modes[0].1.max(ordinary)),
            Verdict::Ordinary(_) => (ordinary, self.modes[0].1.max(model)),
            Verdict::Unknown(_) => (0.0, 0.0),
        }
    }

    /// The kinds of cause with their shares, best first: what the words lean to, and what the rules have found.
    pub(crate) fn ranked(&self, reading: &Reading<'_>) -> Vec<(Cause, f64)> {
        let policy = reading.rules.policy();
        let value = |cause| {
            let found = self.found(cause).max(0.0);
            let rules = policy.leaning.rules * found.sqrt();
            reading.lean.log(cause) + rules + OWN * own(reading, cause)
        };
        let mut ranked = Cause::ALL
            .map(|cause| (cause, f64::exp(value(cause))))
            .to_vec();
        let sum: f64 = ranked.iter().map(|(_, value)| value).sum();
        for (_, value) in &mut ranked {
            *value /= sum;
        }
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        ranked
    }

    /// What the rules have found of a kind of cause.
    fn found(&self, cause: Cause) -> f64 {
        match cause {
            Cause::Mode(mode) => self.score(mode),
            Cause::Model => self.model.1,
            Cause::Ordinary => self.ordinary.1,
            Cause::Untold => 0.0,
        }
    }

    /// How the best three kinds of cause stand, and what words and rules have to do with it.
    fn told(&self, reading: &Reading<'_>, ranked: &[(Cause, f64)]) -> String {
        let parts = ranked.iter().take(3).map(|(cause, share)| {
            let rules = self.found(*cause);
            match reading.lean.log {
                Some(_) => format!(
                    "{} {share:.2} (words {:.2}, rules {rules:.1})",
                    cause.id(),
                    reading.lean.log(*cause).exp()
                ),
                None => format!("{} {share:.2} (rules {rules:.1})", cause.id()),
            }
        });
        format!(
            "rules and words together: {}",
            parts.collect::<Vec<_>>().join(", ")
        )
    }

    /// The best mode after the tie-breakers of the codebook.
    fn primary(&self, reading: &Reading<'_>, reasons: &mut Vec<String>) -> (FailureMode, f64) {
        let policy = reading.rules.policy();
        let (mut mode, mut score) = self.modes[0];
        // Each rule of precedence is asked at most once, so that two that contradict each other cannot loop.
        for rule in &policy.precedence {
            let other = self.score(rule.winner);
            if rule.loser == mode && other >= policy.thresholds.mode && other >= rule.from * score {
                reasons.push(format!(
                    "{} {other:.1} goes before {mode} {score:.1}",
                    rule.winner
                ));
                (mode, score) = (rule.winner, other);
            }
        }
        (mode, score)
    }
}

/// What the strongest sentence adds that a team's own rule has found for a kind of cause.
fn own(reading: &Reading<'_>, cause: Cause) -> f64 {
    let labels: Vec<Label> = match cause {
        Cause::Mode(mode) => vec![Label::Mode(mode)],
        Cause::Model => ModelDecayKind::ALL
            .iter()
            .map(|kind| Label::ModelDecay(*kind))
            .collect(),
        Cause::Ordinary => NoneKind::ALL
            .iter()
            .map(|kind| Label::Ordinary(*kind))
            .collect(),
        Cause::Untold => vec![Label::Signal(Signal::NoCause)],
    };
    let rules = reading.rules;
    let is_own = |hit: usize| rules.rules()[rules.cues()[reading.hits[hit].cue].rule].is_own;
    let shares = labels
        .iter()
        .flat_map(|label| reading.scores.shares(*label));
    let values = shares
        .filter(|share| is_own(share.hit))
        .map(|share| share.value);
    values.fold(0.0, f64::max)
}

/// Why a document without a verdict has none.
fn untold(reading: &Reading<'_>) -> Reason {
    let causes = reading.scores.shares(Label::Signal(Signal::Cause));
    match causes.is_empty() {
        true => Reason::NotStated,
        false => Reason::NotRecognised,
    }
}

fn best<T: Copy>(all: &[T], score: impl Fn(T) -> f64) -> (T, f64) {
    let mut sorted: Vec<(T, f64)> = all.iter().map(|one| (*one, score(*one))).collect();
    sorted.sort_by(|one, other| other.1.total_cmp(&one.1));
    let rest: f64 = sorted[1..].iter().map(|(_, score)| score.max(0.0)).sum();
    (sorted[0].0, sorted[0].1 + 0.4 * rest)
}

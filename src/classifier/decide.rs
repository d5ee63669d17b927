//! Decision: gate, thresholds, precedence, decay, confidence, abstention. Everything that decides stands here or in the policy.

use crate::classification::Classification;
use crate::classification::Secondary;
use crate::postmortem::SectionKind;
use crate::rule::Cause;
use crate::rule::Label;
use crate::rule::Signal;
use crate::taxonomy::Confidence;
use crate::taxonomy::Decay;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::taxonomy::ModelDecayKind;
use crate::taxonomy::Reason;

use crate::classifier::Reading;
use crate::classifier::evidence::Witness;
use crate::classifier::facet::Facets;
use crate::classifier::gate;
use crate::classifier::standing::Standing;
use crate::classifier::standing::Verdict;

/// The labels, and why, one line for every step.
pub(crate) fn decide(reading: &Reading<'_>, text: &str) -> (Classification, Vec<String>) {
    let mut reasons = Vec::new();
    let mut labels = Classification::unknown(Reason::NotRecognised, reading.rules.digest());
    let witness = Witness::new(reading, text);
    if !matches!(reading.postmortem.language.as_str(), "" | "en") {
        reasons.push(format!(
            "language `{}` is not supported",
            reading.postmortem.language
        ));
        labels.reason = Some(Reason::Language);
        return (labels, reasons);
    }
    let ml = gate::open(reading, &mut reasons);
    let standing = Standing::of(reading);
    let verdict = if ml {
        standing.verdict(reading, &mut reasons)
    } else {
        standing.ordinary_only(&mut reasons)
    };
    apply(reading, &standing, verdict, &mut labels);
    if !ml {
        labels.reason = Some(Reason::NoMlEvidence);
    }
    let mut facets = Facets {
        reading,
        witness: &witness,
        labels: &mut labels,
        reasons: &mut reasons,
    };
    facets.decide();
    facets.stage();
    collect(&standing, verdict, &witness, &mut labels);
    (labels, reasons)
}

/// How far the best kind of cause stands out, 0 to 1.
pub(crate) fn certainty(reading: &Reading<'_>) -> f64 {
    Standing::of(reading).ranked(reading)[0].1
}

/// Writes the verdict about the cause into the labels.
fn apply(
    reading: &Reading<'_>,
    standing: &Standing,
    verdict: Verdict,
    labels: &mut Classification,
) {
    let policy = reading.rules.policy();
    labels.reason = None;
    match verdict {
        Verdict::Mode(mode) => {
            labels.failure_mode = mode;
            labels.decay = decay_of(reading, mode);
            labels.secondary = secondaries(reading, standing, mode);
        }
        Verdict::Model(kind) => {
            labels.failure_mode = FailureMode::None;
            labels.decay = Decay::ModelDecay;
            labels.model_decay_kind = Some(kind);
        }
        Verdict::Ordinary(kind) => {
            labels.failure_mode = FailureMode::None;
            labels.decay = Decay::None;
            labels.none_kind = (standing.ordinary.1 > 0.0).then_some(kind);
        }
        Verdict::Unknown(reason) => {
            labels.failure_mode = FailureMode::Unknown;
            labels.decay = Decay::Unknown;
            labels.reason = Some(reason);
        }
    }
    let share = standing.ranked(reading)[0].1;
    let strength = if reading.lean.log.is_some() {
        share
    } else {
        strength(standing.margin(verdict))
    };
    labels.probability = policy.probability(strength);
    labels.confidence = match labels.probability {
        p if p > 0.8 => Confidence::High,
        p if p >= 0.5 => Confidence::Medium,
        _ => Confidence::Low,
    };
    labels.contradictory = contradictory(reading, labels.failure_mode);
}

/// How far the best is above what comes next, and how much there is of it: 0 to 1.
fn strength((own, next): (f64, f64)) -> f64 {
    if own <= 0.0 {
        return 0.0;
    }
    let margin = ((own - next.max(0.0)) / own).clamp(0.0, 1.0);
    0.6 * margin + 0.4 * (own / 30.0).min(1.0)
}

/// The decay of a mode, with the exceptions of the codebook.
fn decay_of(reading: &Reading<'_>, mode: FailureMode) -> Decay {
    let scores = &reading.scores;
    let outage = scores.get(Label::Signal(Signal::Outage));
    let degraded = scores.get(Label::Signal(Signal::Degraded));
    let unharmed = scores.get(Label::Signal(Signal::Unharmed));
    // E1: a loud outage that made no prediction worse.
    if unharmed >= 3.0 || (outage >= 6.0 && degraded < 1.0) {
        return Decay::None;
    }
    // E3: what went stale is the model.
    if mode == FailureMode::PipelineBreak
        && scores.get(Label::ModelDecay(ModelDecayKind::StaleModel)) >= 8.0
    {
        return Decay::ModelDecay;
    }
    match mode {
        FailureMode::DataDrift => reading.rules.policy().decay.data_drift,
        _ => Decay::DataDecay,
    }
}

fn secondaries(reading: &Reading<'_>, standing: &Standing, primary: FailureMode) -> Vec<Secondary> {
    let policy = reading.rules.policy();
    let enough =
        (policy.thresholds.secondary * standing.score(primary)).max(policy.thresholds.mode);
    standing
        .modes
        .iter()
        .filter(|(mode, score)| *mode != primary && *score >= enough)
        .take(2)
        .map(|(mode, _)| Secondary {
            mode: *mode,
            role: policy.role(primary, *mode),
        })
        .collect()
}

/// Whether title or summary and the root cause speak for different modes.
fn contradictory(reading: &Reading<'_>, mode: FailureMode) -> bool {
    let favourite = |sections: &[SectionKind]| {
        let mut sums: Vec<(FailureMode, f64)> = FailureMode::SIX
            .iter()
            .map(|mode| {
                let shares = reading.scores.shares(Label::Mode(*mode)).iter();
                let here = shares
                    .filter(|share| sections.contains(&reading.sentences[share.sentence].section));
                (*mode, here.map(|share| share.value.max(0.0)).sum())
            })
            .collect();
        sums.sort_by(|one, other| other.1.total_cmp(&one.1));
        (sums[0].1 >= 6.0 && sums[0].1 >= 1.5 * sums[1].1).then_some(sums[0].0)
    };
    let early = favourite(&[SectionKind::Title, SectionKind::Summary]);
    let late = favourite(&[SectionKind::RootCause]);
    mode.is_mode() && matches!((early, late), (Some(early), Some(late)) if early != late)
}

/// Evidence for the verdict and against it.
fn collect(
    standing: &Standing,
    verdict: Verdict,
    witness: &Witness<'_>,
    labels: &mut Classification,
) {
    let mut evidence = match verdict {
        Verdict::Mode(mode) => witness.supporting(Label::Mode(mode), 4),
        Verdict::Model(kind) => {
            let mut found = witness.supporting_as(
                Label::ModelDecay(kind),
                3,
                (Facet::Decay, Decay::ModelDecay.id()),
            );
            found.extend(witness.supporting(Label::ModelDecay(kind), 3));
            found
        }
        Verdict::Ordinary(kind) => witness.supporting(Label::Ordinary(kind), 3),
        Verdict::Unknown(_) => witness.supporting_as(
            Label::Signal(Signal::NoCause),
            2,
            (Facet::FailureMode, FailureMode::Unknown.id()),
        ),
    };
    let cause = match verdict {
        Verdict::Mode(mode) => Some(Cause::Mode(mode)),
        Verdict::Model(_) => Some(Cause::Model),
        Verdict::Ordinary(_) => Some(Cause::Ordinary),
        Verdict::Unknown(Reason::NotStated) => Some(Cause::Untold),
        Verdict::Unknown(_) => None,
    };
    if let Some(cause) = cause {
        // Where rules have found their words, those are the better proof; one sentence more shows where words lean.
        let most = if evidence.is_empty() { 3 } else { 1 };
        evidence.extend(witness.leaning(cause, most));
    }
    for secondary in &labels.secondary {
        evidence.extend(witness.supporting(Label::Mode(secondary.mode), 1));
    }
    evidence.append(&mut labels.evidence);
    labels.evidence = evidence;
    let mut against: Vec<_> = FailureMode::SIX
        .iter()
        .filter(|mode| **mode != labels.failure_mode)
        .filter_map(|mode| witness.opposing(Label::Mode(*mode)))
        .collect();
    let rival = standing.modes.iter().find(|(mode, score)| {
        *mode != labels.failure_mode
            && *score > 0.0
            && !labels
                .secondary
                .iter()
                .any(|secondary| secondary.mode == *mode)
    });
    if let Some((mode, _)) = rival {
        against.extend(witness.supporting(Label::Mode(*mode), 1));
    }
    labels.counter_evidence = against;
}

//! Facets: what was done, who noticed, what was believed first, whether it was silent, where the fault entered.

use crate::classification::Classification;
use crate::classification::State;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;
use crate::rule::Label;
use crate::rule::Signal;
use crate::taxonomy::Detection;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;
use crate::taxonomy::Response;
use crate::taxonomy::RollbackTarget;
use crate::taxonomy::Stage;

use crate::classifier::Reading;
use crate::classifier::evidence::Witness;
use crate::classifier::score::Share;
use crate::classifier::sentence::Sentence;

/// How much less every later mention counts where the first one matters.
const LATER: f64 = 0.8;

/// Decides all facets but stage, which needs the mode.
pub(crate) fn decide(
    reading: &Reading<'_>,
    witness: &Witness<'_>,
    labels: &mut Classification,
    reasons: &mut Vec<String>,
) {
    responses(reading, witness, labels, reasons);
    rollback(reading, witness, labels);
    detection(reading, witness, labels, reasons);
    silence(reading, witness, labels);
    first_diagnosis(reading, witness, labels, reasons);
    let near_miss = Label::NearMiss;
    if reading.scores.get(near_miss) >= reading.rules.policy().thresholds.facet {
        labels.near_miss = true;
        labels.evidence.extend(witness.supporting(near_miss, 1));
    }
}

fn responses(
    reading: &Reading<'_>,
    witness: &Witness<'_>,
    labels: &mut Classification,
    reasons: &mut Vec<String>,
) {
    let enough = reading.rules.policy().thresholds.facet;
    for response in Response::ALL {
        let label = Label::Response(*response);
        let score = reading.scores.get(label);
        if score >= enough && *response != Response::None {
            labels.response.insert(*response);
            labels.evidence.extend(witness.supporting(label, 1));
            reasons.push(format!("response {response}: {score:.1}"));
        }
    }
    let nothing = Label::Response(Response::None);
    if labels.response.is_empty() && reading.scores.get(nothing) >= enough {
        labels.response.insert(Response::None);
        labels.evidence.extend(witness.supporting(nothing, 1));
    }
}

/// What was rolled back, and whether it helped: told in the sentences that tell of the rollback, or right after them.
fn rollback(reading: &Reading<'_>, witness: &Witness<'_>, labels: &mut Classification) {
    if !labels.response.contains(&Response::Rollback) {
        return;
    }
    let told: Vec<&Share> = affirmed(reading, Label::Response(Response::Rollback)).collect();
    let near = |share: &Share, after: usize| {
        told.iter()
            .any(|told| told.sentence <= share.sentence && share.sentence <= told.sentence + after)
    };
    let pick = |label: Label, after: usize| -> f64 {
        affirmed(reading, label)
            .filter(|share| near(share, after))
            .map(|share| share.value)
            .sum()
    };
    let targets: Vec<(RollbackTarget, f64)> = RollbackTarget::ALL
        .iter()
        .map(|target| (*target, pick(Label::RollbackTarget(*target), 0)))
        .collect();
    if let Some((target, score)) = targets
        .into_iter()
        .reduce(|one, other| if other.1 > one.1 { other } else { one })
        .filter(|(_, score)| *score > 0.0)
    {
        let _ = score;
        labels.rollback_target = Some(target);
        labels
            .evidence
            .extend(witness.supporting(Label::RollbackTarget(target), 1));
    }
    let (helped, not) = (
        pick(Label::RollbackHelped(true), 2),
        pick(Label::RollbackHelped(false), 2),
    );
    if helped.max(not) > 0.0 {
        let value = helped > not;
        labels.rollback_helped = Some(value);
        labels
            .evidence
            .extend(witness.supporting(Label::RollbackHelped(value), 1));
    }
}

fn affirmed<'a>(reading: &'a Reading<'_>, label: Label) -> impl Iterator<Item = &'a Share> {
    reading
        .scores
        .shares(label)
        .iter()
        .filter(|share| share.value > 0.0 && reading.hits[share.hit].state == State::Affirmed)
}

/// What the text tells first counts most: each value's shares in the order of the document, later ones for less.
fn earliest<T: Copy>(
    reading: &Reading<'_>,
    values: &[T],
    label: impl Fn(T) -> Label,
) -> Vec<(T, f64)> {
    let mut all: Vec<(usize, usize, f64)> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        for share in reading.scores.shares(label(*value)) {
            all.push((share.sentence, index, share.value));
        }
    }
    all.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut scores = vec![0.0; values.len()];
    let (mut factor, mut last) = (1.0, None);
    for (sentence, index, value) in all {
        if last.is_some_and(|last| last != sentence) {
            factor *= LATER;
        }
        last = Some(sentence);
        scores[index] += value * factor;
    }
    values.iter().copied().zip(scores).collect()
}

fn winner<T: Copy>(scores: &[(T, f64)], enough: f64) -> Option<(T, f64)> {
    let best = scores
        .iter()
        .copied()
        .reduce(|one, other| if other.1 > one.1 { other } else { one })?;
    (best.1 >= enough).then_some(best)
}

fn detection(
    reading: &Reading<'_>,
    witness: &Witness<'_>,
    labels: &mut Classification,
    reasons: &mut Vec<String>,
) {
    let scores = earliest(reading, Detection::ALL, Label::Detection);
    if let Some((detection, score)) = winner(&scores, reading.rules.policy().thresholds.detection) {
        labels.detection = Some(detection);
        labels
            .evidence
            .extend(witness.supporting(Label::Detection(detection), 1));
        reasons.push(format!("detection {detection}: {score:.1}"));
    }
}

/// Silent is what no alert, error or crash announced: told, or to be seen from who noticed.
fn silence(reading: &Reading<'_>, witness: &Witness<'_>, labels: &mut Classification) {
    let told = |value| reading.scores.get(Label::Silent(value));
    let noticed = match labels.detection {
        Some(Detection::Monitoring) => -5.0,
        Some(Detection::Customer | Detection::Staff) => 4.0,
        None => 0.0,
    };
    let outage = reading.scores.get(Label::Signal(Signal::Outage)).min(6.0)
        - reading.scores.get(Label::Signal(Signal::Degraded)).min(6.0);
    let sum = told(true) - told(false) + noticed - 0.4 * outage.max(0.0);
    if labels.detection.is_none() && told(true).max(told(false)) <= 0.0 {
        return;
    }
    labels.silent = Some(sum > 0.0);
    labels
        .evidence
        .extend(witness.supporting(Label::Silent(sum > 0.0), 1));
}

/// The first belief that the text reports and rejects.
fn first_diagnosis(
    reading: &Reading<'_>,
    witness: &Witness<'_>,
    labels: &mut Classification,
    reasons: &mut Vec<String>,
) {
    let believed = believed(reading);
    let mut scores = vec![0.0; FirstDiagnosis::ALL.len()];
    let (mut factor, mut last) = (1.0, None);
    for (sentence, index, value) in believed {
        if last.is_some_and(|last| last != sentence) {
            factor *= LATER;
        }
        last = Some(sentence);
        scores[index] += value * factor;
    }
    let named: Vec<(FirstDiagnosis, f64)> =
        FirstDiagnosis::ALL.iter().copied().zip(scores).collect();
    if let Some((value, score)) = winner(&named, reading.rules.policy().thresholds.first_diagnosis)
    {
        labels.first_diagnosis = Some(value);
        labels
            .evidence
            .extend(witness.supporting(Label::FirstDiagnosis(value), 1));
        reasons.push(format!("first diagnosis {value}: {score:.1}"));
    }
}

/// What was believed, in the order of the text: sentence, index of the value, weight.
fn believed(reading: &Reading<'_>) -> Vec<(usize, usize, f64)> {
    let mut found = Vec::new();
    for hit in &reading.hits {
        let cue = &reading.rules.cues()[hit.cue];
        let doubted = suspicious(reading, hit.sentence);
        let (value, weight) = match reading.rules.rules()[cue.rule].label {
            Label::FirstDiagnosis(value) => (value, cue.weight * doubted),
            Label::Mode(mode) if hit.state == State::Suspected => (of_mode(mode), cue.weight * 0.6),
            Label::ModelDecay(_) if hit.state == State::Suspected => {
                (FirstDiagnosis::Model, cue.weight * 0.6)
            }
            Label::Ordinary(_) if hit.state == State::Suspected => {
                (FirstDiagnosis::Infra, cue.weight * 0.6)
            }
            _ => continue,
        };
        if weight > 0.0 {
            let index = FirstDiagnosis::ALL
                .iter()
                .position(|one| *one == value)
                .unwrap_or(0);
            found.push((hit.sentence, index, weight));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.cmp(&other.1)));
    found
}

/// How far a sentence tells of a belief: it does so itself, or stands in a block or after a sentence that does.
fn suspicious(reading: &Reading<'_>, at: usize) -> f64 {
    let here = |sentence: usize| {
        reading
            .scores
            .shares(Label::Signal(Signal::Suspicion))
            .iter()
            .any(|share| share.sentence == sentence)
    };
    let section = reading.sentences[at].section;
    let own = |sentence: &Sentence| reading.postmortem.blocks[sentence.block].section;
    let under = own(&reading.sentences[at]);
    let headed = (0..at)
        .rev()
        .take_while(|other| own(&reading.sentences[*other]) == under)
        .any(|other| reading.sentences[other].kind == BlockKind::Heading && here(other));
    let same_block = |other: usize| reading.sentences[other].block == reading.sentences[at].block;
    if matches!(
        section,
        SectionKind::Actions | SectionKind::Lessons | SectionKind::Background
    ) {
        0.0
    } else if here(at) {
        1.0
    } else if headed {
        0.9
    } else if (at >= 1 && here(at - 1)) || section == SectionKind::RuledOut {
        0.7
    } else if at >= 2 && here(at - 2) && same_block(at - 2) {
        0.4
    } else {
        0.0
    }
}

fn of_mode(mode: FailureMode) -> FirstDiagnosis {
    match mode {
        FailureMode::SchemaDrift => FirstDiagnosis::SchemaDrift,
        FailureMode::DataDrift => FirstDiagnosis::DataDrift,
        FailureMode::PipelineBreak => FirstDiagnosis::PipelineBreak,
        FailureMode::FeatureStaleness => FirstDiagnosis::FeatureStaleness,
        FailureMode::TrainingServingSkew => FirstDiagnosis::TrainingServingSkew,
        FailureMode::LabelingError => FirstDiagnosis::LabelingError,
        FailureMode::None | FailureMode::Unknown => FirstDiagnosis::Data,
    }
}

/// Where the fault entered: told, or where faults of that mode enter as a rule.
pub(crate) fn stage(reading: &Reading<'_>, witness: &Witness<'_>, labels: &mut Classification) {
    let usual = reading
        .rules
        .policy()
        .stages
        .get(&labels.failure_mode)
        .copied();
    let model = (labels.decay == crate::taxonomy::Decay::ModelDecay).then_some(Stage::Training);
    let scores: Vec<(Stage, f64)> = Stage::ALL
        .iter()
        .map(|stage| {
            let prior = if usual.or(model) == Some(*stage) {
                4.0
            } else {
                0.0
            };
            (*stage, prior + reading.scores.get(Label::Stage(*stage)))
        })
        .collect();
    if labels.failure_mode == FailureMode::Unknown || labels.reason.is_some() {
        return;
    }
    if let Some((stage, _)) = winner(&scores, 3.0) {
        labels.stage = Some(stage);
        labels
            .evidence
            .extend(witness.supporting(Label::Stage(stage), 1));
    }
    debug_assert!(
        labels
            .evidence
            .iter()
            .all(|evidence| evidence.facet != Facet::FailureMode || !evidence.quote.is_empty())
    );
}

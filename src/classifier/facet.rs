//! Facets: what was done, who noticed, what was believed first, whether it was silent, where the fault entered.

use crate::classification::Classification;
use crate::classification::State;
use crate::rule::Label;
use crate::rule::Seen;
use crate::rule::Telling;
use crate::rule::Told;
use crate::taxonomy::Detection;
use crate::taxonomy::Facet;
use crate::taxonomy::Response;
use crate::taxonomy::RollbackTarget;

use crate::classifier::Reading;
use crate::classifier::evidence::Witness;
use crate::classifier::score::Share;
use crate::classifier::telling;
use crate::classifier::telling::Table;

/// What who noticed counts for whether it was announced, beside what the text says of that.
const NOTICED: f64 = 0.7;

/// What decides the facets of one document, and where the labels go.
pub(crate) struct Facets<'a> {
    /// What was read.
    pub(crate) reading: &'a Reading<'a>,
    /// What makes evidence of it.
    pub(crate) witness: &'a Witness<'a>,
    /// The labels so far.
    pub(crate) labels: &'a mut Classification,
    /// Why they are what they are.
    pub(crate) reasons: &'a mut Vec<String>,
}

impl<'a> Facets<'a> {
    /// Decides all facets but stage, which needs the mode.
    pub(crate) fn decide(&mut self) {
        self.responses();
        self.rollback();
        let noticed = self.one_of(telling::DETECTION, Facet::Detection);
        self.one_of(telling::FIRST_DIAGNOSIS, Facet::FirstDiagnosis);
        self.silence(noticed);
        let near_miss = Label::NearMiss;
        if self.reading.scores.get(near_miss) >= self.reading.rules.policy().thresholds.facet {
            self.labels.near_miss = true;
            self.support(near_miss);
        }
    }

    /// Where the fault entered: told, or where faults of that mode enter as a rule.
    pub(crate) fn stage(&mut self) {
        if !self.labels.is_classified() || self.labels.reason.is_some() {
            return;
        }
        let cause = telling::cause(self.labels.failure_mode, self.labels.decay);
        let Some((telling, mut seen)) = self.seen(telling::STAGE) else {
            return;
        };
        if let Some(row) = telling.place(&cause) {
            for sentence in &mut seen {
                let at = sentence.partition_point(|(other, _)| *other < row);
                sentence.insert(at, (row, 1.0));
            }
        }
        let told = telling.one_of(&seen);
        self.set(telling, &told, Facet::Stage);
    }

    /// What was carried out, each thing for itself; that nothing was done is only said where nothing else is.
    fn responses(&mut self) {
        let Some((telling, seen)) = self.seen(telling::RESPONSE) else {
            return;
        };
        let told = telling.each_of(&seen);
        for (at, value) in telling.values().iter().enumerate() {
            let Ok(response) = value.parse::<Response>() else {
                continue;
            };
            let probability = told.probabilities[at];
            let limits = &self.reading.rules.policy().thresholds;
            let enough = match response {
                Response::Rollback => limits.rolled_back,
                _ => limits.carried_out,
            };
            if probability >= enough {
                self.labels.response.insert(response);
                let place = (told.sentences[at], probability);
                let evidence = self.witness.told(place, Facet::Response, value);
                self.labels.evidence.extend(evidence);
                self.reasons
                    .push(format!("response {response}: {probability:.2}"));
            }
        }
        let nothing = Label::Response(Response::None);
        let enough = self.reading.rules.policy().thresholds.facet;
        if self.labels.response.is_empty() && self.reading.scores.get(nothing) >= enough {
            self.labels.response.insert(Response::None);
            self.support(nothing);
        }
    }

    /// What was rolled back, told in the sentences that tell of the rollback, and whether it helped.
    fn rollback(&mut self) {
        if !self.labels.response.contains(&Response::Rollback) {
            return;
        }
        let reading = self.reading;
        let told: Vec<usize> = affirmed(reading, Label::Response(Response::Rollback))
            .map(|share| share.sentence)
            .collect();
        let score = |target: RollbackTarget| -> f64 {
            affirmed(reading, Label::RollbackTarget(target))
                .filter(|share| told.contains(&share.sentence))
                .map(|share| share.value)
                .sum()
        };
        let targets = RollbackTarget::ALL.iter().map(|one| (*one, score(*one)));
        let best = targets.reduce(|one, other| if other.1 > one.1 { other } else { one });
        if let Some((target, _)) = best.filter(|(_, score)| *score > 0.0) {
            self.labels.rollback_target = Some(target);
            self.support(Label::RollbackTarget(target));
        }
        self.one_of(telling::ROLLBACK_HELPED, Facet::RollbackHelped);
    }

    /// Whether nothing announced it: what the text says of it, and who noticed.
    fn silence(&mut self, noticed: Option<Told>) {
        let Some((telling, seen)) = self.seen(telling::SILENT) else {
            return;
        };
        let mut told = telling.one_of(&seen);
        let values = telling.values();
        let (Some(yes), Some(no)) = (place(values, "yes"), place(values, "no")) else {
            return;
        };
        if let Some(announced) = noticed.and_then(|noticed| self.announced(&noticed)) {
            let said = told.probabilities[yes] + told.probabilities[no];
            let loud = (1.0 - NOTICED) * told.probabilities[no] / said + NOTICED * announced;
            told.probabilities[no] = loud * said;
            told.probabilities[yes] = (1.0 - loud) * said;
        }
        self.set(telling, &told, Facet::Silent);
    }

    /// How likely it is that an alert noticed, where anybody did.
    fn announced(&self, noticed: &Told) -> Option<f64> {
        let values = self
            .reading
            .rules
            .telling(telling::DETECTION.name)?
            .values();
        let monitoring = place(values, Detection::Monitoring.id())?;
        let any: f64 = noticed.probabilities.iter().sum();
        let limits = &self.reading.rules.policy().thresholds;
        let enough = limits.told(Facet::Detection) * noticed.none;
        (any > enough).then(|| noticed.probabilities[monitoring] / any)
    }

    /// Sets a facet that has one value at most.
    fn one_of(&mut self, table: Table, facet: Facet) -> Option<Told> {
        let (telling, seen) = self.seen(table)?;
        let told = telling.one_of(&seen);
        self.set(telling, &told, facet);
        Some(told)
    }

    fn seen(&self, table: Table) -> Option<(&'a Telling, Vec<Seen>)> {
        let telling = self.reading.rules.telling(table.name)?;
        Some((telling, self.reading.told().seen(table)?))
    }

    fn set(&mut self, telling: &Telling, told: &Told, facet: Facet) {
        let limits = &self.reading.rules.policy().thresholds;
        let Some(best) = told.best(limits.told(facet)) else {
            return;
        };
        if self.labels.set(facet, &telling.values()[best]).is_err() {
            return;
        }
        let value = self.labels.value(facet).unwrap_or_default();
        let probability = told.probabilities[best];
        let evidence = self
            .witness
            .told((told.sentences[best], probability), facet, &value);
        self.labels.evidence.extend(evidence);
        self.reasons
            .push(format!("{facet} {value}: {probability:.2}"));
    }

    fn support(&mut self, label: Label) {
        self.labels
            .evidence
            .extend(self.witness.supporting(label, 1));
    }
}

fn place(values: &[String], value: &str) -> Option<usize> {
    values.iter().position(|known| known == value)
}

fn affirmed<'a>(reading: &'a Reading<'_>, label: Label) -> impl Iterator<Item = &'a Share> {
    reading
        .scores
        .shares(label)
        .iter()
        .filter(|share| share.value > 0.0 && reading.hits[share.hit].state == State::Affirmed)
}

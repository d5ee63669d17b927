//! Corrected shares, simulated: how often the 95 % interval holds the truth, and whether the share is right on the average.

use pm_kb::audit::allocate;
use pm_kb::report::correction::Checked;
use pm_kb::report::correction::Counts;
use pm_kb::report::correction::correct;
use pm_kb::report::placing::Place;
use pm_kb::report::statistics::Share;

/// Modes of the simulated world.
const MODES: usize = 7;

/// How frequent they are.
const FREQUENT: [f64; MODES] = [0.24, 0.20, 0.14, 0.12, 0.10, 0.10, 0.10];

/// How readily a wrong label is each of them: errors lean to some modes, so that uncorrected shares are wrong.
const TAKEN_FOR: [f64; MODES] = [1.0, 0.6, 0.3, 0.2, 0.2, 1.2, 0.5];

/// Splitmix64 (Steele, Lea and Flood, 2014): the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn pick(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (at, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return at;
            }
        }
        weights.len() - 1
    }

    /// Some of the elements, each as likely as another.
    fn some(&mut self, mut of: Vec<usize>, count: usize) -> Vec<usize> {
        for at in 0..count {
            let other = at + (self.number() % (of.len() - at) as u64) as usize;
            of.swap(at, other);
        }
        of.truncate(count);
        of
    }
}

/// A share of the simulated world: what is counted, and among what.
#[derive(Clone, Copy)]
struct Subject {
    name: &'static str,
    counted: usize,
    /// Modes below this are counted among.
    among: usize,
}

const SUBJECTS: [Subject; 3] = [
    Subject {
        name: "a frequent mode",
        counted: 0,
        among: MODES,
    },
    Subject {
        name: "one of three",
        counted: 0,
        among: 3,
    },
    Subject {
        name: "a rare mode",
        counted: 4,
        among: MODES,
    },
];

impl Subject {
    fn place(self, mode: usize) -> Place {
        match mode {
            mode if mode == self.counted => Place::Counted,
            mode if mode < self.among => Place::Among,
            _ => Place::Outside,
        }
    }

    fn truth(self) -> f64 {
        FREQUENT[self.counted] / FREQUENT[..self.among].iter().sum::<f64>()
    }
}

/// One cell of the simulation.
#[derive(Clone, Copy)]
struct World {
    subject: Subject,
    incidents: usize,
    right: f64,
    audited: usize,
}

/// What came of many runs.
#[derive(Debug, Default, Clone, Copy)]
struct Outcome {
    runs: usize,
    held: usize,
    held_uncorrected: usize,
    error: f64,
    square: f64,
    width: f64,
    same_as_wilson: usize,
}

impl Outcome {
    fn coverage(&self) -> f64 {
        self.held as f64 / self.runs as f64
    }

    fn bias(&self) -> f64 {
        self.error / self.runs as f64
    }

    /// The standard error of the bias.
    fn unsure(&self) -> f64 {
        (self.square / self.runs as f64 / self.runs as f64).sqrt()
    }
}

fn run(world: World, dice: &mut Dice, outcome: &mut Outcome) {
    let truth: Vec<usize> = (0..world.incidents).map(|_| dice.pick(&FREQUENT)).collect();
    let ruled: Vec<usize> = truth
        .iter()
        .map(|mode| match dice.unit() < world.right {
            true => *mode,
            false => {
                let mut others = TAKEN_FOR;
                others[*mode] = 0.0;
                dice.pick(&others)
            }
        })
        .collect();
    let strata: Vec<Vec<usize>> = (0..MODES)
        .map(|mode| {
            (0..world.incidents)
                .filter(|at| ruled[*at] == mode)
                .collect()
        })
        .collect();
    let sizes: Vec<usize> = strata.iter().map(Vec::len).collect();
    let mut audit = Vec::new();
    let mut counts = Counts::default();
    let place = |mode: usize| world.subject.place(mode);
    for (stratum, drawn) in strata.into_iter().zip(allocate(&sizes, world.audited)) {
        let weight = stratum.len() as f64 / drawn.max(1) as f64;
        for at in dice.some(stratum, drawn) {
            counts.audited[place(ruled[at]) as usize][place(truth[at]) as usize] += 1;
            audit.push(Checked {
                ruled: place(ruled[at]),
                truth: place(truth[at]),
                weight,
                is_wrong: ruled[at] != truth[at],
            });
        }
    }
    let mut uncorrected = [0; 3];
    ruled
        .iter()
        .for_each(|mode| uncorrected[place(*mode) as usize] += 1);
    counts.unknown = uncorrected;
    for (ruled, row) in counts.audited.iter().enumerate() {
        counts.unknown[ruled] -= row.iter().sum::<usize>();
    }
    let share = Share::of(uncorrected[2], uncorrected[1] + uncorrected[2]);
    let (Some(corrected), Some(wilson)) = (correct(&counts, &audit), share.interval()) else {
        return;
    };
    let wanted = world.subject.truth();
    let holds = |(low, high): (f64, f64)| low <= wanted && wanted <= high;
    outcome.runs += 1;
    outcome.held += usize::from(holds(corrected.interval));
    outcome.held_uncorrected += usize::from(holds(wilson));
    outcome.error += corrected.share - wanted;
    outcome.square += (corrected.share - wanted).powi(2);
    outcome.width += corrected.interval.1 - corrected.interval.0;
    outcome.same_as_wilson += usize::from(corrected.interval == wilson);
}

fn outcome(world: World, runs: usize, seed: u64) -> Outcome {
    let mut outcome = Outcome::default();
    let mut dice = Dice(seed);
    (0..runs).for_each(|_| run(world, &mut dice, &mut outcome));
    outcome
}

#[test]
fn the_interval_of_a_corrected_share_holds_the_truth() {
    let runs = if crate::LONG { 4000 } else { 400 };
    let (incidents, right) = match crate::LONG {
        true => (vec![60, 200, 1000], vec![0.6, 0.76, 0.9]),
        false => (vec![200], vec![0.76]),
    };
    eprintln!("incidents  right  share            audit  coverage  uncorrected    bias  width");
    let mut all = Outcome::default();
    let mut wrong = Vec::new();
    for incidents in incidents {
        for right in &right {
            for subject in SUBJECTS {
                for audited in [20, 40, 100, 200] {
                    if audited > incidents {
                        continue;
                    }
                    let world = World {
                        subject,
                        incidents,
                        right: *right,
                        audited,
                    };
                    let one = outcome(world, runs, 20_260_703);
                    eprintln!(
                        "{incidents:>9}  {right:.2}   {:<15}  {audited:>5}  {:.3}     {:.3}        {:+.3}  {:.2}",
                        subject.name,
                        one.coverage(),
                        one.held_uncorrected as f64 / one.runs as f64,
                        one.bias(),
                        one.width / one.runs as f64,
                    );
                    // Four standard errors of a simulation of so many runs.
                    let luck = 4.0 * (0.95 * 0.05 / one.runs as f64).sqrt();
                    if !(0.93 - luck..=0.97 + luck).contains(&one.coverage())
                        || one.bias().abs() > 0.01_f64.max(4.0 * one.unsure())
                    {
                        wrong.push(format!(
                            "{} of {incidents}, {right}, {audited}: {one:?}",
                            subject.name
                        ));
                    }
                    all.runs += one.runs;
                    all.held += one.held;
                    all.error += one.error;
                }
            }
        }
    }
    eprintln!(
        "together: coverage {:.4}, bias {:+.4}",
        all.coverage(),
        all.bias()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        (0.93..=0.97).contains(&all.coverage()),
        "{:.4}",
        all.coverage()
    );
}

#[test]
fn with_a_perfect_classifier_a_corrected_share_is_the_share_and_its_interval_wilsons() {
    for subject in SUBJECTS {
        for audited in [20, 200] {
            let world = World {
                subject,
                incidents: 200,
                right: 1.0,
                audited,
            };
            let one = outcome(world, 200, 7);
            assert_eq!(one.same_as_wilson, one.runs, "{}", subject.name);
            assert!(one.runs > 190);
        }
    }
}

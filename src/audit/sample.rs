//! Sample: incidents drawn at random from strata, the same ones for the same seed, in whatever order they come.

use crate::incident::IncidentId;

/// So many of every stratum are drawn, where it has as many: of one alone nobody can tell how much they differ.
const FEWEST: usize = 2;

/// Incidents of which the rules say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// What they say.
    pub name: String,
    /// The incidents.
    pub incidents: Vec<IncidentId>,
}

/// How many are drawn from strata of these sizes: in proportion, but at least two of each, and not more than there are.
pub fn allocate(sizes: &[usize], wanted: usize) -> Vec<usize> {
    let all: usize = sizes.iter().sum();
    let wanted = wanted.min(all);
    let ideal: Vec<f64> = sizes
        .iter()
        .map(|size| wanted as f64 * *size as f64 / all.max(1) as f64)
        .collect();
    let least = |at: usize| sizes[at].min(FEWEST);
    let mut drawn: Vec<usize> = (0..sizes.len())
        .map(|at| (ideal[at] as usize).max(least(at)).min(sizes[at]))
        .collect();
    // What rounding has left or taken too many goes where it is missed most or least.
    loop {
        let sum: usize = drawn.iter().sum();
        let short = |at: &usize| ideal[*at] - drawn[*at] as f64;
        let by_need = |a: &usize, b: &usize| short(a).total_cmp(&short(b)).then(b.cmp(a));
        let places = 0..sizes.len();
        let (at, more) = if sum < wanted {
            (
                places.filter(|at| drawn[*at] < sizes[*at]).max_by(by_need),
                true,
            )
        } else if sum > wanted {
            (
                places.filter(|at| drawn[*at] > least(*at)).min_by(by_need),
                false,
            )
        } else {
            return drawn;
        };
        match (at, more) {
            (Some(at), true) => drawn[at] += 1,
            (Some(at), false) => drawn[at] -= 1,
            // Two of every stratum are more than were wanted.
            (None, _) => return drawn,
        }
    }
}

/// Draws incidents at random: for each, the place of its stratum. Which ones follows from the seed and their ids alone.
pub fn draw(strata: &[Stratum], wanted: usize, seed: u64) -> Vec<(usize, IncidentId)> {
    let sizes: Vec<usize> = strata
        .iter()
        .map(|stratum| stratum.incidents.len())
        .collect();
    let mut drawn = Vec::new();
    for (at, count) in allocate(&sizes, wanted).into_iter().enumerate() {
        let mut lots: Vec<([u8; 32], &IncidentId)> = strata[at]
            .incidents
            .iter()
            .map(|id| (lot(seed, id), id))
            .collect();
        lots.sort_unstable();
        let first = lots.into_iter().take(count);
        drawn.extend(first.map(|(_, id)| (at, id.clone())));
    }
    // In an order that tells nothing of the strata.
    drawn.sort_by_key(|(_, id)| lot(seed.wrapping_add(1), id));
    drawn
}

/// The lot of an incident: all orders of lots are equally likely.
fn lot(seed: u64, id: &IncidentId) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(id.as_str().as_bytes());
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_in_proportion_and_leave_no_stratum_out() {
        for (sizes, wanted, drawn) in [
            (vec![50, 30, 20], 10, vec![5, 3, 2]),
            (vec![96, 2, 1], 20, vec![17, 2, 1]),
            (vec![10, 0, 10], 7, vec![4, 0, 3]),
            (vec![3, 3, 3], 2, vec![2, 2, 2]),
            (vec![4, 4], 100, vec![4, 4]),
            (vec![], 10, vec![]),
        ] {
            assert_eq!(allocate(&sizes, wanted), drawn, "{sizes:?}");
        }
    }

    #[test]
    fn every_incident_is_as_likely_as_another() {
        let incidents: Vec<IncidentId> = (0..10)
            .map(|number| format!("i-{number}").parse().expect("an id"))
            .collect();
        let strata = [Stratum {
            name: "none".to_owned(),
            incidents: incidents.clone(),
        }];
        let mut times = [0; 10];
        for seed in 0..2000 {
            let drawn = draw(&strata, 3, seed);
            assert_eq!(drawn, draw(&strata, 3, seed));
            for (_, id) in drawn {
                times[incidents
                    .iter()
                    .position(|one| *one == id)
                    .expect("one of them")] += 1;
            }
        }
        // 600 each; 95 is more than four standard deviations.
        assert!(
            times.iter().all(|count| (505..695).contains(count)),
            "{times:?}"
        );
    }
}

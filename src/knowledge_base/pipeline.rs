//! Pipeline: work on several threads at once, its results handed on in the order in which it was given out.

use std::collections::BTreeMap;
use std::io;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;

use crate::error::Error;
use crate::error::Result;

/// So many pieces of work are under way at most: enough that nobody waits while a batch is written, few enough that
/// memory stays bounded.
const UNDER_WAY: usize = 96;

/// The stack of a thread, as large as that which a program begins with.
const STACK: usize = 8 << 20;

/// Does some work on every source, on so many threads, and takes the results in the order of the sources, on this
/// thread. What is not taken for an error is forgotten. One source alone, or one thread, is done without further threads.
///
/// # Errors
/// Those of `take`; [`Error::File`] where the machine gives no threads.
pub(super) fn in_order<T: Send, U: Send>(
    threads: usize,
    sources: impl Iterator<Item = T>,
    work: impl Fn(T) -> U + Sync,
    mut take: impl FnMut(U) -> Result<()>,
) -> Result<()> {
    let mut sources = sources.fuse();
    let begun: Vec<T> = sources.by_ref().take(2).collect();
    let is_short = begun.len() < 2;
    let mut sources = begun.into_iter().chain(sources);
    if threads < 2 || is_short {
        return sources.try_for_each(|source| take(work(source)));
    }
    let (give, given) = mpsc::channel();
    let (finish, finished) = mpsc::channel();
    let (given, work) = (Mutex::new(given), &work);
    thread::scope(|scope| {
        // It is dropped at the end of this closure, however that ends: the threads then find nothing more to do.
        let give = give;
        let mut workers = Vec::new();
        for _ in 0..threads {
            let (given, finish) = (&given, finish.clone());
            let worker = thread::Builder::new().stack_size(STACK);
            let worker = worker.spawn_scoped(scope, move || {
                while let Some((number, source)) = next(given) {
                    if finish.send((number, work(source))).is_err() {
                        break;
                    }
                }
            });
            workers.push(worker.map_err(no_threads)?);
        }
        drop(finish);
        let (mut sent, mut taken, mut early) = (0, 0, BTreeMap::new());
        loop {
            while sent - taken < UNDER_WAY
                && let Some(source) = sources.next()
            {
                // Threads that have ended are noticed below.
                let _ = give.send((sent, source));
                sent += 1;
            }
            if taken == sent {
                return Ok(());
            }
            let Ok((number, result)) = finished.recv() else {
                break;
            };
            early.insert(number, result);
            while let Some(result) = early.remove(&taken) {
                taken += 1;
                take(result)?;
            }
        }
        // All threads have ended with work left: one after the other has failed in a way that nobody expected.
        for worker in workers {
            worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        Ok(())
    })
}

/// The next piece of work; `None` where there is none any more.
fn next<T>(given: &Mutex<mpsc::Receiver<(usize, T)>>) -> Option<(usize, T)> {
    given.lock().ok()?.recv().ok()
}

fn no_threads(source: io::Error) -> Error {
    Error::Store {
        doing: "start to read documents",
        source: Box::new(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn doubled(threads: usize, count: u64) -> Vec<u64> {
        let mut all = Vec::new();
        let slow = |number: u64| {
            // The first of every ten takes longest, so that the others are ready before it.
            thread::sleep(Duration::from_micros(if number.is_multiple_of(10) {
                900
            } else {
                5
            }));
            number * 2
        };
        let take = |number| {
            all.push(number);
            Ok(())
        };
        in_order(threads, 0..count, slow, take).expect("taken");
        all
    }

    #[test]
    fn results_come_in_the_order_of_their_sources_on_any_number_of_threads() {
        let expected: Vec<u64> = (0..300).map(|number| number * 2).collect();
        for threads in [1, 2, 5] {
            assert_eq!(doubled(threads, 300), expected, "{threads}");
        }
        assert_eq!(doubled(4, 1), [0]);
        assert_eq!(doubled(4, 0), [0; 0]);
    }

    #[test]
    fn an_error_ends_everything() {
        let mut taken = 0;
        let ended = in_order(
            3,
            0..1_000_000,
            |number| number,
            |_| {
                taken += 1;
                match taken {
                    10 => Err(Error::NotFound { path: "x".into() }),
                    _ => Ok(()),
                }
            },
        );
        assert!(matches!(ended, Err(Error::NotFound { .. })));
        assert_eq!(taken, 10);
    }
}

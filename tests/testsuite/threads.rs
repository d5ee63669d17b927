//! Reading on several threads: it changes how long an `add` takes, and nothing else.

use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Settings;
use pm_kb::parser;
use pm_kb::record::Record;

use crate::base;

/// The examples, and enough others for several batches; some are copies of each other, some are divided, some no text.
fn inputs() -> Vec<Input> {
    let examples = pm_kb::schema::incidents().into_iter();
    let mut inputs: Vec<Input> = examples
        .map(|file| base::input(&format!("/docs/{}", file.path), file.text))
        .collect();
    for number in 0..250 {
        let what = ["stale", "late", "empty", "renamed"][number % 4];
        let text = format!(
            "# Feature table {} was {what}\n\nThe scores of shop {number} were wrong on 2025-03-{:02}.\n\n\
             ## Root cause\n\nThe nightly job had written yesterday's values, and nobody noticed.\n",
            number / 3,
            number % 28 + 1
        );
        inputs.push(base::input(&format!("/docs/n/{number:03}.md"), &text));
    }
    inputs.push(base::input("/docs/zero.md", "\0"));
    inputs
}

/// What a base holds after all inputs were added, and what was told meanwhile.
fn added(threads: usize) -> (Vec<String>, Vec<(Record, Vec<u8>)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut base = KnowledgeBase::create(&folder.path().join(".pm-kb")).expect("a base");
    let settings = Settings {
        threads,
        ..Settings::of(parser::Options::default(), &|_| true)
    };
    let mut told = Vec::new();
    let read = |(number, input): (usize, Input)| match number % 7 {
        3 => Err(format!("{number} cannot be read")),
        _ => Ok(input),
    };
    base.add_from(
        inputs().into_iter().enumerate(),
        read,
        &settings,
        &mut |one| {
            told.push(match one {
                Ok(one) => format!("{} {:?} {:?}", one.outcome.id(), one.id, one.notice),
                Err(refusal) => refusal,
            });
        },
    )
    .expect("added");
    let mut held = Vec::new();
    base.export(&mut |record, bytes| {
        held.push((record.clone(), bytes.to_vec()));
        Ok(())
    })
    .expect("exported");
    base.catch_up().expect("an index");
    let checkup = base.doctor(false).expect("checked");
    assert!(checkup.is_clean(), "{checkup:?}");
    (told, held)
}

#[test]
fn threads_change_nothing_but_the_time() {
    let one = added(1);
    assert_eq!(one.0.len(), inputs().len());
    assert!(one.1.len() > 200, "{}", one.1.len());
    for threads in [2, 5] {
        assert_eq!(added(threads), one, "{threads} threads");
    }
}

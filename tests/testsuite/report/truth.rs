//! Every figure of a generated corpus against the labels that it was generated with, by a script that shares no code.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::time::Duration;

use crate::desk::Desk;
use crate::desk::repository;

/// A thousand documents take a build without optimisation a minute, and longer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(900);

/// What runs a script and says that it is there.
const PYTHON: &str = "python3";

/// The generator beside the repository, or beside the folder of its working trees.
fn generator() -> Option<PathBuf> {
    ["../shared/bench", "../../shared/bench"]
        .map(|beside| repository(beside).join("gen_corpus.py"))
        .into_iter()
        .find(|file| file.is_file())
}

fn python(args: &[&Path]) -> std::io::Result<Output> {
    Command::new(PYTHON).arg("-B").args(args).output()
}

#[test]
fn every_figure_of_a_generated_corpus_is_that_of_its_labels() {
    let Some(generator) = generator() else {
        eprintln!("skipped: there is no ../shared/bench/gen_corpus.py beside the repository");
        return;
    };
    if python(&[Path::new("--version")]).is_err() {
        eprintln!("skipped: there is no {PYTHON}");
        return;
    }
    let desk = Desk::new();
    let made = python(&[
        &generator,
        Path::new("--labelled"),
        Path::new("--n"),
        Path::new("1000"),
        Path::new("--out"),
        &desk.path().join("corpus"),
    ]);
    assert!(made.expect("Python runs").status.success());
    let mut add = desk.command();
    add.args(["add", "--quiet", "corpus/docs"])
        .timeout(PATIENCE);
    assert!(add.output().expect("it runs").status.success());

    let check = |truth: &Path| {
        let answer = python(&[
            &repository("tests/testsuite/report/truth.py"),
            Path::new(env!("CARGO_BIN_EXE_pm-kb")),
            desk.path(),
            truth,
        ])
        .expect("Python runs");
        let said = String::from_utf8_lossy(&answer.stdout).into_owned();
        (answer.status.success(), said)
    };
    let truth = desk.path().join("corpus/truth.tsv");
    let (agrees, said) = check(&truth);
    assert!(agrees, "{said}");
    assert!(
        said.contains("of 1000 incidents compared, 0 differ"),
        "{said}"
    );

    // A check that never fails would prove nothing: with one label changed it has to.
    let text = fs::read_to_string(&truth).expect("the labels");
    let wrong = text.replacen("\tpipeline-break\t", "\tdata-drift\t", 1);
    let (agrees, said) = check(&desk.file("wrong.tsv", wrong));
    assert!(!agrees, "one wrong label is found: {said}");
}

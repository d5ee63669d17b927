//! Words: a query as it is typed on the command line, where `-word` excludes and is no option.

use std::ffi::OsStr;
use std::ffi::OsString;

use clap::CommandFactory as _;

use crate::Cli;

/// What goes before a `-word` while the command line is read, so that it is not taken for an option. No shell and no
/// keyboard puts it there.
const MARK: &str = "\u{1f}";

/// The words of a query.
#[derive(clap::Args)]
pub(crate) struct Words {
    /// Words, "phrases" and filters, as in `rollback mode:feature-staleness quarter:2026-Q3`; `-word` excludes.
    query: Vec<String>,
}

impl Words {
    /// The query as one text.
    pub(crate) fn text(&self) -> String {
        self.list().join(" ")
    }

    /// The words as they were given.
    pub(crate) fn list(&self) -> Vec<&str> {
        let words = self.query.iter();
        words
            .map(|word| word.strip_prefix(MARK).unwrap_or(word))
            .collect()
    }

    /// Whether the query is to come on standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.query == ["-"]
    }
}

/// The arguments of the program with a mark before every `-word` of a query. Options with two dashes are left to be
/// understood or refused, and so is what stands behind `--`.
pub(crate) fn marked(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.collect();
    let cli = Cli::command();
    let command = (1..args.len()).find_map(|at| {
        let command = cli.find_subcommand(&args[at])?;
        (!takes_value(&args[at - 1], &cli)).then_some((at + 1, command))
    });
    let Some((first, command)) = command.filter(|(_, command)| has_query(command)) else {
        return args;
    };
    let end = args
        .iter()
        .position(|arg| arg == "--")
        .unwrap_or(args.len());
    for at in first..end {
        let before = &args[at - 1];
        let is_value = takes_value(before, command) || takes_value(before, &cli);
        if is_word(&args[at], command) && !is_value {
            let mut marked = OsString::from(MARK);
            marked.push(&args[at]);
            args[at] = marked;
        }
    }
    args
}

fn has_query(command: &clap::Command) -> bool {
    command
        .get_positionals()
        .any(|positional| positional.get_id() == "query")
}

/// Whether an argument begins with one dash and is no option of one letter.
fn is_word(arg: &OsStr, command: &clap::Command) -> bool {
    let Some(rest) = arg.to_str().and_then(|arg| arg.strip_prefix('-')) else {
        return false;
    };
    let shorts = || command.get_arguments().filter_map(clap::Arg::get_short);
    let is_option = |letter: char| "qhV".contains(letter) || shorts().any(|short| short == letter);
    !rest.is_empty() && !rest.starts_with('-') && !rest.chars().all(is_option)
}

/// Whether an argument is an option of a command that the next argument is the value of.
fn takes_value(arg: &OsStr, command: &clap::Command) -> bool {
    let Some(name) = arg.to_str().and_then(|arg| arg.strip_prefix("--")) else {
        return false;
    };
    command
        .get_arguments()
        .filter(|known| known.get_long() == Some(name))
        .any(|known| known.get_action().takes_values())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_a_dash_are_no_options_and_options_no_words() {
        let told = |line: &str| {
            let args = line.split(' ').map(OsString::from);
            let args: Vec<String> = marked(args)
                .into_iter()
                .map(|arg| arg.into_string().expect("text").replace(MARK, "!"))
                .collect();
            args.join(" ")
        };
        for (given, wanted) in [
            ("pm-kb search -old new", "pm-kb search !-old new"),
            (
                "pm-kb -q list a -mode:none -q",
                "pm-kb -q list a !-mode:none -q",
            ),
            ("pm-kb --kb search list -a", "pm-kb --kb search list !-a"),
            (
                "pm-kb search - --jsn -x --limit -1",
                "pm-kb search - --jsn !-x --limit -1",
            ),
            ("pm-kb search a -- -b", "pm-kb search a -- -b"),
            ("pm-kb add -x", "pm-kb add -x"),
            ("pm-kb --kb list add -x", "pm-kb --kb list add -x"),
            ("pm-kb", "pm-kb"),
        ] {
            assert_eq!(told(given), wanted);
        }
    }
}

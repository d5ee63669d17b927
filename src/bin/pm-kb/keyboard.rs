//! Keyboard: one key at a time from a terminal, or one line at a time from anything else, for dialogues.

use std::io;
use std::io::BufRead as _;
use std::io::IsTerminal as _;
use std::io::Write as _;

use console::Key;
use console::Term;

/// Where answers come from.
pub(crate) enum Keyboard {
    /// A terminal: one key is one answer.
    Keys(Term),
    /// Lines: the first letter is the key, the rest what it would be asked for.
    Lines,
}

/// What was answered: a key, and in lines what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pressed {
    /// The key, in lower case.
    pub(crate) key: char,
    /// What follows on the line; empty on a terminal.
    pub(crate) rest: String,
}

impl Keyboard {
    /// The terminal where both ends are one; lines where they are wanted and there is none.
    pub(crate) fn of(wanted: bool) -> Option<Keyboard> {
        match io::stdin().is_terminal() && io::stdout().is_terminal() {
            true => Some(Keyboard::Keys(Term::stdout())),
            false => wanted.then_some(Keyboard::Lines),
        }
    }

    /// The next answer; `None` where there will be no more.
    pub(crate) fn press(&self) -> io::Result<Option<Pressed>> {
        let key = match self {
            Keyboard::Lines => {
                let Some(line) = line()? else {
                    return Ok(None);
                };
                let mut characters = line.trim().chars();
                let key = characters.next().unwrap_or('\n');
                let rest = characters.as_str().trim().to_owned();
                return Ok(Some(Pressed {
                    key: key.to_ascii_lowercase(),
                    rest,
                }));
            }
            Keyboard::Keys(terminal) => terminal.read_key(),
        };
        let key = match key {
            Ok(Key::Char(key)) => key.to_ascii_lowercase(),
            Ok(Key::Enter) => '\n',
            Ok(Key::Escape) => '\u{1b}',
            Ok(Key::CtrlC) => return Ok(None),
            Ok(_) => '?',
            // The terminal was closed, or somebody pressed the keys that interrupt.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok((key != '\u{4}').then_some(Pressed {
            key,
            rest: String::new(),
        }))
    }

    /// A text that is asked for; what came with the key where that is one.
    pub(crate) fn text(&self, pressed: &Pressed, prompt: &str) -> io::Result<String> {
        if !pressed.rest.is_empty() {
            return Ok(pressed.rest.clone());
        }
        match self {
            Keyboard::Keys(terminal) => {
                let mut out = io::stdout();
                write!(out, "{prompt} ")?;
                out.flush()?;
                Ok(terminal.read_line()?.trim().to_owned())
            }
            Keyboard::Lines => Ok(line()?.unwrap_or_default().trim().to_owned()),
        }
    }

    /// One of several values, by its number or its name; `None` where it is none of them.
    pub(crate) fn choice<'v>(
        &self,
        pressed: &Pressed,
        values: &[&'v str],
    ) -> io::Result<Option<&'v str>> {
        let answer = match self {
            Keyboard::Keys(_) => match self.press()? {
                Some(pressed) => pressed.key.to_string(),
                None => return Ok(None),
            },
            Keyboard::Lines => self.text(pressed, "")?,
        };
        let number = answer.parse::<usize>().ok();
        let by_number = number.and_then(|number| values.get(number.checked_sub(1)?));
        let by_name = || values.iter().find(|value| **value == answer);
        Ok(by_number.or_else(by_name).copied())
    }
}

impl Keyboard {
    /// An answer to a question: one key on a terminal, a whole line where `whole` asks for one, and in lines; `-` for an
    /// empty one.
    pub(crate) fn answer(&self, whole: bool) -> io::Result<Option<String>> {
        let answer = match self {
            Keyboard::Lines => line()?,
            Keyboard::Keys(terminal) if whole => Some(terminal.read_line()?),
            Keyboard::Keys(_) => self.press()?.map(|pressed| pressed.key.to_string()),
        };
        Ok(answer.map(|answer| match answer.trim() {
            "" => "-".to_owned(),
            "y" => "yes".to_owned(),
            "n" => "no".to_owned(),
            answer => answer.to_owned(),
        }))
    }
}

fn line() -> io::Result<Option<String>> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then_some(line))
}

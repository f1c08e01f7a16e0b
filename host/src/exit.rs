//! How a command ends: its exit code, and the error that a person reads.

use std::{error::Error, fmt, process::ExitCode};

use anstyle::{AnsiColor, Style};

/// How a command ends. The numbers are an interface: scripts depend on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It did what it was asked to.
    Done = 0,
    /// It could not.
    Failed = 1,
    /// It was not understood. clap ends the process with this one by itself.
    Usage = 2,
    /// The configuration is missing or wrong.
    Configuration = 3,
    /// What it was given to read is not there or not readable.
    Input = 4,
    /// What it was asked to act on is not there.
    NotFound = 5,
    /// A plugin did not decide as was recorded.
    Different = 6,
    /// The journal is not as Quell wrote it.
    Tampered = 7,
}

impl Exit {
    /// All of them, by their number.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Configuration,
        Self::Input,
        Self::NotFound,
        Self::Different,
        Self::Tampered,
    ];

    /// What it means, for the help.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed: AWS, the network or this machine did not do its part; trying again may help",
            Self::Usage => "the command line was not understood, or asks for what is not allowed",
            Self::Configuration => "the configuration is missing or wrong",
            Self::Input => "the input, such as an alert's file, is missing or can't be read",
            Self::NotFound => "what was to be acted on, such as a hold, is not there",
            Self::Different => "a plugin did not decide as was recorded, or a recording could not be used",
            Self::Tampered => "the journal, or a checkpoint of it, is not as Quell wrote it",
        }
    }

    /// The part of the help that lists all exit codes.
    pub fn help() -> String {
        let lines = Self::ALL.map(|exit| format!("\n  {}  {}", exit as u8, exit.meaning()));
        format!("Exit codes:{}", lines.concat())
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what it was asked to. Any error becomes one with `?`, as [`Exit::Failed`].
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    error: Box<dyn Error + Send + Sync>,
    remedy: Option<String>,
}

impl Failure {
    /// A failure that ends the process with this exit code.
    pub fn new(exit: Exit, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            exit,
            error: error.into(),
            remedy: None,
        }
    }

    /// The same failure with what to do about it: one sentence, or a command to run.
    pub fn with_remedy(self, remedy: impl Into<String>) -> Self {
        Self {
            remedy: Some(remedy.into()),
            ..self
        }
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(Exit::Failed, error)
    }
}

/// Says how the process ends if this went wrong.
pub trait OrExit<T> {
    /// The value, or a failure with this exit code.
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error))
    }
}

/// An error that knows how the process ends for it.
pub trait Classified: Error + Send + Sync + 'static {
    /// How the process ends.
    fn exit(&self) -> Exit;
}

/// Says that the error knows how the process ends.
pub trait OrItsExit<T> {
    /// The value, or a failure with the error's own exit code.
    fn or_its_exit(self) -> Result<T, Failure>;
}

impl<T, E: Classified> OrItsExit<T> for Result<T, E> {
    fn or_its_exit(self) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(error.exit(), error))
    }
}

/// The error, its causes and the remedy, each on a line of its own. Styled: print it through `anstream`.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ERROR: Style = AnsiColor::Red.on_default().bold();
        write!(formatter, "{ERROR}error:{ERROR:#} {}", self.error)?;
        let mut said = self.error.to_string();
        let mut cause = self.error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some errors repeat their source in their own text: once is enough.
            if !said.contains(&text) {
                write!(formatter, "\n  because {text}")?;
                said = text;
            }
            cause = error.source();
        }
        match &self.remedy {
            Some(remedy) => write!(formatter, "\n  {remedy}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the journal can't be opened")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("the disk says no: {0}")]
    struct Inner(#[source] io::Error);

    #[test]
    fn an_error_is_told_with_its_causes_once_each_and_the_remedy() {
        let failure = Failure::from(Outer(Inner(io::Error::other("full")))).with_remedy("make room on the disk");
        let plain = anstream::adapter::strip_str(&failure.to_string()).to_string();
        insta::assert_snapshot!(plain, @r"
        error: the journal can't be opened
          because the disk says no: full
          make room on the disk
        ");
    }

    #[test]
    fn exit_codes_do_not_change_because_scripts_depend_on_them() {
        insta::assert_snapshot!(Exit::help(), @r"
        Exit codes:
          0  done
          1  failed: AWS, the network or this machine did not do its part; trying again may help
          2  the command line was not understood, or asks for what is not allowed
          3  the configuration is missing or wrong
          4  the input, such as an alert's file, is missing or can't be read
          5  what was to be acted on, such as a hold, is not there
          6  a plugin did not decide as was recorded, or a recording could not be used
          7  the journal, or a checkpoint of it, is not as Quell wrote it
        ");
    }

    #[test]
    fn what_nobody_classified_is_a_plain_failure() {
        let fails = || -> Result<(), Failure> { Err(io::Error::other("x"))? };
        assert_eq!(fails().unwrap_err().exit(), Exit::Failed);
        assert_eq!(Err::<(), _>("x").or_exit(Exit::Input).unwrap_err().exit(), Exit::Input);
    }
}

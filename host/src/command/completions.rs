//! `quell completions`: completion scripts for shells.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Quell, output::answer};
use crate::exit::Failure;

/// Print a completion script for a shell.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell completions bash > ~/.local/share/bash-completion/completions/quell\n  \
    quell completions zsh > \"${fpath[1]}/_quell\""
)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

impl Completions {
    /// Prints the script.
    pub fn run(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Quell::command(), "quell", &mut script);
        answer(String::from_utf8_lossy(&script).trim_end())
    }
}

//! A shell in which one command is typed after the other.

use std::{
    io::{BufRead, BufReader, PipeReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::home::Home;

/// What ends the output of a command.
const END: &str = "--end-of-the-command--";

/// The shell of a section. What it started ends with it.
pub(crate) struct Session<'home> {
    home: &'home Home,
    shell: Child,
    input: ChildStdin,
    output: BufReader<PipeReader>,
}

impl<'home> Session<'home> {
    /// A shell that has just been opened.
    pub(crate) fn start(home: &'home Home) -> anyhow::Result<Self> {
        use std::os::unix::process::CommandExt;

        let (output, standard_output) = std::io::pipe()?;
        let mut shell = Command::new("bash")
            .args(["--noprofile", "--norc"])
            .current_dir(home.folder())
            .env_clear()
            .envs(home.variables())
            .stdin(Stdio::piped())
            .stderr(standard_output.try_clone()?)
            .stdout(standard_output)
            // So that all of it can be ended together.
            .process_group(0)
            .spawn()
            .context("the guide's transcripts are for bash")?;
        let input = shell.stdin.take().context("standard input is piped")?;
        Ok(Self {
            home,
            shell,
            input,
            output: BufReader::new(output),
        })
    }

    /// Types a command and waits for its end; what it printed, as a page has it.
    pub(crate) fn run(&mut self, command: &str) -> anyhow::Result<String> {
        let command = self.home.command(command);
        // The next command sees the exit code of this one, as in a shell that somebody types in.
        writeln!(
            self.input,
            "{{ {command}\n}} < /dev/null; code=$?; printf '\\n{END}\\n'; (exit $code)"
        )?;
        let mut printed = String::new();
        loop {
            let mut line = Vec::new();
            if self.output.read_until(b'\n', &mut line)? == 0 {
                bail!("the shell ended after `{command}`, which printed\n{printed}");
            }
            let line = String::from_utf8_lossy(&line);
            if line.trim_end() == END {
                return Ok(self.home.as_said(printed.trim_end()));
            }
            printed += &line;
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // It may have ended already; there is nothing to be done about that.
        let _ = kill_process_group(Pid::from_child(&self.shell), Signal::KILL);
        let _ = self.shell.wait();
    }
}

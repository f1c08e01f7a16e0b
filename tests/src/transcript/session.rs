//! A shell in which one command is typed after the other.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use super::Home;

/// What ends the output of a command.
const END: &str = "--end-of-the-command--";

/// How long a command may print nothing. The longest compile a component of Python, on machines that do other things as well.
const PATIENCE: Duration = Duration::from_secs(240);

/// The shell of a section. What it started ends with it.
pub struct Session<'home> {
    home: &'home dyn Home,
    shell: Child,
    input: ChildStdin,
    output: Receiver<Vec<u8>>,
}

impl<'home> Session<'home> {
    /// A shell that has just been opened.
    pub fn start(home: &'home dyn Home) -> anyhow::Result<Self> {
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
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(output).split(b'\n').map_while(Result::ok);
            // Fails when nobody listens any more.
            for line in lines {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            home,
            shell,
            input,
            output: lines,
        })
    }

    /// Types a command and waits for its end; what it printed, as a page has it.
    pub fn run(&mut self, command: &str) -> anyhow::Result<String> {
        let command = self.home.command(command);
        // The next command sees the exit code of this one, as in a shell that somebody types in.
        writeln!(
            self.input,
            "{{ {command}\n}} < /dev/null; code=$?; printf '\\n{END}\\n'; (exit $code)"
        )?;
        let mut printed = String::new();
        loop {
            let Ok(line) = self.output.recv_timeout(PATIENCE) else {
                bail!("no end of `{command}`, which printed\n{printed}");
            };
            let line = String::from_utf8_lossy(&line);
            if line == END {
                return Ok(self.home.as_said(printed.trim_end()));
            }
            printed += &format!("{line}\n");
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

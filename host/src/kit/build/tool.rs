//! Programs that others wrote.

use std::{
    io::{self, Read},
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::BuildError;

/// How long one step of a build may take. Installing packages over a slow network is the longest of them.
pub(super) const STEP_LIMIT: Duration = Duration::from_secs(600);

/// How often a program that runs is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A program, by its name on PATH.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    /// How to get it.
    pub(super) remedy: &'static str,
    /// The oldest version that will do, as its major and minor number, and as text.
    pub(super) least: ((u64, u64), &'static str),
}

impl Tool {
    /// That it is there and new enough.
    pub(super) fn check(&self) -> Result<(), BuildError> {
        let output = Command::new(self.name)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| self.not_run(error))?;
        let has = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match version(&has) {
            Some(version) if version >= self.least.0 => Ok(()),
            _ => Err(BuildError::OldTool {
                tool: self.name,
                has,
                needs: self.least.1,
                remedy: self.remedy,
            }),
        }
    }

    /// Why it could not be run at all.
    pub(super) fn not_run(&self, source: io::Error) -> BuildError {
        if source.kind() == io::ErrorKind::NotFound {
            let Self { name: tool, remedy, .. } = *self;
            return BuildError::NoTool { tool, remedy };
        }
        BuildError::Io {
            path: Path::new(self.name).to_owned(),
            source,
        }
    }
}

/// The first two numbers of what a program says of its version: `v20.1.0`, `Python 3.11.7`.
fn version(text: &str) -> Option<(u64, u64)> {
    let begin = text.find(|character: char| character.is_ascii_digit())?;
    let mut numbers = text[begin..].split(|character: char| !character.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Run a program to its end and take what it prints, for at most [`STEP_LIMIT`].
pub(super) fn output(tool: &'static str, command: &mut Command) -> Result<Output, BuildError> {
    let io = |source| BuildError::Io {
        path: tool.into(),
        source,
    };
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(io)?;
    // Read beside the waiting: a program whose pipe is full does not end.
    let (stdout, stderr) = (gather(child.stdout.take()), gather(child.stderr.take()));
    let status = wait(tool, &mut child)?;
    let joined = |reader: thread::JoinHandle<Vec<u8>>| reader.join().unwrap_or_default();
    Ok(Output {
        status,
        stdout: joined(stdout),
        stderr: joined(stderr),
    })
}

/// Run an installer, which prints on standard error what it does.
pub(super) fn install(command: &mut Command, tool: &Tool, installed: &'static str) -> Result<(), BuildError> {
    let shown = shown(command);
    super::announce(&format!(
        "Running `{shown}`, once: {installed} is not there or older than the lock file"
    ));
    let mut child = command
        .stdin(Stdio::null())
        // Its answer is no answer of ours.
        .stdout(io::stderr())
        .spawn()
        .map_err(|error| tool.not_run(error))?;
    let status = wait(tool.name, &mut child)?;
    if status.success() {
        return Ok(());
    }
    Err(BuildError::Install {
        command: shown,
        status,
        installed,
    })
}

fn wait(tool: &'static str, child: &mut Child) -> Result<std::process::ExitStatus, BuildError> {
    let begin = Instant::now();
    loop {
        let ended = child.try_wait().map_err(|source| BuildError::Io {
            path: tool.into(),
            source,
        })?;
        if let Some(status) = ended {
            return Ok(status);
        }
        if begin.elapsed() > STEP_LIMIT {
            // It may have ended just now.
            let _ = child.kill();
            let _ = child.wait();
            return Err(BuildError::TimedOut {
                tool,
                limit: STEP_LIMIT,
            });
        }
        thread::sleep(LOOK);
    }
}

fn gather(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before an error is worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// A command as somebody would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = [name].into_iter().chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_however_a_tool_spells_them() {
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("Python 3.11.7"), Some((3, 11)));
        assert_eq!(version("11.19.1"), Some((11, 19)));
        assert_eq!(version("none"), None);
    }
}

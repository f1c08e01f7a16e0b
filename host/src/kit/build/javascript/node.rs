//! The node process that builds.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use serde::Deserialize;
use serde_json::Value;

use crate::kit::build::{BuildError, tool::Tool};

/// What the process runs.
const DRIVER: &str = include_str!("driver.mjs");

/// How the line begins that answers. Tools below it print there too.
const ANSWER: &str = "quell: ";

/// How long one build may take: it takes seconds, and a plugin's top level, which is run when it is built, may loop for ever.
const LIMIT: Duration = Duration::from_secs(120);

const REMEDY: &str = "install Node.js 20 or newer from nodejs.org or your system's packages";

/// Runs JavaScript. 20 is the oldest line that this was tried with.
pub(super) const NODE: Tool = Tool {
    name: "node",
    remedy: REMEDY,
    least: ((20, 0), "20"),
};

/// Comes with node. Since 7 it reads the lock files that it writes today.
pub(super) const NPM: Tool = Tool {
    name: "npm",
    remedy: REMEDY,
    least: ((7, 0), "7"),
};

/// A process that builds a component for each line that it is given. It is ended when this is dropped.
pub(super) struct Node {
    child: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<Answer>,
}

/// What the process answers.
#[derive(Deserialize)]
struct Answer {
    error: Option<String>,
}

impl Node {
    /// Start one that has the packages of this folder.
    pub(super) fn start(folder: &Path) -> Result<Self, BuildError> {
        NODE.check()?;
        let mut child = Command::new(NODE.name)
            .args(["--input-type=module", "--eval", DRIVER])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| NODE.not_run(error))?;
        let (sender, answers) = mpsc::channel();
        let stdout = child.stdout.take();
        // Ends with the process, whose output ends then.
        thread::spawn(move || {
            let Some(stdout) = stdout else { return };
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let answer = line.strip_prefix(ANSWER).and_then(|it| serde_json::from_str(it).ok());
                if answer.is_some_and(|answer| sender.send(answer).is_err()) {
                    return;
                }
            }
        });
        Ok(Self {
            requests: child.stdin.take(),
            child,
            answers,
        })
    }

    /// Have one component built; what is wrong with its source, if something is.
    pub(super) fn ask(&mut self, request: &Value) -> Result<Option<String>, BuildError> {
        let mut line = request.to_string();
        line.push('\n');
        let written = self.requests.as_mut().map(|stdin| stdin.write_all(line.as_bytes()));
        let answer = match written {
            Some(Ok(())) => self.answers.recv_timeout(LIMIT),
            _ => Err(RecvTimeoutError::Disconnected),
        };
        match answer {
            Ok(Answer { error }) => Ok(error),
            Err(RecvTimeoutError::Timeout) => Err(BuildError::TimedOut {
                tool: NODE.name,
                limit: LIMIT,
            }),
            Err(RecvTimeoutError::Disconnected) => Err(BuildError::Died {
                tool: NODE.name,
                status: self
                    .child
                    .wait()
                    .map_or_else(|error| error.to_string(), |it| it.to_string()),
            }),
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

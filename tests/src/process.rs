//! The program itself, as a process of its own in a folder of its own.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    ops::Range,
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// How long a daemon may take to open its door. It compiles its plugin first, on machines that do other things as well.
const START: Duration = Duration::from_secs(60);

/// A folder with a configuration, and the environment in which `quell` runs there.
pub struct Quell {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Quell {
    /// With this configuration.
    pub fn new(configuration: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("quell.toml"), configuration)?;
        Ok(Self {
            folder,
            environment: Vec::new(),
        })
    }

    /// With these variables in its environment, which otherwise is empty.
    pub fn with_environment<N: Into<String>>(mut self, variables: impl IntoIterator<Item = (N, String)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value));
        self.environment.extend(variables);
        self
    }

    /// Changes the configuration for those that start from now on.
    pub fn configure(&self, configuration: &str) -> anyhow::Result<()> {
        Ok(fs::write(self.path("quell.toml"), configuration)?)
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Told> {
        let output = self.command(arguments)?.stdin(Stdio::null()).output()?;
        Ok(output.into())
    }

    /// Starts the daemon and waits until its door is open.
    pub fn serve(&self) -> anyhow::Result<Daemon> {
        let mut daemon = self.spawn()?;
        daemon.wait_for_line("listening", START)?;
        Ok(daemon)
    }

    /// Starts the daemon. Whether its door ever opens is not waited for.
    pub fn spawn(&self) -> anyhow::Result<Daemon> {
        let mut child = self
            .command(&["serve"])?
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take().context("standard error is piped")?;
        Ok(Daemon {
            child,
            lines: lines(stderr),
            log: Vec::new(),
        })
    }

    fn command(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(binary()?);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }
}

/// What a command told.
#[derive(Debug)]
pub struct Told {
    /// Its exit code. None if a signal ended it.
    pub exit: Option<i32>,
    /// Its answer.
    pub stdout: String,
    /// Its log and its error.
    pub stderr: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        Self {
            exit: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Told {
    /// The error that a person reads: all from `error:` on.
    pub fn error(&self) -> &str {
        let begin = self.stderr.find("error:").unwrap_or(self.stderr.len());
        self.stderr.get(begin..).unwrap_or_default().trim_end()
    }
}

/// A daemon that runs. It is killed when this is dropped.
pub struct Daemon {
    child: Child,
    lines: Receiver<String>,
    log: Vec<String>,
}

impl Daemon {
    /// Waits for a line of the log that contains this, and gives the line.
    pub fn wait_for_line(&mut self, text: &str, patience: Duration) -> anyhow::Result<String> {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.log.push(line.clone());
                    if line.contains(text) {
                        return Ok(line);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    bail!("no line with `{text}` in {patience:?}:\n{}", self.log.join("\n"))
                }
                Err(RecvTimeoutError::Disconnected) => bail!("it ended before `{text}`:\n{}", self.log.join("\n")),
            }
        }
    }

    /// Its process, for those who want to end it.
    pub fn process(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Whether it has ended, by itself or by others.
    pub fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// What it has logged since it began. It must have ended, or this waits for its end.
    pub fn log(&mut self) -> &[String] {
        let rest: Vec<_> = self.lines.iter().collect();
        self.log.extend(rest);
        &self.log
    }

    /// Asks it to end with SIGTERM, waits until it has, and gives its exit code and its log.
    pub fn terminate(mut self, patience: Duration) -> anyhow::Result<(ExitStatus, Vec<String>)> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let deadline = Instant::now() + patience;
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            ensure!(Instant::now() < deadline, "it did not end within {patience:?}");
            thread::sleep(Duration::from_millis(10));
        };
        self.log();
        Ok((status, std::mem::take(&mut self.log)))
    }

    /// Ends it as a crash does.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already; there is nothing to be done about either.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many threads a process has, as the kernel counts them.
pub fn threads(process: Pid) -> anyhow::Result<usize> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.as_raw_nonzero()))?;
    let threads = status.lines().find_map(|line| line.strip_prefix("Threads:"));
    Ok(threads.context("the kernel counts threads")?.trim().parse()?)
}

/// A log as JSON, line by line.
pub fn json_lines(log: &[String]) -> anyhow::Result<Vec<Value>> {
    let read = |line: &String| serde_json::from_str(line).with_context(|| format!("not JSON: {line}"));
    log.iter().map(read).collect()
}

/// The ports that tests listen on: below those which a system gives to who asks for any (from 32768 on in Linux, 49152 elsewhere). So nobody else gets
/// one of them while a process that a test has killed is not up again.
const PORTS: Range<u16> = 20_000..32_000;

/// A loopback address that nobody listens on, and that nobody else is given in this process.
pub fn free_address() -> anyhow::Result<SocketAddr> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let ports = u32::from(PORTS.end - PORTS.start);
    // Processes that run at the same time begin far from one another.
    let begin = std::process::id().wrapping_mul(7919);
    for _ in 0..ports {
        let offset = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % ports;
        let port = u16::try_from(offset)? + PORTS.start;
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return Ok(listener.local_addr()?);
        }
    }
    bail!("every port of {PORTS:?} is taken")
}

/// The lines as they come, so that a full pipe never stops the daemon.
fn lines(stderr: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The program: beside this test's own executable, where Cargo puts both.
pub fn binary() -> anyhow::Result<PathBuf> {
    let test = env::current_exe()?;
    let profile = test.parent().and_then(Path::parent).context("a test lies in deps/")?;
    let path = profile.join(format!("quell{}", env::consts::EXE_SUFFIX));
    ensure!(
        path.exists(),
        "{} is not there: run `cargo build -p quell` before this suite, which starts the program itself",
        path.display()
    );
    Ok(path)
}

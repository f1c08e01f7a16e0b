//! AWS's Lambda Runtime Interface Emulator, with the real binary as the function's `bootstrap`.

use std::{
    ffi::OsStr,
    fs::{self, File},
    net::{SocketAddr, TcpStream},
    os::unix::{fs::symlink, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;

use crate::{
    process::{binary, free_address},
    python,
};

/// How long the emulator may take to listen.
const START: Duration = Duration::from_secs(20);
/// How often it is started at most.
const TRIES: u32 = 3;
/// How long one invocation may take.
const INVOCATION: Duration = Duration::from_secs(60);

/// A running emulator. It ends, with the function, when this is dropped.
pub struct Emulator {
    emulator: Child,
    address: SocketAddr,
    client: reqwest::Client,
}

impl Emulator {
    /// Starts the emulator with `quell` as the bootstrap, in an environment of its own. The function starts with the first invocation. Its log and the
    /// emulator's go to `folder/emulator.log`.
    pub fn start(folder: &Path, environment: &[(&str, String)]) -> anyhow::Result<Self> {
        let bootstrap = folder.join("bootstrap");
        if !bootstrap.exists() {
            symlink(binary()?, &bootstrap).context("the bootstrap can't be linked")?;
        }
        Self::start_with([bootstrap], folder, environment)
    }

    /// As [`Self::start`], with another program and its arguments as the bootstrap. It runs in the folder.
    pub fn start_with<A: AsRef<OsStr>>(
        bootstrap: impl IntoIterator<Item = A>,
        folder: &Path,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let bootstrap: Vec<_> = bootstrap.into_iter().collect();
        let mut tries = 1..=TRIES;
        loop {
            let started = Self::start_once(&bootstrap, folder, environment);
            match tries.next() {
                // Somebody else took a port between its choice and its use.
                Some(1..TRIES) if started.is_err() => {}
                _ => return started,
            }
        }
    }

    fn start_once<A: AsRef<OsStr>>(
        bootstrap: &[A],
        folder: &Path,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let (address, api) = (free_address()?, free_address()?);
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.join("emulator.log"))?;
        let emulator = Command::new(python::program("aws-lambda-rie")?)
            .args(["--runtime-interface-emulator-address", &address.to_string()])
            .args(["--runtime-api-address", &api.to_string()])
            .args(bootstrap)
            .current_dir(folder)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_FUNCTION_NAME", "quell")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // A group of its own, so that the function goes with the emulator.
            .process_group(0)
            .spawn()
            .context("the Lambda emulator can't be started")?;
        let mut started = Self {
            emulator,
            address,
            client: reqwest::Client::new(),
        };
        started.wait_until_it_listens()?;
        Ok(started)
    }

    /// Where it listens, for `AWS_ENDPOINT_URL_LAMBDA`. It calls its function `function`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Invokes the function with an event and returns its answer: what it returned, or its error with `errorType` and `errorMessage`.
    pub async fn invoke(&self, event: &Value) -> anyhow::Result<Value> {
        let url = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        let request = self.client.post(url).timeout(INVOCATION).body(event.to_string());
        let response = request.send().await.context("the emulator does not answer")?;
        let text = response.text().await?;
        serde_json::from_str(&text).with_context(|| format!("the emulator answers with {text}"))
    }

    /// The function's process, which is the emulator's child. It is there after the first invocation.
    pub fn function(&self) -> anyhow::Result<FunctionProcess> {
        let emulator = self.emulator.id().to_string();
        for process in fs::read_dir("/proc")? {
            let folder = process?.path();
            // Other processes end while this looks.
            let status = fs::read_to_string(folder.join("status")).unwrap_or_default();
            if field(&status, "PPid") == Some(&emulator) {
                return Ok(FunctionProcess { folder });
            }
        }
        bail!("the function does not run")
    }

    fn wait_until_it_listens(&mut self) -> anyhow::Result<()> {
        let begin = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.emulator.try_wait()? {
                bail!("the Lambda emulator ended at once: {status}");
            }
            ensure!(
                begin.elapsed() < START,
                "the Lambda emulator does not listen on {}",
                self.address
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

/// What the kernel says of a function's process.
#[derive(Debug)]
pub struct FunctionProcess {
    folder: PathBuf,
}

impl FunctionProcess {
    /// Its process, for those who want to end it.
    pub fn process(&self) -> anyhow::Result<Pid> {
        let name = self
            .folder
            .file_name()
            .and_then(OsStr::to_str)
            .context("a process has a number")?;
        Pid::from_raw(name.parse()?).context("no process has the number 0")
    }

    /// The most memory that was resident so far, in bytes.
    pub fn peak_memory(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(self.folder.join("status"))?;
        let kib = field(&status, "VmHWM").and_then(|size| size.strip_suffix(" kB"));
        Ok(kib.context("the kernel counts memory")?.parse::<u64>()? * 1024)
    }

    /// Its sockets of TCP in this state, as `/proc/net/tcp` writes it: `0A` for those that listen, `01` for connections.
    pub fn sockets(&self, state: &str) -> anyhow::Result<usize> {
        let mut own = Vec::new();
        for file in fs::read_dir(self.folder.join("fd"))? {
            let link = fs::read_link(file?.path()).unwrap_or_default();
            let inode = link
                .to_str()
                .and_then(|link| link.strip_prefix("socket:[")?.strip_suffix(']'));
            own.extend(inode.map(str::to_owned));
        }
        let mut sockets = 0;
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let table = fs::read_to_string(table).unwrap_or_default();
            let mine = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            let mine = mine.filter(|fields| {
                fields.get(3) == Some(&state) && fields.get(9).is_some_and(|inode| own.iter().any(|own| own == inode))
            });
            sockets += mine.count();
        }
        Ok(sockets)
    }
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.map(str::trim)
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to be done about either.
        let _ = kill_process_group(Pid::from_child(&self.emulator), Signal::KILL);
        let _ = self.emulator.wait();
    }
}

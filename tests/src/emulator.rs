//! AWS's Lambda Runtime Interface Emulator, with the real binary as the function's `bootstrap`.

use std::{
    fs::File,
    net::{SocketAddr, TcpStream},
    os::unix::{fs::symlink, process::CommandExt},
    path::Path,
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
        symlink(binary()?, &bootstrap).context("the bootstrap can't be linked")?;
        let (address, api) = (free_address()?, free_address()?);
        let log = File::create(folder.join("emulator.log"))?;
        let emulator = Command::new(python::program("aws-lambda-rie")?)
            .args(["--runtime-interface-emulator-address", &address.to_string()])
            .args(["--runtime-api-address", &api.to_string()])
            .arg(bootstrap)
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

    /// Invokes the function with an event and returns its answer: what it returned, or its error with `errorType` and `errorMessage`.
    pub async fn invoke(&self, event: &Value) -> anyhow::Result<Value> {
        let url = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        let request = self.client.post(url).timeout(INVOCATION).body(event.to_string());
        let response = request.send().await.context("the emulator does not answer")?;
        let text = response.text().await?;
        serde_json::from_str(&text).with_context(|| format!("the emulator answers with {text}"))
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

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to be done about either.
        let _ = kill_process_group(Pid::from_child(&self.emulator), Signal::KILL);
        let _ = self.emulator.wait();
    }
}

//! The stage: a simulated account, a simulated Stealthwatch Cloud, and the real daemon between them.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use super::DemoError;
use crate::{
    alert::Detector,
    cloud::{Cloud, NetworkAcl, SubnetId},
    config::Config,
    daemon::Daemon,
    hold::HoldFilter,
    report::Report,
    simulated_stealthwatch::SimulatedStealthwatch,
    way::{
        Host,
        order::{Done, Order},
    },
};

/// How long anything may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether it has happened.
const LOOK: Duration = Duration::from_millis(50);

/// What a stage is set with.
pub(super) struct Setting<'a> {
    /// The simulated account, in TOML.
    pub(super) account: &'a str,
    /// The subnet that the story is about.
    pub(super) subnet: &'a str,
    /// What the simulated Stealthwatch API has, by alert id.
    pub(super) observations: BTreeMap<String, Vec<Value>>,
    /// The plugin, in TOML.
    pub(super) plugin: String,
    /// What is never blocked, beside what never is anywhere.
    pub(super) never_block: &'a [&'a str],
}

/// Everything that the story needs. Its files lie in a folder that goes with it.
pub(super) struct Stage {
    _folder: TempDir,
    _stealthwatch: SimulatedStealthwatch,
    daemon: Daemon,
    subnet: SubnetId,
    client: reqwest::Client,
}

/// What the door says of a delivery.
#[derive(Deserialize)]
struct Told {
    state: String,
    report: Option<Value>,
}

impl Stage {
    /// Sets it.
    pub(super) async fn set(setting: Setting<'_>) -> Result<Self, DemoError> {
        let folder = tempfile::tempdir().map_err(DemoError::Stage)?;
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).map_err(DemoError::Stage);
        write("account.toml", setting.account)?;
        write("stealthwatch.key", SimulatedStealthwatch::KEY)?;
        only_for_us(&folder.path().join("stealthwatch.key")).map_err(DemoError::Stage)?;
        let stealthwatch = SimulatedStealthwatch::start(setting.observations.clone())
            .await
            .map_err(DemoError::Stage)?;
        let text = configuration(&setting, &stealthwatch);
        let config = Config::parse(&text, &folder.path().join("quell.toml"))?;
        let subnet = setting.subnet.parse();
        Ok(Self {
            daemon: Daemon::start(&config).await?,
            subnet: subnet.map_err(|_| DemoError::NotSo("the subnet has an id"))?,
            _folder: folder,
            _stealthwatch: stealthwatch,
            client: reqwest::Client::new(),
        })
    }

    /// Takes it down again.
    pub(super) async fn strike(self) -> Result<(), DemoError> {
        Ok(self.daemon.stop().await?)
    }

    /// Where the daemon listens.
    pub(super) fn door(&self) -> SocketAddr {
        self.daemon.address()
    }

    /// Where alerts of a detector go.
    pub(super) fn alerts_url(&self, detector: Detector) -> String {
        format!("http://{}/alerts/{detector}", self.door())
    }

    /// The host inside the daemon.
    pub(super) fn host(&self) -> &Arc<Host> {
        self.daemon.host()
    }

    /// Sends an alert through the HTTP door, and returns the delivery's id.
    pub(super) async fn post(&self, detector: Detector, alert: &str) -> Result<String, DemoError> {
        #[derive(Deserialize)]
        struct Accepted {
            delivery: String,
        }
        let request = self.client.post(self.alerts_url(detector)).body(alert.to_owned());
        let accepted: Accepted = request.send().await?.error_for_status()?.json().await?;
        Ok(accepted.delivery)
    }

    /// What became of a delivery, as soon as it is done.
    pub(super) async fn report(&self, delivery: &str) -> Result<Report, DemoError> {
        let url = format!("http://{}/deliveries/{delivery}", self.door());
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let told: Told = self.client.get(&url).send().await?.error_for_status()?.json().await?;
            match told.report {
                Some(report) if told.state == "done" => {
                    return serde_json::from_value(report).map_err(DemoError::Recorded);
                }
                _ => tokio::time::sleep(LOOK).await,
            }
        }
        Err(DemoError::NotSo("the alert was worked on in time"))
    }

    /// What came of an order, which goes through the HTTP door as those of the commands do.
    pub(super) async fn order(&self, order: &Order) -> Result<Done, DemoError> {
        let url = format!("http://{}/orders", self.door());
        let request = self.client.post(url).json(order);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// The network ACL of the subnet that the story is about.
    pub(super) async fn acl(&self) -> Result<NetworkAcl, DemoError> {
        Ok(self.cloud()?.network_acl_of_subnet(&self.subnet).await?)
    }

    /// The simulated account.
    pub(super) fn cloud(&self) -> Result<&Arc<dyn Cloud>, DemoError> {
        let cloud = self.host().clouds().only();
        cloud.ok_or(DemoError::NotSo("the demo has one account"))
    }

    /// Waits until all holds have ended and their entries are gone, and returns the network ACL then.
    pub(super) async fn wait_until_nothing_is_in_force(&self) -> Result<NetworkAcl, DemoError> {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let journal = self.host().journal();
            if journal.holds(&HoldFilter::default()).await?.is_empty() && journal.unfinished().await?.is_empty() {
                return self.acl().await;
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(DemoError::NotSo("the holds ended in time"))
    }

    /// Breaks the demo off if something is not as the story says.
    pub(super) fn expect(&self, is_so: bool, what: &'static str) -> Result<(), DemoError> {
        if is_so { Ok(()) } else { Err(DemoError::NotSo(what)) }
    }
}

/// The default plugin, with blocks that last so long.
pub(super) fn blocking_for(block: Duration) -> String {
    format!(
        r#"
        [[plugin]]
        name = "nacl-block"
        [plugin.settings]
        block-seconds = {seconds}
        # So that all of them end when the demo says.
        jitter-percent = 0
        "#,
        seconds = block.as_secs(),
    )
}

/// The configuration of the demo, as a user would write it.
fn configuration(setting: &Setting<'_>, stealthwatch: &SimulatedStealthwatch) -> String {
    format!(
        r#"
        [simulated]
        account-file = "account.toml"
        [stealthwatch-cloud]
        base-url = "{url}"
        user = "{user}"
        key-file = "stealthwatch.key"
        [http]
        listen = "127.0.0.1:0"
        [journal]
        path = "journal.sqlite"
        [sandbox]
        cache = "cache"
        [guard]
        never-block = {never_block:?}
        {plugin}
        "#,
        url = stealthwatch.base_url(),
        user = SimulatedStealthwatch::USER,
        never_block = setting.never_block,
        plugin = setting.plugin,
    )
}

#[cfg(unix)]
fn only_for_us(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn only_for_us(_: &Path) -> std::io::Result<()> {
    Ok(())
}

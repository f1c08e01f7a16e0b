//! A scene in moto's EC2, a simulated Stealthwatch API, and a configuration of `quell` for both.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use quell::{cloud::AclId, simulated_stealthwatch::SimulatedStealthwatch};
use quell_tests::{
    moto::{self, Moto, OTHER_ACCOUNT, OTHER_ROLE},
    process::{Quell, free_address},
    recorded,
    scene::{Scene, SeenEntry, seen_entries},
};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// The token that the door asks for.
pub(crate) const TOKEN: &str = "a-token-that-nobody-guesses";

/// How long something may take that takes a second on an idle machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// All that a daemon needs.
pub(crate) struct Stage {
    pub(crate) moto: Moto,
    pub(crate) scene: Scene,
    pub(crate) stealthwatch: SimulatedStealthwatch,
    pub(crate) quell: Quell,
    url: String,
    before: Vec<SeenEntry>,
}

impl Stage {
    /// With these lines in the default plugin's settings.
    pub(crate) async fn build(settings: &str) -> anyhow::Result<Self> {
        let moto = Moto::start()?;
        let scene = Scene::build(&moto)?;
        let before = seen_entries(&moto, &scene.web.acl)?;
        let stealthwatch = SimulatedStealthwatch::start(recorded::observations()?).await?;
        let listen = free_address()?;
        let configuration = format!(
            r#"
            [[aws.account]]
            id = "{}"
            regions = ["{}"]
            [[aws.account]]
            id = "{OTHER_ACCOUNT}"
            regions = ["{}"]
            role = "{OTHER_ROLE}"
            external-id = "quell-{OTHER_ACCOUNT}"
            [journal]
            path = "journal.sqlite"
            [stealthwatch-cloud]
            base-url = "{}"
            user = "{}"
            key-env = "KEY"
            [http]
            listen = "{listen}"
            token-env = "TOKEN"
            [sandbox]
            cache = "cache"
            [[plugin]]
            name = "nacl-block"
            [plugin.settings]
            {settings}
            "#,
            moto::ACCOUNT,
            moto::REGION,
            moto::REGION,
            stealthwatch.base_url(),
            SimulatedStealthwatch::USER,
        );
        let secrets = [("KEY", SimulatedStealthwatch::KEY), ("TOKEN", TOKEN)];
        let quell = Quell::new(&configuration)?
            .with_environment(moto.environment())
            .with_environment(secrets.map(|(name, value)| (name, value.to_owned())));
        Ok(Self {
            moto,
            scene,
            stealthwatch,
            quell,
            url: format!("http://{listen}"),
            before,
        })
    }

    /// The recorded attack, on the scene's web server.
    pub(crate) fn attack(&self) -> String {
        attack_on(moto::ACCOUNT, &self.scene)
    }

    /// Posts an alert, and gives the location of what becomes of it as soon as it is taken.
    pub(crate) async fn post(&self, alert: &str) -> anyhow::Result<String> {
        let request = client()?.post(format!("{}/alerts/stealthwatch-cloud", self.url));
        let response = request.bearer_auth(TOKEN).body(alert.to_owned()).send().await?;
        ensure!(response.status() == StatusCode::ACCEPTED, "{response:?}");
        let place = response.headers().get("location").context("there is a location")?;
        Ok(place.to_str()?.to_owned())
    }

    /// Waits until what is at the location is no longer waiting.
    pub(crate) async fn worked(&self, place: &str) -> anyhow::Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let request = client()?.get(format!("{}{place}", self.url)).bearer_auth(TOKEN);
            let delivery: Value = request.send().await?.json().await?;
            if delivery["state"] != "waiting" {
                return Ok(delivery);
            }
            ensure!(Instant::now() < deadline, "it is not worked on: {delivery}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Posts the attack and waits until it is worked on.
    pub(crate) async fn deliver(&self) -> anyhow::Result<()> {
        let place = self.post(&self.attack()).await?;
        let delivery = self.worked(&place).await?;
        ensure!(delivery["report"]["outcome"] == "acted", "{delivery}");
        Ok(())
    }

    /// The entries in the web subnet's ACL that were not there in the beginning, as boto3 sees them.
    pub(crate) fn new_entries(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.entries(&self.scene.web.acl)?;
        ensure!(
            self.before.iter().all(|entry| entries.contains(entry)),
            "entries of others are gone"
        );
        let new = entries.iter().filter(|entry| !self.before.contains(entry));
        Ok(new.map(line).collect())
    }

    /// All entries of an ACL, as boto3 sees them.
    pub(crate) fn entries(&self, acl: &AclId) -> anyhow::Result<Vec<SeenEntry>> {
        seen_entries(&self.moto, acl)
    }
}

/// The recorded attack, on the web server of a scene in this account.
pub(crate) fn attack_on(account: &str, scene: &Scene) -> String {
    let web = &scene.web;
    let namespace = format!("awsv2:{account}:{}:{}", moto::REGION, scene.vpc);
    let source = json!({
        "name": web.instance.as_str(),
        "ips": [web.private_address],
        "hostnames": [web.host_name],
        "namespace": namespace,
    });
    let name = json!(web.instance.as_str());
    recorded::changed(recorded::ATTACK, &[("source_name", name), ("source_info", source)])
}

fn client() -> reqwest::Result<Client> {
    Client::builder().no_proxy().build()
}

fn line(entry: &SeenEntry) -> String {
    let prefix = entry.cidr_block.as_ref().or(entry.ipv6_cidr_block.as_ref());
    format!(
        "{} {} {} {}",
        entry.rule_number,
        entry.rule_action,
        prefix.map_or("?", String::as_str),
        if entry.egress { "egress" } else { "ingress" }
    )
}

//! A stage: a scene in moto's EC2, a proxy before it, a simulated Stealthwatch API, and a configuration of `quell` for all of them.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use quell::{
    alert::Detector,
    cloud::{
        AclId, Direction, RuleAction,
        oracle::{Packet, judge},
    },
    hold::{Hold, HoldFilter, HoldId, Journal, SqliteJournal},
    simulated_stealthwatch::SimulatedStealthwatch,
};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

#[cfg(feature = "aws")]
use crate::table::journal_in;
use crate::{
    attack::{Attack, about},
    emulator::Emulator,
    moto::{self, Moto},
    process::{Quell, free_address},
    proxy::Ec2Proxy,
    recorded,
    scene::{Place, Scene},
    seen::{SeenEntry, acl_of},
    world::World,
};

/// The token that the door asks for.
pub const TOKEN: &str = "a-token-that-nobody-guesses";

/// How long something may take that takes a second on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// All that a daemon needs.
pub struct Stage {
    /// What it shares with other stages.
    pub world: Arc<World>,
    /// What is in the account.
    pub scene: Scene,
    /// EC2 as the daemon meets it.
    pub ec2: Ec2Proxy,
    /// The detector's API.
    pub stealthwatch: SimulatedStealthwatch,
    /// The program in its folder.
    pub quell: Quell,
    table: Option<String>,
    listen: String,
    client: Client,
    before: Vec<SeenEntry>,
}

/// What differs from stage to stage.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Lines in the default plugin's settings.
    pub settings: &'a str,
    /// Lines in `[aws]`.
    pub aws: &'a str,
    /// Tables at the end of the configuration.
    pub tables: &'a str,
    /// The attacks that the detector knows beside the recorded ones.
    pub attacks: &'a [Attack],
    /// Nothing says where the detector's API is.
    pub without_stealthwatch: bool,
    /// Compiled plugins are to be kept where nothing can be kept.
    pub without_cache: bool,
    /// The table at moto that the journal is in. None: it is a file of the folder.
    pub table: Option<&'a str>,
}

impl Stage {
    /// With these lines in the default plugin's settings.
    pub async fn build(settings: &str) -> anyhow::Result<Self> {
        let wanted = Wanted {
            settings,
            ..Wanted::default()
        };
        Self::with(&wanted).await
    }

    /// As it is wanted, in a scene of its own.
    pub async fn with(wanted: &Wanted<'_>) -> anyhow::Result<Self> {
        let world = World::shared()?;
        let scene = Scene::build(&world.moto)?;
        Self::in_scene(world, scene, wanted).await
    }

    /// As it is wanted, in a scene that was built already.
    pub async fn in_scene(world: Arc<World>, scene: Scene, wanted: &Wanted<'_>) -> anyhow::Result<Self> {
        let before = world.moto.seen_entries(&scene.web.acl)?;
        let mut observations = recorded::observations()?;
        let made_up = wanted
            .attacks
            .iter()
            .map(|attack| (attack.id.to_string(), attack.observations()));
        observations.extend(made_up);
        let stealthwatch = SimulatedStealthwatch::start(observations).await?;
        let ec2 = Ec2Proxy::start(&world.moto.endpoint()).await?;
        let listen = free_address()?.to_string();
        let quell = Quell::new("")?.with_environment(environment(&ec2));
        let stage = Self {
            world,
            scene,
            ec2,
            stealthwatch,
            quell,
            table: wanted.table.map(str::to_owned),
            listen,
            client: Client::builder().no_proxy().build()?,
            before,
        };
        stage.configure(wanted)?;
        Ok(stage)
    }

    /// Configures those that start from now on. The attacks and the table stay as they were wanted first.
    pub fn configure(&self, wanted: &Wanted<'_>) -> anyhow::Result<()> {
        self.quell.configure(&configuration(wanted, self))
    }

    /// A function of the same configuration, behind the same proxy. Its log is `function/emulator.log` in the folder.
    pub fn function(&self) -> anyhow::Result<Emulator> {
        // A folder of its own: the daemon looks at its configuration whenever something is written beside it.
        let folder = self.quell.path("function");
        fs::create_dir_all(&folder)?;
        let mut environment = environment(&self.ec2);
        environment.push(("QUELL_CONFIG", self.quell.path("quell.toml").display().to_string()));
        environment.push(("AWS_LAMBDA_FUNCTION_TIMEOUT", "60".to_owned()));
        Emulator::start(&folder, &environment)
    }

    /// The recorded attack, on the scene's web server.
    pub fn recorded_attack(&self) -> String {
        recorded::changed(recorded::ATTACK, &about(&self.scene.vpc, &self.scene.web))
    }

    /// An attack on the scene's web server.
    pub fn on_web(&self, attack: &Attack) -> String {
        self.on(&self.scene.web, attack)
    }

    /// An attack on the instance at a place.
    pub fn on(&self, place: &Place, attack: &Attack) -> String {
        attack.alert(&self.scene.vpc, place)
    }

    /// Posts an alert, and gives the location of what becomes of it as soon as it is taken.
    pub async fn post(&self, alert: &str) -> anyhow::Result<String> {
        self.post_of(Detector::StealthwatchCloud, alert).await
    }

    /// As [`Self::post`], for an alert of this detector.
    pub async fn post_of(&self, detector: Detector, alert: &str) -> anyhow::Result<String> {
        let request = self.client.post(self.url(&format!("/alerts/{detector}")));
        let response = admitted(request).body(alert.to_owned()).send().await?;
        ensure!(response.status() == StatusCode::ACCEPTED, "{response:?}");
        let place = response.headers().get("location").context("there is a location")?;
        Ok(place.to_str()?.to_owned())
    }

    /// Waits until what is at the location is no longer waiting, and gives what became of it.
    pub async fn worked(&self, place: &str) -> anyhow::Result<Value> {
        self.becomes(place, |delivery| delivery["state"] != "waiting").await
    }

    /// Waits until what is at the location was tried once, and gives what came of that. It may be waiting for another try.
    pub async fn tried(&self, place: &str) -> anyhow::Result<Value> {
        self.becomes(place, |delivery| delivery["report"].is_object()).await
    }

    async fn becomes(&self, place: &str, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let request = admitted(self.client.get(self.url(place)));
            let delivery: Value = request.send().await?.json().await?;
            if wanted(&delivery) {
                return Ok(delivery);
            }
            ensure!(Instant::now() < deadline, "it is not worked on: {delivery}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Posts an alert, waits until it is worked on, and gives the report.
    pub async fn report(&self, alert: &str) -> anyhow::Result<Value> {
        let place = self.post(alert).await?;
        Ok(self.worked(&place).await?["report"].take())
    }

    /// As [`Self::report`], for an alert that leads to a change.
    pub async fn act(&self, alert: &str) -> anyhow::Result<Value> {
        let report = self.report(alert).await?;
        ensure!(report["outcome"] == "acted", "{report}");
        Ok(report)
    }

    /// Posts the recorded attack and waits until it is worked on.
    pub async fn deliver(&self) -> anyhow::Result<()> {
        self.act(&self.recorded_attack()).await.map(|_| ())
    }

    /// Releases a hold, as a person does.
    pub async fn release(&self, hold: HoldId) -> anyhow::Result<()> {
        let order = json!({ "release": { "holds": [hold] } });
        let request = self.client.post(self.url("/orders")).json(&order);
        let response = admitted(request).send().await?;
        ensure!(response.status() == StatusCode::OK, "{}", response.text().await?);
        Ok(())
    }

    /// The holds in force, by id, as the journal has them.
    pub async fn holds(&self) -> anyhow::Result<Vec<Hold>> {
        let filter = HoldFilter::default();
        #[cfg(feature = "aws")]
        if let Some(table) = &self.table {
            return Ok(journal_in(&self.world.moto, table).holds(&filter).await?);
        }
        Ok(self.journal()?.holds(&filter).await?)
    }

    /// The journal, to be read beside the daemon, if it is a file.
    pub fn journal(&self) -> anyhow::Result<SqliteJournal> {
        Ok(SqliteJournal::open_to_read(&self.quell.path("journal.sqlite"))?)
    }

    /// The entries in the web subnet's ACL that were not there in the beginning, as `99 deny 203.0.113.7/32 ingress`. Nobody else's may be gone.
    pub fn new_entries(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.entries(&self.scene.web.acl)?;
        for entry in &self.before {
            ensure!(entries.contains(entry), "an entry of others is gone: {}", entry.line());
        }
        let new = entries.iter().filter(|entry| !self.before.contains(entry));
        Ok(new.map(SeenEntry::line).collect())
    }

    /// Whether an ACL lets a TCP packet from this address to port 22 in, by the entries that boto3 sees.
    pub fn lets_in(&self, acl: &AclId, remote: &str) -> anyhow::Result<bool> {
        let packet = Packet::tcp(Direction::Ingress, remote.parse()?, 22);
        let judgement = judge(&acl_of(&self.entries(acl)?)?, &packet);
        Ok(judgement.action == RuleAction::Allow)
    }

    /// All entries of an ACL, as boto3 sees them.
    pub fn entries(&self, acl: &AclId) -> anyhow::Result<Vec<SeenEntry>> {
        self.world.moto.seen_entries(acl)
    }

    /// Where this is at the door.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.listen)
    }
}

/// What those are told that start here: how they reach AWS, and the secrets.
fn environment(ec2: &Ec2Proxy) -> Vec<(&'static str, String)> {
    let mut environment = Moto::environment_behind(ec2.endpoint());
    environment.push(("KEY", SimulatedStealthwatch::KEY.to_owned()));
    environment.push(("TOKEN", TOKEN.to_owned()));
    environment
}

fn admitted(request: RequestBuilder) -> RequestBuilder {
    request.bearer_auth(TOKEN)
}

fn configuration(wanted: &Wanted<'_>, stage: &Stage) -> String {
    let Wanted {
        settings, aws, tables, ..
    } = wanted;
    let stealthwatch = format!(
        r#"
        [stealthwatch-cloud]
        base-url = "{}"
        user = "{}"
        key-env = "KEY"
        "#,
        stage.stealthwatch.base_url(),
        SimulatedStealthwatch::USER,
    );
    let journal = match &stage.table {
        Some(table) => format!("table = {table:?}"),
        None => "path = \"journal.sqlite\"".to_owned(),
    };
    let cache = stage.world.cache.path().join("plugins");
    format!(
        r#"
        [journal]
        {journal}
        {aws}
        {stealthwatch}
        [http]
        listen = "{listen}"
        token-env = "TOKEN"
        [sandbox]
        cache = {cache:?}
        [[plugin]]
        name = "nacl-block"
        [plugin.settings]
        {settings}
        {tables}
        "#,
        aws = aws_tables(aws),
        stealthwatch = if wanted.without_stealthwatch { "" } else { &stealthwatch },
        listen = stage.listen,
        // A file of the folder, in which no folder can be made.
        cache = if wanted.without_cache {
            Path::new("quell.toml")
        } else {
            &cache
        },
    )
}

/// The account that moto plays, with these lines in the table over it.
pub fn aws_tables(more: &str) -> String {
    in_regions(&[moto::REGION], more)
}

/// As [`aws_tables`], in a second region as well: of two, a function asks none before an alert says which.
pub fn aws_tables_of_two_regions(more: &str) -> String {
    in_regions(&[moto::REGION, "us-east-1"], more)
}

fn in_regions(regions: &[&str], more: &str) -> String {
    format!(
        r#"
        [aws]
        {more}
        [[aws.account]]
        id = "{}"
        regions = {regions:?}
        "#,
        moto::ACCOUNT,
    )
}

//! A function on AWS's emulator, and everything around it.

use std::sync::Arc;

use anyhow::ensure;
use jiff::Timestamp;
use quell::{
    hold::{DynamoJournal, Hold, HoldFilter, Journal},
    simulated_stealthwatch::SimulatedStealthwatch,
};
use quell_tests::{
    attack::Attack,
    emulator::Emulator,
    moto::Moto,
    process::{Quell, Told},
    proxy::Ec2Proxy,
    recorded,
    scene::Scene,
    seen::SeenEntry,
    stage::{TOKEN, aws_tables},
    table::{journal_in, new_table},
    world::World,
};
use serde_json::Value;

/// What differs from function to function.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted<'a> {
    /// Lines in the default plugin's settings.
    pub(crate) settings: &'a str,
    /// Accounts and their regions, in place of the one that moto plays.
    pub(crate) accounts: &'a str,
    /// Tables at the end of the configuration.
    pub(crate) tables: &'a str,
    /// The attacks that the detector knows beside the recorded ones.
    pub(crate) attacks: &'a [Attack],
    /// The journal is a file in the function's own storage.
    pub(crate) in_a_file: bool,
    /// Lines in `[http]`, in place of the token for web requests.
    pub(crate) http: Option<&'a str>,
    /// Further variables of its environment.
    pub(crate) environment: &'a [(&'static str, String)],
    /// How long an invocation may take, in seconds. None: 60.
    pub(crate) timeout: Option<u32>,
}

/// A function, and everything around it.
pub(crate) struct Function {
    pub(crate) world: Arc<World>,
    pub(crate) scene: Scene,
    /// AWS as the function meets it.
    pub(crate) aws: Ec2Proxy,
    pub(crate) quell: Quell,
    pub(crate) emulator: Emulator,
    table: String,
    environment: Vec<(&'static str, String)>,
    before: Vec<SeenEntry>,
    /// The detector's API.
    pub(crate) stealthwatch: SimulatedStealthwatch,
}

impl Function {
    pub(crate) async fn start(wanted: &Wanted<'_>) -> anyhow::Result<Self> {
        let world = World::shared()?;
        let scene = Scene::build(&world.moto)?;
        Self::in_scene(world, scene, wanted).await
    }

    pub(crate) async fn in_scene(world: Arc<World>, scene: Scene, wanted: &Wanted<'_>) -> anyhow::Result<Self> {
        let before = world.moto.seen_entries(&scene.web.acl)?;
        let mut observations = recorded::observations()?;
        observations.extend(
            wanted
                .attacks
                .iter()
                .map(|attack| (attack.id.to_string(), attack.observations())),
        );
        let stealthwatch = SimulatedStealthwatch::start(observations).await?;
        let aws = Ec2Proxy::start(&world.moto.endpoint()).await?;
        let table = new_table(&world.moto).await;
        let quell = Quell::new(&configuration(wanted, &world, &stealthwatch, &table))?;
        let mut environment = Moto::environment_behind(aws.endpoint());
        environment.push(("KEY", SimulatedStealthwatch::KEY.to_owned()));
        environment.push(("TOKEN", TOKEN.to_owned()));
        environment.push(("QUELL_CONFIG", quell.path("quell.toml").display().to_string()));
        environment.push(("AWS_LAMBDA_FUNCTION_TIMEOUT", wanted.timeout.unwrap_or(60).to_string()));
        environment.extend_from_slice(wanted.environment);
        let emulator = Emulator::start(&quell.path(""), &environment)?;
        let quell = quell
            .with_environment(environment.clone())
            .with_environment([("AWS_ENDPOINT_URL_LAMBDA", emulator.endpoint())]);
        Ok(Self {
            world,
            scene,
            aws,
            quell,
            emulator,
            table,
            environment,
            before,
            stealthwatch,
        })
    }

    /// Another execution environment takes the place of this one, as after a crash.
    pub(crate) fn restart(&mut self) -> anyhow::Result<()> {
        self.emulator = Emulator::start(&self.quell.path(""), &self.environment)?;
        Ok(())
    }

    pub(crate) async fn invoke(&self, event: &Value) -> anyhow::Result<Value> {
        self.emulator.invoke(event).await
    }

    /// Asks the deployed function, as a person does on a machine of theirs. Names it as the emulator does.
    pub(crate) fn ask(&self, arguments: &[&str]) -> anyhow::Result<Told> {
        self.quell.run(&[&["--lambda", "function"], arguments].concat())
    }

    /// An attack on the scene's web server.
    pub(crate) fn on_web(&self, attack: &Attack) -> String {
        attack.alert(&self.scene.vpc, &self.scene.web)
    }

    /// The journal, beside the function.
    pub(crate) fn journal(&self) -> DynamoJournal {
        journal_in(&self.world.moto, &self.table)
    }

    pub(crate) async fn holds(&self) -> anyhow::Result<Vec<Hold>> {
        Ok(self.journal().holds(&HoldFilter::default()).await?)
    }

    /// What the journal says is left to do.
    pub(crate) async fn unfinished(&self) -> anyhow::Result<String> {
        let journal = self.journal();
        let (waiting, targets) = (journal.waiting(Timestamp::MAX, 50).await?, journal.unfinished().await?);
        let waiting = waiting.iter().map(|delivery| format!("delivery {} waits", delivery.id));
        let targets = targets.iter().map(|target| format!("{target} is unfinished"));
        Ok(waiting.chain(targets).collect::<Vec<_>>().join(", "))
    }

    /// The entries of the web subnet's ACL that were not there in the beginning, one line each, by prefix. Nobody else's may be gone.
    pub(crate) fn new_entries(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.world.moto.seen_entries(&self.scene.web.acl)?;
        for entry in &self.before {
            ensure!(entries.contains(entry), "an entry of others is gone: {}", entry.line());
        }
        let new = entries.iter().filter(|entry| !self.before.contains(entry));
        let mut prefixes: Vec<_> = new.map(SeenEntry::line).collect();
        prefixes.sort();
        Ok(prefixes)
    }

    /// The prefixes that are denied and were not in the beginning, one for each entry.
    pub(crate) fn denied(&self) -> anyhow::Result<Vec<String>> {
        let lines = self.new_entries()?;
        let mut prefixes: Vec<_> = lines
            .iter()
            .filter_map(|line| line.split(' ').nth(2).map(ToOwned::to_owned))
            .collect();
        prefixes.sort();
        Ok(prefixes)
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.quell.path("emulator.log")).unwrap_or_default()
    }
}

fn configuration(wanted: &Wanted<'_>, world: &World, stealthwatch: &SimulatedStealthwatch, table: &str) -> String {
    let Wanted { settings, tables, .. } = wanted;
    let aws = match wanted.accounts {
        "" => aws_tables(""),
        accounts => accounts.to_owned(),
    };
    let journal = if wanted.in_a_file {
        "path = 'journal.sqlite'".to_owned()
    } else {
        format!("table = '{table}'")
    };
    format!(
        r#"
        {aws}
        [stealthwatch-cloud]
        base-url = "{url}"
        user = "{user}"
        key-env = "KEY"
        [journal]
        {journal}
        [http]
        {http}
        [sandbox]
        cache = {cache:?}
        [[plugin]]
        name = "nacl-block"
        [plugin.settings]
        {settings}
        {tables}
        "#,
        url = stealthwatch.base_url(),
        http = wanted.http.unwrap_or("token-env = 'TOKEN'"),
        user = SimulatedStealthwatch::USER,
        cache = world.cache.path().join("plugins"),
    )
}

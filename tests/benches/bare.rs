//! The same decision with wasmtime alone: no limits, no meter, no log, and all that it is given is in the contract's own types already.

use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store,
    component::{Component, HasSelf, Linker},
};

use crate::input;

wasmtime::component::bindgen!({
    path: "../wit",
    world: "plugin",
    imports: { "quell:plugin/facts": async },
    exports: { default: async },
});

use self::quell::plugin::{facts, log, types};

/// How instances are made.
#[allow(
    dead_code,
    reason = "each of the benchmarks that share this file measures its own kinds"
)]
pub(crate) enum Kind {
    Pool,
    OnDemand,
}

pub(crate) struct Bare {
    engine: Engine,
    plugin: PluginPre<Answers>,
    request: types::Request,
    answers: Answers,
}

/// The answers to what the plugin asks.
#[derive(Clone)]
struct Answers {
    observations: Vec<facts::Observation>,
    instance: facts::Instance,
}

impl Bare {
    pub(crate) fn new(kind: Kind, component: &[u8]) -> Self {
        let mut config = Config::new();
        if let Kind::Pool = kind {
            let mut pool = PoolingAllocationConfig::new();
            // As the host has it: without it the page faults of each decision cost more than all else.
            pool.linear_memory_keep_resident(1 << 20);
            pool.table_keep_resident(1 << 20);
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        }
        let engine = Engine::new(&config).unwrap();
        let component = Component::from_binary(&engine, component).unwrap();
        let mut linker = Linker::new(&engine);
        Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |answers: &mut Answers| answers).unwrap();
        let plugin = PluginPre::new(linker.instantiate_pre(&component).unwrap()).unwrap();
        Self {
            engine,
            plugin,
            request: request(),
            answers: answers(),
        }
    }

    pub(crate) async fn decide(&self) -> types::Decision {
        let mut store = Store::new(&self.engine, self.answers.clone());
        let plugin = self.plugin.instantiate_async(&mut store).await.unwrap();
        let decider = plugin.quell_plugin_decider();
        decider.call_decide(&mut store, &self.request).await.unwrap().unwrap()
    }

    /// That the decision is the one that the host has.
    pub(crate) async fn check(&self) {
        let types::Decision::Remediate(proposal) = self.decide().await else {
            panic!("it declined")
        };
        let prefixes = proposal
            .remediations
            .iter()
            .map(|remediation| match &remediation.action {
                types::Action::Block(block) => block.prefix.as_str(),
                other => panic!("{other:?}"),
            });
        assert!(prefixes.eq(input::OFFENDERS.map(|offender| format!("{offender}/32"))));
    }
}

fn request() -> types::Request {
    let request = input::request();
    let alert = request.alert;
    types::Request {
        alert: types::Alert {
            id: alert.id.clone(),
            detector: alert.detector.name().to_owned(),
            kind: alert.kind.clone(),
            title: alert.title.clone(),
            description: alert.description.clone(),
            severity: alert.severity,
            time: None,
            test: alert.test,
            resolved: alert.resolved,
            source: types::AlertSource {
                name: alert.source.name.clone(),
                addresses: alert.source.addresses.iter().map(ToString::to_string).collect(),
                host_names: alert.source.host_names.clone(),
            },
            account: alert.place.account.clone(),
            region: alert.place.region.clone(),
            vpc: alert.place.vpc.clone(),
            raw: alert.raw.clone(),
            extensions: Vec::new(),
        },
        settings: request.settings,
        now: 0,
        extensions: Vec::new(),
    }
}

fn answers() -> Answers {
    let observations = input::observations().into_iter().map(|observation| facts::Observation {
        id: observation.id,
        kind: observation.kind,
        time: None,
        raw: observation.raw,
        extensions: Vec::new(),
    });
    let instance = input::instance();
    Answers {
        observations: observations.collect(),
        instance: facts::Instance {
            id: instance.id.into(),
            state: instance.state,
            vpc: instance.vpc.map(Into::into),
            host_names: instance.host_names,
            interfaces: instance
                .interfaces
                .into_iter()
                .map(|interface| facts::NetworkInterface {
                    id: interface.id.into(),
                    subnet: interface.subnet.into(),
                    vpc: interface.vpc.into(),
                    addresses: interface.addresses.iter().map(ToString::to_string).collect(),
                    security_groups: interface.security_groups.into_iter().map(Into::into).collect(),
                })
                .collect(),
            tags: Vec::new(),
            extensions: Vec::new(),
        },
    }
}

impl types::Host for Answers {}

impl log::Host for Answers {
    fn write(&mut self, _: log::Level, _: String) {}
}

impl facts::Host for Answers {
    async fn get_observations(&mut self) -> Result<Vec<facts::Observation>, facts::FactError> {
        Ok(self.observations.clone())
    }

    async fn get_instance(&mut self, _: String) -> Result<facts::Instance, facts::FactError> {
        Ok(self.instance.clone())
    }

    async fn get_network_acl(&mut self, _: String) -> Result<facts::NetworkAcl, facts::FactError> {
        unreachable!("the default plugin does not ask")
    }

    async fn get_security_group(&mut self, _: String) -> Result<facts::SecurityGroup, facts::FactError> {
        unreachable!("the default plugin does not ask")
    }

    async fn get_history(&mut self, _: String) -> Result<facts::History, facts::FactError> {
        Ok(facts::History {
            holds: 0,
            offences: 0,
            in_force: 0,
            last_since: None,
            last_until: None,
            extensions: Vec::new(),
        })
    }
}

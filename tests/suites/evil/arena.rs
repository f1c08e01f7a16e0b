//! Where an evil guest meets the host.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use quell::{
    alert::{Alert, Detector, Place, Source},
    decision::{Action, Decision},
    duration::HumanDuration,
    fact::{Answer, FactError, Facts, Question},
    sandbox::{Cache, CallError, Decided, Limits, Plugin, Request, Sandbox, Use},
};
use quell_tests::guest;

/// An evil guest, loaded twice: in a daemon with its pool, and in a process that decides one at a time.
pub(crate) struct Arena(Vec<Plugin>);

pub(crate) fn sandbox(purpose: Use, limits: Limits, cache: Option<Cache>) -> Sandbox {
    Sandbox::new(purpose, limits, cache).unwrap()
}

/// Limits for what is not about time: a machine that is busy with other tests must not end a plugin for another reason than the one that is tested.
pub(crate) fn patient() -> Limits {
    Limits {
        guest_time: HumanDuration::from_secs(20),
        ..Limits::default()
    }
}

/// The error of loading these bytes as the plugin `evil`, which must be the same in both kinds of process.
pub(crate) async fn load(component: &[u8]) -> String {
    load_with(patient(), component).await
}

/// As `load`, with these limits.
pub(crate) async fn load_with(limits: Limits, component: &[u8]) -> String {
    let errors = vec![
        load_in(Use::Daemon, limits.clone(), component).await,
        load_in(Use::OneAtATime, limits, component).await,
    ];
    same(errors)
}

/// The error of loading these bytes as the plugin `evil`. Afterwards another plugin is loaded as if nothing had happened.
pub(crate) async fn load_in(purpose: Use, limits: Limits, component: &[u8]) -> String {
    let sandbox = sandbox(purpose, limits, None);
    let error = sandbox.load("evil", component).await.unwrap_err();
    Arena::of(&sandbox, &guest::evil()).await.is_as_before().await;
    error.to_string()
}

fn same(mut texts: Vec<String>) -> String {
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:#?}");
    texts.remove(0)
}

impl Arena {
    pub(crate) async fn new() -> Self {
        Self::with(patient()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let mut plugins = Vec::new();
        for purpose in [Use::Daemon, Use::OneAtATime] {
            let sandbox = sandbox(purpose, limits.clone(), None);
            plugins.push(sandbox.load("evil", &guest::evil()).await.unwrap());
        }
        Self(plugins)
    }

    /// These bytes, which must load.
    pub(crate) async fn loading(component: &[u8]) -> Self {
        Self::of(&sandbox(Use::OneAtATime, patient(), None), component).await
    }

    pub(crate) async fn of(sandbox: &Sandbox, component: &[u8]) -> Self {
        Self(vec![sandbox.load("evil", component).await.unwrap()])
    }

    /// The error of a decision in this mode. Afterwards a good decision is as good as ever.
    pub(crate) async fn decide(&self, mode: &str) -> String {
        let mut errors = Vec::new();
        for plugin in &self.0 {
            let error = plugin.decide(request(mode), Arc::new(NoFacts)).await.unwrap_err();
            errors.push(error.to_string());
        }
        self.is_as_before().await;
        same(errors)
    }

    /// The error of validating these settings. Afterwards a good decision is as good as ever.
    pub(crate) async fn validate(&self, settings: &str) -> String {
        let mut errors = Vec::new();
        for plugin in &self.0 {
            errors.push(plugin.validate_settings(settings).await.unwrap_err().to_string());
        }
        self.is_as_before().await;
        same(errors)
    }

    pub(crate) async fn decide_raw(&self, mode: &str) -> Result<Decided, Box<CallError>> {
        self.0[0].decide(request(mode), Arc::new(NoFacts)).await
    }

    pub(crate) async fn decide_with(&self, mode: &str, facts: impl Facts + 'static) -> Result<Decided, Box<CallError>> {
        self.0[0].decide(request(mode), Arc::new(facts)).await
    }

    pub(crate) async fn first_action(&self, mode: &str) -> Action {
        match self.decide_raw(mode).await.unwrap().decision {
            Decision::Remediate(proposal) => proposal.remediations.into_iter().next().unwrap().action,
            Decision::Nothing(abstention) => panic!("{abstention:?}"),
        }
    }

    /// A good decision is what it always is, and nothing of an attack is left in it.
    pub(crate) async fn is_as_before(&self) {
        for plugin in &self.0 {
            plugin.validate_settings("good").await.unwrap();
            let decided = plugin.decide(request("good"), Arc::new(NoFacts)).await.unwrap();
            let Decision::Remediate(proposal) = decided.decision else {
                panic!("{decided:?}")
            };
            let action = proposal.remediations[0].action.to_string();
            assert_eq!(action, "block 198.51.100.7/32 ingress at instance i-0a1b2c3d4e5f60718");
            assert_eq!((decided.log, decided.cost.host_calls), (Vec::new(), 0));
        }
    }
}

fn request(mode: &str) -> Request {
    Request {
        alert: Arc::new(alert()),
        settings: mode.to_owned(),
        now: Timestamp::UNIX_EPOCH,
    }
}

fn alert() -> Alert {
    Alert {
        id: "6125".to_owned(),
        detector: Detector::StealthwatchCloud,
        kind: "Excessive Access Attempts (External)".to_owned(),
        title: "Excessive Access Attempts (External) on i-0a1b2c3d4e5f60718".to_owned(),
        description: String::new(),
        severity: None,
        time: None,
        test: false,
        resolved: false,
        source: Source::default(),
        place: Place::default(),
        extensions: Default::default(),
        raw: "{}".to_owned(),
    }
}

/// Knows nothing.
struct NoFacts;

#[async_trait]
impl Facts for NoFacts {
    async fn ask(&self, question: &Question) -> Result<Answer, FactError> {
        Err(FactError::NotKnown(format!("{question:?}")))
    }
}

/// Has no observations, and takes its time to say so.
pub(crate) struct SlowFacts(pub(crate) Duration);

#[async_trait]
impl Facts for SlowFacts {
    async fn ask(&self, _: &Question) -> Result<Answer, FactError> {
        tokio::time::sleep(self.0).await;
        Ok(Answer::Observations(Vec::new()))
    }
}

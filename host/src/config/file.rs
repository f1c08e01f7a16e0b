//! The file: `quell.toml` as it is written, before its keys are checked against one another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Aws, Config,
    approval::{self, ApprovalTable},
    approval_links::ApprovalLinksTable,
    budget::{self, BudgetTable},
    checkpoints::CheckpointsTable,
    checks::Checks,
    cloud::{Cloud, Simulated},
    decision::Decision,
    detector::{self, DetectorTable},
    door::DoorTable,
    ends::Ends,
    fallback,
    feedback::Feedback,
    guard::Guard,
    http::HttpTable,
    instance::Instance,
    journal::JournalTable,
    mode::Mode,
    network_acl::NetworkAcl,
    never_block,
    path::Path,
    plugin::{self, Around, Plugin, PluginTable},
    recordings::RecordingsTable,
    sandbox::Sandbox,
    secrets::Secrets,
    stealthwatch::StealthwatchCloudTable,
    trust::Trust,
    work::Work,
};

/// The configuration of Quell: `quell.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "quell.toml")]
pub(super) struct File {
    /// Whether the host acts on what was decided.
    #[serde(default)]
    pub(super) mode: Mode,
    #[serde(default)]
    pub(super) journal: JournalTable,
    #[serde(default)]
    pub(super) checkpoints: CheckpointsTable,
    #[serde(default)]
    pub(super) ends: Ends,
    pub(super) aws: Option<Aws>,
    pub(super) simulated: Option<Simulated>,
    pub(super) stealthwatch_cloud: Option<StealthwatchCloudTable>,
    /// Detectors that Quell does not know by itself, each with a mapping from its JSON to an alert.
    #[serde(default)]
    pub(super) detector: Vec<DetectorTable>,
    #[serde(default)]
    pub(super) feedback: Feedback,
    #[serde(default)]
    pub(super) secrets: Secrets,
    #[serde(default)]
    pub(super) http: HttpTable,
    #[serde(default)]
    pub(super) door: DoorTable,
    /// The plugins that decide, in the order in which they are asked. If none is given, the built-in `nacl-block` decides on alerts of
    /// Stealthwatch Cloud and `guardduty-block` on findings of GuardDuty, its own and those that Security Hub passes on; both may block.
    #[serde(default)]
    pub(super) plugin: Vec<PluginTable>,
    #[serde(default)]
    pub(super) trust: Trust,
    #[serde(default)]
    pub(super) decision: Decision,
    #[serde(default)]
    pub(super) guard: Guard,
    /// How much may be begun within a time. Without any, as much as the guards let pass.
    #[serde(default)]
    pub(super) budget: Vec<BudgetTable>,
    /// What waits until people approve of it. Without any, nothing does.
    #[serde(default)]
    pub(super) approval: Vec<ApprovalTable>,
    #[serde(default)]
    pub(super) approval_links: ApprovalLinksTable,
    #[serde(default)]
    pub(super) network_acl: NetworkAcl,
    #[serde(default)]
    pub(super) instance: Instance,
    #[serde(default)]
    pub(super) work: Work,
    #[serde(default)]
    pub(super) recordings: RecordingsTable,
    #[serde(default)]
    pub(super) sandbox: Sandbox,
}

impl File {
    /// Checks the keys against one another. None only if something was wrong.
    pub(super) fn check(self, checks: &mut Checks<'_>) -> Option<Config> {
        self.sandbox.check(&Path::key("sandbox"), checks);
        self.feedback
            .check(self.stealthwatch_cloud.is_some(), &Path::key("feedback"), checks);
        self.secrets.check(&Path::key("secrets"), checks);
        self.network_acl.check(&Path::key("network-acl"), checks);
        self.ends.check(&Path::key("ends"), checks);
        let cloud = Cloud::check(self.aws, self.simulated, checks);
        let stealthwatch_cloud = self
            .stealthwatch_cloud
            .map(|table| table.check(&Path::key("stealthwatch-cloud"), checks));
        if let (
            Some(Cloud::Simulated(Simulated {
                observations: Some(_), ..
            })),
            Some(_),
        ) = (&cloud, &stealthwatch_cloud)
        {
            checks.fail(
                &Path::key("simulated").join("observations"),
                "both `simulated.observations` and [stealthwatch-cloud] are given",
                "keep [stealthwatch-cloud] to ask the API, or `simulated.observations` to read what it answered once",
            );
        }
        let lists = Path::key("guard").join("never-block-list");
        let never_block_lists = never_block::check(&self.guard.never_block_list, &lists, checks);
        let detectors = detector::check(self.detector, &Path::key("detector"), checks);
        let recordings = self.recordings.check(&Path::key("recordings"), checks);
        let journal = self.journal.check(&Path::key("journal"), checks);
        let checkpoints = self.checkpoints.check(&Path::key("checkpoints"), checks);
        let http = self.http.check(&Path::key("http"), checks);
        let doors = self.door.check(&Path::key("door"), checks);
        let http = http.with_guarded_doors(doors.are_guarded(), &Path::key("http"), checks);
        doors.check_clients(&http, &Path::key("door"), checks);
        let around = Around {
            cloud: cloud.as_ref(),
            limits: &self.sandbox.limits,
            trust: &self.trust,
        };
        let plugins = plugins(self.plugin, around, checks);
        self.instance.check(plugins.as_deref().unwrap_or_default(), checks);
        Some(Config {
            mode: self.mode,
            journal,
            checkpoints,
            ends: self.ends,
            cloud: cloud?,
            stealthwatch_cloud: match stealthwatch_cloud {
                Some(checked) => Some(checked?),
                None => None,
            },
            feedback: self.feedback,
            secrets: self.secrets,
            detectors,
            http,
            doors,
            plugins: plugins?,
            decision: self.decision,
            never_block_lists,
            guard: self.guard,
            budgets: budget::check(self.budget, &Path::key("budget"), checks),
            approvals: approval::check(self.approval, &Path::key("approval"), checks),
            approval_links: self.approval_links.check(&Path::key("approval-links"), checks),
            network_acl: self.network_acl,
            instance: self.instance,
            work: self.work,
            recordings,
            sandbox: Sandbox {
                cache: checks.resolve(&self.sandbox.cache),
                precompiled: self
                    .sandbox
                    .precompiled
                    .as_deref()
                    .map(|directory| checks.resolve(directory)),
                limits: self.sandbox.limits,
            },
        })
    }
}

fn plugins(tables: Vec<PluginTable>, around: Around<'_>, checks: &mut Checks<'_>) -> Option<Vec<Plugin>> {
    if tables.is_empty() {
        return Some(Plugin::default_plugins(around.limits));
    }
    let here = Path::key("plugin");
    plugin::check_names(&tables, &here, checks);
    fallback::check(&tables, &here, checks);
    let checked: Vec<_> = tables
        .into_iter()
        .enumerate()
        .map(|(index, table)| table.check(&here.element(index), around, checks))
        .collect();
    checked.into_iter().collect()
}

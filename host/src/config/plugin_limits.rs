//! `[plugin.limits]`: limits of one plugin in place of those of `[sandbox.limits]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, path::Path};
use crate::{duration::HumanDuration, sandbox::Limits};

macro_rules! own_limits {
    ($($(#[$doc:meta])* $limit:ident: $kind:ty,)*) => {
        /// Limits of this plugin, lower or higher, in place of those in `[sandbox.limits]`. What shapes the pool that all plugins share can't be set here.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
        #[schemars(rename = "PluginLimits")]
        pub(super) struct PluginLimits {
            $($(#[$doc])* pub(super) $limit: Option<$kind>,)*
            #[serde(skip_serializing)]
            #[schemars(skip)]
            pub(super) memories: Option<toml::Value>,
            #[serde(skip_serializing)]
            #[schemars(skip)]
            pub(super) tables: Option<toml::Value>,
            #[serde(skip_serializing)]
            #[schemars(skip)]
            pub(super) table_elements: Option<toml::Value>,
            #[serde(skip_serializing)]
            #[schemars(skip)]
            pub(super) instances: Option<toml::Value>,
            #[serde(skip_serializing)]
            #[schemars(skip)]
            pub(super) stack_bytes: Option<toml::Value>,
            #[serde(skip_serializing)]
            #[schemars(skip)]
            pub(super) decisions_at_once: Option<toml::Value>,
        }

        impl PluginLimits {
            /// The limits of all plugins with these in their place.
            fn over(&self, all: &Limits) -> Limits {
                Limits {
                    $($limit: self.$limit.unwrap_or(all.$limit),)*
                    ..all.clone()
                }
            }
        }
    };
}

own_limits! {
    /// How long the plugin's own code may run.
    guest_time: HumanDuration,
    /// How much fuel a decision may use where fuel is counted.
    fuel: u64,
    /// How long a decision may take over all, waiting for facts included.
    wall_clock: HumanDuration,
    /// Linear memory of all its memories together, in bytes. The most memory that plugins can take together is the largest of these times
    /// `decisions-at-once`.
    memory_bytes: usize,
    /// Host memory that it may fill with one answer or the arguments of one host call, in bytes.
    passed_bytes: usize,
    /// How many remediations an answer may have.
    remediations: usize,
    /// How many items each other list in an answer may have.
    list_items: usize,
    /// The length of one text in an answer, in bytes.
    text_bytes: usize,
    /// The length of a custom action's parameters, in bytes.
    parameters_bytes: usize,
    /// How many log lines are kept.
    log_lines: usize,
    /// The length of one log line as it is shown, in bytes.
    log_line_bytes: usize,
    /// How many facts it may ask for.
    host_calls: u32,
}

impl PluginLimits {
    /// The limits that hold for the plugin.
    pub(super) fn check(&self, here: &Path, all: &Limits, checks: &mut Checks<'_>) -> Limits {
        let shared = [
            ("memories", &self.memories),
            ("tables", &self.tables),
            ("table-elements", &self.table_elements),
            ("instances", &self.instances),
            ("stack-bytes", &self.stack_bytes),
            ("decisions-at-once", &self.decisions_at_once),
        ];
        for (limit, _) in shared.into_iter().filter(|(_, set)| set.is_some()) {
            checks.fail(
                &here.join(limit),
                format!("`{limit}` shapes the pool that all plugins share, so one plugin can't have its own"),
                "set it in [sandbox.limits]",
            );
        }
        let limits = self.over(all);
        // What is wrong in [sandbox.limits] is told there.
        if all.validate().is_empty() {
            for bad in limits.validate() {
                checks.fail(
                    &here.join(bad.limit),
                    format!("`{}` must be {}, not {}", here.join(bad.limit), bad.must, bad.is),
                    "take it out for that of [sandbox.limits]",
                );
            }
        }
        limits
    }
}

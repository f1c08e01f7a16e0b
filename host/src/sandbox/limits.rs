//! Every limit on a plugin, in one place.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::duration::HumanDuration;

/// What a plugin may use up. No limit can be switched off. Each is per decision, in a fresh instance, unless it says otherwise; loading a
/// plugin and validating its settings have the same limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// How long the plugin's own code may run. Waiting for facts or for a free place is not counted. Default `500ms`: a plugin
    /// in Rust needs well under a millisecond, one in JavaScript or Python a few, and the rest is for a busy machine, or a small
    /// Lambda function, which gets its CPU in slices.
    pub guest_time: HumanDuration,
    /// How many WebAssembly instructions the plugin may execute, roughly: wasmtime's fuel. Counted by the author's tools only (`quell
    /// plugin test` and the like), where it stands for `guest-time` and is the same on every machine. Default 100 million: what
    /// a busy machine executes within the default `guest-time`. A plugin in Rust needs some 100 thousand, one in JavaScript or Python some
    /// millions.
    pub fuel: u64,
    /// How long a decision may take over all, waiting for facts included. Default `30s`: enough for some pages of
    /// observations with retries, and half of the usual time-out of a Lambda function.
    pub wall_clock: HumanDuration,
    /// Linear memory of all the plugin's memories together, in bytes. Default 64 MiB: Rust needs about 1 MiB,
    /// JavaScript and Python bring an interpreter that needs tens.
    pub memory_bytes: usize,
    /// How many memories a plugin may have. Default 4: every known toolchain makes one for each language in it.
    pub memories: u32,
    /// How many tables a plugin may have. Default 8: one for each core module that has one, and one of `wit-component`.
    pub tables: u32,
    /// Elements of all tables together, 8 bytes each. Default 65536: an interpreter has thousands of functions that are
    /// called by pointer.
    pub table_elements: usize,
    /// How many core instances a plugin may consist of. Default 64: a plugin in Rust has 3, one that is linked of
    /// shared libraries, as Python's is, one more for each.
    pub instances: u32,
    /// Stack for the plugin's calls, in bytes, beside the stack in its own memory that its compiler lays out. Default 512 KiB:
    /// wasmtime's own. At most 64 MiB.
    pub stack_bytes: usize,
    /// Host memory that the plugin may fill with one answer, or with the arguments of one host call, in bytes. Default 1 MiB:
    /// a thousand remediations with a paragraph of reason each.
    pub passed_bytes: usize,
    /// How many remediations an answer may have. Default 1000. The guards have a lower bound; this one keeps a mistake from
    /// filling the journal.
    pub remediations: usize,
    /// How many items each other list in an answer may have: notes, security groups, problems with settings. Default 100: a person reads them.
    pub list_items: usize,
    /// The length of one text in an answer, such as a reason or an id, in bytes. Default 4096: a long paragraph.
    pub text_bytes: usize,
    /// The length of a custom action's parameters, in bytes. Default 65536.
    pub parameters_bytes: usize,
    /// How many log lines are kept; the rest is dropped and counted. Default 200: what a person reads through.
    pub log_lines: usize,
    /// The length of one log line as it is shown, in bytes; the rest of the line is dropped. Default 2048. With the default
    /// `log-lines` a decision logs 400 KiB at most.
    pub log_line_bytes: usize,
    /// How many facts a plugin may ask for. Default 100: the history of 50 offenders and as many things around them. Each may be an AWS call.
    pub host_calls: u32,
    /// How many plugins may run at once, of all plugins together; other decisions wait. Default 16. Times `memory-bytes` it is the most memory that
    /// plugins can ever take: 1 GiB.
    pub decisions_at_once: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            guest_time: HumanDuration::from_millis(500),
            fuel: 100_000_000,
            wall_clock: HumanDuration::from_secs(30),
            memory_bytes: 64 << 20,
            memories: 4,
            tables: 8,
            table_elements: 65_536,
            instances: 64,
            stack_bytes: 512 << 10,
            passed_bytes: 1 << 20,
            remediations: 1000,
            list_items: 100,
            text_bytes: 4096,
            parameters_bytes: 65_536,
            log_lines: 200,
            log_line_bytes: 2048,
            host_calls: 100,
            decisions_at_once: 16,
        }
    }
}

/// A limit that no plugin, or not even the host, could work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("limit `{limit}` is {is}, but must be {must}")]
pub struct BadLimit {
    /// Its key in the configuration.
    pub limit: &'static str,
    /// What it is.
    pub is: String,
    /// What it must be.
    pub must: String,
}

/// A WebAssembly page: memory grows by whole pages.
const PAGE: usize = 64 << 10;

impl Limits {
    /// These limits with what shapes the pool of all plugins taken from another: only a new sandbox has another pool.
    pub fn in_the_pool_of(self, other: &Self) -> Self {
        Self {
            memories: other.memories,
            tables: other.tables,
            table_elements: other.table_elements,
            instances: other.instances,
            stack_bytes: other.stack_bytes,
            decisions_at_once: other.decisions_at_once,
            ..self
        }
    }

    /// All limits that are out of their range. Empty if all is well.
    pub fn validate(&self) -> Vec<BadLimit> {
        let mut bad = Vec::new();
        let mut number = |limit, is: usize, low: usize, high: usize| {
            if !(low..=high).contains(&is) {
                bad.push(BadLimit {
                    limit,
                    is: is.to_string(),
                    must: format!("from {low} to {high}"),
                });
            }
        };
        let fuel = usize::try_from(self.fuel).unwrap_or(usize::MAX);
        number("fuel", fuel, 1000, 1_000_000_000_000);
        number("memory-bytes", self.memory_bytes, PAGE, 4 << 30);
        number("memories", self.memories as usize, 1, 64);
        number("tables", self.tables as usize, 1, 64);
        number("table-elements", self.table_elements, 1, 10_000_000);
        number("instances", self.instances as usize, 1, 1000);
        number("stack-bytes", self.stack_bytes, PAGE, 64 << 20);
        number("passed-bytes", self.passed_bytes, 4096, 1 << 30);
        number("remediations", self.remediations, 1, 1_000_000);
        number("list-items", self.list_items, 1, 1_000_000);
        number("text-bytes", self.text_bytes, 64, 1 << 30);
        number("parameters-bytes", self.parameters_bytes, 2, 1 << 30);
        number("log-lines", self.log_lines, 1, 1_000_000);
        number("log-line-bytes", self.log_line_bytes, 64, 1 << 20);
        number("host-calls", self.host_calls as usize, 1, 1_000_000);
        number("decisions-at-once", self.decisions_at_once as usize, 1, 1000);

        let mut time = |limit, is: HumanDuration, low: HumanDuration, high: HumanDuration| {
            if !(low..=high).contains(&is) {
                bad.push(BadLimit {
                    limit,
                    is: is.to_string(),
                    must: format!("from {low} to {high}"),
                });
            }
        };
        // Guest time is counted in ticks of one millisecond.
        time(
            "guest-time",
            self.guest_time,
            HumanDuration::from_millis(1),
            HumanDuration::from_secs(3600),
        );
        time(
            "wall-clock",
            self.wall_clock,
            self.guest_time,
            HumanDuration::from_secs(86_400),
        );
        bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_their_ranges() {
        assert_eq!(Limits::default().validate(), []);
    }

    #[test]
    fn every_limit_out_of_its_range_is_named_at_once() {
        let limits = Limits {
            memory_bytes: 0,
            host_calls: 0,
            wall_clock: HumanDuration::from_millis(50),
            ..Limits::default()
        };
        let all: Vec<_> = limits.validate().iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(all.join("\n"), @r"
        limit `memory-bytes` is 0, but must be from 65536 to 4294967296
        limit `host-calls` is 0, but must be from 1 to 1000000
        limit `wall-clock` is 50ms, but must be from 500ms to 24h
        ");
    }

    #[test]
    fn an_unknown_limit_is_an_error_and_a_missing_one_has_its_default() {
        let read = |text| toml::from_str::<Limits>(text);
        assert_eq!(
            read("guest-time = '5ms'").unwrap(),
            Limits {
                guest_time: HumanDuration::from_millis(5),
                ..Limits::default()
            }
        );
        assert!(read("memory = 1").is_err());
    }
}

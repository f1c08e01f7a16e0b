//! The narrator: prints the story, scene by scene.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use comfy_table::Table;

use super::{
    DemoError,
    guarded::{Guarded, interface_table},
};
use crate::{
    cloud::{
        Direction, NetworkAcl, RuleAction, SecurityGroup,
        flow::{Flow, Tracking},
        oracle::{Packet, judge},
    },
    report::{
        acl_table::acl_table,
        style::{BAD, HEADING, NOTE, paint},
    },
};

/// How long a scene stays before the next, for a person to read.
pub(super) const PAUSE: Duration = Duration::from_millis(1200);

/// Prints the story.
pub(super) struct Narrator {
    pauses: bool,
    colours: bool,
    scenes: std::cell::Cell<u32>,
}

impl Narrator {
    /// Pauses between scenes only where a person reads along.
    pub(super) fn new(fast: bool) -> Self {
        let stdout = io::stdout();
        Self {
            pauses: !fast && stdout.is_terminal(),
            colours: anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
            scenes: std::cell::Cell::new(0),
        }
    }

    /// Begins a scene.
    pub(super) fn scene(&self, title: &str) -> Result<(), DemoError> {
        let number = self.scenes.get() + 1;
        self.scenes.set(number);
        if number > 1 && self.pauses {
            // The daemon lives on other threads; the story may stand still.
            std::thread::sleep(PAUSE);
        }
        self.say(paint(HEADING, format!("\n── {number}. {title} ──")))
    }

    /// Says something.
    pub(super) fn say(&self, text: impl std::fmt::Display) -> Result<(), DemoError> {
        let mut out = anstream::stdout().lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }

    /// Shows the inbound rules of a network ACL, those that were not there `before` marked.
    pub(super) fn acl(&self, acl: &NetworkAcl, before: &NetworkAcl) -> Result<(), DemoError> {
        let table = acl_table(acl, Direction::Ingress, |entry| !before.entries.contains(entry));
        self.say(format!("{} inbound rules\n{}", acl.id, self.table(table)))
    }

    /// Says what a network ACL does with a packet, and returns it.
    pub(super) fn packet(&self, acl: &NetworkAcl, packet: &Packet) -> Result<RuleAction, DemoError> {
        let judgement = judge(acl, packet);
        let by = judgement
            .entry
            .as_ref()
            .map_or_else(String::new, |entry| format!(" by rule {}", entry.number));
        let verdict = match judgement.action {
            RuleAction::Allow => paint(NOTE, format!("PASSES{by}")),
            RuleAction::Deny => paint(BAD, format!("DENIED{by}")),
        };
        self.say(format!("packet: {packet} → {verdict}"))?;
        Ok(judgement.action)
    }

    /// Shows the interfaces of an instance and what the groups of each let through, those groups that were not there `before` marked.
    pub(super) fn interfaces(&self, guarded: &[Guarded], before: &[Guarded]) -> Result<(), DemoError> {
        let is_new = |group: &SecurityGroup| {
            !before
                .iter()
                .flat_map(|it| &it.groups)
                .any(|known| known.id == group.id)
        };
        self.say(self.table(interface_table(guarded, is_new)))
    }

    /// Says how a flow stands.
    pub(super) fn flow(&self, flow: &Flow, tracking: Tracking) -> Result<(), DemoError> {
        let verdict = match tracking {
            Tracking::Tracked => paint(
                NOTE,
                "PASSES, and EC2 tracks it: it goes on when no rule allows it any more",
            ),
            Tracking::Untracked => paint(NOTE, "PASSES as long as a rule allows it: EC2 does not track it"),
            Tracking::Cut => paint(BAD, "CUT"),
        };
        self.say(format!("flow: {flow} → {verdict}"))
    }

    /// A table, with colour if the story has colour.
    fn table(&self, mut table: Table) -> Table {
        if self.colours {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table
    }

    /// What to do next.
    pub(super) fn close(&self) -> Result<(), DemoError> {
        self.say(
            "\nNext: `quell config example > quell.toml`, then `quell explain ALERT` to see what would be done in your own \
             account, with nothing written.",
        )
    }
}

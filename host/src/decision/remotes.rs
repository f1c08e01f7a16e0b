//! The remotes of an isolation: denied at the network ACL, if that is how its flows are cut.

use super::{Action, Block, BlockPlace, Remediation};
use crate::cloud::Direction;

impl Remediation {
    /// The blocks of all remotes that an isolation knows, both ways, as long as it lasts. They are what the plugin would have asked for itself, and meet the
    /// same guards. None if it isolates nothing.
    pub fn blocks_of_remotes(&self) -> Vec<Self> {
        let Action::Isolate(isolate) = &self.action else {
            return Vec::new();
        };
        let block = |remote: &String| Self {
            action: Action::Block(Block {
                prefix: prefix(remote),
                directions: Direction::BOTH.to_vec(),
                at: BlockPlace::Instance(isolate.instance.clone()),
            }),
            reason: format!("it talks to {}, which is isolated: {}", isolate.instance, self.reason),
            confidence: self.confidence,
            until: self.until,
        };
        isolate.remotes.iter().map(block).collect()
    }
}

/// An address stands for itself alone.
fn prefix(remote: &str) -> String {
    match remote.parse::<std::net::IpAddr>() {
        Ok(address) => ipnet::IpNet::from(address).to_string(),
        Err(_) => remote.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{End, Isolate};

    #[test]
    fn every_remote_of_an_isolation_is_blocked_both_ways_as_long_as_it_lasts() {
        let isolation = Remediation {
            action: Action::Isolate(Isolate {
                instance: "i-0abc1234def567890".to_owned(),
                interface: None,
                security_groups: Vec::new(),
                remotes: vec!["203.0.113.7".to_owned(), "2001:db8::/64".to_owned()],
            }),
            reason: "it mines coins".to_owned(),
            confidence: 80,
            until: End::Seconds(600),
        };
        let blocks = isolation.blocks_of_remotes();
        let told: Vec<_> = blocks
            .iter()
            .map(|block| format!("{}: {}", block.action, block.reason))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        block 203.0.113.7/32 ingress and egress at instance i-0abc1234def567890: it talks to i-0abc1234def567890, which is isolated: it mines coins
        block 2001:db8::/64 ingress and egress at instance i-0abc1234def567890: it talks to i-0abc1234def567890, which is isolated: it mines coins
        ");
        assert!(blocks.iter().all(|block| block.until == isolation.until));
        assert!(blocks[0].blocks_of_remotes().is_empty());
    }
}

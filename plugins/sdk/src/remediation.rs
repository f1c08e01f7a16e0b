//! Remediations and their actions.

use ipnet::IpNet;

use crate::{
    Action, Block, BlockPlace, Custom, Direction, End, Extension, Isolate, PortRange, Remediation, RevokeIngress,
    SetInstanceState, StateChange,
};

/// How long a remediation lasts if nothing is said: an hour. Too short hurts less than too long: who comes back raises another alert.
const DEFAULT_SECONDS: u64 = 3600;

/// How sure a plugin is if nothing is said.
const DEFAULT_CONFIDENCE: u8 = 50;

impl Remediation {
    /// Do this, for a reason: one sentence for a person, which is kept with the hold and shown in every listing.
    ///
    /// It lasts an hour and has a confidence of 50 until it is said otherwise.
    ///
    /// ```
    /// use quell_plugin::{Block, BlockPlace, Direction, End, Remediation, address};
    ///
    /// let remote = address::parse("203.0.113.7").unwrap();
    /// let block = Block::new(remote, Direction::Ingress, BlockPlace::Instance("i-0a1b2c3d4e5f60718".to_owned()));
    /// let remediation = Remediation::new(block, "203.0.113.7 failed to log in 120 times")
    ///     .for_seconds(86_400)
    ///     .with_confidence(80);
    /// assert_eq!(remediation.until, End::Seconds(86_400));
    /// ```
    pub fn new(action: impl Into<Action>, reason: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            reason: reason.into(),
            confidence: DEFAULT_CONFIDENCE,
            until: End::Seconds(DEFAULT_SECONDS),
            extensions: Vec::new(),
        }
    }

    /// The host takes it back after so many seconds, at least one.
    ///
    /// ```
    /// use quell_plugin::{End, Isolate, Remediation};
    ///
    /// let remediation = Remediation::new(Isolate::instance("i-0a1b2c3d"), "it scans others").for_seconds(600);
    /// assert_eq!(remediation.until, End::Seconds(600));
    /// ```
    #[must_use]
    pub fn for_seconds(mut self, seconds: u64) -> Self {
        self.until = End::Seconds(seconds.max(1));
        self
    }

    /// It stays until a person releases it.
    ///
    /// ```
    /// use quell_plugin::{End, Isolate, Remediation};
    ///
    /// let remediation = Remediation::new(Isolate::instance("i-0a1b2c3d"), "it scans others").until_released();
    /// assert_eq!(remediation.until, End::Released);
    /// ```
    #[must_use]
    pub fn until_released(mut self) -> Self {
        self.until = End::Released;
        self
    }

    /// How sure the plugin is: 0 is a guess, 100 and more is certain. When room is short, the surer block wins.
    ///
    /// ```
    /// use quell_plugin::{Isolate, Remediation};
    ///
    /// let remediation = Remediation::new(Isolate::instance("i-0a1b2c3d"), "it scans others").with_confidence(120);
    /// assert_eq!(remediation.confidence, 100);
    /// ```
    #[must_use]
    pub fn with_confidence(mut self, confidence: u8) -> Self {
        self.confidence = confidence.min(100);
        self
    }
}

impl Block {
    /// Deny a remote prefix. An address is the prefix of it alone; host bits are cleared.
    ///
    /// ```
    /// use quell_plugin::{Block, BlockPlace, Direction, address};
    ///
    /// let remote = address::parse_prefix("2001:db8:1::7/64").unwrap();
    /// let block = Block::new(remote, Direction::Both, BlockPlace::NetworkAcl("acl-0a1b2c3d".to_owned()));
    /// assert_eq!(block.prefix, "2001:db8:1::/64");
    /// ```
    pub fn new(prefix: impl Into<IpNet>, direction: Direction, at: BlockPlace) -> Self {
        Self {
            prefix: prefix.into().trunc().to_string(),
            direction,
            at,
            extensions: Vec::new(),
        }
    }
}

impl Isolate {
    /// Cut an instance off with the security group that the host chooses.
    ///
    /// ```
    /// let isolate = quell_plugin::Isolate::instance("i-0a1b2c3d").with_security_groups(["sg-0a1b2c3d"]);
    /// assert_eq!(isolate.security_groups, ["sg-0a1b2c3d"]);
    /// ```
    pub fn instance(id: impl Into<String>) -> Self {
        Self {
            instance: id.into(),
            security_groups: Vec::new(),
            extensions: Vec::new(),
        }
    }

    /// The security groups that its interfaces shall have, by id, instead of the host's choice.
    ///
    /// ```
    /// let isolate = quell_plugin::Isolate::instance("i-0a1b2c3d").with_security_groups(["sg-0a1b2c3d"]);
    /// assert_eq!(isolate.security_groups, ["sg-0a1b2c3d"]);
    /// ```
    #[must_use]
    pub fn with_security_groups(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.security_groups.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Only this interface of it, by id, instead of all that the instance has.
    ///
    /// ```
    /// use quell_plugin::{Extension, Isolate};
    ///
    /// let isolate = Isolate::instance("i-0a1b2c3d").with_interface("eni-0a1b2c3d");
    /// assert_eq!(Extension::find(&isolate.extensions, "interface"), Some("eni-0a1b2c3d"));
    /// ```
    #[must_use]
    pub fn with_interface(mut self, id: impl Into<String>) -> Self {
        self.extensions.push(Extension::new("interface", id));
        self
    }

    /// Whom it is known to talk to: addresses or prefixes. Where the host cuts the flows of isolated instances by denies (`instance.flows = "deny"`) it
    /// denies these, and the plugin must be allowed to `block`. Nobody at all is as good as not said.
    ///
    /// ```
    /// use quell_plugin::{Extension, Isolate, address};
    ///
    /// let remotes = ["203.0.113.7", "2001:db8::/64"].map(|remote| address::parse_prefix(remote).unwrap());
    /// let isolate = Isolate::instance("i-0a1b2c3d").with_remotes(remotes);
    /// assert_eq!(Extension::find(&isolate.extensions, "remotes"), Some("203.0.113.7/32,2001:db8::/64"));
    /// ```
    #[must_use]
    pub fn with_remotes(mut self, remotes: impl IntoIterator<Item = impl Into<IpNet>>) -> Self {
        self.extensions.extend(list("remotes", remotes));
        self
    }
}

/// An extension whose value is prefixes, each joined to the next by a comma. None if there are none.
fn list(name: &str, prefixes: impl IntoIterator<Item = impl Into<IpNet>>) -> Option<Extension> {
    let prefixes = prefixes.into_iter().map(|prefix| prefix.into().trunc().to_string());
    let value = prefixes.collect::<Vec<_>>().join(",");
    (!value.is_empty()).then(|| Extension::new(name, value))
}

impl RevokeIngress {
    /// Take the rule of this group out that lets `peer` in with `protocol`, on all ports.
    ///
    /// ```
    /// let revoke = quell_plugin::RevokeIngress::new("sg-0a1b2c3d", "tcp", "0.0.0.0/0").with_ports(22, 22);
    /// assert_eq!(revoke.ports.unwrap().first, 22);
    /// ```
    pub fn new(security_group: impl Into<String>, protocol: impl Into<String>, peer: impl Into<String>) -> Self {
        Self {
            security_group: security_group.into(),
            protocol: protocol.into(),
            ports: None,
            peer: peer.into(),
            extensions: Vec::new(),
        }
    }

    /// The rule is for these ports, both ends included.
    ///
    /// ```
    /// let revoke = quell_plugin::RevokeIngress::new("sg-0a1b2c3d", "tcp", "0.0.0.0/0").with_ports(8000, 8080);
    /// assert_eq!(revoke.ports.unwrap().last, 8080);
    /// ```
    #[must_use]
    pub fn with_ports(mut self, first: i32, last: i32) -> Self {
        self.ports = Some(PortRange { first, last });
        self
    }

    /// Only the rule with this id.
    ///
    /// ```
    /// use quell_plugin::{Extension, RevokeIngress};
    ///
    /// let revoke = RevokeIngress::new("sg-0a1b2c3d", "tcp", "0.0.0.0/0").with_rule("sgr-0a1b2c3d");
    /// assert_eq!(Extension::find(&revoke.extensions, "rule"), Some("sgr-0a1b2c3d"));
    /// ```
    #[must_use]
    pub fn with_rule(mut self, id: impl Into<String>) -> Self {
        self.extensions.push(Extension::new("rule", id));
        self
    }

    /// Only a rule that has this description.
    ///
    /// ```
    /// use quell_plugin::{Extension, RevokeIngress};
    ///
    /// let revoke = RevokeIngress::new("sg-0a1b2c3d", "tcp", "0.0.0.0/0").with_description("for now");
    /// assert_eq!(Extension::find(&revoke.extensions, "description"), Some("for now"));
    /// ```
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.extensions.push(Extension::new("description", description));
        self
    }

    /// Who may come in as before: addresses or prefixes, each inside of the prefix that the rule lets in.
    ///
    /// ```
    /// use quell_plugin::{Extension, RevokeIngress, address};
    ///
    /// let office = address::parse_prefix("198.51.100.0/24").unwrap();
    /// let revoke = RevokeIngress::new("sg-0a1b2c3d", "tcp", "0.0.0.0/0").narrowed_to([office]);
    /// assert_eq!(Extension::find(&revoke.extensions, "narrow-to"), Some("198.51.100.0/24"));
    /// ```
    #[must_use]
    pub fn narrowed_to(mut self, prefixes: impl IntoIterator<Item = impl Into<IpNet>>) -> Self {
        self.extensions.extend(list("narrow-to", prefixes));
        self
    }
}

impl SetInstanceState {
    /// Stop, start or reboot an instance.
    ///
    /// ```
    /// use quell_plugin::{SetInstanceState, StateChange};
    ///
    /// let stop = SetInstanceState::new("i-0a1b2c3d", StateChange::Stop);
    /// assert_eq!(stop.change, StateChange::Stop);
    /// ```
    pub fn new(instance: impl Into<String>, change: StateChange) -> Self {
        Self {
            instance: instance.into(),
            change,
            extensions: Vec::new(),
        }
    }
}

/// An action of each kind is an [`Action`].
macro_rules! into_action {
    ($($action:ident),*) => {$(
        impl From<$action> for Action {
            fn from(action: $action) -> Self {
                Self::$action(action)
            }
        }
    )*};
}

into_action!(Block, Isolate, RevokeIngress, SetInstanceState, Custom);

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn nobody_to_talk_to_and_nobody_to_let_in_is_not_said_at_all() {
        let nobody: [IpAddr; 0] = [];
        assert!(
            Isolate::instance("i-0a1b2c3d")
                .with_remotes(nobody)
                .extensions
                .is_empty()
        );
        let revoke = RevokeIngress::new("sg-0a1b2c3d", "tcp", "0.0.0.0/0").narrowed_to(nobody);
        assert!(revoke.extensions.is_empty());
    }

    #[test]
    fn what_an_isolation_has_to_say_beside_its_fields_stands_side_by_side() {
        let remotes: [IpAddr; 2] = [[203, 0, 113, 7].into(), [203, 0, 113, 8].into()];
        let isolate = Isolate::instance("i-0a1b2c3d")
            .with_interface("eni-0a1b2c3d")
            .with_remotes(remotes);
        let told: Vec<_> = isolate
            .extensions
            .iter()
            .map(|it| (it.name.as_str(), it.value.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("interface", "eni-0a1b2c3d"),
                ("remotes", "203.0.113.7/32,203.0.113.8/32")
            ]
        );
    }
}

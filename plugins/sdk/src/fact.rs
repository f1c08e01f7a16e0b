//! Asking the host.

use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::{Alert, Extension, FactError, Failure, History, Instance, NetworkAcl, Observation, SecurityGroup};

/// What a plugin may ask the host. All of it is read-only, and the same question has the same answer throughout one decision.
///
/// Every function that is called must be named in [`Description::facts`](crate::Description::facts). In tests,
/// [`FakeFacts`](crate::testing::FakeFacts) answers.
///
/// ```
/// use quell_plugin::{FactError, Facts, testing::{FakeFacts, instance}};
///
/// let web = instance("i-0a1b2c3d4e5f60718", "subnet-0a1b2c3d", &["10.0.1.20", "192.0.2.20"]);
/// let facts = FakeFacts::default().with_instance(web);
///
/// assert_eq!(facts.instance("192.0.2.20").unwrap().id, "i-0a1b2c3d4e5f60718");
/// assert!(matches!(facts.instance("192.0.2.21"), Err(FactError::NotKnown(_))));
/// ```
pub trait Facts {
    /// All observations of this alert: what the detector saw. The attacker's address is here.
    ///
    /// # Errors
    /// See [`FactError`].
    fn observations(&self) -> Result<Vec<Observation>, FactError>;

    /// The instance that has this id, this private or public address, or this DNS name.
    ///
    /// # Errors
    /// See [`FactError`]; not known also if several instances have it.
    fn instance(&self, name: &str) -> Result<Instance, FactError>;

    /// The one network ACL of a subnet, by the subnet's id.
    ///
    /// # Errors
    /// See [`FactError`].
    fn network_acl(&self, subnet: &str) -> Result<NetworkAcl, FactError>;

    /// A security group, by its id.
    ///
    /// # Errors
    /// See [`FactError`].
    fn security_group(&self, id: &str) -> Result<SecurityGroup, FactError>;

    /// What the host has done about an address before: on every prefix that contains the address, whichever plugin asked for it, as far back as
    /// its journal goes. What one alert put in force, be it at several network ACLs, counts as one hold. An address about which
    /// nothing was ever done has the history [`History::default`].
    ///
    /// With an [`Escalation`](crate::Escalation) it says how long to block the address.
    ///
    /// # Errors
    /// See [`FactError`]. A plugin that gives up then keeps the door open; better it goes on with [`History::default`] and says so in a note.
    fn history(&self, address: IpAddr) -> Result<History, FactError>;
}

/// The host itself. Reachable only through the exports, so that a plugin's logic never depends on there being one.
pub(crate) struct Host;

mod host {
    pub(super) use crate::bindings::quell::plugin::facts::{
        get_history, get_instance, get_network_acl, get_observations, get_security_group,
    };
}

impl Facts for Host {
    fn observations(&self) -> Result<Vec<Observation>, FactError> {
        host::get_observations()
    }

    fn instance(&self, name: &str) -> Result<Instance, FactError> {
        host::get_instance(name)
    }

    fn network_acl(&self, subnet: &str) -> Result<NetworkAcl, FactError> {
        host::get_network_acl(subnet)
    }

    fn security_group(&self, id: &str) -> Result<SecurityGroup, FactError> {
        host::get_security_group(id)
    }

    fn history(&self, address: IpAddr) -> Result<History, FactError> {
        host::get_history(&address.to_string())
    }
}

impl FactError {
    /// What the host says about it, for a person: which thing, and where it looked.
    ///
    /// ```
    /// let error = quell_plugin::FactError::NotKnown("no instance has 192.0.2.7".to_owned());
    /// assert_eq!(error.message(), "no instance has 192.0.2.7");
    /// ```
    pub fn message(&self) -> &str {
        match self {
            Self::NotKnown(message)
            | Self::NotPermitted(message)
            | Self::Unavailable(message)
            | Self::Other(message) => message,
        }
    }
}

/// So that `?` on a fact gives up the decision; the host keeps the alert and may try it again.
impl From<FactError> for Failure {
    fn from(error: FactError) -> Self {
        let kind = match error {
            FactError::NotKnown(_) => "not known",
            FactError::NotPermitted(_) => "not permitted",
            FactError::Unavailable(_) => "unavailable",
            FactError::Other(_) => "not answered",
        };
        Self::Facts(format!("{kind}: {}", error.message()))
    }
}

impl Observation {
    /// The fields of the detector's own JSON object. Empty if it is not one.
    ///
    /// ```
    /// let observation = quell_plugin::testing::observation(r#"{"id": 1, "scanner_ip": "203.0.113.7"}"#);
    /// assert_eq!(observation.fields()["scanner_ip"], "203.0.113.7");
    /// ```
    pub fn fields(&self) -> Map<String, Value> {
        serde_json::from_str(&self.raw).unwrap_or_default()
    }
}

impl Instance {
    /// The value of the tag with this key. An empty value is not the same as no tag.
    ///
    /// ```
    /// use quell_plugin::{Tag, testing::instance};
    ///
    /// let mut web = instance("i-0a1b2c3d", "subnet-0a1b2c3d", &[]);
    /// web.tags.push(Tag { key: "environment".to_owned(), value: "production".to_owned() });
    /// assert_eq!(web.tag("environment"), Some("production"));
    /// assert_eq!(web.tag("owner"), None);
    /// ```
    pub fn tag(&self, key: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|tag| tag.key == key)?;
        Some(&tag.value)
    }
}

impl Alert {
    /// What one detector has to add, by its name: `guardduty-count`. None if this alert has nothing of that name.
    ///
    /// ```
    /// let finding = quell_plugin::testing::finding("Recon:EC2/Portscan", "i-0a1b2c3d", "ACTOR");
    /// assert_eq!(finding.extension("guardduty-resource-role"), Some("ACTOR"));
    /// ```
    pub fn extension(&self, name: &str) -> Option<&str> {
        Extension::find(&self.extensions, name)
    }

    /// The type of a finding of GuardDuty as GuardDuty spells it, `UnauthorizedAccess:EC2/SSHBruteForce`, also if Security Hub passed it on, which calls it
    /// `TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce`. None for any other alert.
    ///
    /// ```
    /// let finding = quell_plugin::testing::finding("Recon:EC2/Portscan", "i-0a1b2c3d", "ACTOR");
    /// assert_eq!(finding.guardduty_type(), Some("Recon:EC2/Portscan"));
    /// let other = quell_plugin::testing::alert("Inbound Port Scanner", "Network");
    /// assert_eq!(other.guardduty_type(), None);
    /// ```
    pub fn guardduty_type(&self) -> Option<&str> {
        match self.detector.as_str() {
            "guardduty" => Some(&self.kind),
            _ => self.extension("guardduty-type"),
        }
    }
}

impl Extension {
    /// One, by its name.
    ///
    /// ```
    /// let count = quell_plugin::Extension::new("guardduty-count", "12");
    /// assert_eq!(count.value, "12");
    /// ```
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }

    /// The value of the extension with this name, in any of the lists of extensions that the contract has.
    ///
    /// ```
    /// use quell_plugin::Extension;
    ///
    /// let extensions = [Extension::new("guardduty-count", "12")];
    /// assert_eq!(Extension::find(&extensions, "guardduty-count"), Some("12"));
    /// ```
    pub fn find<'a>(extensions: &'a [Self], name: &str) -> Option<&'a str> {
        extensions
            .iter()
            .find(|extension| extension.name == name)
            .map(|extension| extension.value.as_str())
    }
}

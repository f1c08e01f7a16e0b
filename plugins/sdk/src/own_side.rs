//! The customer's own side, which an alert names beside the attacker and which must never be taken for one.

use std::{collections::BTreeSet, net::IpAddr};

use ipnet::IpNet;

use crate::{AlertSource, Instance, Sides, address};

/// The own side, as far as it is known: nobody of it is an attacker from outside, whatever an alert says. The host's guards know the VPC's prefixes and
/// the alert's own addresses too; a plugin that leaves them out can say why in a note, and does not use up its remediations.
///
/// ```
/// use quell_plugin::{OwnSide, testing::{alert, instance, observation}};
///
/// let sides = [observation(r#"{"scanner_ip": "203.0.113.7", "cidr_range": "10.0.1.0/24"}"#).sides()];
/// let mut own = OwnSide::of_alert(&alert("Inbound Port Scanner", "192.0.2.20").source, &sides);
/// own.add(&instance("i-0a1b2c3d", "subnet-0a1b2c3d", &["10.0.9.9"]));
///
/// for address in ["192.0.2.20", "10.0.1.77", "10.0.9.9"] {
///     assert!(own.contains(address.parse().unwrap()));
/// }
/// assert!(!own.contains("203.0.113.7".parse().unwrap()));
/// ```
#[derive(Debug, Default)]
pub struct OwnSide {
    // Apart from the prefixes, because there may be thousands of them and each remote address is looked up.
    addresses: BTreeSet<IpAddr>,
    prefixes: Vec<IpNet>,
}

impl OwnSide {
    /// What the alert and its observations say.
    pub fn of_alert(source: &AlertSource, sides: &[Sides]) -> Self {
        let mut own = Self::default();
        let names = source.addresses.iter().chain([&source.name]);
        names
            .filter_map(|name| address::parse(name))
            .for_each(|address| _ = own.addresses.insert(address));
        for &prefix in sides.iter().flat_map(|sides| &sides.own) {
            if prefix.prefix_len() == prefix.max_prefix_len() {
                own.addresses.insert(prefix.addr());
            } else if own.prefixes.last() != Some(&prefix) {
                own.prefixes.push(prefix);
            }
        }
        own
    }

    /// Add all addresses of an instance.
    pub fn add(&mut self, instance: &Instance) {
        let addresses = instance.interfaces.iter().flat_map(|interface| &interface.addresses);
        addresses
            .filter_map(|text| address::parse(text))
            .for_each(|address| _ = self.addresses.insert(address));
    }

    /// Whether the address is of the own side.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address) || self.prefixes.iter().any(|prefix| prefix.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{instance, observation};

    #[test]
    fn every_way_to_name_the_own_side_counts() {
        let source = AlertSource {
            name: "192.0.2.20".to_owned(),
            addresses: vec![
                "10.0.1.20".to_owned(),
                "2001:db8:1::20".to_owned(),
                "not one".to_owned(),
            ],
            host_names: Vec::new(),
        };
        let seen = observation(r#"{"scanned_ip": "10.0.1.21", "cidr_range": "10.0.2.0/24"}"#).sides();
        let mut own = OwnSide::of_alert(&source, &[seen]);
        own.add(&instance("i-0a1b2c3d", "subnet-0a1b2c3d", &["192.0.2.30"]));

        for address in [
            "192.0.2.20",
            "10.0.1.20",
            "2001:db8:1::20",
            "10.0.1.21",
            "10.0.2.99",
            "192.0.2.30",
        ] {
            assert!(own.contains(address.parse().unwrap()), "{address}");
        }
        for address in ["192.0.2.21", "10.0.3.1", "2001:db8:1::21"] {
            assert!(!own.contains(address.parse().unwrap()), "{address}");
        }
    }
}

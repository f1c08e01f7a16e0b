//! An address or a prefix, as people type it.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// An address, which means itself alone, or a prefix. Bits behind the prefix's length mean nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "IpNet")]
pub struct AddressOrPrefix(IpNet);

/// A text that is neither an address nor a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is neither an address, such as 203.0.113.7, nor a prefix, such as 203.0.113.0/24")]
pub struct NoAddressOrPrefix;

impl AddressOrPrefix {
    /// The prefix; of an address the longest, which has it alone.
    pub fn prefix(self) -> IpNet {
        self.0
    }
}

impl FromStr for AddressOrPrefix {
    type Err = NoAddressOrPrefix;

    fn from_str(text: &str) -> Result<Self, NoAddressOrPrefix> {
        let address = text.parse::<IpAddr>().map(IpNet::from).ok();
        let prefix = address.or_else(|| text.parse::<IpNet>().ok());
        prefix.map(Self::from).ok_or(NoAddressOrPrefix)
    }
}

impl TryFrom<String> for AddressOrPrefix {
    type Error = NoAddressOrPrefix;

    fn try_from(text: String) -> Result<Self, NoAddressOrPrefix> {
        text.parse()
    }
}

impl From<IpNet> for AddressOrPrefix {
    fn from(prefix: IpNet) -> Self {
        Self(prefix.trunc())
    }
}

impl From<AddressOrPrefix> for IpNet {
    fn from(address: AddressOrPrefix) -> Self {
        address.prefix()
    }
}

impl fmt::Display for AddressOrPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        text.parse::<AddressOrPrefix>().unwrap().to_string()
    }

    #[test]
    fn an_address_means_itself_alone() {
        assert_eq!(read("203.0.113.7"), "203.0.113.7/32");
        assert_eq!(read("2001:db8::7"), "2001:db8::7/128");
    }

    #[test]
    fn a_prefix_means_all_of_it() {
        assert_eq!(read("203.0.113.0/24"), "203.0.113.0/24");
        assert_eq!(read("203.0.113.7/24"), "203.0.113.0/24");
        assert!("everyone".parse::<AddressOrPrefix>().is_err());
    }
}

//! Addresses and prefixes that stand for others.
//!
//! The way of Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-preserving IP address anonymization", 2002): whether a bit is turned depends on the key and
//! on all bits before it. So two addresses that share their first n bits share them afterwards too, and an address lies in a prefix afterwards exactly
//! if it did before. One thing is added: no bit is turned on the way to a range that means something, so a private address stays private, and a public one public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::Key;
use crate::guard::never_block;

/// Ranges that mean something to plugins, beside those that are never blocked. From the IANA special-purpose address registries.
const MEANINGFUL: &[&str] = &[
    "0.0.0.0/32",
    "127.0.0.1/32",
    "169.254.169.254/32",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "255.255.255.255/32",
    "64:ff9b::/96",
    "100::/64",
    "2000::/3",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "fd00:ec2::/32",
];

/// IPv6 ranges whose last 32 bits are an IPv4 address.
const EMBEDDING: [[u8; 12]; 2] = [
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
    [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0],
];

/// Gives each address the one that stands for it.
#[derive(Debug)]
pub(super) struct Addresses {
    key: Key,
    /// Ranges that stay where they are: their first bits, left-aligned, and how many these are.
    ipv4: Vec<(u128, u8)>,
    ipv6: Vec<(u128, u8)>,
}

impl Addresses {
    pub(super) fn new(key: Key) -> Self {
        let always = never_block::ALWAYS.iter().map(|(prefix, _)| *prefix);
        let meaningful = MEANINGFUL.iter().filter_map(|prefix| prefix.parse::<IpNet>().ok());
        let (mut ipv4, mut ipv6) = (Vec::new(), Vec::new());
        for prefix in always.chain(meaningful) {
            match prefix {
                IpNet::V4(prefix) => ipv4.push((u128::from(prefix.network().to_bits()) << 96, prefix.prefix_len())),
                IpNet::V6(prefix) => ipv6.push((prefix.network().to_bits(), prefix.prefix_len())),
            }
        }
        Self { key, ipv4, ipv6 }
    }

    /// The address that stands for this one.
    pub(super) fn of(&self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(address) => self.ipv4(address).into(),
            IpAddr::V6(address) => self.ipv6(address).into(),
        }
    }

    /// The prefix that stands for this one, which is the network of all that stands for its addresses.
    pub(super) fn of_prefix(&self, prefix: IpNet) -> IpNet {
        let stand_in = IpNet::new(self.of(prefix.addr()), prefix.prefix_len()).unwrap_or(prefix);
        // Host bits say that it is meant as an address in its network.
        if prefix == prefix.trunc() {
            stand_in.trunc()
        } else {
            stand_in
        }
    }

    fn ipv4(&self, address: Ipv4Addr) -> Ipv4Addr {
        let turned = self.turned("ipv4", u128::from(address.to_bits()) << 96, 32, &self.ipv4);
        Ipv4Addr::from_bits(u32::try_from(turned >> 96).unwrap_or_default())
    }

    fn ipv6(&self, address: Ipv6Addr) -> Ipv6Addr {
        let octets = address.octets();
        if let Some(range) = EMBEDDING.iter().find(|range| octets.starts_with(&range[..])) {
            let [.., a, b, c, d] = octets;
            let inner = self.ipv4(Ipv4Addr::new(a, b, c, d)).octets();
            let mut octets = [0; 16];
            for (octet, from) in octets.iter_mut().zip(range.iter().chain(&inner)) {
                *octet = *from;
            }
            return octets.into();
        }
        Ipv6Addr::from_bits(self.turned("ipv6", address.to_bits(), 128, &self.ipv6))
    }

    /// Turns the first `length` bits as the key says.
    fn turned(&self, family: &str, bits: u128, length: u8, stay: &[(u128, u8)]) -> u128 {
        let mut turned = bits;
        for at in 0..length {
            let before = first(bits, at);
            let leads_to_range = |(range, range_length): &(u128, u8)| *range_length > at && first(*range, at) == before;
            if stay.iter().any(leads_to_range) {
                continue;
            }
            let mut thing = before.to_be_bytes().to_vec();
            thing.push(at);
            if self.key.bytes(family, &thing)[0] & 1 == 1 {
                turned ^= 1 << (127 - at);
            }
        }
        turned
    }
}

/// The first `length` bits, and zeros.
fn first(bits: u128, length: u8) -> u128 {
    match length {
        0 => 0,
        length => bits & (u128::MAX << (128 - u32::from(length))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn addresses(key: &[u8]) -> Addresses {
        Addresses::new(Key::of(key))
    }

    #[test]
    fn an_address_is_another_one_of_the_same_kind_and_with_another_key_another() {
        let of = |key: &[u8], address: &str| addresses(key).of(address.parse().unwrap()).to_string();
        assert_ne!(of(b"one", "203.0.113.7"), "203.0.113.7");
        assert_eq!(of(b"one", "203.0.113.7"), of(b"one", "203.0.113.7"));
        assert_ne!(of(b"one", "10.1.2.3"), of(b"two", "10.1.2.3"));
        assert!(of(b"one", "10.1.2.3").starts_with("10."));
        assert!(of(b"one", "2001:db8::7").starts_with("2001:db8:"));
        assert_eq!(of(b"one", "127.0.0.1"), "127.0.0.1");
        assert_eq!(of(b"one", "::1"), "::1");
    }

    #[test]
    fn an_ipv4_address_in_an_ipv6_address_is_the_same_as_alone() {
        let addresses = addresses(b"key");
        let alone = addresses.of("203.0.113.7".parse().unwrap());
        assert_eq!(
            addresses.of("::ffff:203.0.113.7".parse().unwrap()).to_canonical(),
            alone
        );
    }

    fn any_address() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            any::<[u8; 4]>().prop_map(IpAddr::from),
            prop::sample::select(vec![[10, 0], [172, 20], [192, 168], [203, 0], [100, 70]])
                .prop_flat_map(|[a, b]| any::<[u8; 2]>().prop_map(move |[c, d]| IpAddr::from([a, b, c, d]))),
            any::<[u8; 16]>().prop_map(IpAddr::from),
            any::<[u8; 12]>().prop_map(|low| {
                let mut octets = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                octets.iter_mut().skip(4).zip(low).for_each(|(octet, low)| *octet = low);
                IpAddr::from(octets)
            }),
        ]
    }

    proptest! {
        #[test]
        fn an_address_lies_in_a_prefix_afterwards_exactly_if_it_did_before(
            one in any_address(), other in any_address(), length in 0_u8..=128, key in any::<[u8; 4]>(),
        ) {
            let addresses = addresses(&key);
            if let Ok(prefix) = IpNet::new(other, length) {
                let prefix = prefix.trunc();
                prop_assert_eq!(addresses.of_prefix(prefix).contains(&addresses.of(one)), prefix.contains(&one));
                prop_assert!(addresses.of_prefix(prefix).contains(&addresses.of(other)));
            }
            prop_assert_eq!(addresses.of(one) == addresses.of(other), one == other);
        }

        #[test]
        fn what_may_never_be_blocked_may_not_afterwards_and_what_may_may(address in any_address()) {
            let addresses = addresses(b"key");
            for (range, _) in never_block::ALWAYS {
                prop_assert_eq!(range.contains(&address), range.contains(&addresses.of(address)), "{}", range);
            }
        }
    }
}

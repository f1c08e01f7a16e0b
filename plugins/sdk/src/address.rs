//! Addresses, as detectors write them.

use std::net::IpAddr;

use ipnet::IpNet;

/// Read an address. Space around it is allowed, a prefix length or a port is not. An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`)
/// is the IPv4 address: it is the one that a network ACL sees.
///
/// ```
/// use quell_plugin::address::parse;
///
/// assert_eq!(parse(" ::ffff:192.0.2.1"), parse("192.0.2.1"));
/// assert_eq!(parse("192.0.2.1/32"), None);
/// ```
pub fn parse(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Read a prefix in CIDR notation, or an address as the prefix of it alone. Host bits are cleared.
///
/// ```
/// use quell_plugin::address::parse_prefix;
///
/// assert_eq!(parse_prefix("192.0.2.1/24"), parse_prefix("192.0.2.0/24"));
/// assert_eq!(parse_prefix("2001:db8::1").unwrap().prefix_len(), 128);
/// assert_eq!(parse_prefix("everyone"), None);
/// ```
pub fn parse_prefix(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>()
        .map(|prefix| prefix.trunc())
        .ok()
        .or_else(|| parse(text).map(IpNet::from))
}

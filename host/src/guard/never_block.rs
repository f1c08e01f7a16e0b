//! Prefixes that may never be denied.

mod entry;

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

pub use self::entry::NeverBlock;
use super::{Circumstances, PlaceSurroundings, Rules, Word};

/// Never denied, whatever the configuration says, with what each is. From the IANA special-purpose address registries
/// (RFC 6890 and its successors).
pub const ALWAYS: &[(IpNet, &str)] = &[
    (v4([0, 0, 0, 0], 8), "this network"),
    (v4([10, 0, 0, 0], 8), "private"),
    (v4([100, 64, 0, 0], 10), "shared address space"),
    (v4([127, 0, 0, 0], 8), "loopback"),
    (
        v4([169, 254, 0, 0], 16),
        "link-local, with the instance metadata address",
    ),
    (v4([172, 16, 0, 0], 12), "private"),
    (v4([192, 168, 0, 0], 16), "private"),
    (v4([224, 0, 0, 0], 4), "multicast"),
    (v4([240, 0, 0, 0], 4), "reserved, with the broadcast address"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "unspecified"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "loopback"),
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), "IPv4-mapped"),
    (
        v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
        "unique local, with the instance metadata address",
    ),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), "link-local"),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), "multicast"),
];

const fn v4(octets: [u8; 4], length: u8) -> IpNet {
    let [a, b, c, d] = octets;
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length))
}

const fn v6(segments: [u16; 8], length: u8) -> IpNet {
    let [a, b, c, d, e, f, g, h] = segments;
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), length))
}

/// Whether two prefixes share an address. A wide prefix around a never-block address is as bad as one inside it.
pub fn overlaps(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// Nothing that overlaps what must stay reachable. While a list can't be read, nothing at all: nobody knows what stands in it.
pub(super) fn guard(
    prefix: IpNet,
    rules: &Rules,
    circumstances: &Circumstances<'_>,
    surroundings: &PlaceSurroundings,
) -> Word {
    let listed = circumstances.listed.map_err(str::to_owned)?;
    if let Some((never, what)) = ALWAYS.iter().find(|(never, _)| overlaps(prefix, *never)) {
        return Err(format!("{prefix} overlaps {never}, which is {what} and never blocked"));
    }
    let source = &circumstances.alert.source;
    if let Some(own) = source.addresses.iter().find(|own| prefix.contains(*own)) {
        return Err(format!("{prefix} contains {own}, the alert's own device"));
    }
    if let Some(own) = surroundings.vpc_prefixes.iter().find(|own| overlaps(prefix, **own)) {
        return Err(format!("{prefix} overlaps {own}, a prefix of the VPC itself"));
    }
    if let Some(own) = surroundings.own_addresses.iter().find(|own| prefix.contains(*own)) {
        return Err(format!("{prefix} contains {own}, an address of the instance itself"));
    }
    let mut named = rules.never_block.iter().chain(listed);
    if let Some(never) = named.find(|never| never.forbids(prefix, circumstances.now)) {
        return Err(format!("{prefix} overlaps {}, which {}", never.prefix, never.what()));
    }
    Ok(format!("{prefix} is outside of all that is never blocked"))
}

//! The form of a revocation.

use ipnet::IpNet;

use super::shown;
use crate::{cloud::Peer, decision::RevokeIngress, hold::Revocation};

/// The rule in EC2's own spelling, prefixes to narrow it to that lie inside of it, and a reason.
pub(in crate::guard) fn revocation(revoke: &RevokeIngress, reason: &str) -> Result<(Revocation, String), String> {
    super::reason(reason)?;
    let protocol = revoke.protocol.as_str();
    let is_number = protocol.parse::<u8>().is_ok();
    if !(is_number || ["tcp", "udp", "icmp", "icmpv6", "-1"].contains(&protocol)) {
        return Err(format!(
            "`{}` is no protocol: it is tcp, udp, icmp, icmpv6, a number, or -1 for all",
            shown(protocol)
        ));
    }
    if let Some(ports) = revoke
        .ports
        .filter(|ports| !protocol.starts_with("icmp") && ports.first > ports.last)
    {
        return Err(format!(
            "the ports {} to {} are the wrong way round",
            ports.first, ports.last
        ));
    }
    let peer = peer(&revoke.peer)?;
    let narrow_to = revoke
        .narrow_to
        .iter()
        .map(|text| narrowed(text, &peer))
        .collect::<Result<_, _>>()?;
    let rule = match &revoke.rule {
        None => None,
        Some(id) => Some(id.parse().map_err(|error| format!("{error}"))?),
    };
    let revocation = Revocation {
        protocol: protocol.to_owned(),
        ports: revoke.ports,
        peer,
        rule,
        description: revoke.description.clone(),
        narrow_to,
    };
    let told = format!("`{revocation}` is well formed, with a reason");
    Ok((revocation, told))
}

fn peer(text: &str) -> Result<Peer, String> {
    if text.starts_with("sg-") {
        return Ok(Peer::Group(text.to_owned()));
    }
    if text.starts_with("pl-") {
        return Ok(Peer::PrefixList(text.to_owned()));
    }
    prefix(text).map(Peer::Prefix)
}

fn prefix(text: &str) -> Result<IpNet, String> {
    let read: IpNet = text.parse().map_err(|_| {
        format!(
            "`{}` is no prefix in CIDR notation, such as 203.0.113.0/24",
            shown(text)
        )
    })?;
    if read != read.trunc() {
        return Err(format!(
            "`{}` has host bits set; the prefix is {}",
            shown(text),
            read.trunc()
        ));
    }
    Ok(read)
}

/// A prefix that may come in as before.
fn narrowed(text: &str, peer: &Peer) -> Result<IpNet, String> {
    let prefix = prefix(text)?;
    match peer {
        Peer::Prefix(wide) if wide.contains(&prefix) && *wide != prefix => Ok(prefix),
        other => Err(format!(
            "{prefix} does not lie inside of {other}, so the rule can't be narrowed to it"
        )),
    }
}

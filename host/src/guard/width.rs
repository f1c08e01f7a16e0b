//! No prefix wider than the operator allows.

use ipnet::IpNet;

use super::Word;

/// Wide prefixes deny innocents: each bit doubles their number.
pub(super) fn guard(prefix: IpNet, widest_ipv4: u8, widest_ipv6: u8) -> Word {
    let (widest, key) = match prefix {
        IpNet::V4(_) => (widest_ipv4, "guard.widest-ipv4"),
        IpNet::V6(_) => (widest_ipv6, "guard.widest-ipv6"),
    };
    if prefix.prefix_len() < widest {
        return Err(format!(
            "{prefix} is wider than /{widest}, the widest that is allowed ({key})"
        ));
    }
    Ok(format!("/{} is not wider than /{widest}", prefix.prefix_len()))
}

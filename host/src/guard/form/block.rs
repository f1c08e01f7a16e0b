//! The form of a block.

use ipnet::IpNet;

use crate::decision::Block;

/// The prefix in its one true spelling, at least one direction, and a reason.
pub(in crate::guard) fn block(block: &Block, reason: &str) -> Result<(IpNet, String), String> {
    let shown = super::shown(&block.prefix);
    let prefix: IpNet = block
        .prefix
        .parse()
        .map_err(|_| format!("`{shown}` is no prefix in CIDR notation, such as 203.0.113.7/32"))?;
    if prefix != prefix.trunc() {
        return Err(format!("`{shown}` has host bits set; the prefix is {}", prefix.trunc()));
    }
    if block.directions.is_empty() {
        return Err("the block names no direction".to_owned());
    }
    if reason.trim().is_empty() {
        return Err("the block gives no reason".to_owned());
    }
    Ok((prefix, format!("{prefix} is a well-formed prefix, with a reason")))
}

//! What a remediation says must be readable and complete.

mod block;
mod isolation;
mod revocation;
mod state;

pub(super) use self::{block::block, isolation::isolation, revocation::revocation, state::state};

/// How much of a plugin's text an error repeats.
const SHOWN: usize = 64;

/// A plugin's text as an error repeats it.
fn shown(text: &str) -> String {
    text.chars().take(SHOWN).flat_map(char::escape_debug).collect()
}

/// A person who reads the list of holds must learn why.
fn reason(reason: &str) -> Result<(), String> {
    if reason.trim().is_empty() {
        return Err("the remediation gives no reason".to_owned());
    }
    Ok(())
}

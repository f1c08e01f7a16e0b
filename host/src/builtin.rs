//! The plugins that come inside the binary, so that a fresh installation needs nothing else.
//!
//! `build.rs` compiles them from the source in `plugins/`. They run in the same sandbox and within the same limits as anybody's.

use crate::digest::Digest;

/// The one that is used for Stealthwatch Cloud when the configuration names none.
pub const DEFAULT: &str = "nacl-block";

/// The one that is used for findings of GuardDuty when the configuration names none.
pub const GUARDDUTY: &str = "guardduty-block";

/// Their names.
pub const NAMES: [&str; 3] = [DEFAULT, GUARDDUTY, "isolate-attacker"];

macro_rules! component {
    ($name:literal) => {
        (
            include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")),
            include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".sha256")),
        )
    };
}

/// The component of the plugin with this name, or None if none of that name comes with the binary.
pub fn plugin(name: &str) -> Option<&'static [u8]> {
    Some(embedded(name)?.0)
}

/// The digest of that component, which was summed up when the binary was built.
pub fn digest(name: &str) -> Option<Digest> {
    Some(Digest::from_bytes(*embedded(name)?.1))
}

fn embedded(name: &str) -> Option<(&'static [u8], &'static [u8; 32])> {
    let (component, digest): (&[u8], _) = match name {
        DEFAULT => component!("nacl-block"),
        GUARDDUTY => component!("guardduty-block"),
        "isolate-attacker" => component!("isolate-attacker"),
        _ => return None,
    };
    Some((component, digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_component() {
        for name in NAMES {
            // The layer 1 is what tells a component from a module.
            let component = plugin(name).unwrap();
            assert_eq!(component[..8], *b"\0asm\x0d\0\x01\0", "{name}");
            assert_eq!(digest(name), Some(Digest::of(component)), "{name}");
        }
        assert!(plugin("nacl-blok").is_none());
    }
}

//! The plugins that come inside the binary, so that a fresh installation needs nothing else.
//!
//! `build.rs` compiles them from the source in `plugins/`. They run in the same sandbox and within the same limits as anybody's.

/// The one that is used for Stealthwatch Cloud when the configuration names none.
pub const DEFAULT: &str = "nacl-block";

/// The one that is used for findings of GuardDuty when the configuration names none.
pub const GUARDDUTY: &str = "guardduty-block";

/// Their names.
pub const NAMES: [&str; 3] = [DEFAULT, GUARDDUTY, "isolate-attacker"];

macro_rules! component {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm"))
    };
}

/// The component of the plugin with this name, or None if none of that name comes with the binary.
pub fn plugin(name: &str) -> Option<&'static [u8]> {
    match name {
        DEFAULT => Some(component!("nacl-block")),
        GUARDDUTY => Some(component!("guardduty-block")),
        "isolate-attacker" => Some(component!("isolate-attacker")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_component() {
        for name in NAMES {
            // The layer 1 is what tells a component from a module.
            assert_eq!(plugin(name).unwrap()[..8], *b"\0asm\x0d\0\x01\0", "{name}");
        }
        assert!(plugin("nacl-blok").is_none());
    }
}

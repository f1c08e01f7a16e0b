//! Which variables of the environment the nested cargo sees.
//!
//! The outer cargo, clippy and a user's shell all speak to cargo and rustc through variables. What is meant for the outer build must not change the
//! plugin: flags for another target break it, a linter in the compiler's place makes no code, an outer target directory is locked.

use std::ffi::OsStr;

/// Whether a variable is handed on to the nested cargo.
pub(crate) fn is_kept(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return true };
    // RUSTC stays: it is the compiler that the outer cargo uses, and the plugin is compiled with the same.
    const KEPT: &[&str] = &[
        "CARGO",
        "CARGO_HOME",
        "RUSTC",
        "RUSTUP_HOME",
        "RUSTUP_TOOLCHAIN",
        "RUSTUP_DIST_SERVER",
    ];
    // How cargo reaches its registries is the user's, and the same for both.
    const KEPT_FAMILIES: &[&str] = &["CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_"];
    const DROPPED_FAMILIES: &[&str] = &["CARGO_", "CLIPPY_", "DEP_", "RUSTC", "RUSTDOC", "RUSTFLAGS"];
    // What cargo tells a build script about itself, and the job server of the outer build, which counts its own jobs only.
    const DROPPED: &[&str] = &[
        "DEBUG",
        "HOST",
        "MAKEFLAGS",
        "MFLAGS",
        "NUM_JOBS",
        "OPT_LEVEL",
        "OUT_DIR",
        "PROFILE",
        "TARGET",
    ];

    let begins_with_any = |families: &[&str]| families.iter().any(|family| name.starts_with(family));
    KEPT.contains(&name)
        || begins_with_any(KEPT_FAMILIES)
        || !(DROPPED.contains(&name) || begins_with_any(DROPPED_FAMILIES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(names: &[&str]) -> Vec<String> {
        names
            .iter()
            .filter(|name| is_kept(OsStr::new(name)))
            .map(|name| (*name).to_owned())
            .collect()
    }

    #[test]
    fn flags_meant_for_the_outer_build_do_not_reach_the_plugin() {
        let outer = [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_BUILD_RUSTFLAGS",
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            "CARGO_PROFILE_RELEASE_DEBUG",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET",
            "OUT_DIR",
            "CARGO_MAKEFLAGS",
        ];
        assert_eq!(kept(&outer), Vec::<String>::new());
    }

    #[test]
    fn a_linter_or_a_wrapper_never_takes_the_compilers_place() {
        let wrappers = [
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTC_WRAPPER",
            "CARGO_BUILD_RUSTC_WRAPPER",
            "CLIPPY_ARGS",
            "RUSTC_LINKER",
        ];
        assert_eq!(kept(&wrappers), Vec::<String>::new());
    }

    #[test]
    fn the_same_toolchain_registry_and_proxy_are_used() {
        let needed = [
            "PATH",
            "HOME",
            "CARGO",
            "CARGO_HOME",
            "RUSTC",
            "RUSTUP_TOOLCHAIN",
            "CARGO_NET_OFFLINE",
            "https_proxy",
        ];
        assert_eq!(kept(&needed), needed);
    }
}

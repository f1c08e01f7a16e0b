//! Where an author's tools run plugins: the limits, and the cache of what was compiled.

use std::{env, path::PathBuf};

use crate::sandbox::{Cache, Increments, Kept, Limits, Sandbox, SandboxError, Use};

/// What the tools need to run plugins.
#[derive(Debug, Clone, Default)]
pub struct Workshop {
    /// What a plugin may use up.
    pub limits: Limits,
}

impl Workshop {
    /// A sandbox that keeps what it compiles in the user's own cache, so that an author need not be who runs the daemon.
    pub fn sandbox(&self, purpose: Use) -> Result<Sandbox, SandboxError> {
        let kept = cache_directory().map(|directory| Kept {
            precompiled: None,
            cache: Some(Cache::at(&directory)),
            increments: Some(Increments::at(directory)),
        });
        Sandbox::with(purpose, self.limits.clone(), kept.unwrap_or_default())
    }
}

/// `quell` in the user's directory for caches. None for a user without a home.
pub fn cache_directory() -> Option<PathBuf> {
    let set = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(caches.join("quell"))
}

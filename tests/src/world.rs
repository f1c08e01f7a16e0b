//! What all stages of a suite share, because it takes long to start.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use crate::moto::Moto;

/// A moto server and a cache of compiled plugins.
#[derive(Debug)]
pub struct World {
    /// The server.
    pub moto: Moto,
    /// The folder of the cache.
    pub cache: TempDir,
}

/// The world of this process, while anybody is in it. Not for ever: a static is never dropped, and its server would outlive the suite.
static SHARED: Mutex<Weak<World>> = Mutex::new(Weak::new());

impl World {
    /// The world of this process. It ends with the last who is in it.
    pub fn shared() -> anyhow::Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(world) = shared.upgrade() {
            return Ok(world);
        }
        let world = Arc::new(Self {
            moto: Moto::start()?,
            cache: tempfile::tempdir()?,
        });
        *shared = Arc::downgrade(&world);
        Ok(world)
    }
}

//! Loading a plugin: from bytes to something that may be asked.

use std::{sync::Arc, time::Instant};

use wasmtime::{
    Engine,
    component::{Component, HasSelf, Linker},
};

use super::{
    Host, Sandbox,
    bindings::{self, PluginPre},
    call::CallError,
    contract::{self, Mismatch},
    description::Description,
    engine::Use,
    inspection::Inspection,
    native::Compiled,
    plugin::Plugin,
    state::State,
};
use crate::{digest::Digest, telemetry::COMPILE_LOG, text::bytes};

/// Why a plugin was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The bytes are not WebAssembly.
    #[error("plugin `{plugin}` is not WebAssembly: give the path of a component, such as `quell plugin build` writes")]
    NotWebAssembly {
        /// The plugin's name in the configuration.
        plugin: String,
    },
    /// The bytes are a core module.
    #[error(
        "plugin `{plugin}` is a core WebAssembly module, not a component: build it with `quell plugin build`, or make a \
         component of it with `wasm-tools component new`"
    )]
    CoreModule {
        /// The plugin's name in the configuration.
        plugin: String,
    },
    /// It begins with more than a place in the pool has. In a process without a pool the same is seen when it describes itself.
    #[error(
        "plugin `{plugin}` has too many parts or too large ones ({reason}): raise `instances`, `memories`, `tables` or `table-elements` below \
         `sandbox.limits`"
    )]
    Parts {
        /// The plugin's name in the configuration.
        plugin: String,
        /// Which, in wasmtime's words.
        reason: String,
    },
    /// It does not compile.
    #[error(
        "plugin `{plugin}` can't be compiled: {reason}; if that is a proposal which is not enabled, build it without, as its toolchain does \
         by default"
    )]
    Compile {
        /// The plugin's name in the configuration.
        plugin: String,
        /// Why, in wasmtime's words.
        reason: String,
    },
    /// It imports or exports something else than the contract has.
    #[error("plugin `{plugin}` {mismatch}")]
    Contract {
        /// The plugin's name in the configuration.
        plugin: String,
        /// What does not fit.
        mismatch: Mismatch,
    },
    /// It could not be asked what it is.
    #[error(transparent)]
    Describe(Box<CallError>),
    /// What it says of itself can't be right.
    #[error("plugin `{plugin}` describes itself wrongly: {problem}")]
    Description {
        /// The plugin's name in the configuration.
        plugin: String,
        /// What is wrong.
        problem: String,
    },
}

impl Sandbox {
    /// Loads a component under the name that the configuration has for it, checks that it keeps to the contract, and asks it what it is.
    ///
    /// Compiling takes a second for each MiB or so of WebAssembly, on a thread of its own, unless it was compiled before. A large one is told of in the
    /// log, when it begins and when it is done.
    pub async fn load(&self, name: &str, wasm: &[u8]) -> Result<Plugin, LoadError> {
        let plugin = || name.to_owned();
        match contract::encoding(wasm) {
            contract::Encoding::Component => {}
            contract::Encoding::CoreModule => return Err(LoadError::CoreModule { plugin: plugin() }),
            contract::Encoding::Other => return Err(LoadError::NotWebAssembly { plugin: plugin() }),
        }
        let digest = Digest::of(wasm);
        let compiled = match self.host.compiled_before(digest) {
            Some(compiled) => compiled,
            None => Compiled {
                component: self.host.compile(name, digest, wasm).await?,
                size_bytes: wasm.len(),
            },
        };
        self.introduce(name, digest, compiled).await
    }

    /// Loads the component with this digest, without its WebAssembly, if it was compiled for the deployment; None if it was not. For a plugin that the
    /// configuration pins: neither reading nor summing up its megabytes stands before its first decision.
    pub async fn load_compiled(&self, name: &str, digest: Digest) -> Result<Option<Plugin>, LoadError> {
        match self.host.precompiled(digest) {
            Some(compiled) => self.introduce(name, digest, compiled).await.map(Some),
            None => Ok(None),
        }
    }

    /// Checks that a component keeps to the contract, and asks it what it is.
    async fn introduce(&self, name: &str, digest: Digest, compiled: Compiled) -> Result<Plugin, LoadError> {
        let plugin = || name.to_owned();
        let Compiled { component, size_bytes } = compiled;
        let inspection = Inspection::of(&self.host.engine, &component, size_bytes);
        let component = link(&self.host.engine, &component).map_err(|mismatch| LoadError::Contract {
            plugin: plugin(),
            mismatch,
        })?;
        let mut loaded = Plugin {
            name: name.into(),
            digest,
            description: Arc::new(Description::default()),
            inspection: Arc::new(inspection),
            component,
            limits: self.limits.clone(),
            host: self.host.clone(),
        };
        let description = loaded.describe().await.map_err(LoadError::Describe)?;
        description.check().map_err(|problem| LoadError::Description {
            plugin: plugin(),
            problem,
        })?;
        loaded.description = Arc::new(description);
        Ok(loaded)
    }
}

/// From this size on a compile takes long enough that somebody wants to know, in bytes.
const LARGE: usize = 1 << 20;

impl Host {
    /// The compiled form of the component with this digest, if somebody has compiled it.
    fn compiled_before(&self, digest: Digest) -> Option<Compiled> {
        self.precompiled(digest)
            .or_else(|| self.kept.cache.as_ref()?.get(&self.engine, digest))
    }

    /// The compiled form of the component with this digest, if it came with the deployment.
    fn precompiled(&self, digest: Digest) -> Option<Compiled> {
        // Fuel is counted by code of its own, which nobody deploys.
        let precompiled = self.kept.precompiled.as_ref().filter(|_| self.purpose != Use::Measure);
        precompiled?.get(&self.engine, digest)
    }

    /// Compiles a component, and keeps what came of it.
    async fn compile(self: &Arc<Self>, name: &str, digest: Digest, wasm: &[u8]) -> Result<Component, LoadError> {
        let begin = Instant::now();
        let is_large = wasm.len() >= LARGE;
        if is_large {
            tracing::info!(target: COMPILE_LOG, "compiling plugin {name} ({}) …", bytes(wasm.len()));
        }
        let compile = {
            let (engine, wasm) = (self.engine.clone(), wasm.to_vec());
            move || Component::from_binary(&engine, &wasm)
        };
        let component = tokio::task::spawn_blocking(compile)
            .await
            .unwrap_or_else(|error| Err(error.into()))
            .map_err(|error| not_compiled(name, &error))?;
        if is_large {
            tracing::info!(target: COMPILE_LOG, "compiled plugin {name} in {:.1?}", begin.elapsed());
        }
        if let Some(cache) = &self.kept.cache {
            cache.put(&self.engine, digest, wasm.len(), &component);
        }
        if let Some(increments) = &self.kept.increments {
            increments.keep();
        }
        Ok(component)
    }
}

fn not_compiled(name: &str, error: &wasmtime::Error) -> LoadError {
    let plugin = name.to_owned();
    // wasmtime has no type for it.
    if format!("{error:#}").contains("pooling allocator") {
        let reason = error.root_cause().to_string();
        return LoadError::Parts { plugin, reason };
    }
    let reason = format!("{error:#}");
    LoadError::Compile { plugin, reason }
}

/// Gives a component the contract's imports and nothing else.
fn link(engine: &Engine, component: &Component) -> Result<PluginPre<State>, Mismatch> {
    contract::check(engine, component)?;
    let other = |error: wasmtime::Error| Mismatch::Types {
        reason: format!("{error:#}"),
    };
    let mut linker = Linker::new(engine);
    bindings::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state).map_err(other)?;
    linker
        .instantiate_pre(component)
        .and_then(PluginPre::new)
        .map_err(other)
}

//! How long a process needs to its first decision.

use std::{path::Path, time::Instant};

use serde::Serialize;

use super::{Sample, SampleError};
use crate::{
    digest::Digest,
    sandbox::{CallError, Kept, Limits, LoadError, Precompiled, Sandbox, SandboxError, SettingsError, Use},
};

/// What a process spends before its first decision is made, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct First {
    /// Loading: an engine, what was compiled, what the plugin says of itself, and its word on the settings.
    pub loading_seconds: f64,
    /// From there on to the decision on the first alert.
    pub decision_seconds: f64,
}

/// Why there was no first decision.
#[derive(Debug, thiserror::Error)]
pub enum FirstError {
    /// It is not there, or can't be used: then the log says why.
    #[error(
        "{directory} holds nothing of this plugin for this machine that can be used: `quell plugin compile` makes it"
    )]
    NotCompiled {
        /// The directory.
        directory: String,
    },
    /// There is no sandbox.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The plugin does not load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// There is nothing to decide on.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The plugin does not take the settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The plugin does not decide.
    #[error(transparent)]
    Call(#[from] Box<CallError>),
}

/// Loads a plugin that was compiled for a deployment, as a Lambda function does, lets it check its settings and decide: how long that takes. The first of its
/// kind in a process is what counts; the file is most likely in the system's memory already.
pub async fn first(
    limits: &Limits,
    directory: &Path,
    digest: Digest,
    recording: Option<&Path>,
) -> Result<First, FirstError> {
    let begin = Instant::now();
    let kept = Kept {
        precompiled: Some(Precompiled::at(directory)),
        ..Kept::default()
    };
    let sandbox = Sandbox::with(Use::OneAtATime, limits.clone(), kept)?;
    let plugin = sandbox.load_compiled("first", digest).await?;
    let plugin = plugin.ok_or_else(|| FirstError::NotCompiled {
        directory: directory.display().to_string(),
    })?;
    let loading = begin.elapsed();
    // In production the alert comes from elsewhere.
    let sample = Sample::of_path(recording, &plugin)?;
    let begin = Instant::now();
    plugin.validate_settings(&sample.request.settings).await?;
    let loading = loading + begin.elapsed();
    let begin = Instant::now();
    plugin.decide(sample.request, sample.facts).await?;
    Ok(First {
        loading_seconds: loading.as_secs_f64(),
        decision_seconds: begin.elapsed().as_secs_f64(),
    })
}

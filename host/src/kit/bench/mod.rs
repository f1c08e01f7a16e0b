//! How long a plugin takes to decide, and how much fuel that is.

mod first;
mod sample;
mod text;
mod times;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;

pub use self::{
    first::{First, FirstError, first},
    sample::{Sample, SampleError},
    times::Times,
};
use crate::sandbox::{CallError, Cost, Plugin};

/// When a measurement ends: at whichever comes first.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// After so many decisions.
    pub rounds: u32,
    /// After so long.
    pub time: Duration,
}

/// What was measured.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measured {
    /// The first decision of a process that loads what was compiled for a deployment. None if that was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// Each decision in a store and an instance of its own, as in production.
    pub fresh: Times,
    /// One instance for all decisions, which no host ever does: what is left when an instance costs nothing.
    pub warm: Times,
    /// How much fuel a decision in an instance of its own takes. The same each time.
    pub fuel: u64,
    /// What such a decision used up beside.
    pub cost: Cost,
}

/// Measures the decision on a sample. `counting` is the same plugin where fuel is counted.
///
/// # Errors
/// If the plugin does not decide: there is nothing to measure in how it fails.
pub async fn measure(
    plugin: &Plugin,
    counting: &Plugin,
    sample: &Sample,
    patience: Patience,
) -> Result<Measured, Box<CallError>> {
    let decide = |plugin: &Plugin| {
        let plugin = plugin.clone();
        let (request, facts) = (sample.request.clone(), sample.facts.clone());
        async move { plugin.decide(request, facts).await }
    };
    let counted = decide(counting).await?;
    // The first one finds nothing in any cache.
    decide(plugin).await?;
    let half = Patience {
        time: patience.time / 2,
        ..patience
    };
    let fresh = repeat(half, async || decide(plugin).await.map(drop)).await?;
    let mut instance = plugin.warm(Arc::clone(&sample.facts)).await?;
    instance.decide(&sample.request).await?;
    let warm = repeat(half, async || instance.decide(&sample.request).await.map(drop)).await?;
    Ok(Measured {
        first: None,
        fresh,
        warm,
        fuel: counted.cost.fuel.unwrap_or_default(),
        cost: counted.cost,
    })
}

/// Does it again and again, and measures each time.
async fn repeat<E>(patience: Patience, mut act: impl AsyncFnMut() -> Result<(), E>) -> Result<Times, E> {
    let mut times = Times::default();
    let all = Instant::now();
    for _ in 0..patience.rounds {
        let begin = Instant::now();
        act().await?;
        times.add(begin.elapsed());
        if all.elapsed() >= patience.time {
            break;
        }
    }
    Ok(times)
}

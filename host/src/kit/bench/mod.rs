//! How long a plugin takes to decide, and how much fuel that is.

mod sample;
mod text;
mod times;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;

pub use self::{
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
    let mut fresh = Times::default();
    let (begin, mut rounds) = (Instant::now(), 0);
    while rounds < half.rounds && begin.elapsed() < half.time {
        let begin = Instant::now();
        decide(plugin).await?;
        fresh.add(begin.elapsed());
        rounds += 1;
    }
    let mut warm = Times::default();
    let mut instance = plugin.warm(Arc::clone(&sample.facts)).await?;
    instance.decide(&sample.request).await?;
    let (begin, mut rounds) = (Instant::now(), 0);
    while rounds < half.rounds && begin.elapsed() < half.time {
        let begin = Instant::now();
        instance.decide(&sample.request).await?;
        warm.add(begin.elapsed());
        rounds += 1;
    }
    Ok(Measured {
        fresh,
        warm,
        fuel: counted.cost.fuel.unwrap_or_default(),
        cost: counted.cost,
    })
}

//! What would have been different: recorded alerts, decided by another plugin, with other settings, or under other guards.

mod compare;
mod side;
mod text;

use serde::Serialize;

pub use self::{
    compare::{Comparison, Effect},
    side::Side,
};
use crate::{
    guard::Rules,
    kit::test::recorded,
    record::{Loaded, Recording},
    sandbox::Plugin,
    text::with_causes,
};

/// What decides in place of what was recorded.
#[derive(Debug, Clone)]
pub struct Change {
    /// The plugin.
    pub plugin: Plugin,
    /// The plugin that decides for the other side. None if that is what was recorded.
    pub against: Option<Plugin>,
    /// Settings for `plugin`, the text of a JSON object. None for those that were recorded.
    pub settings: Option<String>,
    /// Rules for the guards of `plugin`. None for those that were in force.
    pub rules: Option<Rules>,
}

/// What came of all alerts.
#[derive(Debug, Default, Serialize)]
pub struct Comparisons(pub Vec<Comparison>);

/// How many recordings are replayed at the same time.
const AT_ONCE: usize = 8;

impl Change {
    /// Replays every recording. In their order.
    pub async fn replay(&self, recordings: Vec<Loaded>) -> Comparisons {
        use futures::StreamExt as _;
        let tasks = recordings.into_iter().map(|loaded| {
            let change = self.clone();
            tokio::spawn(async move {
                let name = loaded.name;
                let compared = match &loaded.recording {
                    Ok(recording) => change.compare(&name, recording).await,
                    Err(error) => Err(with_causes(error)),
                };
                compared.unwrap_or_else(|why| Comparison::unusable(name, why))
            })
        });
        let compared = futures::stream::iter(tasks).buffered(AT_ONCE);
        Comparisons(compared.filter_map(async |compared| compared.ok()).collect().await)
    }

    async fn compare(&self, name: &str, recording: &Recording) -> Result<Comparison, String> {
        let record = recorded(recording, &self.plugin)?;
        let old = match &self.against {
            Some(against) => Side::replayed(recording, record, against, None, None).await?,
            None => Side::recorded(recording, record),
        };
        let new = Side::replayed(
            recording,
            record,
            &self.plugin,
            self.settings.as_deref(),
            self.rules.as_ref(),
        )
        .await?;
        Ok(Comparison::of(name.to_owned(), &old, &new))
    }
}

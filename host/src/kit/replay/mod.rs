//! What would have been different: recorded alerts, decided by another plugin, with other settings, or under other guards.

mod compare;
mod hold;
mod side;
mod text;
mod totals;

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use self::side::Side;
pub use self::{
    compare::{Comparison, Effect},
    totals::Totals,
};
use crate::{
    guard::Rules,
    kit::recorded::{CheckedSettings, recorded},
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
#[derive(Debug, Serialize)]
pub struct Comparisons {
    /// Each alert, in the order of the recordings.
    pub alerts: Vec<Comparison>,
    /// What the old side comes to, over the alerts that can be compared.
    pub old: Totals,
    /// What the new side comes to, over the same alerts.
    pub new: Totals,
}

/// How many recordings are replayed at the same time.
const AT_ONCE: usize = 8;

/// An alert decided twice, and when it was.
struct Compared {
    comparison: Comparison,
    /// None if it can't be compared.
    sides: Option<(Timestamp, Side, Side)>,
}

impl Change {
    /// Replays every recording. In their order.
    pub async fn replay(&self, recordings: Vec<Loaded>) -> Comparisons {
        use futures::StreamExt as _;
        // Settings that are given were checked by who gives them.
        let checked = match self.settings {
            Some(_) => CheckedSettings::default(),
            None => CheckedSettings::of(&self.plugin, &recordings).await,
        };
        let checked = Arc::new(checked);
        let tasks = recordings.into_iter().map(|loaded| {
            let (change, checked) = (self.clone(), Arc::clone(&checked));
            tokio::spawn(async move {
                let compared = match &loaded.recording {
                    Ok(recording) => change.compare(&loaded.name, recording, &checked).await,
                    Err(error) => Err(with_causes(error)),
                };
                compared.unwrap_or_else(|why| Compared {
                    comparison: Comparison::unusable(loaded.name, why),
                    sides: None,
                })
            })
        });
        let compared = futures::stream::iter(tasks).buffered(AT_ONCE);
        let compared: Vec<_> = compared.filter_map(async |compared| compared.ok()).collect().await;
        let sides = || compared.iter().filter_map(|compared| compared.sides.as_ref());
        Comparisons {
            old: Totals::of(sides().map(|(now, old, _)| (*now, &old.holds))),
            new: Totals::of(sides().map(|(now, _, new)| (*now, &new.holds))),
            alerts: compared.into_iter().map(|compared| compared.comparison).collect(),
        }
    }

    async fn compare(&self, name: &str, recording: &Recording, checked: &CheckedSettings) -> Result<Compared, String> {
        let record = recorded(recording, &self.plugin)?;
        checked
            .verdict(record)
            .map_err(|why| format!("{why}; give it settings of its own with `--settings`"))?;
        let old = match &self.against {
            Some(against) => Side::replayed(recording, record, against, None, None).await?,
            None => Side::recorded(recording, record).await?,
        };
        let new = Side::replayed(
            recording,
            record,
            &self.plugin,
            self.settings.as_deref(),
            self.rules.as_ref(),
        )
        .await?;
        let comparison = Comparison::of(name.to_owned(), &old, &new);
        let sides = (comparison.effect != Effect::Unrecorded).then_some((recording.now, old, new));
        Ok(Compared { comparison, sides })
    }
}

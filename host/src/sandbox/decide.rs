//! A decision of a plugin.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{alert::Alert, decision::Decision, fact::Facts};

use super::{
    call::{Call, CallError, Cost},
    convert::{alert, reader::Reader},
    fault::Fault,
    log::LogLine,
    plugin::Plugin,
};

/// What a plugin decides on.
#[derive(Debug, Clone)]
pub struct Request {
    /// The alert.
    pub alert: Arc<Alert>,
    /// The plugin's settings: the text of a JSON object that it has validated.
    pub settings: String,
    /// What time it is.
    pub now: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What the plugin answers, as it said it.
    pub decision: Decision,
    /// What the plugin logged.
    pub log: Vec<LogLine>,
    /// What it used up.
    pub cost: Cost,
}

impl Plugin {
    /// Asks for a decision, in a fresh instance. Never panics and never takes longer than the limits allow, whatever the plugin does; a
    /// decision that is dropped ends there.
    ///
    /// # Errors
    /// If the plugin says that it can't decide, or breaks a limit or the contract. The next decision is not affected.
    pub async fn decide(&self, request: Request, facts: Arc<dyn Facts>) -> Result<Decided, Box<CallError>> {
        let reader = Reader(&self.limits);
        let wit_request = alert::request(&request);
        let answered = self
            .call(
                Call::Decide,
                request.alert.id.clone(),
                facts,
                async |guest, store| guest.call_decide(store, &wit_request).await,
                |answer| match answer {
                    Ok(decision) => reader.decision(decision),
                    Err(failure) => Err(Fault::Failed(reader.failure(failure))),
                },
            )
            .await?;
        Ok(Decided {
            decision: answered.answer,
            log: answered.log,
            cost: answered.cost,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_may_be_spawned_on_any_thread() {
        fn is_send<T: Send>(_: impl Fn(Plugin, Request, Arc<dyn Facts>) -> T) {}
        is_send(|plugin, request, facts| async move { plugin.decide(request, facts).await });
        is_send(|plugin, request, _| async move { plugin.validate_settings(&request.settings).await });
    }
}

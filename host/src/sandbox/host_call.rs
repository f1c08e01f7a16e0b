//! The interfaces that a plugin imports: facts and log.

use crate::fact::{Answer, FactError, Question};

use super::{
    bindings::quell::plugin::{facts, log, types},
    convert,
    log::Level,
    state::State,
};

impl types::Host for State {}

impl log::Host for State {
    fn write(&mut self, level: log::Level, message: String) {
        let level = match level {
            log::Level::Trace => Level::Trace,
            log::Level::Debug => Level::Debug,
            log::Level::Info => Level::Info,
            log::Level::Warn => Level::Warn,
            log::Level::Error => Level::Error,
        };
        State::write(self, level, &message);
    }
}

/// Asks one question, and takes the answer if it is of the question's kind.
async fn ask<T>(
    state: &mut State,
    question: Question,
    of_kind: impl FnOnce(Answer) -> Option<T>,
) -> wasmtime::Result<Result<T, facts::FactError>> {
    let answer = state.ask(question).await?;
    Ok(match answer.map(of_kind) {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(facts::FactError::Other(
            "the host has an answer of another kind: a recording was edited, or the host is at fault".to_owned(),
        )),
        Err(FactError::NotKnown(text)) => Err(facts::FactError::NotKnown(text)),
        Err(FactError::NotPermitted(text)) => Err(facts::FactError::NotPermitted(text)),
        Err(FactError::Unavailable(text)) => Err(facts::FactError::Unavailable(text)),
    })
}

impl facts::Host for State {
    async fn get_observations(&mut self) -> wasmtime::Result<Result<Vec<facts::Observation>, facts::FactError>> {
        ask(self, Question::Observations, |answer| match answer {
            Answer::Observations(observations) => {
                Some(observations.into_iter().map(convert::fact::observation).collect())
            }
            _ => None,
        })
        .await
    }

    async fn get_instance(&mut self, name: String) -> wasmtime::Result<Result<facts::Instance, facts::FactError>> {
        ask(self, Question::Instance(name), |answer| match answer {
            Answer::Instance(instance) => Some(convert::fact::instance(instance)),
            _ => None,
        })
        .await
    }

    async fn get_network_acl(
        &mut self,
        subnet: String,
    ) -> wasmtime::Result<Result<facts::NetworkAcl, facts::FactError>> {
        ask(self, Question::NetworkAcl(subnet), |answer| match answer {
            Answer::NetworkAcl(acl) => Some(convert::fact::network_acl(acl)),
            _ => None,
        })
        .await
    }

    async fn get_security_group(
        &mut self,
        id: String,
    ) -> wasmtime::Result<Result<facts::SecurityGroup, facts::FactError>> {
        ask(self, Question::SecurityGroup(id), |answer| match answer {
            Answer::SecurityGroup(group) => Some(convert::fact::security_group(group)),
            _ => None,
        })
        .await
    }

    async fn get_history(&mut self, address: String) -> wasmtime::Result<Result<facts::History, facts::FactError>> {
        ask(self, Question::History(address), |answer| match answer {
            Answer::History(history) => Some(convert::fact::history(history)),
            _ => None,
        })
        .await
    }
}

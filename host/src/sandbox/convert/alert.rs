//! The request, as the contract has it.

use std::collections::BTreeMap;

use crate::{
    alert::{Alert, Source},
    sandbox::{bindings::quell::plugin::types, decide::Request},
};

use super::instant;

/// A request.
pub(in crate::sandbox) fn request(request: &Request) -> types::Request {
    types::Request {
        alert: alert(&request.alert),
        settings: request.settings.clone(),
        now: instant(request.now).unwrap_or_default(),
        extensions: Vec::new(),
    }
}

fn alert(alert: &Alert) -> types::Alert {
    types::Alert {
        id: alert.id.clone(),
        detector: alert.detector.name().to_owned(),
        kind: alert.kind.clone(),
        title: alert.title.clone(),
        description: alert.description.clone(),
        severity: alert.severity,
        time: alert.time.and_then(instant),
        test: alert.test,
        resolved: alert.resolved,
        source: source(&alert.source),
        account: alert.place.account.clone(),
        region: alert.place.region.clone(),
        vpc: alert.place.vpc.clone(),
        raw: alert.raw.clone(),
        extensions: extensions(&alert.extensions),
    }
}

fn extensions(extensions: &BTreeMap<String, String>) -> Vec<types::Extension> {
    let extensions = extensions.iter().map(|(name, value)| types::Extension {
        name: name.clone(),
        value: value.clone(),
    });
    extensions.collect()
}

fn source(source: &Source) -> types::AlertSource {
    types::AlertSource {
        name: source.name.clone(),
        addresses: source.addresses.iter().map(ToString::to_string).collect(),
        host_names: source.host_names.clone(),
    }
}

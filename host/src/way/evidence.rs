//! Finds the evidence on an address: what the host itself decoded, observed and journalled. The plugin's word is none.

use std::net::IpAddr;

use ipnet::IpNet;

use super::evaluate::Case;
use crate::{
    alert::Remote,
    decision::{Action, Remediation},
    fact::{Answer, FactError, Question, Sightings},
    guard::Evidence,
    report::Failure,
};

/// How many addresses of one prefix are looked up. A wider block names the worst of them first or is of a campaign that ten of them show as well.
const MOST_ADDRESSES: usize = 10;

/// Finds what the demands of the case need on the prefix that shall be blocked. Of what is no block there is nothing to find.
pub(super) async fn find(remediation: &Remediation, case: Case<'_>) -> Result<Evidence, Failure> {
    let (Action::Block(block), false) = (&remediation.action, case.demands.are_none()) else {
        return Ok(Evidence::default());
    };
    let Ok(prefix) = block.prefix.parse::<IpNet>() else {
        // The guard of forms says so.
        return Ok(Evidence::default());
    };
    let mut evidence = Evidence::default();
    let observed = observed(case).await.map_err(|error| of_fact(&error))?;
    let mut addresses = Vec::new();
    for remote in &observed {
        let named: Vec<_> = remote
            .addresses
            .iter()
            .filter(|address| prefix.contains(*address))
            .collect();
        if named.is_empty() {
            continue;
        }
        evidence.observations = evidence.observations.saturating_add(1);
        evidence.established |= remote.established;
        if let Some(more) = remote.failed_attempts {
            evidence.failed_attempts = Some(evidence.failed_attempts.unwrap_or(0).saturating_add(more));
        }
        addresses.extend(named.into_iter().copied());
    }
    if case.demands.need_sightings() {
        addresses.sort_unstable();
        addresses.dedup();
        for address in addresses.into_iter().take(MOST_ADDRESSES) {
            let sightings = sightings(address, case).await.map_err(|error| of_fact(&error))?;
            add(&mut evidence, sightings);
        }
    }
    Ok(evidence)
}

fn add(evidence: &mut Evidence, sightings: Sightings) {
    evidence.first = [evidence.first, sightings.first].into_iter().flatten().min();
    for (detector, last) in sightings.last {
        let known = evidence.detectors.entry(detector).or_insert(last);
        *known = last.max(*known);
    }
}

/// What each observation of the alert says of its remote side.
async fn observed(case: Case<'_>) -> Result<Vec<Remote>, FactError> {
    match case.for_guards.ask(&Question::Observations).await? {
        Answer::Observations(observations) => {
            let remote = |observation| Remote::of(case.alert.detector, observation);
            Ok(observations.iter().map(remote).collect())
        }
        _ => Err(FactError::NotKnown("the answer is to another question".to_owned())),
    }
}

async fn sightings(address: IpAddr, case: Case<'_>) -> Result<Sightings, FactError> {
    match case.for_guards.ask(&Question::Sightings(address.to_string())).await? {
        Answer::Sightings(sightings) => Ok(sightings),
        _ => Err(FactError::NotKnown("the answer is to another question".to_owned())),
    }
}

fn of_fact(error: &FactError) -> Failure {
    Failure {
        message: error.to_string(),
        passing: matches!(error, FactError::Unavailable(_)),
    }
}

//! Permissions: each read is done, each write is tried as a dry run.

use std::collections::BTreeSet;

use super::{Finding, Verdict, subject};
use crate::{
    cloud::{Call, Fault, Found, Service, Trial, trial::is_not_permitted},
    permission::{Extent, Needs, declared},
};

/// Tries all that is needed in an account and region, and tells what was come upon there. None of that if the account can't be reached at all.
pub async fn check(trial: &dyn Trial, needs: &Needs, role: Option<&str>) -> (Vec<Finding>, Option<Found>) {
    let caller = caller(trial, role).await;
    let is_reached = caller.verdict != Verdict::Missing;
    let mut findings = vec![caller];
    if !is_reached {
        return (findings, None);
    }
    let mut found = Found::default();
    let (writes, reads): (Vec<_>, Vec<_>) = needs.calls().partition(|(call, _)| call.is_write());
    for (call, _) in reads {
        findings.push(read(trial, call, &mut found).await);
    }
    for (call, extent) in writes {
        findings.push(write(trial, call, extent, needs, &found).await);
    }
    (findings, Some(found))
}

/// Whether the credentials are there, and of the right account.
async fn caller(trial: &dyn Trial, role: Option<&str>) -> Finding {
    let place = trial.place();
    let what = if role.is_some() {
        "sts:AssumeRole"
    } else {
        "credentials"
    };
    let of = |verdict, why: String| Finding::of_permission(place, what, verdict, why);
    match trial.account().await {
        Ok(account) if account == place.account => {
            let how = role.map_or_else(
                || format!("they are of account {account}"),
                |role| format!("{role} was assumed"),
            );
            of(Verdict::Fine, how)
        }
        Ok(account) => of(
            Verdict::Missing,
            format!(
                "the credentials are of account {account}: use some of {}, or name a `role` of that account in [[aws.account]]",
                place.account
            ),
        ),
        Err(error) => of(Verdict::Missing, error.to_string()),
    }
}

async fn read(trial: &dyn Trial, call: Call, found: &mut Found) -> Finding {
    let of = |verdict, why: String| Finding::of_permission(trial.place(), declared::action(call), verdict, why);
    if let Some(lacking) = subject::lacking_for_read(call, found) {
        return of(Verdict::NothingToTryOn, lacking.to_owned());
    }
    match trial.look(call, found).await {
        Ok(()) => of(Verdict::Fine, "it was asked".to_owned()),
        Err(error) if call == Call::GetServiceQuota => of(
            Verdict::Note,
            format!(
                "{}; Amazon's default is taken, or `network-acl.quota`",
                short(&error.fault)
            ),
        ),
        Err(error) if matches!(call, Call::DescribeTargetGroups | Call::DescribeTargetHealth) => of(
            Verdict::Note,
            format!(
                "{}; reports then can't name the load balancers that an instance serves",
                short(&error.fault)
            ),
        ),
        Err(error) if is_not_permitted(&error.fault) => of(Verdict::Missing, short(&error.fault)),
        Err(error) => of(Verdict::Unknown, short(&error.fault)),
    }
}

async fn write(trial: &dyn Trial, call: Call, extent: Extent, needs: &Needs, found: &Found) -> Finding {
    let actions = actions(call, extent, needs);
    let of = |what: &str, verdict, why: String| Finding::of_permission(trial.place(), what, verdict, why);
    let all = actions.join(", ");
    if call.service() != Service::Ec2 {
        let why = format!("{} has no dry run; it shows when it is needed", call.service().name());
        return of(&all, Verdict::NotProvable, why);
    }
    let Some(subject) = subject::of_write(call, extent, found) else {
        return of(
            &all,
            Verdict::NothingToTryOn,
            subject::lacking_for_write(call, extent).to_owned(),
        );
    };
    match trial.dry_run(call, &subject, &subject::tags(call, extent, needs)).await {
        Ok(()) => of(&all, Verdict::Fine, format!("EC2's dry run on {}", subject.id())),
        Err(error) if is_not_permitted(&error.fault) => {
            // EC2 says which action it was, if it was one of those that come along.
            let said = error.fault.to_string();
            let named = actions.iter().find(|action| said.contains(action.as_str()));
            of(
                named.unwrap_or(&all),
                Verdict::Missing,
                format!("EC2's dry run on {}: {}", subject.id(), short(&error.fault)),
            )
        }
        Err(error) => of(
            &all,
            Verdict::Unknown,
            format!("EC2's dry run on {}: {}", subject.id(), short(&error.fault)),
        ),
    }
}

/// The actions of a call, its own first.
fn actions(call: Call, extent: Extent, needs: &Needs) -> Vec<String> {
    let own = declared::action(call);
    let all: BTreeSet<_> = declared::grants(call, extent, needs.own_groups())
        .into_iter()
        .map(|grant| grant.action)
        .collect();
    let others = all.into_iter().filter(|action| *action != own);
    std::iter::once(own.clone()).chain(others).collect()
}

/// The code and what is said with it, without the thousand characters that only AWS can decode.
fn short(fault: &Fault) -> String {
    match fault {
        Fault::Denied { code, message } | Fault::Invalid { code, message } | Fault::Other { code, message } => {
            let (told, _) = message.split_once("Encoded authorization").unwrap_or((message, ""));
            format!("{code}: {}", told.trim_end())
        }
        fault => fault.to_string(),
    }
}

//! Quotas: how many rules AWS grants, by who knows it best.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::{room::QuotaSource, terms::DEFAULT_QUOTA};
use crate::{
    cloud::{Cloud, CloudPlace},
    text::with_causes,
};

/// How long an answer of Service Quotas is good for.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);

/// What Service Quotas said, an account and region.
#[derive(Default)]
pub(in crate::converge) struct Quotas(Mutex<HashMap<CloudPlace, (Timestamp, Option<u16>)>>);

impl Quotas {
    /// The quota in one account and region: the configured one, else what Service Quotas says, else Amazon's default. A failing Service Quotas
    /// stops nothing: the API itself says when an ACL is full.
    pub(in crate::converge) async fn of(
        &self,
        cloud: &dyn Cloud,
        configured: Option<u16>,
        now: Timestamp,
    ) -> (u16, QuotaSource) {
        if let Some(quota) = configured {
            return (quota, QuotaSource::Configured);
        }
        let mut known = self.0.lock().await;
        let asked = match known.get(cloud.place()) {
            Some((at, quota)) if now.duration_since(*at) < GOOD_FOR => *quota,
            _ => {
                let quota = cloud.rule_quota().await.unwrap_or_else(|error| {
                    tracing::warn!("the quota of rules is not known: {}", with_causes(&error));
                    None
                });
                known.insert(cloud.place().clone(), (now, quota));
                quota
            }
        };
        granted(asked)
    }

    /// As [`Self::of`], as far as that is known without a question: Amazon's default, if nobody was asked yet. It can be raised and not lowered.
    pub(in crate::converge) async fn at_least(
        &self,
        place: &CloudPlace,
        configured: Option<u16>,
        now: Timestamp,
    ) -> (u16, QuotaSource) {
        if let Some(quota) = configured {
            return (quota, QuotaSource::Configured);
        }
        let known = self.0.lock().await;
        let good = known.get(place).filter(|(at, _)| now.duration_since(*at) < GOOD_FOR);
        granted(good.and_then(|(_, quota)| *quota))
    }
}

fn granted(by_service_quotas: Option<u16>) -> (u16, QuotaSource) {
    by_service_quotas.map_or((DEFAULT_QUOTA, QuotaSource::Default), |quota| {
        (quota, QuotaSource::ServiceQuotas)
    })
}

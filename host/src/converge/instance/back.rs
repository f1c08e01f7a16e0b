//! What an instance is about to be put back into.

use std::collections::BTreeSet;

use super::interfaces::same;
use crate::{
    cloud::{InterfaceId, SecurityGroupId},
    converge::LiveInstance,
    hold::{Image, Remedy, Situation},
};

/// The groups that interfaces of it were in before, where no hold isolates them any more and they are not back yet.
pub(in crate::converge) fn groups_to_put_back(live: &LiveInstance, situation: &Situation) -> BTreeSet<SecurityGroupId> {
    let images = situation.images.iter().filter_map(|kept| match &kept.image {
        Image::Interface(image) if !image.restored => Some(image),
        _ => None,
    });
    let is_isolated = |interface| {
        situation.holds.iter().any(|hold| match &hold.remedy {
            Remedy::Isolate { isolate } => isolate.interface.as_ref().is_none_or(|only| only == interface),
            _ => false,
        })
    };
    let is_away = |interface: &InterfaceId, before: &[SecurityGroupId]| {
        let mut shown = live.interfaces.iter().filter(|shown| shown.id == *interface);
        shown.any(|shown| !same(&shown.security_groups, before))
    };
    images
        .filter(|image| !is_isolated(&image.interface) && is_away(&image.interface, &image.before))
        .flat_map(|image| image.before.iter().cloned())
        .collect()
}

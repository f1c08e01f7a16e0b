//! What of a changed configuration has to wait for a restart.

use crate::config::Config;

/// The sections that differ and are not taken over while the daemon works: what a process opens, holds or shares out when it begins.
pub(super) fn sections(began_with: &Config, new: &Config) -> Vec<&'static str> {
    let mut sandbox = new.sandbox.clone();
    if sandbox.limits.clone().in_the_pool_of(&began_with.sandbox.limits) == sandbox.limits {
        // Plugins have taken the others over among their own limits.
        sandbox.limits = began_with.sandbox.limits.clone();
    }
    let differ = [
        ("mode", began_with.mode != new.mode),
        ("[journal]", began_with.journal != new.journal),
        ("[aws] or [simulated]", began_with.cloud != new.cloud),
        (
            "[stealthwatch-cloud]",
            began_with.stealthwatch_cloud != new.stealthwatch_cloud,
        ),
        ("[feedback]", began_with.feedback != new.feedback),
        ("[secrets]", began_with.secrets != new.secrets),
        ("[[detector]]", began_with.detectors != new.detectors),
        ("[http]", began_with.http != new.http),
        ("[door]", began_with.doors != new.doors),
        ("[checkpoints]", began_with.checkpoints != new.checkpoints),
        ("[recordings]", began_with.recordings != new.recordings),
        ("[network-acl]", began_with.network_acl != new.network_acl),
        ("[instance]", began_with.instance != new.instance),
        ("[work]", began_with.work != new.work),
        ("[sandbox]", began_with.sandbox != sandbox),
    ];
    let differing = differ.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(section, _)| section).collect()
}

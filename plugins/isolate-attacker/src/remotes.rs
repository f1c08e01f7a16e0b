//! The other side of an alert: whom our instance attacks, or who attacks it.

use std::{collections::BTreeMap, net::IpAddr};

use quell_plugin::{Alert, Instance, Notes, Observation, OwnSide};

/// The most that are named. As many as the host's guards let through by default, and as many as a network ACL has rules.
const MOST: usize = 20;

/// The remote addresses of observations, each once, who was seen most often first, then by address. Who is of our own side, and who is one too many, is left
/// out with a note.
pub fn remotes<'a>(
    observations: impl Iterator<Item = &'a Observation>,
    alert: &Alert,
    instance: &Instance,
    notes: &mut Notes,
) -> Vec<IpAddr> {
    let mut sides: Vec<_> = observations.map(Observation::sides).collect();
    notes
        .unreadable
        .extend(sides.iter_mut().flat_map(|sides| sides.unreadable.drain(..)));
    let mut own_side = OwnSide::of_alert(&alert.source, &sides);
    own_side.add(instance);

    let mut seen: BTreeMap<IpAddr, usize> = BTreeMap::new();
    for &address in sides.iter().flat_map(|sides| &sides.remotes) {
        *seen.entry(address).or_default() += 1;
    }
    let mut remotes: Vec<_> = seen.into_iter().collect();
    remotes.sort_by_key(|&(_, times)| std::cmp::Reverse(times));
    let (own, mut remotes): (Vec<IpAddr>, Vec<_>) = remotes
        .into_iter()
        .map(|(address, _)| address)
        .partition(|&address| own_side.contains(address));
    notes.leave_out(
        own.iter()
            .map(|own| format!("{own} is left out: it is of the alert's own side")),
    );
    notes.leave_out(
        remotes
            .iter()
            .skip(MOST)
            .map(|one| format!("{one} is left out: at most {MOST} are named")),
    );
    remotes.truncate(MOST);
    remotes
}

/// Whether our side opened the connection: then the remote side answered, and did not attack.
pub fn is_outbound(observation: &Observation) -> bool {
    let fields = observation.fields();
    fields
        .get("connectionDirection")
        .is_some_and(|direction| direction == "OUTBOUND")
}

#[cfg(test)]
mod tests {
    use quell_plugin::testing::{finding, instance, observation};

    use super::*;

    fn of(raw: &[String]) -> (Vec<String>, Vec<String>) {
        let observations: Vec<_> = raw.iter().map(|raw| observation(raw)).collect();
        let web = instance("i-0abc1234def567890", "subnet-0a1b2c3d", &["10.0.1.20"]);
        let alert = finding("UnauthorizedAccess:EC2/SSHBruteForce", &web.id, "ACTOR");
        let mut notes = Notes::default();
        let remotes = remotes(observations.iter(), &alert, &web, &mut notes);
        (remotes.iter().map(IpAddr::to_string).collect(), notes.finish())
    }

    fn connection(remote: &str) -> String {
        format!(
            r#"{{"localIpDetails": {{"ipAddressV4": "10.0.1.21"}}, "remoteIpDetails": {{"ipAddressV4": "{remote}"}}}}"#
        )
    }

    #[test]
    fn who_was_seen_most_often_comes_first_and_nobody_of_our_own_side() {
        let seen = [
            "203.0.113.9",
            "203.0.113.88",
            "10.0.1.20",
            "10.0.1.21",
            "203.0.113.88",
            "nobody",
        ];
        let (remotes, notes) = of(&seen.map(connection));
        assert_eq!(remotes, ["203.0.113.88", "203.0.113.9"]);
        insta::assert_snapshot!(notes.join("\n"), @r"
        10.0.1.20 is left out: it is of the alert's own side
        10.0.1.21 is left out: it is of the alert's own side
        observation 1: remoteIpDetails.ipAddressV4 `nobody` is not an address
        ");
    }

    #[test]
    fn more_than_the_host_would_take_are_left_out_and_told() {
        let seen: Vec<_> = (1..=22).map(|last| connection(&format!("203.0.113.{last}"))).collect();
        let (remotes, notes) = of(&seen);
        assert_eq!(remotes.len(), MOST);
        assert_eq!(
            notes,
            ["21", "22"].map(|last| format!("203.0.113.{last} is left out: at most 20 are named"))
        );
    }
}

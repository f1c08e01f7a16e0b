//! Offenders: remote addresses, with what all observations together say of each.

use std::{cmp::Reverse, collections::BTreeMap, net::IpAddr};

use quell_plugin::Sides;

/// A remote address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offender {
    /// The address.
    pub address: IpAddr,
    /// Failed attempts over all observations that count them. None if no observation does.
    pub failed_attempts: Option<u64>,
    /// How many observations name it.
    pub observations: u64,
    /// Whether some observation names it without counting: the detector's word is all there is, and enough.
    pub uncounted: bool,
    /// The customer's own addresses that are named beside it, in the order of the observations.
    pub attacked: Vec<IpAddr>,
}

impl Offender {
    /// An address of which nothing is known yet.
    pub fn new(address: IpAddr) -> Self {
        Self {
            address,
            failed_attempts: None,
            observations: 0,
            uncounted: false,
            attacked: Vec::new(),
        }
    }

    /// Whether it did enough to be blocked.
    pub fn is_enough(&self, failed_attempts: u64) -> bool {
        self.uncounted || self.failed_attempts.is_some_and(|failed| failed >= failed_attempts)
    }

    fn add(&mut self, sides: &Sides) {
        self.observations += 1;
        let single = sides.own.iter().filter(|own| own.prefix_len() == own.max_prefix_len());
        self.attacked.extend(single.map(|own| own.addr()));
        match sides.failed_attempts {
            Some(more) => self.failed_attempts = Some(self.failed_attempts.unwrap_or(0).saturating_add(more)),
            None => self.uncounted = true,
        }
    }
}

/// Add up what was seen: each address once, most failed attempts first, then by address.
pub fn add_up(observations: &[Sides]) -> Vec<Offender> {
    let mut by_address: BTreeMap<IpAddr, Offender> = BTreeMap::new();
    for sides in observations {
        for &address in &sides.remotes {
            by_address
                .entry(address)
                .or_insert_with(|| Offender::new(address))
                .add(sides);
        }
    }
    let mut offenders: Vec<_> = by_address.into_values().collect();
    offenders.sort_unstable_by_key(|offender| (Reverse(offender.failed_attempts), offender.address));
    offenders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(remotes: &[&str], failed_attempts: Option<u64>) -> Sides {
        let remotes = remotes.iter().map(|remote| remote.parse().unwrap()).collect();
        Sides {
            remotes,
            failed_attempts,
            ..Sides::default()
        }
    }

    #[test]
    fn attempts_of_one_address_are_added_up_over_all_observations() {
        let offenders = add_up(&[
            seen(&["203.0.113.7"], Some(6)),
            seen(&["203.0.113.7", "203.0.113.8"], Some(5)),
        ]);
        assert_eq!(offenders.len(), 2);
        assert_eq!((offenders[0].failed_attempts, offenders[0].observations), (Some(11), 2));
        assert!(offenders[0].is_enough(11) && !offenders[0].is_enough(12));
    }

    #[test]
    fn an_absurd_count_does_not_overflow() {
        let offenders = add_up(&[seen(&["203.0.113.7"], Some(u64::MAX)), seen(&["203.0.113.7"], Some(1))]);
        assert_eq!(offenders[0].failed_attempts, Some(u64::MAX));
    }

    #[test]
    fn one_observation_that_does_not_count_is_enough() {
        let offenders = add_up(&[seen(&["203.0.113.7"], Some(1)), seen(&["203.0.113.7"], None)]);
        assert!(offenders[0].is_enough(1000));
    }

    #[test]
    fn the_worst_come_first_and_equals_by_address_whatever_the_order_of_observations() {
        let mut observations = [
            seen(&["2001:db8::1"], Some(5)),
            seen(&["203.0.113.9"], None),
            seen(&["203.0.113.8"], Some(5)),
            seen(&["203.0.113.7"], Some(70)),
        ];
        let forwards = add_up(&observations);
        observations.reverse();
        assert_eq!(add_up(&observations), forwards);
        let order: Vec<_> = forwards.iter().map(|offender| offender.address.to_string()).collect();
        assert_eq!(order, ["203.0.113.7", "203.0.113.8", "2001:db8::1", "203.0.113.9"]);
    }
}

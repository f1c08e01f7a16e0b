use jiff::{SignedDuration, Timestamp};

use super::{
    super::{Remedy, Target},
    *,
};
use crate::{cloud::Direction, decision::StateChange};

fn at(second: i64) -> Timestamp {
    // The beginning of a minute, so that no part of the time is cut.
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn intent(resource: &str, remedy: Remedy) -> Intent {
    Intent {
        target: Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            resource: resource.parse().unwrap(),
        },
        remedy,
        reason: "why".to_owned(),
        confidence: 90,
        severity: None,
        spare: Vec::new(),
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/6125".to_owned(),
        until: None,
        scope: Scope::default(),
    }
}

fn block(prefix: &str) -> Intent {
    intent(
        "acl-0a1b2c3d",
        Remedy::deny(prefix.parse().unwrap(), Direction::Ingress),
    )
}

fn stop(instance: &str) -> Intent {
    intent(
        instance,
        Remedy::SetState {
            change: StateChange::Stop,
        },
    )
}

fn budget(limits: Limits) -> Budget {
    Budget {
        name: "all".to_owned(),
        per: Per::Overall,
        limits,
        comes_back: ComesBack::After(HumanDuration::from_secs(900)),
    }
}

/// A journal that is one note.
struct Counter {
    spending: Spending,
    note: Option<crate::hold::Note>,
}

impl Counter {
    fn new(budget: Budget) -> Self {
        Self {
            spending: Spending {
                budgets: vec![budget],
                is_approved: false,
            },
            note: None,
        }
    }

    fn put(&mut self, now: Timestamp, intents: &[Intent]) -> Put {
        let mut charging = Charging::new(&self.spending, now);
        let names = charging.names(intents);
        assert_eq!(names.len(), 1);
        for name in names {
            charging.know(&name, self.note.clone());
        }
        for intent in intents {
            charging.may_begin(intent);
        }
        if let Some(changed) = charging.changed().pop() {
            self.note = Some(changed.written());
        }
        charging.into_put(Vec::new())
    }
}

fn whys(put: &Put) -> Vec<&str> {
    put.withheld.iter().map(|withheld| withheld.why.as_str()).collect()
}

#[test]
fn what_is_too_much_is_kept_back_and_said_loudly_once() {
    let mut counter = Counter::new(budget(Limits {
        holds_per_minute: Some(2),
        ..Limits::default()
    }));
    let three = ["203.0.113.1/32", "203.0.113.2/32", "203.0.113.3/32"].map(block);
    let put = counter.put(at(0), &three);
    insta::assert_snapshot!(whys(&put).join("\n"), @"budget `all` is used up since 2027-01-15T08:00:00Z: 2 new holds within a minute and 1 more, of at most 2 (holds-per-minute); comes back at 2027-01-15T08:15:00Z");
    assert_eq!(put.tripped.len(), 1);
    let later = counter.put(at(100), &three);
    assert_eq!(
        (later.withheld.len(), later.tripped.len()),
        (3, 0),
        "the minute is over, and the budget is not back"
    );
    let back = counter.put(at(900), &three[..2]);
    assert_eq!((back.withheld.len(), back.tripped.len()), (0, 0));
}

#[test]
fn by_hand_means_by_hand() {
    let mut counter = Counter::new(Budget {
        comes_back: ComesBack::ByHand,
        ..budget(Limits {
            holds_per_hour: Some(1),
            ..Limits::default()
        })
    });
    counter.put(at(0), &["203.0.113.1/32", "203.0.113.2/32"].map(block));
    let much_later = counter.put(at(30 * 86_400), &[block("203.0.113.3/32")]);
    insta::assert_snapshot!(whys(&much_later).join("\n"), @"budget `all` is used up since 2027-01-15T08:00:00Z: 1 new holds within an hour and 1 more, of at most 1 (holds-per-hour); `quell budgets reset all` brings it back");
    assert_eq!(
        counter.note.as_ref().unwrap().over,
        Timestamp::MAX,
        "nobody forgets it meanwhile"
    );
}

#[test]
fn the_hour_moves_on_minute_by_minute() {
    let mut counter = Counter::new(Budget {
        comes_back: ComesBack::After(HumanDuration::from_secs(1)),
        ..budget(Limits {
            holds_per_hour: Some(60),
            ..Limits::default()
        })
    });
    for minute in 0..60 {
        let put = counter.put(at(minute * 60), &[block("203.0.113.1/32")]);
        assert_eq!(put.withheld, [], "minute {minute}");
    }
    assert_eq!(counter.put(at(3599), &[block("203.0.113.1/32")]).withheld.len(), 1);
    // At most a minute later than it had to be, and never earlier.
    assert_eq!(counter.put(at(3600), &[block("203.0.113.1/32")]).withheld.len(), 1);
    assert_eq!(counter.put(at(3660), &[block("203.0.113.1/32")]).withheld.len(), 0);
}

#[test]
fn the_addresses_of_a_prefix_count_once_for_all_its_acls_and_directions() {
    let mut counter = Counter::new(budget(Limits {
        addresses_per_hour: Some(256),
        ..Limits::default()
    }));
    let both_ways = [
        block("203.0.113.0/24"),
        intent(
            "acl-0d4e5f6a",
            Remedy::deny("203.0.113.0/24".parse().unwrap(), Direction::Egress),
        ),
    ];
    assert_eq!(counter.put(at(0), &both_ways).withheld, []);
    assert_eq!(counter.put(at(1), &[block("198.51.100.1/32")]).withheld.len(), 1);
}

#[test]
fn an_ipv6_network_counts_by_its_64s() {
    let mut counter = Counter::new(budget(Limits {
        addresses_per_hour: Some(257),
        ..Limits::default()
    }));
    assert_eq!(
        counter
            .put(at(0), &[block("2001:db8:0:1200::/56"), block("2001:db8::7/128")])
            .withheld,
        []
    );
    assert_eq!(counter.put(at(1), &[block("2001:db8::8/128")]).withheld.len(), 1);
}

#[test]
fn an_instance_that_is_changed_again_is_no_other_instance() {
    let mut counter = Counter::new(budget(Limits {
        instances_per_hour: Some(1),
        ..Limits::default()
    }));
    let first = stop("i-0a1b2c3d4e5f60718");
    assert_eq!(counter.put(at(0), &[first.clone(), first]).withheld, []);
    assert_eq!(
        counter.put(at(1), &[block("203.0.113.1/32")]).withheld,
        [],
        "a block changes none"
    );
    assert_eq!(counter.put(at(2), &[stop("i-0b1b2c3d4e5f60718")]).withheld.len(), 1);
}

#[test]
fn what_can_not_be_read_is_used_up() {
    let mut counter = Counter::new(budget(Limits {
        holds_per_hour: Some(100),
        ..Limits::default()
    }));
    let note = crate::hold::Note::new(crate::hold::NoteKind::Budget, "all").saying("{".to_owned(), at(0));
    counter.note = Some(note.written());
    let put = counter.put(at(0), &[block("203.0.113.1/32")]);
    insta::assert_snapshot!(whys(&put).join("\n"), @"what was spent of budget `all` can't be read: `quell budgets reset all` begins it anew");
    assert_eq!(counter.note.unwrap().text, "{", "and it is not written over");
}

#[test]
fn what_people_approved_of_is_counted_and_not_kept_back() {
    let mut counter = Counter::new(budget(Limits {
        holds_per_hour: Some(1),
        ..Limits::default()
    }));
    counter.spending.is_approved = true;
    let put = counter.put(at(0), &["203.0.113.1/32", "203.0.113.2/32"].map(block));
    assert_eq!(put.withheld, []);
    counter.spending.is_approved = false;
    assert_eq!(counter.put(at(1), &[block("203.0.113.3/32")]).withheld.len(), 1);
}

#[test]
fn writes_are_counted_when_they_are_made_and_keep_the_next_hold_back() {
    let limits = Limits {
        writes_per_hour: Some(10),
        ..Limits::default()
    };
    let comes_back = ComesBack::After(HumanDuration::from_secs(60));
    let mut tally = Tally::default();
    assert!(!tally.add_writes(9, &limits, comes_back, at(0)));
    assert!(tally.add_writes(5, &limits, comes_back, at(1)));
    assert!(!tally.add_writes(5, &limits, comes_back, at(2)), "it is told once");
    assert_eq!(
        tally.tripped_at(at(3)).unwrap().why,
        "14 calls that write within an hour, of at most 10 (writes-per-hour)"
    );
}

#[test]
fn a_share_is_refused_and_trips_nothing() {
    let share = Share {
        of: "instances-per-hour/vpc-0a1b2c3d".to_owned(),
        most: 1,
    };
    let mut intents = [stop("i-0a1b2c3d4e5f60718"), stop("i-0b1b2c3d4e5f60718")];
    for intent in &mut intents {
        intent.scope.shares.push(share.clone());
    }
    let mut counter = Counter {
        spending: Spending::default(),
        note: None,
    };
    let put = counter.put(at(0), &intents);
    insta::assert_snapshot!(whys(&put).join("\n"), @"1 instances within an hour and 1 more, of at most 1 (instances-per-hour) in instances-per-hour/vpc-0a1b2c3d");
    assert_eq!(put.tripped, []);
    assert_eq!(counter.put(at(3600), &intents[1..]).withheld, []);
}

#[test]
fn each_has_a_budget_of_its_own() {
    let of = |per| {
        let mut intent = block("203.0.113.7/32");
        intent.scope.vpc = Some("vpc-0a1b2c3d".parse().unwrap());
        Budget {
            per,
            ..budget(Limits::default())
        }
        .tally_of(&intent)
    };
    let all = [Per::Overall, Per::Plugin, Per::Account, Per::Region, Per::Vpc].map(of);
    insta::assert_snapshot!(all.join("\n"), @r"
    all
    all/nacl-block
    all/111122223333
    all/111122223333/eu-west-1
    all/111122223333/eu-west-1/vpc-0a1b2c3d
    ");
}

#[test]
fn a_clock_that_was_set_back_loses_no_count() {
    let mut counter = Counter::new(budget(Limits {
        holds_per_hour: Some(1),
        ..Limits::default()
    }));
    counter.put(at(0), &[block("203.0.113.1/32")]);
    let before = at(0).checked_sub(SignedDuration::from_mins(5)).unwrap();
    assert_eq!(counter.put(before, &[block("203.0.113.2/32")]).withheld.len(), 1);
}

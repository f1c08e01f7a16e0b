use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn target() -> Target {
    Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: "acl-0a1b2c3d".parse().unwrap(),
    }
}

fn granted(owner: &str, now: i64, until: i64) -> Event {
    Event::Granted {
        target: target(),
        owner: Owner::new(owner),
        now: at(now),
        until: at(until),
    }
}

/// At `now` somebody is told that `owner` has it.
fn refused(owner: &str, now: i64, until: i64) -> Event {
    Event::Refused {
        target: target(),
        now: at(now),
        owner: Owner::new(owner),
        until: at(until),
    }
}

fn gives_back(owner: &str) -> Event {
    Event::GivesBack {
        target: target(),
        owner: Owner::new(owner),
    }
}

fn begins(owner: &str, now: i64, is_taken: bool) -> Event {
    Event::Begins {
        target: target(),
        owner: Owner::new(owner),
        now: at(now),
        is_taken,
    }
}

fn died(owner: &str, second: i64) -> Event {
    Event::Died {
        owner: Owner::new(owner),
        at: at(second),
    }
}

fn tick(began: i64, between: impl IntoIterator<Item = Event>, ended: i64) -> impl Iterator<Item = Event> {
    let began = Event::TickBegan { at: at(began) };
    let ended = Event::TickEnded { at: at(ended) };
    std::iter::once(began).chain(between).chain([ended])
}

/// The one offence that there is.
#[track_caller]
fn offence(events: impl IntoIterator<Item = Event>) -> String {
    let mut offences = Audit::of(&events.into_iter().collect::<Vec<_>>()).offences;
    assert_eq!(offences.len(), 1, "{offences:#?}");
    offences.remove(0)
}

#[test]
fn who_gives_back_and_who_waits_for_the_end_of_the_dead_offends_nobody() {
    let mut events = vec![
        granted("first", 0, 120),
        begins("first", 1, true),
        // It was told so before the other began to give it back.
        refused("first", 1, 120),
        gives_back("first"),
        granted("dying", 2, 122),
        granted("dying", 62, 182),
        begins("dying", 63, true),
        died("dying", 70),
    ];
    events.extend(tick(90, [refused("dying", 91, 182)], 95));
    events.extend(tick(150, [refused("dying", 181, 182), granted("heir", 184, 304)], 185));
    events.extend([begins("heir", 184, true), gives_back("heir")]);
    let audit = Audit::of(&events);
    assert_eq!(audit.offences, [""; 0]);
    let counted = (audit.granted, audit.renewed, audit.given_back, audit.refused);
    assert_eq!(counted, (3, 1, 2, 3));
    assert_eq!((audit.changes, audit.deaths, audit.taken_over), (3, 1, 1));
    assert_eq!(audit.kept, SignedDuration::from_secs(114));
    assert_eq!(audit.idle, SignedDuration::from_secs(2));
    assert_eq!(audit.round, SignedDuration::from_secs(95));
}

#[test]
fn a_lease_in_two_hands_is_found_whether_or_not_the_first_are_dead() {
    let events = || {
        vec![
            granted("first", 0, 120),
            granted("second", 119, 239),
            gives_back("second"),
        ]
    };
    let told = offence(events());
    assert!(
        told.contains("second got 111122223333/eu-west-1/acl-0a1b2c3d"),
        "{told}"
    );
    let mut of_the_dead = events();
    of_the_dead.insert(1, died("first", 5));
    assert_eq!(offence(of_the_dead), told);
}

#[test]
fn a_living_owner_who_is_too_slow_is_counted_and_no_offence() {
    let audit = Audit::of(&[
        granted("slow", 0, 120),
        granted("second", 120, 240),
        // What it gives back is not its own any more, and stays the other's.
        gives_back("slow"),
        begins("second", 121, true),
        gives_back("second"),
    ]);
    assert_eq!(audit.offences, [""; 0]);
    assert_eq!((audit.overdue, audit.taken_over), (1, 0));
}

#[test]
fn a_change_without_the_lease_is_found_unless_the_journal_refused_it() {
    for events in [
        vec![],
        vec![granted("first", 0, 120), gives_back("first")],
        vec![granted("second", 0, 120), gives_back("second")],
    ] {
        let begins_all = |is_taken| events.clone().into_iter().chain([begins("first", 1, is_taken)]);
        assert!(offence(begins_all(true)).ends_with("nobody had it"));
        assert_eq!(Audit::of(&begins_all(false).collect::<Vec<_>>()).offences, [""; 0]);
    }
    let anothers = [
        granted("second", 0, 120),
        begins("first", 1, true),
        gives_back("second"),
    ];
    assert!(offence(anothers).contains("second had it until"));
    let ended = [
        granted("first", 0, 120),
        begins("first", 120, true),
        gives_back("first"),
    ];
    assert!(offence(ended).contains("first had it until"));
}

#[test]
fn a_lease_that_is_in_the_way_after_its_end_or_grows_after_its_owners_death_is_found() {
    let ended = [
        granted("first", 0, 120),
        refused("first", 120, 120),
        gives_back("first"),
    ];
    assert!(offence(ended).contains("was told that first has"));
    let grown = |now| {
        [
            granted("first", 0, 120),
            died("first", 10),
            refused("first", now, 130),
            granted("heir", 130, 250),
            gives_back("heir"),
        ]
    };
    assert!(offence(grown(11)).contains("and died"));
    // Who asked before it died may have been told of what it had before it renewed it.
    assert_eq!(Audit::of(&grown(9)).offences, [""; 0]);
}

#[test]
fn a_tick_that_leaves_a_target_to_the_dead_is_found() {
    let left = |began, between: Vec<Event>| {
        let before = [granted("dead", 0, 120), died("dead", 10)];
        let after = [granted("heir", 300, 420), gives_back("heir")];
        before.into_iter().chain(tick(began, between, 200)).chain(after)
    };
    assert!(offence(left(120, vec![])).contains("left 111122223333/eu-west-1/acl-0a1b2c3d to dead"));
    // The journal failed, or the lease had not ended when it began: the next one is there for that.
    let failed = vec![Event::Unanswered { target: target() }];
    for events in [left(120, failed), left(119, vec![])] {
        assert_eq!(Audit::of(&events.collect::<Vec<_>>()).offences, [""; 0]);
    }
}

#[test]
fn a_lease_that_stays_in_somebodys_hands_or_lasts_too_long_is_found() {
    assert!(offence([granted("first", 0, 120)]).contains("never gave"));
    assert!(offence([granted("first", 0, 120), died("first", 1)]).contains("nobody has had it since"));
    assert!(offence([granted("first", 0, 121), gives_back("first")]).contains("for too long"));
}

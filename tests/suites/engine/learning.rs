//! What AWS says of room is learnt for the direction and family of which it said it.

use quell::cloud::{Direction, Entry, Family};
use tokio::runtime;

use crate::{
    case::{Asked, Case, Turn},
    world::World,
};

fn asked(prefix: &str) -> Asked {
    Asked {
        prefix: prefix.parse().unwrap(),
        direction: Direction::Ingress,
        confidence: 90,
        minutes: None,
        spare: None,
    }
}

#[test]
fn that_an_acl_is_full_for_one_family_is_not_mistaken_when_entries_of_the_other_went_right_before() {
    let case = Case {
        // Room for four of each family beside the allow of the owners; the operator believes in 14 more.
        rule_quota: 6,
        believed_more: Some(14),
        reserve: 0,
        others: Vec::new(),
        turns: Vec::new(),
    };
    let four = ["203.0.113.1/32", "203.0.113.2/32", "203.0.113.3/32"];
    let six = [
        "2001:db8:0:1::1/128",
        "2001:db8:0:2::1/128",
        "2001:db8:0:4::1/128",
        "2001:db8:0:8::1/128",
    ];
    let fills = Turn {
        asked: four.into_iter().chain(six).map(asked).collect(),
        ..Turn::default()
    };
    let overflows = Turn {
        asked: vec![asked("2001:db8:0:10::1/128")],
        pardoned: four[1..].iter().map(|prefix| prefix.parse().unwrap()).collect(),
        ..Turn::default()
    };
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new(&case);
        world.play(&fills).await.unwrap();
        world.play(&overflows).await.unwrap();
        let of_six = |entry: &Entry| Family::of(entry.prefix) == Family::IPv6;
        let ours = world.ours();
        assert_eq!(ours.iter().filter(|entry| of_six(entry)).count(), 4, "{ours:?}");
    });
}

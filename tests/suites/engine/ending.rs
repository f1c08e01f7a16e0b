//! A hold may end between two tries of one converge. What the first of them gave up for lack of room then has its place again.

use ipnet::IpNet;
use quell::cloud::{Call, Direction, Entry, Fault};
use tokio::runtime;

use crate::{
    case::{Asked, Case, Failure, Turn},
    world::World,
};

fn asked(prefix: &str, confidence: u8, minutes: Option<i64>) -> Asked {
    Asked {
        prefix: prefix.parse().unwrap(),
        direction: Direction::Ingress,
        confidence,
        minutes,
        spare: None,
    }
}

#[test]
fn what_had_to_go_before_another_hold_ended_was_not_opened_by_mistake() {
    let far: IpNet = "198.51.100.0/32".parse().unwrap();
    let case = Case {
        // Room for four beside the allow and the deny of the owners, with one kept free for people.
        rule_quota: 8,
        believed_more: Some(0),
        reserve: 1,
        others: vec![Entry::deny(1, Direction::Ingress, far)],
        turns: Vec::new(),
    };
    let fills = Turn {
        asked: vec![
            asked("203.0.113.0/27", 2, None),
            asked("203.0.114.4/32", 13, None),
            asked("203.0.114.0/32", 79, Some(7)),
        ],
        ..Turn::default()
    };
    let throttled = |call| Failure {
        call,
        fault: Fault::Throttled {
            code: "RequestLimitExceeded".to_owned(),
            message: "Request limit exceeded.".to_owned(),
        },
        is_done: false,
    };
    // The hold on 203.0.114.0 ends between the try that fails and the next one.
    let overflows = Turn {
        minutes: 3,
        asked: vec![asked("203.0.114.8/32", 15, None), asked("203.0.113.32/32", 15, None)],
        failures: vec![throttled(Call::CreateNetworkAclEntry); 6],
        ..Turn::default()
    };
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new(&case);
        world.play(&fills).await.unwrap();
        world.play(&overflows).await.unwrap();
        assert_eq!(world.ours().len(), 4);
    });
}

//! Whatever is held, ended, changed by hand, refused or cut off, in whatever order: after the last end everything is as it was, unless somebody else changed it,
//! and then it is as they left it.

use jiff::SignedDuration;
use proptest::{collection::vec, prelude::*, sample::Index};
use quell::{
    cloud::{Call, Fault, MachineState, RuleSpec},
    decision::StateChange,
    hold::{Hold, Isolation, Remedy},
};
use quell_tests::fault::Death;

use crate::world::{GROUP, INTERFACES, OTHER, WEB, World, isolate, revoke_shell, set};

/// What happens next.
#[derive(Debug, Clone)]
enum Turn {
    Hold(usize),
    End(Index),
    SomebodySets(usize, Vec<&'static str>),
    SomebodyRemoves(usize),
    SomebodyStarts,
    Refused(Call),
    Lost(Call),
    Dies(Death),
    Passes(i64),
    Lag(u64),
}

const CALLS: [Call; 6] = [
    Call::ModifyNetworkInterfaceAttribute,
    Call::CreateSecurityGroup,
    Call::RevokeSecurityGroupIngress,
    Call::AuthorizeSecurityGroupIngress,
    Call::StopInstances,
    Call::CreateSnapshots,
];

fn remedies() -> [(&'static str, Remedy); 5] {
    let only = |interface: &str| Remedy::Isolate {
        isolate: Isolation {
            interface: Some(interface.parse().unwrap()),
            groups: Vec::new(),
        },
    };
    let shell = revoke_shell(|revoke| revoke.narrow_to = vec!["198.51.100.0/24".parse().unwrap()]);
    [
        (WEB, isolate()),
        (WEB, only(INTERFACES[0])),
        (WEB, only(INTERFACES[1])),
        (WEB, set(StateChange::Stop)),
        (GROUP, shell),
    ]
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let call = (0..CALLS.len()).prop_map(|at| CALLS[at]);
    let groups = prop_oneof![Just(vec![OTHER]), Just(vec![GROUP, OTHER]), Just(vec!["sg-0ccccccc"])];
    prop_oneof![
        6 => (0..remedies().len()).prop_map(Turn::Hold),
        4 => any::<Index>().prop_map(Turn::End),
        1 => (0..INTERFACES.len(), groups).prop_map(|(at, groups)| Turn::SomebodySets(at, groups)),
        1 => (0..INTERFACES.len()).prop_map(Turn::SomebodyRemoves),
        1 => Just(Turn::SomebodyStarts),
        1 => call.clone().prop_map(Turn::Refused),
        1 => call.prop_map(Turn::Lost),
        2 => (0_usize..8, any::<bool>()).prop_map(|(at, is_done)| Turn::Dies(Death { at, is_done })),
        3 => (0_i64..200).prop_map(Turn::Passes),
        1 => (0_u64..20).prop_map(Turn::Lag),
    ]
}

/// What everything is to be in the end.
struct Expected {
    groups: Vec<Vec<String>>,
    rules: Vec<RuleSpec>,
}

fn specs(world: &World) -> Vec<RuleSpec> {
    let mut specs: Vec<_> = world.rules().into_iter().map(|rule| rule.rule).collect();
    specs.sort_by_key(ToString::to_string);
    specs
}

fn sorted(mut groups: Vec<Vec<String>>) -> Vec<Vec<String>> {
    groups.iter_mut().for_each(|groups| groups.sort());
    groups
}

async fn run(turns: Vec<Turn>) -> Result<(), TestCaseError> {
    let mut world = World::new();
    let mut expected = Expected {
        groups: sorted(world.groups()),
        rules: specs(&world),
    };
    let mut holds: Vec<Hold> = Vec::new();
    for turn in turns {
        match turn {
            Turn::Hold(at) => {
                let (id, remedy) = remedies()[at].clone();
                let hold = world.put(id, remedy).await;
                // What is refused stays a hold, and is tried again.
                drop(world.converge(id).await);
                if !holds.iter().any(|known| known.id == hold.id) {
                    holds.push(hold);
                }
            }
            Turn::End(index) if !holds.is_empty() => {
                let hold = holds.remove(index.index(holds.len()));
                world.end(hold.id).await;
                drop(world.converge(hold.target.resource.as_str()).await);
            }
            Turn::End(_) => {}
            Turn::SomebodySets(at, groups) if !expected.groups[at].is_empty() => {
                // Not within the minute in which a read of ours is not believed.
                world.clock.advance(SignedDuration::from_secs(61));
                world.somebody_sets(INTERFACES[at], &groups);
                expected.groups[at] = groups.iter().map(ToString::to_string).collect();
                expected.groups[at].sort();
                // Nor within the seconds in which a read may not show what they did: AWS has no conditional write.
                world.clock.advance(SignedDuration::from_secs(21));
            }
            Turn::SomebodySets(..) => {}
            Turn::SomebodyRemoves(at) if !expected.groups[at].is_empty() => {
                let interface = INTERFACES[at].parse().unwrap();
                world.cloud.remove_interface_as_someone_else(&interface).unwrap();
                expected.groups[at] = Vec::new();
            }
            Turn::SomebodyRemoves(_) => {}
            Turn::SomebodyStarts => {
                if world.machine(WEB).state == MachineState::Stopped {
                    let running = MachineState::Running;
                    world
                        .cloud
                        .set_state_as_someone_else(&WEB.parse().unwrap(), running)
                        .unwrap();
                }
            }
            Turn::Refused(call) => world.cloud.fail_next(
                call,
                Fault::Denied {
                    code: "UnauthorizedOperation".to_owned(),
                    message: "no".to_owned(),
                },
            ),
            Turn::Lost(call) => world.cloud.fail_next_after_it_is_done(
                call,
                Fault::Unreachable {
                    message: "timed out".to_owned(),
                },
            ),
            Turn::Dies(death) => {
                for id in [WEB, GROUP] {
                    world.converge_or_die(id, death).await;
                }
            }
            Turn::Passes(seconds) => {
                world.clock.advance(SignedDuration::from_secs(seconds));
                for id in [WEB, GROUP] {
                    drop(world.converge(id).await);
                }
            }
            Turn::Lag(seconds) => world.cloud.answer_stale(std::time::Duration::from_secs(seconds)),
        }
    }
    for hold in holds {
        world.end(hold.id).await;
    }
    // What was to fail has failed by then.
    for _ in 0..20 {
        world.clock.advance(SignedDuration::from_secs(61));
        for id in [WEB, GROUP] {
            drop(world.converge(id).await);
        }
    }
    prop_assert_eq!(sorted(world.groups()), expected.groups);
    prop_assert_eq!(specs(&world), expected.rules);
    prop_assert_eq!(world.machine(WEB).state, MachineState::Running);
    for id in [WEB, GROUP] {
        let converged = world.converge(id).await.unwrap();
        prop_assert!(converged.changes.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn everything_is_as_it_was_or_as_somebody_else_left_it(turns in vec(any_turn(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(turns))?;
    }
}

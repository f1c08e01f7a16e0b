//! Whatever others do, whatever fails, wherever the process ends.

use std::{env, thread};

use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestCaseError, TestRunner},
};
use tokio::runtime;

use crate::{case::Case, strategy::any_case, world::World};

/// How many cases are played unless `QUELL_ENGINE_CASES` says another number.
const CASES: u32 = 2_000;
/// How many are played side by side. Half of the time each of them waits for its journal.
const LANES: u32 = 4;

/// No covered offender is opened by any write and no never-blocked address cut off; others' entries are untouched; when all is calm, what is said to be covered
/// is denied, and nobody else's traffic changed beyond the aggregates that are told; after the last end nothing of ours is left, neither in the ACL nor in the journal.
#[test]
fn no_write_is_a_bad_one_and_nothing_is_left_whatever_fails_and_whoever_edits() {
    let cases = env::var("QUELL_ENGINE_CASES").map_or(CASES, |cases| cases.parse().expect("a number of cases"));
    thread::scope(|scope| {
        for lane in 0..LANES {
            scope.spawn(move || play_all(lane, cases.div_ceil(LANES)));
        }
    });
}

fn play_all(lane: u32, cases: u32) {
    let config = ProptestConfig::with_cases(cases);
    let config = ProptestConfig {
        failure_persistence: None,
        // With `PROPTEST_RNG_SEED` set, every lane has cases of its own all the same.
        rng_seed: match config.rng_seed {
            RngSeed::Fixed(seed) => RngSeed::Fixed(seed.wrapping_add(u64::from(lane))),
            RngSeed::Random => RngSeed::Random,
        },
        ..config
    };
    let played = TestRunner::new(config).run(&any_case(), |case| {
        let runtime = runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(play(&case))
    });
    if let Err(error) = played {
        panic!("{error}");
    }
}

async fn play(case: &Case) -> Result<(), TestCaseError> {
    let mut world = World::new(case);
    let played = play_turns(&mut world, case).await;
    played.map_err(|error| TestCaseError::fail(format!("{error}\n{}", world.calls())))
}

async fn play_turns(world: &mut World, case: &Case) -> Result<(), TestCaseError> {
    for turn in &case.turns {
        world.play(turn).await?;
    }
    world.end().await
}

//! Cases side by side.

use std::{sync::Mutex, thread};

use tokio::runtime;

/// How many cases run side by side. Most of the time each of them waits.
const LANES: usize = 6;

/// Runs `run` for each case, and gives what failed. Each lane has a runtime of its own, because cases wait for processes in ways that block.
pub(crate) fn in_lanes<C: Send>(cases: Vec<C>, run: impl AsyncFn(C) -> anyhow::Result<()> + Sync) -> Vec<String> {
    let cases = Mutex::new(cases.into_iter());
    let failed = Mutex::new(Vec::new());
    let next = || cases.lock().unwrap().next();
    let lane = || {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.unwrap();
        while let Some(case) = next() {
            if let Err(error) = runtime.block_on(run(case)) {
                failed.lock().unwrap().push(format!("{error:#}"));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(lane);
        }
    });
    failed.into_inner().unwrap()
}

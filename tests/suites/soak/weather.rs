//! Bad weather at Amazon's: calls that are throttled, and answers that are lost.

use fastrand::Rng;
use quell::cloud::{Call, Fault, simulated::SimulatedCloud};

const CALLS: [Call; 5] = [
    Call::DescribeInstances,
    Call::DescribeNetworkAcls,
    Call::CreateNetworkAclEntry,
    Call::ReplaceNetworkAclEntry,
    Call::DeleteNetworkAclEntry,
];

/// Lets the next call or two of some kind fail.
pub(crate) fn turns(rng: &mut Rng, account: &SimulatedCloud) {
    let call = CALLS[rng.usize(0..CALLS.len())];
    for _ in 0..rng.usize(1..3) {
        let lost = Fault::Unreachable {
            message: "the connection was closed".to_owned(),
        };
        match rng.u8(0..3) {
            0 => account.fail_next_after_it_is_done(call, lost),
            1 => account.fail_next(call, lost),
            _ => account.fail_next(
                call,
                Fault::Throttled {
                    code: "RequestLimitExceeded".to_owned(),
                    message: "Request limit exceeded.".to_owned(),
                },
            ),
        }
    }
}

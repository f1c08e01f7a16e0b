//! What EC2 was really asked for. Entries that are right in the end may have been written twice.

use anyhow::ensure;
use quell_tests::proxy::Passed;

use super::Killed;

const CREATE: &str = "CreateNetworkAclEntry";
const DELETE: &str = "DeleteNetworkAclEntry";

/// Sees that each of these prefixes was denied by one write and let go by one, and that EC2 was asked for nothing else. What a function was about to ask for when it ended never came to EC2, and does not count.
///
/// A create is never asked for again, whether or not its answer was lost: the entry is ours since its write began, so who comes after looks, and finds it. One delete may be asked for again: the one that was
/// done when the function ended, but not yet in the journal. For a minute after an entry was made a read that does not show it may only be old (`converge::acl::view`), so who comes after
/// deletes it to be sure. EC2 answers that there is none, which is what was wanted (`converge::write`).
pub(super) fn nothing_twice(killed: &Killed, denied: &[&str]) -> anyhow::Result<()> {
    let passed = killed.function.aws.passed(0);
    let asked = passed.iter().filter(|it| it.request.is_write() && it.done.is_some());
    let (done, refused): (Vec<_>, Vec<_>) = asked.partition(|it| it.is_done_write());

    let told: Vec<_> = done.iter().map(|it| it.request.to_string()).collect();
    let created = || done.iter().filter(|it| it.request.action == CREATE);
    let deleted = done.iter().filter(|it| it.request.action == DELETE);
    let prefixes = sorted(created().map(|it| it.request.prefix.as_deref()));
    ensure!(prefixes == sorted(denied.iter().map(|it| Some(*it))), "{told:?}");
    let numbers = sorted(created().map(|it| it.request.number));
    ensure!(numbers == sorted(deleted.map(|it| it.request.number)), "{told:?}");
    ensure!(done.len() == 2 * denied.len(), "something else was written: {told:?}");

    let again: Vec<_> = refused.iter().map(|it| it.request.to_string()).collect();
    let cut_off = cut_off(passed.get(..killed.requests).unwrap_or_default());
    let is_allowed = match again.as_slice() {
        [] => true,
        [again] => cut_off.as_ref() == Some(again),
        _ => false,
    };
    ensure!(is_allowed, "EC2 refused {again:?}; cut off was {cut_off:?}");
    Ok(())
}

/// Of the requests until the function ended: the delete that EC2 had done and the journal had not noted.
fn cut_off(before: &[Passed]) -> Option<String> {
    let at = before.iter().rposition(Passed::is_done_write)?;
    let (write, after) = before.get(at..)?.split_first()?;
    let is_noted = after
        .iter()
        .any(|it| it.request.action == "TransactWriteItems" && it.done == Some(200));
    (write.request.action == DELETE && !is_noted).then(|| write.request.to_string())
}

fn sorted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<_> = all.collect();
    all.sort();
    all
}

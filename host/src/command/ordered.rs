//! Having an order carried out, and telling what came of it.

use super::{Global, output::answer};
use crate::{
    exit::{Exit, Failure, OrItsExit},
    way::order::{Done, Order},
};

/// Has an order carried out, and tells it as text.
pub(super) async fn told(global: &Global, order: Order) -> Result<(), Failure> {
    let done = carried(global, order).await?;
    answer(done.to_string().trim_end())?;
    whole(&done)
}

/// Has an order carried out.
pub(super) async fn carried(global: &Global, order: Order) -> Result<Done, Failure> {
    global.operator()?.carry(order).await.or_its_exit()
}

/// Whether all of it could be done. What failed is told already.
pub(super) fn whole(done: &Done) -> Result<(), Failure> {
    match done.failures().count() {
        0 => Ok(()),
        _ => Err(Failure::new(
            Exit::Failed,
            "something failed at a network ACL: what and why is told above",
        )),
    }
}

//! Security groups: which of their ingress rules are taken out.

mod plan;
mod read;
mod view;

pub(super) use self::{
    plan::{Ground, plan},
    read::{read, read_existing},
    view::view,
};

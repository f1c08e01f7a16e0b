//! Security groups: which of their ingress rules are taken out.

mod plan;
mod view;

pub(super) use self::{
    plan::{Ground, plan},
    view::view,
};

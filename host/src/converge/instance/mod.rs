//! Instances: which security groups their interfaces are in, and what state they are in.
//!
//! The plan is a pure function of the holds, of what is there, of the images of what was there, and of the terms. An image tells our own doing from
//! somebody else's: what we made is put back to what it was, what somebody else made is left alone and told.

mod around;
mod back;
mod interfaces;
mod isolation;
mod machine;
mod own_group;
mod plan;
mod serving;
mod terms;
mod view;

pub(super) use self::{
    around::{Around, look_around, read},
    own_group::{description, name, tags},
    plan::{Ground, plan},
    serving::Servings,
    view::view,
};
pub use self::{
    serving::Serving,
    terms::{Flows, InstanceTerms},
};
use isolation::Isolating;

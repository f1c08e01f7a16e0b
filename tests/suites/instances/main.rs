//! Instances and security groups that are changed themselves: driver and journal and all, on a strict simulated account. Everything is put back as it
//! was, unless somebody else changed it: then it is as they left it.
mod failing;
mod isolated;
#[cfg(feature = "aws")]
mod on_moto;
mod permitted;
mod property;
mod revoked;
mod serving;
mod stopped;
mod world;

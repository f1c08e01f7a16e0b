//! Secrets: keys and tokens, fetched from where the configuration says that they are kept, and kept fresh.
//!
//! [`config::Secret`](crate::config::Secret) says where. [`Secrets`] makes a [`LiveSecret`] of it, which is fetched when it is first needed. It is looked at again
//! now and then, and when the service that it opens no longer accepts it, so that a secret can be rotated under a Quell that works. Where it is kept may
//! fail meanwhile: the last one that was had goes on, and the log says so.

#[cfg(feature = "aws")]
mod amazon;
mod error;
mod live;
mod local;
mod look;
mod memory;
mod place;
mod secrets;
mod text;

pub use self::{
    error::SecretError,
    live::{LiveSecret, SharedSecret},
    secrets::Secrets,
};

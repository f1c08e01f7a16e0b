//! Trust: whose plugins are run. A plugin's file can be required to have a signature by one of the keys that the configuration names; the format is minisign's, and so is
//! the cryptography.

mod key;
mod signature;
#[cfg(test)]
pub(crate) mod testing;

pub use self::{
    key::{Key, NotAKey},
    signature::{Required, Signature, SignatureError, beside},
};

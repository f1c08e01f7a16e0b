//! What the suites share: a stand for a whole host on a simulated account, evil guests, the real binary, and parts that others wrote, with a look at
//! them from outside that does not go through Quell's own code.

pub mod emulator;
pub mod guest;
pub mod moto;
pub mod process;
pub mod python;
pub mod recorded;
pub mod scene;
pub mod stand;

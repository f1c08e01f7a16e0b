//! The stance: how far a converge may go.

/// Whether what holds ask for may be done, or only what nobody asks for any more taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stance {
    /// The target is brought to what the holds say.
    Enforce,
    /// What no hold wants goes; nothing is added or moved.
    TakeBack {
        /// Why, for who reads that a hold is not covered.
        why: String,
    },
}

//! The demo: the daemon, whole and real, between a simulated account and a simulated Stealthwatch Cloud, told as a story in three acts.

mod attack;
mod attack_from_within;
mod attack_of_many;
mod attack_of_one;
mod error;
mod guarded;
mod narrator;
mod recorded;
mod stage;

pub use self::error::DemoError;
use self::narrator::Narrator;

/// Plays the demo on standard output; without pauses if it is to be fast.
pub async fn play(fast: bool) -> Result<(), DemoError> {
    let narrator = Narrator::new(fast);
    attack_of_one::play(&narrator).await?;
    attack_of_many::play(&narrator).await?;
    attack_from_within::play(&narrator).await?;
    narrator.close()
}

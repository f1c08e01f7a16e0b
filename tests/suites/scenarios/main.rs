//! The nine scenarios in which a well-known sample that blocks attackers in network ACLs was tried, and misbehaved in eight. Each is played by the
//! program itself against moto's EC2 over HTTP, and looked at with boto3.
mod ends;
mod finds;
mod lives_with;
mod optional;
mod weather;

use quell_tests::{
    attack::Attack,
    stage::{Stage, Wanted},
};

/// A stage where these attacks are known.
async fn stage_of(attacks: &[Attack], settings: &str) -> Stage {
    let wanted = Wanted {
        settings,
        attacks,
        ..Wanted::default()
    };
    Stage::with(&wanted).await.unwrap()
}

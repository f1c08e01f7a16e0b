//! A configuration that needs nothing of others: a simulated account in a file.

use std::{fs, net::SocketAddr};

use crate::{
    process::{Quell, free_address},
    recorded,
};

/// A folder with a simulated account, and these lines added to the configuration.
///
/// # Errors
/// If there is no free address, or the folder can't be written.
pub fn plain(more: &str) -> anyhow::Result<Quell> {
    plain_at(free_address()?, more)
}

/// As [`plain`], with the door at this address.
///
/// # Errors
/// If the folder can't be written.
pub fn plain_at(listen: SocketAddr, more: &str) -> anyhow::Result<Quell> {
    let configuration = format!(
        r#"
        [simulated]
        account-file = "account.toml"
        [journal]
        path = "journal.sqlite"
        [sandbox]
        cache = "cache"
        [http]
        listen = "{listen}"
        {more}
        "#
    );
    let quell = Quell::new(&configuration)?;
    fs::write(quell.path("account.toml"), recorded::ACCOUNT)?;
    Ok(quell)
}

//! A configuration that needs nothing of others: a simulated account in a file.

use std::{fs, net::SocketAddr};

use quell_tests::{
    process::{Quell, free_address},
    recorded,
};

/// A folder with a simulated account, and these lines added to the configuration.
pub(crate) fn plain(more: &str) -> Quell {
    plain_at(free_address().unwrap(), more)
}

/// As [`plain`], with the door at this address.
pub(crate) fn plain_at(listen: SocketAddr, more: &str) -> Quell {
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
    let quell = Quell::new(&configuration).unwrap();
    fs::write(quell.path("account.toml"), recorded::ACCOUNT).unwrap();
    quell
}

//! The HTTP client for the API of Stealthwatch Cloud.

use std::sync::OnceLock;

use reqwest::{Client, redirect::Policy};
use url::Url;

use super::{Fault, StealthwatchOptions, options::is_this_machine};

/// A client that is made with the first request: the roots of trust are read for it.
#[derive(Debug, Default)]
pub(crate) struct LazyClient(OnceLock<Client>);

impl LazyClient {
    /// What asks at this address. It follows no redirect, because the key would go with it.
    ///
    /// # Errors
    /// [`Fault::NoClient`] if the roots of trust can't be read.
    pub(crate) fn get(&self, url: &Url, options: &StealthwatchOptions) -> Result<&Client, Fault> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .timeout(options.timeout)
            .user_agent(concat!("quell/", env!("CARGO_PKG_VERSION")));
        if is_this_machine(url) {
            builder = builder.no_proxy();
        }
        if url.scheme() == "http" {
            // There is no certificate to check, so that no roots are read.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(Fault::NoClient)?;
        Ok(self.0.get_or_init(|| client))
    }
}

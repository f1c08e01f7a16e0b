//! The one HTTP client that all of AWS's services are called by.

use aws_smithy_http_client::{
    Builder, ConnectorBuilder,
    proxy::ProxyConfig,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
        http_client_fn,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};

/// A client that reads the roots of trust when there is first a certificate to check. The SDK's own client reads them as soon as a client of a service
/// is made, for each service anew, and most services are never called.
pub(super) fn client() -> SharedHttpClient {
    let (plain, secure) = (trusting(TrustStore::empty()), trusting(TrustStore::default()));
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(ByScheme {
            plain: plain.clone(),
            secure: secure.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    })
}

/// A client as the SDK makes it, that trusts these roots. It reads them with its first request.
fn trusting(roots: TrustStore) -> SharedHttpClient {
    let context = TlsContext::builder().with_trust_store(roots).build();
    let client = Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        if let Ok(context) = &context {
            builder.set_tls_context(context.clone());
        }
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        builder.set_proxy_config(Some(ProxyConfig::from_env()));
        builder.build()
    });
    SharedHttpClient::new(client)
}

/// Sends each request by the client that its scheme needs.
#[derive(Debug)]
struct ByScheme {
    /// For end points of tests, and those that hand out a container's credentials.
    plain: SharedHttpClient,
    /// For all others.
    secure: SharedHttpClient,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = match request.uri().starts_with("http://") {
            true => &self.plain,
            false => &self.secure,
        };
        // They remember their connectors.
        client.http_connector(&self.settings, &self.components).call(request)
    }
}

//! TLS with the daemon of this configuration, whose certificate lies beside it: no name has to fit and no authority is asked, because it is that certificate or none.

use std::{env, path::PathBuf, sync::Arc};

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
};

use crate::door::http::{
    TlsError, TlsFiles,
    tls::{certificates, private_key},
};

/// The variables that name the files with what is shown to a daemon that asks for a certificate.
const CERTIFICATE: &str = "QUELL_CLIENT_CERTIFICATE";
const KEY: &str = "QUELL_CLIENT_KEY";

/// Speaks with who has the key of this certificate, and with nobody else.
///
/// # Errors
/// If a file can't be read, or is not what it should be.
pub(super) fn with(files: &TlsFiles) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let expected = certificates(&files.certificate, "http.certificate")?.into_iter().next();
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Only { expected, provider }));
    match (env::var_os(CERTIFICATE), env::var_os(KEY)) {
        (Some(certificate), Some(key)) => {
            let chain = certificates(&PathBuf::from(certificate), CERTIFICATE)?;
            let key = private_key(&PathBuf::from(key), KEY)?;
            builder.with_client_auth_cert(chain, key).map_err(TlsError::Unusable)
        }
        _ => Ok(builder.with_no_client_auth()),
    }
}

/// Takes one certificate, whatever its name and its dates. Whether the other side has its key is checked as always.
#[derive(Debug)]
struct Only {
    expected: Option<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Only {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.expected {
            Some(expected) if expected == end_entity => Ok(ServerCertVerified::assertion()),
            _ => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

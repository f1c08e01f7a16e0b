//! TLS for the door: its certificate, who issues those of senders, and both again when their files change.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use arc_swap::ArcSwap;
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{self, RootCertStore, ServerConfig, crypto::aws_lc_rs, server::WebPkiClientVerifier},
};

use super::not_pem::NotPem;
use crate::text::with_causes;

/// How often the files are looked at, at most.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The files that TLS needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, with those between it and a root, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
    /// Who issues the certificates that senders must show, in PEM. None: none is asked for.
    pub client_ca: Option<PathBuf>,
}

/// Why there can be no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read.
    #[error("the file {} can't be read ({key})", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The key of the configuration that names it.
        key: &'static str,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("the file {} has no {what} in PEM ({key})", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// The key of the configuration that names it.
        key: &'static str,
        /// What should be in it.
        what: &'static str,
        /// What is wrong.
        #[source]
        source: NotPem,
    },
    /// Certificate and key don't belong together, or one of them can't be used.
    #[error("TLS can't be spoken with the certificate of http.certificate and the key of http.key")]
    Unusable(#[source] rustls::Error),
    /// Nobody's certificate could be checked.
    #[error("no sender's certificate can be checked with http.client-ca")]
    ClientCa(#[source] rustls::server::VerifierBuilderError),
}

/// TLS as the files have it.
#[derive(Debug)]
pub(super) struct Tls {
    files: TlsFiles,
    config: ArcSwap<ServerConfig>,
    looked: Mutex<Looked>,
}

/// How the files were when they were last looked at.
#[derive(Debug)]
struct Looked {
    at: Instant,
    stamps: Stamps,
}

type Stamps = Vec<Option<(SystemTime, u64)>>;

impl Tls {
    /// As the files are now.
    pub(super) fn new(files: TlsFiles) -> Result<Self, TlsError> {
        let stamps = stamps(&files);
        Ok(Self {
            config: ArcSwap::from_pointee(load(&files)?),
            looked: Mutex::new(Looked {
                at: Instant::now(),
                stamps,
            }),
            files,
        })
    }

    /// What speaks TLS with the next connection. Files that changed are read again; if they are no good, the last that were go on.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        if self.have_changed() {
            match load(&self.files) {
                Ok(config) => {
                    tracing::info!("the certificate of the HTTP door was changed, and the new one is used from now on");
                    self.config.store(Arc::new(config));
                }
                Err(error) => tracing::error!(
                    "the certificate of the HTTP door was changed, and the last one is used on: {}",
                    with_causes(&error)
                ),
            }
        }
        TlsAcceptor::from(self.config.load_full())
    }

    fn have_changed(&self) -> bool {
        let mut looked = self.looked();
        if looked.at.elapsed() < LOOK_EVERY {
            return false;
        }
        looked.at = Instant::now();
        let now = stamps(&self.files);
        let changed = now != looked.stamps;
        looked.stamps = now;
        changed
    }

    fn looked(&self) -> MutexGuard<'_, Looked> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stamps(files: &TlsFiles) -> Stamps {
    let all = [Some(&files.certificate), Some(&files.key), files.client_ca.as_ref()];
    let stamp = |path: &PathBuf| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    all.into_iter().map(|path| path.and_then(stamp)).collect()
}

fn load(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let chain = certificates(&files.certificate, "http.certificate")?;
    let key = private_key(&files.key, "http.key")?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unusable)?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path, "http.client-ca")? {
                roots.add(certificate).map_err(TlsError::Unusable)?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.map_err(TlsError::ClientCa)?)
        }
    };
    let mut config = builder.with_single_cert(chain, key).map_err(TlsError::Unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The private key in a file.
pub(crate) fn private_key(path: &Path, key: &'static str) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(&read(path, key)?).map_err(|error| TlsError::NotPem {
        path: path.to_owned(),
        key,
        what: "private key",
        source: error.into(),
    })
}

/// The certificates in a file, at least one.
pub(crate) fn certificates(path: &Path, key: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let not_pem = |error: pem::Error| TlsError::NotPem {
        path: path.to_owned(),
        key,
        what: "certificate",
        source: error.into(),
    };
    let pem = read(path, key)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(not_pem)?;
    match certificates.is_empty() {
        true => Err(not_pem(pem::Error::NoItemsFound)),
        false => Ok(certificates),
    }
}

fn read(path: &Path, key: &'static str) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Unreadable {
        path: path.to_owned(),
        key,
        source,
    })
}

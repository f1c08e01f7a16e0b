//! Who is at the other end of a connection.

use std::net::{IpAddr, SocketAddr};

use rustls_pki_types::{CertificateDer, ServerName};
use webpki::EndEntityCert;

/// Who is at the other end of a connection, as far as the connection tells.
#[derive(Debug, Clone)]
pub(in crate::door) struct Peer {
    /// The address that the connection comes from. A proxy's, if there is one.
    pub(in crate::door) address: SocketAddr,
    /// The certificate that was shown, which an authority of the configuration issued.
    pub(in crate::door) certificate: Option<CertificateDer<'static>>,
}

impl Peer {
    /// The address without a port. An IPv4 address that came as an IPv6 one is an IPv4 address.
    pub(in crate::door) fn ip(&self) -> IpAddr {
        self.address.ip().to_canonical()
    }

    /// Whether the certificate that was shown is of this name.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let Some(certificate) = &self.certificate else {
            return false;
        };
        let (Ok(certificate), Ok(name)) = (EndEntityCert::try_from(certificate), ServerName::try_from(name)) else {
            return false;
        };
        certificate.verify_is_valid_for_subject_name(&name).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::pem::PemObject;

    use super::*;

    fn peer(certificate: Option<&[u8]>) -> Peer {
        Peer {
            address: "[::ffff:198.51.100.7]:4711".parse().unwrap(),
            certificate: certificate.map(|pem| CertificateDer::from_pem_slice(pem).unwrap()),
        }
    }

    #[test]
    fn a_certificate_is_of_the_names_that_it_has_and_of_no_other() {
        let sensor = peer(Some(include_bytes!("../../../../tests/certificates/tls/sensor.pem")));
        assert!(sensor.is_named("sensor.example"));
        for other in ["example", "sensor.example.evil.example", "", "*", "sensor"] {
            assert!(!sensor.is_named(other), "{other}");
        }
        assert!(!peer(None).is_named("sensor.example"));
    }

    #[test]
    fn an_ipv4_address_is_one_however_it_came() {
        assert_eq!(peer(None).ip().to_string(), "198.51.100.7");
    }
}

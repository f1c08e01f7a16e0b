//! By which name a door is called that asks for no token.
//!
//! A web page can let its own name lead to this machine (DNS rebinding). Its browser then takes the door for a part of the page, hands it all that the door answers, and sends no Origin header with
//! what it reads. But in the header Host it says by which name it came.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri, header, uri::Authority};

use crate::alert::printable::printable;

/// The most characters of a name that are repeated.
const MOST_SHOWN: usize = 80;

/// A request that calls the door by a name that is not its own.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this door asks for no token, so it is only for who calls it by an address, as `localhost` or by a name of http.names, and not as `{0}`, which a web page could have made lead here: \
     call it by its address, set a token (http.token-env), or add the name to http.names"
)]
pub(super) struct Miscalled(String);

/// Looks at the names by which a request calls the door: no address, not `localhost`, and not one of `names`. A request that says no name comes from no browser.
pub(super) fn check(uri: &Uri, headers: &HeaderMap, names: &[String]) -> Result<(), Miscalled> {
    let hosts = headers.get_all(header::HOST).iter();
    let hosts = hosts.map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    let mut called = hosts.chain(uri.authority().map(Authority::to_string));
    match called.find(|called| !is_own(called, names)) {
        Some(other) => Err(Miscalled(printable(
            &other.chars().take(MOST_SHOWN).collect::<String>(),
        ))),
        None => Ok(()),
    }
}

/// Whether this machine is called so. Who has an address in the place of a name was not led here by a name.
fn is_own(called: &str, names: &[String]) -> bool {
    let Ok(called) = called.parse::<Authority>() else {
        return false;
    };
    let host = called.host();
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if address.unwrap_or(host).parse::<IpAddr>().is_ok() {
        return true;
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let mut own = std::iter::once("localhost").chain(names.iter().map(String::as_str));
    own.any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn called(host: &[u8]) -> Result<(), Miscalled> {
        let names = ["quell.example.com".to_owned()];
        let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_bytes(host).unwrap())]);
        check(&Uri::from_static("/holds"), &headers, &names)
    }

    #[test]
    fn who_calls_it_by_an_address_by_localhost_or_by_a_name_of_its_own_comes_in() {
        for host in [
            "127.0.0.1:8480",
            "127.0.0.1",
            "127.8.0.1:80",
            "[::1]:8480",
            "[::1]",
            "192.0.2.7:8480",
            "localhost:8480",
            "LocalHost",
            "localhost.:8480",
            "quell.example.com",
            "QUELL.example.com:8480",
        ] {
            assert_eq!(called(host.as_bytes()), Ok(()), "{host}");
        }
    }

    #[test]
    fn a_name_that_a_page_made_lead_here_is_not_its_own_however_it_is_written() {
        for host in [
            "evil.example:8480",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.quell.example.com",
            "notlocalhost",
            "localhost@evil.example",
            "[evil.example]",
            "",
            " ",
            ":8480",
        ] {
            assert!(called(host.as_bytes()).is_err(), "{host}");
        }
        assert!(called(b"\xff").is_err());
    }

    #[test]
    fn each_name_that_a_request_says_is_looked_at() {
        let hosts = ["localhost", "evil.example"].map(|host| (header::HOST, HeaderValue::from_static(host)));
        let mut both = HeaderMap::new();
        for (name, host) in hosts {
            both.append(name, host);
        }
        assert!(check(&Uri::from_static("/holds"), &both, &[]).is_err());
        let whole = Uri::from_static("http://evil.example/holds");
        assert!(check(&whole, &HeaderMap::new(), &[]).is_err());
        let unnamed = check(&Uri::from_static("/holds"), &HeaderMap::new(), &[]);
        assert_eq!(unnamed, Ok(()), "no browser leaves the name out");
    }

    #[test]
    fn a_name_is_told_so_that_it_moves_no_cursor_and_is_not_endless() {
        let told = called("\u{9b}2Jevil".as_bytes()).unwrap_err().to_string();
        assert!(told.contains(r"`\u{9b}2Jevil`"), "{told}");
        let told = called("e".repeat(5000).as_bytes()).unwrap_err().to_string();
        assert!(told.len() < 500, "{told}");
    }
}

//! Finding in a text what is to be redacted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::{Kind, Redactor};

/// How the ids of AWS resources begin.
const RESOURCES: &[&str] = &[
    "acl-",
    "ami-",
    "eipalloc-",
    "eipassoc-",
    "eni-",
    "i-",
    "igw-",
    "lt-",
    "nat-",
    "pcx-",
    "pl-",
    "rtb-",
    "sg-",
    "sgr-",
    "snap-",
    "subnet-",
    "tgw-",
    "vol-",
    "vpc-",
    "vpce-",
];

/// How many digits an account's id has.
const ACCOUNT_DIGITS: usize = 12;

impl Redactor {
    /// The text with all that is to be redacted redacted; None if there is nothing of that in it. `values` are those of named fields, the longest first.
    pub(super) fn text(&self, text: &str, values: &[String]) -> Option<String> {
        let mut new = String::with_capacity(text.len());
        let mut is_other = false;
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let before = text.get(..at).unwrap_or_default();
            if let Some((length, stand_in)) = self.here(before, rest, values) {
                new.push_str(&stand_in);
                is_other = true;
                at += length;
            } else {
                let next = rest.chars().next().unwrap_or_default();
                new.push(next);
                at += next.len_utf8();
            }
        }
        is_other.then_some(new)
    }

    /// What stands for the thing that `rest` begins with, and how long that is.
    fn here(&self, before: &str, rest: &str, values: &[String]) -> Option<(usize, String)> {
        let first = rest.bytes().next()?;
        let is_word_start = !before.ends_with(|character: char| character.is_alphanumeric());
        if is_word_start && let Some(value) = values.iter().find(|value| begins_with_word(rest, value)) {
            return Some((value.len(), self.value(value)));
        }
        if self.redacts(Kind::Address) {
            if is_word_start
                && (first.is_ascii_hexdigit() || first == b':')
                && let Some(found) = self.ipv6(before, rest)
            {
                return Some(found);
            }
            if first.is_ascii_digit()
                && let Some(found) = self.ipv4(before, rest)
            {
                return Some(found);
            }
        }
        if !is_word_start {
            return None;
        }
        if self.redacts(Kind::Account) && first.is_ascii_digit() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits == ACCOUNT_DIGITS && is_word_end(rest, digits) {
                return Some((digits, self.account(rest.get(..digits)?)));
            }
        }
        if self.redacts(Kind::Id) {
            let prefix = RESOURCES.iter().find(|prefix| rest.starts_with(**prefix))?;
            let digits = rest.get(prefix.len()..)?;
            let is_digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
            let length = digits.bytes().take_while(is_digit).count();
            if (8..=17).contains(&length) && is_word_end(digits, length) {
                let stand_in = self.hex(prefix, digits.get(..length)?);
                return Some((prefix.len() + length, format!("{prefix}{stand_in}")));
            }
        }
        None
    }

    fn ipv6(&self, before: &str, rest: &str) -> Option<(usize, String)> {
        if before.ends_with(':') {
            return None;
        }
        let is_part = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        let run = rest.get(..rest.bytes().take_while(is_part).count())?;
        if run.bytes().filter(|byte| *byte == b':').count() < 2 {
            return None;
        }
        // A full stop or a colon behind it belongs to the sentence.
        let shorter = run.trim_end_matches(['.', ':']);
        let (run, address) = [run, shorter]
            .into_iter()
            .find_map(|run| Some((run, run.parse::<Ipv6Addr>().ok()?)))?;
        if !is_word_end(rest, run.len()) {
            return None;
        }
        Some(self.address_or_prefix(address.into(), rest, run.len()))
    }

    fn ipv4(&self, before: &str, rest: &str) -> Option<(usize, String)> {
        let (length, octets, separator) = [b'.', b'-'].into_iter().find_map(|separator| {
            let (length, octets) = octets(rest, separator)?;
            // `ec2` is a word and no number.
            let is_inside_number = |text: &str| {
                let word = text.strip_suffix(char::from(separator)).unwrap_or_default();
                let word = word
                    .rsplit(|character: char| !character.is_alphanumeric())
                    .next()
                    .unwrap_or_default();
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
            };
            let goes_on = |text: &str| {
                let mut next = text.bytes();
                match next.next() {
                    Some(byte) if byte.is_ascii_digit() => true,
                    Some(byte) if byte == separator => next.next().is_some_and(|byte| byte.is_ascii_digit()),
                    _ => false,
                }
            };
            let is_whole = !before.ends_with(|last: char| last.is_ascii_digit())
                && !is_inside_number(before)
                && !goes_on(rest.get(length..)?);
            is_whole.then_some((length, octets, separator))
        })?;
        let [a, b, c, d] = octets;
        if separator == b'-' {
            let stand_in = self.address(octets.into()).to_string().replace('.', "-");
            return Some((length, stand_in));
        }
        if rest.get(length..)?.to_ascii_lowercase().starts_with(".in-addr.arpa") {
            let IpAddr::V4(stand_in) = self.address([d, c, b, a].into()) else {
                return None;
            };
            let [a, b, c, d] = stand_in.octets();
            return Some((length, Ipv4Addr::new(d, c, b, a).to_string()));
        }
        Some(self.address_or_prefix(octets.into(), rest, length))
    }

    /// What stands for an address that is `length` bytes long in `rest`, and for the prefix length behind it if there is one.
    fn address_or_prefix(&self, address: IpAddr, rest: &str, length: usize) -> (usize, String) {
        let behind = rest.get(length..).unwrap_or_default();
        let prefix = behind.strip_prefix('/').and_then(|digits| {
            let count = digits.bytes().take_while(u8::is_ascii_digit).count();
            let prefix = IpNet::new(address, digits.get(..count)?.parse().ok()?).ok()?;
            Some((length + 1 + count, prefix))
        });
        match prefix {
            Some((length, prefix)) => (length, self.prefix(prefix).to_string()),
            None => (length, self.address(address).to_string()),
        }
    }
}

/// Four numbers of at most 255 without leading zeros, and how many bytes they take.
fn octets(text: &str, separator: u8) -> Option<(usize, [u8; 4])> {
    let mut octets = [0; 4];
    let mut at = 0;
    for (number, octet) in octets.iter_mut().enumerate() {
        if number > 0 {
            if text.as_bytes().get(at) != Some(&separator) {
                return None;
            }
            at += 1;
        }
        let digits = text.get(at..)?.bytes().take(3).take_while(u8::is_ascii_digit).count();
        let digits = text.get(at..at + digits)?;
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        *octet = digits.parse().ok()?;
        at += digits.len();
    }
    Some((at, octets))
}

fn begins_with_word(text: &str, word: &str) -> bool {
    text.starts_with(word) && is_word_end(text, word.len())
}

fn is_word_end(text: &str, at: usize) -> bool {
    !text
        .get(at..)
        .unwrap_or_default()
        .starts_with(|character: char| character.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::redact::Key;

    fn redacted(text: &str) -> String {
        let redactor = Redactor::new(Key::of(b"key"), &Kind::ALL, &[]);
        redactor.text(text, &[]).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn what_tells_who_it_was_is_found_in_every_spelling() {
        let address = redacted("203.0.113.7");
        assert_ne!(address, "203.0.113.7");
        let dashed = address.replace('.', "-");
        for (text, is) in [
            ("from 203.0.113.7.", format!("from {address}.")),
            ("203.0.113.7:443", format!("{address}:443")),
            ("[::ffff:203.0.113.7]", format!("[::ffff:{address}]")),
            ("203.0.113.7/32", format!("{address}/32")),
            ("10.0.0.0/8 0.0.0.0/0 ::/0", "10.0.0.0/8 0.0.0.0/0 ::/0".to_owned()),
            ("ec2-203-0-113-7.eu-west-1", format!("ec2-{dashed}.eu-west-1")),
            ("203.0.113.7-203.0.113.7", format!("{address}-{address}")),
        ] {
            assert_eq!(redacted(text), is, "{text}");
        }
        let reversed: Vec<_> = address.split('.').rev().collect();
        assert_eq!(
            redacted("7.113.0.203.in-addr.arpa"),
            format!("{}.in-addr.arpa", reversed.join("."))
        );
        let ipv6 = redacted("2001:db8::7");
        assert_eq!(
            redacted("[2001:DB8::7]:443, 2001:db8:0::7: gone"),
            format!("[{ipv6}]:443, {ipv6}: gone")
        );
        let account = redacted("111122223333");
        assert_ne!(account, "111122223333");
        assert_eq!(
            redacted("arn:aws:iam::111122223333:role/x awsv2:111122223333:eu-west-1"),
            format!("arn:aws:iam::{account}:role/x awsv2:{account}:eu-west-1")
        );
        let id = redacted("i-0abc1234def567890");
        assert!(
            id.starts_with("i-") && id.len() == 19 && id != "i-0abc1234def567890",
            "{id}"
        );
        assert_eq!(redacted("on i-0abc1234def567890, now"), format!("on {id}, now"));
    }

    #[test]
    fn what_only_looks_like_it_stays() {
        for text in [
            "2026-01-14T22:41:07.596383Z",
            "12:34:56",
            "0.1.0",
            "1.2.3.4.5",
            "999.1.1.1",
            "26-01-14-05",
            "1700000000123",
            "c423b6eb88f2152fac7a71faa500880617cf209cfacbe421b47bdc9518ff69b9",
            "i-am a word, subnet-xyz",
            "a\u{e9}:b",
        ] {
            assert_eq!(redacted(text), text);
        }
    }
}

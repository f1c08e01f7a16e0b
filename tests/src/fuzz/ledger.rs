//! A chain of the ledger as it lies in a journal: what was touched is found, and nothing else is. The first line of an input is the chain's name, the number and the hash of its
//! head; each further line is a link's number, hash and text.

use jiff::Timestamp;
use quell::{
    alert::printable::printable,
    digest::Digest,
    hold::{
        Pause,
        ledger::{Chain, ChainState, Event, Finding, Head, Link, verify::walk::Walk},
    },
};
use serde_json::Value;

use super::chance::Chance;

/// Walks the chain in the bytes, and one that is made up of them.
pub fn run(bytes: &[u8]) {
    made_up(&mut Chance::of(bytes));
    let Some((state, links)) = std::str::from_utf8(bytes).ok().and_then(read) else {
        return;
    };
    let found = walked(&state, &links);
    assert_eq!(found.is_empty(), is_sound(&state, &links), "{found:?} in {links:?}");
}

/// Whatever people write, the text of a link says it, and a chain that was changed in one bit is not what it was.
fn made_up(chance: &mut Chance<'_>) {
    let chain = Chain::orders();
    let (mut head, mut links) = (Head::NOTHING, Vec::new());
    for reason in chance.some(5, Chance::text) {
        let pause = Pause {
            since: Timestamp::UNIX_EPOCH,
            reason: reason.clone(),
        };
        let link = Link::forge(&chain, head, Timestamp::UNIX_EPOCH, &Event::Paused { pause });
        let link = link.expect("an event has a form in JSON");
        let said = link.value().expect("it is an object");
        assert_eq!(said.pointer("/pause/reason"), Some(&Value::from(reason)));
        head = link.head();
        links.push(link);
    }
    let state = ChainState {
        chain,
        head,
        anchor: Head::NOTHING,
    };
    assert!(
        walked(&state, &links).is_empty() && is_sound(&state, &links),
        "{links:?}"
    );
    if links.is_empty() {
        return;
    }
    let at = chance.upto(links.len() - 1);
    let mut hash = *links[at].hash.as_bytes();
    hash[chance.upto(31)] ^= 1 << chance.upto(7);
    links[at].hash = Digest::from_bytes(hash);
    let found = walked(&state, &links);
    let place = Some(links[at].number);
    assert!(found.iter().any(|finding| finding.number == place), "{found:?}");
}

/// What is found, each told in one line that moves no cursor.
fn walked(state: &ChainState, links: &[Link]) -> Vec<Finding> {
    let mut walk = Walk::new(state, Vec::new());
    for link in links {
        walk.step(link);
    }
    let found = walk.end();
    for finding in &found {
        let told = finding.to_string();
        assert_eq!(told, printable(&told), "a finding that is not printable");
    }
    found
}

/// Whether the chain is as whoever has only its definition can tell: as `examples/journal/verify.py` does.
fn is_sound(state: &ChainState, links: &[Link]) -> bool {
    let (mut before, mut number) = (Digest::ZERO, 0);
    for link in links {
        number += 1;
        let hash = Digest::of(&[before.as_bytes(), link.text.as_bytes()].concat());
        let said: Value = serde_json::from_str(&link.text).unwrap_or_default();
        let is_here = said["number"] == number && said["chain"] == state.chain.as_str();
        if link.number != number || link.hash != hash || !is_here {
            return false;
        }
        before = hash;
    }
    state.head == Head { number, hash: before }
}

/// The chain, with its links as a journal gives them: by number, each once, and none behind the head.
fn read(text: &str) -> Option<(ChainState, Vec<Link>)> {
    let mut lines = text.lines();
    let mut words = lines.next()?.splitn(3, ' ');
    let chain = Chain::read(words.next()?);
    let head = Head {
        number: words.next()?.parse().ok()?,
        hash: Digest::try_from(words.next()?.to_owned()).ok()?,
    };
    let link = |line: &str| {
        let mut words = line.splitn(3, ' ');
        Some(Link {
            chain: chain.clone(),
            number: words.next()?.parse().ok()?,
            hash: Digest::try_from(words.next()?.to_owned()).ok()?,
            text: words.next()?.to_owned(),
        })
    };
    let mut links: Vec<_> = lines.filter_map(link).collect();
    links.retain(|link| (1..=head.number).contains(&link.number));
    links.sort_by_key(|link| link.number);
    links.dedup_by_key(|link| link.number);
    let anchor = Head::NOTHING;
    Some((ChainState { chain, head, anchor }, links))
}

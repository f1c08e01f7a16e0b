//! A link by which somebody approves: the input is its token, what else a token might say, and what an attacker wrote into the alert that a person reads about.

use std::{cell::RefCell, sync::LazyLock};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use quell::{
    cloud::Direction,
    digest::Digest,
    door::http::{Powers, RequestTerms},
    hold::{
        Intent, NoteKind, Remedy, Scope, Target,
        approval::{Act, ApprovalId, How, LinkError, LinkKey, LinkToken, Pending, PendingState, Vote},
    },
    secret::LiveSecret,
};

use super::{chance::Chance, open_door::OpenDoor, told};

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const NOW: &str = "2026-03-01T12:00:00Z";
/// The longest token that is looked at, in bytes.
const LONGEST: usize = 1024;

static SIGNER: LazyLock<LinkKey> = LazyLock::new(|| LinkKey::of(KEY.as_bytes()).expect("it is long enough"));
static IN_TIME: LazyLock<Timestamp> = LazyLock::new(|| NOW.parse().expect("it is a time"));

/// The elements of a page, where nobody wrote anything strange into it.
static ELEMENTS: LazyLock<Vec<String>> = LazyLock::new(|| elements(&page("203.0.113.7 tried often", b"as=ana").0));

thread_local! {
    static OPEN: RefCell<Option<OpenDoor>> = const { RefCell::new(None) };
}

/// Reads the bytes as a token, makes one of them, and shows a page with them.
pub fn run(bytes: &[u8]) {
    made_up(&mut Chance::of(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match LinkToken::read(text, &SIGNER, *IN_TIME) {
        Ok(token) => assert_eq!(token.signed(&SIGNER), text, "a token is taken that was never given"),
        Err(error) => {
            told::error(&error);
        }
    }
    let (asking, said) = page(text, bytes);
    assert_eq!(elements(&asking), *ELEMENTS, "somebody wrote into the page: {asking}");
    for element in elements(&said) {
        assert!(ELEMENTS.contains(&element), "somebody wrote into the page: {said}");
    }
}

/// A token that says anything is good as it was signed, until its end, and not with one bit changed.
fn made_up(chance: &mut Chance<'_>) {
    let second = i64::try_from(chance.word() >> 30).unwrap_or_default();
    let token = LinkToken {
        hold: ApprovalId::of(&Digest::of(&[chance.byte()]).to_string()),
        act: chance.one_of(&[Act::Approve, Act::Reject]),
        until: Timestamp::from_second(second).unwrap_or(Timestamp::MAX),
        plan: chance.text(),
        once: chance.text(),
    };
    let signed = token.signed(&SIGNER);
    match LinkToken::read(&signed, &SIGNER, *IN_TIME) {
        Ok(read) => assert!(read == token && token.until > *IN_TIME),
        Err(LinkError::Over(until)) => assert!(until == token.until && until <= *IN_TIME),
        Err(error) => assert!(signed.len() > LONGEST, "{error}"),
    }
    let mut changed = signed.into_bytes();
    let at = chance.upto(changed.len() - 1);
    changed[at] ^= 1 << chance.upto(6);
    let changed = String::from_utf8(changed).expect("seven bits are text");
    let read = LinkToken::read(&changed, &SIGNER, Timestamp::MIN);
    assert!(matches!(read, Err(LinkError::Forged)), "{changed}");
}

/// The page about what waits because of an alert with this text, and the one that answers this form.
fn page(text: &str, form: &[u8]) -> (String, String) {
    let pending = pending(text);
    let token = LinkToken {
        hold: pending.id.clone(),
        act: Act::Approve,
        plan: pending.plan.clone(),
        until: pending.until,
        once: String::new(),
    };
    let link = format!("/approvals/{}", token.signed(&SIGNER));
    let request = |method: Method, body: Body| {
        let request = Request::builder().method(method).uri(&link).body(body);
        request.expect("a token can stand in an address")
    };
    OPEN.with_borrow_mut(|open| {
        let door = OpenDoor::of(open, *IN_TIME, terms);
        let (journal, runtime) = door.journal();
        // As if nobody had said a word yet, if the same text was there before.
        let written = async {
            let before = journal.note(NoteKind::Approval, pending.id.as_str()).await?;
            journal.write_note(&pending.note(before.as_ref())).await
        };
        assert_eq!(runtime.block_on(written).ok(), Some(true), "it waits");
        let (status, asking) = door.send(request(Method::GET, Body::empty()));
        assert_eq!(status, StatusCode::OK, "{asking}");
        let (_, said) = door.send(request(Method::POST, Body::from(form.to_vec())));
        (asking, said)
    })
}

fn terms() -> RequestTerms {
    RequestTerms {
        powers: Powers::of(Some(LiveSecret::fixed("a token that nobody shows"))),
        approvals: Some(LiveSecret::fixed(KEY)),
        ..RequestTerms::default()
    }
}

/// What waits for three people, of whom one said a word, with this text wherever somebody else's words are.
fn pending(text: &str) -> Pending {
    let plan = Digest::of(text.as_bytes()).to_string();
    let until = IN_TIME.saturating_add(SignedDuration::from_hours(1)).ok();
    let text = || text.to_owned();
    let intent = Intent {
        target: Target {
            account: text(),
            region: text(),
            resource: "acl-0b111111111111111".parse().expect("it is an id"),
        },
        remedy: Remedy::deny("203.0.113.7/32".parse().expect("it is a prefix"), Direction::Ingress),
        reason: text(),
        confidence: 90,
        severity: None,
        spare: Vec::new(),
        plugin: text(),
        alert: text(),
        until,
        scope: Scope::default(),
    };
    Pending {
        id: ApprovalId::of(&plan),
        subject: text(),
        plan,
        intents: vec![intent],
        rule: text(),
        people: 3,
        delivery: text(),
        since: *IN_TIME,
        until: until.unwrap_or(Timestamp::MAX),
        votes: vec![Vote {
            by: text(),
            act: Act::Approve,
            reason: text(),
            at: *IN_TIME,
            how: How::Order,
        }],
        used: Vec::new(),
        state: PendingState::Waiting,
        earlier: Vec::new(),
    }
}

/// What stands between angle brackets.
fn elements(page: &str) -> Vec<String> {
    let behind = page.split('<').skip(1);
    behind
        .map(|behind| behind.split('>').next().unwrap_or_default().to_owned())
        .collect()
}

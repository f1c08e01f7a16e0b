//! `/approvals/TOKEN`: a person's word by a link.
//!
//! Scanners of mail and previews of chats fetch every link they see, so a `GET` only shows a page. What acts is the `POST` of its form. The token in the address is all that is
//! asked for: it is signed, good for one word on one plan, and used once. So this address needs no bearer token, and is the only one that takes the form of a page.

use std::{borrow::Cow, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use secrecy::ExposeSecret;
use url::form_urlencoded;

use super::ORDER_TIMEOUT;
use crate::{
    exit::{Classified, Exit},
    hold::approval::{Act, LinkError, LinkKey, LinkToken, Pending, PendingState},
    secret::LiveSecret,
    text::with_causes,
    way::{
        Host,
        order::{Done, Word},
    },
};

/// The most bytes of a form: a name and a reason.
const MOST_BYTES: usize = 8 * 1024;

/// A page of ours goes into no cache, no frame and no referrer: its address is good for a word.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    ),
];

#[derive(Clone)]
struct Desk {
    host: Arc<Host>,
    key: LiveSecret,
}

/// The routes, where links are signed with this key.
pub(super) fn router(host: Arc<Host>, key: LiveSecret) -> Router {
    Router::new()
        .route("/approvals/{token}", get(show).post(act))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(Desk { host, key })
}

/// How long a word may take: as long as an order.
pub(super) const TIMEOUT: Duration = ORDER_TIMEOUT;

/// Why there is no page for a link.
enum NoPage {
    /// The link is no good.
    Link(LinkError),
    /// The key can't be had.
    NoKey,
    /// An order's error.
    Refused(StatusCode, String),
}

impl Desk {
    async fn token(&self, text: &str) -> Result<LinkToken, NoPage> {
        let now = self.host.now();
        let secret = self.key.value().await.map_err(|_| NoPage::NoKey)?;
        let read = |secret: &str| {
            let key = LinkKey::of(secret.as_bytes())?;
            LinkToken::read(text, &key, now)
        };
        match read(secret.expose_secret()) {
            // It may be of the key that was rotated just now.
            Err(LinkError::Forged) => match self.key.refused(&secret).await {
                Some(rotated) => read(rotated.expose_secret()).map_err(NoPage::Link),
                None => Err(NoPage::Link(LinkError::Forged)),
            },
            token => token.map_err(NoPage::Link),
        }
    }

    async fn pending(&self, token: &LinkToken) -> Result<Pending, NoPage> {
        let (mut pending, now) = self.host.pending(&token.hold).await.map_err(|error| refused(&error))?;
        if pending.plan != token.plan {
            let why = "what this link stands for has changed since".to_owned();
            return Err(NoPage::Refused(StatusCode::GONE, why));
        }
        pending.state = pending.standing(now);
        Ok(pending)
    }
}

fn refused<E: Classified>(error: &E) -> NoPage {
    let status = match error.exit() {
        Exit::NotFound => StatusCode::GONE,
        Exit::Usage => StatusCode::UNPROCESSABLE_ENTITY,
        _ => {
            tracing::error!("{}", with_causes(error));
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    NoPage::Refused(status, with_causes(error))
}

/// Shows what the link is about. Nothing is changed.
async fn show(State(desk): State<Desk>, Path(token): Path<String>) -> Response {
    let shown = async {
        let token = desk.token(&token).await?;
        let pending = desk.pending(&token).await?;
        Ok(asking(&token, &pending))
    };
    answered(shown.await)
}

/// Takes the word.
async fn act(State(desk): State<Desk>, Path(token): Path<String>, body: Bytes) -> Response {
    let acted = async {
        let token = desk.token(&token).await?;
        let field = |name: &str| {
            let mut fields = form_urlencoded::parse(&body);
            let found = fields.find(|(key, _)| key == name).map(|(_, value)| value);
            found.map(Cow::into_owned).unwrap_or_default()
        };
        let word = Word {
            hold: token.hold.clone(),
            by: field("as"),
            reason: field("reason"),
        };
        let host = Arc::clone(&desk.host);
        // In a task of its own: who asked may go away, and what is approved of must not be done by half.
        let heard = tokio::spawn(async move { host.hear_by_link(token.act, &word, &token.link()).await });
        match heard.await {
            Ok(Ok(done)) => Ok(told(&done)),
            Ok(Err(error)) => Err(refused(&error)),
            Err(broke_off) => Err(NoPage::Refused(
                StatusCode::INTERNAL_SERVER_ERROR,
                broke_off.to_string(),
            )),
        }
    };
    answered(acted.await)
}

fn answered(page: Result<String, NoPage>) -> Response {
    match page {
        Ok(page) => paged(StatusCode::OK, &page),
        Err(NoPage::Link(error)) => {
            let status = match error {
                LinkError::Over(_) => StatusCode::GONE,
                LinkError::Forged => StatusCode::NOT_FOUND,
                LinkError::ShortKey(_) | LinkError::NoRandom(_) => {
                    tracing::error!("links are not read: {}", with_causes(&error));
                    return paged(
                        StatusCode::SERVICE_UNAVAILABLE,
                        &paragraph("Links can't be read at the moment."),
                    );
                }
            };
            paged(status, &paragraph(&error.to_string()))
        }
        Err(NoPage::NoKey) => paged(
            StatusCode::SERVICE_UNAVAILABLE,
            &paragraph("The key of links can't be had at the moment; the log of Quell says why."),
        ),
        Err(NoPage::Refused(status, why)) => paged(status, &paragraph(&why)),
    }
}

/// What a person sees before the word.
fn asking(token: &LinkToken, pending: &Pending) -> String {
    let mut page = about(pending);
    if pending.state != PendingState::Waiting {
        page += &paragraph(&pending.state.told());
        return page;
    }
    let button = match token.act {
        Act::Approve => "Approve",
        Act::Reject => "Reject",
    };
    page += &format!(
        "<form method=\"post\"><p><label>Who are you? <input name=\"as\" required maxlength=\"64\" autocomplete=\"name\"></label></p>\
         <p><label>Why? <input name=\"reason\" maxlength=\"200\"></label></p><p><button>{button}</button></p></form>"
    );
    page
}

fn about(pending: &Pending) -> String {
    let mut page = format!("<h1>{}</h1>", escaped(&pending.subject));
    let people = if pending.people == 1 {
        "one person".to_owned()
    } else {
        format!("{} people", pending.people)
    };
    page += &paragraph(&format!(
        "{} waits until {:.0}: {people} must approve ({}).",
        pending.id, pending.until, pending.rule
    ));
    for intent in &pending.intents {
        let lasts = match intent.until {
            Some(until) => format!("for {}", crate::report::left::left(until.duration_since(pending.since))),
            None => "until it is released".to_owned(),
        };
        page += &paragraph(&format!(
            "{} at {}, {lasts}, by {}",
            intent.remedy, intent.target, intent.plugin
        ));
    }
    if let Some(first) = pending.intents.first() {
        page += &paragraph(&format!("Because {} ({})", first.reason, first.alert));
    }
    for vote in &pending.votes {
        page += &paragraph(&format!("{} by {}: {}", vote.act.name(), vote.by, vote.reason));
    }
    page
}

/// What came of the word.
fn told(done: &Done) -> String {
    let Done::Voted { pending, holds, .. } = done else {
        return paragraph("done");
    };
    let mut page = about(pending);
    let now = match &pending.state {
        PendingState::Waiting => "Noted; it waits for another person.".to_owned(),
        state => format!("Noted: {}.", state.told()),
    };
    page += &paragraph(&now);
    for hold in holds {
        page += &paragraph(&format!("hold {}: {} at {}", hold.id, hold.remedy, hold.target));
    }
    page
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escaped(text))
}

/// A text that no reader of HTML takes for anything else.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn paged(status: StatusCode, body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"robots\" content=\"noindex\"><title>Quell</title></head><body>{body}</body></html>"
    );
    let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    (status, [kind], HEADERS, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_attacker_wrote_is_text_in_the_page() {
        assert_eq!(
            paragraph("<script>alert('x')</script> & \"y\""),
            "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;</p>"
        );
    }
}

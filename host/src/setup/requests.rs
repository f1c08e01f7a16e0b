//! What is asked of web requests, whoever lets them in: the daemon's door, or a function.

#[cfg(feature = "aws")]
use crate::door::lambda::{MakeTerms, WebOptions};
use crate::{
    config::{Bounded, Config, door},
    door::http::{
        Powers, RequestTerms, TokenHashes,
        webhook::{
            WebhookOptions, Webhooks,
            hmac::{HmacForm, HmacOptions},
        },
    },
    secret::{SecretError, Secrets},
};

/// What is asked of them, but for topics of SNS: those send requests to the daemon, and events to a function.
pub(super) fn terms(config: &Config, secrets: &Secrets) -> Result<RequestTerms, SecretError> {
    let (http, limits) = (&config.http, &config.http.limits);
    let links = config.approval_links.as_ref();
    Ok(RequestTerms {
        powers: Powers {
            token: http.token().map(|secret| secrets.live(secret)).transpose()?,
            send: TokenHashes::new(http.tokens.send.clone()),
            read: TokenHashes::new(http.tokens.read.clone()),
            act: TokenHashes::new(http.tokens.act.clone()),
            open: http.is_open(),
            names: http.names.clone(),
        },
        detectors: http.detectors.clone(),
        max_body: http.max_body,
        bodies: limits.max_bodies.get(),
        timeout: limits.request_timeout.0,
        requests_a_minute: limits.requests_per_minute.map(Bounded::get),
        approvals: links.map(|links| secrets.live(&links.key)).transpose()?,
        sns: None,
        webhooks: webhooks(&config.doors.webhook, secrets)?,
    })
}

fn webhooks(doors: &[door::Webhook], secrets: &Secrets) -> Result<Webhooks, SecretError> {
    let options = |door: &door::Webhook| -> Result<WebhookOptions, SecretError> {
        Ok(WebhookOptions {
            detector: door.detector,
            hmac: door.hmac.as_ref().map(|rule| hmac(rule, secrets)).transpose()?,
            tokens: TokenHashes::new(door.tokens.clone()),
            from: door.from.iter().map(|prefix| prefix.net()).collect(),
            client: door.client.clone(),
        })
    };
    doors
        .iter()
        .map(|door| Ok((door.name.clone(), options(door)?)))
        .collect()
}

fn hmac(rule: &door::HmacRule, secrets: &Secrets) -> Result<HmacOptions, SecretError> {
    let keys = rule.keys.iter().map(|key| secrets.live(key));
    Ok(HmacOptions {
        keys: keys.collect::<Result<_, _>>()?,
        form: HmacForm {
            header: rule.header.clone(),
            prefix: rule.prefix.clone(),
            encoding: rule.encoding,
            timestamp: rule.timestamp_header.clone(),
            window: rule.window.0,
            signed: rule.signed.clone(),
        },
    })
}

/// What a function asks of web requests.
#[cfg(feature = "aws")]
pub fn of_function(config: &Config) -> WebOptions {
    // Each of these shows enough by itself: a token, what a webhook asks for, or a link that is signed.
    let lets_in = config.http.has_token() || !config.doors.webhook.is_empty() || config.approval_links.is_some();
    let (owned, secrets) = (config.clone(), Secrets::new(&config.secrets));
    let make: MakeTerms = Box::new(move || terms_of_function(&owned, &secrets));
    WebOptions {
        from: config.http.from.iter().map(|prefix| prefix.net()).collect(),
        terms: Some(make).filter(|_| lets_in),
    }
}

/// Everybody can come to a function, so that nothing is open without a token.
#[cfg(feature = "aws")]
fn terms_of_function(config: &Config, secrets: &Secrets) -> Result<RequestTerms, SecretError> {
    let terms = terms(config, secrets)?;
    let powers = Powers {
        open: false,
        ..terms.powers
    };
    Ok(RequestTerms { powers, ..terms })
}

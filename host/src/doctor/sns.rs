//! Topics of SNS that shall send to Quell: whether they do.

use super::{Finding, Verdict};
use crate::{
    cloud::{Fault, trial::is_not_permitted},
    config::{Config, door::TopicArn},
    door::http::sns::subscription::Subscription,
};

/// The most places that are told of which a topic sends to.
const MOST_TOLD: usize = 3;

/// To where a topic sends, as SNS says. None if it was not asked: there is no SNS beside simulated accounts, and none without AWS.
pub type Asked = Option<Result<Vec<Subscription>, Fault>>;

/// A topic of `[[door.sns]]`.
pub fn topic(config: &Config, topic: &TopicArn, asked: &Asked) -> Finding {
    let (verdict, why) = match asked {
        None => not_asked(config, topic),
        Some(Err(fault)) if is_not_permitted(fault) => (
            Verdict::NotProvable,
            format!(
                "{fault}; `quell doctor --permissions` prints what lets Quell ask, and {}",
                look(topic)
            ),
        ),
        Some(Err(fault @ Fault::NotFound { .. })) => (
            Verdict::Missing,
            format!("{fault}: make the topic, or name another in [[door.sns]]"),
        ),
        Some(Err(fault)) => (Verdict::Unknown, fault.to_string()),
        Some(Ok(subscriptions)) => told(config, topic, subscriptions),
    };
    Finding::of_machine(format!("subscription of {topic}"), verdict, why)
}

fn not_asked(config: &Config, topic: &TopicArn) -> (Verdict, String) {
    match on_loopback(config) {
        Some(why) => (Verdict::Note, why),
        None => (
            Verdict::NotProvable,
            format!("only SNS knows whether it is confirmed: {}", look(topic)),
        ),
    }
}

fn told(config: &Config, topic: &TopicArn, subscriptions: &[Subscription]) -> (Verdict, String) {
    let of_ours: Vec<_> = subscriptions.iter().filter(|one| is_ours(config, one)).collect();
    let confirmed: Vec<_> = of_ours.iter().filter(|one| one.arn.is_some()).collect();
    let raw = confirmed
        .iter()
        .find(|one| one.is_raw)
        .and_then(|one| Some((one, one.arn.as_ref()?)));
    if let Some((raw, arn)) = raw {
        let (endpoint, region) = (&raw.endpoint, topic.region());
        return (
            Verdict::Missing,
            format!(
                "{endpoint} gets messages raw, without a signature, and Quell refuses them: `aws sns set-subscription-attributes --region {region} --subscription-arn {arn} \
                 --attribute-name RawMessageDelivery --attribute-value false`"
            ),
        );
    }
    if !confirmed.is_empty() {
        let places = places(confirmed.iter().map(|one| one.endpoint.as_str()));
        return match confirmed.iter().find(|one| one.protocol == "http") {
            Some(_) => (
                Verdict::Note,
                format!("it sends to {places}; by http whoever is on the way reads the token: subscribe by https"),
            ),
            None => (Verdict::Fine, format!("it sends to {places}")),
        };
    }
    let behind_a_proxy = on_loopback(config).map_or_else(String::new, |why| format!("; {why}"));
    if let [waiting, ..] = of_ours.as_slice() {
        return (
            Verdict::Missing,
            format!(
                "{} waits to be confirmed and gets nothing: Quell was not reached there. While it runs and can be, {}{behind_a_proxy}",
                waiting.endpoint,
                subscribe(topic)
            ),
        );
    }
    let elsewhere: Vec<_> = subscriptions
        .iter()
        .filter(|one| one.is_by_http() && one.arn.is_some())
        .collect();
    if !elsewhere.is_empty() {
        let places = places(elsewhere.iter().map(|one| one.endpoint.as_str()));
        return (
            Verdict::Note,
            format!("it sends to {places}, and Quell takes messages at /sns: is that a proxy in front of it?"),
        );
    }
    let functions = subscriptions.iter().filter(|one| one.protocol == "lambda");
    let functions = places(functions.map(|one| one.endpoint.as_str()));
    if !functions.is_empty() {
        return (
            Verdict::Note,
            format!("it invokes {functions}: is that Quell? Else it sends nothing to it"),
        );
    }
    (
        Verdict::Missing,
        format!("it sends nothing to Quell: {}{behind_a_proxy}", subscribe(topic)),
    )
}

/// Whether what is sent there comes to one of Quell's doors.
fn is_ours(config: &Config, subscription: &Subscription) -> bool {
    let is_queue = || {
        let mut queues = config.doors.sqs.iter().map(|door| &door.queue);
        queues.any(|queue| {
            let end = format!(":{}:{}", queue.account(), queue.name());
            subscription.endpoint.ends_with(&end)
        })
    };
    subscription.is_to_the_door() || (subscription.protocol == "sqs" && is_queue())
}

/// What has to be done where SNS can't reach the door by itself.
fn on_loopback(config: &Config) -> Option<String> {
    let listen = config.http.listen();
    listen.ip().is_loopback().then(|| {
        format!(
            "the HTTP door listens on {listen}, where SNS reaches it only by a proxy on this machine that ends TLS: put one there, or listen elsewhere (http.listen)"
        )
    })
}

fn look(topic: &TopicArn) -> String {
    let region = topic.region();
    format!(
        "`aws sns list-subscriptions-by-topic --region {region} --topic-arn {topic}` shows PendingConfirmation if it is not"
    )
}

fn subscribe(topic: &TopicArn) -> String {
    let region = topic.region();
    format!(
        "`aws sns subscribe --region {region} --topic-arn {topic} --protocol https --notification-endpoint https://quell:TOKEN@HOST/sns`"
    )
}

fn places<'a>(endpoints: impl Iterator<Item = &'a str>) -> String {
    let mut endpoints: Vec<_> = endpoints.collect();
    let more = endpoints.len().saturating_sub(MOST_TOLD);
    endpoints.truncate(MOST_TOLD);
    match more {
        0 => endpoints.join(", "),
        more => format!("{} and {more} more", endpoints.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const CONFIG: &str = r#"
aws.account = [{ id = "111122223333", regions = ["eu-west-1"] }]
[http]
listen = "0.0.0.0:8480"
token-env = "TOKEN"
[[door.sns]]
topics = ["arn:aws:sns:eu-west-1:111122223333:alerts"]
[[door.sqs]]
queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/alerts"
"#;

    fn one(protocol: &str, endpoint: &str) -> Subscription {
        Subscription {
            arn: Some("arn:aws:sns:eu-west-1:111122223333:alerts:0a1b".to_owned()),
            protocol: protocol.to_owned(),
            endpoint: endpoint.to_owned(),
            is_raw: false,
        }
    }

    fn said(asked: Result<Vec<Subscription>, Fault>) -> String {
        let config = Config::parse(CONFIG, Path::new("quell.toml")).unwrap();
        let finding = topic(&config, &config.doors.sns[0].topics[0], &Some(asked));
        format!("{}: {}", finding.verdict.name(), finding.why)
    }

    #[test]
    fn each_way_in_which_a_topic_sends_nothing_is_told_with_its_remedy() {
        let door = || one("https", "https://quell:****@quell.example.com/sns");
        let waiting = Subscription { arn: None, ..door() };
        let raw = Subscription { is_raw: true, ..door() };
        let denied = Fault::Denied {
            code: "AuthorizationError".to_owned(),
            message: "no".to_owned(),
        };
        let gone = Fault::NotFound {
            code: "NotFound".to_owned(),
            message: "Topic does not exist".to_owned(),
        };
        let told = [
            said(Ok(vec![one("email", "ana@example.com"), door()])),
            said(Ok(vec![one("sqs", "arn:aws:sqs:eu-west-1:111122223333:alerts")])),
            said(Ok(vec![one("http", "http://quell:****@quell.example.com/sns")])),
            said(Ok(vec![waiting])),
            said(Ok(vec![raw])),
            said(Ok(vec![one("https", "https://example.com/hooks/quell")])),
            said(Ok(vec![one("sqs", "arn:aws:sqs:eu-west-1:111122223333:others")])),
            said(Ok(vec![one(
                "lambda",
                "arn:aws:lambda:eu-west-1:111122223333:function:quell",
            )])),
            said(Err(denied)),
            said(Err(gone)),
        ];
        insta::assert_snapshot!(told.join("\n"), @r"
        yes: it sends to https://quell:****@quell.example.com/sns
        yes: it sends to arn:aws:sqs:eu-west-1:111122223333:alerts
        note: it sends to http://quell:****@quell.example.com/sns; by http whoever is on the way reads the token: subscribe by https
        MISSING: https://quell:****@quell.example.com/sns waits to be confirmed and gets nothing: Quell was not reached there. While it runs and can be, `aws sns subscribe --region eu-west-1 --topic-arn arn:aws:sns:eu-west-1:111122223333:alerts --protocol https --notification-endpoint https://quell:TOKEN@HOST/sns`
        MISSING: https://quell:****@quell.example.com/sns gets messages raw, without a signature, and Quell refuses them: `aws sns set-subscription-attributes --region eu-west-1 --subscription-arn arn:aws:sns:eu-west-1:111122223333:alerts:0a1b --attribute-name RawMessageDelivery --attribute-value false`
        note: it sends to https://example.com/hooks/quell, and Quell takes messages at /sns: is that a proxy in front of it?
        MISSING: it sends nothing to Quell: `aws sns subscribe --region eu-west-1 --topic-arn arn:aws:sns:eu-west-1:111122223333:alerts --protocol https --notification-endpoint https://quell:TOKEN@HOST/sns`
        note: it invokes arn:aws:lambda:eu-west-1:111122223333:function:quell: is that Quell? Else it sends nothing to it
        not provable: not permitted (AuthorizationError): no; allow the call in the role's IAM policy, or check which credentials are in use; `quell doctor --permissions` prints what lets Quell ask, and `aws sns list-subscriptions-by-topic --region eu-west-1 --topic-arn arn:aws:sns:eu-west-1:111122223333:alerts` shows PendingConfirmation if it is not
        MISSING: not found (NotFound): Topic does not exist: make the topic, or name another in [[door.sns]]
        ");
    }
}

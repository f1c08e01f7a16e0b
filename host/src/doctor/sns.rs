//! Topics of SNS that shall send to the HTTP door: whether they can reach it.

use super::{Finding, Verdict};
use crate::config::Config;

/// Each topic. Whether it is subscribed only SNS knows.
pub fn topics(config: &Config) -> Vec<Finding> {
    let listen = config.http.listen();
    let topics = config.doors.sns.iter().flat_map(|door| &door.topics);
    let told = topics.map(|topic| {
        let what = format!("subscription of {topic}");
        if listen.ip().is_loopback() {
            let why = format!(
                "the HTTP door listens on {listen}, where SNS reaches it only by a proxy on this machine that ends TLS: put one there, or listen elsewhere (http.listen)"
            );
            return Finding::of_machine(what, Verdict::Note, why);
        }
        let why = format!(
            "only SNS knows whether it is confirmed: `aws sns list-subscriptions-by-topic --topic-arn {topic}` shows PendingConfirmation if it is not"
        );
        Finding::of_machine(what, Verdict::NotProvable, why)
    });
    told.collect()
}

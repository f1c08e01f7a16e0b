//! `[ends]`: a delay queue for the exact ends of holds, where no daemon runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{checks::Checks, path::Path};

/// A delay queue for the exact ends of holds. A function that has none ends them when its schedule next invokes it. `quell serve` has a timer and needs none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ends {
    /// The URL of a standard SQS queue that invokes the function: word of an end is sent there, and comes back when it is time.
    pub queue: Option<Url>,
    /// The queue's region, if neither its URL says so nor Quell runs in it.
    pub region: Option<String>,
}

impl Ends {
    pub(super) fn check(&self, here: &Path, checks: &mut Checks<'_>) {
        let remedy = "write it as SQS does: https://sqs.eu-west-1.amazonaws.com/111122223333/quell-ends";
        match &self.queue {
            Some(url) if self.name().is_none() => checks.fail(
                &here.join("queue"),
                format!("`{url}` is not the URL of an SQS queue: its path is an account and a name"),
                remedy,
            ),
            // A FIFO queue has one delay for all of its messages.
            Some(_) if self.name().is_some_and(|name| name.ends_with(".fifo")) => checks.fail(
                &here.join("queue"),
                "`queue` in [ends] is a FIFO queue, which can't delay one message longer than another",
                "make a standard queue",
            ),
            None if self.region.is_some() => checks.fail(
                &here.join("region"),
                "`region` is given in [ends], and no `queue`",
                "name the `queue`, or take `region` out",
            ),
            _ => {}
        }
    }

    /// The account and the name of the queue.
    fn path(&self) -> Option<(&str, &str)> {
        let path = self.queue.as_ref()?.path().strip_prefix('/')?;
        let (account, name) = path.split_once('/')?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        (is_account && !name.is_empty() && !name.contains('/')).then_some((account, name))
    }

    fn name(&self) -> Option<&str> {
        self.path().map(|(_, name)| name)
    }

    /// The region of the queue, as far as it can be told: as it is given, or from the URL of the public end point.
    pub fn region(&self) -> Option<&str> {
        let from_url = || {
            let host = self.queue.as_ref()?.host_str()?;
            host.strip_prefix("sqs.")?
                .split_once(".amazonaws.")
                .map(|(region, _)| region)
        };
        self.region.as_deref().or_else(from_url)
    }

    /// Account and name of the queue, for a policy.
    pub fn queue_of_account(&self) -> Option<(&str, &str)> {
        self.path()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(url: &str) -> Ends {
        Ends {
            queue: Some(url.parse().unwrap()),
            region: None,
        }
    }

    #[test]
    fn a_queues_url_tells_its_region_account_and_name() {
        let ends = ends("https://sqs.eu-west-1.amazonaws.com/111122223333/quell-ends");
        assert_eq!(ends.region(), Some("eu-west-1"));
        assert_eq!(ends.queue_of_account(), Some(("111122223333", "quell-ends")));
    }

    #[test]
    fn an_end_point_of_ones_own_tells_no_region() {
        assert_eq!(ends("http://127.0.0.1:5000/111122223333/quell-ends").region(), None);
    }

    #[test]
    fn what_is_no_queue_has_no_name() {
        for url in [
            "https://example.com",
            "https://example.com/quell",
            "https://example.com/111122223333/a/b",
        ] {
            assert_eq!(ends(url).queue_of_account(), None, "{url}");
        }
    }
}

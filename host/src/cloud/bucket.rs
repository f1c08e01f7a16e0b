//! Token buckets: how EC2 throttles, and how Quell keeps below that.

use std::time::Duration;

use jiff::Timestamp;

use super::call::Call;

/// How much of a call EC2 lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// How many calls at once.
    pub(crate) burst: u32,
    /// How many calls come back each second.
    pub(crate) refill: u32,
}

/// EC2's own figures, from "Request throttling for the Amazon EC2 API". The describing calls are the ones with a filter or an id, which
/// is how Quell makes them; without either, EC2 grants only half. For `CreateSecurityGroup`, `RebootInstances`, the egress calls, Auto Scaling and Service
/// Quotas there is no figure to go by: these are meant to be strict.
pub(super) fn rate(call: Call) -> Rate {
    match call {
        Call::DescribeInstances
        | Call::DescribeNetworkAcls
        | Call::DescribeVpcs
        | Call::DescribeSecurityGroups
        | Call::DescribeNetworkInterfaces
        | Call::DescribeSecurityGroupRules
        | Call::DescribeAddresses
        | Call::DescribeCustomerGateways => Rate { burst: 100, refill: 20 },
        Call::CreateNetworkAclEntry
        | Call::ReplaceNetworkAclEntry
        | Call::DeleteNetworkAclEntry
        | Call::CreateSecurityGroup
        | Call::AuthorizeSecurityGroupIngress
        | Call::AuthorizeSecurityGroupEgress
        | Call::RevokeSecurityGroupIngress
        | Call::RevokeSecurityGroupEgress
        | Call::StopInstances => Rate { burst: 50, refill: 5 },
        Call::ModifyNetworkInterfaceAttribute | Call::CreateSnapshots => Rate { burst: 100, refill: 5 },
        Call::StartInstances | Call::RebootInstances => Rate { burst: 5, refill: 2 },
        Call::DescribeTargetGroups | Call::DescribeTargetHealth => Rate { burst: 40, refill: 10 },
        Call::DescribeAutoScalingInstances | Call::EnterStandby | Call::ExitStandby | Call::GetServiceQuota => {
            Rate { burst: 5, refill: 5 }
        }
    }
}

/// The tokens that are left for one call.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: Rate,
    tokens: f64,
    filled: Timestamp,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn full(rate: Rate, now: Timestamp) -> Self {
        Self {
            rate,
            tokens: f64::from(rate.burst),
            filled: now,
        }
    }

    /// Takes a token. False if there is none.
    pub(crate) fn take(&mut self, now: Timestamp) -> bool {
        self.refill(now);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }

    /// Takes a token that may come only later, and says how long until then.
    pub(crate) fn reserve(&mut self, now: Timestamp) -> Duration {
        self.refill(now);
        self.tokens -= 1.0;
        Duration::from_secs_f64((-self.tokens).max(0.0) / f64::from(self.rate.refill))
    }

    fn refill(&mut self, now: Timestamp) {
        // A clock that was set back must not take tokens away.
        let seconds = now.duration_since(self.filled).as_secs_f64().max(0.0);
        self.filled = now;
        self.tokens = (self.tokens + seconds * f64::from(self.rate.refill)).min(f64::from(self.rate.burst));
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const WRITES: Rate = Rate { burst: 50, refill: 5 };

    fn taken_of_a_hundred(bucket: &mut Bucket, now: Timestamp) -> usize {
        (0..100).filter(|_| bucket.take(now)).count()
    }

    #[test]
    fn a_burst_is_let_through_and_then_only_what_comes_back_each_second() {
        let start = Timestamp::UNIX_EPOCH;
        let mut bucket = Bucket::full(WRITES, start);
        assert_eq!(taken_of_a_hundred(&mut bucket, start), 50);
        assert_eq!(
            taken_of_a_hundred(&mut bucket, start + SignedDuration::from_secs(2)),
            10
        );
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_burst() {
        let start = Timestamp::UNIX_EPOCH;
        let mut bucket = Bucket::full(WRITES, start);
        assert_eq!(
            taken_of_a_hundred(&mut bucket, start + SignedDuration::from_hours(1)),
            50
        );
    }

    #[test]
    fn a_clock_set_back_takes_no_tokens_away() {
        let start = Timestamp::UNIX_EPOCH;
        let mut bucket = Bucket::full(WRITES, start);
        assert_eq!(
            taken_of_a_hundred(&mut bucket, start - SignedDuration::from_hours(1)),
            50
        );
    }

    #[test]
    fn who_reserves_waits_in_turn_and_no_longer_than_needed() {
        let start = Timestamp::UNIX_EPOCH;
        let mut bucket = Bucket::full(Rate { burst: 2, refill: 2 }, start);
        let waits: Vec<_> = (0..4).map(|_| bucket.reserve(start).as_millis()).collect();
        assert_eq!(waits, [0, 0, 500, 1000]);
        assert_eq!(bucket.reserve(start + SignedDuration::from_secs(10)), Duration::ZERO);
    }
}

//! Trouble: what befalls which requests.

use std::time::Duration;

use rustix::process::Pid;

use super::request::AwsRequest;

/// What befalls some requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What befalls them.
    pub kind: Kind,
    whom: Whom,
    /// How many of them pass untroubled first.
    spared: usize,
    /// How many of them it befalls then.
    times: usize,
    /// It befalls each so-manieth of them.
    each: usize,
    /// How many came since it befell one.
    since: usize,
}

/// What befalls a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A process is ended with SIGKILL.
    Kill(Pid, Moment),
    /// It is done at once, and the answer comes so late.
    Late(Duration),
    /// It is done, and answered by `InternalError`, or by DynamoDB's `InternalServerError`.
    Fails,
    /// It is done, and the connection is closed without an answer.
    Lost,
    /// It is not done, but answered by `RequestLimitExceeded`, or by DynamoDB's `ProvisionedThroughputExceededException`.
    Throttled,
    /// A request to DynamoDB is not done, but answered by `ThrottlingException`.
    ThrottledByAccount,
    /// A transaction of DynamoDB's is not done: it is cancelled, because the table is throttled. That is no error that the SDK tries again.
    Cancelled,
    /// A write to DynamoDB is not done: another transaction is in its way.
    Conflict,
    /// A question to DynamoDB for several items is answered in part: a page has two items, and of a batch one key is looked for.
    InPieces,
    /// It is not done: the credentials may not.
    NotPermitted,
    /// It is not done: the request itself is wrong, as one that is too long.
    Invalid,
    /// A `DescribeNetworkAcls` is answered as it would have been when the trouble was set.
    Yesterday,
}

/// The writes of one item that DynamoDB refuses while a transaction is in their way.
const WRITES_OF_ONE: [&str; 3] = ["UpdateItem", "PutItem", "DeleteItem"];
/// What it may answer in part.
const OF_SEVERAL: [&str; 3] = ["Query", "Scan", "BatchGetItem"];

impl Kind {
    /// Whether it can befall a request: some answers are given only to some.
    pub(super) fn fits(&self, request: &AwsRequest) -> bool {
        let is_one_of = |actions: [&str; 3]| request.is_dynamo() && actions.contains(&request.action.as_str());
        match self {
            Self::ThrottledByAccount => request.is_dynamo(),
            Self::Cancelled => request.is_transaction(),
            Self::Conflict => request.is_transaction() || is_one_of(WRITES_OF_ONE),
            Self::InPieces => is_one_of(OF_SEVERAL),
            _ => true,
        }
    }

    /// Whether what it befalls is done all the same.
    pub(super) fn is_done(&self) -> bool {
        match self {
            Self::Kill(_, moment) => *moment != Moment::BeforeItIsDone,
            Self::Late(_) | Self::Fails | Self::Lost | Self::InPieces | Self::Yesterday => true,
            Self::Throttled
            | Self::ThrottledByAccount
            | Self::Cancelled
            | Self::Conflict
            | Self::NotPermitted
            | Self::Invalid => false,
        }
    }
}

/// When a process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// When the request has come; EC2 never sees it.
    BeforeItIsDone,
    /// When EC2 has done it; the answer never comes.
    BeforeTheAnswer,
    /// When the whole answer is on its way.
    AfterTheAnswer,
}

impl Moment {
    /// All three.
    pub const ALL: [Self; 3] = [Self::BeforeItIsDone, Self::BeforeTheAnswer, Self::AfterTheAnswer];

    /// Those that tell something of a request, by its text: what is only read is the same before and after.
    pub fn telling(request: &str) -> &'static [Self] {
        const READS: [&str; 6] = ["Describe", "Get", "Query", "BatchGet", "TransactGet", "Scan"];
        if READS.iter().any(|read| request.starts_with(read)) {
            &[Self::BeforeTheAnswer]
        } else {
            &Self::ALL
        }
    }
}

/// Which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// All, to whatever service.
    All,
    /// All to EC2.
    Ec2,
    /// Those that change something.
    Writes,
    /// Those that read network ACLs.
    AclReads,
    /// Those to Service Quotas.
    ServiceQuotas,
    /// All to this service, such as `dynamodb`.
    Service(&'static str),
    /// Those that ask for this, such as `StopInstances`.
    Action(&'static str),
}

impl Whom {
    fn is(self, request: &AwsRequest) -> bool {
        match self {
            Self::All => true,
            Self::Ec2 => request.is_ec2(),
            Self::Writes => request.is_write(),
            Self::AclReads => request.is_acl_read(),
            Self::ServiceQuotas => request.service == "servicequotas",
            Self::Service(service) => request.service == service,
            Self::Action(action) => request.action == action,
        }
    }
}

impl Trouble {
    /// This befalls all of these, until the proxy is told to be calm.
    pub fn new(kind: Kind, whom: Whom) -> Self {
        Self {
            kind,
            whom,
            spared: 0,
            times: usize::MAX,
            each: 1,
            since: 0,
        }
    }

    /// It befalls one in so many of them.
    pub fn one_in(self, each: usize) -> Self {
        Self { each, ..self }
    }

    /// It befalls so many of them; all is well with the rest.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// It spares so many of them first.
    pub fn after(self, spared: usize) -> Self {
        Self { spared, ..self }
    }

    /// The process is killed at the `n`-th request to EC2, which counts from 1.
    pub fn kill(process: Pid, n: usize, moment: Moment) -> Self {
        Self::kill_at(process, Whom::Ec2, n, moment)
    }

    /// The process is killed at the `n`-th of these requests, which counts from 1.
    pub fn kill_at(process: Pid, whom: Whom, n: usize, moment: Moment) -> Self {
        Self::new(Kind::Kill(process, moment), whom)
            .after(n.saturating_sub(1))
            .times(1)
    }

    /// Counts a request, and says what befalls it.
    pub(super) fn befalls(&mut self, request: &AwsRequest) -> Option<Kind> {
        if !self.whom.is(request) || !self.kind.fits(request) || self.times == 0 {
            return None;
        }
        if self.spared > 0 {
            self.spared -= 1;
            return None;
        }
        self.since += 1;
        if self.since < self.each {
            return None;
        }
        self.since = 0;
        self.times -= 1;
        Some(self.kind.clone())
    }
}

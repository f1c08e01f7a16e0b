//! A look at network ACLs and interfaces from outside: with boto3, not with Quell's own code.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout},
};

use anyhow::{Context, ensure};
use ipnet::IpNet;
use quell::cloud::{AclId, Direction, Entry, InstanceId, NetworkAcl, PortRange, Protocol, RuleAction};
use serde::Deserialize;

use crate::python;

/// An entry of a network ACL, as boto3 sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SeenEntry {
    /// Its number.
    pub rule_number: u16,
    /// Whether it is for traffic that leaves the subnet.
    pub egress: bool,
    /// `allow` or `deny`.
    pub rule_action: String,
    /// `-1` for all.
    pub protocol: String,
    /// Its prefix, if it is of IPv4.
    pub cidr_block: Option<String>,
    /// Its prefix, if it is of IPv6.
    pub ipv6_cidr_block: Option<String>,
    /// Its ports, if it is for some only.
    pub port_range: Option<SeenPorts>,
}

/// Ports as boto3 sees them, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SeenPorts {
    /// The first.
    pub from: i32,
    /// The last.
    pub to: i32,
}

impl SeenEntry {
    /// Its prefix, as it is written.
    pub fn prefix(&self) -> &str {
        let prefix = self.cidr_block.as_ref().or(self.ipv6_cidr_block.as_ref());
        prefix.map_or("?", String::as_str)
    }

    /// One line: `99 deny 203.0.113.7/32 ingress`.
    pub fn line(&self) -> String {
        let direction = if self.egress { "egress" } else { "ingress" };
        format!(
            "{} {} {} {direction}",
            self.rule_number,
            self.rule_action,
            self.prefix()
        )
    }

    fn entry(&self) -> anyhow::Result<Entry> {
        let direction = if self.egress {
            Direction::Egress
        } else {
            Direction::Ingress
        };
        let prefix: IpNet = self.prefix().parse().with_context(|| format!("{self:?}"))?;
        Ok(Entry {
            action: match self.rule_action.as_str() {
                "allow" => RuleAction::Allow,
                _ => RuleAction::Deny,
            },
            protocol: match self.protocol.as_str() {
                "-1" => Protocol::All,
                number => Protocol::Number(number.parse()?),
            },
            ports: self.port_range.as_ref().map(|ports| PortRange {
                first: ports.from,
                last: ports.to,
            }),
            ..Entry::deny(self.rule_number, direction, prefix)
        })
    }
}

/// The ACL that has these entries, for the packet oracle. The oracle asks for nothing else.
pub fn acl_of(entries: &[SeenEntry]) -> anyhow::Result<NetworkAcl> {
    Ok(NetworkAcl {
        id: "acl-0123456789abcdef0".parse()?,
        vpc: "vpc-0123456789abcdef0".parse()?,
        subnets: Vec::new(),
        is_default: false,
        entries: entries.iter().map(SeenEntry::entry).collect::<Result<_, _>>()?,
    })
}

/// A Python process that looks, and builds what is to be looked at. It lives on, because to start one takes longer than a test. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Onlooker {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Onlooker {
    /// Starts it in an environment that says where EC2 is.
    pub(crate) fn start(environment: &[(&str, String)]) -> anyhow::Result<Self> {
        let mut process = python::start("look.py", environment)?;
        let questions = process.stdin.take().context("standard input is piped")?;
        let answers = process.stdout.take().context("standard output is piped")?;
        Ok(Self {
            process,
            questions,
            answers: BufReader::new(answers),
        })
    }

    /// The entries of an ACL: ingress before egress, by number.
    pub(crate) fn entries(&mut self, acl: &AclId) -> anyhow::Result<Vec<SeenEntry>> {
        self.entries_in(acl, "", None)
    }

    /// As [`Self::entries`], in another region, and in the account of a role if there is one.
    pub(crate) fn entries_in(
        &mut self,
        acl: &AclId,
        region: &str,
        role: Option<&str>,
    ) -> anyhow::Result<Vec<SeenEntry>> {
        let line = self.ask(&format!("{acl} {region} {}", role.unwrap_or_default()))?;
        serde_json::from_str(&line).with_context(|| format!("look.py printed what can't be read: {line}"))
    }

    /// All that is to be seen of an instance's interfaces, as one line of JSON.
    pub(crate) fn interfaces(&mut self, instance: &InstanceId) -> anyhow::Result<String> {
        self.ask(instance.as_str())
    }

    /// So many new scenes, as a list in JSON, in a region if one is given, and in the account of a role if there is one.
    pub(crate) fn scenes(&mut self, count: usize, region: &str, role: Option<&str>) -> anyhow::Result<String> {
        self.ask(&format!("{count} {region} {}", role.unwrap_or_default()))
    }

    fn ask(&mut self, question: &str) -> anyhow::Result<String> {
        writeln!(self.questions, "{question}")?;
        let mut line = String::new();
        let length = self.answers.read_line(&mut line)?;
        ensure!(length > 0, "look.py has ended; its error is above");
        Ok(line)
    }
}

impl Drop for Onlooker {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to be done about either.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

//! What can be wrong with a simulated account.

use std::path::PathBuf;

use crate::cloud::{
    acl::Direction,
    error::Fault,
    id::{AclId, SecurityGroupId, SubnetId, VpcId},
};

/// An account that does not hold together. The message names the thing and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The file can't be read.
    #[error("cannot read the file {path}: check that it is there and that you may read it", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file can be read, but what it says can't be.
    #[error("the simulated account in {path} does not hold together", path = path.display())]
    In {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<AccountError>,
    },
    /// It is not TOML, or a key or a value is wrong.
    #[error("it is not what an account looks like: mend the line that is shown")]
    Syntax(#[source] Box<toml::de::Error>),
    /// A call that Quell does not make.
    #[error(
        "`not-permitted` names `{name}`, which is no call that Quell makes: write it as AWS does, such as `StopInstances`"
    )]
    NotACall {
        /// What it names.
        name: String,
    },
    /// One id for two things.
    #[error("{id} is there twice: give one of them another id")]
    Twice {
        /// The id.
        id: String,
    },
    /// Something names what is not there.
    #[error("{by} names {id}, which is not there: add a [[{table}]] with this id, or correct it")]
    Unknown {
        /// Who names it.
        by: String,
        /// What it names.
        id: String,
        /// The table in which it would be.
        table: &'static str,
    },
    /// Something names a thing of another VPC.
    #[error("{by} names {id}, which is in {vpc}: name one of its own VPC")]
    OtherVpc {
        /// Who names it.
        by: String,
        /// What it names.
        id: String,
        /// Where that is.
        vpc: VpcId,
    },
    /// A VPC has no default ACL, or several.
    #[error("{vpc} has {count} default network ACLs: mark exactly one of its [[network-acl]] with `default = true`")]
    DefaultAcls {
        /// The VPC.
        vpc: VpcId,
        /// How many it has.
        count: usize,
    },
    /// Two ACLs for one subnet.
    #[error("{subnet} is guarded by {first} and by {second}: a subnet has one network ACL, so name it in one")]
    GuardedTwice {
        /// The subnet.
        subnet: SubnetId,
        /// One ACL.
        first: AclId,
        /// The other.
        second: AclId,
    },
    /// A rule of a security group that EC2 would not take.
    #[error("{group} can't have the rule {rule}")]
    Rule {
        /// The group.
        group: SecurityGroupId,
        /// The rule.
        rule: String,
        /// What EC2 would say.
        #[source]
        fault: Fault,
    },
    /// An entry that EC2 would not take.
    #[error("{acl} can't have the {direction} entry {number}")]
    Entry {
        /// The ACL.
        acl: AclId,
        /// The entry's direction.
        direction: Direction,
        /// The entry's number.
        number: u16,
        /// What EC2 would say.
        #[source]
        fault: Fault,
    },
}

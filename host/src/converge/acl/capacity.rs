//! Capacity: how full a network ACL is, and of what.

use serde::{Deserialize, Serialize};

use super::room::QuotaSource;
use crate::{
    cloud::{Direction, Family},
    hold::Target,
};

/// How full a network ACL is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// The ACL.
    pub target: Target,
    /// One a direction and family.
    pub sides: Vec<SideCapacity>,
}

/// How full one direction of a network ACL is, for one family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SideCapacity {
    /// Which way.
    pub direction: Direction,
    /// Which family.
    pub family: Family,
    /// How many rules there may be, the final deny included.
    pub quota: u16,
    /// Who says so.
    pub quota_source: QuotaSource,
    /// How many rules AWS was seen to take at most, the final deny not counted. None if it never said no.
    pub learnt: Option<usize>,
    /// How many there are of others, the final deny not counted.
    pub others: usize,
    /// How many there are of ours.
    pub ours: usize,
    /// How many of ours there is room for.
    pub room: usize,
    /// How many holds are in force.
    pub holds: usize,
    /// How many of them nothing covers.
    pub not_covered: usize,
}

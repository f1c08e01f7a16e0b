//! How full network ACLs are, as a table.

use std::fmt::{self, Formatter};

use comfy_table::{CellAlignment, Table, presets};

use super::AclCapacity;
use crate::{
    converge::{QuotaSource, SideCapacity},
    report::style::{BAD, paint},
};

/// The columns that hold numbers.
const NUMBERS: [usize; 6] = [3, 5, 6, 7, 8, 9];

pub(super) fn write(out: &mut Formatter<'_>, acls: &[AclCapacity]) -> fmt::Result {
    if acls.is_empty() {
        return writeln!(out, "nothing is in force, and no network ACL has an entry of Quell's");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "NETWORK ACL",
        "DIRECTION",
        "FAMILY",
        "QUOTA",
        "SAYS",
        "OTHERS",
        "OURS",
        "ROOM",
        "HOLDS",
        "NOT COVERED",
    ]);
    for at in NUMBERS {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for acl in acls {
        for side in acl.capacity.iter().flat_map(|capacity| &capacity.sides) {
            table.add_row(row(acl, side));
        }
    }
    if table.row_count() > 0 {
        writeln!(out, "{}", table.trim_fmt())?;
    }
    for acl in acls {
        if let Some(failure) = &acl.failure {
            writeln!(out, "{} {}", paint(BAD, "failed:"), failure.message)?;
        }
    }
    Ok(())
}

fn row(acl: &AclCapacity, side: &SideCapacity) -> [String; 10] {
    let by_source = match side.quota_source {
        QuotaSource::Configured => "configured",
        QuotaSource::ServiceQuotas => "Service Quotas",
        QuotaSource::Default => "Amazon's default",
    };
    let says = match side.learnt {
        Some(learnt) => format!("{by_source}; AWS took no more than {learnt}"),
        None => by_source.to_owned(),
    };
    [
        acl.target.to_string(),
        side.direction.to_string(),
        side.family.to_string(),
        side.quota.to_string(),
        says,
        side.others.to_string(),
        side.ours.to_string(),
        side.room.to_string(),
        side.holds.to_string(),
        side.not_covered.to_string(),
    ]
}

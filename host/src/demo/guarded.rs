//! An interface with the security groups that guard it.

use comfy_table::{Cell, Color, Table, presets};

use super::DemoError;
use crate::cloud::{Cloud, InstanceId, Interface, PortRange, SecurityGroup, SecurityGroupId, SecurityGroupRule};

/// An interface with the security groups that guard it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guarded {
    pub(super) interface: Interface,
    /// In the order of the interface.
    pub(super) groups: Vec<SecurityGroup>,
}

impl Guarded {
    /// The interfaces of an instance, with their groups and these groups' rules as they are.
    pub(super) async fn of(cloud: &dyn Cloud, instance: &InstanceId) -> Result<Vec<Self>, DemoError> {
        let mut all = Vec::new();
        for interface in cloud.interfaces_of(instance).await? {
            let groups = groups(cloud, &interface.security_groups).await?;
            all.push(Self { interface, groups });
        }
        Ok(all)
    }
}

/// These groups as they are.
pub(super) async fn groups(cloud: &dyn Cloud, ids: &[SecurityGroupId]) -> Result<Vec<SecurityGroup>, DemoError> {
    let mut groups = Vec::new();
    for id in ids {
        groups.push(cloud.security_group(id).await?);
    }
    Ok(groups)
}

/// A row a group, with what it lets in and out. Groups for which `is_new` is true are marked.
pub(super) fn interface_table(guarded: &[Guarded], is_new: impl Fn(&SecurityGroup) -> bool) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header([
        "Interface",
        "Address",
        "Security group",
        "Name",
        "Lets in",
        "Lets out",
        "",
    ]);
    for Guarded { interface, groups } in guarded {
        let address = interface.addresses.first().map(ToString::to_string).unwrap_or_default();
        for group in groups {
            table.add_row([
                Cell::new(&interface.id),
                Cell::new(&address),
                Cell::new(&group.id),
                Cell::new(&group.name),
                Cell::new(told(&group.ingress)),
                Cell::new(told(&group.egress)),
                Cell::new(if is_new(group) { "◀ Quell" } else { "" }).fg(Color::Yellow),
            ]);
        }
    }
    table
}

/// A line a rule.
fn told(rules: &[SecurityGroupRule]) -> String {
    if rules.is_empty() {
        return "nothing".to_owned();
    }
    let lines: Vec<_> = rules.iter().map(line).collect();
    lines.join("\n")
}

fn line(rule: &SecurityGroupRule) -> String {
    let SecurityGroupRule { protocol, ports, peer } = rule;
    match (protocol.as_str(), ports) {
        ("-1", _) => format!("all, {peer}"),
        (_, None) => format!("{protocol}, {peer}"),
        (_, Some(PortRange { first, last })) if first == last => format!("{protocol} {first}, {peer}"),
        (_, Some(PortRange { first, last })) => format!("{protocol} {first}-{last}, {peer}"),
    }
}

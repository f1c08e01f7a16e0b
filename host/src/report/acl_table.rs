//! A network ACL as the AWS console shows it.

use comfy_table::{Cell, CellAlignment, Color, Table, presets};

use crate::cloud::{Direction, Entry, NetworkAcl, Protocol, RuleAction};

/// The rules of one direction as a table. Entries for which `is_new` is true are marked.
pub fn acl_table(acl: &NetworkAcl, direction: Direction, is_new: impl Fn(&Entry) -> bool) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    let peer = match direction {
        Direction::Ingress => "Source",
        Direction::Egress => "Destination",
    };
    table.set_header(["Rule number", "Type", "Protocol", "Port range", peer, "Allow/Deny", ""]);
    for entry in acl.entries.iter().filter(|entry| entry.direction == direction) {
        table.add_row(row(entry, is_new(entry)));
    }
    if let Some(column) = table.column_mut(0) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn row(entry: &Entry, new: bool) -> [Cell; 7] {
    let number = if entry.is_final() {
        "*".to_owned()
    } else {
        entry.number.to_string()
    };
    let (action, color) = match entry.action {
        RuleAction::Allow => ("Allow", Color::Green),
        RuleAction::Deny => ("Deny", Color::Red),
    };
    let kind = match entry.protocol {
        Protocol::All => "All traffic".to_owned(),
        Protocol::Number(6) => "TCP".to_owned(),
        Protocol::Number(17) => "UDP".to_owned(),
        Protocol::Number(1 | 58) => "ICMP".to_owned(),
        Protocol::Number(_) => "Custom protocol".to_owned(),
    };
    let protocol = match entry.protocol {
        Protocol::All => "All".to_owned(),
        Protocol::Number(number) => number.to_string(),
    };
    let ports = match entry.ports {
        None => "All".to_owned(),
        Some(ports) if ports.first == ports.last => ports.first.to_string(),
        Some(ports) => format!("{}-{}", ports.first, ports.last),
    };
    [
        Cell::new(number),
        Cell::new(kind),
        Cell::new(protocol),
        Cell::new(ports),
        Cell::new(entry.prefix),
        Cell::new(action).fg(color),
        Cell::new(if new { "◀ Quell" } else { "" }).fg(Color::Yellow),
    ]
}

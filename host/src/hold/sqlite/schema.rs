//! The tables, and how an older file becomes today's.

use rusqlite::Connection;

use super::{super::JournalError, ledger};

/// One step a format; the file's `user_version` says how many it has had. A step that was released is never edited: files were written by it.
const STEPS: &[&str] = &[
    include_str!("schema/step-1.sql"),
    include_str!("schema/step-2.sql"),
    include_str!("schema/step-3.sql"),
    include_str!("schema/step-4.sql"),
    include_str!("schema/step-5.sql"),
    include_str!("schema/step-6.sql"),
];
/// The format that has the ledger.
const WITH_LEDGER: i64 = 5;

/// Brings the file to today's format.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), JournalError> {
    let statement = |source| JournalError::Statement {
        doing: "make its tables",
        source,
    };
    check(connection)?;
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(statement)?;
    let had = format(&transaction)?;
    let missing = STEPS.iter().zip(1_i64..).filter(|(_, number)| *number > had);
    for (step, number) in missing {
        transaction.execute_batch(step).map_err(statement)?;
        transaction
            .pragma_update(None, "user_version", number)
            .map_err(statement)?;
    }
    if (1..WITH_LEDGER).contains(&had) {
        ledger::begin_all(&transaction).map_err(|failure| failure.doing("begin its ledger"))?;
    }
    transaction.commit().map_err(statement)
}

/// Refuses a file of a newer format.
pub(super) fn check(connection: &Connection) -> Result<(), JournalError> {
    let found = format(connection)?;
    if found > known() {
        return Err(JournalError::Format { found, known: known() });
    }
    Ok(())
}

/// As [`check`], for who can't bring the file up to date: refuses one of an older format as well.
pub(super) fn check_to_read(connection: &Connection) -> Result<(), JournalError> {
    check(connection)?;
    let found = format(connection)?;
    if found < known() {
        return Err(JournalError::Outdated { found, known: known() });
    }
    Ok(())
}

fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

fn format(connection: &Connection) -> Result<i64, JournalError> {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|source| JournalError::Statement {
            doing: "read its format",
            source,
        })
}

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
/// A new file in today's format: its statements are a third of what all steps take, and a function begins one at every cold start.
const NEW: &str = include_str!("schema/new.sql");
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
    if had == 0 {
        transaction.execute_batch(NEW).map_err(statement)?;
    } else {
        for (step, _) in STEPS.iter().zip(1_i64..).filter(|(_, number)| *number > had) {
            transaction.execute_batch(step).map_err(statement)?;
        }
    }
    if had < known() {
        transaction
            .pragma_update(None, "user_version", known())
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_new_file_is_as_all_steps_leave_one() {
        let new = Connection::open_in_memory().unwrap();
        new.execute_batch(NEW).unwrap();
        let old = Connection::open_in_memory().unwrap();
        for step in STEPS {
            old.execute_batch(step).unwrap();
        }
        assert_eq!(schema_of(&new), schema_of(&old));
        for rows in ["SELECT waiting FROM queue", "SELECT last FROM revisions"] {
            let row = |sql: &Connection| sql.query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(row(&new), row(&old), "{rows}");
        }
    }

    /// What each table, index and trigger was made by, in one way of writing.
    fn schema_of(sql: &Connection) -> BTreeMap<String, String> {
        let mut made = sql
            .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
            .unwrap();
        let rows = made.query_map([], |row| Ok((row.get(0)?, plain(&row.get::<_, String>(1)?))));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Without comments, quotes and spaces.
    fn plain(sql: &str) -> String {
        let code = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
        code.collect::<String>()
            .chars()
            .filter(|it| !it.is_whitespace() && *it != '"')
            .collect()
    }
}

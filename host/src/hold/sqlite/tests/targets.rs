//! Targets: what a converge writes.

use super::*;

#[tokio::test]
async fn a_converge_that_changes_no_coverage_rewrites_no_hold() {
    let journal = journal();
    let intents: Vec<_> = (0..10)
        .map(|host| intent(&format!("203.0.113.{host}/32"), None))
        .collect();
    let holds = journal.put_in_force(&intents, &id("a"), at(0)).await.unwrap();
    let mut coverage: Vec<_> = holds.iter().map(|hold| (hold.id, covered_by(99))).collect();
    let rewritten = async |coverage: &[(HoldId, Coverage)]| {
        let before = rewrites(&journal).await;
        journal.converged(&web(), Some(Revision(0)), coverage).await.unwrap();
        rewrites(&journal).await - before
    };
    assert_eq!(rewritten(&coverage).await, 10);
    assert_eq!(rewritten(&coverage).await, 0);
    coverage[3].1 = covered_by(98);
    assert_eq!(rewritten(&coverage).await, 1);
}

fn covered_by(rule: u16) -> Coverage {
    Coverage::Covered { rule, aggregate: None }
}

/// How many rows were written since the journal was opened.
async fn rewrites(journal: &SqliteJournal) -> u64 {
    let count = |sql: &Connection| Ok(sql.query_row("SELECT total_changes()", [], |row| row.get::<_, u32>(0))?);
    journal.desk.ask("count", count).await.unwrap().into()
}

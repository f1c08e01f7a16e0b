//! The journal's table: whether it is there and made as it has to be, what may be done to it, and how far the clocks are apart.

use jiff::SignedDuration;

use super::{
    Area, Finding, Verdict,
    clock::{self, Bound},
};
use crate::{
    cloud::{Fault, trial::is_not_permitted},
    hold::dynamo::TableState,
    permission::Table,
};

/// How far the clocks may be apart. A lease lasts two minutes and is renewed when half of it is left: so long the writes of two that differ by less never meet.
const MOST_APART: SignedDuration = SignedDuration::from_secs(20);

/// All that was found of a table.
pub fn check(table: &Table, state: &TableState) -> Vec<Finding> {
    let name = &table.name;
    let of = |what: &str, verdict, why: String| Finding::of_machine(what, verdict, why);
    if is_missing(state) {
        let why = format!("the table {name} is not there; make it by: {}", commands(table));
        return vec![of("journal", Verdict::Missing, why)];
    }
    let mut findings = vec![match &state.keys {
        Ok(Ok(())) => of("journal", Verdict::Fine, format!("the table {name}")),
        Ok(Err(keys)) => of(
            "journal",
            Verdict::Missing,
            format!(
                "the table {name} has the keys {keys}, and must have the texts pk (HASH) and sk (RANGE): make another by: {}",
                commands(table)
            ),
        ),
        Err(fault) => of("journal", Verdict::Unknown, format!("the table {name}: {fault}")),
    }];
    findings.extend(state.permitted.iter().map(|(action, came)| match came {
        Ok(()) => permission(action, Verdict::Fine, format!("asked of the table {name}")),
        Err(fault) if is_not_permitted(fault) => permission(action, Verdict::Missing, fault.to_string()),
        Err(fault) => permission(action, Verdict::Unknown, fault.to_string()),
    }));
    findings.push(match &state.ends_by {
        Ok(Some(attribute)) if attribute == "expires" => of(
            "ends in the journal",
            Verdict::Fine,
            "TTL is on for `expires`".to_owned(),
        ),
        Ok(other) => {
            let is = other
                .as_ref()
                .map_or_else(|| "TTL is off".to_owned(), |other| format!("TTL is on for `{other}`"));
            let why = format!("{is}, so that the table grows for ever: {}", lets_end(table));
            of("ends in the journal", Verdict::Missing, why)
        }
        Err(fault) => of("ends in the journal", Verdict::Unknown, fault.to_string()),
    });
    findings.push(match &state.recovers {
        Ok(true) => of(
            "recovery of the journal",
            Verdict::Fine,
            "point-in-time recovery is on".to_owned(),
        ),
        Ok(false) => of(
            "recovery of the journal",
            Verdict::Note,
            format!("point-in-time recovery is off: {}", lets_recover(table)),
        ),
        Err(fault) => of("recovery of the journal", Verdict::Unknown, fault.to_string()),
    });
    findings.push(clock(state.ahead));
    findings
}

fn is_missing(state: &TableState) -> bool {
    let is = |fault: &Fault| matches!(fault, Fault::NotFound { .. });
    state.keys.as_ref().is_err_and(is) || state.permitted.iter().any(|(_, came)| came.as_ref().is_err_and(is))
}

fn permission(action: &str, verdict: Verdict, why: String) -> Finding {
    Finding {
        area: Area::Permission,
        ..Finding::of_machine(action, verdict, why)
    }
}

fn clock(ahead: Option<SignedDuration>) -> Finding {
    let bound = Bound {
        most: MOST_APART,
        why: "Quells that write together may be 20 s apart",
    };
    clock::beside("DynamoDB", ahead, &bound)
}

/// What makes a table as it has to be.
fn commands(table: &Table) -> String {
    let (name, region) = (&table.name, of_region(table));
    format!(
        "aws dynamodb create-table{region} --table-name {name} --billing-mode PAY_PER_REQUEST \
         --attribute-definitions AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=S \
         --key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE \
         && aws dynamodb wait table-exists{region} --table-name {name} && {} && {}",
        lets_end(table),
        lets_recover(table)
    )
}

fn lets_end(table: &Table) -> String {
    format!(
        "aws dynamodb update-time-to-live{} --table-name {} --time-to-live-specification Enabled=true,AttributeName=expires",
        of_region(table),
        table.name
    )
}

fn lets_recover(table: &Table) -> String {
    format!(
        "aws dynamodb update-continuous-backups{} --table-name {} \
         --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
        of_region(table),
        table.name
    )
}

fn of_region(table: &Table) -> String {
    table
        .region
        .as_ref()
        .map_or_else(String::new, |region| format!(" --region {region}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            name: "quell".to_owned(),
            region: None,
        }
    }

    fn state() -> TableState {
        TableState {
            permitted: vec![("dynamodb:GetItem", Ok(()))],
            keys: Ok(Ok(())),
            ends_by: Ok(Some("expires".to_owned())),
            recovers: Ok(true),
            ahead: Some(SignedDuration::ZERO),
        }
    }

    fn told(state: &TableState) -> String {
        let findings = check(&table(), state).into_iter();
        let lines = findings.map(|finding| format!("{} {}: {}", finding.what, finding.verdict.name(), finding.why));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_table_that_is_as_it_has_to_be_is_fine() {
        insta::assert_snapshot!(told(&state()), @r"
        journal yes: the table quell
        dynamodb:GetItem yes: asked of the table quell
        ends in the journal yes: TTL is on for `expires`
        recovery of the journal yes: point-in-time recovery is on
        clock yes: it is as DynamoDB's
        ");
    }

    #[test]
    fn who_has_no_table_is_told_how_to_make_it() {
        let missing = TableState {
            keys: Err(Fault::NotFound {
                code: "ResourceNotFoundException".to_owned(),
                message: String::new(),
            }),
            ..state()
        };
        insta::assert_snapshot!(told(&missing), @"journal MISSING: the table quell is not there; make it by: aws dynamodb create-table --table-name quell --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=S --key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE && aws dynamodb wait table-exists --table-name quell && aws dynamodb update-time-to-live --table-name quell --time-to-live-specification Enabled=true,AttributeName=expires && aws dynamodb update-continuous-backups --table-name quell --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true");
    }

    #[test]
    fn what_is_wrong_with_a_table_is_told_with_the_remedy() {
        let bad = TableState {
            permitted: vec![(
                "dynamodb:PutItem",
                Err(Fault::Denied {
                    code: "AccessDeniedException".to_owned(),
                    message: "not authorized".to_owned(),
                }),
            )],
            keys: Ok(Err("id (HASH)".to_owned())),
            ends_by: Ok(None),
            recovers: Ok(false),
            ahead: Some(SignedDuration::from_secs(-90)),
        };
        let told = told(&bad);
        for part in [
            "journal MISSING: the table quell has the keys id (HASH), and must have the texts pk (HASH) and sk (RANGE)",
            "dynamodb:PutItem MISSING: not permitted (AccessDeniedException): not authorized",
            "ends in the journal MISSING: TTL is off, so that the table grows for ever: aws dynamodb update-time-to-live",
            "recovery of the journal note: point-in-time recovery is off: aws dynamodb update-continuous-backups",
            "clock MISSING: it is 90 s behind DynamoDB's, and Quells that write together may be 20 s apart",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }
}

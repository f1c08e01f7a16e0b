//! Answers that are lost on their way to a function which lives on.

use anyhow::ensure;
use jiff::Timestamp;
use quell::hold::{EndReason, Journal};
use quell_tests::{
    attack::Attack,
    proxy::{Kind, Trouble, Whom},
};
use serde_json::json;

use crate::{
    event::{of_queue, tick},
    function::{Function, Wanted},
};

// The client asks again, as it does for any answer that does not come, and meets its own write: of a create EC2 says that the number is taken, of a delete that there is no such entry. Neither does anything,
// and neither is an error (`converge::write`).
#[tokio::test]
async fn a_write_whose_answer_is_lost_is_asked_for_again_and_found_to_be_done() -> anyhow::Result<()> {
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    for action in ["CreateNetworkAclEntry", "DeleteNetworkAclEntry"] {
        function
            .aws
            .set(Trouble::new(Kind::Lost, Whom::Action(action)).times(1));
    }
    let event = of_queue(&[("m-1".to_owned(), function.on_web(&attacks[0]))]);
    let answer = function.invoke(&event).await?;
    ensure!(
        answer == json!({ "batchItemFailures": [] }),
        "{answer}\n{}",
        function.log()
    );
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);
    assert_eq!(function.unfinished().await?, "");

    let ids: Vec<_> = function.holds().await?.iter().map(|hold| hold.id).collect();
    function
        .journal()
        .end(&ids, EndReason::Released, Timestamp::now())
        .await?;
    let answer = function.invoke(&tick()).await?;
    ensure!(answer["ticked"]["complete"] == true, "{answer}\n{}", function.log());
    assert!(function.denied()?.is_empty());
    assert_eq!(function.unfinished().await?, "");

    let passed = function.aws.passed(0).into_iter();
    let asked: Vec<_> = passed
        .filter(|passed| passed.request.is_write())
        .map(|passed| (passed.request.to_string(), passed.done))
        .collect();
    let [created, deleted] = ["CreateNetworkAclEntry 99 203.0.113.7/32", "DeleteNetworkAclEntry 99"];
    let done_and_refused = |request: &str| [200_u16, 400].map(|status| (request.to_owned(), Some(status)));
    assert_eq!(asked, [done_and_refused(created), done_and_refused(deleted)].concat());
    Ok(())
}

//! What starts with a function, and what does not.

use quell::simulated_stealthwatch::SimulatedStealthwatch;
use quell_tests::{
    attack::about,
    emulator::Emulator,
    moto::{ACCOUNT, Moto, OTHER_ACCOUNT, OTHER_ROLE, REGION},
    proxy::Ec2Proxy,
    recorded,
    scene::Scene,
};

use super::event::of_sns;

/// The state of sockets that listen, and of connections, as the kernel writes it.
const LISTENS: &str = "0A";
const CONNECTED: &str = "01";

#[tokio::test]
async fn a_function_starts_nothing_that_its_alerts_do_not_need_and_calls_nobody_before_one_does() -> anyhow::Result<()>
{
    let moto = Moto::start()?;
    let scene = Scene::build(&moto)?;
    let ec2 = Ec2Proxy::start(&moto.endpoint()).await?;
    let stealthwatch = SimulatedStealthwatch::start(recorded::observations()?).await?;
    let folder = tempfile::tempdir()?;
    let config = format!(
        r#"
        [[aws.account]]
        id = "{ACCOUNT}"
        regions = ["{REGION}", "us-east-1"]
        [[aws.account]]
        id = "{OTHER_ACCOUNT}"
        regions = ["{REGION}"]
        role = "{OTHER_ROLE}"
        external-id = "quell"
        [stealthwatch-cloud]
        base-url = "{}"
        user = "{}"
        key-env = "KEY"
        [journal]
        path = "journal.sqlite"
        [sandbox]
        cache = "cache"
        "#,
        stealthwatch.base_url(),
        SimulatedStealthwatch::USER,
    );
    let file = folder.path().join("quell.toml");
    std::fs::write(&file, config)?;
    let mut environment = Moto::environment_behind(ec2.endpoint());
    environment.push(("KEY", SimulatedStealthwatch::KEY.to_owned()));
    environment.push(("QUELL_CONFIG", file.display().to_string()));
    let function = Emulator::start(folder.path(), &environment)?;

    let about = about(&scene.vpc, &scene.web);
    let test = of_sns(&[(
        "11111111-aaaa-5bbb-8ccc-000000000021",
        recorded::changed(recorded::TEST, &about),
    )]);
    let answer = function.invoke(&test).await?;
    assert_eq!(answer["records"][0]["outcome"], "nothing", "{answer}");
    assert_eq!((ec2.count(), stealthwatch.requests()), (0, 0));
    let process = function.function()?;
    assert_eq!(
        process.sockets(LISTENS)?,
        0,
        "a function takes events from its runtime only"
    );
    assert!(
        process.sockets(CONNECTED)? <= 1,
        "there is a connection to the runtime, and no other"
    );

    let attack = of_sns(&[(
        "11111111-aaaa-5bbb-8ccc-000000000022",
        recorded::changed(recorded::ATTACK, &about),
    )]);
    let answer = function.invoke(&attack).await?;
    assert_eq!(answer["records"][0]["outcome"], "acted", "{answer}");
    assert_eq!(stealthwatch.requests(), 1);
    let mut asked: Vec<_> = ec2
        .passed(0)
        .iter()
        .map(|passed| passed.request.action.clone())
        .collect();
    // The network ACL and its VPC are asked for at the same time.
    asked[1..3].sort();
    insta::assert_snapshot!(asked.join("\n"), @r"
    DescribeInstances
    DescribeNetworkAcls
    DescribeVpcs
    DescribeNetworkAcls
    CreateNetworkAclEntry
    CreateNetworkAclEntry
    CreateNetworkAclEntry
    CreateNetworkAclEntry
    ");
    assert!(moto.sessions().await?.is_empty(), "no role is assumed");
    Ok(())
}

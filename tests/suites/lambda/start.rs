//! What starts with a function, and what does not.

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, Instant},
};

use anyhow::ensure;
use quell::simulated_stealthwatch::SimulatedStealthwatch;
use quell_tests::{
    attack::about,
    emulator::Emulator,
    moto::{ACCOUNT, Moto, OTHER_ACCOUNT, OTHER_ROLE, REGION},
    process::{free_address, threads},
    proxy::Ec2Proxy,
    recorded,
    scene::Scene,
    stage::{aws_tables, aws_tables_of_two_regions},
};
use serde_json::Value;
use tempfile::TempDir;

use super::{
    event::of_sns,
    function::{Function, Wanted},
    roots::Roots,
};

/// The state of sockets that listen, and of connections, as the kernel writes it.
const LISTENS: &str = "0A";
const CONNECTED: &str = "01";

/// For how long a function remembers what EC2 said of a VPC.
const REMEMBERED: Duration = Duration::from_secs(5);

/// A function whose calls to EC2 are seen.
struct Seen {
    function: Emulator,
    stealthwatch: SimulatedStealthwatch,
    ec2: Ec2Proxy,
    scene: Scene,
    moto: Moto,
    _folder: TempDir,
}

impl Seen {
    /// With these accounts.
    async fn start(accounts: &str) -> anyhow::Result<Self> {
        let moto = Moto::start()?;
        let scene = Scene::build(&moto)?;
        let ec2 = Ec2Proxy::start(&moto.endpoint()).await?;
        let stealthwatch = SimulatedStealthwatch::start(recorded::observations()?).await?;
        let folder = tempfile::tempdir()?;
        let config = format!(
            r#"
            {accounts}
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
        fs::write(&file, config)?;
        let mut environment = Moto::environment_behind(ec2.endpoint());
        environment.push(("KEY", SimulatedStealthwatch::KEY.to_owned()));
        environment.push(("QUELL_CONFIG", file.display().to_string()));
        Ok(Self {
            function: Emulator::start(folder.path(), &environment)?,
            stealthwatch,
            ec2,
            scene,
            moto,
            _folder: folder,
        })
    }

    /// Lets SNS bring a recorded alert about the web server, and says what came of it.
    async fn alert(&self, number: u32, recorded: &str) -> anyhow::Result<Value> {
        let about = about(&self.scene.vpc, &self.scene.web);
        let id = format!("11111111-aaaa-5bbb-8ccc-{number:012}");
        let event = of_sns(&[(id.as_str(), recorded::changed(recorded, &about))]);
        let answer = self.function.invoke(&event).await?;
        Ok(answer["records"][0]["outcome"].clone())
    }

    /// What EC2 was asked.
    fn asked(&self) -> Vec<String> {
        let passed = self.ec2.passed(0);
        passed.iter().map(|passed| passed.request.action.clone()).collect()
    }
}

#[tokio::test]
async fn a_function_starts_nothing_that_its_alerts_do_not_need_and_calls_nobody_before_one_does() -> anyhow::Result<()>
{
    let it = Seen::start(&format!(
        r#"
        [[aws.account]]
        id = "{ACCOUNT}"
        regions = ["{REGION}", "us-east-1"]
        [[aws.account]]
        id = "{OTHER_ACCOUNT}"
        regions = ["{REGION}"]
        role = "{OTHER_ROLE}"
        external-id = "quell"
        "#
    ))
    .await?;
    assert_eq!(it.alert(21, recorded::TEST).await?, "nothing");
    assert_eq!((it.ec2.count(), it.stealthwatch.requests()), (0, 0));
    let process = it.function.function()?;
    assert_eq!(
        process.sockets(LISTENS)?,
        0,
        "a function takes events from its runtime only"
    );
    assert!(
        process.sockets(CONNECTED)? <= 1,
        "there is a connection to the runtime, and no other"
    );

    assert_eq!(it.alert(22, recorded::ATTACK).await?, "acted");
    assert_eq!(it.stealthwatch.requests(), 1);
    let mut asked = it.asked();
    // The network ACL and its VPC are asked for at the same time.
    asked[1..3].sort();
    insta::assert_snapshot!(asked.join("\n"), @r"
    DescribeInstances
    DescribeNetworkAcls
    DescribeVpcs
    CreateNetworkAclEntry
    CreateNetworkAclEntry
    CreateNetworkAclEntry
    CreateNetworkAclEntry
    ");
    assert!(it.moto.sessions().await?.is_empty(), "no role is assumed");
    Ok(())
}

#[tokio::test]
async fn where_an_alert_can_be_for_one_place_only_its_vpcs_are_asked_for_before_anything_else_and_not_again()
-> anyhow::Result<()> {
    let it = Seen::start(&aws_tables("")).await?;
    let began = Instant::now();
    assert_eq!(it.alert(21, recorded::ATTACK).await?, "acted");
    let asked = it.asked();
    assert_eq!(asked.first().map(String::as_str), Some("DescribeVpcs"));
    let times = asked.iter().filter(|asked| *asked == "DescribeVpcs").count();
    ensure!(times == 1 || began.elapsed() > REMEMBERED, "{asked:?}");
    Ok(())
}

#[tokio::test]
async fn a_function_assumes_no_role_before_an_alert_needs_it() -> anyhow::Result<()> {
    let role = format!("role = 'arn:aws:iam::{ACCOUNT}:role/quell'\nexternal-id = 'quell'");
    let it = Seen::start(&format!("{}{role}", aws_tables(""))).await?;
    assert_eq!(it.alert(21, recorded::TEST).await?, "nothing");
    assert_eq!(it.ec2.count(), 0);
    assert!(it.moto.sessions().await?.is_empty());
    // An alert's session has its name.
    assert_eq!(it.alert(22, recorded::ATTACK).await?, "acted");
    let names: BTreeSet<_> = it
        .moto
        .sessions()
        .await?
        .into_iter()
        .map(|session| session.session_name)
        .collect();
    assert_eq!(names, BTreeSet::from(["quell-stealthwatch-cloud-6125".to_owned()]));
    Ok(())
}

#[tokio::test]
async fn a_function_that_may_not_block_asks_for_no_vpc() -> anyhow::Result<()> {
    let plugin = "[[plugin]]\nname = 'isolate-attacker'\nmay = ['isolate']";
    let it = Seen::start(&format!("{}{plugin}", aws_tables(""))).await?;
    assert_eq!(it.alert(21, recorded::TEST).await?, "nothing");
    assert_eq!(it.ec2.count(), 0);
    Ok(())
}

/// A recorded alert about the function's web server, as SNS brings it. Each is a message of its own.
fn told(function: &Function, alert: &str) -> Value {
    let about = about(&function.scene.vpc, &function.scene.web);
    let id = format!("11111111-aaaa-5bbb-8ccc-{:012}", alert.len());
    of_sns(&[(id.as_str(), recorded::changed(alert, &about))])
}

/// So many threads a runtime with several would have for its work, whatever machine this is: more than all others of a function together.
const WORKERS: usize = 64;

/// The most threads that a function may have: the main one, which does all work; the journal's, if it is in a file; the sandbox's ticker; those that open files and compile plugins in the
/// background, which end ten seconds after their work; and some more that a library may need.
const FEW: usize = 12;

// A daemon that starts blocks its thread, and the proxy needs one.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_starts_no_workers_however_many_processors_there_are() -> anyhow::Result<()> {
    let http = format!("token-env = 'TOKEN'\nlisten = '{}'", free_address()?);
    let environment = [
        ("TOKIO_WORKER_THREADS", WORKERS.to_string()),
        // wasmtime compiles on all processors, where nothing was compiled before.
        ("RAYON_NUM_THREADS", "1".to_owned()),
    ];
    let function = Function::start(&Wanted {
        http: Some(&http),
        environment: &environment,
        ..Wanted::default()
    })
    .await?;
    for (alert, outcome) in [(recorded::TEST, "nothing"), (recorded::ATTACK, "acted")] {
        let answer = function.invoke(&told(&function, alert)).await?;
        ensure!(
            answer["records"][0]["outcome"] == outcome,
            "{answer}\n{}",
            function.log()
        );
        let found = threads(function.emulator.function()?.process()?)?;
        assert!(found <= FEW, "{found} threads after {outcome}");
    }
    // The daemon has them, in the same environment: a function with such a runtime would have been seen.
    let daemon = function.quell.serve()?;
    assert!(threads(daemon.process())? > WORKERS);
    Ok(())
}

/// Who is asked by https, of those that the attack leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Private {
    Nobody,
    Aws,
    Detector,
}

/// A function whose alert leads to a call by https to an address where nobody listens: the roots are read before that turns out. Its journal is a file, so that it calls nobody before.
async fn calling(private: Private, roots: &Roots) -> anyhow::Result<Function> {
    let nowhere = format!("https://{}", free_address()?);
    let mut environment = vec![roots.variable()];
    if private == Private::Aws {
        environment.push(("AWS_ENDPOINT_URL", nowhere.clone()));
    }
    let accounts = aws_tables_of_two_regions("");
    let function = Function::start(&Wanted {
        in_a_file: true,
        accounts: &accounts,
        environment: &environment,
        ..Wanted::default()
    })
    .await?;
    if private == Private::Detector {
        // It reads its configuration when it is first invoked.
        let text = fs::read_to_string(function.quell.path("quell.toml"))?;
        let base = function.stealthwatch.base_url();
        let text = text.replace(
            &format!("base-url = \"{base}\""),
            &format!("base-url = \"{nowhere}{}\"\nattempts = 1", base.path()),
        );
        ensure!(text.contains(&nowhere), "{text}");
        function.quell.configure(&text)?;
    }
    Ok(function)
}

#[tokio::test]
async fn roots_of_trust_are_read_by_the_first_call_that_has_a_certificate_to_check_and_not_by_a_start()
-> anyhow::Result<()> {
    for private in [Private::Nobody, Private::Aws, Private::Detector] {
        let roots = Roots::new()?;
        let function = calling(private, &roots).await?;
        let answer = function.invoke(&told(&function, recorded::TEST)).await?;
        ensure!(
            answer["records"][0]["outcome"] == "nothing",
            "{private:?}: {answer}\n{}",
            function.log()
        );
        assert!(!roots.are_read(), "{private:?}: nobody was to be called yet");

        let answer = function.invoke(&told(&function, recorded::ATTACK)).await?;
        let is_done = answer["records"][0]["outcome"] == "acted";
        ensure!(
            is_done == (private == Private::Nobody),
            "{private:?}: {answer}\n{}",
            function.log()
        );
        assert_eq!(roots.are_read(), private != Private::Nobody, "{private:?}: {answer}");
    }
    Ok(())
}

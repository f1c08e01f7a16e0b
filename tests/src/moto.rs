//! moto's server: AWS's APIs as others wrote them, on a loopback port.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
#[cfg(feature = "aws")]
use aws_config::{BehaviorVersion, Region, SdkConfig};
#[cfg(feature = "aws")]
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use serde_json::{Value, json};

use quell::cloud::{AclId, InstanceId};
#[cfg(feature = "aws")]
use quell::cloud::{CloudPlace, aws::Ec2Options};

use crate::{
    process::free_address,
    python,
    seen::{Onlooker, SeenEntry},
};

/// The region in which everything is that is not said to be elsewhere.
pub const REGION: &str = "eu-west-1";

/// Another region.
pub const OTHER_REGION: &str = "us-east-1";

/// The account that moto plays.
pub const ACCOUNT: &str = "123456789012";

/// The account that pages and examples name.
pub const DOCUMENTED_ACCOUNT: &str = "111122223333";

/// Another account, which is there as soon as a role in it is assumed.
pub const OTHER_ACCOUNT: &str = "444455556666";

/// A role in the other account.
pub const OTHER_ROLE: &str = "arn:aws:iam::444455556666:role/quell";

/// What moto takes as an access key and as a secret: anything.
const KEY: &str = "testing";

/// How long the server may take to start. It loads much Python, on machines that do other things as well.
const START: Duration = Duration::from_secs(60);

/// How long it may take to end.
const END: Duration = Duration::from_secs(5);

/// A session of a role that was assumed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// The role's ARN.
    pub role_arn: String,
    /// The session's name.
    pub session_name: String,
    /// The external id that was shown.
    pub external_id: Option<String>,
}

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub struct Moto {
    server: Child,
    address: SocketAddr,
    onlooker: Mutex<Option<Onlooker>>,
}

impl Moto {
    /// Starts a server on a free port and waits until it answers.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_as("moto_in_order.py", None)
    }

    /// The same with a CloudFormation that makes all that `examples/deploy` asks for, and with functions that run, in the account of the documentation.
    pub fn start_with_stacks() -> anyhow::Result<Self> {
        Self::start_as("moto_deployed.py", Some(DOCUMENTED_ACCOUNT))
    }

    /// With an account moto plays this one, and no other, whoever asks.
    fn start_as(script: &str, account: Option<&str>) -> anyhow::Result<Self> {
        let program = python::program("python")?;
        let address = free_address()?;
        let server = Command::new(&program)
            .arg(python::root().join("tests/python").join(script))
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .envs(account.map(|account| ("MOTO_ACCOUNT_ID", account)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("could not start {}", program.display()))?;
        let mut moto = Self {
            server,
            address,
            onlooker: Mutex::default(),
        };
        moto.wait_until_it_answers()?;
        Ok(moto)
    }

    /// Where it listens, for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The environment in which a child process reaches this server and nothing else.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        Self::environment_behind(self.endpoint())
    }

    /// The environment in which a child process reaches this end point and nothing else.
    pub fn environment_behind(endpoint: String) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", KEY.to_owned()),
            ("AWS_SESSION_TOKEN", KEY.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ]
    }

    /// The sessions of roles that were assumed so far, in order, but for those of the scenes.
    pub async fn sessions(&self) -> anyhow::Result<Vec<Session>> {
        #[derive(Deserialize)]
        struct Data {
            sts: Sts,
        }
        #[derive(Deserialize)]
        struct Sts {
            #[serde(rename = "AssumedRole", default)]
            assumed: Vec<Session>,
        }
        let answer = client()?.get(format!("{}/moto-api/data.json", self.endpoint())).send();
        let data: Data = answer.await?.error_for_status()?.json().await?;
        let mut sessions = data.sts.assumed;
        sessions.retain(|session| session.session_name != "scene");
        Ok(sessions)
    }

    /// Lets all accounts be as they were in the beginning.
    pub async fn empty(&self) -> anyhow::Result<()> {
        let emptied = client()?.post(format!("{}/moto-api/reset", self.endpoint())).send();
        emptied.await?.error_for_status()?;
        Ok(())
    }

    /// Keeps a secret in Secrets Manager, in place of what is kept there under this name.
    pub async fn put_secret(&self, id: &str, value: &str) -> anyhow::Result<()> {
        let create = json!({ "Name": id, "SecretString": value, "ClientRequestToken": "0".repeat(32) });
        if self
            .ask_json("secretsmanager", "secretsmanager.CreateSecret", &create)
            .await
            .is_err()
        {
            let put = json!({ "SecretId": id, "SecretString": value });
            self.ask_json("secretsmanager", "secretsmanager.PutSecretValue", &put)
                .await?;
        }
        Ok(())
    }

    /// Keeps an encrypted parameter in Parameter Store, in place of what is kept there under this name.
    pub async fn put_parameter(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let put = json!({ "Name": name, "Value": value, "Type": "SecureString", "Overwrite": true });
        self.ask_json("ssm", "AmazonSSM.PutParameter", &put).await
    }

    /// Asks a service that speaks JSON. moto looks at the signature's scope, and not at the signature.
    async fn ask_json(&self, service: &str, target: &str, body: &Value) -> anyhow::Result<()> {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential={KEY}/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"
        );
        let request = client()?
            .post(self.endpoint())
            .header("authorization", scope)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(body.to_string());
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// What boto3 sees of all that Quell could change, as text.
    pub fn everything(&self) -> anyhow::Result<String> {
        python::run("everything.py", &[], &self.environment())
    }

    /// The configuration with which this process reaches the server, without touching its own environment.
    #[cfg(feature = "aws")]
    pub fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new(KEY, KEY, None, None, "tests");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(self.endpoint())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build()
    }

    /// How to reach it as an account in a region.
    #[cfg(feature = "aws")]
    pub fn options(call_timeout: Duration) -> Ec2Options {
        Ec2Options {
            place: CloudPlace {
                account: ACCOUNT.to_owned(),
                region: REGION.to_owned(),
            },
            role: None,
            call_timeout,
        }
    }

    /// The entries of an ACL as boto3 sees them: ingress before egress, by number.
    pub fn seen_entries(&self, acl: &AclId) -> anyhow::Result<Vec<SeenEntry>> {
        self.look(|onlooker| onlooker.entries(acl))
    }

    /// As [`Self::seen_entries`], in a region, and in the account of a role if there is one.
    pub fn seen_entries_in(&self, acl: &AclId, region: &str, role: Option<&str>) -> anyhow::Result<Vec<SeenEntry>> {
        self.look(|onlooker| onlooker.entries_in(acl, region, role))
    }

    /// All that boto3 says of an instance's interfaces, as one line of JSON.
    pub fn seen_interfaces(&self, instance: &InstanceId) -> anyhow::Result<String> {
        self.look(|onlooker| onlooker.interfaces(instance))
    }

    /// New scenes, as a list in JSON, in a region if one is given, and in the account of a role if there is one.
    pub(crate) fn build_scenes(&self, count: usize, region: &str, role: Option<&str>) -> anyhow::Result<String> {
        self.look(|onlooker| onlooker.scenes(count, region, role))
    }

    fn look<T>(&self, look: impl FnOnce(&mut Onlooker) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut onlooker = self.onlooker.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *onlooker {
            Some(onlooker) => look(onlooker),
            none => look(none.insert(Onlooker::start(&self.environment())?)),
        }
    }

    fn wait_until_it_answers(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + START;
        while self.ask().is_err() {
            if let Some(status) = self.server.try_wait()? {
                bail!(
                    "moto_server ended at once ({status}): run .venv/bin/python tests/python/moto_in_order.py to see why"
                );
            }
            ensure!(Instant::now() < deadline, "moto_server did not answer within {START:?}");
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Asks for its front page.
    fn ask(&self) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET /moto-api/ HTTP/1.0\r\nHost: {}\r\n\r\n", self.address)?;
        stream.read_exact(&mut [0])
    }
}

fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to be done about that. What it has started ends with it if it is asked to.
        let _ = kill_process(Pid::from_child(&self.server), Signal::TERM);
        let begin = Instant::now();
        while matches!(self.server.try_wait(), Ok(None)) {
            if begin.elapsed() > END {
                let _ = self.server.kill();
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

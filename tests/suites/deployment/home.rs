//! Where somebody sits who deploys: a home with a clone of Quell, `quell` and `aws` in the path, and an account that moto plays.

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::ensure;
use quell_tests::{
    moto::{DOCUMENTED_ACCOUNT, Moto, REGION},
    process::binary,
    python::{program, root},
    recorded,
    scene::Scene,
    transcript::Home,
};
use serde_json::Value;

/// What the page calls it.
const NAME: &str = "/home/you";
/// The page's instance, its VPC and its subnet's network ACL.
const INSTANCE: &str = "i-0abc1234def567890";
const VPC: &str = "vpc-0a1b2c3d4e5f60718";
const ACL: &str = "acl-0a1b2c3d4e5f60718";
/// Where the page has the program that `make bootstrap` builds.
const BOOTSTRAP: &str = "~/quell/target/lambda/quell/bootstrap";

/// What is not typed, by how it begins, and why. The page has the same list.
pub(crate) const LEFT_OUT: [(&str, &str); 2] = [
    ("make -C ~/quell bootstrap", "a release build of many minutes"),
    (
        "aws sqs start-message-move-task",
        "it needs the dead letters of Amazon's SQS",
    ),
];

/// A home, and the account.
pub(crate) struct DeployersHome {
    folder: PathBuf,
    moto: Moto,
    scene: Scene,
}

impl DeployersHome {
    /// An empty one, whose folder is called so.
    pub(crate) fn make(name: &str) -> anyhow::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deployment").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join(".local/bin"))?;
        symlink(binary()?, folder.join(".local/bin/quell"))?;
        write_aws(&folder.join(".local/bin/aws"))?;
        symlink(root(), folder.join("quell"))?;
        strip(&binary()?, &folder.join("bootstrap"))?;
        let moto = Moto::start_with_stacks()?;
        let scene = Scene::build(&moto)?;
        Ok(Self { folder, moto, scene })
    }

    /// A recorded finding, told of an instance that is there.
    pub(crate) fn finding(&self, recorded: &str) -> anyhow::Result<Value> {
        let told = recorded::told_of(recorded, DOCUMENTED_ACCOUNT, REGION, &self.scene);
        Ok(serde_json::from_str(&told)?)
    }
}

/// The AWS CLI. Its version 1 asks for SQS elsewhere than the environment says, unless it is told so.
fn write_aws(path: &Path) -> anyhow::Result<()> {
    let aws = program("aws")?;
    let script = format!(
        "#!/bin/sh\nexec '{}' --endpoint-url \"$AWS_ENDPOINT_URL\" \"$@\"\n",
        aws.display()
    );
    fs::write(path, script)?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

/// Copies a program without its debug information, with which a package would be too large.
pub(crate) fn strip(program: &Path, to: &Path) -> anyhow::Result<()> {
    let status = Command::new("strip").arg("-o").arg(to).arg(program).status()?;
    ensure!(status.success(), "strip ended with {status}");
    Ok(())
}

impl Home for DeployersHome {
    fn folder(&self) -> &Path {
        &self.folder
    }

    fn variables(&self) -> Vec<(String, String)> {
        let path = env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.folder.join(".local/bin").display());
        let ours = [
            ("HOME", self.folder.display().to_string()),
            ("PATH", path),
            ("COLUMNS", "110".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("AWS_PAGER", String::new()),
        ];
        let all = ours.into_iter().chain(self.moto.environment());
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn command(&self, said: &str) -> String {
        let bootstrap = self.folder.join("bootstrap").display().to_string();
        // The page's finding is told of the instance by `sed`, whose pattern stays as it is.
        said.replace(BOOTSTRAP, &bootstrap)
            // There is nobody to type it.
            .replace("read -rs API_KEY", "API_KEY=made-up-by-the-test")
            .replace(
                &format!("INSTANCE={INSTANCE}"),
                &format!("INSTANCE={}", self.scene.web.instance),
            )
            .replace(&format!("VPC={VPC}"), &format!("VPC={}", self.scene.vpc))
    }

    fn as_said(&self, printed: &str) -> String {
        printed
            .replace(&self.folder.display().to_string(), NAME)
            .replace(&self.scene.web.instance.to_string(), INSTANCE)
            .replace(&self.scene.vpc.to_string(), VPC)
            .replace(&self.scene.web.acl.to_string(), ACL)
    }

    fn left_out(&self, said: &str) -> Option<&'static str> {
        let found = LEFT_OUT.into_iter().find(|(begin, _)| said.starts_with(begin));
        found.map(|(_, why)| why)
    }
}

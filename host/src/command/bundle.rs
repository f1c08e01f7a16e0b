//! `quell bundle`: the package of a Lambda function.

use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{Global, output::answer};
use crate::{
    bundle::{Architecture, Parts, bundle},
    config::Config,
    digest::Digest,
    exit::{Exit, Failure, OrExit, OrItsExit},
    text::bytes,
};

/// Put the package of a Lambda function together: the program, the configuration, plugins, and what was compiled of them.
///
/// Checks what the function would otherwise stumble over: whether Amazon Linux 2023 can start the program, whether the configuration can work in a function, whether
/// the plugins load and take their settings, and how large all of it is. In the package, and only there, `file` and `sha256` of plugins and `precompiled` and
/// `cache` of `[sandbox]` are written anew. `manifest.json` lists the digests. The same parts make the same bytes.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell bundle --out quell.zip\n  \
    quell bundle --config quell.toml --architecture arm64 --binary target/lambda/quell/bootstrap --out quell.zip")]
pub struct Bundle {
    /// The function's architecture [default: this machine's]
    #[arg(long, value_name = "CPU", value_enum)]
    architecture: Option<Architecture>,
    /// The program, of this very version of Quell, with the feature `aws` [default: this one]
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// The zip that is written
    #[arg(long, value_name = "FILE", default_value = "quell.zip")]
    out: PathBuf,
}

impl Bundle {
    /// Writes the zip, and lists what is in it.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let (config, _) = Config::find(global.config.as_deref()).or_exit(Exit::Configuration)?;
        let architecture = self.architecture.or_else(Architecture::here).ok_or_else(|| {
            Failure::new(Exit::Usage, "Lambda has no functions for this machine's CPU")
                .with_remedy("give --architecture and --binary")
        })?;
        let program = match self.binary {
            Some(binary) => binary,
            None if cfg!(feature = "aws") => env::current_exe()?,
            None => {
                return Err(Failure::new(
                    Exit::Input,
                    "this binary was built without the `aws` feature and can't be a Lambda function",
                )
                .with_remedy("build it with the default features, or give another one as --binary"));
            }
        };
        let parts = Parts {
            config,
            program,
            architecture,
        };
        let made = bundle(&parts).await.or_its_exit()?;
        write(&self.out, &made.zip)?;
        for (path, file) in &made.files {
            answer(format!("{}  {:>9}  {path}", file.digest(), bytes(file.bytes().len())))?;
        }
        answer(format!(
            "{}  {:>9}  {}, for {architecture}",
            Digest::of(&made.zip),
            bytes(made.zip.len()),
            self.out.display()
        ))?;
        for note in made.notes {
            anstream::eprintln!("note: {note}");
        }
        Ok(())
    }
}

/// Whole or not at all: half of a package could be uploaded.
fn write(path: &Path, zip: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let wrote = || -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(zip)?;
        file.persist(path)?;
        Ok(())
    };
    wrote().map_err(|error| Failure::new(Exit::Failed, format!("can't write {}: {error}", path.display())))
}

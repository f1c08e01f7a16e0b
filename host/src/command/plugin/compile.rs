//! `quell plugin compile`: a plugin's native code for a deployment.

use std::{fs, path::PathBuf, time::Instant};

use clap::Args;

use super::workshop;
use crate::{
    command::{Global, output::answer},
    exit::{Exit, Failure, OrExit, OrItsExit},
    kit::component::Component,
    sandbox::{Target, Use, precompile},
    text::bytes,
};

/// Compile a plugin for a deployment, so that its first decision need not wait for that.
///
/// Writes `DIR/<sha256 of the component>.<target>.cwasm`, for the directory that `sandbox.precompiled` names in the configuration there. A plugin with its
/// `sha256` in that configuration is then loaded from it in milliseconds. Made for one version of Quell: another one compiles the plugin
/// itself, and says so.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell plugin compile target/mine.wasm --target aarch64 --out precompiled")]
pub(super) struct Compile {
    /// The component: a file, or the name of a plugin that comes with the binary
    #[arg(value_name = "FILE|NAME")]
    plugin: Component,
    /// The CPU it is for
    #[arg(long, value_name = "CPU", value_enum)]
    target: Target,
    /// The directory to write to, which is made if need be
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

impl Compile {
    /// Compiles it, and prints the file's path.
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let wasm = self.plugin.read().or_its_exit()?;
        let workshop = workshop(global)?;
        // What would not be loaded there is refused here.
        let sandbox = workshop.sandbox(Use::OneAtATime)?;
        sandbox.load(&self.plugin.name(), &wasm).await.or_exit(Exit::Input)?;
        fs::create_dir_all(&self.out)?;
        let begin = Instant::now();
        let (target, out) = (self.target, self.out);
        let compile = move || precompile(&wasm, target, &workshop.limits, &out);
        let path = tokio::task::spawn_blocking(compile).await??;
        let size = usize::try_from(fs::metadata(&path)?.len()).unwrap_or(usize::MAX);
        answer(path.display())?;
        anstream::eprintln!("{} for {target}, in {:.1?}", bytes(size), begin.elapsed());
        Ok(())
    }
}

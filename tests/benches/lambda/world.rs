//! What all contenders share: moto, the simulated Stealthwatch API, the attacks, and what was compiled for Quell.

use std::{
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, ensure};
use quell::{digest::Digest, kit::build::Language, simulated_stealthwatch::SimulatedStealthwatch};
use quell_tests::{attack::Attack, foreign, moto::Moto, process, python};
use tempfile::TempDir;

/// The alert ids count up from here.
const FIRST_ALERT: u32 = 7001;

/// What all contenders share.
pub(crate) struct World {
    pub(crate) moto: Moto,
    pub(crate) stealthwatch: SimulatedStealthwatch,
    /// One attacker each, every one another.
    pub(crate) attacks: Vec<Attack>,
    /// Plugins as `quell plugin compile` makes them for a deployment.
    compiled: TempDir,
    tables: AtomicU32,
}

/// A component in a file.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    pub(crate) file: PathBuf,
    pub(crate) sha256: Digest,
}

impl World {
    /// With so many attacks on each scene.
    pub(crate) async fn build(attacks: u8) -> anyhow::Result<Self> {
        let attacks: Vec<_> = (1..=attacks)
            // No two are neighbours that could share a rule.
            .map(|number| {
                Attack::new(
                    FIRST_ALERT + u32::from(number),
                    &[(&format!("203.0.113.{}", number * 9), 300)],
                )
            })
            .collect();
        let observations = attacks
            .iter()
            .map(|attack| (attack.id.to_string(), attack.observations()));
        let world = Self {
            moto: Moto::start()?,
            stealthwatch: SimulatedStealthwatch::start(observations.collect()).await?,
            compiled: tempfile::tempdir()?,
            tables: AtomicU32::new(0),
            attacks,
        };
        for built_in in ["nacl-block", "guardduty-block"] {
            world.compile(built_in)?;
        }
        Ok(world)
    }

    /// Where compiled plugins are.
    pub(crate) fn compiled(&self) -> String {
        self.compiled.path().display().to_string()
    }

    /// The name of a table for a journal, which is empty.
    pub(crate) fn new_table(&self) -> anyhow::Result<String> {
        let name = format!("quell-{}", self.tables.fetch_add(1, Ordering::Relaxed));
        python::run("journal_table.py", &[&name], &self.moto.environment())?;
        Ok(name)
    }

    /// The default plugin's rule as a component that was built from Python.
    pub(crate) fn in_python(&self) -> anyhow::Result<Component> {
        let component = foreign::build(&foreign::example(Language::Python))?;
        let file = self.compiled.path().join("python.wasm");
        std::fs::write(&file, &component)?;
        self.compile(&file.display().to_string())?;
        Ok(Component {
            file,
            sha256: Digest::of(&component),
        })
    }

    fn compile(&self, plugin: &str) -> anyhow::Result<()> {
        let ended = Command::new(process::binary()?)
            .args(["plugin", "compile", plugin, "--target", std::env::consts::ARCH, "--out"])
            .arg(self.compiled.path())
            .output()
            .context("quell can't be started")?;
        ensure!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        Ok(())
    }
}

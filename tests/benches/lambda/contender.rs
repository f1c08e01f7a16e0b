//! Who is measured: the proof of concept in Python, and Quell in several set-ups.

use std::{fs, path::Path};

use quell::simulated_stealthwatch::SimulatedStealthwatch;
use quell_tests::{emulator::Emulator, moto::Moto, process, python, stage::aws_tables};

use crate::{
    relay::Relay,
    world::{Component, World},
};

/// Who is measured.
#[derive(Debug, Clone)]
pub(crate) enum Contender {
    /// The proof of concept's logic in Python, on AWS's own runtime for Python.
    Python,
    /// Quell, its journal in a file.
    File,
    /// Quell, its journal in a DynamoDB table.
    Table,
    /// Quell with a plugin that was written in Python, its journal in a file.
    PluginInPython(Component),
    /// The same, its journal in a DynamoDB table.
    PluginInPythonAndTable(Component),
}

impl Contender {
    /// As the head of its column.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::File => "Quell",
            Self::Table => "Quell, DynamoDB journal",
            Self::PluginInPython(_) => "Quell, Python plugin",
            Self::PluginInPythonAndTable(_) => "Quell, Python plugin and DynamoDB journal",
        }
    }

    /// Puts it into a folder and starts the emulator for it, in an environment in which it reaches the relay and the simulated API, and nothing else.
    pub(crate) fn start(
        &self,
        folder: &Path,
        relay: &Relay,
        world: &World,
        under: &[String],
    ) -> anyhow::Result<Emulator> {
        let mut environment = Moto::environment_behind(relay.endpoint());
        let key = SimulatedStealthwatch::KEY.to_owned();
        if let Self::Python = self {
            let handler = python::root().join("tests/python/proof_of_concept/handler.py");
            fs::copy(handler, folder.join("handler.py"))?;
            environment.extend([
                ("STEALTHWATCH_URL", world.stealthwatch.base_url().to_string()),
                ("STEALTHWATCH_USER", SimulatedStealthwatch::USER.to_owned()),
                ("STEALTHWATCH_KEY", key),
            ]);
            let interpreter = python::program("../lambda/bin/python")?.display().to_string();
            let bootstrap = [&interpreter, "-m", "awslambdaric", "handler.handle"];
            return Emulator::start_with(bootstrap, folder, &environment);
        }
        let file = folder.join("quell.toml");
        fs::write(&file, self.configuration(world)?)?;
        environment.extend([
            ("QUELL_STEALTHWATCH_KEY", key),
            ("QUELL_CONFIG", file.display().to_string()),
        ]);
        let program = process::binary()?.display().to_string();
        Emulator::start_with(under.iter().chain([&program]), folder, &environment)
    }

    fn configuration(&self, world: &World) -> anyhow::Result<String> {
        let journal = match self {
            Self::Table | Self::PluginInPythonAndTable(_) => {
                format!("table = {:?}", world.new_table()?)
            }
            _ => "path = \"journal.sqlite\"".to_owned(),
        };
        let plugin = match self {
            Self::PluginInPython(Component { file, sha256 })
            | Self::PluginInPythonAndTable(Component { file, sha256 }) => {
                format!("[[plugin]]\nname = \"in-python\"\nfile = {file:?}\nsha256 = \"{sha256}\"\nmay = [\"block\"]")
            }
            _ => String::new(),
        };
        Ok(format!(
            r#"
            [journal]
            {journal}
            [sandbox]
            precompiled = {compiled:?}
            cache = "cache"
            {aws}
            [stealthwatch-cloud]
            base-url = "{base_url}"
            user = "{user}"
            key-env = "QUELL_STEALTHWATCH_KEY"
            {plugin}
            "#,
            compiled = world.compiled(),
            aws = aws_tables(""),
            base_url = world.stealthwatch.base_url(),
            user = SimulatedStealthwatch::USER,
        ))
    }
}

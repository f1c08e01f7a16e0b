//! `quell plugin inspect`: what a plugin is, and what it may do.

use std::path::PathBuf;

use clap::Args;

use super::workshop;
use crate::{
    builtin,
    command::{
        Global,
        output::{StoryOutput, answer},
    },
    exit::{Exit, Failure, OrExit, OrItsExit},
    kit::{
        component::Component,
        inspected::{Inspected, Signed},
    },
    sandbox::Use,
    trust::{Key, Required, Signature, beside},
};

/// Tell what a plugin is: its name, version, contract, imports, settings, limits, digest and size.
///
/// The plugin is asked to describe itself, in the sandbox; it decides on nothing.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell plugin inspect target/mine.wasm\n  quell plugin inspect nacl-block --output json | jq .sha256"
)]
pub(super) struct Inspect {
    /// The component: a file, or the name of a plugin that comes with the binary
    #[arg(value_name = "FILE|NAME", default_value = builtin::DEFAULT)]
    plugin: Component,
    /// A public key of minisign that may have signed it; several if any of them may. One that none of them signed is not inspected
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<Key>,
    /// The file of its signature [default: FILE.minisig]
    #[arg(long, value_name = "SIGNATURE")]
    signature: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

impl Inspect {
    /// Prints what there is to know.
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let component = self.plugin.read().or_its_exit()?;
        let signature = self.signature(&component)?;
        // As `test` compiles it, so that what was compiled there need not be compiled again.
        let sandbox = workshop(global)?.sandbox(Use::Measure).or_exit(Exit::Failed)?;
        let plugin = sandbox
            .load(&self.plugin.name(), &component)
            .await
            .or_exit(Exit::Input)?;
        let inspected = Inspected::of(&plugin, signature);
        match self.output {
            StoryOutput::Text => answer(inspected.to_string().trim_end()),
            StoryOutput::Json => answer(serde_json::to_string_pretty(&inspected)?),
        }
    }
    /// What there is to say of its signature.
    fn signature(&self, component: &[u8]) -> Result<Option<Signed>, Failure> {
        let path = match (&self.plugin, &self.signature) {
            (Component::File(file), None) => beside(file),
            (Component::File(_), Some(signature)) => signature.clone(),
            (Component::BuiltIn(_), None) if self.keys.is_empty() => return Ok(None),
            (Component::BuiltIn(name), _) => {
                let error = format!("`{name}` is part of the program, and has no signature of its own");
                return Err(Failure::new(Exit::Usage, error));
            }
        };
        if !self.keys.is_empty() {
            let by = self.keys.clone();
            let good = Required { signature: path, by }.check(component).or_exit(Exit::Input)?;
            return Ok(Some(Signed::Good(good)));
        }
        if self.signature.is_none() && !path.exists() {
            return Ok(None);
        }
        let key = Signature::claimed(&path).or_exit(Exit::Input)?;
        Ok(Some(Signed::NotChecked { key }))
    }
}

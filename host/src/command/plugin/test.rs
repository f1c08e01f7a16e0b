//! `quell plugin test`: does a plugin decide as was recorded?

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use clap::Args;

use super::workshop;
use crate::{
    command::{
        Global,
        output::{StoryOutput, answer},
    },
    exit::{Exit, Failure, OrExit, OrItsExit},
    kit::{
        build::{BuildError, Builder, is_made},
        component::Component,
        test::{Run, Trial, junit::junit, run},
        watch::{Edit, Watch},
    },
    report::{
        style::{QUIET, paint},
        summary::count,
    },
    sandbox::{Sandbox, Use},
};

/// Try a plugin on recorded alerts: does it decide as was recorded, and what does it cost?
///
/// Each recording is given to the plugin as the host would give it, with the recorded facts, settings and time, and the guards are heard. A fact that the
/// plugin asks for and that is not recorded fails the test, and so does another decision. Needs no network and no credentials.
///
/// PATH is a plugin's folder, which is built first and whose recordings are in `recordings`; or one recording or a folder of them, below a plugin's folder or
/// with `--plugin`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell plugin test\n  quell plugin test --watch\n  quell plugin test --filter brute-force --accept\n  \
    quell plugin test recordings --plugin target/mine.wasm --junit test.xml"
)]
pub(super) struct Test {
    /// A plugin's folder, a folder of recordings, or one recording
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    path: PathBuf,
    /// The component to try, in place of building one: a file, or the name of a plugin that comes with the binary
    #[arg(long, value_name = "FILE|NAME")]
    plugin: Option<Component>,
    /// Only recordings with this in their name
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Take what the plugin decides for what it should decide: write it into the recordings
    #[arg(long)]
    accept: bool,
    /// Write the result as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Try again after each edit of the plugin or of a recording, until Ctrl-C
    #[arg(long)]
    watch: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

impl Test {
    /// Tries it, once or after each edit.
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let sandbox = workshop(global)?.sandbox(Use::Measure)?;
        let mut bench = Bench::new(&self.path, self.plugin.clone())?;
        if self.watch {
            return self.watch(&sandbox, &mut bench).await;
        }
        let run = self.once(&sandbox, &mut bench).await?;
        // What rests on facts that are not there can't be accepted.
        let is_fine = |trial: &Trial| trial.outcome.is_good() || (self.accept && trial.acceptable.is_some());
        if run.trials.iter().all(is_fine) {
            return Ok(());
        }
        let failed = format!(
            "{} of {} not as recorded",
            run.failed(),
            count(run.trials.len(), "recording")
        );
        Err(Failure::new(Exit::Different, failed))
    }

    /// Builds, tries and tells.
    async fn once(&self, sandbox: &Sandbox, bench: &mut Bench) -> Result<Run, Failure> {
        let (name, wasm) = bench.component()?;
        let plugin = sandbox.load(&name, &wasm).await.or_exit(Exit::Input)?;
        let run = run(&plugin, &bench.recordings, self.filter.as_deref())
            .await
            .or_its_exit()?;
        match self.output {
            StoryOutput::Text => answer(run.to_string().trim_end())?,
            StoryOutput::Json => answer(serde_json::to_string_pretty(&run)?)?,
        }
        if let Some(path) = &self.junit {
            fs::write(path, junit(&plugin.description().name, &run)?)?;
        }
        if self.accept {
            for trial in &run.trials {
                if trial.accept()? {
                    anstream::eprintln!("accepted: {}", trial.path.display());
                }
            }
        }
        Ok(run)
    }

    async fn watch(&self, sandbox: &Sandbox, bench: &mut Bench) -> Result<(), Failure> {
        let mut watch = bench.watch()?;
        let mut edit: Option<Edit> = None;
        loop {
            let begin = SystemTime::now();
            // What is wrong is told, and the next edit may put it right.
            if let Err(failure) = self.once(sandbox, bench).await {
                anstream::eprintln!("{failure}");
            }
            if let Some(Edit { path, at }) = edit {
                let took = at.elapsed().unwrap_or_default();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                anstream::eprintln!(
                    "{}",
                    paint(QUIET, format!("{name}: {took:.1?} from the edit to the verdict"))
                );
            }
            anstream::eprintln!("{}", paint(QUIET, "waiting for an edit; Ctrl-C ends it"));
            edit = watch.next(begin).await;
            if edit.is_none() {
                return Err(Failure::new(Exit::Failed, "the system does not tell of edits any more"));
            }
            anstream::eprintln!();
        }
    }
}

/// What is tried, and on what.
struct Bench {
    source: Source,
    recordings: PathBuf,
}

enum Source {
    /// A component that is there.
    Component(Component),
    /// A plugin's folder.
    Folder(Builder),
}

impl Bench {
    fn new(path: &Path, component: Option<Component>) -> Result<Self, Failure> {
        let path = std::path::absolute(path)?;
        if let Some(component) = component {
            let recordings = path.join("recordings");
            return Ok(Self {
                source: Source::Component(component),
                recordings: if recordings.is_dir() { recordings } else { path },
            });
        }
        let builder = builder(&path).or_its_exit()?;
        let recordings = if builder.folder() == path {
            path.join("recordings")
        } else {
            path
        };
        Ok(Self {
            source: Source::Folder(builder),
            recordings,
        })
    }

    /// The component's name and bytes, built if need be.
    fn component(&mut self) -> Result<(String, Vec<u8>), Failure> {
        match &mut self.source {
            Source::Component(component) => Ok((component.name(), component.read().or_its_exit()?.into_owned())),
            Source::Folder(builder) => {
                let built = tokio::task::block_in_place(|| builder.build()).or_its_exit()?;
                let component = Component::File(built.component);
                Ok((component.name(), component.read().or_its_exit()?.into_owned()))
            }
        }
    }

    fn watch(&self) -> Result<Watch, Failure> {
        let watch = match &self.source {
            Source::Folder(builder) => {
                let folder = builder.folder().to_owned();
                let is_source = move |path: &Path| !is_made(path.strip_prefix(&folder).unwrap_or(path));
                Watch::over(&[builder.folder().to_owned(), self.recordings.clone()], is_source)?
            }
            Source::Component(Component::File(file)) => {
                let file = std::path::absolute(file)?;
                let (name, recordings) = (file.clone(), self.recordings.clone());
                let is_meant = move |path: &Path| path == name || path.starts_with(&recordings);
                Watch::over(&[file, self.recordings.clone()], is_meant)?
            }
            Source::Component(Component::BuiltIn(_)) => Watch::over(std::slice::from_ref(&self.recordings), |_| true)?,
        };
        Ok(watch)
    }
}

/// The builder of the plugin whose folder this is, or is in.
fn builder(path: &Path) -> Result<Builder, BuildError> {
    let mut folders = path.ancestors();
    let found = folders.find_map(|folder| Builder::new(folder).ok());
    found.map_or_else(|| Builder::new(path), Ok)
}

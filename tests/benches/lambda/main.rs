//! Quell as a Lambda function, beside the proof of concept's logic in Python: under AWS's emulator, against moto, on the same alerts, in turn.
//!
//! `make bench-lambda` measures and fails if a limit is exceeded. In `cargo test` it only shows that it works, with one start each: what the time is there
//! says nothing. `make order` notes with it what the linker puts together.

mod contender;
mod figures;
mod limit;
mod machine;
mod order;
mod relay;
mod start;
mod world;

use std::{env, path::Path, process::ExitCode};

use anyhow::Context;
use quell_tests::scene::Scene;

use self::{
    contender::Contender,
    figures::{Figures, Spread},
    limit::Limit,
    start::Start,
    world::World,
};

/// How much is measured.
struct Extent {
    /// Starts of each contender.
    starts: usize,
    /// Alerts for each start, the first included. A network ACL as AWS grants it has room for so many.
    alerts: u8,
    /// Whether figures mean anything.
    measures: bool,
}

impl Extent {
    const WHOLE: Self = Self {
        starts: 15,
        alerts: 14,
        measures: true,
    };
    const SHORT: Self = Self {
        starts: 1,
        alerts: 4,
        measures: false,
    };
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    // Cargo says so to a benchmark that it runs as one.
    let extent = match env::args().any(|argument| argument == "--bench") {
        true => Extent::WHOLE,
        false => Extent::SHORT,
    };
    let world = World::build(extent.alerts).await?;
    if let Some(file) = env::var_os("QUELL_ORDER_FILE") {
        order::write(&world, Path::new(&file)).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut contenders = vec![Contender::Python, Contender::File, Contender::Table];
    if extent.measures {
        let component = world.in_python()?;
        contenders.push(Contender::PluginInPython(component.clone()));
        contenders.push(Contender::PluginInPythonAndTable(component));
    }
    println!("{}; {}", machine::line(), machine::binary()?);
    let measured = measure(&contenders, &world, &extent).await?;
    println!("{}\n\n{}", machine::line(), table(&measured));
    if !extent.measures {
        return Ok(ExitCode::SUCCESS);
    }
    let limits = limits(&contenders, &measured)?;
    for limit in &limits {
        println!("{limit}");
    }
    match limits.iter().all(Limit::is_kept) {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}

/// Starts the contenders in turn, each time in accounts that have nothing but one scene.
async fn measure(
    contenders: &[Contender],
    world: &World,
    extent: &Extent,
) -> anyhow::Result<Vec<(&'static str, Figures)>> {
    // The first start of each reads its files from the disk, and is not counted.
    let rounds = extent.starts + usize::from(extent.measures);
    let mut starts = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for (contender, starts) in contenders.iter().zip(&mut starts) {
            world.moto.empty().await?;
            let scene = Scene::build(&world.moto)?;
            starts.push(Start::of(contender, world, &scene, &[]).await?);
        }
    }
    let counted = contenders.iter().zip(&starts).map(|(contender, starts)| {
        let counted = starts.get(rounds - extent.starts..).unwrap_or_default();
        (contender.name(), Figures::of(counted))
    });
    Ok(counted.collect())
}

fn limits(contenders: &[Contender], measured: &[(&'static str, Figures)]) -> anyhow::Result<Vec<Limit>> {
    let (_, python) = measured.first().context("Python is the first")?;
    let mut limits = Vec::new();
    for (contender, (name, quell)) in contenders.iter().zip(measured) {
        match contender {
            Contender::Python => {}
            Contender::File => limits.extend([
                Limit::cold(name, quell, python),
                Limit::memory(name, quell, python),
                Limit::own(name, quell),
                Limit::function(name, quell),
            ]),
            // Its further alert has some twenty answers of DynamoDB in it that the proof of concept has nothing for, and each is a request to be made.
            Contender::Table => limits.extend([Limit::memory(name, quell, python), Limit::function(name, quell)]),
            // What a plugin brings along is its author's choice.
            Contender::PluginInPython(_) | Contender::PluginInPythonAndTable(_) => {}
        }
    }
    Ok(limits)
}

/// The figures as a table of Markdown: the median, and the least and the most in brackets.
fn table(measured: &[(&'static str, Figures)]) -> String {
    type Row = (&'static str, fn(&Figures) -> Spread);
    let rows: [Row; 9] = [
        ("start, until the first event is asked for, ms", |it| it.init),
        ("start and first alert, ms", |it| it.cold),
        ("… of that moto's answers, ms", |it| it.cold_waited),
        ("a further alert, ms", |it| it.warm),
        ("… of that moto's answers, ms", |it| it.warm_waited),
        ("… the rest, ms", |it| it.warm_own),
        ("answers of moto for a further alert", |it| it.warm_answers),
        ("the same attack again, ms", |it| it.repeat),
        ("most memory resident, MB", |it| it.memory),
    ];
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut table = line(
        std::iter::once(String::new())
            .chain(measured.iter().map(|(name, _)| (*name).to_owned()))
            .collect(),
    );
    table.push_str(&line(vec!["---".to_owned(); measured.len() + 1]));
    for (what, spread) in rows {
        let figures = measured.iter().map(|(_, figures)| spread(figures).to_string());
        table.push_str(&line(std::iter::once(what.to_owned()).chain(figures).collect()));
    }
    table
}

//! The order in which the linker puts what a function's start and first alerts run through.
//!
//! It is four of 33 megabytes of code, and lies scattered over nearly all of them: a start then reads and maps tens of megabytes for the sake of a function here
//! and there. Together they take ten, because a name stands for all instances of a generic function, of which some run. A profiler that counts every call says which they are, so that the list is the same whatever the machine does.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use quell_tests::{process, scene::Scene};

use crate::{contender::Contender, start::Start, world::World};

/// How long the profiler may take to write down what it saw.
const PATIENCE: Duration = Duration::from_secs(60);
/// How its output ends.
const LAST_LINE: &str = "totals: ";
/// What it says of code whose file it does not know: of what a plugin was compiled to, which has no names, and of the section that this very list was used for.
const NO_OBJECT: &str = "???";
/// Of so many functions, and more, is a start with its first alerts.
const LEAST: usize = 3_000;

/// Starts Quell with its journal in a file and in a table, and writes a linker script with every function that ran.
pub(crate) async fn write(world: &World, script: &Path) -> anyhow::Result<()> {
    let contenders = [Contender::File, Contender::Table];
    let scenes = Scene::build_many(&world.moto, contenders.len())?;
    let mut ran = BTreeSet::new();
    for (contender, scene) in contenders.iter().zip(&scenes) {
        let folder = tempfile::tempdir()?;
        let output = folder.path().join("calls");
        // The emulator is given no PATH.
        let path = format!("PATH={}", env::var("PATH")?);
        let under = [
            "/usr/bin/env",
            &path,
            "valgrind",
            "--tool=callgrind",
            "--demangle=no",
            &format!("--callgrind-out-file={}", output.display()),
        ];
        Start::of(contender, world, scene, &under.map(str::to_owned)).await?;
        ran.extend(functions(&calls(&output)?, &process::binary()?));
    }
    ensure!(
        ran.len() > LEAST,
        "only {} functions have a name: the binary is stripped",
        ran.len()
    );
    fs::write(script, text(&ran)).with_context(|| format!("{} can't be written", script.display()))?;
    println!("{} functions in {}", ran.len(), script.display());
    Ok(())
}

/// What the profiler writes when the function has ended, which it does by itself without its emulator.
fn calls(output: &Path) -> anyhow::Result<String> {
    let begin = Instant::now();
    loop {
        let text = fs::read_to_string(output).unwrap_or_default();
        if text.lines().last().is_some_and(|line| line.starts_with(LAST_LINE)) {
            return Ok(text);
        }
        ensure!(
            begin.elapsed() < PATIENCE,
            "valgrind writes nothing to {}",
            output.display()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The functions of this program that ran, as patterns: without the hash that the compiler ends a name with, which is another with every version of anything.
///
/// In Callgrind's format `ob` and `fn` say whose calls follow, and the prefix `c` whom they called; a name is written once, with its number.
fn functions(calls: &str, program: &Path) -> BTreeSet<String> {
    let program = program.display().to_string();
    let (mut objects, mut names) = (BTreeMap::new(), BTreeMap::new());
    let (mut is_ours, mut ran) = (false, BTreeSet::new());
    for line in calls.lines() {
        let Some((key, value)) = line.split_once("=(") else {
            continue;
        };
        let Some((number, name)) = value.split_once(')') else {
            continue;
        };
        let known = match key {
            "ob" | "cob" => &mut objects,
            "fn" | "cfn" => &mut names,
            _ => continue,
        };
        if let Some(name) = name.strip_prefix(' ') {
            known.insert(number, name);
        }
        match (key, known.get(number)) {
            ("ob", Some(object)) => is_ours = *object == program || *object == NO_OBJECT,
            // What has no name is an address, and of no use after the next build.
            ("fn", Some(name)) if is_ours && is_name(name) => _ = ran.insert(pattern(name)),
            _ => {}
        }
    }
    ran
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

/// `_ZN5quell3way4work17h0123456789abcdefE` and what follows it, such as the number of a recursion, as `_ZN5quell3way4work17h*`.
fn pattern(name: &str) -> String {
    let plain = name.split('\'').next().unwrap_or(name);
    match plain.rfind("17h") {
        Some(at) if plain.starts_with("_ZN") => format!("{}17h*", &plain[..at]),
        _ => plain.to_owned(),
    }
}

/// The linker script: one section, before all other code.
fn text(functions: &BTreeSet<String>) -> String {
    let mut text =
        "/* Made by `make order`: what a Lambda function's start and first alerts run through lies together. */\n\
        SECTIONS {\n  .text.first_alert : {\n    *(\n"
            .to_owned();
    for function in functions {
        // Writing to a text can't fail.
        let _ = writeln!(text, "      .text.{function}");
    }
    text.push_str("    )\n  }\n}\nINSERT BEFORE .text;\n");
    text
}

//! On which machine it was measured, and what was measured.

use std::fs;

use anyhow::Context;
use quell_tests::process;

/// One line about the machine: processor, cores, and how busy it is with whatever else.
pub(crate) fn line() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let model = processors
        .lines()
        .find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim()));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    let load: Vec<_> = load.split(' ').take(1).collect();
    format!("{}, {cores} cores, load {}", model.unwrap_or("?"), load.join(" "))
}

/// One line about the binary.
pub(crate) fn binary() -> anyhow::Result<String> {
    let path = process::binary()?;
    let bytes = fs::metadata(&path).context("the binary is there")?.len();
    Ok(format!("the binary has {:.1} MB", bytes as f64 / 1e6))
}

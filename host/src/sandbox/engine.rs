//! All wasmtime settings, each with why.

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::{increments::Increments, limits::Limits, precompiled::Target};

/// How a process uses its plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Decisions come all the time, several at once: places for instances are kept ready in a pool.
    Daemon,
    /// One decision after the other, in a process that may live for one only, such as a Lambda function or a command. A
    /// pool would cost 1.5 to 2 ms of start and save nothing.
    OneAtATime,
    /// For a plugin's author: fuel is counted too, so that the cost of a decision is the same number on every machine. Slower by some
    /// 10 %, and compiled for it alone, so never what decides on alerts.
    Measure,
}

/// Stack for host functions, which run on the plugin's stack: there the futures of the facts are polled, and those of the AWS SDK are deep.
const HOST_STACK_BYTES: usize = 2 << 20;

/// How much of a memory stays mapped when its instance ends, and is cleared by hand. Without it the page faults of the next decision cost more than
/// the decision: measured with `nacl-block`, 57 µs with nothing kept, 31 µs with 256 KiB or more. A whole MiB, for plugins that touch more.
const KEEP_RESIDENT_BYTES: usize = 1 << 20;

/// The engine for `limits`.
pub(super) fn engine(purpose: Use, limits: &Limits, increments: Option<&Increments>) -> wasmtime::Result<Engine> {
    let mut config = config(purpose, limits);
    if let Some(increments) = increments {
        config.enable_incremental_compilation(increments.store())?;
    }
    if purpose == Use::Daemon {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    }
    Engine::new(&config)
}

/// An engine that compiles for machines with this CPU, and for all of them: with a target that is named, wasmtime does not look at what this
/// machine has. What it makes can be loaded by an engine for either use of a host: how instances are made is not in the code.
pub(super) fn cross(target: Target, limits: &Limits) -> wasmtime::Result<Engine> {
    let mut config = config(Use::OneAtATime, limits);
    config.target(target.triple())?;
    Engine::new(&config)
}

/// All settings but how instances are made.
fn config(purpose: Use, limits: &Limits) -> Config {
    let mut config = Config::new();
    // Plugins are components; there is no other kind.
    config.wasm_component_model(true);
    // An endless loop ends at a tick. The checks take some 3 µs of a decision's 30.
    config.epoch_interruption(true);
    // Fuel counts instructions instead, which nobody waits for: but it is the same on every machine.
    config.consume_fuel(purpose == Use::Measure);
    config.max_wasm_stack(limits.stack_bytes);
    config.async_stack_size(limits.stack_bytes.saturating_add(HOST_STACK_BYTES));
    // The bits of a NaN may differ from one CPU to the next; a recording must not.
    config.cranelift_nan_canonicalization(true);
    // Nobody unwinds through a plugin but wasmtime, which has its own tables.
    config.native_unwind_info(false);
    proposals_off(&mut config);
    config
}

/// What no compiler emits unasked is off, so that the part of wasmtime which a plugin can reach is small. What stays is what LLVM emits for WebAssembly by
/// default (bulk memory, sign extension, saturating conversion, mutable globals, several results, reference types), and the constant
/// expressions that Python's shared libraries need. Threads, garbage collection, exceptions and async components are not even compiled in.
fn proposals_off(config: &mut Config) {
    config.wasm_simd(false);
    config.wasm_relaxed_simd(false);
    config.wasm_tail_call(false);
    config.wasm_memory64(false);
    config.wasm_multi_memory(false);
    config.wasm_custom_page_sizes(false);
    config.wasm_wide_arithmetic(false);
}

/// A pool with room for as many decisions as may run at once, each at its limits.
fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let at_once = limits.decisions_at_once;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(at_once);
    pool.total_core_instances(at_once.saturating_mul(limits.instances));
    pool.total_memories(at_once.saturating_mul(limits.memories));
    pool.total_tables(at_once.saturating_mul(limits.tables));
    pool.total_stacks(at_once);
    pool.table_elements(limits.table_elements);
    pool.max_memories_per_module(limits.memories);
    pool.max_tables_per_module(limits.tables);
    pool.linear_memory_keep_resident(KEEP_RESIDENT_BYTES);
    pool.table_keep_resident(KEEP_RESIDENT_BYTES);
    pool
}

//! Keeps a plugin's memories and tables within their limits.

use std::sync::Arc;

use wasmtime::ResourceLimiter;

use super::{fault::Fault, limits::Limits};

/// Counts what all memories and tables of one store take together.
///
/// What would go beyond a limit ends the plugin at once. WebAssembly would let it go on with a failed growth, but then what the operator
/// reads is the plugin's own confusion about that, for Rust a bare `unreachable`.
#[derive(Debug)]
pub(super) struct Limiter {
    limits: Arc<Limits>,
    memory_bytes: usize,
    table_elements: usize,
}

impl Limiter {
    pub(super) fn new(limits: Arc<Limits>) -> Self {
        Self {
            limits,
            memory_bytes: 0,
            table_elements: 0,
        }
    }

    /// What all memories take together. They never shrink.
    pub(super) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let wanted = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        let limit = self.limits.memory_bytes;
        if wanted > limit {
            return Err(Fault::Memory { wanted, limit }.into());
        }
        self.memory_bytes = wanted;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let wanted = self.table_elements.saturating_add(desired.saturating_sub(current));
        let limit = self.limits.table_elements;
        // Asked before the maximum: in a pool the maximum is the limit, and it is the limit that must be named.
        if wanted > limit {
            return Err(Fault::TableElements { wanted, limit }.into());
        }
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.table_elements = wanted;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.limits.instances as usize
    }

    fn tables(&self) -> usize {
        self.limits.tables as usize
    }

    fn memories(&self) -> usize {
        self.limits.memories as usize
    }
}

//! The JavaScript engine, as every build sees it alike.
//!
//! componentize-js runs the top level of the plugin once, when it builds, and the engine's memory as it is then is the component. What the engine
//! asked of this machine meanwhile stays in it: random numbers that it hashes by, the time, and of the files that it read the number and the
//! times. So the engine is given functions of its own that answer these in place of WASI's, the same each time. The component asks nothing of
//! WASI, and would see the answers of the build for ever in any case.

use std::{fs, path::Path, path::PathBuf};

use wasm_encoder::{
    BlockType, CodeSection, Function, FunctionSection, InstructionSink, MemArg, Module, ValType,
    reencode::{self, Reencode, utils},
};
use wasmparser::{CodeSectionReader, FunctionBody, FunctionSectionReader, Operator, Parser, Payload, TypeRef};

use crate::kit::build::BuildError;

/// Where componentize-js has its engine, in the plugin's folder.
const INSTALLED: &str = "node_modules/@bytecodealliance/componentize-js/lib/starlingmonkey_embedding.wasm";

/// Where the one that builds are made with is written.
const WRITTEN: &str = "target/engine.wasm";

/// The module of what an engine asks for.
const WASI: &str = "wasi_snapshot_preview1";

/// The time in every build, in nanoseconds since 1970: a second. Not zero, because what can't be seeded by random numbers is seeded by it.
const TIME: i64 = 1_000_000_000;

/// What `path_filestat_get` writes that differs from one copy of a file to the next, by its offset in `filestat` of WASI 0.1: device, inode, number of
/// links, and the times of access, modification and change. Type and size stay.
const OF_THE_COPY: [u64; 6] = [0, 8, 24, 40, 48, 56];

type Error = reencode::Error<std::convert::Infallible>;

/// Write the engine that `folder`'s packages have for a build; the file.
pub(super) fn write(folder: &Path) -> Result<PathBuf, BuildError> {
    let (installed, written) = (folder.join(INSTALLED), folder.join(WRITTEN));
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| BuildError::Io { path, source }
    };
    let engine = fs::read(&installed).map_err(io(&installed))?;
    let engine = repeatable(&engine).map_err(|error| BuildError::Engine {
        path: installed,
        message: error.to_string(),
    })?;
    fs::create_dir_all(folder.join("target"))
        .and_then(|()| fs::write(&written, engine))
        .map_err(io(&written))?;
    Ok(written)
}

/// An engine that is told the same by whatever runs it.
fn repeatable(engine: &[u8]) -> Result<Vec<u8>, Error> {
    let mut replacing = Replacing::of(engine)?;
    let mut module = Module::new();
    replacing.parse_core_module(&mut module, Parser::new(0), engine)?;
    Ok(module.finish())
}

/// A function that answers in place of an import.
struct Replacement {
    /// The index of the import.
    import: u32,
    /// The index of its type.
    ty: u32,
    body: Function,
}

/// Writes an engine anew in which the replacements come after its own functions, and are called where the imports were.
struct Replacing {
    replacements: Vec<Replacement>,
    /// The index of the first replacement.
    first: u32,
}

impl Replacing {
    fn of(engine: &[u8]) -> Result<Self, Error> {
        let (mut imported, mut own, mut replacements) = (0, 0, Vec::new());
        for payload in Parser::new(0).parse_all(engine) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        let TypeRef::Func(ty) = import.ty else { continue };
                        let body = (import.module == WASI).then(|| answer(import.name, imported)).flatten();
                        replacements.extend(body.map(|body| Replacement {
                            import: imported,
                            ty,
                            body,
                        }));
                        imported += 1;
                    }
                }
                Payload::FunctionSection(functions) => own = functions.count(),
                // Nothing behind it is asked for.
                Payload::CodeSectionStart { .. } => break,
                _ => {}
            }
        }
        Ok(Self {
            replacements,
            first: imported + own,
        })
    }

    /// What is called in place of a function.
    fn by(&self, function: u32) -> u32 {
        let mut replaced = self.replacements.iter().zip(self.first..);
        replaced
            .find(|(replacement, _)| replacement.import == function)
            .map_or(function, |(_, by)| by)
    }

    fn is_changed(&self, body: &FunctionBody<'_>) -> Result<bool, Error> {
        for operator in body.get_operators_reader()? {
            let names = match operator? {
                Operator::Call { function_index }
                | Operator::ReturnCall { function_index }
                | Operator::RefFunc { function_index } => function_index,
                _ => continue,
            };
            if self.by(names) != names {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Reencode for Replacing {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.by(function))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_function_section(self, functions, section)?;
        for replacement in &self.replacements {
            functions.function(replacement.ty);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Result<(), Error> {
        utils::parse_code_section(self, code, section)?;
        for replacement in &self.replacements {
            code.function(&replacement.body);
        }
        Ok(())
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error> {
        // Nearly all of twelve thousand functions, which take ten times as long to be written anew.
        if !self.is_changed(&body)? {
            code.raw(body.as_bytes());
            return Ok(());
        }
        utils::parse_function_body(self, code, body)
    }
}

/// The function that answers for the import of this name and index. None for one that answers the same in each build anyway.
fn answer(name: &str, import: u32) -> Option<Function> {
    match name {
        "random_get" => Some(numbers()),
        "clock_time_get" => Some(clock()),
        "path_filestat_get" => Some(file(import)),
        _ => None,
    }
}

/// `random_get(place, length)`: 1, 2, 3, and so on. Not zeros, because a generator that is seeded with zeros alone is seeded again, for ever.
fn numbers() -> Function {
    let (place, length, at) = (0, 1, 2);
    let mut body = Function::new([(1, ValType::I32)]);
    let mut code = body.instructions();
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(at).local_get(length).i32_ge_u().br_if(1);
    code.local_get(place).local_get(at).i32_add();
    code.local_get(at).i32_const(1).i32_add().local_tee(at);
    code.i32_store8(offset(0)).br(0).end().end();
    succeed(code);
    body
}

/// `clock_time_get(clock, precision, place)`.
fn clock() -> Function {
    let place = 2;
    let mut body = Function::new([]);
    let mut code = body.instructions();
    code.local_get(place).i64_const(TIME).i64_store(offset(0));
    succeed(code);
    body
}

/// `path_filestat_get(directory, flags, path, length, place)`: what WASI says, without what differs from copy to copy.
fn file(import: u32) -> Function {
    let place = 4;
    let mut body = Function::new([]);
    let mut code = body.instructions();
    for parameter in 0..=place {
        code.local_get(parameter);
    }
    code.call(import);
    for at in OF_THE_COPY {
        code.local_get(place).i64_const(0).i64_store(offset(at));
    }
    // What the call answered is still there.
    code.end();
    body
}

fn succeed(mut code: InstructionSink<'_>) {
    code.i32_const(0).end();
}

fn offset(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 0,
        memory_index: 0,
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::{Engine, Instance, Linker, Store};

    use super::*;

    /// Asks for all that differs, writes it to its memory, and has functions that nothing is changed in.
    const ASKING: &str = r#"(module
        (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
        (import "wasi_snapshot_preview1" "path_filestat_get" (func $file (param i32 i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (table 2 funcref)
        (elem (i32.const 0) $random $close)
        (func (export "close") (result i32) (call $close (i32.const 7)))
        (func (export "random") (param i32 i32) (result i32) (call $random (local.get 0) (local.get 1)))
        (func (export "by_table") (param i32 i32) (result i32)
            (call_indirect (param i32 i32) (result i32) (local.get 0) (local.get 1) (i32.const 0)))
        (func (export "time") (param i32) (result i32) (call $time (i32.const 0) (i64.const 1) (local.get 0)))
        (func (export "file") (param i32) (result i32)
            (call $file (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0) (local.get 0))))"#;

    /// The module, run by a host whose answers would differ.
    fn run() -> (Store<()>, Instance) {
        let engine = Engine::default();
        let module = wasmtime::Module::new(&engine, repeatable(&wat::parse_str(ASKING).unwrap()).unwrap()).unwrap();
        let (mut store, mut linker) = (Store::new(&engine, ()), Linker::new(&engine));
        linker.func_wrap(WASI, "fd_close", |of: i32| of + 1).unwrap();
        linker.func_wrap(WASI, "random_get", |_: i32, _: i32| 52).unwrap();
        linker
            .func_wrap(WASI, "clock_time_get", |_: i32, _: i64, _: i32| 52)
            .unwrap();
        linker
            .func_wrap(
                WASI,
                "path_filestat_get",
                |mut caller: wasmtime::Caller<'_, ()>, _: i32, _: i32, _: i32, _: i32, place: i32| {
                    let memory = caller.get_export("memory").unwrap().into_memory().unwrap();
                    memory.write(&mut caller, place as usize, &[9; 64]).unwrap();
                    44
                },
            )
            .unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        (store, instance)
    }

    fn memory(store: &mut Store<()>, instance: Instance, at: usize, length: usize) -> Vec<u8> {
        let memory = instance.get_memory(&mut *store, "memory").unwrap();
        memory.data(&*store)[at..at + length].to_vec()
    }

    #[test]
    fn random_numbers_are_the_same_in_each_build_however_they_are_asked_for() {
        let (mut store, instance) = run();
        for name in ["random", "by_table"] {
            let ask = instance.get_typed_func::<(i32, i32), i32>(&mut store, name).unwrap();
            assert_eq!(ask.call(&mut store, (100, 5)).unwrap(), 0);
            assert_eq!(memory(&mut store, instance, 100, 6), [1, 2, 3, 4, 5, 0]);
        }
    }

    #[test]
    fn it_is_always_the_same_time() {
        let (mut store, instance) = run();
        let ask = instance.get_typed_func::<i32, i32>(&mut store, "time").unwrap();
        assert_eq!(ask.call(&mut store, 8).unwrap(), 0);
        assert_eq!(memory(&mut store, instance, 8, 8), TIME.to_le_bytes());
    }

    #[test]
    fn of_a_file_its_kind_and_its_size_are_told_and_nothing_that_its_copy_has_not() {
        let (mut store, instance) = run();
        let ask = instance.get_typed_func::<i32, i32>(&mut store, "file").unwrap();
        assert_eq!(ask.call(&mut store, 0).unwrap(), 44);
        let mut told = [0; 64];
        told[16..24].fill(9);
        told[32..40].fill(9);
        assert_eq!(memory(&mut store, instance, 0, 64), told);
    }

    #[test]
    fn what_is_the_same_in_each_build_is_asked_of_wasi() {
        let (mut store, instance) = run();
        let close = instance.get_typed_func::<(), i32>(&mut store, "close").unwrap();
        assert_eq!(close.call(&mut store, ()).unwrap(), 8);
    }

    #[test]
    fn what_is_no_module_is_no_engine() {
        assert!(repeatable(b"#!/bin/sh").is_err());
    }
}

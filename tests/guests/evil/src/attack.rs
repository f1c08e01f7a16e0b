//! Attacks that take no answer: the host is to end them, or to bear them.

use std::hint::black_box;

use crate::quell::plugin::{
    facts,
    log::{self, Level},
};

/// Runs the attack of this name. Returns if there is none, or if the host bore it.
pub fn run(mode: &str) {
    match mode {
        "loop" => loop {
            black_box(());
        },
        "memory" => {
            let mut kept = Vec::new();
            loop {
                kept.push(black_box(vec![1_u8; 1 << 20]));
            }
        }
        "recursion" => {
            black_box(recurse(black_box(0)));
        }
        "big-locals" => {
            black_box(recurse_with_locals(black_box(0)));
        }
        "panic" => panic_with_hook("the offender has no address"),
        "forged-panic" => panic_with_hook("one\nERROR a forged line\u{1b}[2J"),
        "silent-panic" => unreachable_instruction(),
        "panic-after-many-lines" => {
            write_lines(1_000);
            panic_with_hook("after all these lines");
        }
        "many-lines" => write_lines(1_000_000),
        "endless-lines" => loop {
            log::write(Level::Info, "line");
        },
        "long-line" => log::write(Level::Info, &"x".repeat(500_000)),
        "giant-line" => log::write(Level::Info, &"x".repeat(8 << 20)),
        "forged-line" => log::write(Level::Info, "ok\nERROR a forged line\u{1b}[2J"),
        "not-utf8-line" => log::write(Level::Info, &not_utf8()),
        "endless-facts" => loop {
            let _ = facts::get_history("198.51.100.7");
        },
        "not-utf8-question" => {
            let _ = facts::get_instance(&not_utf8());
        }
        "giant-question" => {
            let _ = facts::get_instance(&"i".repeat(8 << 20));
        }
        "ask" => {
            let _ = facts::get_observations();
        }
        _ => {}
    }
}

/// Text that is none: the host must check it, for the guest does not.
pub fn not_utf8() -> String {
    unsafe { String::from_utf8_unchecked(vec![b'i', b'-', 0xff, 0xfe]) }
}

#[allow(unconditional_recursion)]
#[inline(never)]
fn recurse(depth: u64) -> u64 {
    black_box(depth).wrapping_add(recurse(depth.wrapping_add(1)))
}

#[allow(unconditional_recursion)]
#[inline(never)]
fn recurse_with_locals(depth: u64) -> u64 {
    let locals = black_box([depth; 1000]);
    recurse_with_locals(depth.wrapping_add(locals[black_box(7)])).wrapping_add(locals[black_box(9)])
}

fn write_lines(count: u32) {
    for _ in 0..count {
        log::write(Level::Info, "line");
    }
}

/// A panic as the SDK makes it: its hook logs.
fn panic_with_hook(message: &str) -> ! {
    std::panic::set_hook(Box::new(|panic| log::write(Level::Error, &panic.to_string())));
    panic!("{message}");
}

fn unreachable_instruction() -> ! {
    core::arch::wasm32::unreachable()
}

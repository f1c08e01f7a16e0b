#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| quell_tests::fuzz::ledger::run(bytes));

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| quell_tests::fuzz::subscribe_url::run(bytes));

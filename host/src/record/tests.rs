//! What ships is what the code says.

use super::Recording;

#[test]
fn the_schema_that_ships_is_the_schema_of_the_code() {
    let shipped = include_str!("../../../examples/recording.schema.json");
    let schema = serde_json::to_string_pretty(&Recording::schema()).unwrap();
    assert!(
        shipped.trim_end() == schema,
        "write it anew: cargo run -- recordings schema > examples/recording.schema.json"
    );
}

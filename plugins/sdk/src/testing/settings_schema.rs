//! What a JSON Schema of settings says, for tests that hold a plugin's code and page against it.

use serde_json::{Map, Value};

/// The settings in a JSON Schema as a table in Markdown: name, default, meaning. A test that looks for it in the README keeps the page true.
///
/// # Panics
/// If the schema is not JSON or has no `properties`: then the test that asks must fail.
///
/// ```
/// let schema = r#"{"properties": {"block-seconds": {"default": 3600, "description": "How long a block lasts."}}}"#;
/// let table = quell_plugin::testing::settings_table(schema);
/// assert!(table.ends_with("| `block-seconds` | `3600` | How long a block lasts. |\n"));
/// ```
pub fn settings_table(schema: &str) -> String {
    let properties = properties(schema);
    let rows = properties.iter().map(|(name, property)| {
        let default = &property["default"];
        let description = property["description"].as_str().unwrap_or_default();
        format!("| `{name}` | `{default}` | {description} |\n")
    });
    let head = "| setting | default | meaning |\n|---|---|---|\n";
    head.to_owned() + &rows.collect::<String>()
}

/// The default of each setting in a JSON Schema, as one object: the same as the plugin's own default settings, written as JSON.
///
/// # Panics
/// If the schema is not JSON or has no `properties`: then the test that asks must fail.
///
/// ```
/// let schema = r#"{"properties": {"block-seconds": {"default": 3600, "description": "How long a block lasts."}}}"#;
/// let defaults = quell_plugin::testing::schema_defaults(schema);
/// assert_eq!(defaults, quell_plugin::serde_json::json!({ "block-seconds": 3600 }));
/// ```
pub fn schema_defaults(schema: &str) -> Value {
    let defaults = properties(schema).into_iter();
    Value::Object(
        defaults
            .map(|(name, property)| (name, property["default"].clone()))
            .collect(),
    )
}

#[expect(clippy::expect_used, reason = "for tests, which must fail then")]
fn properties(schema: &str) -> Map<String, Value> {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let properties = schema["properties"].as_object().expect("the schema has `properties`");
    properties.clone()
}

//! The settings of a plugin as a table for its README.

use serde_json::Value;

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
#[expect(clippy::expect_used, reason = "for tests, which must fail then")]
pub fn settings_table(schema: &str) -> String {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let properties = schema["properties"].as_object().expect("the schema has `properties`");
    let rows = properties.iter().map(|(name, property)| {
        let default = &property["default"];
        let description = property["description"].as_str().unwrap_or_default();
        format!("| `{name}` | `{default}` | {description} |\n")
    });
    let head = "| setting | default | meaning |\n|---|---|---|\n";
    head.to_owned() + &rows.collect::<String>()
}

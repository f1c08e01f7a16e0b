//! What a plugin says of itself.

use crate::Description;

impl Description {
    /// The name (lower case, words joined by `-`), the plugin's own version, and one line about what it does.
    ///
    /// Until it is said otherwise, it may ask for no action and no fact and has no settings.
    ///
    /// ```
    /// use quell_plugin::Description;
    ///
    /// let description = Description::new("block-remote", env!("CARGO_PKG_VERSION"), "Blocks the remote side.")
    ///     .with_actions(["block"])
    ///     .with_facts(["observations", "instance"]);
    /// assert_eq!(description.facts, ["observations", "instance"]);
    /// ```
    pub fn new(name: impl Into<String>, version: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            summary: summary.into(),
            actions: Vec::new(),
            facts: Vec::new(),
            settings_schema: r#"{"type": "object", "additionalProperties": false}"#.to_owned(),
            extensions: Vec::new(),
        }
    }

    /// The kinds of action it may ask for: `block`, `isolate`, `revoke-ingress`, `set-instance-state`, `custom`.
    ///
    /// ```
    /// let description = quell_plugin::Description::new("cut-off", "1.0.0", "Isolates.").with_actions(["isolate"]);
    /// assert_eq!(description.actions, ["isolate"]);
    /// ```
    #[must_use]
    pub fn with_actions(mut self, actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.actions.extend(actions.into_iter().map(Into::into));
        self
    }

    /// The facts it may ask: `observations`, `instance`, `network-acl`, `security-group`, `history`.
    ///
    /// ```
    /// let description = quell_plugin::Description::new("cut-off", "1.0.0", "Isolates.").with_facts(["instance"]);
    /// assert_eq!(description.facts, ["instance"]);
    /// ```
    #[must_use]
    pub fn with_facts(mut self, facts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.facts.extend(facts.into_iter().map(Into::into));
        self
    }

    /// A JSON Schema of its settings, as text, with the default of each.
    ///
    /// ```
    /// let schema = r#"{"properties": {"block-seconds": {"type": "integer", "minimum": 1, "default": 3600}}}"#;
    /// let description = quell_plugin::Description::new("block", "1.0.0", "Blocks.").with_settings_schema(schema);
    /// assert_eq!(description.settings_schema, schema);
    /// ```
    #[must_use]
    pub fn with_settings_schema(mut self, schema: impl Into<String>) -> Self {
        self.settings_schema = schema.into();
        self
    }
}

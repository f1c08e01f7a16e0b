//! The format of a file, by its name.

/// How a file holds its alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Whether it is packed by gzip.
    pub is_packed: bool,
    /// Whether each line is a document. If not, all of it is one.
    pub is_lines: bool,
}

impl Format {
    /// The format that a name says: `*.json`, `*.jsonl` or `*.ndjson`, each also with `.gz` behind; `*.gz` alone has lines. None for other names, and for hidden files.
    pub fn of(name: &str) -> Option<Self> {
        if name.starts_with('.') {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        let (inner, is_packed) = lower
            .strip_suffix(".gz")
            .map_or((lower.as_str(), false), |inner| (inner, true));
        let is_lines = match inner.rsplit_once('.').map(|(_, extension)| extension) {
            Some("json") => false,
            Some("jsonl" | "ndjson") => true,
            _ if is_packed => true,
            _ => return None,
        };
        Some(Self { is_packed, is_lines })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> &'static str {
        match Format::of(name) {
            None => "left alone",
            Some(Format {
                is_packed: false,
                is_lines: false,
            }) => "a document",
            Some(Format {
                is_packed: false,
                is_lines: true,
            }) => "lines",
            Some(Format {
                is_packed: true,
                is_lines: false,
            }) => "a packed document",
            Some(Format {
                is_packed: true,
                is_lines: true,
            }) => "packed lines",
        }
    }

    #[test]
    fn what_a_name_does_not_say_is_left_alone() {
        let names = [
            "a.json",
            "A.JSON",
            "a.jsonl",
            "a.ndjson",
            "a.json.gz",
            "a.jsonl.gz",
            "0b1c.gz",
            "a.tmp",
            "a.json.tmp",
            "a.why",
            ".a.json",
            "json",
            "",
        ];
        let told: Vec<_> = names.map(|name| format!("{name}: {}", told(name))).into();
        insta::assert_snapshot!(told.join("\n"), @r"
        a.json: a document
        A.JSON: a document
        a.jsonl: lines
        a.ndjson: lines
        a.json.gz: a packed document
        a.jsonl.gz: packed lines
        0b1c.gz: packed lines
        a.tmp: left alone
        a.json.tmp: left alone
        a.why: left alone
        .a.json: left alone
        json: left alone
        : left alone
        ");
    }
}

//! A page with transcripts, which can be written back.

/// A Markdown page, cut at the transcripts in it.
#[derive(Debug, Clone)]
pub struct Page {
    /// What is no transcript, and where the steps come.
    parts: Vec<Part>,
    /// The steps of all transcripts, in order.
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Part {
    /// A line that stays as it is.
    Line(String),
    /// A step.
    Step(usize),
}

/// A command and what it prints.
#[derive(Debug, Clone)]
pub struct Step {
    /// The title of the section that it stands in.
    title: String,
    /// What is typed, of several lines if a text is given to the command.
    pub command: String,
    /// What is printed, without a line break at its end.
    pub printed: String,
}

impl Page {
    /// Reads a page. A transcript is a block of `console`; in it `$ ` begins a command and `> ` goes on with it.
    pub fn read(text: &str) -> Self {
        let (mut parts, mut steps) = (Vec::new(), Vec::<Step>::new());
        let (mut title, mut is_transcript) = (String::new(), false);
        for line in text.lines() {
            if line.starts_with("```") {
                is_transcript = line == "```console";
                parts.push(Part::Line(line.to_owned()));
            } else if !is_transcript {
                if let Some(new) = line.strip_prefix("## ") {
                    title = new.to_owned();
                }
                parts.push(Part::Line(line.to_owned()));
            } else if let Some(command) = line.strip_prefix("$ ") {
                parts.push(Part::Step(steps.len()));
                steps.push(Step {
                    title: title.clone(),
                    command: command.to_owned(),
                    printed: String::new(),
                });
            } else {
                let step = steps.last_mut().expect("a transcript begins with a command");
                match line.strip_prefix("> ").or((line == ">").then_some("")) {
                    Some(more) if step.printed.is_empty() => step.command += &format!("\n{more}"),
                    _ => step.printed += &format!("{line}\n"),
                }
            }
        }
        for step in &mut steps {
            step.printed.truncate(step.printed.trim_end().len());
        }
        Self { parts, steps }
    }

    /// The titles of all sections.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Line(line) => line.strip_prefix("## "),
            Part::Step(_) => None,
        })
    }

    /// The steps of a section.
    pub fn section(&self, title: &str) -> Vec<usize> {
        let steps = self.steps.iter().enumerate();
        steps
            .filter(|(_, step)| step.title == title)
            .map(|(at, _)| at)
            .collect()
    }

    /// The page, with what its steps print now.
    pub fn write(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Line(line) => text += &format!("{line}\n"),
                Part::Step(step) => {
                    let Step { command, printed, .. } = &self.steps[*step];
                    let mut prompt = "$";
                    for line in command.lines() {
                        text += format!("{prompt} {line}").trim_end();
                        text += "\n";
                        prompt = ">";
                    }
                    if !printed.is_empty() {
                        text += &format!("{printed}\n");
                    }
                }
            }
        }
        text
    }
}

#[test]
fn a_page_is_written_as_it_was_read() {
    let text = "# Title\n\n## One\n\n```console\n$ cat > file <<'END'\n> first\n>\n> last\n> END\n$ cat file\nfirst\n\nlast\n$ true\n```\n\nText.\n";
    let page = Page::read(text);
    assert_eq!(page.write(), text);
    assert_eq!(page.section("One").len(), 3);
    assert_eq!(page.steps[0].command, "cat > file <<'END'\nfirst\n\nlast\nEND");
    assert_eq!(page.steps[1].printed, "first\n\nlast");
}

//! Notes for the person who reads the decision, bounded in number.

/// How many are shown. More than that nobody reads, and a host refuses an answer with far too many.
const SHOWN: usize = 40;

/// Sentences for a person, for [`Decision::with_notes`](crate::Decision::with_notes).
///
/// ```
/// use quell_plugin::{Decision, Notes};
///
/// let mut notes = Notes::default();
/// notes.left_out.push("203.0.113.7 is left out: seen once".to_owned());
/// let decision = Decision::nothing("nobody did enough to be blocked").with_notes(notes.finish());
/// # assert!(matches!(decision, Decision::Nothing(it) if it.notes.len() == 1));
/// ```
#[derive(Debug, Default)]
pub struct Notes {
    /// About what the host could not tell. These come first: who runs the host can do something about it.
    pub unanswered: Vec<String>,
    /// About addresses: why each was left out.
    pub left_out: Vec<String>,
    /// About what could not be read. These come last, so that rubbish never hides why an address was left out.
    pub unreadable: Vec<String>,
}

impl Notes {
    /// Add notes about addresses. Returns how many.
    pub fn leave_out(&mut self, notes: impl Iterator<Item = String>) -> usize {
        let before = self.left_out.len();
        self.left_out.extend(notes);
        self.left_out.len() - before
    }

    /// The first of them, and how many more there would have been.
    pub fn finish(self) -> Vec<String> {
        let all = self.unanswered.len() + self.left_out.len() + self.unreadable.len();
        let in_order = self.unanswered.into_iter().chain(self.left_out).chain(self.unreadable);
        let mut shown: Vec<_> = in_order.take(SHOWN).collect();
        if all > SHOWN {
            shown.push(format!("and {} notes more", all - SHOWN));
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_unreadable_observations_do_not_hide_why_an_address_was_left_out() {
        let unreadable = (0..10_000)
            .map(|number| format!("observation {number} is not JSON"))
            .collect();
        let notes = Notes {
            left_out: vec!["203.0.113.7 is left out".to_owned()],
            unreadable,
            ..Notes::default()
        }
        .finish();
        assert_eq!(notes.first().unwrap(), "203.0.113.7 is left out");
        assert_eq!(
            (notes.len(), notes.last().unwrap().as_str()),
            (41, "and 9961 notes more")
        );
    }
}

//! The page that shows the core, which may be given up while nobody looks and made anew when somebody does.
//!
//! What only a page knows (where its caret was, what it had open) it leaves here when it is hidden, in a form of its own that
//! nothing else reads, and the next one takes it. Where a member is to be led while there is no page is kept for the next one
//! too: an event would be heard by nobody, and the click on a notification would do nothing.
//!
//! A page that has something unfinished leaves nothing and is not given up. It stays in memory and never on the disk: what
//! outlives the program is in the cache.

use crate::rpc::types::CoreEvent;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is left of a page, and what waits for the next.
#[derive(Debug, Default)]
pub(crate) struct Page(Mutex<Now>);

#[derive(Debug, Default)]
struct Now {
    /// A page hears events.
    here: bool,
    left: Option<String>,
    wanted: Option<CoreEvent>,
}

impl Page {
    /// The page is hidden and leaves this; nothing where it has something unfinished.
    pub fn leave(&self, state: Option<String>) {
        self.now().left = state;
    }

    /// A new page is here. Returns what the one before left, and where it is to go.
    pub fn take(&self) -> (Option<String>, Option<CoreEvent>) {
        let mut now = self.now();
        now.here = true;
        (now.left.take(), now.wanted.take())
    }

    /// Whether the page has left all that is to be kept.
    pub fn may_go(&self) -> bool {
        self.now().left.is_some()
    }

    /// The page is gone.
    pub fn gone(&self) {
        self.now().here = false;
    }

    /// The page is to go there. Where there is none, the next one does.
    pub fn lead(&self, event: &CoreEvent) {
        let mut now = self.now();
        if !now.here {
            now.wanted = Some(event.clone());
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_left_is_taken_once_by_the_next() {
        let page = Page::default();
        assert_eq!(page.take(), (None, None));
        page.leave(Some("here".into()));
        assert!(page.may_go());
        page.gone();
        assert_eq!(page.take(), (Some("here".into()), None));
        assert_eq!(page.take(), (None, None));
    }

    #[test]
    fn a_page_with_something_unfinished_stays() {
        let page = Page::default();
        assert!(!page.may_go(), "a page that has said nothing is not given up");
        page.leave(Some("here".into()));
        page.leave(None);
        assert!(!page.may_go());
    }

    #[test]
    fn a_click_while_there_is_no_page_leads_the_next_one_and_no_later_one() {
        let page = Page::default();
        page.lead(&CoreEvent::Attention {});
        assert_eq!(page.take(), (None, Some(CoreEvent::Attention {})), "before the first page was there");
        page.lead(&CoreEvent::Attention {});
        assert_eq!(page.take(), (None, None), "the page that was there has heard it");
        page.gone();
        page.lead(&CoreEvent::Changed { tags: Vec::new(), all: true });
        page.lead(&CoreEvent::Attention {});
        assert_eq!(page.take(), (None, Some(CoreEvent::Attention {})), "the last click counts");
    }
}

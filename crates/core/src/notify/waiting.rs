//! What waits to be shown.
//!
//! Whoever shows notifications may be slow: a daemon that hangs takes seconds for each, and a colleague who clears the inbox
//! takes back a hundred at once. Nothing is dropped for that: one that is not taken back stays on the screen for ever. What
//! was overtaken meanwhile is not shown any more, so no more waits than there are chats.

use super::NoticeEvent;
use deskbell_domain::ChatId;
use std::collections::VecDeque;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What is to be shown and taken back, in its order.
#[derive(Debug)]
pub struct Notices {
    come: UnboundedReceiver<NoticeEvent>,
    waiting: VecDeque<NoticeEvent>,
}

/// A way for notifications, with its two ends.
pub(crate) fn notices() -> (UnboundedSender<NoticeEvent>, Notices) {
    let (tell, come) = unbounded_channel();
    (tell, Notices { come, waiting: VecDeque::new() })
}

impl Notices {
    /// The next one, as soon as there is one; `None` once the profile is closed. Whoever stops waiting for it loses nothing.
    pub async fn recv(&mut self) -> Option<NoticeEvent> {
        if self.waiting.is_empty() {
            let first = self.come.recv().await?;
            self.take_in(first);
        }
        self.try_recv()
    }

    /// The next one, if there is one now.
    pub fn try_recv(&mut self) -> Option<NoticeEvent> {
        while let Ok(event) = self.come.try_recv() {
            self.take_in(event);
        }
        self.waiting.pop_front()
    }

    /// What it is about needs nothing that was said before.
    fn take_in(&mut self, event: NoticeEvent) {
        self.waiting.retain_mut(|before| before.leave_out(event.chats()));
        self.waiting.push_back(event);
    }
}

impl NoticeEvent {
    /// The chats that it is about.
    fn chats(&self) -> &[ChatId] {
        match self {
            NoticeEvent::Show(notice) => &notice.chats,
            NoticeEvent::Retract { chat } => std::slice::from_ref(chat),
        }
    }

    /// It is not about these any more. Says whether it is still about something.
    fn leave_out(&mut self, chats: &[ChatId]) -> bool {
        match self {
            NoticeEvent::Show(notice) => {
                notice.chats.retain(|chat| !chats.contains(chat));
                !notice.chats.is_empty()
            }
            NoticeEvent::Retract { chat } => !chats.contains(chat),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Discreet, Notice};
    use super::*;
    use uuid::Uuid;

    fn chat(n: u128) -> ChatId {
        ChatId(Uuid::from_u128(n))
    }

    fn show(title: &str, chats: &[u128]) -> NoticeEvent {
        let chats: Vec<ChatId> = chats.iter().map(|n| chat(*n)).collect();
        NoticeEvent::Show(Notice {
            id: title.into(),
            chat: chats[0],
            title: title.into(),
            body: String::new(),
            actions: Vec::new(),
            reason: None,
            chats,
            discreet: Discreet { title: None, body: String::new() },
            sound: true,
        })
    }

    fn gone(n: u128) -> NoticeEvent {
        NoticeEvent::Retract { chat: chat(n) }
    }

    /// What is told of all that was said while nobody asked.
    fn told(said: impl IntoIterator<Item = NoticeEvent>) -> Vec<String> {
        let (tell, mut notices) = notices();
        for event in said {
            tell.send(event).unwrap();
        }
        let say = |event: NoticeEvent| match event {
            NoticeEvent::Show(notice) => format!("{} {}", notice.title, notice.chats.len()),
            NoticeEvent::Retract { chat } => format!("-{}", chat.0.as_u128()),
        };
        std::iter::from_fn(|| notices.try_recv()).map(say).collect()
    }

    #[test]
    fn however_slowly_it_is_shown_nothing_is_dropped() {
        let all = told((1..=1000).map(gone));
        assert_eq!(all.len(), 1000);
        assert_eq!((all[0].as_str(), all[999].as_str()), ("-1", "-1000"));
    }

    #[test]
    fn of_a_chat_the_last_word_counts() {
        assert_eq!(told([show("first", &[1]), show("other", &[2]), show("second", &[1])]), ["other 1", "second 1"]);
        assert_eq!(told([show("first", &[1]), gone(1)]), ["-1"], "an earlier one may be on the screen");
        assert_eq!(told([gone(1), show("first", &[1])]), ["first 1"]);
    }

    #[test]
    fn a_digest_is_about_what_nothing_was_said_of_since() {
        assert_eq!(told([show("digest", &[1, 2, 3]), gone(2), show("one", &[3])]), ["digest 1", "-2", "one 1"]);
        assert_eq!(told([show("digest", &[1, 2]), gone(1), gone(2)]), ["-1", "-2"]);
    }

    #[tokio::test]
    async fn who_waits_hears_of_the_end() {
        let (tell, mut notices) = notices();
        tell.send(gone(1)).unwrap();
        drop(tell);
        assert_eq!(notices.recv().await, Some(gone(1)));
        assert_eq!(notices.recv().await, None);
    }
}

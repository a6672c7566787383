//! Notifications of the freedesktop specification: GNOME, KDE, dunst and the others.
//!
//! Spoken over one D-Bus connection. A library that gives each notification a thread to wait for its click can no
//! longer close it, and closing is what must happen when the message is read elsewhere.

use std::{collections::HashMap, sync::Arc, time::Duration};

use deskbell_core::{ChatId, Core, Language, Notice, NoticeAction, NoticeEvent, Notices};
use futures_util::StreamExt;
use zbus::{fdo::DBusProxy, names::OwnedUniqueName, zvariant::Value};

use crate::{
    notice_text,
    shell::Shell,
    window_process,
    words::{self, DESKTOP_ENTRY, Words},
};

/// What a click on the notification itself is called in the specification.
const DEFAULT: &str = "default";
/// The daemon closed it by itself after its time; it may still lie in the desktop's list, where it can be clicked.
const EXPIRED: u32 = 1;
/// So many that could not be shown are shown when there is a daemon again.
const MOST_MISSED: usize = 5;
/// A daemon that does not answer in this time is treated as absent for this one notice.
const PATIENCE: Duration = Duration::from_secs(5);

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    #[allow(clippy::too_many_arguments)]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;
    fn close_notification(&self, id: u32) -> zbus::Result<()>;
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;
    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;
    #[zbus(signal)]
    fn activation_token(&self, id: u32, activation_token: String) -> zbus::Result<()>;
    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}

/// What the desktop shows of ours, by the daemon's number. A digest is about several chats, and goes with the last of them.
#[derive(Default)]
struct Shown {
    by_id: HashMap<u32, Notice>,
    /// Whose numbers these are.
    daemon: Option<OwnedUniqueName>,
    /// What could not be shown: the daemon was being started anew, or is not there yet as the session begins.
    missed: Vec<Notice>,
}

impl Shown {
    /// Another daemon shows notifications from now on. It counts anew: what its predecessor showed is gone, and under those
    /// numbers it shows what is not ours, which would be replaced and closed.
    fn of_daemon(&mut self, daemon: Option<OwnedUniqueName>) {
        if self.daemon.is_some() && self.daemon != daemon {
            self.by_id.clear();
        }
        self.daemon = daemon;
    }

    /// It was not shown. A daemon that comes much later does not flood the screen: the rest is unread in the list.
    fn miss(&mut self, notice: Notice) {
        self.missed.push(notice);
        if self.missed.len() > MOST_MISSED {
            self.missed.remove(0);
        }
    }

    /// Nothing of what is shown is about these chats any more. Returns what is about nothing at all now.
    fn forget(&mut self, chats: &[ChatId]) -> Vec<u32> {
        let mut idle = Vec::new();
        self.missed.retain(|notice| !notice.chats.iter().all(|chat| chats.contains(chat)));
        self.by_id.retain(|id, notice| {
            notice.chats.retain(|chat| !chats.contains(chat));
            if notice.chats.is_empty() {
                idle.push(*id);
            }
            !notice.chats.is_empty()
        });
        idle
    }
}

/// Shows, closes and answers until the core is gone.
pub async fn run(shell: &Arc<Shell>, notices: &mut Notices) {
    while let Some(first) = notices.recv().await {
        // The bus is asked for only when there is something to say: without one the program runs as well.
        match serve(shell, first, notices).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "the desktop shows no notifications"),
        }
    }
}

/// One connection's life. Returns an error as soon as the bus is lost; the next notice tries again.
async fn serve(shell: &Arc<Shell>, first: NoticeEvent, notices: &mut Notices) -> zbus::Result<()> {
    let core = &shell.core;
    let bus = zbus::Connection::session().await?;
    let daemon = NotificationsProxy::new(&bus).await?;
    let mut clicks = daemon.receive_action_invoked().await?;
    let mut tokens = daemon.receive_activation_token().await?;
    let mut closings = daemon.receive_notification_closed().await?;
    let mut daemons = daemon.inner().receive_owner_changed().await?;
    let mut shown = Shown::default();
    let now = DBusProxy::new(&bus).await?.get_name_owner(daemon.inner().destination().clone()).await;
    // Nobody has the name where the bus starts the daemon only when it is needed.
    shown.of_daemon(now.ok());
    let mut token: Option<(u32, String)> = None;
    on_notice(&daemon, core, &mut shown, first).await;
    loop {
        tokio::select! {
            // A token precedes the click that it belongs to.
            biased;
            Some(now) = daemons.next() => {
                shown.of_daemon(now.map(Into::into));
                if shown.daemon.is_some() {
                    for notice in std::mem::take(&mut shown.missed) {
                        on_notice(&daemon, core, &mut shown, NoticeEvent::Show(notice)).await;
                    }
                }
            }
            Some(signal) = tokens.next() => {
                let args = signal.args()?;
                token = Some((args.id, args.activation_token));
            }
            signal = clicks.next() => {
                let Some(signal) = signal else { return Err(zbus::Error::InputOutput(broken())) };
                let args = signal.args()?;
                let Some(notice) = shown.by_id.remove(&args.id) else { continue };
                let token = token.take().filter(|(id, _)| *id == args.id).map(|(_, token)| token);
                on_click(shell, &notice, &args.action_key, token).await;
                // Most daemons close it by themselves, and then say that they do not know it.
                let _ = daemon.close_notification(args.id).await;
            }
            Some(signal) = closings.next() => {
                let args = signal.args()?;
                if args.reason != EXPIRED {
                    shown.by_id.remove(&args.id);
                }
            }
            notice = notices.recv() => match notice {
                Some(notice) => on_notice(&daemon, core, &mut shown, notice).await,
                None => return Ok(()),
            },
        }
    }
}

fn broken() -> Arc<std::io::Error> {
    std::sync::Arc::new(std::io::ErrorKind::ConnectionReset.into())
}

async fn on_notice(daemon: &NotificationsProxy<'_>, core: &Core, shown: &mut Shown, event: NoticeEvent) {
    let chats = match &event {
        NoticeEvent::Show(notice) => notice.chats.clone(),
        NoticeEvent::Retract { chat } => vec![*chat],
    };
    let mut idle = shown.forget(&chats);
    if let NoticeEvent::Show(notice) = event {
        // A later one takes the place of an earlier one of its chat.
        let replaces = idle.pop().unwrap_or(0);
        match tokio::time::timeout(PATIENCE, show(daemon, core.language(), replaces, &notice)).await {
            Ok(Ok(id)) => {
                // From here on a crash costs no second pop-up.
                core.notice_shown(&notice.id).await;
                shown.by_id.insert(id, notice);
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "a notification was not shown");
                shown.miss(notice);
            }
            Err(_) => tracing::warn!("the notification daemon does not answer"),
        }
    }
    for id in idle {
        let _ = daemon.close_notification(id).await;
    }
}

async fn show(
    daemon: &NotificationsProxy<'_>,
    language: Language,
    replaces: u32,
    notice: &Notice,
) -> zbus::Result<u32> {
    let words = Words::of(language);
    // Asked each time: a daemon can be exchanged for another while we run.
    let markup = daemon.get_capabilities().await?.iter().any(|capability| capability == "body-markup");
    let title = notice_text::plain(&notice.title, notice_text::TITLE);
    let body = notice_text::plain(&notice.body, notice_text::BODY);
    let body = if markup { notice_text::escaped(&body) } else { body };
    let mut actions = vec![DEFAULT, words.open];
    for action in &notice.actions {
        if let Some((key, label)) = button(*action, &words) {
            actions.extend([key, label]);
        }
    }
    let hints = HashMap::from([
        ("urgency", Value::U8(1)),
        ("category", Value::from("im.received")),
        ("desktop-entry", Value::from(DESKTOP_ENTRY)),
        // A daemon that makes sounds by itself is told not to.
        if notice.sound {
            ("sound-name", Value::from("message-new-instant"))
        } else {
            ("suppress-sound", Value::from(true))
        },
    ]);
    daemon.notify(words::PROGRAM, replaces, "", &title, &body, &actions, hints, -1).await
}

fn button(action: NoticeAction, words: &Words) -> Option<(&'static str, &'static str)> {
    match action {
        NoticeAction::AssignToMe => Some(("assign_to_me", words.assign_to_me)),
        NoticeAction::MarkRead => Some(("mark_read", words.mark_read)),
        NoticeAction::Reply => Some(("reply", words.reply)),
        NoticeAction::Open => None,
    }
}

async fn on_click(shell: &Arc<Shell>, notice: &Notice, key: &str, token: Option<String>) {
    let action = match key {
        "assign_to_me" => NoticeAction::AssignToMe,
        "mark_read" => NoticeAction::MarkRead,
        "reply" => NoticeAction::Reply,
        DEFAULT => NoticeAction::Open,
        _ => return,
    };
    if matches!(action, NoticeAction::Reply | NoticeAction::Open) {
        window_process::present(shell, token);
    }
    if let Err(error) = shell.core.act(&notice.id, action).await {
        tracing::warn!(code = error.code, "what was asked on a notification was refused");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_core::notify::{Discreet, NO_CHAT};

    fn chat(n: u128) -> ChatId {
        format!("{n:032x}").parse().unwrap()
    }

    fn of(chats: &[u128]) -> Notice {
        let chats: Vec<ChatId> = chats.iter().map(|n| chat(*n)).collect();
        Notice {
            id: String::new(),
            chat: chats.first().copied().unwrap_or(NO_CHAT),
            title: String::new(),
            body: String::new(),
            actions: Vec::new(),
            reason: None,
            chats,
            discreet: Discreet { title: None, body: String::new() },
            sound: true,
        }
    }

    #[test]
    fn a_digest_goes_with_the_last_of_its_chats() {
        let (a, b, c) = (chat(1), chat(2), chat(3));
        let mut shown = Shown { by_id: HashMap::from([(7, of(&[1, 2])), (8, of(&[3]))]), ..Shown::default() };
        assert_eq!(shown.forget(&[a]), Vec::<u32>::new());
        assert_eq!(shown.forget(&[c]), [8]);
        assert_eq!(shown.forget(&[a]), Vec::<u32>::new());
        assert_eq!(shown.forget(&[b]), [7]);
        assert!(shown.by_id.is_empty());
    }

    #[test]
    fn of_what_was_missed_the_newest_is_kept_unless_it_was_read() {
        let mut shown = Shown::default();
        (1..=7).for_each(|n| shown.miss(of(&[n])));
        shown.forget(&[chat(4)]);
        let left: Vec<ChatId> = shown.missed.iter().map(|notice| notice.chat).collect();
        assert_eq!(left, [chat(3), chat(5), chat(6), chat(7)]);
    }

    #[test]
    fn the_numbers_of_a_daemon_that_is_gone_mean_nothing() {
        let daemon = |name: &str| OwnedUniqueName::try_from(name).ok();
        let mut shown = Shown::default();
        shown.by_id.insert(7, of(&[1]));
        shown.of_daemon(daemon(":1.1"));
        assert_eq!(shown.forget(&[chat(1)]), [7], "it was started to show this one");
        for next in [daemon(":1.2"), None, daemon(":1.3")] {
            shown.by_id.insert(7, of(&[1]));
            shown.of_daemon(next);
            assert_eq!(shown.by_id.len(), usize::from(shown.daemon == daemon(":1.3")));
        }
    }
}

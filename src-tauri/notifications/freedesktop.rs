//! Notifications of the freedesktop specification: GNOME, KDE, dunst and the others.
//!
//! Spoken over one D-Bus connection. A library that gives each notification a thread to wait for its click can no
//! longer close it, and closing is what must happen when the message is read elsewhere.

use std::{collections::HashMap, time::Duration};

use deskbell_core::{ChatId, Core, Notice, NoticeAction, NoticeEvent};
use futures_util::StreamExt;
use tauri::AppHandle;
use tokio::sync::mpsc::Receiver;
use zbus::zvariant::Value;

use crate::{notice_text, window, words};

/// What a click on the notification itself is called in the specification.
const DEFAULT: &str = "default";
/// The daemon closed it by itself after its time; it may still lie in the desktop's list, where it can be clicked.
const EXPIRED: u32 = 1;
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

/// What the desktop shows of ours, by the daemon's number.
#[derive(Default)]
struct Shown {
    by_id: HashMap<u32, Notice>,
}

impl Shown {
    fn of_chat(&self, chat: ChatId) -> Option<u32> {
        self.by_id.iter().find(|(_, notice)| notice.chat == chat).map(|(id, _)| *id)
    }
}

/// Shows, closes and answers until the core is gone.
pub async fn run(app: AppHandle, core: Core, notices: &mut Receiver<NoticeEvent>) {
    while let Some(first) = notices.recv().await {
        // The bus is asked for only when there is something to say: without one the program runs as well.
        match serve(&app, &core, first, notices).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "the desktop shows no notifications"),
        }
    }
}

/// One connection's life. Returns an error as soon as the bus is lost; the next notice tries again.
async fn serve(
    app: &AppHandle,
    core: &Core,
    first: NoticeEvent,
    notices: &mut Receiver<NoticeEvent>,
) -> zbus::Result<()> {
    let bus = zbus::Connection::session().await?;
    let daemon = NotificationsProxy::new(&bus).await?;
    let mut clicks = daemon.receive_action_invoked().await?;
    let mut tokens = daemon.receive_activation_token().await?;
    let mut closings = daemon.receive_notification_closed().await?;
    let mut shown = Shown::default();
    let mut token: Option<(u32, String)> = None;
    on_notice(&daemon, core, &mut shown, first).await;
    loop {
        tokio::select! {
            // A token precedes the click that it belongs to.
            biased;
            Some(signal) = tokens.next() => {
                let args = signal.args()?;
                token = Some((args.id, args.activation_token));
            }
            signal = clicks.next() => {
                let Some(signal) = signal else { return Err(zbus::Error::InputOutput(broken())) };
                let args = signal.args()?;
                let Some(notice) = shown.by_id.remove(&args.id) else { continue };
                let token = token.take().filter(|(id, _)| *id == args.id).map(|(_, token)| token);
                on_click(app, core, &notice, &args.action_key, token).await;
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

fn broken() -> std::sync::Arc<std::io::Error> {
    std::sync::Arc::new(std::io::ErrorKind::ConnectionReset.into())
}

async fn on_notice(daemon: &NotificationsProxy<'_>, core: &Core, shown: &mut Shown, event: NoticeEvent) {
    match event {
        NoticeEvent::Show(notice) => {
            let replaces = shown.of_chat(notice.chat).unwrap_or(0);
            match tokio::time::timeout(PATIENCE, show(daemon, replaces, &notice)).await {
                Ok(Ok(id)) => {
                    // From here on a crash costs no second pop-up.
                    core.notice_shown(&notice.id).await;
                    shown.by_id.remove(&replaces);
                    shown.by_id.insert(id, notice);
                }
                Ok(Err(error)) => tracing::warn!(%error, "a notification was not shown"),
                Err(_) => tracing::warn!("the notification daemon does not answer"),
            }
        }
        NoticeEvent::Retract { chat } => {
            while let Some(id) = shown.of_chat(chat) {
                shown.by_id.remove(&id);
                let _ = daemon.close_notification(id).await;
            }
        }
    }
}

async fn show(daemon: &NotificationsProxy<'_>, replaces: u32, notice: &Notice) -> zbus::Result<u32> {
    // Asked each time: a daemon can be exchanged for another while we run.
    let markup = daemon.get_capabilities().await?.iter().any(|capability| capability == "body-markup");
    let title = notice_text::plain(&notice.title, notice_text::TITLE);
    let body = notice_text::plain(&notice.body, notice_text::BODY);
    let body = if markup { notice_text::escaped(&body) } else { body };
    let mut actions = vec![DEFAULT, words::OPEN];
    for action in &notice.actions {
        if let Some((key, label)) = button(*action) {
            actions.extend([key, label]);
        }
    }
    let hints = HashMap::from([
        ("urgency", Value::U8(1)),
        ("category", Value::from("im.received")),
        ("desktop-entry", Value::from("org.deskbell.Deskbell")),
    ]);
    daemon.notify(words::PROGRAM, replaces, "", &title, &body, &actions, hints, -1).await
}

fn button(action: NoticeAction) -> Option<(&'static str, &'static str)> {
    match action {
        NoticeAction::AssignToMe => Some(("assign_to_me", words::ASSIGN_TO_ME)),
        NoticeAction::MarkRead => Some(("mark_read", words::MARK_READ)),
        NoticeAction::Reply => Some(("reply", words::REPLY)),
        NoticeAction::Open => None,
    }
}

async fn on_click(app: &AppHandle, core: &Core, notice: &Notice, key: &str, token: Option<String>) {
    let action = match key {
        "assign_to_me" => NoticeAction::AssignToMe,
        "mark_read" => NoticeAction::MarkRead,
        "reply" => NoticeAction::Reply,
        DEFAULT => NoticeAction::Open,
        _ => return,
    };
    if matches!(action, NoticeAction::Reply | NoticeAction::Open) {
        window::present(app, token);
    }
    if let Err(error) = core.act(&notice.id, action).await {
        tracing::warn!(code = error.code, "what was asked on a notification was refused");
    }
}

//! A dock: listens on a private desktop's bus for the number that programs want on their icon.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use zbus::{Connection, MatchRule, MessageStream, export::futures_core::Stream, message::Type, zvariant::OwnedValue};

use crate::{desktop::Desktop, eventually::eventually};

/// The number beside an icon, and whether it is shown.
type Badge = (i64, bool);

/// The dock. It stops listening when dropped.
pub struct Launcher {
    last: Arc<Mutex<Option<(String, Badge)>>>,
    listening: tokio::task::JoinHandle<()>,
}

impl Drop for Launcher {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Launcher {
    /// Listens from now on.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let bus: Connection = zbus::connection::Builder::address(desktop.bus())?.build().await?;
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface("com.canonical.Unity.LauncherEntry")?
            .member("Update")?
            .build();
        let mut signals = MessageStream::for_match_rule(rule, &bus, None).await?;
        let last = Arc::new(Mutex::new(None));
        let heard = Arc::clone(&last);
        let listening = tokio::spawn(async move {
            // The connection lives as long as somebody listens.
            let _bus = bus;
            loop {
                let next = std::future::poll_fn(|context| std::pin::Pin::new(&mut signals).poll_next(context)).await;
                let Some(Ok(message)) = next else { return };
                if let Ok((app, mut about)) = message.body().deserialize::<(String, HashMap<String, OwnedValue>)>() {
                    let count = about.remove("count").and_then(|value| i64::try_from(value).ok());
                    let shown = about.remove("count-visible").and_then(|value| bool::try_from(value).ok());
                    let badge = (count.unwrap_or_default(), shown.unwrap_or_default());
                    *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some((app, badge));
                }
            }
        });
        Ok(Self { last, listening })
    }

    /// Waits until Deskbell's icon has this number; 0 = none.
    pub async fn shows(&self, count: i64) -> Result<()> {
        eventually(&format!("the number {count} on the icon"), async || {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let wanted = ("application://org.deskbell.Deskbell.desktop".to_owned(), (count, count > 0));
            Ok((last == Some(wanted)).then_some(()))
        })
        .await
    }
}

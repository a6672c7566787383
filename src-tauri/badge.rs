//! The number of unread chats on the program's icon in a dock or taskbar.
//!
//! On Linux docks listen for one signal on the session bus, whoever drew them; a bus that is not there is no reason to say
//! anything, the number is in the window too.

use std::sync::Arc;

use crate::shell::Shell;

#[cfg(target_os = "linux")]
pub use launcher::Badge;
#[cfg(not(target_os = "linux"))]
pub use window::Badge;

#[cfg(target_os = "linux")]
mod launcher {
    use super::{Arc, Shell};
    use crate::words::DESKTOP_ENTRY;
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::OnceCell;
    use zbus::zvariant::Value;

    const PATH: &str = "/org/deskbell/Deskbell";
    const INTERFACE: &str = "com.canonical.Unity.LauncherEntry";

    /// Says how many are unread.
    pub struct Badge {
        bus: OnceCell<Option<zbus::Connection>>,
        said: AtomicU32,
    }

    impl Badge {
        /// Says nothing yet.
        pub fn new(_: &Arc<Shell>) -> Self {
            Self { bus: OnceCell::new(), said: AtomicU32::new(0) }
        }

        /// So many are unread now.
        pub async fn set(&self, unread: u32) {
            if self.said.swap(unread, Ordering::Relaxed) == unread {
                return;
            }
            let bus = self.bus.get_or_init(|| async { zbus::Connection::session().await.ok() }).await;
            let Some(bus) = bus else { return };
            let app = format!("application://{DESKTOP_ENTRY}.desktop");
            let about: HashMap<&str, Value<'_>> =
                HashMap::from([("count", Value::from(i64::from(unread))), ("count-visible", Value::from(unread > 0))]);
            if let Err(error) = bus.emit_signal(None::<&str>, PATH, INTERFACE, "Update", &(app, about)).await {
                tracing::debug!(%error, "no dock hears how many are unread");
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod window {
    use super::{Arc, Shell};

    /// Says how many are unread.
    pub struct Badge(Arc<Shell>);

    impl Badge {
        /// Says nothing yet.
        pub fn new(shell: &Arc<Shell>) -> Self {
            Self(Arc::clone(shell))
        }

        /// So many are unread now.
        pub async fn set(&self, unread: u32) {
            self.0.window.unread(unread);
        }
    }
}

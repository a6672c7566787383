//! A panel that draws tray icons: StatusNotifierWatcher and host in one, on a private bus. No program that does
//! this can be had on every machine that runs the tests, and a test needs to see and press what is drawn.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use watcher::Watcher;
use zbus::{
    Connection,
    zvariant::{OwnedValue, Value},
};

use crate::{desktop::Desktop, eventually::eventually};

const PATH: &str = "/StatusNotifierWatcher";
const NAME: &str = "org.kde.StatusNotifierWatcher";

type Items = Arc<Mutex<Vec<(String, String)>>>;

mod watcher {
    // The macro makes methods of its own for the signal, without a word on them.
    #![allow(missing_docs)]

    use std::sync::PoisonError;

    use zbus::{interface, message::Header, object_server::SignalEmitter};

    use super::Items;

    pub struct Watcher {
        pub items: Items,
        pub draws: bool,
    }

    #[interface(name = "org.kde.StatusNotifierWatcher")]
    impl Watcher {
        async fn register_status_notifier_item(
            &self,
            service: String,
            #[zbus(header)] header: Header<'_>,
            #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        ) -> zbus::fdo::Result<()> {
            let sender = header.sender().map(ToString::to_string).unwrap_or_default();
            // A name on the bus, or a path of whoever asks.
            let item =
                if service.starts_with('/') { (sender, service) } else { (service, "/StatusNotifierItem".to_owned()) };
            let said = format!("{}{}", item.0, item.1);
            self.items.lock().unwrap_or_else(PoisonError::into_inner).push(item);
            Ok(Self::status_notifier_item_registered(&emitter, &said).await?)
        }

        fn register_status_notifier_host(&self, _service: &str) {}

        #[zbus(property)]
        fn registered_status_notifier_items(&self) -> Vec<String> {
            let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
            items.iter().map(|(name, path)| format!("{name}{path}")).collect()
        }

        #[zbus(property)]
        fn is_status_notifier_host_registered(&self) -> bool {
            self.draws
        }

        #[zbus(property)]
        fn protocol_version(&self) -> i32 {
            0
        }

        #[zbus(signal)]
        async fn status_notifier_item_registered(emitter: &SignalEmitter<'_>, service: &str) -> zbus::Result<()>;
    }
}

/// The panel. It is gone when dropped.
pub struct Panel {
    bus: Connection,
    items: Items,
}

impl Panel {
    /// A panel that draws icons.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        Self::serve(desktop, true).await
    }

    /// A watcher without a host: icons can register and nobody draws them.
    pub async fn start_blind(desktop: &Desktop) -> Result<Self> {
        Self::serve(desktop, false).await
    }

    async fn serve(desktop: &Desktop, draws: bool) -> Result<Self> {
        let items = Items::default();
        let watcher = Watcher { items: Arc::clone(&items), draws };
        let bus =
            zbus::connection::Builder::address(desktop.bus())?.serve_at(PATH, watcher)?.name(NAME)?.build().await?;
        Ok(Self { bus, items })
    }

    /// Waits for an icon.
    pub async fn icon(&self) -> Result<TrayIcon> {
        let (name, path) = eventually("a tray icon", async || {
            Ok(self.items.lock().unwrap_or_else(PoisonError::into_inner).last().cloned())
        })
        .await?;
        Ok(TrayIcon { bus: self.bus.clone(), name, path })
    }

    /// Ends the panel, as when the desktop's shell is restarted without it.
    pub async fn stop(self) -> Result<()> {
        Ok(self.bus.close().await?)
    }
}

/// An icon in the panel.
#[derive(Debug, Clone)]
pub struct TrayIcon {
    bus: Connection,
    name: String,
    path: String,
}

impl TrayIcon {
    /// Its title.
    pub async fn title(&self) -> Result<String> {
        String::try_from(self.property("Title").await?).context("a title that is no text")
    }

    /// What it says under the pointer: the second line of the tooltip.
    pub async fn tooltip(&self) -> Result<String> {
        type ToolTip = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
        let tip = ToolTip::try_from(self.property("ToolTip").await?).context("a tooltip of another shape")?;
        Ok(tip.3)
    }

    /// Its picture: width, height and ARGB.
    pub async fn picture(&self) -> Result<Vec<(i32, i32, Vec<u8>)>> {
        Vec::try_from(self.property("IconPixmap").await?).context("a picture of another shape")
    }

    /// Waits until the tooltip's second line is `text`.
    pub async fn says(&self, text: &str) -> Result<()> {
        eventually(
            &format!("the tray icon to say {text:?}"),
            async || Ok((self.tooltip().await? == text).then_some(())),
        )
        .await
    }

    /// A left click.
    pub async fn click(&self) -> Result<()> {
        self.call(&self.path, "org.kde.StatusNotifierItem", "Activate", &(0i32, 0i32)).await?;
        Ok(())
    }

    /// The labels of its menu, in order; separators have none and are left out.
    pub async fn menu(&self) -> Result<Vec<String>> {
        Ok(self.entries().await?.into_iter().map(|(_, label)| label).collect())
    }

    /// Waits until the menu has exactly these labels.
    pub async fn menu_is(&self, labels: &[&str]) -> Result<()> {
        eventually(&format!("the menu {labels:?}"), async || Ok((self.menu().await? == labels).then_some(()))).await
    }

    /// Chooses an entry of the menu.
    pub async fn choose(&self, label: &str) -> Result<()> {
        let entries = self.entries().await?;
        let (id, _) = entries
            .iter()
            .find(|(_, own)| own == label)
            .with_context(|| format!("no {label:?} in the menu, only {entries:?}"))?;
        let menu = self.menu_path().await?;
        self.call(&menu, "com.canonical.dbusmenu", "Event", &(*id, "clicked", Value::from(0i32), 0u32)).await?;
        Ok(())
    }

    async fn entries(&self) -> Result<Vec<(i32, String)>> {
        type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let menu = self.menu_path().await?;
        let answer =
            self.call(&menu, "com.canonical.dbusmenu", "GetLayout", &(0i32, -1i32, Vec::<String>::new())).await?;
        let (_, root): (u32, Node) = answer.body().deserialize()?;
        let mut entries = Vec::new();
        for child in root.2 {
            let (id, mut properties, _) = Node::try_from(child).context("a menu of another shape")?;
            if let Some(label) = properties.remove("label") {
                let label = String::try_from(label).context("a label that is no text")?;
                // An underscore marks the key; a doubled one is an underscore.
                entries.push((id, label.replace("__", "\u{0}").replace('_', "").replace('\u{0}', "_")));
            }
        }
        Ok(entries)
    }

    async fn menu_path(&self) -> Result<String> {
        let path = zbus::zvariant::OwnedObjectPath::try_from(self.property("Menu").await?)?;
        Ok(path.to_string())
    }

    async fn property(&self, name: &str) -> Result<OwnedValue> {
        let answer = self
            .call(&self.path, "org.freedesktop.DBus.Properties", "Get", &("org.kde.StatusNotifierItem", name))
            .await
            .with_context(|| format!("the icon's {name}"))?;
        Ok(answer.body().deserialize::<OwnedValue>()?)
    }

    async fn call<B>(&self, path: &str, interface: &str, method: &str, body: &B) -> Result<zbus::Message>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        Ok(self.bus.call_method(Some(self.name.as_str()), path, Some(interface), method, body).await?)
    }
}

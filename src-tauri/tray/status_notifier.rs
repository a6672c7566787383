//! The icon as a StatusNotifierItem, the way Linux desktops draw tray icons.
//!
//! Spoken directly over D-Bus and not through libayatana: that library has no tooltip and no left click, ends the
//! program where it is not installed, and never says whether anybody draws the icon.

use std::{
    io::Cursor,
    sync::Arc,
    time::{Duration, Instant},
};

use deskbell_core::Language;
use ksni::{Category, Handle, Icon, MenuItem, OfflineReason, ToolTip, TrayMethods, menu::StandardItem};
use tokio::sync::mpsc;

use crate::{
    quit,
    shell::Shell,
    window_process,
    words::{self, Words},
};

/// How long the desktop may take to say whether it draws icons; the person is waiting for the window to close.
const PATIENCE: Duration = Duration::from_millis(500);

/// Who has clicked and does not see the window yet clicks again, or has clicked twice from habit: that is not to hide it.
const COMES: Duration = Duration::from_millis(1500);

/// What the icon shows.
pub struct TrayIcon {
    shell: Arc<Shell>,
    /// Unread chats.
    pub unread: u32,
    /// The window is on screen.
    pub shown: bool,
    /// What it speaks.
    pub language: Language,
    /// When it was clicked to have the window.
    wanted: Option<Instant>,
}

type Change = Box<dyn FnOnce(&mut TrayIcon) + Send>;

/// The running icon.
pub struct Item {
    handle: Handle<TrayIcon>,
    bus: zbus::Connection,
    /// One task applies the changes: in the order in which they were made, or a read chat would stay marked.
    changes: mpsc::UnboundedSender<Change>,
}

#[zbus::proxy(
    interface = "org.kde.StatusNotifierWatcher",
    default_service = "org.kde.StatusNotifierWatcher",
    default_path = "/StatusNotifierWatcher"
)]
trait StatusNotifierWatcher {
    #[zbus(property(emits_changed_signal = "false"))]
    fn is_status_notifier_host_registered(&self) -> zbus::Result<bool>;
}

impl Item {
    /// Registers the icon now and again whenever the desktop's panel comes back.
    pub async fn start(shell: &Arc<Shell>, language: Language) -> Result<Self, ksni::Error> {
        let bus = zbus::Connection::session().await.map_err(ksni::Error::Dbus)?;
        let icon =
            TrayIcon { shell: Arc::clone(shell), unread: 0, shown: shell.window.is_shown(), language, wanted: None };
        let handle = icon.assume_sni_available(true).spawn().await?;
        let (changes, mut made) = mpsc::unbounded_channel::<Change>();
        let drawn = handle.clone();
        tokio::spawn(async move {
            while let Some(change) = made.recv().await {
                drawn.update(change).await;
            }
        });
        Ok(Self { handle, bus, changes })
    }

    /// A watcher is on the bus and a host draws its icons. A silent one counts as none.
    pub async fn is_drawn(&self) -> bool {
        let ask = async {
            let watcher = StatusNotifierWatcherProxy::new(&self.bus).await?;
            watcher.is_status_notifier_host_registered().await
        };
        !self.handle.is_closed() && matches!(tokio::time::timeout(PATIENCE, ask).await, Ok(Ok(true)))
    }

    /// Changes what it shows.
    pub fn update(&self, change: impl FnOnce(&mut TrayIcon) + Send + 'static) {
        // It fails only once the icon is gone.
        let _ = self.changes.send(Box::new(change));
    }
}

impl TrayIcon {
    fn toggle(&mut self) {
        // The label changes at once; `window` confirms it.
        self.shown = !self.shown;
        if self.shown {
            self.wanted = Some(Instant::now());
            window_process::present(&self.shell, ksni::current_xdg_activation_token());
        } else {
            window_process::rest(&self.shell);
        }
    }
}

impl ksni::Tray for TrayIcon {
    fn id(&self) -> String {
        "deskbell".into()
    }

    fn category(&self) -> Category {
        Category::Communications
    }

    fn title(&self) -> String {
        match self.unread {
            0 => words::PROGRAM.into(),
            n => format!("{} ({n})", words::PROGRAM),
        }
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: words::PROGRAM.into(),
            description: Words::of(self.language).unread(self.unread),
            ..Default::default()
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        picture().map(|(rgba, width, height)| pixmap(&rgba, width, height, self.unread > 0)).into_iter().collect()
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        if self.wanted.is_none_or(|wanted| !self.shown || wanted.elapsed() > COMES) {
            self.toggle();
        }
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let words = Words::of(self.language);
        let toggle = StandardItem {
            label: if self.shown { words.hide } else { words.show }.into(),
            activate: Box::new(Self::toggle),
            ..Default::default()
        };
        let quit = StandardItem {
            label: words.quit.into(),
            activate: Box::new(|icon: &mut Self| {
                tokio::spawn(quit::quit(Arc::clone(&icon.shell)));
            }),
            ..Default::default()
        };
        vec![toggle.into(), MenuItem::Separator, quit.into()]
    }

    /// The panel went away with the window hidden: nothing would lead back to it, so it shows itself.
    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        if !self.shell.window.is_shown() {
            window_process::present(&self.shell, None);
        }
        true
    }
}

/// The program's own picture: red, green, blue and alpha of each of its pixels, its width and its height.
fn picture() -> Option<(Vec<u8>, u32, u32)> {
    let file = Cursor::new(include_bytes!("../../icons/32x32.png"));
    let mut picture = png::Decoder::new(file).read_info().ok()?;
    let mut rgba = vec![0; picture.output_buffer_size()?];
    let read = picture.next_frame(&mut rgba).ok()?;
    (read.color_type == png::ColorType::Rgba).then_some((rgba, read.width, read.height))
}

/// The specification wants ARGB in network order. A dot in the corner says that something is unread.
fn pixmap(rgba: &[u8], width: u32, height: u32, dot: bool) -> Icon {
    const DOT: [u8; 4] = [255, 0xE0, 0x3E, 0x2F];
    let mut data = Vec::with_capacity(rgba.len());
    let radius = i64::from(width) / 5;
    let (middle_x, middle_y) = (i64::from(width) - radius - 1, i64::from(height) - radius - 1);
    for (at, pixel) in rgba.chunks_exact(4).enumerate() {
        let (x, y) = (at as i64 % i64::from(width), at as i64 / i64::from(width));
        let inside = (x - middle_x).pow(2) + (y - middle_y).pow(2) <= radius.pow(2);
        match pixel {
            _ if dot && inside => data.extend(DOT),
            [r, g, b, a] => data.extend([*a, *r, *g, *b]),
            _ => {}
        }
    }
    Icon { width: width as i32, height: height as i32, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_picture() {
        let (rgba, width, height) = picture().unwrap();
        assert_eq!((width, height, rgba.len()), (32, 32, 32 * 32 * 4));
        assert!(rgba.chunks_exact(4).any(|pixel| pixel[3] == 255), "it can be seen");
    }

    #[test]
    fn the_dot_marks_the_corner_and_only_it() {
        let grey = [1, 2, 3, 255].repeat(32 * 32);
        let read = pixmap(&grey, 32, 32, false);
        let unread = pixmap(&grey, 32, 32, true);
        assert_eq!(read.data.len(), 32 * 32 * 4);
        assert_eq!(&read.data[..4], [255, 1, 2, 3]);
        assert_eq!(unread.data[..4], read.data[..4]);
        let corner = ((32 - 7) * 32 + (32 - 7)) * 4;
        assert_ne!(unread.data[corner..corner + 4], read.data[corner..corner + 4]);
    }
}

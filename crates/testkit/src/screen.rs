//! A program's window as the X server sees it: there or not, with the focus or without, and its close button.
//!
//! The private desktop has no window manager, so what one would send is sent from here.

use anyhow::{Context, Result, anyhow};
use x11rb::{
    connection::Connection,
    protocol::xproto::{
        AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, InputFocus, MapState, Window as WindowId,
    },
    rust_connection::RustConnection,
};

use crate::desktop::Desktop;

/// The X screen of a private desktop.
pub struct Screen {
    connection: RustConnection,
    root: WindowId,
}

impl Screen {
    /// Connects to the desktop's display.
    pub fn open(desktop: &Desktop) -> Result<Self> {
        let (connection, number) = x11rb::connect(Some(desktop.display()))?;
        let root = connection.setup().roots.get(number).context("a display without a screen")?.root;
        Ok(Self { connection, root })
    }

    /// The main window of the program with this process id, hidden or not.
    pub fn window_of(&self, pid: u32) -> Result<Option<WindowId>> {
        let net_wm_pid = self.atom("_NET_WM_PID")?;
        let protocols = self.atom("WM_PROTOCOLS")?;
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            // A window can end between the list and the question.
            let Ok(property) =
                self.connection.get_property(false, window, net_wm_pid, AtomEnum::CARDINAL, 0, 1)?.reply()
            else {
                continue;
            };
            let belongs = property.value32().and_then(|mut values| values.next()) == Some(pid);
            // Helper windows of the toolkit carry the process id too, but nobody can close them.
            let can_close = self
                .connection
                .get_property(false, window, protocols, AtomEnum::ATOM, 0, 8)?
                .reply()
                .is_ok_and(|reply| reply.length > 0);
            let large = self.connection.get_geometry(window)?.reply().is_ok_and(|size| size.width > 300);
            if belongs && can_close && large {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }

    /// The window is on the screen.
    pub fn is_shown(&self, pid: u32) -> Result<bool> {
        let Some(window) = self.window_of(pid)? else { return Ok(false) };
        let attributes = self.connection.get_window_attributes(window)?.reply()?;
        Ok(attributes.map_state == MapState::VIEWABLE)
    }

    /// Some program has a window on the screen that is large enough to be worked with.
    pub fn shows_any(&self) -> Result<bool> {
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            // A window can end between the list and the questions.
            let shown = self.connection.get_window_attributes(window)?.reply().map(|now| now.map_state);
            let large = self.connection.get_geometry(window)?.reply().is_ok_and(|size| size.width > 300);
            if large && matches!(shown, Ok(MapState::VIEWABLE)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where the window is: left and upper edge, width and height.
    pub fn place(&self, pid: u32) -> Result<(i16, i16, u16, u16)> {
        let window = self.window_of(pid)?.ok_or_else(|| anyhow!("the program has no window"))?;
        let size = self.connection.get_geometry(window)?.reply()?;
        let at = self.connection.translate_coordinates(window, self.root, 0, 0)?.reply()?;
        Ok((at.dst_x, at.dst_y, size.width, size.height))
    }

    /// What is typed goes to this program.
    pub fn has_focus(&self, pid: u32) -> Result<bool> {
        let Some(window) = self.window_of(pid)? else { return Ok(false) };
        let mut focus = self.connection.get_input_focus()?.reply()?.focus;
        // The focus may lie on a window inside the window.
        while focus > 1 && focus != self.root {
            if focus == window {
                return Ok(true);
            }
            focus = self.connection.query_tree(focus)?.reply()?.parent;
        }
        Ok(false)
    }

    /// Gives the focus to a program, as a click on its title bar does.
    pub fn focus(&self, pid: u32) -> Result<()> {
        let window = self.window_of(pid)?.ok_or_else(|| anyhow!("the program has no window"))?;
        self.connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME)?.check()?;
        Ok(())
    }

    /// Takes the focus from everybody, as a click on another program does.
    pub fn focus_elsewhere(&self) -> Result<()> {
        self.connection.set_input_focus(InputFocus::NONE, x11rb::NONE, x11rb::CURRENT_TIME)?.check()?;
        Ok(())
    }

    /// Presses the close button.
    pub fn close(&self, pid: u32) -> Result<()> {
        let window = self.window_of(pid)?.ok_or_else(|| anyhow!("the program has no window"))?;
        let data = [self.atom("WM_DELETE_WINDOW")?, x11rb::CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window, self.atom("WM_PROTOCOLS")?, data);
        self.connection.send_event(false, window, EventMask::NO_EVENT, message)?.check()?;
        Ok(())
    }

    fn atom(&self, name: &str) -> Result<u32> {
        Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }
}

//! The menu of the right mouse button. WebKit's own offers what a browser can do: back, reload, open in a new
//! window, save. Here most of it would do nothing, so what is left is what one does with text.

use tauri::WebviewWindow;
use webkit2gtk::{ContextMenu, ContextMenuAction as Action, ContextMenuExt, ContextMenuItemExt, WebViewExt};

/// What stays.
const KEPT: &[Action] = &[
    Action::CopyLinkToClipboard,
    Action::Copy,
    Action::Cut,
    Action::Paste,
    Action::PasteAsPlainText,
    Action::Delete,
    Action::SelectAll,
    Action::InsertEmoji,
    Action::InputMethods,
    Action::Unicode,
    Action::SpellingGuess,
    Action::NoGuessesFound,
    Action::IgnoreSpelling,
    Action::LearnSpelling,
    Action::IgnoreGrammar,
];

/// Trims every context menu of the window.
pub fn trim(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|platform| {
        platform.inner().connect_context_menu(|_, menu, _, _| is_empty_after_trimming(menu));
    })
}

/// WebKit shows no menu where this is true.
fn is_empty_after_trimming(menu: &ContextMenu) -> bool {
    let items = menu.items();
    let entries: Vec<Entry> = items
        .iter()
        .map(|item| match item.stock_action() {
            _ if item.is_separator() => Entry::Separator,
            action if KEPT.contains(&action) || is_for_developers(action) => Entry::Kept,
            _ => Entry::Dropped,
        })
        .collect();
    for (item, stays) in items.iter().zip(stays(&entries)) {
        if !stays {
            menu.remove(item);
        }
    }
    menu.n_items() == 0
}

fn is_for_developers(action: Action) -> bool {
    cfg!(debug_assertions) && matches!(action, Action::InspectElement | Action::Reload)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Separator,
    Kept,
    Dropped,
}

/// A separator stays where something stays on both of its sides, and once.
fn stays(entries: &[Entry]) -> Vec<bool> {
    let mut stays = vec![false; entries.len()];
    let mut separator = None;
    let mut any = false;
    for (at, entry) in entries.iter().enumerate() {
        match entry {
            Entry::Separator => separator = any.then_some(at),
            Entry::Kept => {
                if let Some(between) = separator.take() {
                    stays[between] = true;
                }
                stays[at] = true;
                any = true;
            }
            Entry::Dropped => {}
        }
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::{
        Entry::{Dropped, Kept, Separator},
        stays,
    };

    #[test]
    fn separators_stay_only_between_what_stays() {
        assert_eq!(
            stays(&[Dropped, Separator, Kept, Separator, Dropped, Separator, Kept, Separator, Dropped]),
            [false, false, true, false, false, true, true, false, false]
        );
        assert_eq!(stays(&[Dropped, Separator, Dropped]), [false, false, false]);
        assert_eq!(stays(&[]), [false; 0]);
    }
}

//! What a member does all day, in the words that stand in the window.

use anyhow::Result;

use crate::window::Window;

/// The list of conversations.
const LIST: &str = "[data-pane=list]";
/// The open conversation.
const CONVERSATION: &str = "[data-pane=conversation]";
/// Its head, with the buttons.
const HEAD: &str = ".conv-head";

impl Window {
    /// Waits until the list shows a conversation with this text in it.
    pub async fn lists(&self, text: &str) -> Result<()> {
        self.sees_in(LIST, text).await
    }

    /// Opens the conversation in whose row this text stands.
    pub async fn open_chat(&self, text: &str) -> Result<()> {
        self.choose(LIST, text).await?;
        self.is_at(text).await
    }

    /// Waits until the conversation that is open shows this text.
    pub async fn is_at(&self, text: &str) -> Result<()> {
        self.sees_in(CONVERSATION, text).await
    }

    /// Writes an answer and sends it with Enter.
    pub async fn reply(&self, text: &str) -> Result<()> {
        self.type_in("Message", text).await?;
        self.enter_in("Message").await?;
        self.is_at(text).await
    }

    /// Takes the open conversation.
    pub async fn assign_to_me(&self) -> Result<()> {
        self.click_in(HEAD, "Assign to me").await?;
        self.sees_in(HEAD, "Assigned to me").await
    }

    /// Closes the open conversation.
    pub async fn close_chat(&self) -> Result<()> {
        self.click_in(HEAD, "Close").await?;
        self.sees_in(HEAD, "Reopen").await
    }

    /// Puts a tag on the open conversation, making it where there is none of this name.
    pub async fn tag(&self, name: &str) -> Result<()> {
        self.click_in(CONVERSATION, "Add tag").await?;
        self.fill("Find or make a tag", name).await?;
        self.enter_in("Find or make a tag").await?;
        self.sees_in("[aria-label=Tags]", name).await?;
        self.escape_in("Find or make a tag").await
    }

    /// Goes to the list of closed conversations.
    pub async fn show_closed(&self) -> Result<()> {
        self.choose(LIST, "Closed").await
    }

    /// Sets one thing of this computer's settings, as the settings' page does.
    pub async fn set(&self, name: &str, value: impl Into<serde_json::Value>) -> Result<()> {
        let script = "
            const ask = (name, args) => window.__TAURI_INTERNALS__.invoke('rpc', { name, args });
            return ask('get_settings', {}).then((now) => ask('set_settings', { ...now, [arguments[0]]: arguments[1] }));";
        self.ask(script, vec![name.into(), value.into()]).await.map(drop)
    }
}

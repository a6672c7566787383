//! `set_origins`: which sites may show a web chat.

use super::Rule;
use crate::{Actor, ChannelId, Context, Decision, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};

/// Replaces the list of a web chat's origins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOrigins {
    /// Which channel.
    pub channel: ChannelId,
    /// The whole list; empty = no site may show it.
    pub origins: Vec<String>,
}

impl Rule for SetOrigins {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        vec![Ref::channel(self.channel)]
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        let mut channel = rows.channel(self.channel).ok_or(Rejection::NotFound)?.clone();
        let webchat = channel.webchat.as_mut().ok_or(Rejection::WrongKind)?;
        if webchat.origins == self.origins {
            return Ok(Decision::nothing());
        }
        webchat.origins.clone_from(&self.origins);
        Ok(Decision::put([channel.into()]))
    }
}

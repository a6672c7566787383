//! Web chat: what a visitor's browser talks to.
//!
//! A web site loads `/chat.js`; it draws the button and puts the frame `/widget/{public_id}` on the page. The frame is on
//! the hub's origin, so the page's scripts cannot read the chat. It makes a session with the visitor's first message, sends
//! by `POST`, and hears answers as server-sent events.
//!
//! Who may use a channel is denied by default and enforced three ways: `frame-ancestors` (the browser does not show the frame
//! elsewhere), `Origin` on every call (calls come from the frame alone), and the origin of the page, which the frame learns
//! from `postMessage` and which is checked when the session is made and at every use of it.

mod assets;
mod color;
mod error;
mod events;
mod limits;
mod messages;
mod origin;
mod seen;
mod session;
pub mod site;
mod thread;

pub use error::Problem;
pub use messages::{NewVisitorMessage, SentVisitorMessage, VisitorMessages};
pub use origin::{OriginError, parse_origin};
pub use seen::{Seen, SeenStatus};
pub use session::{NewVisitor, VisitorSession};
pub use thread::{Speaker, VisitorMessage};

use crate::routes::AppState;
use axum::Extension;
use axum::extract::DefaultBodyLimit;
use deskbell_domain::MAX_MESSAGE_BYTES;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Largest body: the longest message with every byte escaped, and room for the rest.
const MAX_BODY: usize = 6 * MAX_MESSAGE_BYTES + 4096;

type SharedLimits = Arc<limits::Limits>;

/// The routes, with their descriptions.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(assets::chat_js))
        .routes(routes!(assets::frame))
        .routes(routes!(assets::asset))
        .routes(routes!(session::create))
        .routes(routes!(messages::send, messages::list))
        .routes(routes!(events::listen))
        .routes(routes!(seen::report))
        .layer(Extension(SharedLimits::default()))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

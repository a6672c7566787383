//! HTTP: a file per endpoint.

mod changes;
mod commands;
mod devices;
mod endless;
mod ephemeral;
mod error;
mod events;
mod extract;
mod guard;
mod health;
mod hub_info;
mod linger;
mod messages;
mod server;
mod session;
mod snapshot;

pub use error::Failure;
pub use extract::{ApiJson, ApiPath, ApiQuery, Bearer, ClientAddress};
pub use guard::Addresses;
pub use server::{RouterOptions, Server};

use crate::hub::Hub;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use deskbell_protocol::{MAX_BODY_BYTES, MAX_CHANGES, code};
use std::sync::Arc;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Largest body of a sign-in, which comes from anybody.
const MAX_SESSION_BYTES: usize = 64 * 1024;

/// What every handler can reach.
#[derive(Clone)]
pub struct AppState {
    /// The hub.
    pub hub: Hub,
    /// Where it can be reached.
    pub addresses: Arc<Addresses>,
}

/// The published description; paths and shapes are added by the routes.
#[derive(OpenApi)]
#[openapi(
    info(title = "Deskbell hub", description = "What clients of Deskbell ask of a hub. See docs/sync.md for the rules."),
    modifiers(&BearerToken)
)]
struct Document;

struct BearerToken;

impl utoipa::Modify for BearerToken {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("device", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(hub_info::hub_info))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(session::create_session, session::get_session, session::delete_session))
                .layer(DefaultBodyLimit::max(MAX_SESSION_BYTES)),
        )
        .routes(routes!(devices::list_devices))
        .routes(routes!(devices::revoke_device))
        .routes(routes!(commands::push_commands))
        .routes(routes!(changes::get_changes))
        .routes(routes!(snapshot::get_snapshot))
        .routes(routes!(messages::get_messages))
        .routes(routes!(events::get_events))
        .routes(routes!(ephemeral::post_ephemeral))
        .merge(crate::webchat::routes())
}

/// The published description of the endpoints.
pub fn openapi() -> utoipa::openapi::OpenApi {
    api().into_openapi()
}

/// All routes of a hub.
pub fn router(state: AppState) -> Router {
    let (api, _) = api().split_for_parts();
    Router::new()
        .merge(api.layer(CompressionLayer::new()))
        .fallback(async || Failure::not_found())
        .method_not_allowed_fallback(async || {
            let message = "This address does not take that method.";
            Failure::new(StatusCode::METHOD_NOT_ALLOWED, code::BAD_REQUEST, message)
        })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(state.clone(), guard::guard))
        .with_state(state)
}

/// Rows for a page: what is asked for, between one and the most.
fn page_limit(asked: Option<u32>) -> usize {
    asked.unwrap_or(MAX_CHANGES).clamp(1, MAX_CHANGES) as usize
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    #[test]
    fn the_published_description_says_of_each_parameter_where_it_stands() {
        let described = serde_json::to_value(super::openapi()).unwrap();
        for (path, operations) in described["paths"].as_object().unwrap() {
            for operation in operations.as_object().unwrap().values() {
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    let name = parameter["name"].as_str().unwrap();
                    let is_in_path = path.contains(&format!("{{{name}}}"));
                    assert_eq!(parameter["in"] == "path", is_in_path, "{path} {name}");
                }
            }
        }
    }
}

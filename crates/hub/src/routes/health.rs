//! `GET /healthz`: whether the hub works.

use super::{AppState, Failure};
use axum::extract::State;

/// `ok` where the hub answers and can read its data.
#[utoipa::path(
    get,
    path = "/healthz",
    responses((status = 200, description = "The hub works", body = String), (status = 500, description = "It does not"))
)]
pub async fn healthz(State(state): State<AppState>) -> Result<&'static str, Failure> {
    state.hub.state().await?;
    Ok("ok\n")
}

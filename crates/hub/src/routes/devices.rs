//! `/v1/devices`: where a member is signed in.

use super::{ApiPath, AppState, Bearer, Failure};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use deskbell_domain::DeviceId;
use deskbell_protocol::{ApiError, Devices};

/// The devices of who asks, newest first.
#[utoipa::path(
    get,
    path = "/v1/devices",
    security(("device" = [])),
    responses((status = 200, description = "Devices", body = Devices), (status = 401, body = ApiError))
)]
pub async fn list_devices(State(state): State<AppState>, bearer: Bearer) -> Result<Json<Devices>, Failure> {
    let who = bearer.who;
    let devices = state.hub.read(move |c| crate::auth::list_devices(c, Some(who.member), Some(who.device))).await?;
    Ok(Json(Devices { devices: devices.into_iter().map(|(_, device)| device).collect() }))
}

/// Signs one of one's own devices out. Repeating it changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/devices/{id}",
    security(("device" = [])),
    params(("id" = String, Path, description = "The device")),
    responses((status = 204, description = "Signed out"), (status = 401, body = ApiError), (status = 404, body = ApiError))
)]
pub async fn revoke_device(
    State(state): State<AppState>,
    bearer: Bearer,
    ApiPath(device): ApiPath<DeviceId>,
) -> Result<StatusCode, Failure> {
    let found = state.hub.accounts().revoke(&state.hub, device, Some(bearer.who.member)).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(Failure::not_found()) }
}

//! `GET /v1/hub`: what anybody may know.

use super::{AppState, Failure};
use axum::{Json, extract::State};
use deskbell_domain::{Kind, Row};
use deskbell_protocol::{HubInfo, PROTOCOL};

/// What this is, which protocol it speaks, and whose it is.
#[utoipa::path(get, path = "/v1/hub", responses((status = 200, description = "A hub", body = HubInfo)))]
pub async fn hub_info(State(state): State<AppState>) -> Result<Json<HubInfo>, Failure> {
    let row = state.hub.row(Kind::Organization, state.hub.organization().0).await?;
    let Some(Row::Organization(organization)) = row.map(|r| r.row) else { return Err(Failure::internal()) };
    Ok(Json(HubInfo {
        service: "deskbell".into(),
        protocol: PROTOCOL,
        oldest_protocol: PROTOCOL,
        organization: organization.name.into(),
    }))
}

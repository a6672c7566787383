//! What a member sets for themselves.

use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{Empty, Quiet, RpcError, Settings};

pub(crate) async fn get_settings(_: &Core, _: Empty) -> Result<Settings, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn set_settings(_: &Core, _: Settings) -> Result<Empty, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn get_quiet(_: &Core, _: Empty) -> Result<Quiet, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn set_quiet(_: &Core, _: Quiet) -> Result<Empty, RpcError> {
    Err(errors::not_yet())
}

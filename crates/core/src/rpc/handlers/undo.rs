//! Taking back what was just done.

use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{Empty, RpcError, Undo};

pub(crate) async fn get_undo(_: &Core, _: Empty) -> Result<Undo, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn undo(_: &Core, _: Empty) -> Result<Undo, RpcError> {
    Err(errors::not_yet())
}

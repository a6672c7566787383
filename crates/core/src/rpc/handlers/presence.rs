//! Who else is here.

use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{Empty, OfChat, Presence, RpcError};

pub(crate) async fn get_presence(_: &Core, _: OfChat) -> Result<Presence, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn tell_typing(_: &Core, _: OfChat) -> Result<Empty, RpcError> {
    Err(errors::not_yet())
}

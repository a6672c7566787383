//! `init`: from nothing to an organization with one admin.

use super::{AdminError, unusable};
use crate::auth::{Password, set_account};
use crate::hub::{Hub, HubError, HubOptions, NewOrganization};
use deskbell_domain::command::AddMember;
use deskbell_domain::{Actor, EmailAddress, Member, MemberId, Name, Product, Role};
use std::path::Path;

/// A new organization and its first admin.
#[derive(Debug, Clone)]
pub struct NewHub {
    /// Name of the organization.
    pub organization: Name,
    /// Which menus it gets.
    pub product: Product,
    /// Address of the admin.
    pub admin: EmailAddress,
    /// Name of the admin.
    pub admin_name: Name,
    /// Password of the admin.
    pub password: Password,
}

/// Makes it. A data directory that holds an organization is left as it is.
pub async fn init(data: &Path, new: NewHub, options: HubOptions) -> Result<(Hub, MemberId), AdminError> {
    let hub = Hub::create(data, NewOrganization { name: new.organization, product: new.product }, options)?;
    let id = MemberId(hub.new_id());
    let member = Member { id, name: new.admin_name, email: new.admin, role: Role::Admin, active: true };
    add_member(&hub, member, new.password).await?;
    Ok((hub, id))
}

/// The account first: a member who cannot sign in would be there for everybody to see.
pub(super) async fn add_member(hub: &Hub, member: Member, password: Password) -> Result<(), AdminError> {
    if !set_account(hub, member.id, member.email.clone(), password).await? {
        return Err(unusable("e-mail", format!("{} is a member's already", member.email)));
    }
    let id = member.id;
    if let Err(error) = hub.carry_out(Actor::System, AddMember { member }).await {
        drop_account(hub, id).await?;
        return Err(error.into());
    }
    Ok(())
}

pub(super) async fn drop_account(hub: &Hub, member: MemberId) -> Result<(), HubError> {
    hub.write(move |c| {
        c.execute("DELETE FROM account WHERE member = ?1", [member.0])?;
        Ok(())
    })
    .await
}

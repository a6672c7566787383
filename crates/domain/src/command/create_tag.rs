//! `create_tag`: anyone creates tags; equal names made offline are one tag.

use super::Rule;
use crate::{Actor, Context, Decision, NaturalKey, Ref, Refusal, Rejection, Rows, Tag, TagId, TagName, Tint};
use serde::{Deserialize, Serialize};

/// Makes a tag of the organization. Where the name exists, that tag is meant (S16).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateTag {
    /// Its identifier.
    pub tag: TagId,
    /// Its name.
    pub name: TagName,
    /// Its colour.
    pub color: Tint,
}

impl Rule for CreateTag {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        vec![Ref::tag(self.tag), Ref::Key(NaturalKey::TagName(self.name.key()))]
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        if let Some(existing) = rows.key(&NaturalKey::TagName(self.name.key())) {
            return Ok(Decision::joined(self.tag.0, existing));
        }
        if rows.tag(self.tag).is_some() {
            return Err(Rejection::Exists.into());
        }
        Ok(Decision::put([Tag { id: self.tag, name: self.name.clone(), color: self.color }.into()]))
    }
}

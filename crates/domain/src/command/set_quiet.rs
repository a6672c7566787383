//! `set_quiet`: when a member is not to be disturbed, on all their computers. The last one in hub order stands.

use super::Rule;
use crate::{Actor, Context, Decision, Kind, Quiet, QuietHours, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// Sets both: what is absent is not silent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetQuiet {
    /// Silent until then (UTC milliseconds).
    #[serde(default)]
    pub until_ms: Option<i64>,
    /// Silent hours of every day.
    #[serde(default)]
    pub hours: Option<QuietHours>,
}

impl Rule for SetQuiet {
    fn reads(&self, actor: Actor, _: &Rows) -> Vec<Ref> {
        actor.member().map(|me| Ref::Row(Kind::Quiet, Quiet::id_of(me))).into_iter().collect()
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let member = context.actor.member().ok_or(Rejection::Forbidden)?;
        // Hours that end as they begin are none, or all: nobody can say which was meant.
        if self.hours.is_some_and(|h| h.from >= DAY || h.to >= DAY || h.from == h.to) {
            return Err(Rejection::Invalid { field: "hours".into(), problem: "not_in_form".into() }.into());
        }
        let quiet = Quiet { member, until_ms: self.until_ms, hours: self.hours };
        let before = rows.quiet(member);
        let nothing_new =
            before == Some(&quiet) || (before.is_none() && self.until_ms.or(self.hours.map(|_| 0)).is_none());
        Ok(if nothing_new { Decision::nothing() } else { Decision::put([quiet.into()]) })
    }
}

//! The member was removed from the organization: the hub says so, and never anything again.
//!
//! What they may not see any more goes, from lists and from search. What they wrote and did not send stays and says why: it
//! is theirs. Their drafts stay too. Should they come back, the same cache goes on from its cursor.

use super::pending::Lanes;
use super::{OutboxState, Reason, Store, Stored, outbox};
use crate::rpc::types::RpcError;

impl Store {
    /// Wipes every scope and refuses what waits, as the hub's `error` says. Doing it again changes nothing.
    pub fn member_removed(&mut self, error: &RpcError) -> Stored<()> {
        self.write(|w| {
            w.restore(&Lanes::All)?;
            w.set_grants(&[])?;
            for item in outbox::unfinished(&w.tx)? {
                if item.state != OutboxState::Waiting {
                    continue;
                }
                if item.is_reading() {
                    w.delete_outbox(item.id)?;
                } else {
                    // Sent, perhaps, and never answered: given again it is one message all the same (S18).
                    w.set_outbox(&item, OutboxState::Refused, None, Some(&Reason::Request { error: error.clone() }))?;
                }
            }
            w.replay(&Lanes::All)?;
            w.tag("status");
            Ok(())
        })
    }
}

//! A plan: everything that happens in a history, drawn before it begins.
//!
//! Every step brings chance of its own, so that a step that is left out changes nothing of the others: that is what lets
//! a failing history be shrunk.

use crate::chance::Chance;

/// Clients: two of Ada's, one of Ben's, one of Mia's; the last is what runs from a copied disk.
pub const CLIENTS: usize = 5;
/// The clients that are there from the beginning.
pub const ORIGINAL: usize = 4;

/// What somebody or something does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Writes a message.
    Send,
    /// Assigns to themselves, or releases what they have.
    Claim,
    /// Gives it to somebody.
    HandOver,
    /// Closes it, or reopens what is closed.
    Close,
    /// Adds a tag, or takes one off.
    Tag,
    /// Makes a tag.
    NewTag,
    /// Starts a direct chat and writes in it.
    NewDirect,
    /// Makes a contact.
    NewContact,
    /// Shares a private contact.
    Share,
    /// Reads up to the newest.
    Read,
    /// Marks unread.
    Unread,
    /// Types without sending.
    Draft,
    /// Decides about something held or refused: again, edit, or discard.
    Decide,
    /// Takes back what has not travelled.
    TakeBack,
    /// The network moves something of this client: a request, an answer, the event stream; or its waiting ends.
    Network,
    /// The network of this client is cut or comes back.
    Cable,
    /// The program dies at one of its next writes and is started again.
    Crash,
    /// The computer's clock is set.
    Clock,
    /// The program is replaced by a newer one.
    Upgrade,
    /// The disk is copied and runs as another computer.
    Clone,
    /// A person outside writes.
    Customer,
    /// The other end confirms messages.
    Status,
    /// A member is taken off an inbox or put on it.
    Access,
    /// A channel moves to the other inbox.
    MoveChannel,
    /// The hub deletes a chat.
    Delete,
    /// The hub forgets tombstones.
    Compact,
    /// The hub is copied.
    Backup,
    /// The hub is restored from its copy, and says so.
    Restore,
    /// The hub's machine goes back to its copy, and nobody knows.
    Rollback,
    /// The hub dies at one of its next commits and is started again.
    HubCrash,
    /// Time passes.
    Wait,
}

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Its number in the plan as it was drawn.
    pub number: usize,
    /// Which client, where it is one's.
    pub client: usize,
    /// What.
    pub act: Act,
    /// Its own chance.
    pub salt: u64,
}

/// What a client has when a history begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// All that the hub has for it.
    Complete,
    /// Nothing, as after a first sign-in.
    Fresh,
    /// What is hinted at, and the rest comes: the passes that end something happen beside the work.
    Hinted,
}

/// A history before it happens.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The seed that it was drawn from.
    pub seed: u64,
    /// What a fault in the network is: once in so many.
    pub faults: u64,
    /// Most changes that the hub puts into a page.
    pub page: u32,
    /// What the clients begin with.
    pub begins: [Begins; ORIGINAL],
    /// How many things move whenever the network moves: where it is fast, whole snapshots come between two clicks.
    pub pace: usize,
    /// Which clients are an older program.
    pub older: [bool; ORIGINAL],
    /// The steps.
    pub steps: Vec<Step>,
}

/// What is rare enough to be drawn for some histories only: mixed into all of them, each would hide the others. Those of
/// a line have something to do with each other.
const EVENTFUL: &[&[(Act, u64)]] = &[
    &[],
    &[(Act::Access, 14), (Act::MoveChannel, 5)],
    &[(Act::Access, 8), (Act::Delete, 8), (Act::Compact, 5), (Act::Share, 4)],
    &[(Act::Crash, 8), (Act::HubCrash, 6)],
    &[(Act::Clone, 3), (Act::Clock, 3), (Act::TakeBack, 5)],
    &[(Act::Crash, 4), (Act::Access, 5), (Act::Delete, 3), (Act::HubCrash, 3), (Act::Clock, 2), (Act::Compact, 2)],
];

/// What happens in every history, with its weight.
const ALWAYS: &[(Act, u64)] = &[
    (Act::Send, 14),
    (Act::Claim, 5),
    (Act::HandOver, 2),
    (Act::Close, 4),
    (Act::Tag, 5),
    (Act::NewTag, 3),
    (Act::NewDirect, 4),
    (Act::NewContact, 3),
    (Act::Share, 2),
    (Act::Read, 4),
    (Act::Unread, 2),
    (Act::Draft, 3),
    (Act::Decide, 3),
    (Act::TakeBack, 1),
    (Act::Cable, 4),
    (Act::Customer, 9),
    (Act::Status, 2),
    (Act::Wait, 2),
];

impl Plan {
    /// Draws the history of a seed.
    pub fn draw(seed: u64) -> Self {
        let mut chance = Chance::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let length = 60 + chance.below(90) as usize;
        let mut weights: Vec<(Act, u64)> = ALWAYS.to_vec();
        weights.extend(EVENTFUL[chance.below(EVENTFUL.len() as u64) as usize]);
        let network: u64 = weights.iter().map(|(_, weight)| *weight).sum::<u64>() * (1 + chance.below(3));
        weights.push((Act::Network, network));
        let fresh = std::array::from_fn(|_| chance.once_in(4));
        let upgrades = chance.once_in(4);
        let older = std::array::from_fn(|_| upgrades && chance.once_in(2));
        let faults = [4, 8, 30][chance.below(3) as usize];
        let page = [2, 8, 1000][chance.below(3) as usize];
        let mut acts: Vec<Act> = (0..length).map(|_| draw(&weights, &mut chance)).collect();
        if upgrades {
            for _ in 0..3 {
                acts[chance.below(length as u64) as usize] = Act::Upgrade;
            }
        }
        // A hub goes back once, or not at all, and says so or not.
        if chance.once_in(3) {
            let backup = chance.below(length as u64 / 2) as usize;
            let back = backup + 1 + chance.below((length - backup - 1) as u64) as usize;
            acts[backup] = Act::Backup;
            acts[back] = if chance.once_in(2) { Act::Restore } else { Act::Rollback };
        }
        let steps: Vec<Step> = acts
            .into_iter()
            .enumerate()
            .map(|(number, act)| Step {
                number,
                client: chance.below(CLIENTS as u64) as usize,
                act,
                salt: chance.draw(),
            })
            .collect();
        let begins = fresh.map(|fresh: bool| match fresh {
            false => Begins::Complete,
            true if chance.once_in(2) => Begins::Hinted,
            true => Begins::Fresh,
        });
        let pace = [1, 1, 5][chance.below(3) as usize];
        Self { seed, faults, page, begins, pace, older, steps }
    }

    /// How many rows a client writes in one go: where pages are small, fewer than they have.
    pub fn pieces(&self) -> usize {
        (self.page as usize).div_ceil(3)
    }
}

fn draw(weights: &[(Act, u64)], chance: &mut Chance) -> Act {
    let total = weights.iter().map(|(_, weight)| weight).sum();
    let mut at = chance.below(total);
    for (act, weight) in weights {
        if at < *weight {
            return *act;
        }
        at -= weight;
    }
    Act::Wait
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_history_every_time() {
        let (one, two) = (Plan::draw(7), Plan::draw(7));
        let acts = |plan: &Plan| plan.steps.iter().map(|s| (s.act, s.client, s.salt)).collect::<Vec<_>>();
        assert_eq!(acts(&one), acts(&two));
        assert_ne!(acts(&one), acts(&Plan::draw(8)));
    }
}

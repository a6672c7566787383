//! The member's own order of pinned chats: one order for all lists, so that a chat keeps its place wherever it shows.

use super::{Store, Stored, project, rows};
use deskbell_domain::{ChatId, Kind, Row};
use std::collections::BTreeSet;

/// Between two pins as they are made: room for as many halvings as it has bits.
const ROOM: i64 = 1 << 32;

impl Store {
    /// Which orders to give so that a chat stands above `before`, or last: its own, and those of the chats that must make
    /// room. None where it stands there already.
    pub(crate) fn orders_to_pin(&self, chat: ChatId, before: Option<ChatId>) -> Stored<Vec<(ChatId, i64)>> {
        let Some(identity) = self.identity else { return Ok(vec![]) };
        let mut pins: Vec<(i64, ChatId)> = rows::all(&self.connection, Kind::Pin)?
            .into_iter()
            .filter_map(|row| match row {
                Row::Pin(pin) if pin.member == identity.me => Some((pin.order, pin.chat)),
                _ => None,
            })
            .collect();
        pins.sort_unstable();
        let mut given = orders(&pins, chat, before);
        // A pin may outlive its chat, of which the rules know nothing then: it stays as it is, and in nobody's way.
        let mut gone = BTreeSet::new();
        for (pinned, _) in &given {
            if *pinned != chat && !project::is_listed(&self.connection, *pinned)? {
                gone.insert(*pinned);
            }
        }
        given.retain(|(pinned, _)| !gone.contains(pinned));
        Ok(given)
    }
}

/// See [`Store::orders_to_pin`]; `pins` are in their order.
fn orders(pins: &[(i64, ChatId)], chat: ChatId, before: Option<ChatId>) -> Vec<(ChatId, i64)> {
    let is = pins.iter().position(|(_, pinned)| *pinned == chat);
    let others: Vec<(i64, ChatId)> = pins.iter().copied().filter(|(_, pinned)| *pinned != chat).collect();
    // Above one that is not pinned (any more) is last; above itself is where it is.
    let to = match before {
        Some(before) if before == chat => is.unwrap_or(others.len()),
        Some(before) => others.iter().position(|(_, pinned)| *pinned == before).unwrap_or(others.len()),
        None => others.len(),
    };
    if is == Some(to) {
        return vec![];
    }
    let above = to.checked_sub(1).map(|at| others[at].0);
    let below = others.get(to).map(|(order, _)| *order);
    let order = match (above, below) {
        (None, None) => Some(0),
        (Some(above), None) => above.checked_add(ROOM),
        (None, Some(below)) => below.checked_sub(ROOM),
        (Some(above), Some(below)) => Some(above.midpoint(below)).filter(|middle| above < *middle && *middle < below),
    };
    match order {
        Some(order) => vec![(chat, order)],
        None => {
            let mut all: Vec<ChatId> = others.into_iter().map(|(_, pinned)| pinned).collect();
            all.insert(to, chat);
            all.into_iter().zip(0i64..).map(|(pinned, at)| (pinned, at * ROOM)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn chat(n: u8) -> ChatId {
        ChatId(Uuid::from_u128(u128::from(n)))
    }

    fn in_order(kept: &BTreeMap<ChatId, i64>) -> Vec<(i64, ChatId)> {
        let mut pins: Vec<_> = kept.iter().map(|(chat, order)| (*order, *chat)).collect();
        pins.sort_unstable();
        pins
    }

    proptest! {
        #[test]
        fn a_pinned_chat_stands_where_it_was_put_and_no_other_moves(
            puts in prop::collection::vec((0..6u8, prop::option::of(0..6u8)), 1..80),
            start in prop::collection::vec((0..6u8, prop_oneof![Just(i64::MIN), Just(i64::MAX), 0..3i64]), 0..4),
        ) {
            let mut kept: BTreeMap<ChatId, i64> = start.into_iter().map(|(n, order)| (chat(n), order)).collect();
            let mut list: Vec<ChatId> = in_order(&kept).into_iter().map(|(_, pinned)| pinned).collect();
            for (n, before) in puts {
                let (put, before) = (chat(n), before.map(chat));
                if before != Some(put) {
                    list.retain(|pinned| *pinned != put);
                    let at = before.and_then(|b| list.iter().position(|pinned| *pinned == b)).unwrap_or(list.len());
                    list.insert(at, put);
                } else if !list.contains(&put) {
                    list.push(put);
                }
                kept.extend(orders(&in_order(&kept), put, before));
                prop_assert_eq!(in_order(&kept).into_iter().map(|(_, p)| p).collect::<Vec<_>>(), list.clone());
            }
        }
    }

    #[test]
    fn between_two_there_is_room_thirty_times_before_all_are_numbered_anew() {
        let mut kept: BTreeMap<ChatId, i64> = [(chat(0), 0), (chat(1), ROOM)].into();
        for n in 2..32 {
            let given = orders(&in_order(&kept), chat(n), Some(chat(1)));
            assert_eq!(given.len(), 1, "{n}");
            kept.extend(given);
        }
        assert_eq!(orders(&in_order(&kept), chat(31), Some(chat(1))), [], "it is there already");
    }
}

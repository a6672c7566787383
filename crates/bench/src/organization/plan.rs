//! What happens in the organization: who writes where and when, before a word of it is written.

use super::Shape;
use rand::Rng;
use rand::rngs::StdRng;

const MINUTE_MS: i64 = 60 * 1000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// How far back it goes.
const DAYS: i64 = 400;
/// Days between two conversations of one customer: more than those after which one is reopened.
const APART: i64 = 20;
/// Conversations of a customer who comes back.
const MOST_OF_ONE: usize = 8;

/// A conversation.
pub struct Talk {
    /// Which customer; the same one comes back.
    pub customer: u32,
    /// Index of the channel.
    pub channel: u8,
    /// Which language.
    pub tongue: u8,
    /// Index of the member who answers, among those of the inbox.
    pub answers: u16,
}

/// Something that happens in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The customer writes.
    In,
    /// The member who answers writes.
    Out,
    /// It gets a tag.
    Tag,
    /// It is closed.
    Close,
    /// The member whose cache is measured has read it.
    Read,
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When (UTC milliseconds).
    pub at_ms: i64,
    /// Index of the conversation.
    pub talk: u32,
    /// What.
    pub step: Step,
}

/// All of it, the events in the order of time.
pub struct Plan {
    /// Conversations.
    pub talks: Vec<Talk>,
    /// What happens in them.
    pub events: Vec<Event>,
    /// How many customers there are.
    pub customers: u32,
}

/// Draws a plan with exactly so many messages.
pub fn draw(shape: &Shape, channels: usize, mut tongue: impl FnMut(&mut StdRng) -> usize, random: &mut StdRng) -> Plan {
    let count = shape.conversations();
    let sizes = sizes(shape.messages, count, random);
    let mut plan = Plan { talks: Vec::with_capacity(count), events: Vec::new(), customers: 0 };
    let small = (100.0 / count as f64).clamp(0.04, 0.25);
    // A customer's conversations follow each other here, so that they can be kept apart in time.
    let mut left_of_customer = 0;
    let mut began_ms = 0;
    let mut of_customer = (0_u8, 0_u8);
    for (index, size) in sizes.into_iter().enumerate() {
        if left_of_customer == 0 {
            plan.customers += 1;
            left_of_customer = if random.random_bool(0.4) { random.random_range(2..=MOST_OF_ONE) } else { 1 };
            let room = DAYS - APART * left_of_customer as i64;
            began_ms = shape.now_ms - DAYS * DAY_MS + random.random_range(0..room * DAY_MS);
            // The last channels are of the small inbox: few come there, and only once.
            let channel = if random.random_bool(small) {
                left_of_customer = 1;
                random.random_range(channels - 2..channels)
            } else {
                random.random_range(0..channels - 2)
            };
            of_customer = (channel as u8, tongue(random) as u8);
        }
        // Whoever wrote the very long one is still at it when they would come back.
        left_of_customer = if index == count / 2 { 0 } else { left_of_customer - 1 };
        let (channel, tongue) = of_customer;
        // One of those that are left open was written in lately; all but the newest of a customer are closed.
        let left_open = if usize::from(channel) + 2 < channels { 0.15 } else { 0.6 };
        let open = left_of_customer == 0 && random.random_bool(left_open);
        let lasts = size as i64 * 12 * MINUTE_MS;
        if open {
            began_ms = began_ms.max(shape.now_ms - lasts - random.random_range(0..5 * DAY_MS));
        }
        let read = !open || random.random_bool(0.7);
        let answers = (random.random::<f64>().powi(3) * 1_000.0) as u16;
        plan.talks.push(Talk { customer: plan.customers - 1, channel, tongue, answers });
        play(&mut plan.events, index as u32, size, began_ms, shape.now_ms, open, read, random);
        began_ms += APART * DAY_MS + random.random_range(0..DAY_MS);
    }
    plan.events.sort();
    plan
}

/// Messages of each conversation: many short ones, some long, one very long; `messages` together.
fn sizes(messages: usize, conversations: usize, random: &mut StdRng) -> Vec<usize> {
    let longest = (messages / 100).min(10_000);
    let weights: Vec<f64> = (0..conversations).map(|_| 0.25 - random.random::<f64>().max(1e-9).ln()).collect();
    let all: f64 = weights.iter().sum();
    let rest = messages - longest;
    let mut sizes: Vec<usize> = weights.iter().map(|w| ((w / all * rest as f64) as usize).max(1)).collect();
    let middle = conversations / 2;
    sizes[middle] = longest.max(1);
    // What rounding took away is given back, one to each.
    let there: usize = sizes.iter().sum();
    for size in sizes.iter_mut().take(messages.saturating_sub(there)) {
        *size += 1;
    }
    let others: usize = sizes.iter().sum::<usize>() - sizes[middle];
    sizes[middle] = messages.saturating_sub(others).max(1);
    sizes
}

#[allow(clippy::too_many_arguments, reason = "what one conversation is made of")]
fn play(
    events: &mut Vec<Event>,
    talk: u32,
    size: usize,
    began_ms: i64,
    now_ms: i64,
    open: bool,
    read: bool,
    random: &mut StdRng,
) {
    // A conversation ends before now, however long it is.
    let pace = ((now_ms - began_ms - 3 * MINUTE_MS) / (size as i64 + 3)).clamp(2, 12 * MINUTE_MS);
    let mut at_ms = began_ms;
    let mut at = |step, wait: i64| {
        at_ms += wait;
        events.push(Event { at_ms, talk, step });
    };
    at(Step::In, 0);
    if random.random_bool(0.4) {
        at(Step::Tag, 1);
    }
    for _ in 1..size {
        let step = if random.random_bool(0.48) { Step::Out } else { Step::In };
        at(step, random.random_range(pace / 2..=pace));
    }
    if !open {
        at(Step::Close, pace / 2);
    }
    if read {
        at(Step::Read, 1);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn there_are_exactly_as_many_messages_as_were_asked_for_and_all_before_now() {
        for messages in [500, 10_000, 40_000] {
            let shape = Shape { messages, seed: 1, now_ms: 1_800_000_000_000 };
            let plan = draw(&shape, 10, |_| 0, &mut StdRng::seed_from_u64(1));
            let said = plan.events.iter().filter(|e| matches!(e.step, Step::In | Step::Out)).count();
            assert_eq!(said, messages);
            assert_eq!(plan.talks.len(), messages / 20);
            let mut sizes = vec![0; plan.talks.len()];
            plan.events.iter().for_each(|event| sizes[event.talk as usize] += 1);
            let most = sizes.into_iter().max().unwrap();
            assert!(most <= (messages / 50).max(200), "{most} events in the longest");
            assert!(plan.events.iter().all(|e| e.at_ms < shape.now_ms), "{messages}");
            assert!(plan.events.is_sorted());
        }
    }
}

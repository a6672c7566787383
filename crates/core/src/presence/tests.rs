use super::*;
use uuid::Uuid;

const CHAT: ChatId = ChatId(Uuid::from_u128(1));
const OTHER: ChatId = ChatId(Uuid::from_u128(2));
const BOB: MemberId = MemberId(Uuid::from_u128(3));

fn online() -> Presence {
    let mut presence = Presence::default();
    presence.set_online(true, 0);
    presence
}

fn looking(chat: ChatId) -> View {
    View { chat: Some(chat), focused: true }
}

fn bob(sign: Sign) -> EventEphemeral {
    EventEphemeral { chat: CHAT, member: BOB, sign }
}

fn told(todo: &[Do]) -> Vec<(ChatId, Sign)> {
    let told = todo.iter().filter_map(|one| match one {
        Do::Tell(sign) => Some((sign.chat, sign.sign)),
        Do::Changed(_) => None,
    });
    told.collect()
}

#[test]
fn a_colleague_is_there_as_long_as_they_say_so() {
    let mut presence = online();
    assert_eq!(presence.heard(bob(Sign::Viewing), 0), [Do::Changed(CHAT)]);
    assert_eq!(presence.heard(bob(Sign::Viewing), 4_000), [], "nothing new");
    assert_eq!(presence.heard(bob(Sign::Typing), 5_000), [Do::Changed(CHAT)]);
    let here = presence.here(CHAT, 5_000).unwrap();
    assert_eq!((here.viewing, here.typing), ([BOB].into(), [BOB].into()));
    assert_eq!(presence.here(OTHER, 5_000), Some(Here::default()));
    assert_eq!(presence.wakes_ms(), Some(15_000));
    assert_eq!(presence.tick(15_000), [Do::Changed(CHAT)]);
    assert_eq!(presence.here(CHAT, 15_000), Some(Here::default()));
    presence.heard(bob(Sign::Viewing), 16_000);
    assert_eq!(presence.heard(bob(Sign::Left), 17_000), [Do::Changed(CHAT)]);
}

#[test]
fn nothing_is_known_of_anybody_while_the_hub_is_away() {
    let mut presence = Presence::default();
    assert_eq!(presence.here(CHAT, 0), None);
    presence.set_online(true, 0);
    presence.heard(bob(Sign::Viewing), 0);
    assert_eq!(presence.set_online(false, 1), [Do::Changed(CHAT)]);
    assert_eq!(presence.here(CHAT, 1), None);
    assert_eq!(told(&presence.look(looking(CHAT), 2)), [], "nobody could hear it");
    let back = presence.set_online(true, 3);
    assert_eq!(told(&back), [(CHAT, Sign::Viewing)]);
    assert_eq!(presence.here(CHAT, 3), Some(Here::default()), "what was is not what is");
}

#[test]
fn what_is_before_the_eyes_is_said_again_and_left_when_it_is_not() {
    let mut presence = online();
    presence.heard(bob(Sign::Viewing), 0);
    assert_eq!(told(&presence.look(looking(CHAT), 0)), [(CHAT, Sign::Viewing)]);
    assert_eq!(told(&presence.tick(3_999)), []);
    assert_eq!(told(&presence.tick(4_000)), [(CHAT, Sign::Viewing)]);
    assert_eq!(told(&presence.look(looking(OTHER), 4_100)), [(CHAT, Sign::Left), (OTHER, Sign::Viewing)]);
    let blurred = View { focused: false, ..looking(OTHER) };
    assert_eq!(told(&presence.look(blurred, 4_200)), [(OTHER, Sign::Left)], "a window in the back is not looked at");
    assert_eq!(told(&presence.tick(60_000)), []);
    assert_eq!(presence.wakes_ms(), None, "an idle program does not wake");
}

#[test]
fn with_nobody_else_there_it_is_seldom_said_again_until_somebody_comes() {
    let mut presence = online();
    presence.look(looking(CHAT), 0);
    assert_eq!(presence.wakes_ms(), Some(30_000), "a window that is only looked at costs nothing");
    assert_eq!(told(&presence.tick(29_999)), []);
    assert_eq!(told(&presence.tick(30_000)), [(CHAT, Sign::Viewing)]);
    assert_eq!(told(&presence.heard(bob(Sign::Viewing), 45_000)), [(CHAT, Sign::Viewing)], "who comes is told at once");
    assert_eq!(told(&presence.tick(49_000)), [(CHAT, Sign::Viewing)], "and then as often as it must");
    assert_eq!(told(&presence.tick(55_000)), [], "who does not say it again is gone");
    assert_eq!(presence.wakes_ms(), Some(79_000));
}

#[test]
fn typing_is_said_as_often_as_it_must_and_ends_with_the_message() {
    let mut presence = online();
    presence.look(looking(CHAT), 0);
    assert_eq!(told(&presence.types(CHAT, 100)), [(CHAT, Sign::Typing)]);
    let keys: Vec<_> = (2..30).flat_map(|n| told(&presence.types(CHAT, n * 100))).collect();
    assert_eq!(keys, [], "not with every key");
    assert_eq!(told(&presence.types(CHAT, 3_200)), [(CHAT, Sign::Typing)]);
    assert_eq!(told(&presence.sent(CHAT, 3_300)), [(CHAT, Sign::Viewing)]);
    presence.types(CHAT, 4_000);
    assert_eq!(told(&presence.tick(9_000)), [(CHAT, Sign::Viewing)], "who stopped writing looks on");
    assert_eq!(told(&presence.types(OTHER, 9_100)), [], "nobody writes in what is not before their eyes");
}

#[test]
fn who_comes_to_look_is_told_who_was_there_and_nobody_answers_in_a_circle() {
    let (mut mine, mut theirs) = (online(), online());
    mine.look(looking(CHAT), 0);
    theirs.look(looking(CHAT), 2_000);
    let answer = mine.heard(bob(Sign::Viewing), 2_000);
    assert_eq!(told(&answer), [(CHAT, Sign::Viewing)]);
    assert_eq!(told(&theirs.heard(bob(Sign::Viewing), 2_010)), [], "they have just said it");
    assert_eq!(told(&mine.heard(bob(Sign::Typing), 2_500)), []);
}

//! When and how the member is told: quiet hours, after sleep, what waits for a decision, and which chats.

use super::*;

/// C063
#[test]
fn what_comes_in_quiet_hours_is_unread_and_never_shown_not_even_once_they_are_over() {
    let mut cache = Cache::new();
    cache.quiet(None, Some(QuietHours { from: 21 * 60, to: 7 * 60 }));
    for (n, minute) in [(1, 23 * 60), (2, 30)] {
        cache.it_is(0, minute);
        assert_eq!(cache.written(n, "at night", None), [], "{minute}");
    }
    cache.it_is(0, 7 * 60 + 1);
    let notices = shown(cache.written(3, "in the morning", None));
    assert_eq!(notices.len(), 1, "nothing is replayed");
    assert_eq!(notices[0].body, "in the morning");
    let unread = crate::store::query::unread_badges(cache.store.connection()).unwrap();
    assert_eq!(unread, 3, "all of it is unread");
    cache.store.notice_shown(&notices[0].id).unwrap();
    assert_eq!(cache.start(), []);
}

#[test]
fn silence_until_a_moment_ends_then_and_what_was_shown_before_goes_when_it_is_read() {
    let mut cache = Cache::new();
    cache.it_is(1_000, 0);
    assert_eq!(shown(cache.written(1, "before", None)).len(), 1);
    cache.quiet(Some(5_000), None);
    assert_eq!(cache.written(1, "meanwhile", None), []);
    assert_eq!(cache.read(1), [NoticeEvent::Retract { chat: chat(1) }]);
    cache.it_is(5_000, 0);
    assert_eq!(shown(cache.written(1, "after", None))[0].body, "after");
}

#[test]
fn after_sleep_there_is_one_notification_however_many_pages_came() {
    let mut cache = Cache::new();
    cache.store.catch_up();
    for n in 1..=3 {
        assert_eq!(cache.written(n, "while it slept", None), []);
    }
    // Read on another computer before all of it was here.
    assert_eq!(cache.read(2), [NoticeEvent::Retract { chat: chat(2) }]);
    let notices = shown(cache.caught_up(true));
    assert_eq!(notices.len(), 1);
    assert_eq!(
        (notices[0].title.as_str(), notices[0].chats.clone()),
        ("Unread messages in 2 chats", vec![chat(3), chat(1)])
    );
    assert_eq!(cache.caught_up(true), []);
    assert_eq!(shown(cache.written(4, "now", None)).len(), 1, "from now on one by one");
}

#[test]
fn one_chat_after_sleep_is_told_as_itself_with_its_buttons() {
    let mut cache = Cache::new();
    cache.store.catch_up();
    cache.written(1, "a", None);
    cache.written(1, "b", None);
    let notices = shown(cache.caught_up(true));
    assert_eq!((notices.len(), notices[0].body.as_str(), notices[0].actions.is_empty()), (1, "b", false));
}

/// C058
#[test]
fn a_few_that_came_while_the_network_was_away_are_told_one_by_one_and_many_as_one() {
    let mut cache = Cache::new();
    cache.store.catch_up();
    for n in 1..=2 {
        cache.written(n, "meanwhile", None);
    }
    assert_eq!(shown(cache.caught_up(false)).len(), 2);
    cache.store.catch_up();
    for n in 1..=MOST_AT_ONCE as u128 + 1 {
        cache.written(n, "meanwhile", None);
    }
    assert_eq!(shown(cache.caught_up(false)).len(), 1);
}

#[test]
fn what_the_last_run_did_not_show_and_what_came_since_are_one_notification() {
    let mut cache = Cache::new();
    assert_eq!(shown(cache.written(1, "before the crash", None)).len(), 1);
    cache.store.notices_at_start().unwrap();
    assert_eq!(cache.written(2, "since", None), []);
    let notices = shown(cache.caught_up(true));
    assert_eq!((notices.len(), notices[0].title.as_str()), (1, "Unread messages in 2 chats"));
    // Killed before anything was shown: still there.
    assert_eq!(shown(cache.start()), notices);
}

#[test]
fn a_chat_that_came_before_the_eyes_while_catching_up_is_not_told() {
    let mut cache = Cache::new();
    cache.store.catch_up();
    cache.written(1, "a", None);
    cache.store.set_view(View { chat: Some(chat(1)), focused: true });
    assert_eq!(cache.caught_up(true), []);
    assert_eq!(cache.start(), []);
}

#[test]
fn a_chat_that_is_deleted_takes_its_notification_with_it() {
    let mut cache = Cache::new();
    assert_eq!(shown(cache.written(1, "a", None)).len(), 1);
    let gone = vec![(deskbell_domain::Kind::Conversation, chat(1).0)];
    assert_eq!(cache.deleted(gone), [NoticeEvent::Retract { chat: chat(1) }]);
    assert_eq!(cache.start(), []);
}

#[test]
fn what_the_hub_holds_is_told_until_it_is_decided() {
    let mut cache = Cache::new();
    shown(cache.written(1, "a", Some(ME)));
    let (held, at) = (uuid::Uuid::now_v7().into(), Moment { local_ms: 0, skew_ms: 0 });
    let text = MessageText::parse("mine").unwrap();
    let command = deskbell_domain::command::SendMessage {
        chat: chat(1),
        message: uuid::Uuid::now_v7().into(),
        text,
        seen: u64::MAX,
    };
    cache.store.submit(&NewCommand { id: held, command: command.into(), instead_of: None }, at).unwrap();
    let hold = deskbell_domain::Hold::Answered { by: BOB, message: MessageId(Uuid::from_u128(9)), at_ms: 0 };
    cache.result(held, deskbell_domain::Outcome::Held { reason: hold });
    let notices = shown(cache.store.take_notices());
    assert_eq!(notices.len(), 1);
    assert_eq!(
        (notices[0].reason, notices[0].body.as_str()),
        (Some(Reason::Attention), "Bob answered first: your message was not sent")
    );
    // Nobody saw it: the next start says it again, as itself.
    assert_eq!(shown(cache.start()), notices);
    let item = cache.store.outbox_item(held).unwrap().unwrap();
    cache.store.discard(&item).unwrap();
    assert_eq!(cache.store.take_notices(), [NoticeEvent::Retract { chat: chat(1) }]);
}

#[test]
fn what_is_refused_and_in_no_chat_is_told_too() {
    let mut cache = Cache::new();
    let (id, at) = (uuid::Uuid::now_v7().into(), Moment { local_ms: 0, skew_ms: 0 });
    let name = deskbell_domain::TagName::parse("Stock").unwrap();
    let command = deskbell_domain::command::CreateTag {
        tag: uuid::Uuid::now_v7().into(),
        name,
        color: deskbell_domain::Tint::Rose,
    };
    cache.store.submit(&NewCommand { id, command: command.into(), instead_of: None }, at).unwrap();
    cache.result(id, deskbell_domain::Outcome::Rejected { reason: deskbell_domain::Rejection::Forbidden });
    let notices = shown(cache.store.take_notices());
    assert_eq!(
        (notices.len(), notices[0].chat, notices[0].body.as_str()),
        (1, NO_CHAT, "A change of yours was refused")
    );
    let item = cache.store.outbox_item(id).unwrap().unwrap();
    cache.store.discard(&item).unwrap();
    assert_eq!(cache.store.take_notices(), [NoticeEvent::Retract { chat: NO_CHAT }]);
}

#[test]
fn a_text_on_ones_own_number_and_a_team_chat_are_told_and_an_archive_is_not() {
    let mut cache = Cache::new();
    let channel = |id: u128, archived| Channel {
        id: ChannelId(Uuid::from_u128(id)),
        inbox: None,
        owner: Some(ME),
        archived,
        kind: ChannelKind::Sms,
        name: Name::parse("Mine").unwrap(),
        number: None,
        webchat: None,
    };
    cache.grant(Scope::Channel(ChannelId(Uuid::from_u128(40))));
    cache.grant(Scope::Channel(ChannelId(Uuid::from_u128(41))));
    cache.grant(Scope::Chat(chat(9)));
    cache.page(vec![channel(40, false).into(), channel(41, true).into()]);
    for (n, id, told) in [(1, 40, 1), (2, 41, 0)] {
        let mut rows = cache.message_rows(n, "hello", None);
        for row in &mut rows {
            match row {
                Row::Conversation(conversation) => conversation.channel = ChannelId(Uuid::from_u128(id)),
                Row::Message(message) => message.scope = Scope::Channel(ChannelId(Uuid::from_u128(id))),
                _ => {}
            }
        }
        let notices = shown(cache.page(rows));
        assert_eq!(notices.len(), told, "{id}");
        assert!(notices.iter().all(|notice| !notice.actions.contains(&crate::notify::NoticeAction::AssignToMe)));
    }
    let team = deskbell_domain::TeamChat {
        id: chat(9),
        name: Name::parse("Night shift").unwrap(),
        members: BTreeSet::from([ME, BOB]),
        created_ms: 0,
        last_message: None,
    };
    let text = Content::Text { text: MessageText::parse("Tea?").unwrap() };
    let Row::Message(mut entry) = cache.entry(9, 0, Author::Member(BOB), text) else { unreachable!() };
    entry.scope = Scope::Chat(chat(9));
    let notices = shown(cache.page(vec![team.into(), entry.into()]));
    assert_eq!((notices[0].title.as_str(), notices[0].body.as_str()), ("Night shift", "Tea?"));
}

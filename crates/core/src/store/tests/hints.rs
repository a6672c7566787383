//! What is shown before all of it is here, and in which order the rest comes.

use super::*;

/// S14
#[test]
fn a_hint_fills_the_lists_and_nothing_in_it_is_believed() {
    let mut hub = FakeHub::new();
    let old = hub.customer(1, "closed long ago");
    hub.commit_as(BOB, CloseChat { chat: old, seen_inbound: u64::MAX >> 12, line: Uuid::now_v7().into() });
    hub.customer(2, "one");
    hub.customer(2, "two");
    hub.customer(3, "three");
    // On the hub while the hint is read, and gone before the full pass.
    let ghost = hub.customer(4, "ghost");
    let channel = Scope::Channel(CHANNEL);
    let of_ghost = |row: &SnapshotRow| row.id == ghost.0 || row.row["chat"] == ghost.to_string();
    let all = hub.rows_of(channel);
    let of_old = |row: &SnapshotRow| row.id == old.0 || row.row["chat"] == old.to_string();
    let hint: Vec<SnapshotRow> = all.iter().filter(|row| !of_old(row)).cloned().collect();
    let full: Vec<SnapshotRow> = all.iter().filter(|row| !of_ghost(row)).cloned().collect();

    let mut store = Store::new(memory().unwrap()).unwrap();
    let session = deskbell_protocol::Session { head: hub.head(), ..hub.session() };
    store.sign_in("http://hub", "me@example.org", &session).unwrap();
    let mut client = Client { store, hub };
    let mut order = Vec::new();
    let mut late: Option<Snapshot> = None;
    while let Some(boot) = client.store.next_boot(7, &[]).unwrap() {
        let rows = match (boot.scope == channel, boot.phase) {
            (false, _) => client.hub.rows_of(boot.scope),
            (true, Phase::Hint) => hint.clone(),
            (true, Phase::Full) => full.clone(),
        };
        if order.last() != Some(&(boot.scope, boot.phase)) {
            order.push((boot.scope, boot.phase));
        }
        let page = page_of(&client, &boot, &rows);
        if (boot.scope, boot.phase) == (channel, Phase::Hint) {
            let full_instead = Snapshot { phase: Phase::Full, ..page.clone() };
            assert!(!client.store.apply_snapshot(&full_instead).unwrap(), "S7: of the other phase");
            late.get_or_insert_with(|| page.clone());
        } else if let Some(late) = late.take_if(|late| late.scope == boot.scope) {
            // The hint is through.
            let by_newest = [("ghost".to_string(), 1), ("three".to_string(), 1), ("two".to_string(), 2)];
            let mut open = listed(&client.store, Tab::Open);
            open.sort();
            assert_eq!(open, by_newest);
            assert_eq!(listed(&client.store, Tab::Closed), []);
            assert!(client.store.is_booting().unwrap());
            assert!(!client.store.apply_snapshot(&late).unwrap(), "S7: the first page of the hint comes once more");
        }
        assert!(client.store.apply_snapshot(&page).unwrap());
        client.is_sound();
        // The program ends between any two pages.
        client.store = Store::new(client.store.connection).unwrap();
    }
    assert_eq!(order[0], (Scope::Org, Phase::Hint), "settings come first: {order:?}");
    assert_eq!(order[3], (channel, Phase::Hint), "then what lists show: {order:?}");
    assert_eq!(
        (order[4].1, order[5]),
        (Phase::Full, (channel, Phase::Hint)),
        "what was read, and what else is open: {order:?}"
    );
    assert_eq!(order[6], (Scope::Org, Phase::Full), "then all names: {order:?}");
    assert_eq!(order[7..], [(channel, Phase::Full)], "and the full pass covers everything again");
    assert_eq!(client.store.conversation(ghost).unwrap(), None, "what the full pass has not seen goes");
    assert_eq!(listed(&client.store, Tab::Open).len(), 2);
    assert_eq!(listed(&client.store, Tab::Closed), [("closed long ago".to_string(), 1)]);
    let kept = client.store.visible_rows().unwrap();
    assert_eq!(kept.keys().filter(|(kind, _)| *kind == Kind::Message).count(), 5);
}

#[test]
fn every_list_has_a_top_before_one_has_more_and_all_hints_come_before_the_rest_of_any() {
    let mut client = Client::new();
    let (one, other) = (Scope::Channel(Uuid::from_u128(40).into()), Scope::Channel(Uuid::from_u128(41).into()));
    let chat = Scope::Chat(Uuid::from_u128(42).into());
    client
        .store
        .write(|w| [chat, one, other, Scope::Org].into_iter().try_for_each(|scope| w.granted(scope, 9, 0)))
        .unwrap();
    let mut order = Vec::new();
    while let Some(boot) = client.store.next_boot(7, &[]).unwrap() {
        order.push((boot.scope, boot.phase, boot.after.is_some()));
        let next = boot.after.is_none().then(|| "more".to_string());
        let (after, phase) = (boot.after.clone(), boot.phase);
        let page = Snapshot { epoch: 9, after, phase, rows: Vec::new(), next, ..client.hub.snapshot(&boot) };
        assert!(client.store.apply_snapshot(&page).unwrap());
    }
    let hint = |scope, more| (scope, Phase::Hint, more);
    let tops =
        [hint(Scope::Org, false), hint(Scope::Org, true), hint(one, false), hint(other, false), hint(chat, false)];
    assert_eq!(order[..5], tops, "{order:?}");
    let rest: Vec<_> = order[5..8].iter().map(|(_, phase, more)| (*phase, *more)).collect();
    assert_eq!(rest, [(Phase::Hint, true); 3], "{order:?}");
    let full: Vec<_> = order[8..].iter().filter(|(.., more)| !more).map(|(scope, phase, _)| (*scope, *phase)).collect();
    assert_eq!(full, [Scope::Org, chat, one, other].map(|scope| (scope, Phase::Full)), "{order:?}");
}

#[test]
fn a_boot_in_place_has_no_hint() {
    let mut client = Client::new();
    let other = Scope::Channel(Uuid::from_u128(40).into());
    client
        .store
        .write(|w| {
            w.granted(other, 9, 0)?;
            w.granted(Scope::Channel(CHANNEL), 9, 0)
        })
        .unwrap();
    let mut phases = Vec::new();
    while let Some(boot) = client.store.next_boot(7, &[]).unwrap() {
        phases.push(boot.phase);
        let page = Snapshot { epoch: 9, ..page_of(&client, &boot, &[]) };
        assert!(client.store.apply_snapshot(&page).unwrap());
    }
    assert_eq!(phases, [Phase::Hint, Phase::Hint, Phase::Full, Phase::Full]);
    client.store.write(|w| w.boot_all_in_place()).unwrap();
    while let Some(boot) = client.store.next_boot(7, &[]).unwrap() {
        assert_eq!(boot.phase, Phase::Full, "{}", boot.scope);
        let epoch = if matches!(boot.scope, Scope::Channel(_)) { 9 } else { 1 };
        let rows = client.hub.rows_of(boot.scope);
        let page = Snapshot { epoch, rows, ..client.hub.snapshot(&boot) };
        assert!(client.store.apply_snapshot(&page).unwrap());
    }
    // Booted from nothing and interrupted: the hint begins again.
    client.store.write(|w| w.granted(other, 10, 0)).unwrap();
    client.store.write(|w| w.boot_all_in_place()).unwrap();
    let boots: Vec<_> = std::iter::from_fn(|| {
        let boot = client.store.next_boot(7, &[]).unwrap()?;
        client.store.connection.execute("UPDATE scope SET state = 2 WHERE name = ?", [boot.scope.to_string()]).unwrap();
        Some((boot.scope, boot.phase))
    })
    .collect();
    assert!(
        boots.contains(&(other, Phase::Hint)) && boots.contains(&(Scope::Channel(CHANNEL), Phase::Full)),
        "{boots:?}"
    );
}

//! What a member may see, and on which device.

use crate::scene::{Desk, Scene, command, command_of, send, sign_in, uid};
use crate::transcript::{HubAct, Transcript};
use crate::world::{BACK, DANA, FRONT, FRONT_CHAT, KWAME, PASSWORD, PRIYA};
use deskbell_hub::admin;

pub async fn grant_and_revoke() -> Transcript {
    let mut s = Scene::begin(
        "A scope is given, taken and given again",
        "Each time that a scope is given it has another epoch; with another epoch everything of it is loaded anew.",
    )
    .await;
    let mut desk = s.sign_in("", "Kwame signs in.", "kwame@example.com").await;
    s.visitor("A visitor writes at the front desk.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &uid('d', 1)).await;
    let assign =
        |assigned| HubAct::Admin(admin::Request::AssignInbox { inbox: FRONT.into(), member: KWAME.into(), assigned });
    s.hub("Kwame is assigned to the front desk.", assign(true)).await;
    let page =
        s.ask("granted", "The feed tells him: the grants, and what has changed in the scopes.", desk.changes(None));
    desk.read(&page.await);
    let scope = format!("channel:{FRONT_CHAT}");
    s.ask("snapshot", "The scope is loaded.", desk.snapshot(&scope, "b-1", "")).await;
    s.hub("He is taken off it.", assign(false)).await;
    let page =
        s.ask("revoked", "The grants are gone; nothing is said of the rows behind them.", desk.changes(None)).await;
    desk.read(&page);
    s.ask("not-found", "The scope does not exist any more, to him.", desk.snapshot(&scope, "b-2", "")).await;
    let late = command(1, "send_message", &send(&uid('d', 1), 2, "Two left.", 1 << 40));
    s.ask("late", "What he had written there is refused.", desk.push(&[late])).await;
    s.hub("He is assigned again.", assign(true)).await;
    let page = s.ask("again", "Another epoch.", desk.changes(None)).await;
    desk.read(&page);
    s.ask("", "Loaded anew.", desk.snapshot(&scope, "b-3", "")).await;
    s.end().await
}

pub async fn moved_channel() -> Transcript {
    let mut s = Scene::begin(
        "A channel moves to another inbox",
        "Only the channel's row and grants change, however many conversations it has. Who is in both inboxes keeps the grant \
         with its epoch, and loads nothing anew.",
    )
    .await;
    let both = admin::Request::AssignInbox { inbox: BACK.into(), member: DANA.into(), assigned: true };
    s.hub("Dana sees both inboxes.", HubAct::Admin(both)).await;
    let dana = s.sign_in("", "Dana signs in.", "dana@example.com").await;
    let priya = s.sign_in("", "Priya, who sees the front desk alone.", "priya@example.com").await;
    let kwame = s.sign_in("", "Kwame, who sees the back office alone.", "kwame@example.com").await;
    s.visitor("A visitor writes at the front desk.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &uid('d', 1)).await;
    let moved = admin::Request::MoveChannel { channel: FRONT_CHAT.into(), to: BACK.into() };
    s.hub("The front desk's channel delivers into the back office.", HubAct::Admin(moved)).await;
    s.ask("stays", "To Dana the channel has another inbox, and that is all.", dana.changes(None)).await;
    s.ask("goes", "Priya's grant of the channel is gone.", priya.changes(None)).await;
    s.ask("comes", "Kwame has one.", kwame.changes(None)).await;
    s.end().await
}

pub async fn deleted_chat() -> Transcript {
    let mut s = Scene::begin(
        "A chat is deleted",
        "Its entries and its row are told as gone; what was written for it meanwhile is refused, and stays with its author.",
    )
    .await;
    let mut desk = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let chat = uid('d', 1);
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &chat).await;
    let page = s.ask("", "She reads it.", desk.changes(None)).await;
    desk.read(&page);
    s.hub("The conversation is deleted.", HubAct::Admin(admin::Request::DeleteChat { chat: chat.clone() })).await;
    let late = command(1, "send_message", &send(&chat, 2, "Two left.", 1 << 40));
    s.ask("late", "She had answered.", desk.push(&[late])).await;
    s.ask("gone", "The feed tells what is gone.", desk.changes(None)).await;
    s.end().await
}

pub async fn member_removed() -> Transcript {
    let mut s = Scene::begin(
        "A member is removed, and is one again",
        "A device of somebody who was removed is told so: another code than for a device that was signed out, because what it has \
         of the organization is to go. What they wrote and did not send stays with them.",
    )
    .await;
    let desk = s.sign_in("", "Kwame signs in.", "kwame@example.com").await;
    let remove = admin::Request::RemoveMember { member: "kwame@example.com".into() };
    s.hub("He is removed.", HubAct::Admin(remove)).await;
    s.ask("pull", "His device asks for what is new.", desk.changes(None)).await;
    let late = command(1, "send_message", &send(&uid('d', 1), 2, "Two left.", 1 << 40));
    s.ask("push", "It sends what he wrote.", desk.push(&[late])).await;
    s.ask("sign-in", "He cannot sign in.", sign_in("kwame@example.com", PASSWORD, None)).await;
    let (member, password) = ("kwame@example.com".into(), PASSWORD.into());
    let restore = admin::Request::RestoreMember { member, password, inboxes: vec![BACK.into()] };
    s.hub("He is a member again.", HubAct::Admin(restore)).await;
    s.ask("old-token", "The old device has to sign in anew.", desk.changes(None)).await;
    let again = sign_in("kwame@example.com", PASSWORD, Some(&desk.device));
    s.ask("again", "It does, as another device; the grants have other epochs.", again).await;
    s.end().await
}

pub async fn shared_contact() -> Transcript {
    let mut s = Scene::begin(
        "A row moves to another scope",
        "A private contact is shared: it goes from its owner's scope and comes in everybody's, at the same `rev`. A second one \
         of the same address is joined to it.",
    )
    .await;
    let mut priya = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let mut kwame = s.sign_in("", "Kwame signs in.", "kwame@example.com").await;
    let contact = |number, name: &str, owner: &str| {
        let address = r#"{"kind":"phone","value":"+16505550101"}"#;
        let id = uid('4', number);
        format!(r#"{{"contact":{{"id":"{id}","name":"{name}","addresses":[{address}],"private_to":"{owner}"}}}}"#)
    };
    let share = |number| format!(r#"{{"contact":"{}"}}"#, uid('4', number));
    let made = command(1, "create_contact", &contact(1, "Layla Haddad", PRIYA));
    s.ask("", "Priya makes a contact for herself.", priya.push(&[made])).await;
    let page = s.ask("made", "It is in her own scope.", priya.changes(None)).await;
    priya.read(&page);
    let page = s.ask("", "Kwame hears nothing of it.", kwame.changes(None)).await;
    kwame.read(&page);
    s.ask("", "She shares it.", priya.push(&[command(2, "share_contact", &share(1))])).await;
    let page = s.ask("owner", "It leaves her scope and is in everybody's.", priya.changes(None)).await;
    priya.read(&page);
    let page = s.ask("others", "To Kwame it is new.", kwame.changes(None)).await;
    kwame.read(&page);
    let own = command_of(1, &uid('c', 11), "create_contact", 1, &contact(2, "Ms Haddad", KWAME), &[], 0);
    let shared = command_of(2, &uid('c', 12), "share_contact", 1, &share(2), &[uid('c', 11)], 0);
    let note = "Kwame had one of that address for himself, and shares it.";
    s.ask("joined", note, kwame.push(&[own, shared])).await;
    s.ask("", "What came and went within one batch is not told.", kwame.changes(None)).await;
    s.end().await
}

pub async fn devices() -> Transcript {
    let mut s = Scene::begin(
        "Devices",
        "A device that signs in again keeps its identity. A copy of its disk is noticed, a command's identifier stands for \
         its bytes, and a device that was signed out is told so.",
    )
    .await;
    s.ask("wrong", "A wrong password.", sign_in("priya@example.com", "wrong horse", None)).await;
    let first = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let again = sign_in("priya@example.com", PASSWORD, Some(&first.device));
    let session = s.ask("again", "Again, as the same device: the old token ends.", again).await;
    s.ask("old-token", "The old token is not known any more.", first.get("/v1/session")).await;
    let desk = Desk::of(&session);
    let chat = uid('d', 1);
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &chat).await;
    let original = command(1, "send_message", &send(&chat, 2, "Two left.", 1 << 40));
    s.ask("", "Priya answers.", desk.push(&[original])).await;
    let other_bytes = command(1, "send_message", &send(&chat, 2, "Three left.", 1 << 40));
    s.ask("reused", "The same identifier with other bytes.", desk.push(&[other_bytes])).await;
    let clone = command_of(1, &uid('c', 51), "send_message", 1, &send(&chat, 3, "From the copy.", 1 << 40), &[], 0);
    s.ask("cloned", "The same number with another identifier.", desk.push(std::slice::from_ref(&clone))).await;
    let fresh = s.sign_in("fresh", "The copy signs in as a device of its own.", "priya@example.com").await;
    s.ask("", "What it has to say goes from there, under the same identifiers.", fresh.push(&[clone])).await;
    s.ask("list", "Both devices.", fresh.get("/v1/devices")).await;
    s.ask("", "The other one is signed out.", fresh.request("DELETE", format!("/v1/devices/{}", desk.device))).await;
    s.ask("revoked", "It is told.", desk.changes(None)).await;
    for _ in 0..4 {
        s.ask("", "Wrong passwords.", sign_in("priya@example.com", "wrong horse", None)).await;
    }
    s.ask("", "The fifth.", sign_in("priya@example.com", "wrong horse", None)).await;
    s.ask("paused", "Now the right one has to wait too.", sign_in("priya@example.com", PASSWORD, None)).await;
    s.ask("sign-out", "Signing out.", fresh.request("DELETE", "/v1/session")).await;
    s.end().await
}

//! Beside conversations: team chats, what a member keeps for themselves, and undoing.

use crate::scene::{Scene, command, uid};
use crate::transcript::Transcript;
use crate::world::{DANA, FRONT_CHAT, KWAME};

pub async fn team() -> Transcript {
    let mut s = Scene::begin(
        "A team chat",
        "Who is added is granted the chat, with a floor: what was there before counts as read. Who leaves loses it.",
    )
    .await;
    let mut priya = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let mut kwame = s.sign_in("", "Kwame signs in.", "kwame@example.com").await;
    let (chat, line) = (uid('d', 1), |n| uid('e', n));
    let new = format!(r#"{{"chat":"{chat}","kind":"team","name":"Repairs","members":["{DANA}"]}}"#);
    s.ask("", "Priya starts it with Dana.", priya.push(&[command(1, "create_chat", &new)])).await;
    let page = s.ask("made", "The chat and the grant of it.", priya.changes(None)).await;
    priya.read(&page);
    let add = format!(r#"{{"chat":"{chat}","members":["{KWAME}"],"line":"{}"}}"#, line(1));
    let rename = format!(r#"{{"chat":"{chat}","name":"Workshop floor","line":"{}"}}"#, line(2));
    let batch = [command(2, "add_to_chat", &add), command(3, "rename_chat", &rename)];
    s.ask("", "She adds Kwame and gives it another name.", priya.push(&batch)).await;
    let page = s.ask("added", "He is granted it.", kwame.changes(None)).await;
    kwame.read(&page);
    s.ask("", "What is in it comes with a snapshot.", kwame.snapshot(&format!("chat:{chat}"), "b-1", "")).await;
    let leave = format!(r#"{{"chat":"{chat}","line":"{}"}}"#, line(3));
    s.ask("", "He leaves.", kwame.push(&[command(4, "leave_chat", &leave)])).await;
    s.ask("left", "His grant goes, and with it all that was in the chat.", kwame.changes(None)).await;
    s.ask("", "To the others the thread says so.", priya.changes(None)).await;
    s.end().await
}

pub async fn undo() -> Transcript {
    let mut s = Scene::begin(
        "What a member keeps, and takes back",
        "Favorites, pins and quiet hours are the member's own. Undoing names the system line of the act, and is refused \
         once somebody has acted.",
    )
    .await;
    let mut priya = s.sign_in("", "Priya signs in.", "priya@example.com").await;
    let dana = s.sign_in("", "Dana signs in.", "dana@example.com").await;
    let chat = uid('d', 1);
    s.visitor("A visitor writes.", FRONT_CHAT, "v1", "Is the Tern in stock?", 1, &chat).await;
    let contact = format!(r#"{{"contact":{{"id":"{}","name":"Layla Haddad","addresses":[]}}}}"#, uid('4', 1));
    let favorite = format!(r#"{{"contact":"{}"}}"#, uid('4', 1));
    let pin = format!(r#"{{"chat":"{chat}","order":0}}"#);
    let kept = [
        command(1, "create_contact", &contact),
        command(2, "add_favorite", &favorite),
        command(3, "pin_chat", &pin),
        command(4, "set_quiet", r#"{"until_ms":null,"hours":{"from":1320,"to":420}}"#),
    ];
    s.ask("", "She keeps a contact and a chat at hand, and wants quiet nights.", priya.push(&kept)).await;
    let page = s.ask("kept", "All of it is in her own scope.", priya.changes(None)).await;
    priya.read(&page);
    let close = format!(r#"{{"chat":"{chat}","seen_inbound":{},"line":"{}"}}"#, 1u64 << 40, uid('e', 1));
    s.ask("", "She closes the conversation.", priya.push(&[command(5, "close_chat", &close)])).await;
    let page = s.ask("closed", "The line that says so has an identifier.", priya.changes(None)).await;
    priya.read(&page);
    let rows = page["changes"].as_array().unwrap();
    let act = rows.iter().find_map(|c| c["row"]["closed"]["line"].as_str()).unwrap();
    let undo = |n: u64| format!(r#"{{"chat":"{chat}","act":"{act}","line":"{}"}}"#, uid('e', n));
    s.ask("undone", "She takes that back.", priya.push(&[command(6, "undo_act", &undo(2))])).await;
    let again = close.replace(&uid('e', 1), &uid('e', 3));
    s.ask("", "Dana closes it.", dana.push(&[command(7, "close_chat", &again)])).await;
    let refused = [command(8, "undo_act", &undo(4))];
    s.ask("too-late", "That was not Priya’s act.", priya.push(&refused)).await;
    s.end().await
}

//! Who works at the sample organization.

use super::story::Who;
use deskbell_domain::Role;

/// A member of the sample.
pub struct Person {
    /// Name.
    pub name: &'static str,
    /// What the stories call them.
    pub word: &'static str,
    /// Rights.
    pub role: Role,
    /// Inboxes, by the first word of their names in lower case.
    pub inboxes: &'static [&'static str],
}

/// The five who are always there.
pub const PEOPLE: [Person; 5] = [
    Person { name: "Priya Raman", word: "priya", role: Role::Agent, inboxes: &["front", "workshop"] },
    Person { name: "Dana Whitcombe", word: "dana", role: Role::Manager, inboxes: &["front", "workshop"] },
    Person { name: "Tomasz Zieliński", word: "tomasz", role: Role::Agent, inboxes: &["workshop"] },
    Person { name: "Yuki Tanabe", word: "yuki", role: Role::Agent, inboxes: &["front", "workshop"] },
    Person { name: "Kwame Mensah", word: "kwame", role: Role::Agent, inboxes: &["front"] },
];

/// The inboxes, with the colour of their chat box.
pub const INBOXES: [(&str, &str, &str); 2] =
    [("Front desk", "Web chat", "#1f6f5c"), ("Workshop", "Workshop chat", "#8a4b14")];

/// The telephone numbers of the inboxes: inbox, name, number.
pub const LINES: [(&str, &str, &str); 2] =
    [("front", "Shop line", "+14155550140"), ("workshop", "Workshop line", "+14155550141")];

/// A member's own number, or one that was theirs.
pub struct Number {
    /// Whose; the stories call it `NAME/own`, or `NAME/old` where it has moved.
    pub owner: &'static str,
    /// What they call it.
    pub name: &'static str,
    /// In E.164.
    pub number: &'static str,
    /// Where it went.
    pub moved: Option<Moved>,
}

/// A number that came into an inbox.
pub struct Moved {
    /// Inbox.
    pub to: &'static str,
    /// What the stories call it from then on: `INBOX/WORD`.
    pub word: &'static str,
    /// What it is called there.
    pub name: &'static str,
    /// How many days ago.
    pub days: i64,
    /// Its owner lets the inbox see what was exchanged before.
    pub share: bool,
}

/// Members' own numbers.
pub const NUMBERS: [Number; 6] = [
    Number { owner: "priya", name: "Priya’s mobile", number: "+14155550151", moved: None },
    Number { owner: "dana", name: "Dana’s mobile", number: "+14155550152", moved: None },
    Number { owner: "dana", name: "Market stall", number: "+14155550153", moved: None },
    Number { owner: "kwame", name: "Kwame’s mobile", number: "+14155550154", moved: None },
    Number {
        owner: "priya",
        name: "Priya’s old number",
        number: "+14155550155",
        moved: Some(Moved { to: "front", word: "front/rental", name: "Rental line", days: 30, share: false }),
    },
    Number {
        owner: "yuki",
        name: "Yuki’s old number",
        number: "+14155550156",
        moved: Some(Moved { to: "workshop", word: "workshop/cargo", name: "Cargo line", days: 25, share: true }),
    },
];

/// A team chat: name, who starts it, who is in it, and what they write (from, text, minutes ago).
pub type Team = (&'static str, &'static str, &'static [&'static str], &'static [(&'static str, &'static str, i64)]);

/// The team chats.
pub const TEAMS: [Team; 4] = [
    (
        "Workshop floor",
        "tomasz",
        &["priya", "dana", "yuki"],
        &[
            ("tomasz", "Stand two is free from eleven.", 5 * 60),
            ("yuki", "Then the cargo bike goes on it. It takes both of us to lift it.", 4 * 60 + 50),
            ("dana", "The big torque wrench is back from calibration, in the red drawer.", 3 * 60),
            ("tomasz", "Who has the 40 mm cup tool? It is not where it lives.", 35),
        ],
    ),
    (
        "Saturday ride",
        "kwame",
        &["priya", "yuki", "tomasz"],
        &[
            ("kwame", "Headlands loop, seven sharp at the shop door. Lights on, it is foggy 🌫️", 27 * 60),
            ("yuki", "I bring the onigiri.", 26 * 60 + 40),
            ("priya", "In! Somebody keep the pace humane, please.", 26 * 60 + 20),
        ],
    ),
    (
        "Month end",
        "dana",
        &["priya"],
        &[
            ("dana", "Open invoices are in the shared folder. Fleet customers first.", 3 * 24 * 60),
            ("priya", "Done down to the letter K. The rest tomorrow.", 3 * 24 * 60 - 200),
        ],
    ),
    (
        "Window display",
        "yuki",
        &["dana", "kwame"],
        &[("yuki", "The Pashley in the window or the tandem?", 4 * 24 * 60)],
    ),
];

/// A contact who has never written.
pub const SILENT: &str = "Ferry Lane Couriers";

/// Contacts that members keep at hand: whose, and who.
pub const FAVORITES: [(&str, &str); 6] = [
    ("priya", "Layla Haddad"),
    ("priya", "Siobhán Ní Dhomhnaill"),
    ("priya", SILENT),
    ("dana", "Layla Haddad"),
    ("dana", "Mateo Quispe"),
    ("kwame", SILENT),
];

/// Chats that members keep above their lists, first the uppermost: whose, and with whom or what it is called.
pub const PINS: [(&str, &str); 4] =
    [("priya", "Layla Haddad"), ("priya", "Oluwaseun Adeyemi"), ("priya", "Workshop floor"), ("dana", "Month end")];

/// What members write to each other: from, to, text, minutes ago.
pub const DIRECT: [(&str, &str, &str, i64); 8] = [
    ("dana", "priya", "Morning! Can you look after the front desk until eleven?", 26 * 60),
    ("priya", "dana", "Sure. Kwame helps me at ten.", 26 * 60 - 3),
    ("tomasz", "priya", "The hanger for Layla is in 👍", 5 * 60),
    ("priya", "tomasz", "Perfect, I tell her.", 5 * 60 - 2),
    ("tomasz", "priya", "Her father’s rack too, if she asks. 26 inch, silver.", 45),
    ("yuki", "dana", "The belt for the cargo bike comes on Friday.", 3 * 60),
    ("kwame", "priya", "Somebody left a blue helmet. Again.", 2 * 24 * 60),
    ("priya", "kwame", "Put it with the others 😄", 2 * 24 * 60 - 10),
];

/// First name in lower case, as the stories call them.
pub fn call(name: &str) -> String {
    name.split(' ').next().unwrap_or_default().to_lowercase()
}

/// Address for signing in.
pub fn email(name: &str) -> String {
    let plain: String = call(name).chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{plain}@kestrelcycles.example")
}

/// Another name, for more people than there are stories.
pub fn other_name(n: usize) -> String {
    let mut lists = include_str!("names.txt").lines().map(|l| l.split_whitespace().collect::<Vec<_>>());
    let (first, last) = (lists.next().unwrap_or_default(), lists.next().unwrap_or_default());
    let round = n / first.len();
    let name = format!("{} {}", first[n % first.len()], last[(n + round * 7) % last.len()]);
    let times = n / (first.len() * last.len());
    if times == 0 { name } else { format!("{name} {}", times + 1) }
}

/// Who plays a story again.
pub fn another(n: usize) -> Who {
    Who::Contact(other_name(n))
}

//! Who works at the sample organization.

use super::story::Who;
use deskbell_domain::Role;

/// A member of the sample.
pub struct Person {
    /// Name.
    pub name: &'static str,
    /// Rights.
    pub role: Role,
    /// Inboxes, by the first word of their names in lower case.
    pub inboxes: &'static [&'static str],
}

/// The five who are always there.
pub const PEOPLE: [Person; 5] = [
    Person { name: "Priya Raman", role: Role::Agent, inboxes: &["front", "workshop"] },
    Person { name: "Dana Whitcombe", role: Role::Manager, inboxes: &["front", "workshop"] },
    Person { name: "Tomasz Zieliński", role: Role::Agent, inboxes: &["workshop"] },
    Person { name: "Yuki Tanabe", role: Role::Agent, inboxes: &["front", "workshop"] },
    Person { name: "Kwame Mensah", role: Role::Agent, inboxes: &["front"] },
];

/// The inboxes, with the colour of their chat box.
pub const INBOXES: [(&str, &str, &str); 2] =
    [("Front desk", "Web chat", "#1f6f5c"), ("Workshop", "Workshop chat", "#8a4b14")];

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

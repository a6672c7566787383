//! What is there before anybody writes: members, inboxes, channels, tags.

use super::Shape;
use anyhow::{Context, Result, bail};
use deskbell_domain::command::{AddChannel, AddInbox, AddMember, AssignInbox, CreateTag};
use deskbell_domain::{
    Actor, Channel, ChannelId, ChannelKind, Command, CommandId, EmailAddress, Inbox, InboxId, InboxKind, Member,
    MemberId, Name, PhoneNumber, Product, Role, TagId, TagName, Tint, Webchat,
};
use deskbell_hub::auth::{Password, set_account};
use deskbell_hub::commit::{Item, Submission};
use deskbell_hub::{Hub, HubOptions, NewOrganization};
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use std::path::Path;
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "seven quiet herons";
/// Sees everything: hers is the cache that is measured.
pub const DANA: &str = "dana@example.org";
/// Sees the small inbox alone: writes to Dana.
pub const ARI: &str = "ari@example.org";

/// Members, Dana and Ari among them.
pub const MEMBERS: usize = 202;
/// One of the large inboxes.
pub const BUSY: &str = "Orders";
/// The small inbox.
pub const SMALL: &str = "Front desk";
const INBOXES: [&str; 5] = [BUSY, "Repairs", "Rentals", "Wholesale", SMALL];
const TAGS: [&str; 24] = [
    "Urgent",
    "Invoice",
    "Complaint",
    "Spare parts",
    "Delivery",
    "Warranty",
    "Recall",
    "Fleet",
    "Returning",
    "VIP",
    "Lost parcel",
    "Fitting",
    "Test ride",
    "Payment",
    "Refund",
    "Discount",
    "Press",
    "School",
    "Insurance",
    "Theft",
    "Überweisung",
    "Доставка",
    "توصيل",
    "修理",
];

/// A channel with those who see it.
pub struct SettledChannel {
    pub id: ChannelId,
    pub by_telephone: bool,
    pub members: Vec<MemberId>,
}

/// What is there.
pub struct Settled {
    pub dana: MemberId,
    /// Two of each inbox; those of the small one last.
    pub channels: Vec<SettledChannel>,
    pub tags: Vec<TagId>,
}

/// An identifier that the seed decides; its time is when the thing happened.
pub fn id(random: &mut StdRng, at_ms: i64) -> Uuid {
    let mut bytes = [0; 10];
    random.fill_bytes(&mut bytes);
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at_ms).unwrap_or(0), &bytes).into_uuid()
}

fn name(text: &str) -> Result<Name> {
    Name::parse(text).with_context(|| format!("{text} is no name"))
}

/// Makes it with a hub that is closed again afterwards.
pub async fn settle(data: &Path, shape: &Shape) -> Result<Settled> {
    let new = NewOrganization { name: name("Kestrel Cycles")?, product: Product::CustomerEngagement };
    let hub = Hub::create(data, new, HubOptions::default())?;
    let began_ms = shape.now_ms - 500 * 24 * 60 * 60 * 1000;
    let mut settler = Settler { random: StdRng::seed_from_u64(shape.seed ^ 0x5e77), began_ms, commands: Vec::new() };
    let members = settler.members()?;
    let channels = settler.inboxes(&members)?;
    let tags = settler.tags(members[0])?;
    let items: Vec<Item> = settler
        .commands
        .into_iter()
        .map(|(actor, command)| Item::own(CommandId(Uuid::nil()), actor, command, began_ms))
        .collect();
    for batch in items.chunks(60) {
        let results = hub.commit(Submission { seen: None, items: batch.to_vec() }).await?;
        if let Some(refused) = results.results.iter().find(|result| !result.outcome.is_done()) {
            bail!("it cannot be settled: {:?}", refused.outcome);
        }
    }
    for (member, email) in [(members[0], DANA), (members[1], ARI)] {
        set_account(&hub, member, EmailAddress::parse(email)?, Password::parse(PASSWORD)?).await?;
    }
    hub.stop().await;
    Ok(Settled { dana: members[0], channels, tags })
}

struct Settler {
    random: StdRng,
    began_ms: i64,
    commands: Vec<(Actor, Command)>,
}

impl Settler {
    fn id(&mut self) -> Uuid {
        id(&mut self.random, self.began_ms)
    }

    fn push(&mut self, actor: Actor, command: impl Into<Command>) {
        self.commands.push((actor, command.into()));
    }

    fn members(&mut self) -> Result<Vec<MemberId>> {
        const FIRST: [&str; 10] =
            ["Mina", "Jonas", "Élodie", "Tariq", "Olga", "Kenji", "Zanele", "Rosa", "Piotr", "Anjali"];
        const LAST: [&str; 20] = [
            "Achterberg",
            "Brâncuși",
            "Castillo",
            "Dvořák",
            "Eriksen",
            "Fofana",
            "Grönlund",
            "Hashimoto",
            "Ivanova",
            "Jensen",
            "Kovač",
            "Lindqvist",
            "Mbeki",
            "Nakamura",
            "O’Rourke",
            "Petrov",
            "Quispe",
            "Rahman",
            "Szabó",
            "Tanaka",
        ];
        let mut members = Vec::new();
        for n in 0..MEMBERS {
            let member = MemberId(self.id());
            let (full, email, role) = match n {
                0 => ("Dana Reyes".to_owned(), DANA.to_owned(), Role::Manager),
                1 => ("Ari Solberg".to_owned(), ARI.to_owned(), Role::Agent),
                n => {
                    let full = format!("{} {}", FIRST[n % FIRST.len()], LAST[n / FIRST.len() % LAST.len()]);
                    (full, format!("member{n}@example.org"), Role::Agent)
                }
            };
            let email = EmailAddress::parse(&email)?;
            let member_row = Member { id: member, name: name(&full)?, email, role, active: true };
            self.push(Actor::System, AddMember { member: member_row });
            members.push(member);
        }
        Ok(members)
    }

    /// Each member is in two of the four large inboxes, so that half of the organization hears of every message.
    fn inboxes(&mut self, members: &[MemberId]) -> Result<Vec<SettledChannel>> {
        let mut settled = Vec::new();
        for (n, inbox_name) in INBOXES.into_iter().enumerate() {
            let inbox = InboxId(self.id());
            self.push(Actor::System, AddInbox { inbox: Inbox::new(inbox, name(inbox_name)?, InboxKind::Shared) });
            let small = n + 1 == INBOXES.len();
            let of_inbox: Vec<MemberId> = members
                .iter()
                .enumerate()
                .filter(|(m, _)| match m {
                    0 => true,
                    1 => small,
                    m => !small && (m % 4 == n || (m + 1 + m / 4 % 3) % 4 == n),
                })
                .map(|(_, member)| *member)
                .collect();
            let mut channels = Vec::new();
            for by_telephone in [false, true] {
                let id = ChannelId(self.id());
                let kind = if by_telephone { ChannelKind::Sms } else { ChannelKind::Webchat };
                let mut channel = Channel::of_inbox(id, inbox, kind, name(&format!("{inbox_name} {}", kind.as_str()))?);
                if by_telephone {
                    channel.number = Some(PhoneNumber::parse(&format!("+1202555010{n}"))?);
                } else {
                    channel.webchat = Some(Webchat {
                        public_id: format!("{:016x}", self.random.next_u64()),
                        origins: vec!["https://shop.example.org".into()],
                        title: name("Kestrel Cycles")?,
                        color: None,
                    });
                }
                self.push(Actor::System, AddChannel { channel });
                channels.push(id);
                settled.push(SettledChannel { id, by_telephone, members: of_inbox.clone() });
            }
            for member in of_inbox {
                let assign = AssignInbox { inbox, member, assigned: true, channels: channels.clone() };
                self.push(Actor::System, assign);
            }
        }
        Ok(settled)
    }

    fn tags(&mut self, dana: MemberId) -> Result<Vec<TagId>> {
        let mut tags = Vec::new();
        for (n, tag_name) in TAGS.into_iter().enumerate() {
            let tag = TagId(self.id());
            let parsed = TagName::parse(tag_name).with_context(|| format!("{tag_name} is no tag"))?;
            self.push(Actor::Member(dana), CreateTag { tag, name: parsed, color: Tint::ALL[n % Tint::ALL.len()] });
            tags.push(tag);
        }
        Ok(tags)
    }
}

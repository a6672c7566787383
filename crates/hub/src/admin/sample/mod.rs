//! `sample`: an organization to try everything on.
//!
//! What happened there happened through the same commands and the same committer as everything else, at past times. The
//! same seed makes the same people, identifiers and messages; secrets are always new.

mod contacts;
mod desk;
mod people;
mod play;
mod story;

use super::init::add_member;
use super::{AdminError, unusable};
use crate::auth::Password;
use crate::clock::{Random, SystemRandom, number};
use crate::commit::{Item, Submission};
use crate::hub::{Hub, HubError, HubOptions, NewOrganization};
use deskbell_domain::command::{AddChannel, AddInbox, AssignInbox, CreateTag};
use deskbell_domain::{Actor, Channel, ChannelId, ChannelKind, Command, CommandId, EmailAddress, Inbox, InboxId};
use deskbell_domain::{InboxKind, Member, MemberId, Name, PhoneNumber, Product, Role, TagId, TagName, Tint, Webchat};
use people::{INBOXES, LINES, NUMBERS, PEOPLE, call, email, other_name};
use play::Player;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use uuid::Uuid;

/// `deskbell-hub sample`
#[derive(Debug, Clone, clap::Args)]
pub struct Sample {
    /// Data directory; must not hold an organization
    #[arg(long)]
    pub data: PathBuf,
    /// Conversations
    #[arg(long, default_value_t = 60)]
    pub conversations: usize,
    /// Messages, at least
    #[arg(long, default_value_t = 0)]
    pub messages: usize,
    /// Members, at least 5
    #[arg(long, default_value_t = 5)]
    pub members: usize,
    /// customer_engagement or contact_center
    #[arg(long, default_value = "customer_engagement")]
    pub product: Product,
    /// The same seed makes the same people and messages
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Everything there is while the sample is made.
struct World {
    hub: Hub,
    ids: StdRng,
    members: BTreeMap<String, MemberId>,
    inboxes: BTreeMap<String, InboxId>,
    channels: BTreeMap<String, ChannelId>,
    tags: BTreeMap<String, TagId>,
}

impl World {
    /// An identifier that the seed decides; its time is when the thing happened.
    fn id(&mut self, at_ms: i64) -> Uuid {
        let mut bytes = [0; 10];
        self.ids.fill_bytes(&mut bytes);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(at_ms).unwrap_or(0), &bytes).into_uuid()
    }

    async fn do_all(&mut self, commands: Vec<(Actor, Command, i64)>) -> Result<(), HubError> {
        for batch in commands.chunks(deskbell_protocol::MAX_COMMANDS) {
            let items = batch
                .iter()
                .map(|(actor, command, at_ms)| Item::own(CommandId(Uuid::nil()), *actor, command.clone(), *at_ms));
            let results = self.hub.commit(Submission { seen: None, items: items.collect() }).await?;
            for (result, (_, command, _)) in results.results.into_iter().zip(batch) {
                if !result.outcome.is_done() {
                    return Err(HubError::Outcome { kind: command.kind(), outcome: result.outcome });
                }
            }
        }
        Ok(())
    }
}

/// Makes it, and says what was made: one JSON document.
pub async fn make(args: Sample, options: HubOptions) -> Result<Value, AdminError> {
    let name = Name::parse("Kestrel Cycles").expect("it is a name");
    let product = args.product;
    let hub = Hub::create(&args.data, NewOrganization { name: name.clone(), product }, options)?;
    let (members, inboxes, channels) = Default::default();
    let ids = StdRng::seed_from_u64(args.seed);
    let mut world = World { hub: hub.clone(), ids, members, inboxes, channels, tags: BTreeMap::new() };
    let password = password();
    let people = settle(&mut world, &args, &password).await?;
    let channels = furnish(&mut world, &args).await?;
    let numbers = give_numbers(&mut world).await?;
    let played = Player::new(&mut world, &args).play().await?;
    hub.stop().await;
    Ok(json!({
        "organization": name,
        "product": product.as_str(),
        "members": people,
        "channels": channels,
        "numbers": numbers,
        "conversations": played.conversations,
        "texts": played.texts,
        "messages": played.messages,
    }))
}

/// Long ago: what is there from the beginning.
fn beginning(hub: &Hub) -> i64 {
    hub.now_ms() - 500 * 24 * 60 * 60 * 1000
}

async fn settle(world: &mut World, args: &Sample, password: &str) -> Result<Vec<Value>, AdminError> {
    let began = beginning(&world.hub);
    let more = args.members.saturating_sub(PEOPLE.len());
    let named = PEOPLE.iter().map(|p| (p.name.to_owned(), email(p.name), p.role));
    let others = (0..more).map(|n| {
        let email = format!("member{}@kestrelcycles.example", PEOPLE.len() + n + 1);
        (other_name(n), email, Role::Agent)
    });
    let mut people = Vec::new();
    for (name, email, role) in named.chain(others) {
        let id = MemberId(world.id(began));
        let member = Member {
            id,
            name: Name::parse(&name).map_err(|e| unusable("name", e))?,
            email: EmailAddress::parse(&email).map_err(|e| unusable("e-mail", e))?,
            role,
            active: true,
        };
        add_member(&world.hub, member, Password::parse(password).map_err(HubError::from)?).await?;
        world.members.entry(call(&name)).or_insert(id);
        people.push(json!({ "id": id, "name": name, "email": email, "role": role.as_str(), "password": password }));
    }
    Ok(people)
}

/// Inboxes, who sees them, their chat boxes, and the tags of the stories.
async fn furnish(world: &mut World, args: &Sample) -> Result<Vec<Value>, AdminError> {
    let began = beginning(&world.hub);
    let mut commands: Vec<(Actor, Command, i64)> = Vec::new();
    let mut shown = Vec::new();
    for (inbox_name, channel_name, color) in INBOXES {
        let inbox = InboxId(world.id(began));
        let name = Name::parse(inbox_name).map_err(|e| unusable("name", e))?;
        let word = call(inbox_name);
        // Of the two one is a queue, where there are queues.
        let queue = args.product == Product::ContactCenter && word == "front";
        let kind = if queue { InboxKind::Queue } else { InboxKind::Shared };
        let new = AddInbox { inbox: Inbox::new(inbox, name.clone(), kind) };
        commands.push((Actor::System, new.into(), began));
        let channel = ChannelId(world.id(began));
        let public_id = format!("{:016x}", world.ids.next_u64());
        let webchat = Webchat {
            public_id: public_id.clone(),
            // Whatever serves a page on this computer may show the sample's box.
            origins: ["http://127.0.0.1:*", "http://localhost:*"].map(String::from).to_vec(),
            title: Name::parse("Kestrel Cycles").map_err(|e| unusable("title", e))?,
            color: Some(color.into()),
        };
        let channel_name = Name::parse(channel_name).map_err(|e| unusable("name", e))?;
        shown.push(json!({ "id": channel, "name": channel_name, "inbox": name, "public_id": public_id }));
        let new =
            Channel { webchat: Some(webchat), ..Channel::of_inbox(channel, inbox, ChannelKind::Webchat, channel_name) };
        commands.push((Actor::System, AddChannel { channel: new }.into(), began));
        let mut of_inbox = vec![channel];
        for (of, line, number) in LINES.into_iter().filter(|(of, ..)| *of == word) {
            let id = ChannelId(world.id(began));
            let name = Name::parse(line).map_err(|e| unusable("name", e))?;
            let number = Some(PhoneNumber::parse(number).map_err(|e| unusable("number", e))?);
            let new = Channel { number, ..Channel::of_inbox(id, inbox, ChannelKind::Sms, name) };
            commands.push((Actor::System, AddChannel { channel: new }.into(), began));
            world.channels.insert(format!("{of}/line"), id);
            of_inbox.push(id);
        }
        let named = PEOPLE.iter().filter(|p| p.inboxes.contains(&word.as_str())).map(|p| call(p.name));
        let others = (0..args.members.saturating_sub(PEOPLE.len())).map(|n| call(&other_name(n)));
        for member in named.chain(others).filter_map(|name| world.members.get(&name)) {
            let assign = AssignInbox { inbox, member: *member, assigned: true, channels: of_inbox.clone() };
            commands.push((Actor::System, assign.into(), began));
        }
        world.inboxes.insert(word.clone(), inbox);
        world.channels.insert(word, channel);
    }
    let dana = Actor::Member(world.members["dana"]);
    let names: BTreeSet<String> =
        story::stories().into_iter().chain(story::desk_stories()).flat_map(|s| s.tags).collect();
    for (i, name) in names.into_iter().enumerate() {
        let tag = TagId(world.id(began));
        let parsed = TagName::parse(&name).map_err(|e| unusable("tag", e))?;
        let create = CreateTag { tag, name: parsed, color: Tint::ALL[i % Tint::ALL.len()] };
        commands.push((dana, create.into(), began));
        world.tags.insert(name, tag);
    }
    world.do_all(commands).await?;
    Ok(shown)
}

/// Members' own numbers, as they were at the beginning.
async fn give_numbers(world: &mut World) -> Result<Vec<Value>, AdminError> {
    let began = beginning(&world.hub);
    let mut commands: Vec<(Actor, Command, i64)> = Vec::new();
    let mut shown = Vec::new();
    for number in &NUMBERS {
        let owner = *world.members.get(number.owner).ok_or_else(|| unusable("member", number.owner))?;
        let id = ChannelId(world.id(began));
        let name = Name::parse(number.name).map_err(|e| unusable("name", e))?;
        let parsed = PhoneNumber::parse(number.number).map_err(|e| unusable("number", e))?;
        let which = if number.moved.is_some() { "old" } else { "own" };
        // The first of a member's own is the one that stories are told on.
        world.channels.entry(format!("{}/{which}", number.owner)).or_insert(id);
        if let Some(moved) = &number.moved {
            let channel = ChannelId(world.id(began));
            world.channels.insert(moved.word.into(), channel);
        }
        shown.push(
            json!({ "id": id, "name": name, "number": parsed, "member": owner, "moved": number.moved.is_some() }),
        );
        let channel = Channel::personal(id, owner, name, parsed);
        commands.push((Actor::System, AddChannel { channel }.into(), began));
    }
    world.do_all(commands).await?;
    Ok(shown)
}

/// A password to type: four words of a list, always a new one.
fn password() -> String {
    const WORDS: [&str; 32] = [
        "amber", "basket", "candle", "dynamo", "ember", "fender", "garden", "harbor", "island", "jacket", "kettle",
        "ladder", "meadow", "needle", "orchard", "pepper", "quartz", "ribbon", "saddle", "timber", "umbrella",
        "velvet", "willow", "yonder", "anchor", "button", "copper", "dolphin", "engine", "feather", "ginger", "hammer",
    ];
    let drawn = number(&SystemRandom as &dyn Random);
    let words = (0..4).map(|i| WORDS[(drawn >> (i * 5)) as usize % WORDS.len()]);
    words.collect::<Vec<_>>().join("-")
}

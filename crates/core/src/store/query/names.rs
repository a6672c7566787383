//! What people and chats are called, and where conversations stand.

use crate::rpc::types::MemberInfo;
use crate::store::project::assignee_of;
use crate::store::{Stored, meta, outbox, rows};
use deskbell_domain::{
    Address, AddressKind, Channel, ChannelId, ChatId, Contact, Conversation, DirectChat, Inbox, Member, MemberId,
    NaturalKey, PhoneNumber, Role, Row, Tag, TagId, TeamChat, Tint,
};
use rusqlite::Connection;
use std::{cell::RefCell, collections::HashMap, hash::Hash, rc::Rc};
use unicode_segmentation::UnicodeSegmentation;

/// Looks up what many rows of a page have in common, each once.
pub(crate) struct Names<'a> {
    c: &'a Connection,
    /// The member, where somebody is signed in.
    pub me: Option<MemberId>,
    members: RefCell<HashMap<MemberId, Option<Rc<Member>>>>,
    channels: RefCell<HashMap<ChannelId, Rc<Stands>>>,
    tags: RefCell<HashMap<TagId, Option<Rc<Tag>>>>,
}

/// Where a conversation stands, as far as that is here.
pub(crate) struct Stands {
    pub channel: Option<Channel>,
    /// A member's own number has none.
    pub inbox: Option<Inbox>,
}

/// What is kept, else what `make` makes of nothing.
pub(super) fn once<K: Copy + Eq + Hash, V: Clone>(
    kept: &RefCell<HashMap<K, V>>,
    key: K,
    make: impl FnOnce() -> Stored<V>,
) -> Stored<V> {
    if let Some(value) = kept.borrow().get(&key) {
        return Ok(value.clone());
    }
    let value = make()?;
    kept.borrow_mut().insert(key, value.clone());
    Ok(value)
}

/// How a chat is titled.
pub(crate) struct Title {
    pub text: String,
    pub initials: String,
    pub tint: String,
}

impl Title {
    /// That of a conversation: the contact that owns the address, else what it calls itself, else the address.
    pub fn of(conversation: &Conversation, contact: Option<&Contact>) -> Self {
        let text = match (contact, &conversation.profile_name) {
            (Some(contact), _) => contact.name.as_str().to_string(),
            (None, Some(name)) => name.as_str().to_string(),
            (None, None) => handle(&conversation.address),
        };
        let tint = contact.map_or_else(|| conversation.address.to_string(), |c| c.id.to_string());
        Self { initials: initials(&text), tint: Tint::of(&tint).as_str().into(), text }
    }
}

impl<'a> Names<'a> {
    pub fn new(c: &'a Connection) -> Stored<Self> {
        Ok(Self {
            c,
            me: meta::identity(c)?.map(|i| i.me),
            members: RefCell::default(),
            channels: RefCell::default(),
            tags: RefCell::default(),
        })
    }

    fn member_row(&self, id: MemberId) -> Stored<Option<Rc<Member>>> {
        once(&self.members, id, || Ok(rows::member(self.c, id)?.map(Rc::new)))
    }

    /// A member, as others see them. One whose row has not arrived is nameless, not missing.
    pub fn member(&self, id: MemberId) -> Stored<MemberInfo> {
        let row = self.member_row(id)?;
        let name = row.as_ref().map_or_else(|| "Unknown member".to_string(), |m| m.name.as_str().to_string());
        Ok(MemberInfo {
            id,
            initials: initials(&name),
            name,
            role: row.map_or(Role::Agent, |m| m.role).as_str().into(),
            me: self.me == Some(id),
        })
    }

    /// The assignee of a conversation, where assignment mode shows one.
    pub fn assignee(&self, conversation: &Conversation, inbox: Option<&Inbox>) -> Stored<Option<MemberId>> {
        let Some(inbox) = inbox.filter(|inbox| inbox.assignment) else { return Ok(None) };
        assignee_of(conversation, inbox, |id| Ok(self.member_row(id)?.map(|member| member.active)))
    }

    /// The channel, and the inbox that it belongs to.
    pub fn stands(&self, id: ChannelId) -> Stored<Rc<Stands>> {
        once(&self.channels, id, || {
            let channel = rows::channel(self.c, id)?;
            let inbox = rows::inbox_of(self.c, channel.as_ref())?;
            Ok(Rc::new(Stands { channel, inbox }))
        })
    }

    /// The tag that this one is now.
    pub fn tag(&self, id: TagId) -> Stored<Option<Rc<Tag>>> {
        once(&self.tags, id, || Ok(rows::tag(self.c, TagId(outbox::alias_of(self.c, id.0)?))?.map(Rc::new)))
    }

    /// Name of a member.
    pub fn name(&self, id: MemberId) -> Stored<String> {
        Ok(self.member(id)?.name)
    }

    /// Who the address is: a shared contact, else one that the member keeps for themselves.
    pub fn contact(&self, address: &Address) -> Stored<Option<Contact>> {
        let private = self.me.map(|me| NaturalKey::PrivateAddress(me, address.clone()));
        for key in std::iter::once(NaturalKey::Address(address.clone())).chain(private) {
            if let Some(contact) = rows::contact_by_key(self.c, &key.to_string())? {
                return Ok(Some(contact));
            }
        }
        Ok(None)
    }

    /// Title of a conversation.
    pub fn conversation(&self, conversation: &Conversation) -> Stored<Title> {
        Ok(Title::of(conversation, self.contact(&conversation.address)?.as_ref()))
    }

    /// Title of a direct chat: the other member.
    pub fn direct(&self, direct: &DirectChat) -> Stored<(Title, MemberInfo)> {
        let other = direct.members.iter().copied().find(|m| Some(*m) != self.me).unwrap_or(direct.members[0]);
        let member = self.member(other)?;
        let tint = Tint::of(&other.to_string()).as_str().into();
        Ok((Title { text: member.name.clone(), initials: member.initials.clone(), tint }, member))
    }

    /// Title of a team chat.
    pub fn team(&self, team: &TeamChat) -> Title {
        let text = team.name.as_str().to_string();
        Title { initials: initials(&text), tint: Tint::of(&team.id.to_string()).as_str().into(), text }
    }
}

/// Title of a conversation.
pub(crate) fn conversation_title(c: &Connection, conversation: &Conversation) -> Stored<String> {
    Ok(Names::new(c)?.conversation(conversation)?.text)
}

/// Title of a direct chat, as `me` sees it.
pub(crate) fn direct_title(c: &Connection, me: MemberId, direct: &DirectChat) -> Stored<String> {
    let names = Names { me: Some(me), ..Names::new(c)? };
    Ok(names.direct(direct)?.0.text)
}

/// Title of any chat; `None` where it is not in the cache.
pub(crate) fn title_of(c: &Connection, chat: ChatId) -> Stored<Option<String>> {
    let names = Names::new(c)?;
    if let Some(conversation) = rows::conversation(c, chat)? {
        return Ok(Some(names.conversation(&conversation)?.text));
    }
    if let Some(direct) = rows::direct_chat(c, chat)? {
        return Ok(Some(names.direct(&direct)?.0.text));
    }
    Ok(rows::team_chat(c, chat)?.map(|team| team.name.to_string()))
}

/// What nobody has named yet, for reading.
pub(crate) fn handle(address: &Address) -> String {
    match address.kind {
        AddressKind::Phone => PhoneNumber::parse(&address.value).map_or(address.value.clone(), |n| n.formatted()),
        AddressKind::Visitor => {
            let tail: String = address.value.chars().filter(|c| c.is_alphanumeric()).collect();
            let from = tail.chars().count().saturating_sub(4);
            format!("Visitor {}", tail.chars().skip(from).collect::<String>().to_uppercase())
        }
    }
}

/// What a row is called, as it is searched; `None` where rows of its kind have no name.
pub(crate) fn searched_name(row: &Row) -> Option<String> {
    match row {
        Row::Contact(contact) => Some(searched_contact(contact)),
        Row::Conversation(conversation) => Some(searched_conversation(conversation)),
        Row::Member(member) => Some(member.name.to_string()),
        Row::TeamChat(team) => Some(team.name.to_string()),
        Row::Tag(tag) => Some(tag.name.to_string()),
        _ => None,
    }
}

/// What a conversation is called by itself, as it is searched.
pub(super) fn searched_conversation(conversation: &Conversation) -> String {
    let named = conversation.profile_name.iter().map(ToString::to_string);
    named.chain(searched_handle(&conversation.address)).collect::<Vec<_>>().join("\n")
}

/// Name, company and telephone numbers of a contact, as they are searched.
pub(super) fn searched_contact(contact: &Contact) -> String {
    let phones = contact.addresses.iter().filter(|address| address.kind == AddressKind::Phone);
    let named = [Some(contact.name.as_str().into()), contact.company.as_ref().map(|name| name.as_str().into())];
    named.into_iter().flatten().chain(phones.flat_map(searched_handle)).collect::<Vec<String>>().join("\n")
}

/// What nobody has named yet, as it is searched. A telephone number as it is read, and what of it is written in one go from
/// the beginning of each group on: people leave out the country, the area, and the gaps.
fn searched_handle(address: &Address) -> Vec<String> {
    let handle = handle(address);
    if address.kind == AddressKind::Visitor {
        return vec![handle];
    }
    let groups: Vec<&str> = handle.trim_start_matches('+').split(' ').collect();
    let joined = (0..groups.len().saturating_sub(1)).map(|from| groups[from..].concat()).collect();
    [vec![handle.clone()], joined].concat()
}

/// The first signs of the first and last word.
pub(super) fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let first = |word: &&str| {
        word.graphemes(true).find(|g| g.chars().any(char::is_alphanumeric)).unwrap_or_default().to_uppercase()
    };
    match words.as_slice() {
        [] => String::new(),
        [one] => first(one),
        [one, .., last] => first(one) + &first(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_whole_signs_of_first_and_last_word() {
        assert_eq!(initials("Priya Raman"), "PR");
        assert_eq!(initials("maria del carmen ruiz"), "MR");
        assert_eq!(initials("王芳"), "王");
        assert_eq!(initials("🎉 Party"), "P");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn a_visitor_without_a_name_is_told_apart_by_the_end_of_the_id() {
        let address = Address { kind: AddressKind::Visitor, value: "0192-ab3f".into() };
        assert_eq!(handle(&address), "Visitor AB3F");
        assert_eq!(handle(&Address { kind: AddressKind::Phone, value: "+16505550101".into() }), "+1 650 555 0101");
    }
}

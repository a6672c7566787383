//! Questions, and what a naive reader answers.

use super::world::{CHATS, DATES, Part, Said, TIMES, World, ms, part, piece};
use deskbell_domain::TermProblem;
use proptest::prelude::*;

/// A name that is asked for.
#[derive(Debug, Clone)]
pub enum Asked {
    /// A word of the product, or a name that never changes.
    Fixed(&'static str),
    Part(Part),
}

/// A piece of a question.
#[derive(Debug, Clone)]
pub enum Piece {
    Word(Part),
    /// Words in quotation marks.
    Quoted(Vec<Part>),
    From(Asked),
    In(Asked),
    Tag(Part),
    Is(&'static str),
    Before(usize),
    After(usize),
    /// An operator that is being typed.
    Typed(&'static str),
}

/// A text to search for.
#[derive(Debug, Clone)]
pub struct Question(pub Vec<Piece>);

fn words() -> impl Strategy<Value = Piece> {
    let quoted = prop::collection::vec(part().prop_filter("no run", |part| !part.run), 1..3).prop_map(Piece::Quoted);
    prop_oneof![3 => part().prop_map(Piece::Word), 1 => quoted, 2 => piece().prop_map(Piece::Word)]
}

fn term() -> impl Strategy<Value = Piece> {
    let fixed = |names: &'static [&'static str]| prop::sample::select(names).prop_map(Asked::Fixed);
    let part = || piece().prop_map(Asked::Part);
    prop_oneof![
        3 => prop_oneof![fixed(&["me", "ME", "ada", "Bob"]), part()].prop_map(Piece::From),
        3 => prop_oneof![fixed(&["front", "\"Front desk\"", "work", "\"web chat\"", "before", "shop", "nowhere"]), part()]
            .prop_map(Piece::In),
        2 => piece().prop_map(Piece::Tag),
        3 => prop::sample::select(&["open", "closed", "Archived", "unread", "waiting", "lost"][..]).prop_map(Piece::Is),
        2 => (0..DATES.len()).prop_map(Piece::Before),
        2 => (0..DATES.len()).prop_map(Piece::After),
        1 => prop::sample::select(&["in:", "is:\"\"", "from:\" \""][..]).prop_map(Piece::Typed),
    ]
}

pub fn question() -> impl Strategy<Value = Question> {
    (prop::collection::vec(words(), 0..3), prop::collection::vec(term(), 0..3), prop::bool::ANY).prop_map(
        |(words, terms, terms_first)| {
            let mut pieces = if terms_first { [terms, words].concat() } else { [words, terms].concat() };
            // All words but the last are whole.
            let last = pieces.iter().rposition(|piece| matches!(piece, Piece::Word(_)));
            for (at, piece) in pieces.iter_mut().enumerate() {
                if let Piece::Word(part) = piece
                    && Some(at) != last
                    && !part.run
                {
                    *piece = Piece::Quoted(vec![part.clone()]);
                }
            }
            Question(pieces)
        },
    )
}

fn fits(part: &Part, wanted: &Part, open: bool) -> bool {
    part.run == wanted.run
        && match wanted.run {
            true => part.plain.contains(&wanted.plain),
            false if open => part.plain.starts_with(&wanted.plain),
            false => part.plain == wanted.plain,
        }
}

/// The places that a name leads to: words of inboxes and channels, and which conversations are there.
const PLACES: [(&str, std::ops::Range<u8>); 7] = [
    ("front", 0..3),
    ("desk", 0..3),
    ("workshop", 3..4),
    ("shop", 0..2),
    ("before", 2..3),
    ("web", 3..4),
    ("chat", 3..4),
];

fn is_in(wanted: &str, chat: u8) -> bool {
    PLACES.iter().any(|(word, chats)| word.starts_with(wanted) && chats.contains(&chat))
}

/// Whether a name has a word that begins so.
fn is_called(name: &[Part], wanted: &Part) -> bool {
    name.iter().any(|part| fits(part, wanted, true))
}

impl Question {
    pub fn text(&self) -> String {
        let quoted = |parts: &[Part]| {
            let words: Vec<&str> = parts.iter().map(|part| part.written.as_str()).collect();
            format!("\"{}\"", words.join(" "))
        };
        let asked = |asked: &Asked| match asked {
            Asked::Fixed(name) => (*name).to_string(),
            Asked::Part(part) => part.written.clone(),
        };
        let say = |piece: &Piece| match piece {
            Piece::Word(part) => part.written.clone(),
            Piece::Quoted(parts) => quoted(parts),
            Piece::From(name) => format!("from:{}", asked(name)),
            Piece::In(name) => format!("IN:{}", asked(name)),
            Piece::Tag(part) => format!("tag:\"{}\"", part.written),
            Piece::Is(state) => format!("is:{state}"),
            Piece::Before(date) => format!("before:{}", DATES[*date].0),
            Piece::After(date) => format!("after:{}", DATES[*date].0),
            Piece::Typed(text) => (*text).to_string(),
        };
        self.0.iter().map(say).collect::<Vec<_>>().join(" ")
    }

    pub fn words(&self) -> impl Iterator<Item = &Piece> {
        self.0.iter().filter(|piece| matches!(piece, Piece::Word(_) | Piece::Quoted(_)))
    }

    /// Whether a text has all words.
    pub fn has_words(&self, text: &[Part]) -> bool {
        self.words().all(|piece| match piece {
            Piece::Word(wanted) => text.iter().any(|part| fits(part, wanted, true)),
            Piece::Quoted(wanted) => text
                .windows(wanted.len())
                .any(|parts| parts.iter().zip(wanted).all(|(part, wanted)| fits(part, wanted, false))),
            _ => true,
        })
    }

    fn terms<T>(&self, pick: impl Fn(&Piece) -> Option<T>) -> Vec<T> {
        self.0.iter().filter_map(pick).collect()
    }

    /// Whether any operator says something.
    pub fn narrows(&self) -> bool {
        self.0.iter().any(|piece| !matches!(piece, Piece::Word(_) | Piece::Quoted(_) | Piece::Typed(_)))
    }

    /// Why nothing is found by an operator.
    pub fn problems(&self, world: &World) -> Vec<Option<TermProblem>> {
        let outside = |wanted: &Part| {
            world.conversations.iter().any(|conv| {
                let profile = conv.profile.as_ref().filter(|_| conv.here);
                conv.contact.iter().chain(profile).any(|name| is_called(name, wanted))
            })
        };
        let anywhere = |wanted: &Part| {
            outside(wanted)
                || is_called(&world.bob, wanted)
                || world.team.as_ref().is_some_and(|name| is_called(name, wanted))
                || (0..4).any(|chat| is_in(&wanted.plain, chat))
        };
        let unless = |known: bool| (!known).then_some(TermProblem::Nothing);
        self.terms(|piece| match piece {
            Piece::Word(_) | Piece::Quoted(_) => None,
            Piece::From(Asked::Fixed("Bob")) => Some(unless(world.bob[0].plain == "bob")),
            Piece::From(Asked::Fixed(_)) => Some(None),
            Piece::From(Asked::Part(wanted)) => Some(unless(outside(wanted) || is_called(&world.bob, wanted))),
            Piece::In(Asked::Fixed(name)) => Some(unless(*name != "nowhere")),
            Piece::In(Asked::Part(wanted)) => Some(unless(anywhere(wanted))),
            Piece::Tag(wanted) => Some(unless(world.tags.iter().flatten().any(|tag| fits(tag, wanted, true)))),
            Piece::Is("lost") => Some(Some(TermProblem::NotAState)),
            Piece::Is(_) | Piece::Before(_) | Piece::After(_) | Piece::Typed(_) => Some(None),
        })
    }

    /// Whether anything at all can be found.
    pub fn can_find(&self, world: &World) -> bool {
        (self.narrows() || self.words().next().is_some()) && self.problems(world).iter().all(Option::is_none)
    }

    /// Whether what is in a chat is let through, by what the chat is.
    fn lets_into(&self, world: &World, chat: u8) -> bool {
        let Some(called) = world.called(chat) else { return false };
        let archived = chat == 2;
        let closed = chat < 4 && !archived && world.conversations[usize::from(chat)].closed;
        let states = self.terms(|piece| match piece {
            Piece::Is("open") => Some(!closed && !archived),
            Piece::Is("closed") => Some(closed),
            Piece::Is("Archived") => Some(archived),
            Piece::Is("unread") => Some(world.is_unread(chat)),
            _ => None,
        });
        let places = self.terms(|piece| match piece {
            Piece::In(Asked::Part(wanted)) => Some(is_called(&called, wanted) || is_in(&wanted.plain, chat)),
            Piece::In(Asked::Fixed(name)) => Some(match *name {
                "front" | "\"Front desk\"" => chat < 3,
                "work" | "\"web chat\"" => chat == 3,
                "before" => chat == 2,
                "shop" => chat < 2,
                _ => false,
            }),
            _ => None,
        });
        let tags = self.terms(|piece| match piece {
            Piece::Tag(wanted) => Some((0..2).any(|n| {
                chat < 4
                    && world.conversations[usize::from(chat)].tags[n]
                    && world.tags[n].as_ref().is_some_and(|tag| fits(tag, wanted, true))
            })),
            _ => None,
        });
        let any = |given: &[bool]| given.is_empty() || given.contains(&true);
        !states.contains(&false) && any(&places) && any(&tags)
    }

    fn lets_time(&self, at_ms: i64) -> bool {
        self.0.iter().all(|piece| match piece {
            Piece::Before(date) => at_ms < ms(DATES[*date].1),
            Piece::After(date) => at_ms >= ms(DATES[*date].1),
            _ => true,
        })
    }

    /// Whether a message is found.
    pub fn finds(&self, world: &World, said: &Said) -> bool {
        let authors = self.terms(|piece| match piece {
            Piece::From(Asked::Fixed(name)) => Some(match (*name, said.by) {
                ("me" | "ME" | "ada", by) => by == 1,
                (_, by) => by == 2 && world.bob[0].plain == "bob",
            }),
            Piece::From(Asked::Part(wanted)) => Some(match said.by {
                0 => world.called(said.chat).is_some_and(|called| is_called(&called, wanted)),
                1 => false,
                _ => is_called(&world.bob, wanted),
            }),
            _ => None,
        });
        let waiting = !self.0.iter().any(|piece| matches!(piece, Piece::Is("waiting"))) || said.pos.is_none();
        waiting
            && (authors.is_empty() || authors.contains(&true))
            && self.lets_time(ms(TIMES[said.time]))
            && self.lets_into(world, said.chat)
            && self.has_words(&said.text)
    }

    /// Chats that are found, newest first.
    pub fn chats(&self, world: &World) -> Vec<u8> {
        let by_tag = |chat: u8| {
            let has = |n: &usize| world.conversations[usize::from(chat)].tags[*n];
            chat < 4
                && (0..2)
                    .filter(has)
                    .any(|n| world.tags[n].as_ref().is_some_and(|tag| self.has_words(std::slice::from_ref(tag))))
        };
        let takes_part = |chat: u8| {
            let authors = self.terms(|piece| match piece {
                Piece::From(Asked::Fixed(name)) => {
                    Some(chat >= 4 && (matches!(*name, "me" | "ME" | "ada") || world.bob[0].plain == "bob"))
                }
                Piece::From(Asked::Part(wanted)) => Some(match chat {
                    4 | 5 => is_called(&world.bob, wanted),
                    _ => world.called(chat).is_some_and(|called| is_called(&called, wanted)),
                }),
                _ => None,
            });
            authors.is_empty() || authors.contains(&true)
        };
        let waits = self.0.iter().any(|piece| matches!(piece, Piece::Is("waiting")));
        let found = (0..CHATS).rev().filter(|chat| {
            let called = world.called(*chat);
            called.is_some_and(|called| self.has_words(&called) || by_tag(*chat))
                && !waits
                && takes_part(*chat)
                && self.lets_time(i64::from(*chat))
                && self.lets_into(world, *chat)
        });
        found.collect()
    }
}

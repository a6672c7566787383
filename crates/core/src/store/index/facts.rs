//! What a message is beside its words, as words that nobody can type: where it is, who wrote it, and when.
//!
//! They stand in the same index, so that one question of words and operators is answered by walking the lists of all of them
//! at once. Else somebody who looks for a frequent word of a colleague who left two years ago would read all that was said
//! since. Each is one character of the planes that are not assigned: no text folds to it, and one character is the cheapest
//! word of an index with prefixes. Two things may share one: an index says where to look, and the row what is so.

use deskbell_domain::{Author, ChannelId, ChatId, Kind, MemberId, Message, Scope};
use jiff::{Timestamp, civil, civil::Date, tz::TimeZone};
use std::ops::Range;
use uuid::Uuid;

/// First and last year that are told apart. What a wrong clock has put elsewhere counts as of their ends.
const YEARS: Range<i16> = 2000..2101;

/// The word of the first of them.
const OF_YEARS: u32 = 0x4_0100;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fact {
    /// A row that has a name is of this kind.
    Kind(Kind),
    /// Somebody outside wrote it.
    Outside,
    /// The member wrote it.
    Member(MemberId),
    /// It is in the channel.
    Channel(ChannelId),
    /// It is in the chat.
    Chat(ChatId),
    /// It was written in that year (UTC),
    Year(i16),
    /// in that month,
    Month(i16, i8),
    /// on that day.
    Day(Date),
}

impl Fact {
    /// The word that stands for it.
    pub fn word(self) -> char {
        let since = |year: i16| u32::try_from(year.saturating_sub(YEARS.start)).unwrap_or_default();
        let n = match self {
            Fact::Kind(kind) => 0x4_0000 + kind as u32,
            Fact::Outside => 0x4_00ff,
            Fact::Year(year) => OF_YEARS + since(year),
            Fact::Month(year, month) => 0x4_1000 + 12 * since(year) + month.unsigned_abs() as u32,
            Fact::Day(date) => 0x4_2000 + 366 * since(date.year()) + date.day_of_year().unsigned_abs() as u32,
            Fact::Member(id) => one_of(0x5_0000..0x6_0000, id.0),
            Fact::Channel(id) => one_of(0x6_0000..0x7_0000, id.0),
            Fact::Chat(id) => one_of(0x7_0000..0xe_0000, id.0),
        };
        char::from_u32(n).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// The year for which a word stands.
    pub fn year_of(word: char) -> Option<i16> {
        let since = u32::from(word).checked_sub(OF_YEARS).and_then(|since| i16::try_from(since).ok())?;
        YEARS.start.checked_add(since).filter(|year| YEARS.contains(year))
    }

    /// The year in which it was written, where it says when.
    pub fn year(self) -> Option<i16> {
        match self {
            Fact::Year(year) | Fact::Month(year, _) => Some(year),
            Fact::Day(date) => Some(date.year()),
            _ => None,
        }
    }

    /// Those of a message.
    pub fn of(message: &Message) -> Vec<Fact> {
        let date = day_of(message.at_ms);
        let author = match message.author {
            Author::Member(id) => Some(Fact::Member(id)),
            Author::Contact => Some(Fact::Outside),
            Author::System => None,
        };
        let channel = match message.scope {
            Scope::Channel(id) => Some(Fact::Channel(id)),
            _ => None,
        };
        let when = [Fact::Year(date.year()), Fact::Month(date.year(), date.month()), Fact::Day(date)];
        [Fact::Chat(message.chat)].into_iter().chain(author).chain(channel).chain(when).collect()
    }

    /// What all that was written between two moments has one of: whole years and months where they fit.
    pub fn between(since_ms: i64, until_ms: i64) -> Vec<Fact> {
        let (mut day, last) = (day_of(since_ms), day_of(until_ms.saturating_sub(1)));
        let mut facts = Vec::new();
        while day <= last {
            let (fact, end) = if day.day_of_year() == 1 && day.last_of_year() <= last {
                (Fact::Year(day.year()), day.last_of_year())
            } else if day.day() == 1 && day.last_of_month() <= last {
                (Fact::Month(day.year(), day.month()), day.last_of_month())
            } else {
                (Fact::Day(day), day)
            };
            facts.push(fact);
            match end.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        facts
    }
}

fn one_of(range: Range<u32>, id: Uuid) -> u32 {
    let (high, low) = id.as_u64_pair();
    let count = u64::from(range.end - range.start);
    range.start + u32::try_from((high ^ low) % count).unwrap_or_default()
}

fn day_of(at_ms: i64) -> Date {
    let (first, last) = (civil::date(YEARS.start, 1, 1), civil::date(YEARS.end - 1, 12, 31));
    let past = if at_ms < 0 { first } else { last };
    let day = Timestamp::from_millisecond(at_ms).map_or(past, |at| TimeZone::UTC.to_datetime(at).date());
    day.clamp(first, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::fold_text;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_text_folds_to_a_fact() {
        for c in '\u{40000}'..'\u{e0000}' {
            assert_eq!(fold_text(&c.to_string()), "");
        }
    }

    #[test]
    fn days_months_and_years_are_told_apart() {
        let mut words = BTreeSet::new();
        let mut day = civil::date(2000, 1, 1);
        while day.year() < 2101 {
            assert!(words.insert(Fact::Day(day).word()));
            if day.day() == 1 {
                assert!(words.insert(Fact::Month(day.year(), day.month()).word()));
            }
            if day.day_of_year() == 1 {
                let year = Fact::Year(day.year()).word();
                assert!(words.insert(year));
                assert_eq!(Fact::year_of(year), Some(day.year()));
            }
            day = day.tomorrow().unwrap();
        }
        assert!(words.iter().all(|word| (0x4_0100..0x5_0000).contains(&u32::from(*word))));
        let years = words.iter().filter(|word| Fact::year_of(**word).is_some()).count();
        assert_eq!(years, YEARS.len(), "nothing else is taken for a year");
    }

    proptest! {
        #[test]
        fn what_was_written_between_two_moments_has_one_of_its_facts(
            since in -1_i64 << 45..1 << 45, length in 0_i64..1 << 41, at in 0..1000_i64, wide in prop::bool::ANY
        ) {
            let (since, until) = if wide { (since, i64::MAX) } else { (since, since + length) };
            let facts = Fact::between(since, until);
            prop_assert!(facts.len() < 200);
            let at_ms = since + (length / 1000) * at;
            let date = day_of(at_ms);
            let has = [Fact::Year(date.year()), Fact::Month(date.year(), date.month()), Fact::Day(date)];
            prop_assert!(at_ms >= until || has.iter().filter(|fact| facts.contains(fact)).count() == 1);
        }
    }
}

//! Reading the stories of the sample.

use super::people::PEOPLE;
use std::time::Duration;

/// One conversation to play.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Who writes.
    pub who: Who,
    /// Where: the first word of the inbox's name in lower case for its web chat, `INBOX/line` for its telephone number (or a
    /// number that came into it),
    /// `MEMBER/own` or `MEMBER/old` for a member's own.
    pub inbox: String,
    /// How long ago it began.
    pub age: Duration,
    /// Names of its tags.
    pub tags: Vec<String>,
    /// What happens, with the time since the step before.
    pub steps: Vec<(Duration, Step)>,
}

impl Story {
    /// Whose number it is on, where it is a member's own.
    pub fn owner(&self) -> Option<&str> {
        let (owner, which) = self.inbox.split_once('/')?;
        (which == "own" || which == "old").then_some(owner)
    }

    /// Whether it is by telephone.
    pub fn is_text(&self) -> bool {
        self.inbox.contains('/')
    }

    /// The members who see it.
    pub fn readers(&self) -> Vec<&str> {
        if let Some(owner) = self.owner() {
            return vec![owner];
        }
        let inbox = self.inbox.split('/').next().unwrap_or_default();
        let of_inbox = PEOPLE.iter().filter(|p| p.inboxes.contains(&inbox));
        of_inbox.map(|p| p.word).collect()
    }
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq)]
pub enum Who {
    /// A contact.
    Contact(String),
    /// A contact that the owner of the number keeps for themselves.
    Private(String),
    /// A visitor who gave a name.
    Named(String),
    /// One who did not.
    Unnamed,
}

/// Something that happens. Members by first name, in lower case.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The customer writes.
    In(String),
    /// A member answers.
    Out(String, String),
    /// One hands it to another.
    Give(String, String),
    /// One takes it.
    Take(String),
    /// One has read it.
    Read(String),
    /// One closes it.
    Close(String),
}

/// Time between two steps where nothing else is said.
const PACE: Duration = Duration::from_secs(4 * 60);

/// Reads the file of stories. The file is part of the program: what cannot be read is a fault of the program.
pub fn stories() -> Vec<Story> {
    parse(include_str!("stories.txt"))
}

/// What every place needs to show something: texts, archives, a long history.
pub fn desk_stories() -> Vec<Story> {
    parse(include_str!("desk.txt"))
}

fn parse(text: &str) -> Vec<Story> {
    let mut stories: Vec<Story> = Vec::new();
    let mut wait = Duration::ZERO;
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "@" {
            stories.push(head(rest));
            wait = Duration::ZERO;
            continue;
        }
        if word == "+" {
            wait = time(rest);
            continue;
        }
        let story = stories.last_mut().expect("a story begins with its head");
        let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
        let step = match word {
            ">" if rest == "LONG" => Step::In(long_text()),
            ">" => Step::In(rest.into()),
            "<" => Step::Out(first.into(), second.into()),
            "give" => Step::Give(first.into(), second.into()),
            "take" => Step::Take(rest.into()),
            "read" => Step::Read(rest.into()),
            "close" => Step::Close(rest.into()),
            other => panic!("the sample's stories know no {other}"),
        };
        let pace = if story.steps.is_empty() { Duration::ZERO } else { PACE };
        story.steps.push((wait.max(pace), step));
        wait = Duration::ZERO;
    }
    stories
}

/// A message as long as few people write one.
fn long_text() -> String {
    let talk: Vec<&str> = include_str!("small_talk.txt").lines().map(|line| &line[2..]).collect();
    let sentences: Vec<&str> = talk.iter().cycle().take(120).copied().collect();
    sentences.chunks(8).map(|part| part.join(" ")).collect::<Vec<_>>().join("\n\n")
}

fn head(text: &str) -> Story {
    let mut parts = text.split('|').map(str::trim);
    let mut next = || parts.next().expect("a head has four parts");
    let who = match next() {
        "-" => Who::Unnamed,
        name => match (name.strip_prefix('~'), name.strip_prefix('!')) {
            (Some(visitor), _) => Who::Named(visitor.into()),
            (_, Some(private)) => Who::Private(private.into()),
            (None, None) => Who::Contact(name.into()),
        },
    };
    let (inbox, age) = (next().into(), time(next()));
    let tags = next().split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect();
    Story { who, inbox, age, tags, steps: Vec::new() }
}

fn time(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.len() - 1);
    let number: u64 = number.parse().expect("a time is a number and a unit");
    let seconds = match unit {
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        other => panic!("the sample's stories know no unit {other}"),
    };
    Duration::from_secs(number * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_story_ends_before_now_and_begins_with_the_customer() {
        assert!(stories().len() >= 60, "{}", stories().len());
        for story in stories().into_iter().chain(desk_stories()) {
            let length: Duration = story.steps.iter().map(|(wait, _)| *wait).sum();
            assert!(length < story.age, "{:?} would end in the future", story.who);
            assert!(matches!(story.steps[0].1, Step::In(_)), "{:?}", story.who);
        }
    }
}

//! Reading the stories of the sample.

use std::time::Duration;

/// One conversation to play.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Who writes.
    pub who: Who,
    /// First word of the inbox's name, in lower case.
    pub inbox: String,
    /// How long ago it began.
    pub age: Duration,
    /// Names of its tags.
    pub tags: Vec<String>,
    /// What happens, with the time since the step before.
    pub steps: Vec<(Duration, Step)>,
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq)]
pub enum Who {
    /// A contact.
    Contact(String),
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

fn head(text: &str) -> Story {
    let mut parts = text.split('|').map(str::trim);
    let mut next = || parts.next().expect("a head has four parts");
    let who = match next() {
        "-" => Who::Unnamed,
        name => name.strip_prefix('~').map_or_else(|| Who::Contact(name.into()), |n| Who::Named(n.into())),
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
        let stories = stories();
        assert!(stories.len() >= 60, "{}", stories.len());
        for story in stories {
            let length: Duration = story.steps.iter().map(|(wait, _)| *wait).sum();
            assert!(length < story.age, "{:?} would end in the future", story.who);
            assert!(matches!(story.steps[0].1, Step::In(_)), "{:?}", story.who);
        }
    }
}

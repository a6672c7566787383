//! How a telephone number is read: its country apart, the rest in groups.
//!
//! Where a country ends and an area begins is fixed by the plan of the world; how a country groups its numbers is not, and
//! changes. So the groups are what reads well and never wrong: the country, then pieces of two to four digits.

use crate::PhoneNumber;

/// Codes of two digits; those of one are 1 and 7, all others have three (ITU-T E.164).
const TWO: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51",
    "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90",
    "91", "92", "93", "94", "95", "98",
];

impl PhoneNumber {
    /// For reading: `+1 503 555 0142`, `+44 20 7946 0958`. Parsed again it is the same number.
    pub fn formatted(&self) -> String {
        let digits = self.as_str().trim_start_matches('+');
        let code = match digits.as_bytes() {
            [b'1' | b'7', ..] => 1,
            _ if digits.get(..2).is_some_and(|two| TWO.contains(&two)) => 2,
            _ => 3,
        };
        let (country, rest) = digits.split_at(code.min(digits.len()));
        let mut groups: Vec<&str> = vec![];
        let mut left = rest;
        while !left.is_empty() {
            let size = match left.len() {
                n if n <= 3 => n,
                n if groups.is_empty() => n.min(4),
                4 | 5 => 3,
                // North America and its neighbours say three and three before the last four.
                6 if code == 1 && groups.len() == 1 => 3,
                _ => 4,
            };
            let (before, group) = left.split_at(left.len() - size);
            groups.push(group);
            left = before;
        }
        groups.push(country);
        groups.reverse();
        format!("+{}", groups.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_groups_and_stays_the_same_number() {
        for number in [
            "+1 503 555 0142",
            "+7 495 123 4567",
            "+44 20 7946 0958",
            "+84 24 5550 0142",
            "+972 3 555 0144",
            "+51 1 555 0134",
            "+86 138 1234 5678",
            "+49 15 1234 5678",
            "+358 401 2345",
            "+1 2345 6789",
        ] {
            let parsed = PhoneNumber::parse(number).unwrap();
            assert_eq!(PhoneNumber::parse(&parsed.formatted()).unwrap(), parsed);
        }
        let read = |number: &str| PhoneNumber::parse(number).unwrap().formatted();
        assert_eq!(read("+15035550142"), "+1 503 555 0142");
        assert_eq!(read("+442079460958"), "+44 20 7946 0958");
        assert_eq!(read("+842455500142"), "+84 24 5550 0142");
        assert_eq!(read("+97235550144"), "+972 3 555 0144");
        assert_eq!(read("+5115550134"), "+51 1 555 0134");
        assert_eq!(read("+8613812345678"), "+86 138 1234 5678");
        assert_eq!(read("+123456789012345"), "+1 23 4567 8901 2345");
        assert_eq!(read("+1234567"), "+1 23 4567");
    }

    #[test]
    fn no_group_of_any_number_is_long() {
        for length in 7..=15 {
            for first in ["1", "44", "972"] {
                let digits: String = first.chars().chain(std::iter::repeat_n('5', length)).take(length).collect();
                let number = PhoneNumber::parse(&format!("+{digits}")).unwrap();
                let formatted = number.formatted();
                assert_eq!(formatted.chars().filter(char::is_ascii_digit).count(), length, "{formatted}");
                assert!(formatted.split(' ').all(|group| group.trim_start_matches('+').len() <= 4), "{formatted}");
            }
        }
    }
}

//! Days, months and years as they are typed.

/// A value of `before:` and `after:`. Which moments it covers depends on where the member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchDate {
    /// The day that it is.
    Today,
    /// The day before.
    Yesterday,
    /// `2026`
    Year(i16),
    /// `2026-03`
    Month(i16, i8),
    /// `2026-03-01`
    Day(i16, i8, i8),
}

impl SearchDate {
    /// Reads `today`, `yesterday`, `2026`, `2026-03` or `2026-03-01`, also with the digits of Arabic and Persian. A line at
    /// the end, behind which nothing was typed yet, does not matter.
    pub fn parse(value: &str) -> Option<Self> {
        match value.to_ascii_lowercase().as_str() {
            "today" => return Some(Self::Today),
            "yesterday" => return Some(Self::Yesterday),
            _ => {}
        }
        let numbers: Option<Vec<i16>> = value.strip_suffix('-').unwrap_or(value).split('-').map(number).collect();
        let year = |year: i16| (1000..=9999).contains(&year);
        let small = |n: i16, most: i8| i8::try_from(n).ok().filter(|n| (1..=most).contains(n));
        match *numbers? {
            [y] if year(y) => Some(Self::Year(y)),
            [y, m] if year(y) => Some(Self::Month(y, small(m, 12)?)),
            [y, m, d] if year(y) => {
                let m = small(m, 12)?;
                Some(Self::Day(y, m, small(d, days(y, m))?))
            }
            _ => None,
        }
    }
}

fn number(text: &str) -> Option<i16> {
    if !(1..=4).contains(&text.chars().count()) {
        return None;
    }
    text.chars().map(digit).try_fold(0, |sum: i16, digit| Some(sum * 10 + digit?))
}

fn digit(c: char) -> Option<i16> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        _ => return None,
    };
    i16::try_from(u32::from(c) - u32::from(zero)).ok()
}

fn days(year: i16, month: i8) -> i8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

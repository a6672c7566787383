//! What a person reads comes from the message catalogue; what the page must not do, it does not do.

use super::Source;
use super::markup::{self, Piece};

/// Attributes that a person reads or hears.
const READ: &[&str] = &[
    "alt",
    "aria-description",
    "aria-label",
    "aria-placeholder",
    "aria-roledescription",
    "aria-valuetext",
    "label",
    "placeholder",
    "title",
];

/// The one directory that may speak to the desktop's interface.
const HOST: &str = "ui/src/lib/host/";

/// A sentence for everything in a file of the window that does not belong there.
pub fn findings(source: &Source) -> Vec<String> {
    let Source { path, text } = source;
    if !path.starts_with("ui/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    if path.starts_with("ui/src/") && !path.starts_with(HOST) {
        for line in lines_with(text, "@tauri-apps/") {
            findings.push(format!("{path}:{line}: @tauri-apps belongs in {HOST} only"));
        }
    }
    if path.starts_with("ui/src/") && path.ends_with(".svelte") {
        for line in lines_with(text, "{@html") {
            findings.push(format!("{path}:{line}: {{@html}} would make a customer's text into markup"));
        }
        for (line, words) in words(text) {
            findings.push(format!("{path}:{line}: \"{words}\" is not in the message catalogue"));
        }
    }
    findings
}

fn lines_with<'t>(text: &'t str, needle: &'t str) -> impl Iterator<Item = usize> + 't {
    text.lines().enumerate().filter(move |(_, line)| line.contains(needle)).map(|(index, _)| index + 1)
}

/// What a person would read, with its line.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (line, piece) in markup::pieces(text) {
        let found = match piece {
            Piece::Text(text) => Some(without_entities(text)).filter(|text| has_letters(text)),
            Piece::Attribute { name, value } if READ.contains(&name) => {
                Some(without_expressions(value)).filter(|value| has_letters(value))
            }
            Piece::Attribute { .. } => None,
            Piece::Expression(expression) => literal_sentence(expression),
        };
        words.extend(found.map(|found| (line, found.trim().to_owned())));
    }
    words
}

/// A string in an expression that is written out on the page, if it looks like something to read: it begins with a
/// capital letter or is of several words. Blocks (`{#if kind === "direct"}`) write nothing.
fn literal_sentence(expression: &str) -> Option<String> {
    if expression.trim_start().starts_with(['#', ':', '/', '@']) {
        return None;
    }
    let mut rest = expression;
    while let Some(start) = rest.find(['"', '\'', '`']) {
        let quote = rest[start..].chars().next()?;
        let inner = &rest[start + 1..];
        let end = inner.find(quote).unwrap_or(inner.len());
        let literal = &inner[..end];
        let words = without_expressions(&literal.replace("${", "{"));
        let is_capital = words.trim_start().starts_with(char::is_uppercase);
        if has_letters(&words) && (is_capital || words.contains(' ')) {
            return Some(literal.to_owned());
        }
        rest = inner.get(end + 1..).unwrap_or_default();
    }
    None
}

fn without_expressions(value: &str) -> String {
    let mut depth = 0_usize;
    value
        .chars()
        .filter(|c| {
            match c {
                '{' => depth += 1,
                '}' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// `&nbsp;` and its like have letters and are none.
fn without_entities(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        kept.push_str(&rest[..start]);
        let entity = &rest[start..];
        let end = entity.find(';').filter(|end| entity[1..*end].chars().all(|c| c.is_alphanumeric() || c == '#'));
        match end {
            Some(end) => rest = &entity[end + 1..],
            None => {
                kept.push('&');
                rest = &entity[1..];
            }
        }
    }
    kept + rest
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        findings(&Source { path: path.to_owned(), text: text.to_owned() })
    }

    #[test]
    fn texts_from_the_catalogue_are_taken() {
        let text = "<p class=\"row wide\" aria-label={m.list_open()}>{m.list_count({ count })} · &nbsp; {time(at, \"short\")}</p>";
        assert_eq!(found("ui/src/lib/list/Row.svelte", text), Vec::<String>::new());
    }

    #[test]
    fn texts_outside_the_catalogue_are_found() {
        for text in [
            "<p>Hello</p>",
            "<p>{count} messages</p>",
            "<p>こんにちは</p>",
            "<input placeholder=\"Write here\" />",
            "<button aria-label='Close'></button>",
            "<button title=\"{name}, closed\"></button>",
            "<p>{name ?? \"Unknown visitor\"}</p>",
            "<p>{is_open ? 'Open' : m.closed()}</p>",
            "<p>{`${count} open`}</p>",
        ] {
            assert_eq!(found("ui/src/lib/list/Row.svelte", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_finding_names_file_and_line() {
        let told = found("ui/src/App.svelte", "<script>\n</script>\n\n<p>\n  Hello\n</p>\n");
        assert_eq!(told, ["ui/src/App.svelte:5: \"Hello\" is not in the message catalogue"]);
    }

    #[test]
    fn the_desktop_is_spoken_to_in_one_place() {
        let text = "import { invoke } from \"@tauri-apps/api/core\";";
        assert_eq!(found("ui/src/lib/host/index.ts", text), Vec::<String>::new());
        assert_eq!(found("ui/src/lib/list/list.ts", text).len(), 1);
    }

    #[test]
    fn markup_from_data_is_found() {
        assert!(!found("ui/src/App.svelte", "<p>{@html text}</p>").is_empty());
    }

    #[test]
    fn entities_are_no_texts() {
        assert_eq!(without_entities("a&nbsp;b &amp; c & d &#160;"), "ab  c & d ");
    }
}

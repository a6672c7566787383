//! The window turns around for languages that are written from the right, so its styles know a start and an end and no
//! left and right. What is measured on the screen is placed by an attribute, not by a style.

use super::Source;

/// Properties with a side, and what to write instead.
const SIDED: &[(&str, &str)] = &[
    ("left", "inset-inline-start"),
    ("right", "inset-inline-end"),
    ("margin-left", "margin-inline-start"),
    ("margin-right", "margin-inline-end"),
    ("padding-left", "padding-inline-start"),
    ("padding-right", "padding-inline-end"),
    ("border-left", "border-inline-start"),
    ("border-right", "border-inline-end"),
    ("border-left-color", "border-inline-start-color"),
    ("border-right-color", "border-inline-end-color"),
    ("border-left-width", "border-inline-start-width"),
    ("border-right-width", "border-inline-end-width"),
    ("border-top-left-radius", "border-start-start-radius"),
    ("border-top-right-radius", "border-start-end-radius"),
    ("border-bottom-left-radius", "border-end-start-radius"),
    ("border-bottom-right-radius", "border-end-end-radius"),
];

/// A sentence for every property with a side.
pub fn findings(source: &Source) -> Vec<String> {
    let Source { path, text } = source;
    if !path.starts_with("ui/src/") || !(path.ends_with(".css") || path.ends_with(".svelte")) {
        return Vec::new();
    }
    let mut is_style = path.ends_with(".css");
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("<style") {
            is_style = true;
        } else if line.starts_with("</style") {
            is_style = false;
        }
        if !is_style {
            continue;
        }
        for declaration in line.split(['{', ';', '}']) {
            let property = declaration.split(':').next().unwrap_or_default().trim();
            let is_declaration = declaration.contains(':');
            if let Some((_, instead)) = SIDED.iter().find(|(sided, _)| is_declaration && *sided == property) {
                findings.push(format!("{path}:{}: write {instead} instead of {property}", index + 1));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        findings(&Source { path: path.into(), text: text.into() })
    }

    #[test]
    fn a_property_with_a_side_is_told_with_what_to_write() {
        assert_eq!(
            told("ui/src/a.css", ".a { color: red; margin-left: 1px }\n.b {\n  right: 0;\n}"),
            [
                "ui/src/a.css:1: write margin-inline-start instead of margin-left",
                "ui/src/a.css:3: write inset-inline-end instead of right"
            ]
        );
    }

    #[test]
    fn what_is_measured_and_what_is_no_style_is_left_alone() {
        let component = "<p style=\"left: {x}px\">{left}</p>\n<style>\n  .a { text-align: left; }\n</style>";
        assert_eq!(told("ui/src/A.svelte", component), Vec::<String>::new());
        assert_eq!(told("ui/dev/a.css", "a { left: 0 }"), Vec::<String>::new());
    }
}

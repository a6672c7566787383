//! The organization's one colour and the ink on it.

/// Paper of the chat box, in the light and the dark theme (`--sheet` of its style).
const PAPERS: [(&str, &str); 2] = [("light", "#fffefb"), ("dark", "#221f1b")];

/// White or black, whichever reads better on the colour; `None` where it is not `#rrggbb`.
pub(super) fn ink_on(color: &str) -> Option<&'static str> {
    let on = light(color)?;
    Some(if contrast(1.0, on) >= contrast(on, 0.0) { "#ffffff" } else { "#000000" })
}

/// The theme on whose paper the colour is too faint to be an edge (3:1), if there is one.
pub(super) fn faint_on(color: &str) -> Option<&'static str> {
    let color = light(color)?;
    PAPERS.into_iter().find(|(_, paper)| light(paper).is_some_and(|p| contrast(p, color) < 3.0)).map(|(theme, _)| theme)
}

/// Relative luminance as WCAG 2.2 defines it.
fn light(color: &str) -> Option<f64> {
    let hex = color.strip_prefix('#').filter(|h| h.len() == 6 && h.chars().all(|c| c.is_ascii_hexdigit()))?;
    let channel = |i: usize| {
        let value = u8::from_str_radix(&hex[i..i + 2], 16).map_or(0.0, |v| f64::from(v) / 255.0);
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    Some(0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4))
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_too_near_to_the_paper_is_no_edge() {
        assert_eq!(faint_on("#f0b02a"), Some("light"));
        assert_eq!(faint_on("#1b3a36"), Some("dark"));
        assert_eq!(faint_on("#2f7d72"), None);
    }

    #[test]
    fn the_ink_is_the_one_that_reads_better() {
        assert_eq!(ink_on("#1f5d54"), Some("#ffffff"));
        assert_eq!(ink_on("#f0b02a"), Some("#000000"));
        assert_eq!(ink_on("#FFFFFF"), Some("#000000"));
        assert_eq!(ink_on("#000000"), Some("#ffffff"));
        for wrong in ["", "red", "#fff", "#12345g", "#1f5d54; x", "#é123"] {
            assert_eq!(ink_on(wrong), None, "{wrong}");
        }
    }
}

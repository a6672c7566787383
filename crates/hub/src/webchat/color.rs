//! The organization's one colour and the ink on it.

/// White or black, whichever reads better on the colour (contrast as WCAG 2.2 defines it); `None` where it is not `#rrggbb`.
pub(super) fn ink_on(color: &str) -> Option<&'static str> {
    let hex = color.strip_prefix('#').filter(|h| h.len() == 6 && h.chars().all(|c| c.is_ascii_hexdigit()))?;
    let channel = |i: usize| {
        let value = u8::from_str_radix(&hex[i..i + 2], 16).map_or(0.0, |v| f64::from(v) / 255.0);
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let light = 0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4);
    let on_white = 1.05 / (light + 0.05);
    let on_black = (light + 0.05) / 0.05;
    Some(if on_white >= on_black { "#ffffff" } else { "#000000" })
}

#[cfg(test)]
mod tests {
    use super::*;

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

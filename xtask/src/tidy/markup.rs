//! Just enough of Svelte's markup to find what a person would read on the screen.

/// A piece of a component's markup.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text between tags.
    Text(&'t str),
    /// An expression between tags, without its braces.
    Expression(&'t str),
    /// An attribute with a literal value.
    Attribute {
        /// The attribute's name.
        name: &'t str,
        /// Its value, without the quotes; `{expressions}` are still in it.
        value: &'t str,
    },
}

/// The pieces of a component with the number of the line each begins on. Script, style and comments have none.
pub fn pieces(text: &str) -> Vec<(usize, Piece<'_>)> {
    let mut reader = Reader { text, at: 0, pieces: Vec::new() };
    reader.read();
    reader.pieces
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    pieces: Vec<(usize, Piece<'t>)>,
}

impl<'t> Reader<'t> {
    fn read(&mut self) {
        while self.at < self.text.len() {
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.skip_behind("-->");
            } else if is_tag(rest, "script") {
                self.skip_behind("</script>");
            } else if is_tag(rest, "style") {
                self.skip_behind("</style>");
            } else if rest.starts_with('<') {
                self.tag();
            } else if rest.starts_with('{') {
                let from = self.at;
                let inner = self.braces();
                self.push(from, Piece::Expression(inner));
            } else {
                let end = rest.find(['<', '{']).unwrap_or(rest.len());
                self.push(self.at, Piece::Text(&rest[..end]));
                self.at += end;
            }
        }
    }

    /// From `<` behind the `>` that closes it; braces and quotes may hold a `>` of their own.
    fn tag(&mut self) {
        self.at += 1;
        while let Some(next) = self.rest().chars().next() {
            match next {
                '>' => {
                    self.at += 1;
                    return;
                }
                '{' => {
                    self.braces();
                }
                _ if next.is_alphabetic() => self.attribute(),
                _ => self.at += next.len_utf8(),
            }
        }
    }

    /// A name, and its value if there is one. The tag's own name is read as a name without value.
    fn attribute(&mut self) {
        let from = self.at;
        let rest = self.rest();
        let length = rest.find(|c: char| c.is_whitespace() || "=>{\"'".contains(c)).unwrap_or(rest.len());
        let name = &rest[..length];
        self.at += length;
        if !self.rest().starts_with('=') {
            return;
        }
        self.at += 1;
        let Some(quote) = self.rest().chars().next().filter(|c| ['"', '\''].contains(c)) else {
            return;
        };
        self.at += 1;
        let start = self.at;
        while let Some(next) = self.rest().chars().next() {
            if next == quote {
                self.push(from, Piece::Attribute { name, value: &self.text[start..self.at] });
                self.at += 1;
                return;
            }
            if next == '{' {
                self.braces();
            } else {
                self.at += next.len_utf8();
            }
        }
    }

    /// From `{` behind its `}`; strings in it may hold braces of their own. Returns what is inside.
    fn braces(&mut self) -> &'t str {
        let start = self.at + 1;
        let mut depth = 0_usize;
        let mut quote = None;
        let mut is_escaped = false;
        for (offset, next) in self.rest().char_indices() {
            if let Some(open) = quote {
                if is_escaped {
                    is_escaped = false;
                } else if next == '\\' {
                    is_escaped = true;
                } else if next == open {
                    quote = None;
                }
                continue;
            }
            match next {
                '"' | '\'' | '`' => quote = Some(next),
                '{' => depth += 1,
                '}' if depth == 1 => {
                    let end = self.at + offset;
                    self.at = end + 1;
                    return &self.text[start..end];
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        self.at = self.text.len();
        &self.text[start..]
    }

    fn skip_behind(&mut self, end: &str) {
        self.at = self.rest().find(end).map_or(self.text.len(), |found| self.at + found + end.len());
    }

    fn push(&mut self, from: usize, piece: Piece<'t>) {
        // The line of the first letter, not of the blank before it.
        let blank = match piece {
            Piece::Text(text) => text.len() - text.trim_start().len(),
            _ => 0,
        };
        let line = self.text[..from + blank].matches('\n').count() + 1;
        self.pieces.push((line, piece));
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }
}

fn is_tag(rest: &str, name: &str) -> bool {
    rest.strip_prefix('<')
        .and_then(|rest| rest.strip_prefix(name))
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_style_and_comments_hold_no_text() {
        let text =
            "<script lang=\"ts\">let a = '<p>Hello</p>';</script>\n<!-- Hello -->\n<style>.a { color: red }</style>";
        let told: Vec<_> = pieces(text).into_iter().filter(|(_, piece)| *piece != Piece::Text("\n")).collect();
        assert_eq!(told, []);
    }

    #[test]
    fn text_attributes_and_expressions_are_found_with_their_lines() {
        let text = "<p title=\"A title\"\n  class=\"a {b ? '}' : \"c\"} d\">\n  Hello {name}\n</p>";
        let told: Vec<_> = pieces(text);
        assert_eq!(told[0], (1, Piece::Attribute { name: "title", value: "A title" }));
        assert_eq!(told[1], (2, Piece::Attribute { name: "class", value: "a {b ? '}' : \"c\"} d" }));
        assert_eq!(told[2], (3, Piece::Text("\n  Hello ")));
        assert_eq!(told[3], (3, Piece::Expression("name")));
    }

    #[test]
    fn arrows_and_comparisons_in_attributes_do_not_end_the_tag() {
        let text = "<button onclick={() => { if (a > b) go(\"}\"); }} aria-label=\"Go\">x</button>";
        let told: Vec<_> = pieces(text).into_iter().map(|(_, piece)| piece).collect();
        assert_eq!(told, [Piece::Attribute { name: "aria-label", value: "Go" }, Piece::Text("x")]);
    }

    #[test]
    fn an_unfinished_file_ends_the_reading() {
        for text in ["<p", "<p title=\"", "{a", "<script>", "<!--", "<p title=\"{"] {
            pieces(text);
        }
    }
}

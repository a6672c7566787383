//! JSON as text, laid out to be read. The order of the keys and the digits of the numbers stay as they were: a
//! command's hash is taken over its bytes, so what is shown must be what travels.

/// Widest line on which a whole array or object is written.
const WIDTH: usize = 110;

enum Node {
    Scalar(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// The text in lines. It must be valid JSON.
pub fn pretty(json: &str) -> String {
    let mut out = String::new();
    write(&read(&mut tokens(json).into_iter()), 0, 0, &mut out);
    out
}

/// The text without white space between its signs: how it travels.
pub fn compact(json: &str) -> String {
    tokens(json).concat()
}

/// Strings, numbers, words and single signs.
fn tokens(json: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        let mut token = String::from(c);
        match c {
            c if c.is_whitespace() => continue,
            '"' => loop {
                let c = chars.next().expect("the text is valid JSON");
                token.push(c);
                match c {
                    '\\' => token.push(chars.next().expect("the text is valid JSON")),
                    '"' => break,
                    _ => {}
                }
            },
            '{' | '}' | '[' | ']' | ':' | ',' => {}
            _ => {
                while let Some(c) = chars.next_if(|c| !c.is_whitespace() && !"{}[]:,".contains(*c)) {
                    token.push(c);
                }
            }
        }
        tokens.push(token);
    }
    tokens
}

fn read(tokens: &mut std::vec::IntoIter<String>) -> Node {
    let first = tokens.next().expect("the text is valid JSON");
    match first.as_str() {
        "[" => {
            let mut items = Vec::new();
            while !matches!(tokens.as_slice().first().map(String::as_str), Some("]") | None) {
                items.push(read(tokens));
                skip(tokens, ",");
            }
            skip(tokens, "]");
            Node::Array(items)
        }
        "{" => {
            let mut members = Vec::new();
            while !matches!(tokens.as_slice().first().map(String::as_str), Some("}") | None) {
                let name = tokens.next().expect("the text is valid JSON");
                skip(tokens, ":");
                members.push((name, read(tokens)));
                skip(tokens, ",");
            }
            skip(tokens, "}");
            Node::Object(members)
        }
        _ => Node::Scalar(first),
    }
}

fn skip(tokens: &mut std::vec::IntoIter<String>, sign: &str) {
    if tokens.as_slice().first().is_some_and(|t| t == sign) {
        tokens.next();
    }
}

fn on_one_line(node: &Node) -> String {
    match node {
        Node::Scalar(text) => text.clone(),
        Node::Array(items) => format!("[{}]", items.iter().map(on_one_line).collect::<Vec<_>>().join(", ")),
        Node::Object(members) if members.is_empty() => "{}".into(),
        Node::Object(members) => {
            let members: Vec<_> = members.iter().map(|(name, n)| format!("{name}: {}", on_one_line(n))).collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}

fn write(node: &Node, indent: usize, before: usize, out: &mut String) {
    let line = on_one_line(node);
    if indent + before + line.chars().count() <= WIDTH {
        return out.push_str(&line);
    }
    let (open, close, members): (_, _, Vec<(String, &Node)>) = match node {
        Node::Scalar(text) => return out.push_str(text),
        Node::Array(items) => ('[', ']', items.iter().map(|n| (String::new(), n)).collect()),
        Node::Object(members) => ('{', '}', members.iter().map(|(name, n)| (format!("{name}: "), n)).collect()),
    };
    out.push(open);
    for (i, (name, member)) in members.iter().enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        out.push_str(&" ".repeat(indent + 2));
        out.push_str(name);
        write(member, indent + 2, name.chars().count(), out);
    }
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(close);
}

#[test]
fn laid_out_and_compact_again_it_is_the_same_text() {
    let text = r#"{"b":[1,2.50,{"x":"a \"quoted, {brace}\" \\"}],"a":null,"empty":{},"none":[],"long":"LONG"}"#;
    let text = text.replace("LONG", &"ä ".repeat(100));
    let laid_out = pretty(&text);
    assert!(laid_out.lines().count() > 3, "{laid_out}");
    assert_eq!(compact(&laid_out), text);
}

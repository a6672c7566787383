use super::*;
use proptest::prelude::*;

/// Phrases as FTS would be asked for them; `*` behind those that may be beginnings.
fn phrases(text: &str) -> Vec<String> {
    let say = |phrase: Phrase| phrase.words.join(" ") + if phrase.open { "*" } else { "" };
    parse_search(text).phrases.into_iter().map(say).collect()
}

fn terms(text: &str) -> Vec<(&'static str, String)> {
    parse_search(text).terms.into_iter().map(|term| (term.operator.as_str(), term.value)).collect()
}

#[test]
fn a_question_is_literal_words() {
    assert_eq!(phrases("Where's \"my\" AND e-mail*"), ["where s", "my", "and", "e mail*"]);
    assert_eq!(phrases("NOT x a:b don't C++ *"), ["not", "x", "a b", "don t", "c*"]);
    assert!(phrases("!!! \u{200b} 👍 \u{0} \u{301}").is_empty());
    assert_eq!(phrases(&"x ".repeat(1000)).len(), 32);
}

#[test]
fn words_in_closed_quotation_marks_stand_together_and_are_whole() {
    assert_eq!(phrases("\"bent hanger\" gear"), ["bent hanger", "gear*"]);
    assert_eq!(phrases("gear \"bent hanger\""), ["gear*", "bent hanger"]);
    assert_eq!(phrases("\"bent hanger"), ["bent", "hanger*"], "an open one is a letter");
    assert_eq!(phrases("\"\" \" \" \"a\"b"), ["a", "b*"]);
    assert_eq!(phrases("5\" pipe 6\" pipe"), ["5", "pipe", "6", "pipe*"], "a phrase begins where a word does");
}

#[test]
fn scripts_without_spaces_are_looked_for_by_pairs() {
    assert_eq!(phrases("東京"), ["東京*"]);
    assert_eq!(phrases("東京都 x東京y 東"), ["東京 京 京都", "x 東 東京 京 y", "東*"]);
    let long = phrases(&"東京".repeat(3_000));
    assert!(long.len() == 1 && long[0].split(' ').count() <= 128, "of a paste the beginning is looked for");
}

#[test]
fn operators_have_values() {
    assert_eq!(
        terms("hang IN:\"Front desk\" from:me tag: is:open"),
        [("in", "Front desk".into()), ("from", "me".into()), ("tag", String::new()), ("is", "open".into())]
    );
    assert_eq!(phrases("hang IN:\"Front desk\" from:me"), ["hang*"]);
    assert_eq!(terms("in:\"Front"), [("in", "\"Front".into())], "still being typed");
    assert_eq!(terms("xin:a about:b :c in :d"), []);
    assert_eq!(terms("from:يوسف"), [("from", "يوسف".into())]);
    let at: Vec<_> = parse_search("é in:a 👍 tag:\"b c\"x").terms.into_iter().map(|term| term.at).collect();
    assert_eq!(utf16("é in:a 👍 tag:\"b c\"x", &at), [(2, 6), (10, 19)]);
}

#[test]
fn a_value_that_is_put_in_comes_out_again() {
    for value in ["desk", "Front desk", "  Front \n desk ", "a\"b c", "東京 都", ""] {
        let text = format!("in:{} x", quoted(value));
        let plain = value.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "");
        assert_eq!(terms(&text), [("in", plain)], "{text}");
        assert_eq!(phrases(&text), ["x*"]);
    }
}

#[test]
fn days_months_and_years_are_dates() {
    for (value, date) in [
        ("Today", Some(SearchDate::Today)),
        ("yesterday", Some(SearchDate::Yesterday)),
        ("2026", Some(SearchDate::Year(2026))),
        ("2026-", Some(SearchDate::Year(2026))),
        ("2026-3", Some(SearchDate::Month(2026, 3))),
        ("2024-02-29", Some(SearchDate::Day(2024, 2, 29))),
        ("٢٠٢٦-٠٣-٠١", Some(SearchDate::Day(2026, 3, 1))),
        ("۲۰۲۶", Some(SearchDate::Year(2026))),
        ("2026-02-29", None),
        ("2026-13", None),
        ("2026-00", None),
        ("26", None),
        ("2026-1-1-1", None),
        ("-2026", None),
        ("tomorrow", None),
        ("", None),
        ("99999999999999999999", None),
    ] {
        assert_eq!(SearchDate::parse(value), date, "{value}");
    }
}

/// What is marked.
fn marked(text: &str, question: &str) -> Vec<String> {
    marks(text, &parse_search(question).phrases).into_iter().map(|range| text[range].to_string()).collect()
}

#[test]
fn what_was_looked_for_is_marked_on_what_was_written() {
    assert_eq!(marked("The HANGER hangs, hung", "hang"), ["HANG", "hang"]);
    assert_eq!(marked("Crème brûlée, cre\u{300}me", "creme"), ["Crème", "cre\u{300}me"]);
    assert_eq!(marked("مُحَمَّد ومحمد", "محمد"), ["مُحَمَّد"]);
    assert_eq!(marked("علـــي هنا", "علي"), ["علـــي"]);
    assert_eq!(marked("明天下午可以送貨嗎", "下午 送"), ["下午", "送"]);
    assert_eq!(marked("STRASSE Straße", "stras"), ["STRAS", "Straß"], "a sign is marked as a whole");
    assert_eq!(marked("e-mail me by email", "e-mail"), ["e-mail"]);
    assert_eq!(marked("bent hanger, bent old hanger", "\"bent hanger\""), ["bent hanger"]);
    assert_eq!(marked("전화번호", "화번"), ["화번"]);
    assert_eq!(marked("aaa", "👍"), Vec::<String>::new());
}

#[test]
fn a_number_is_marked_however_it_is_typed() {
    let number = "+1 503 555 0142";
    for (typed, found) in
        [("5035550142", "503 555 0142"), ("15035", "1 503 5"), ("5550142", "555 0142"), ("0142", "0142")]
    {
        let shown = number_line(number, &parse_search(typed).phrases);
        let (from, to) = shown.marks[0];
        assert_eq!(&shown.text[from as usize..to as usize], found, "{typed}");
    }
    assert!(number_line(number, &parse_search("142 35550").phrases).marks.is_empty(), "only from a group on");
}

#[test]
fn a_snippet_shows_what_was_found_in_one_line() {
    let long = format!("{}the bent\n\n hanger{}", "so much was said before ".repeat(40), " and after".repeat(90));
    let shown = snippet(&long, &parse_search("\"bent hanger\"").phrases);
    let (from, to) = shown.marks[0];
    assert_eq!(&shown.text[from as usize..to as usize], "bent hanger");
    assert!(shown.cut_start && shown.cut_end && from < 60, "{shown:?}");
    assert!(
        shown.text.starts_with("said")
            || shown.text.starts_with("so")
            || shown.text.starts_with("much")
            || shown.text.starts_with("was")
            || shown.text.starts_with("before"),
        "it begins with a word: {shown:?}"
    );
    let short = snippet("  bent\n\n\nhanger \u{0} 😩", &parse_search("hang").phrases);
    assert_eq!(short, Snippet { text: "bent hanger 😩".into(), marks: vec![(5, 9)], cut_start: false, cut_end: false });
    let none = snippet("", &[]);
    assert_eq!(none.text, "");
}

#[test]
fn a_snippet_of_signs_without_end_has_one() {
    for endless in ["\u{300}", "\u{200D}👩", "🇦"] {
        let text = format!("bent 👩{} hanger", endless.repeat(30_000));
        let shown = snippet(&text, &parse_search("hang").phrases);
        assert!(shown.text.len() < 32 * 4 * 170, "{endless:?} {}", shown.text.len());
        let marked: Vec<u16> = shown.text.encode_utf16().collect();
        let (from, to) = shown.marks[0];
        assert_eq!(String::from_utf16(&marked[from as usize..to as usize]).unwrap(), "hang", "{endless:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_question(text in "(\\PC|[\"': \\n\\u{0}]|in:|is:|before:){0,60}") {
        let question = parse_search(&text);
        let places: Vec<_> = question.terms.iter().map(|term| term.at.clone()).collect();
        let units = text.encode_utf16().count() as u32;
        prop_assert!(utf16(&text, &places).iter().all(|(from, to)| from < to && *to <= units));
        prop_assert!(question.phrases.iter().all(|phrase| !phrase.words.is_empty()));
    }

    #[test]
    fn what_has_the_words_has_marks_and_only_then(text in "[a-c東京ก็كُا \\-é]{0,30}", question in "[a-c東京ก็كا é]{1,6}") {
        let phrases = parse_search(&question).phrases;
        let marks = marks(&text, &phrases);
        prop_assert!(marks.iter().all(|mark| text.get(mark.clone()).is_some_and(|marked| !marked.is_empty())));
        prop_assert!(marks.windows(2).all(|two| two[0].end < two[1].start));
        if phrases.len() == 1 {
            prop_assert_eq!(matches(&text, &phrases), !marks.is_empty());
        }
        // The index has folded the text in one go, and splits at spaces.
        let words = crate::fold_text(&text);
        let words: Vec<&str> = words.split(' ').collect();
        let naive = phrases.iter().all(|phrase| (0..words.len()).any(|from| {
            let last = phrase.words.len() - 1;
            let fits = |(at, wanted): (usize, &String)| words.get(from + at).is_some_and(|word| {
                word == wanted || (phrase.open && at == last && word.starts_with(wanted.as_str()))
            });
            phrase.words.iter().enumerate().all(fits)
        }));
        prop_assert_eq!(matches(&text, &phrases), naive);
    }

    #[test]
    fn a_snippet_is_never_cut_within_a_sign(text in "(\\PC|\\n|👍🏽|👨‍👩‍👧| ){0,300}", question in "\\PC{1,3}") {
        use unicode_segmentation::UnicodeSegmentation;
        let shown = snippet(&text, &parse_search(&question).phrases);
        prop_assert!(shown.text.graphemes(true).count() <= 161);
        let units = shown.text.encode_utf16().count() as u32;
        prop_assert!(shown.marks.iter().all(|(from, to)| from < to && *to <= units));
        let broken = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
        prop_assert!(!broken(&shown.text) || broken(&text));
    }
}

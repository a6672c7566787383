use super::*;
use proptest::prelude::*;

#[test]
fn what_is_typed_without_accents_is_found() {
    for (text, folded) in [
        ("Crème Brûlée!", "creme brulee"),
        ("Søren Ærø, Łódź, STRASSE straße", "soren aero lodz strasse strasse"),
        ("ΟΔΥΣΣΕΎΣ", "οδυσσευσ"),
        ("Ёлка Йод", "елка иод"),
        ("İstanbul ISPARTA ısı", "istanbul isparta isi"),
        ("ｆｕｌｌ ﬁne №5", "full fine no5"),
        ("e-mail: a.b@c.org", "e mail a b c org"),
        ("soft\u{ad}hyphen zero\u{200b}width", "softhyphen zerowidth"),
        ("👍🏽 ok ❤️ 1\u{fe0f}\u{20e3}", "ok 1"),
        ("  \n\t ", ""),
    ] {
        assert_eq!(fold_text(text), folded, "{text}");
    }
}

#[test]
fn arabic_and_hebrew_are_found_without_their_marks() {
    assert_eq!(fold_text("مُحَمَّد"), fold_text("محمد"));
    assert_eq!(fold_text("أحمد إلى آخر"), fold_text("احمد الي اخر"));
    assert_eq!(fold_text("العـــربية"), fold_text("العربية"));
    assert_eq!(fold_text("علی"), fold_text("علي"));
    assert_eq!(fold_text("שָׁלוֹם"), fold_text("שלום"));
}

#[test]
fn vowels_that_are_marks_stay() {
    assert_eq!(fold_text("हिन्दी में"), "हिन्दी में");
    assert_ne!(fold_text("कि"), fold_text("की"));
    assert_ne!(fold_text("か"), fold_text("が"));
}

#[test]
fn scripts_without_spaces_become_singles_and_pairs() {
    assert_eq!(fold_text("東京都"), "東 東京 京 京都 都");
    assert_eq!(fold_text("iPhone修理,ﾃｽﾄ"), "iphone 修 修理 理 テ テス ス スト ト");
    assert_eq!(fold_text("전화 1번"), "전 전화 화 1 번");
    assert_eq!(fold_text("ก็ 25"), "ก ก\u{e47} \u{e47} 25");
}

#[test]
fn an_encoded_file_does_not_fill_the_index() {
    assert_eq!(fold_text(&"x".repeat(100_000)).len(), 64);
    assert_eq!(fold_text(&format!("{} y", "x".repeat(70))), format!("{} y", "x".repeat(64)));
}

proptest! {
    #[test]
    fn folding_what_is_folded_into_words_changes_no_plain_word(text in "\\PC{0,40}") {
        let folded = fold_text(&text);
        prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
        prop_assert!(folded.split(' ').all(|word| word.is_empty() || word.chars().all(is_of_words)));
        for word in folded.split(' ').filter(|word| !word.chars().any(is_dense)) {
            prop_assert_eq!(fold_text(word), word);
        }
    }

    #[test]
    fn the_short_way_leads_to_the_same(text in "[ -~\\n\\t]{0,200}") {
        let mut words = String::new();
        fold_into(&text, &mut words);
        prop_assert_eq!(fold_text(&text), words);
    }

    #[test]
    fn the_form_that_it_is_typed_in_does_not_matter(text in "\\PC{0,40}") {
        let decomposed: String = text.nfd().collect();
        prop_assert_eq!(fold_text(&decomposed), fold_text(&text));
    }
}

//! What the person speaks, as their system says it. Asked once and told to the page: WebKit asks the C library, which knows
//! only languages whose data is installed, so that a window would speak English beside an Arabic tray.

use deskbell_core::Language;

/// For who does not say, dates and numbers are written as here.
const NOBODY_SAID: &str = "en-US";

/// Languages as tags of BCP 47, the most wanted first. There is at least one.
pub fn spoken() -> Vec<String> {
    said_by(|name| std::env::var(name).ok())
}

/// In the order in which translated programs look: the list of `LANGUAGE`, which a system in no language does not have.
fn said_by(variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let said = |name: &str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(said).and_then(|locale| tag(&locale));
    let Some(locale) = locale else { return vec![NOBODY_SAID.into()] };
    let listed: Vec<String> = said("LANGUAGE").iter().flat_map(|list| list.split(':')).filter_map(tag).collect();
    if listed.is_empty() { vec![locale] } else { listed }
}

/// The tag of a locale such as `ar_EG.UTF-8@latin`; `None` for `C`, and for what is none.
fn tag(locale: &str) -> Option<String> {
    let name = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    let mut parts = name.split('-');
    let language =
        parts.next().filter(|part| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    (language.is_some() && rest).then_some(name)
}

/// What the page is told. WebKit lets it see the first language alone, so that is the first one that this program has.
pub fn for_page(spoken: &[String]) -> Option<&str> {
    let known = spoken.iter().find(|tag| Language::called(tag).is_some());
    known.or(spoken.first()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(variables: &[(&str, &str)]) -> Vec<String> {
        said_by(|name| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_system_says_what_is_spoken_whether_or_not_it_has_data_for_it() {
        assert_eq!(spoken(&[("LANG", "ar_EG.UTF-8")]), ["ar-EG"]);
        assert_eq!(spoken(&[("LANG", "xx_YY")]), ["xx-YY"]);
        assert_eq!(spoken(&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "ar"), ("LC_ALL", "")]), ["ar"]);
        assert_eq!(spoken(&[("LANG", "ar"), ("LC_ALL", "de_DE@euro")]), ["de-DE"]);
        assert_eq!(spoken(&[("LANG", "de_DE.UTF-8"), ("LANGUAGE", "de:ar_EG::C")]), ["de", "ar-EG"]);
        assert_eq!(spoken(&[("LANG", "zh_Hant_TW"), ("LANGUAGE", "")]), ["zh-Hant-TW"]);
    }

    #[test]
    fn the_page_hears_of_the_first_language_that_there_is() {
        let page = |spoken: &[&str]| {
            let spoken: Vec<String> = spoken.iter().map(|tag| (*tag).to_owned()).collect();
            for_page(&spoken).map(str::to_owned)
        };
        assert_eq!(page(&["de-DE", "ar-EG", "en"]).as_deref(), Some("ar-EG"));
        assert_eq!(page(&["de-DE", "fr"]).as_deref(), Some("de-DE"), "it says how numbers are written");
    }

    #[test]
    fn what_is_no_language_is_none() {
        for nothing in ["", "C", "C.UTF-8", "POSIX", "💥", "_", "../../etc", "a b", "en_", "-", "\u{202E}ar"] {
            assert_eq!(spoken(&[("LANG", nothing), ("LANGUAGE", "ar")]), [NOBODY_SAID], "{nothing:?}");
        }
        assert_eq!(spoken(&[]), [NOBODY_SAID]);
        assert_eq!(spoken(&[("LANG", "de"), ("LANGUAGE", "💥")]), ["de"]);
    }
}

//! Whatever the system says of language and time zone, the window opens, and speaks one language with its tray.

use anyhow::Result;
use deskbell_testkit::computer::Computer;
use serde_json::json;

/// The language of the page, whether its times can be written, and what its button says.
const PAGE: &str = "
    const time = new Intl.DateTimeFormat(navigator.language, { dateStyle: 'full', timeStyle: 'short' }).format(0);
    return [document.documentElement.lang, document.documentElement.dir, time.length > 8];";

#[tokio::test]
async fn a_language_that_the_system_has_no_data_for_is_the_windows_and_the_trays() -> Result<()> {
    for environment in [&[("LANG", "ar_EG.UTF-8"), ("LC_ALL", "")], &[("LANG", "de_DE.UTF-8"), ("LANGUAGE", "de:ar")]] {
        let computer = Computer::start_where(environment).await?;
        computer.tray().await?.menu_is(&["إخفاء Deskbell", "إنهاء"]).await?;
        let page = computer.ask_at_rest(PAGE).await?;
        assert_eq!(page, json!(["ar", "rtl", true]), "{environment:?}");
    }
    Ok(())
}

#[tokio::test]
async fn where_the_system_says_nothing_that_is_known_there_is_english() -> Result<()> {
    for (language, zone) in [("xx_YY.UTF-8", "Nowhere/Nothing"), ("C", ""), ("", "UTC+99"), ("\u{1F4A5}", "\u{1F4A5}")]
    {
        let computer =
            Computer::start_where(&[("LANG", language), ("LC_ALL", ""), ("LANGUAGE", ""), ("TZ", zone)]).await?;
        computer.sees("Sign in").await?;
        computer.tray().await?.menu_is(&["Hide Deskbell", "Quit"]).await?;
        assert_eq!(computer.ask_at_rest(PAGE).await?, json!(["en", "ltr", true]), "{language:?} {zone:?}");
    }
    Ok(())
}

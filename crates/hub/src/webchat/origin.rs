//! Origins: where a chat box may stand.

use crate::routes::Addresses;
use axum::http::{HeaderMap, header};

/// The text is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an origin: write it as https://www.example.com, with the port where it has one, without a path")]
pub struct OriginError(String);

/// Brings an origin into the one form that browsers send: lower case, no default port, no slash at the end.
/// `http://127.0.0.1:*` stands for every port; only this computer itself may be written so.
pub fn parse_origin(text: &str) -> Result<String, OriginError> {
    let wrong = || OriginError(text.chars().take(200).collect());
    let lower = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let (scheme, authority) = lower.split_once("://").ok_or_else(wrong)?;
    let (host, port) = split_port(authority);
    // Nothing else may stand in a host: this text goes into a Content-Security-Policy.
    let is_host = match host.strip_prefix('[') {
        Some(v6) => v6.ends_with(']') && v6.trim_end_matches(']').parse::<std::net::Ipv6Addr>().is_ok(),
        None => host
            .split('.')
            .all(|label| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')),
    };
    if !is_host {
        return Err(wrong());
    }
    let default = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return Err(wrong()),
    };
    match port {
        None => Ok(format!("{scheme}://{host}")),
        Some(port) if port == default => Ok(format!("{scheme}://{host}")),
        Some("*") if matches!(host, "127.0.0.1" | "localhost" | "[::1]") => Ok(format!("{scheme}://{host}:*")),
        Some(port) if port.parse::<u16>().is_ok_and(|p| p.to_string() == port) => {
            Ok(format!("{scheme}://{host}:{port}"))
        }
        Some(_) => Err(wrong()),
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    let after_host = authority.rfind(']').map_or(0, |end| end + 1);
    match authority[after_host..].rfind(':') {
        Some(colon) => (&authority[..after_host + colon], Some(&authority[after_host + colon + 1..])),
        None => (authority, None),
    }
}

/// The channel's origins in their one form; one that cannot be read allows nothing.
pub(super) fn readable(origins: &[String]) -> Vec<String> {
    origins.iter().filter_map(|o| parse_origin(o).ok()).collect()
}

/// Whether the channel's list allows the page.
pub(super) fn allows(origins: &[String], page: &str) -> bool {
    let Ok(page) = parse_origin(page) else { return false };
    let without_port = split_port(page.split_once("://").map_or("", |(_, rest)| rest))
        .1
        .map_or(page.as_str(), |port| page.strip_suffix(port).and_then(|p| p.strip_suffix(':')).unwrap_or(&page));
    readable(origins).iter().any(|allowed| match allowed.strip_suffix(":*") {
        Some(any_port) => any_port == without_port,
        None => *allowed == page,
    })
}

/// Whether a call comes from a page of the hub itself, which is where the frame is.
pub(super) fn is_own(addresses: &Addresses, headers: &HeaderMap) -> bool {
    headers.get(header::ORIGIN).and_then(|v| v.to_str().ok()).is_some_and(|origin| addresses.is_own_origin(origin))
}

/// Whether a call that may come without `Origin` (a `GET` of the same origin) does not come from elsewhere.
pub(super) fn is_own_or_absent(addresses: &Addresses, headers: &HeaderMap) -> bool {
    !headers.contains_key(header::ORIGIN) || is_own(addresses, headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_form_and_nothing_else_passes() {
        for (text, form) in [
            ("https://www.Example.com", "https://www.example.com"),
            ("https://www.example.com:443/", "https://www.example.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://localhost:*", "http://localhost:*"),
        ] {
            assert_eq!(parse_origin(text).as_deref(), Ok(form));
        }
        for text in [
            "",
            "*",
            "null",
            "example.com",
            "ftp://example.com",
            "https://",
            "https://.",
            "https://www..example.com",
            "https://example.com/shop",
            "https://*",
            "https://example.com:*",
            "https://example.com; script-src *",
            "https://a b",
            "https://example.com:99999",
            "https://example.com:080",
            "https://me@example.com",
            "https://[::1",
            "http://[x]",
        ] {
            assert!(parse_origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_allows_exactly_its_origins() {
        let list = vec!["https://www.example.com".into(), "http://127.0.0.1:*".into(), "not an origin".into()];
        for page in ["https://www.example.com", "http://127.0.0.1", "http://127.0.0.1:4000"] {
            assert!(allows(&list, page), "{page}");
        }
        for page in [
            "http://www.example.com",
            "https://example.com",
            "https://www.example.com.evil.com",
            "http://127.0.0.10:4000",
            "https://127.0.0.1:4000",
            "null",
            "not an origin",
        ] {
            assert!(!allows(&list, page), "{page}");
        }
        assert!(!allows(&[], "https://www.example.com"), "nothing is allowed by default");
    }
}

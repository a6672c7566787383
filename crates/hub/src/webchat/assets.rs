//! The loader script, the frame, and the frame's own script and style: files of this program, no build step.

use super::session::find_channel;
use super::{Problem, color, origin};
use crate::routes::{ApiPath, AppState};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use deskbell_protocol::ApiError;
use sha2::{Digest, Sha256};

const CHAT_JS: &str = include_str!("../../web/chat.js");
const FRAME_HTML: &str = include_str!("../../web/frame.html");

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../web/frame/", $name)))),*];
    };
}
files!(
    "api.js",
    "frame.css",
    "line.js",
    "links.js",
    "main.js",
    "outbox.js",
    "parent.js",
    "storage.js",
    "texts.js",
    "thread.js",
);

/// The script that a web site loads.
#[utoipa::path(
    get, path = "/chat.js", tag = "web chat",
    responses((status = 200, description = "The loader", content_type = "text/javascript", body = String))
)]
pub(super) async fn chat_js(headers: HeaderMap) -> Response {
    let mut response = file("chat.js", CHAT_JS, &headers, "public, max-age=300");
    // Every site may load it: it holds nothing, and what it shows is decided by the frame.
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// A part of the frame.
#[utoipa::path(
    get, path = "/widget-assets/{name}", tag = "web chat",
    params(("name" = String, Path, description = "Name of the file")),
    responses((status = 200, description = "The file", body = String), (status = 404, body = ApiError))
)]
pub(super) async fn asset(ApiPath(name): ApiPath<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let (name, text) = FILES.iter().find(|(n, _)| *n == name).ok_or(Problem::NoFile)?;
    // Asked for again each time: scripts of two versions must never meet.
    Ok(file(name, text, &headers, "no-cache"))
}

/// The chat box itself, for a page that the channel allows.
#[utoipa::path(
    get, path = "/widget/{public_id}", tag = "web chat",
    params(("public_id" = String, Path, description = "Public id of the channel")),
    responses((status = 200, description = "The frame", content_type = "text/html", body = String), (status = 404, body = ApiError))
)]
pub(super) async fn frame(
    State(app): State<AppState>,
    ApiPath(public_id): ApiPath<String>,
) -> Result<Response, Problem> {
    let channel = app.hub.read(move |c| find_channel(c, &public_id)).await?.ok_or(Problem::NoChannel)?;
    let settings = channel.webchat.ok_or(Problem::NoChannel)?;
    let origins = origin::readable(&settings.origins).join(" ");
    let ink = settings.color.as_deref().and_then(color::ink_on);
    let page = fill(
        FRAME_HTML,
        &[
            ("channel", &settings.public_id),
            ("origins", &origins),
            ("title", settings.title.as_str()),
            ("color", ink.and(settings.color.as_deref()).unwrap_or_default()),
            ("ink", ink.unwrap_or_default()),
            ("faint", settings.color.as_deref().and_then(color::faint_on).unwrap_or_default()),
        ],
    );
    let ancestors = if origins.is_empty() { "'none'" } else { &origins };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    );
    let policy = HeaderValue::try_from(policy).map_err(|_| Problem::Internal)?;
    let mut response = page.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A page that isolates itself (Cross-Origin-Embedder-Policy) may hold it too; frame-ancestors says which pages may.
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    Ok(response)
}

/// Puts values, escaped, in the place of `{{name}}`.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut parts = template.split("{{");
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
        let value = values.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| *v);
        for c in value.chars() {
            match c {
                '&' => page.push_str("&amp;"),
                '<' => page.push_str("&lt;"),
                '>' => page.push_str("&gt;"),
                '"' => page.push_str("&quot;"),
                '\'' => page.push_str("&#39;"),
                c => page.push(c),
            }
        }
        page.push_str(rest);
    }
    page
}

fn file(name: &str, text: &'static str, asked: &HeaderMap, cache: &'static str) -> Response {
    let hash: String = Sha256::digest(text).iter().take(12).map(|b| format!("{b:02x}")).collect();
    let tag = format!("\"{hash}\"");
    let knows = asked.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    let is_known = knows.is_some_and(|known| known.split(',').any(|t| t.trim().trim_start_matches("W/") == tag));
    let mut response =
        if is_known { (StatusCode::NOT_MODIFIED, Body::empty()).into_response() } else { text.into_response() };
    let kind = if name.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_never_filled_again() {
        let page = fill("<a title=\"{{a}}\">{{b}}</a>", &[("a", "\"><script>"), ("b", "{{a}} & 'x'")]);
        assert_eq!(page, "<a title=\"&quot;&gt;&lt;script&gt;\">{{a}} &amp; &#39;x&#39;</a>");
    }

    #[test]
    fn every_script_that_a_script_imports_is_served() {
        for (name, text) in FILES.iter().filter(|(n, _)| n.ends_with(".js")) {
            for import in text.lines().filter_map(|l| l.split_once("from \"./")).filter_map(|(_, l)| l.split_once('"'))
            {
                assert!(FILES.iter().any(|(n, _)| *n == import.0), "{name} imports {}", import.0);
            }
        }
    }

    #[test]
    fn no_script_turns_text_into_markup() {
        for (name, text) in FILES.iter().chain(&[("chat.js", CHAT_JS)]) {
            for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
                assert!(!text.contains(word), "{name} holds {word}");
            }
        }
    }
}

//! The same answers in Traditional characters (繁體) for whoever asks for them with `Accept-Language`.

use super::problem::Problem;
use crate::text::{simplified, traditional};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use serde_json::Value;

/// Fields that are sent back to us as they were: they stay in Simplified characters.
const SENT_BACK: [&str; 4] = ["id", "press", "chosen", "waits_for"];

/// Answers in the asker's characters.
pub async fn layer(mut request: Request, next: Next) -> Response {
    if !wants_traditional(request.headers()) {
        let mut response = next.run(request).await;
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-language"));
        return response;
    }
    if let Some(uri) = simplified_query(request.uri()) {
        *request.uri_mut() = uri;
    }
    let (mut parts, body) = next.run(request).await.into_parts();
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    let kind =
        parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let render: fn(&str) -> String = match kind.split(';').next().unwrap_or_default() {
        "application/json" | "application/problem+json" => json,
        "text/html" => html,
        "text/event-stream" => {
            let body = Body::new(body.map_frame(|frame| {
                frame.map_data(|event| match std::str::from_utf8(&event) {
                    Ok(text) => events(text).into(),
                    Err(_) => event,
                })
            }));
            return Response::from_parts(parts, body);
        }
        _ => return Response::from_parts(parts, body),
    };
    let bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) => return Problem::Internal(error.into()).into_response(),
    };
    let rendered = match std::str::from_utf8(&bytes) {
        Ok(text) => Bytes::from(render(text)),
        Err(_) => bytes,
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static("zh-Hant"));
    Response::from_parts(parts, rendered.into())
}

/// Whether the Chinese that is liked best is written in Traditional characters.
fn wants_traditional(headers: &HeaderMap) -> bool {
    let listed =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best: Option<(f32, bool)> = None;
    for entry in listed.split(',') {
        let (tag, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let tag = tag.trim().to_ascii_lowercase();
        let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse().ok()).unwrap_or(0.0);
        let traditional = ["zh-hant", "zh-tw", "zh-hk", "zh-mo"].iter().any(|known| tag.starts_with(known));
        if (tag == "zh" || tag.starts_with("zh-")) && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, traditional));
        }
    }
    best.is_some_and(|(weight, traditional)| traditional && weight > 0.0)
}

/// The address with what stands percent-encoded in its query simplified; `None` where nothing changes.
fn simplified_query(uri: &Uri) -> Option<Uri> {
    let query = uri.query()?;
    let mut out = String::with_capacity(query.len());
    let mut rest = query;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let run = &rest[at..];
        let pairs = run.as_bytes().chunks(3).take_while(|three| three.len() == 3 && three[0] == b'%').count();
        let (encoded, after) = run.split_at(pairs.max(1) * 3.min(run.len()));
        let bytes: Option<Vec<u8>> = encoded
            .as_bytes()
            .chunks(3)
            .map(|three| u8::from_str_radix(std::str::from_utf8(three.get(1..)?).ok()?, 16).ok())
            .collect();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        match text {
            Some(text) => simplified(&text).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}"))),
            // What can't be read is refused where it is read.
            None => out.push_str(encoded),
        }
        rest = after;
    }
    out.push_str(rest);
    if out.eq_ignore_ascii_case(query) {
        return None;
    }
    format!("{}?{out}", uri.path()).parse().ok()
}

/// Every text of a JSON document but what is sent back to us.
fn json(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(mut value) => {
            render(&mut value);
            value.to_string()
        }
        Err(_) => text.to_owned(),
    }
}

fn render(value: &mut Value) {
    match value {
        Value::String(text) => *text = traditional(text),
        Value::Array(list) => list.iter_mut().for_each(render),
        Value::Object(fields) => fields
            .iter_mut()
            .filter(|(name, _)| !SENT_BACK.contains(&name.as_str()) && !name.ends_with("url"))
            .for_each(|(_, value)| render(value)),
        _ => {}
    }
}

/// The text of a page, not its tags: what a form sends stands in them.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive('>') {
        let (shown, tag) = part.find('<').map_or((part, ""), |at| part.split_at(at));
        out.push_str(&traditional(shown));
        out.push_str(tag);
    }
    out.replacen("lang=\"zh-Hans\"", "lang=\"zh-Hant\"", 1)
}

/// The data of server-sent events; the service writes each in one piece and on one line.
fn events(text: &str) -> String {
    let lines = text.split('\n').map(|line| match line.strip_prefix("data: ") {
        Some(data) => format!("data: {}", json(data)),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_which_characters_are_liked_best() {
        for (listed, want) in [
            ("", false),
            ("zh-CN,zh;q=0.9", false),
            ("zh-TW,zh;q=0.9,en;q=0.8", true),
            ("en, zh-Hant;q=0.5, zh-Hans;q=0.8", false),
            ("en-US,zh-HK;q=0.5", true),
            ("zh-Hant;q=0", false),
            ("mn", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(listed));
            assert_eq!(wants_traditional(&headers), want, "{listed}");
        }
    }

    #[test]
    fn what_is_sent_back_stays_as_it_was() {
        let given = r#"{"ask":{"options":[{"id":"option:丢失补领","label":"丢失补领"}]},"online_url":"https://x/办"}"#;
        let shown: Value = serde_json::from_str(&json(given)).unwrap();
        assert_eq!(shown["ask"]["options"][0]["id"], "option:丢失补领");
        assert_eq!(shown["ask"]["options"][0]["label"], "丟失補領");
        assert_eq!(shown["online_url"], "https://x/办");
        assert_eq!(
            html(r#"<html lang="zh-Hans"><button value="option:丢失补领">丢失补领</button>转"#),
            r#"<html lang="zh-Hant"><button value="option:丢失补领">丟失補領</button>轉"#
        );
        assert_eq!(
            events("id: 3\ndata: {\"text\":\"转人工\"}\n\n"),
            "id: 3\ndata: {\"text\":\"轉人工\"}\n\n"
        );
    }

    #[test]
    fn a_query_in_traditional_characters_finds_the_same() {
        for (given, want) in [
            (
                "/a?item=%E4%B8%9F%E5%A4%B1%E8%A3%9C%E9%A0%98&x=1",
                Some("/a?item=%E4%B8%A2%E5%A4%B1%E8%A1%A5%E9%A2%86&x=1"),
            ),
            ("/a?item=%E4%B8%A2", None),
            ("/a?item=%E4%B8", None),
            ("/a?item=%", None),
            ("/a", None),
        ] {
            let found = simplified_query(&given.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), want, "{given}");
        }
    }
}

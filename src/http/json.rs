//! Our extractors: they refuse in problem+json and name the field.

use super::App;
use super::problem::Problem;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A JSON body, in or out.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let limits = app.limits;
        let is_json =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(
                |kind| {
                    let kind = kind.split(';').next().unwrap_or_default().trim();
                    kind.eq_ignore_ascii_case("application/json")
                },
            );
        if !is_json {
            return Err(Problem::NotJson);
        }
        let bytes = read(request.into_body(), limits.body_bytes).await?;
        parse(&bytes, limits.json_depth).map(Json)
    }
}

/// A body as JSON, nested so deep at most.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8], deepest: usize) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| Problem::BadJson(format!("第 {} 个字节起不是 UTF-8 编码", e.valid_up_to() + 1)))?;
    if depth(text) > deepest {
        return Err(Problem::BadJson(format!("嵌套超过 {deepest} 层")));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let place = e.path().to_string();
        Problem::BadJson(match place.as_str() {
            "." | "?" => e.inner().to_string(),
            _ => format!("{place}：{}", e.inner()),
        })
    })?;
    reader.end().map_err(|e| Problem::BadJson(e.to_string()))?;
    Ok(value)
}

/// A whole body of at most so many bytes.
pub(super) async fn read(body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Problem::TooLarge(most)),
        Err(error) => Err(Problem::BadJson(format!("没有收到完整的请求内容（{error}）"))),
    }
}

/// Deepest nesting of brackets outside of strings.
fn depth(text: &str) -> usize {
    let (mut level, mut deepest) = (0usize, 0usize);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                level += 1;
                deepest = deepest.max(level);
            }
            b'}' | b']' if !quoted => level = level.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => Problem::Internal(error.into()).into_response(),
        }
    }
}

/// A path parameter.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Path(value)),
            Err(error) => Err(Problem::BadAddress(error.body_text())),
        }
    }
}

/// Query parameters as pairs, in order; strict UTF-8.
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Params::parse(parts.uri.query().unwrap_or_default())
    }
}

fn decode(text: &str) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
                match (digit(), digit()) {
                    (Some(high), Some(low)) => (high * 16 + low) as u8,
                    _ => return Err(Problem::BadAddress("百分号转义不完整".into())),
                }
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| Problem::BadAddress("参数不是 UTF-8 编码".into()))
}

impl Params {
    /// Pairs as a query or a form has them.
    pub fn parse(text: &str) -> Result<Params, Problem> {
        let mut pairs = Vec::new();
        for pair in text.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Params(pairs))
    }

    /// The same without these parameters.
    pub fn without(&self, names: &[&str]) -> Params {
        Params(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// Every value of a parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The first value of a parameter that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(n, v)| n == name && !v.is_empty());
        values.next().map(|(_, v)| v.as_str())
    }

    /// A number, with its bounds and what stands where it is absent.
    pub fn number(
        &self,
        name: &'static str,
        bounds: std::ops::RangeInclusive<usize>,
        absent: usize,
    ) -> Result<usize, Problem> {
        match self.get(name) {
            None => Ok(absent),
            Some(text) => match text.parse() {
                Ok(n) if bounds.contains(&n) => Ok(n),
                _ => Err(Problem::BadField(
                    name,
                    format!("应为 {} 到 {} 之间的整数", bounds.start(), bounds.end()),
                )),
            },
        }
    }

    /// Every parameter but the named ones.
    pub fn except<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter(|(n, v)| !names.contains(&n.as_str()) && !v.is_empty())
            .map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_outside_of_strings() {
        for (text, want) in [
            ("{}", 1),
            (r#"{"a":[1,{"b":2}]}"#, 3),
            (r#"{"a":"[[[["}"#, 1),
            (r#"{"a":"\"[["}"#, 1),
            ("]]]]", 0),
        ] {
            assert_eq!(depth(text), want, "{text}");
        }
    }

    #[test]
    fn parameters_decode_or_say_why() {
        for (text, want) in
            [("%E8%BA%AB", Some("身")), ("a+b", Some("a b")), ("%FF", None), ("%E", None), ("%GG", None)]
        {
            assert_eq!(decode(text).ok().as_deref(), want, "{text}");
        }
    }
}

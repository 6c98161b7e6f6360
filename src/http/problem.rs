//! What a caller is told when a request can't be answered: one variant, one status, one stable type.

use crate::assist::AskError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A refusal. The cause of an internal fault goes to the log, never to the caller.
#[derive(Debug)]
pub enum Problem {
    /// The request has no JSON body, or one that doesn't parse.
    BadJson(String),
    /// A field or parameter has a value that can't be used: field → what is wrong and how to mend it.
    BadField(&'static str, String),
    /// The path or query is not valid UTF-8 or not well formed.
    BadAddress(String),
    /// The body is not declared as JSON.
    NotJson,
    /// The body is larger than the limit in bytes.
    TooLarge(usize),
    /// No item has this code.
    NoSuchItem(String),
    /// No division has this code.
    NoSuchRegion(String),
    /// No conversation with this id and token.
    NoSuchConversation,
    /// The same, where the token is that of another conversation: the answer doesn't tell, the audit log does.
    ForeignToken,
    /// The token of the conversation is missing.
    NoToken,
    /// The conversation was closed.
    Closed,
    /// Another message was written meanwhile.
    GoneOn,
    /// It belongs to somebody else.
    NotYours(String),
    /// Nobody is there; what is offered instead.
    NobodyThere(String, Value),
    /// Nobody is signed in; `true` where a cookie was shown that is nobody's or has ended.
    NoSession(bool),
    /// Sent from a page that is not ours.
    ForeignOrigin,
    /// Whoever is signed in may not do this: his login, and what he may not.
    NotAllowed(String, &'static str),
    /// Whoever proposed something doesn't put it into use: his login, and what he may not do (采纳, 发布).
    FourEyes(String, &'static str),
    /// Login and password don't belong together.
    BadLogin,
    /// What another system sent is not signed as agreed: what is wrong with it, in a word.
    BadSignature(&'static str),
    /// Failed too often.
    Locked(Timestamp),
    /// No account, work item or proposal with this id: what it is.
    NoSuch(&'static str),
    /// Somebody else has it, did it before, or it can't be done from where it stands: a stable word, and why.
    Conflict(&'static str, String),
    /// No such path.
    NoSuchPath,
    /// The path exists, but not with this method.
    NoSuchMethod,
    /// Too many requests; seconds to wait.
    TooMany(u64),
    /// Reading or answering took too long.
    Timeout,
    /// Enough is worked on.
    Overloaded,
    /// The service is not ready.
    Unavailable,
    /// A fault of ours.
    Internal(anyhow::Error),
}

/// The body of a refusal, `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemShape {
    /// Stable name of the kind of refusal.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "/problems/bad-field")]
    pub kind: &'static str,
    /// The kind in words.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What is wrong here, and how to mend it.
    pub detail: String,
    /// Field → faults.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<&'static str, Vec<String>>,
    /// What the desk offers, where nobody is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk: Option<Value>,
    /// Names this refusal in the log.
    pub trace_id: String,
}

impl Problem {
    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Problem::BadJson(_) => (S::BAD_REQUEST, "/problems/bad-json", "请求内容不是有效的 JSON"),
            Problem::BadField(..) => (S::UNPROCESSABLE_ENTITY, "/problems/bad-field", "参数不正确"),
            Problem::BadAddress(_) => (S::BAD_REQUEST, "/problems/bad-address", "请求地址不正确"),
            Problem::NotJson => (S::UNSUPPORTED_MEDIA_TYPE, "/problems/not-json", "只接受 JSON"),
            Problem::TooLarge(_) => (S::PAYLOAD_TOO_LARGE, "/problems/too-large", "请求内容过大"),
            Problem::NoSuchItem(_) => (S::NOT_FOUND, "/problems/no-such-item", "没有这个事项"),
            Problem::NoSuchRegion(_) => (S::NOT_FOUND, "/problems/no-such-region", "没有这个行政区划"),
            Problem::NoSuchConversation | Problem::ForeignToken => {
                (S::NOT_FOUND, "/problems/no-such-conversation", "没有这个会话")
            }
            Problem::NoToken => (S::UNAUTHORIZED, "/problems/no-token", "缺少会话令牌"),
            Problem::Closed => (S::CONFLICT, "/problems/closed", "会话已结束"),
            Problem::GoneOn => (S::CONFLICT, "/problems/gone-on", "会话已有新消息"),
            Problem::NotYours(_) => (S::FORBIDDEN, "/problems/not-yours", "不归您处理"),
            Problem::NobodyThere(..) => (S::SERVICE_UNAVAILABLE, "/problems/nobody-there", "没有人工坐席"),
            Problem::NoSession(_) => (S::UNAUTHORIZED, "/problems/no-session", "请先登录"),
            Problem::ForeignOrigin => (S::FORBIDDEN, "/problems/foreign-origin", "请求不是从本站页面发出的"),
            Problem::NotAllowed(..) => (S::FORBIDDEN, "/problems/not-allowed", "没有这项权限"),
            Problem::FourEyes(..) => (S::FORBIDDEN, "/problems/four-eyes", "须由另一人决定"),
            Problem::BadLogin => (S::UNAUTHORIZED, "/problems/bad-login", "登录名或密码不对"),
            Problem::BadSignature(_) => (S::UNAUTHORIZED, "/problems/bad-signature", "签名不对"),
            Problem::Locked(_) => (S::LOCKED, "/problems/locked", "登录已锁定"),
            Problem::NoSuch(_) => (S::NOT_FOUND, "/problems/no-such-record", "没有这条记录"),
            Problem::Conflict(kind, _) => (S::CONFLICT, kind, "现在不能这样做"),
            Problem::NoSuchPath => (S::NOT_FOUND, "/problems/no-such-path", "没有这个地址"),
            Problem::NoSuchMethod => (S::METHOD_NOT_ALLOWED, "/problems/no-such-method", "请求方法不对"),
            Problem::TooMany(_) => (S::TOO_MANY_REQUESTS, "/problems/too-many", "请求过于频繁"),
            Problem::Timeout => (S::REQUEST_TIMEOUT, "/problems/timeout", "请求超时"),
            Problem::Overloaded => (S::SERVICE_UNAVAILABLE, "/problems/overloaded", "问的人太多"),
            Problem::Unavailable => (S::SERVICE_UNAVAILABLE, "/problems/unavailable", "服务暂不可用"),
            Problem::Internal(_) => (S::INTERNAL_SERVER_ERROR, "/problems/internal", "系统出错"),
        }
    }

    fn detail(&self) -> String {
        match self {
            Problem::BadJson(what) => format!("{what}。请按 /openapi.json 中的格式发送。"),
            Problem::BadField(field, what) => format!("{field}：{what}"),
            Problem::BadAddress(what) => format!("{what}。请用 UTF-8 编码后再作百分号转义。"),
            Problem::NotJson => "请加上请求头 Content-Type: application/json。".into(),
            Problem::TooLarge(bytes) => format!("请求内容不能超过 {bytes} 字节。"),
            Problem::NoSuchItem(code) => format!("没有编码为 {code} 的事项。请用 /api/v1/search 查找。"),
            Problem::NoSuchRegion(code) => {
                format!("{}。请用 /api/v1/regions 查找。", crate::dialog::wording::unknown_region(code))
            }
            Problem::NoSuchConversation | Problem::ForeignToken => {
                "会话不存在、已删除，或令牌不对。请用 POST /api/v1/conversations 开始新的会话。".into()
            }
            Problem::NoToken => "请加上请求头 Authorization: Bearer 和开始会话时得到的 token。".into(),
            Problem::Closed => {
                "请用 POST /api/v1/conversations 开始新的会话，previous 填这个会话的 id。".into()
            }
            Problem::GoneOn => "请重读会话后再发。".into(),
            Problem::NotYours(what) => format!("{what}。"),
            Problem::NobodyThere(text, _) => text.clone(),
            Problem::NoSession(_) => {
                "请用 POST /api/v1/desk/session 登录；登录过的可能已超时或被退出。".into()
            }
            Problem::ForeignOrigin => "请求头 Origin 须与本服务的 Host 一致。请从本站页面操作。".into(),
            Problem::NotAllowed(_, what) => format!("您的角色没有权限 {what}。需要时请联系管理员。"),
            Problem::FourEyes(_, act) => format!("自己提出的不能由自己{act}。请由另一位知识管理员决定。"),
            Problem::BadLogin => "登录名或密码不对。忘记密码请联系管理员重置。".into(),
            Problem::BadSignature(_) => {
                "请按 docs/TRANSCRIPT.md 用约定的密钥签名；时间戳与本服务相差不能超过 5 分钟。".into()
            }
            Problem::Locked(until) => {
                let local = crate::desk::china().to_datetime(*until);
                format!(
                    "密码输错次数过多，请在 {} 之后再试，或联系管理员重置密码。",
                    local.strftime("%m月%d日 %H:%M")
                )
            }
            Problem::NoSuch(what) => format!("没有这个{what}，或已删除。请刷新列表。"),
            Problem::Conflict(_, why) => why.clone(),
            Problem::NoSuchPath => "接口列表见 /docs。".into(),
            Problem::NoSuchMethod => "允许的方法见响应头 Allow 和 /docs。".into(),
            Problem::TooMany(seconds) => format!("请 {seconds} 秒后再试。"),
            Problem::Timeout => "没有在规定时间内收完请求或给出回答，请重试。".into(),
            Problem::Overloaded => {
                "现在问的人太多，请 1 秒后再发一次。有危险请直接打 110、119 或 120，急事请打 12345。".into()
            }
            Problem::Unavailable => "索引尚未就绪，请稍后再试，或拨打 12345。".into(),
            Problem::Internal(_) => "请稍后再试，或拨打 12345。".into(),
        }
    }
}

/// A refusal of rights, beside its answer: one place logs and audits them all.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The login of who was refused; `nobody` where that isn't known.
    pub actor: String,
    /// What for.
    pub action: &'static str,
    /// Further facts.
    pub detail: &'static str,
}

impl Problem {
    fn refusal(&self) -> Option<Refusal> {
        let nobody = || "nobody".to_owned();
        Some(match self {
            Problem::NoSession(true) => Refusal { actor: nobody(), action: "refused.session", detail: "" },
            Problem::ForeignToken => Refusal { actor: nobody(), action: "refused.token", detail: "" },
            Problem::ForeignOrigin => Refusal { actor: nobody(), action: "refused.origin", detail: "" },
            Problem::BadSignature(what) => {
                Refusal { actor: nobody(), action: "refused.signature", detail: what }
            }
            Problem::NotAllowed(login, what) => {
                Refusal { actor: login.clone(), action: "refused.permission", detail: what }
            }
            Problem::FourEyes(login, _) => {
                Refusal { actor: login.clone(), action: "refused.four_eyes", detail: "" }
            }
            _ => return None,
        })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, kind, title) = self.parts();
        let trace_id = super::trace::id();
        if let Problem::Internal(cause) = &self {
            tracing::error!(%trace_id, error = format!("{cause:#}"), "request failed");
        }
        let mut errors = BTreeMap::new();
        if let Problem::BadField(field, what) = &self {
            errors.insert(*field, vec![what.clone()]);
        }
        let desk = match &self {
            Problem::NobodyThere(_, desk) => Some(desk.clone()),
            _ => None,
        };
        let detail = self.detail();
        let shape = ProblemShape { kind, title, status: status.as_u16(), detail, errors, desk, trace_id };
        // A struct of texts and numbers always serialises; an empty body is the worst case.
        let body = serde_json::to_vec(&shape).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(refusal) = self.refusal() {
            response.extensions_mut().insert(refusal);
        }
        let headers = response.headers_mut();
        match self {
            Problem::TooMany(seconds) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Problem::Overloaded => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Problem::Unavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Problem {
        match error {
            AskError::NoSuchItem(code) | AskError::NotInForce(code) => Problem::NoSuchItem(code),
            AskError::NoSuchRegion(code) => Problem::NoSuchRegion(code),
            AskError::Search(error) => Problem::Internal(error.into()),
            AskError::Thread(error) => Problem::Internal(error.into()),
        }
    }
}

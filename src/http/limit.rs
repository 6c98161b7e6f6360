//! Bounds on a caller: how often, and how long.

use super::json;
use super::problem::Problem;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>;

/// Requests a minute, counted by address.
#[derive(Clone)]
pub struct Rate(Option<Arc<Counted>>);

struct Counted {
    limiter: Limiter,
    per_minute: NonZeroU32,
    seen: AtomicU64,
}

/// After so many requests the addresses not seen lately are forgotten.
const FORGET_EVERY: u64 = 10_000;

impl Rate {
    /// A limit; 0 for none.
    pub fn per_minute(per_minute: u32) -> Rate {
        Rate(NonZeroU32::new(per_minute).map(|per_minute| {
            Arc::new(Counted {
                limiter: RateLimiter::keyed(Quota::per_minute(per_minute))
                    .with_middleware::<StateInformationMiddleware>(),
                per_minute,
                seen: AtomicU64::new(0),
            })
        }))
    }
}

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Refuses with 429 and `Retry-After` what comes too often; tells the rest how much is left.
pub async fn rate(State(rate): State<Rate>, request: Request, next: Next) -> Response {
    let Some(counted) = &rate.0 else {
        return next.run(request).await;
    };
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip());
    if counted.seen.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
        counted.limiter.retain_recent();
    }
    let (mut response, remaining, reset) = match counted.limiter.check_key(&peer) {
        Ok(state) => (next.run(request).await, state.remaining_burst_capacity(), 0),
        Err(until) => {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let seconds = wait.as_secs() + 1;
            (Problem::TooMany(seconds).into_response(), 0, seconds)
        }
    };
    let headers = response.headers_mut();
    headers.insert(LIMIT, HeaderValue::from(counted.per_minute.get()));
    headers.insert(REMAINING, HeaderValue::from(remaining));
    headers.insert(RESET, HeaderValue::from(reset));
    response
}

/// Questions that may be worked on at a time.
#[derive(Clone)]
pub struct Load {
    places: Arc<Semaphore>,
    body_bytes: usize,
}

impl Load {
    /// At most `at_once`, with bodies of at most `body_bytes`.
    pub fn of(at_once: usize, body_bytes: usize) -> Load {
        Load { places: Arc::new(Semaphore::new(at_once)), body_bytes }
    }
}

/// Refuses with 503 and `Retry-After`, at once, what comes while enough is worked on: whoever waits in a line that grows
/// gets his answer when nobody wants it any more, and so does everybody behind him.
pub async fn load(State(load): State<Load>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    // A body that trickles in takes no place.
    let body = match json::read(body, load.body_bytes).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    match load.places.try_acquire() {
        Ok(_held) => next.run(Request::from_parts(parts, body.into())).await,
        Err(_) => {
            metrics::counter!("bangban_overload_total").increment(1);
            Problem::Overloaded.into_response()
        }
    }
}

/// Refuses with 408 what takes too long, a body that trickles in included.
pub async fn time(State(most): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::Timeout.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::{Body, Bytes};
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use futures_util::stream;
    use tokio::sync::mpsc;
    use tower::ServiceExt;

    fn asked(body: Body) -> Request {
        Request::post("/").body(body).unwrap()
    }

    #[tokio::test]
    async fn what_is_too_much_is_told_so_at_once_and_a_slow_body_takes_no_place() {
        let (inside, mut came) = mpsc::channel::<()>(1);
        let leave = Arc::new(Semaphore::new(0));
        let gate = leave.clone();
        let work = move |body: String| async move {
            inside.send(()).await.unwrap();
            gate.acquire().await.unwrap().forget();
            body
        };
        let load_of_one = from_fn_with_state(Load::of(1, 100), load);
        let service = Router::new().route("/", post(work)).layer(load_of_one);

        let first = tokio::spawn(service.clone().oneshot(asked("one".into())));
        came.recv().await.unwrap();
        let refused = service.clone().oneshot(asked("two".into())).await.unwrap();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()["retry-after"], "1");
        leave.add_permits(1);
        assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);

        let (trickle, parts) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
        let body = stream::unfold(parts, |mut parts| async move { Some((parts.recv().await?, parts)) });
        let slow = tokio::spawn(service.clone().oneshot(asked(Body::from_stream(body))));
        trickle.send(Ok(Bytes::from_static(b"sl"))).await.unwrap();
        let quick = tokio::spawn(service.clone().oneshot(asked("quick".into())));
        came.recv().await.unwrap();
        leave.add_permits(1);
        assert_eq!(quick.await.unwrap().unwrap().status(), StatusCode::OK);
        trickle.send(Ok(Bytes::from_static(b"ow"))).await.unwrap();
        drop(trickle);
        came.recv().await.unwrap();
        leave.add_permits(1);
        assert_eq!(slow.await.unwrap().unwrap().status(), StatusCode::OK);

        let long = service.oneshot(asked("x".repeat(101).into())).await.unwrap();
        assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}

//! Bounds on a caller: how often, and how long.

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

/// Refuses with 408 what takes too long, a body that trickles in included.
pub async fn time(State(most): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::Timeout.into_response(),
    }
}

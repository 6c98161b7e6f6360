//! The socket: accepts, bounds what a slow or greedy peer can hold, stops in order.

use super::{App, router};
use anyhow::{Context, Result};
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::Service;

/// Connections held at once; one more waits to be accepted.
const CONNECTIONS: usize = 4096;

/// A peer that has not sent its header by then is cut off.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// Requests under way have so long to end when the service stops.
const STOP_TIME: Duration = Duration::from_secs(10);

/// Binds the address.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("can't listen on {address}; is the port in use? set `listen` in bangban.toml")
    })
}

/// Serves until `stop` ends, then lets requests under way finish.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) -> Result<()> {
    let routes = router(app);
    let ended = tokio::sync::watch::Sender::new(false);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    tokio::pin!(stop);
    loop {
        let place = places.clone().acquire_owned().await.context("connection places closed")?;
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles, most likely: wait for some to come back.
                    tracing::warn!(%error, "can't accept");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let routes = routes.clone();
        let service = hyper::service::service_fn(move |request: hyper::Request<_>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
            routes.clone().call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut ending = ended.subscribe();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let done = tokio::select! {
                done = connection.as_mut() => done,
                _ = ending.changed() => {
                    // The request under way is answered, then the line is closed.
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // A peer that breaks off is its own affair.
            if let Err(error) = done {
                tracing::debug!(%error, "connection ended");
            }
            drop(place);
        });
    }
    ended.send_replace(true);
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    if tokio::time::timeout(STOP_TIME, places.acquire_many(all)).await.is_err() {
        tracing::warn!("requests were still under way at the end");
    }
    Ok(())
}

//! `bangban serve`: the API and the pages.

use crate::config::Config;
use crate::http::{App, listen, serve};
use anyhow::{Context, Result};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// What `serve` takes.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Address and port; goes before the settings
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Write the log as JSON lines
    #[arg(long)]
    json_log: bool,
}

/// How often a new generation is looked for: a file of some bytes is read.
const REFRESH: Duration = Duration::from_millis(100);

/// How long one that can't be opened is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(2);

/// How often idle conversations are closed and old ones deleted.
const SWEEP: Duration = Duration::from_secs(60);

/// How often lost seats and silent citizens are looked for.
const TICK: Duration = Duration::from_secs(2);

/// Upper bounds of the latency histograms, seconds.
const BUCKETS: [f64; 11] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];

/// Serves until interrupted.
pub fn run(config: Config, args: &ServeArgs) -> Result<ExitCode> {
    let filter = EnvFilter::new("info,tantivy=warn");
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if args.json_log {
        log.json().init();
    } else {
        log.init();
    }
    let metrics = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)?
        .install_recorder()
        .context("can't install the metrics recorder")?;
    let assist = Arc::new(super::assist(&config)?);
    let search = assist.search();
    let manifest = search.manifest();
    tracing::info!(
        generation = manifest.generation,
        items = manifest.items,
        guides = manifest.guides,
        model = assist.has_model(),
        "index in service"
    );
    drop(search);
    super::runtime()?.block_on(async move {
        let database = super::database(&config).await?;
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let stops = stopping.clone();
        let app = Arc::new(App::new(assist.clone(), &database, &config, metrics, super::today, stopping)?);
        app.contents.apply(&app.assist).await?;
        let listener = listen(args.listen.unwrap_or(config.listen)).await?;
        let address = listener.local_addr()?;
        tracing::info!("serving on http://{address}");
        let watcher = tokio::spawn(async move {
            loop {
                tokio::time::sleep(REFRESH).await;
                let looker = assist.clone();
                match tokio::task::spawn_blocking(move || looker.refresh()).await {
                    Ok(Ok(true)) => {
                        let generation = assist.search().manifest().generation.clone();
                        tracing::info!(generation, "a new generation is in service");
                    }
                    Ok(Ok(false)) => {}
                    Ok(Err(error)) => {
                        tracing::warn!(%error, "can't open the new generation; the old one stays");
                        tokio::time::sleep(LEFT_ALONE).await;
                    }
                    Err(error) => {
                        tracing::error!(%error, "refresh ended early");
                        tokio::time::sleep(LEFT_ALONE).await;
                    }
                }
            }
        });
        let (sender, looker) = (app.clone(), app.clone());
        let (sends, looks) = (stops.clone(), stops);
        let messenger = tokio::spawn(async move { sender.webhooks.deliver(sends).await });
        let checker = tokio::spawn(async move {
            looker.link_checks.run(looker.assist.clone(), super::today, looks).await;
        });
        let words_days = config.retention.words_days;
        let swept = app.clone();
        let sweeper = tokio::spawn(async move {
            loop {
                match swept.talks.sweep(jiff::Timestamp::now()).await {
                    Ok((0, 0)) => {}
                    Ok((talks, traces)) => tracing::info!(talks, traces, "deleted what was kept long enough"),
                    Err(error) => tracing::error!(%error, "can't close or delete old conversations"),
                }
                swept.calls.sweep(jiff::Timestamp::now());
                if let Err(error) = swept.access.sweep(jiff::Timestamp::now()).await {
                    tracing::error!(%error, "can't delete sessions that have ended");
                }
                if let Err(error) = swept.ratings.sweep(jiff::Timestamp::now()).await {
                    tracing::error!(%error, "can't delete words of old ratings");
                }
                if let Err(error) = swept.faults.sweep(jiff::Timestamp::now()).await {
                    tracing::error!(%error, "can't delete words of old calls");
                }
                if let Err(error) = swept.webhooks.sweep(words_days, jiff::Timestamp::now()).await {
                    tracing::error!(%error, "can't delete what other systems were told");
                }
                tokio::time::sleep(SWEEP).await;
            }
        });
        let clock = app.clone();
        let ticker = tokio::spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                if let Err(error) = clock.talks.tick(jiff::Timestamp::now()).await {
                    tracing::error!(%error, "the desk's clock failed");
                }
            }
        });
        let ending = async move {
            stopped().await;
            // Nobody is left who could not be told.
            let _ = stop.send(true);
        };
        let done = serve(listener, app, ending).await;
        watcher.abort();
        sweeper.abort();
        ticker.abort();
        // Both end by themselves when the service stops; after a fault of the listener they must be told.
        messenger.abort();
        checker.abort();
        database.close().await;
        done
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Ends on Ctrl-C or SIGTERM.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            // Without SIGTERM there is still Ctrl-C; its own failure also means stop.
            let _ = interrupt.await;
        }
    }
    tracing::info!("stopping");
}

//! One load on the service: what was asked at which rate, what became of it, and what both processes took for it.

use super::child::{Service, own_cpu};
use super::drive::{Counts, Sample, Schedule, Times, drive};
use super::line::{get, post};
use super::mix::Asked;
use anyhow::Result;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A load, as it went.
#[derive(Clone, Debug, Serialize)]
pub struct Load {
    /// Requests a second.
    pub rate: f64,
    /// Seconds from the first request to the last answer.
    pub seconds: f64,
    /// What became of them.
    pub counts: Counts,
    /// Of those accepted, searched by words alone because the model was busy.
    pub keywords_only: u64,
    /// Share of the questions whose finds were known, where any are kept.
    pub recalled: Option<f64>,
    /// Latencies of what was accepted, from when it was due; `None` where nothing was.
    pub times: Option<Times>,
    /// Latencies of what was refused.
    pub refused_times: Option<Times>,
    /// How long after its time a request was sent, of a hundred the last but one: how far the driver itself lagged.
    pub late_p99_ms: f64,
    /// Answers accepted a second.
    pub accepted_a_second: f64,
    /// CPU time of the service, milliseconds an accepted request.
    pub service_ms_each: f64,
    /// Cores that the service kept busy.
    pub service_cores: f64,
    /// Cores that the driver kept busy.
    pub driver_cores: f64,
    /// Bytes of the service in memory: before, in each sixth, and at the end.
    pub resident_bytes: Vec<u64>,
}

/// Parts in which memory is told.
const PARTS: usize = 6;

/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(100);

impl Load {
    /// Sends these requests at a rate; fails where the service ends.
    pub fn put(service: &mut Service, requests: &[Vec<u8>], rate: f64) -> Result<Load> {
        let before = service.counted()?;
        let (service_cpu, driver_cpu) = (service.cpu(), own_cpu());
        let over = AtomicBool::new(false);
        let mut resident = vec![service.resident()];
        let (samples, took) = std::thread::scope(|scope| {
            let watched = &*service;
            let over = &over;
            let watch = scope.spawn(move || {
                let mut seen = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    seen.push(watched.resident());
                    std::thread::sleep(LOOK);
                }
                seen
            });
            let driven = drive(service.address, requests, Schedule { rate });
            over.store(true, Ordering::Relaxed);
            resident.extend(steps(&watch.join().unwrap_or_default()));
            driven
        });
        resident.push(service.resident());
        service.alive()?;
        let (service_cpu, driver_cpu) = (service.cpu() - service_cpu, own_cpu() - driver_cpu);
        let after = service.counted()?;
        let mut load = Load::of(rate, &samples, requests.len(), took);
        let (hits, misses) = (after.recalled - before.recalled, after.not_recalled - before.not_recalled);
        load.keywords_only = (after.busy - before.busy) as u64;
        load.recalled = (hits + misses > 0.0).then(|| hits / (hits + misses));
        load.service_cores = service_cpu / load.seconds;
        load.driver_cores = driver_cpu / load.seconds;
        load.service_ms_each = service_cpu * 1e3 / load.counts.accepted.max(1) as f64;
        load.resident_bytes = resident;
        Ok(load)
    }

    fn of(rate: f64, samples: &[Sample], requests: usize, took: Duration) -> Load {
        let with = |status: u16| {
            let of_status = samples.iter().filter(|sample| sample.status == Some(status));
            Times::of(of_status.map(|sample| sample.took).collect())
        };
        let counts = Counts::of(samples, requests);
        let seconds = took.as_secs_f64();
        let late = Times::of(samples.iter().map(|sample| sample.late).collect());
        Load {
            rate,
            seconds,
            keywords_only: 0,
            recalled: None,
            times: with(200),
            refused_times: with(503),
            late_p99_ms: late.map_or(0.0, |late| late.p99_ms),
            accepted_a_second: counts.accepted as f64 / seconds,
            service_ms_each: 0.0,
            service_cores: 0.0,
            driver_cores: 0.0,
            resident_bytes: Vec::new(),
            counts,
        }
    }

    /// Of a hundred accepted requests, the time of the last but one; endless where none was accepted.
    pub fn p99_ms(&self) -> f64 {
        self.times.map_or(f64::INFINITY, |times| times.p99_ms)
    }

    /// Of the accepted requests, the time of the middle one; endless where none was accepted.
    pub fn p50_ms(&self) -> f64 {
        self.times.map_or(f64::INFINITY, |times| times.p50_ms)
    }

    /// Whether the service kept up: everything was accepted, and 99 of a hundred within a time.
    pub fn kept_up(&self, within_ms: f64) -> bool {
        self.counts.all_accepted() && self.p99_ms() < within_ms
    }
}

/// The most of each part of a series.
fn steps(series: &[u64]) -> Vec<u64> {
    let part = series.len().div_ceil(PARTS).max(1);
    series.chunks(part).map(|part| part.iter().copied().max().unwrap_or(0)).collect()
}

/// `POST /api/v1/match`: from a question to its card.
pub fn match_requests(asked: &[Asked]) -> Vec<Vec<u8>> {
    let request = |one: &Asked| {
        let mut body = serde_json::json!({ "q": one.text });
        if let Some(region) = &one.region {
            body["region"] = region.as_str().into();
        }
        post("/api/v1/match", &body, &[])
    };
    asked.iter().map(request).collect()
}

/// `GET /api/v1/desk/guides`: full text over the guides of all places, within a division where one is given.
pub fn full_text_requests(asked: &[Asked], cookie: &str) -> Vec<Vec<u8>> {
    let request = |one: &Asked| {
        let within = one.region.as_ref().map(|code| format!("&region={code}")).unwrap_or_default();
        let path = format!("/api/v1/desk/guides?q={}{within}", super::line::encoded(&one.text));
        get(&path, &[("Cookie", cookie)])
    };
    asked.iter().map(request).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::RegionCode;

    #[test]
    fn counts_add_up_and_times_are_those_of_their_kind() {
        let sample =
            |status, ms| Sample { status, took: Duration::from_millis(ms), late: Duration::from_millis(1) };
        let samples =
            [sample(Some(200), 10), sample(Some(200), 60), sample(Some(503), 2), sample(Some(404), 1)];
        let load = Load::of(5.0, &samples, 5, Duration::from_secs(2));
        assert_eq!(load.counts, Counts { sent: 5, accepted: 2, refused: 1, other: 1, failed: 1 });
        assert!((load.p50_ms() - 10.0).abs() < 1e-9 && (load.p99_ms() - 60.0).abs() < 1e-9);
        assert!(load.refused_times.is_some_and(|times| (times.p99_ms - 2.0).abs() < 1e-9));
        assert!((load.accepted_a_second - 1.0).abs() < 1e-9 && !load.kept_up(100.0));
        let all = Load::of(5.0, &samples[..2], 2, Duration::from_secs(2));
        assert!(all.kept_up(61.0) && !all.kept_up(60.0));
        assert!(Load::of(5.0, &[], 1, Duration::from_secs(1)).p99_ms().is_infinite());
    }

    #[test]
    fn memory_is_told_in_six_parts() {
        assert_eq!(steps(&(1..=12).collect::<Vec<_>>()), [2, 4, 6, 8, 10, 12]);
        assert_eq!(steps(&[3, 1]), [3, 1]);
        assert!(steps(&[]).is_empty());
    }

    #[test]
    fn requests_are_what_the_service_takes() {
        let region = RegionCode::try_from("150702".to_owned()).ok();
        let asked = [Asked { text: "护 照".into(), region }, Asked { text: "护照".into(), region: None }];
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let sent = text(&match_requests(&asked)[0]);
        assert!(sent.starts_with("POST /api/v1/match HTTP/1.1\r\nHost: "), "{sent}");
        let (head, body) = sent.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{sent}");
        assert!(body.contains("\"region\":\"150702\"") && body.contains("护 照"), "{sent}");
        assert!(!text(&match_requests(&asked)[1]).contains("region"));
        let sent = text(&full_text_requests(&asked, "a=b")[0]);
        assert!(sent.contains("?q=%E6%8A%A4%20%E7%85%A7&region=150702 HTTP/1.1"), "{sent}");
        assert!(sent.contains("Cookie: a=b\r\n") && sent.ends_with("\r\n\r\n"), "{sent}");
    }
}

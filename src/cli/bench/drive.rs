//! Questions sent at fixed times, whatever the service does meanwhile: a citizen does not wait for the one before him.
//!
//! Time counts from when a question was due, not from when it was sent: a service that stands still for a second has
//! made all wait who came in that second. (A driver that waits for answers would send nothing then, and see nothing.)

use super::line::Line;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Connections, a thread each: enough that one is free when a question is due. The service refuses what is more than
/// `limits.at_once`, so answers don't pile up.
const LINES: (usize, usize) = (16, 256);

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// From when it was due to the last byte of its answer.
    pub took: Duration,
    /// How long after its time it was sent.
    pub late: Duration,
    /// HTTP status; `None` where there was no answer.
    pub status: Option<u16>,
}

/// When the requests of a load are due.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Requests a second.
    pub rate: f64,
}

impl Schedule {
    /// When one is due, after the first.
    pub fn due(self, at: usize) -> Duration {
        Duration::from_secs_f64(at as f64 / self.rate)
    }

    /// How many are due within a time; at least one.
    pub fn requests(self, seconds: f64) -> usize {
        ((self.rate * seconds).round() as usize).max(1)
    }
}

/// Sends each request once, evenly spaced; gives the samples in no order that matters, and how long it all took.
pub fn drive(address: SocketAddr, requests: &[Vec<u8>], schedule: Schedule) -> (Vec<Sample>, Duration) {
    let next = AtomicUsize::new(0);
    let lines = (schedule.rate.ceil() as usize).clamp(LINES.0, LINES.1);
    // Threads take a moment to start.
    let begun = Instant::now() + Duration::from_millis(50);
    let work = || {
        let mut line = Line::to(address);
        let mut samples = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = requests.get(at) else { return samples };
            let due = begun + schedule.due(at);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let late = due.elapsed();
            let status = line.call(request).ok();
            samples.push(Sample { took: due.elapsed(), late, status });
        }
    };
    let samples: Vec<Sample> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..lines).map(|_| scope.spawn(work)).collect();
        // A thread that panicked has lost its samples: the counts won't add up, and that is seen.
        threads.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    (samples, begun.elapsed())
}

/// Latencies, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// Half are quicker.
    pub p50_ms: f64,
    /// 95 of a hundred are quicker.
    pub p95_ms: f64,
    /// 99 of a hundred are quicker.
    pub p99_ms: f64,
    /// The longest of all.
    pub longest_ms: f64,
}

impl Times {
    /// Of some durations, in any order; `None` of none.
    pub fn of(mut list: Vec<Duration>) -> Option<Times> {
        list.sort_unstable();
        let longest = *list.last()?;
        // The nearest rank: a time that was measured, with at least that share of all at or below it.
        let rank = |share: f64| list[((share * list.len() as f64).ceil() as usize).clamp(1, list.len()) - 1];
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        Some(Times {
            p50_ms: ms(rank(0.5)),
            p95_ms: ms(rank(0.95)),
            p99_ms: ms(rank(0.99)),
            longest_ms: ms(longest),
        })
    }
}

/// What became of all requests of a load. `sent` is the sum of `accepted`, `refused`, `other` and `failed`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// All that were due.
    pub sent: usize,
    /// Answered with 200.
    pub accepted: usize,
    /// Told to come back (503).
    pub refused: usize,
    /// Any other status: none is right.
    pub other: usize,
    /// No answer at all.
    pub failed: usize,
}

impl Counts {
    /// Counts samples; requests that left none have failed.
    pub fn of(samples: &[Sample], requests: usize) -> Counts {
        let with = |wanted: fn(u16) -> bool| samples.iter().filter(|s| s.status.is_some_and(wanted)).count();
        let accepted = with(|status| status == 200);
        let refused = with(|status| status == 503);
        let other = with(|status| status != 200 && status != 503);
        Counts { sent: requests, accepted, refused, other, failed: requests - accepted - refused - other }
    }

    /// Whether every request was answered with what was asked for.
    pub fn all_accepted(&self) -> bool {
        self.accepted == self.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    #[test]
    fn requests_are_due_evenly() {
        let schedule = Schedule { rate: 250.0 };
        assert_eq!(schedule.due(0), Duration::ZERO);
        assert_eq!(schedule.due(1), Duration::from_millis(4));
        assert_eq!(schedule.due(1_000), Duration::from_secs(4));
        assert_eq!(schedule.requests(4.0), 1_000);
        assert_eq!(Schedule { rate: 0.1 }.requests(1.0), 1);
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        assert_eq!(Times::of(Vec::new()), None);
        let ms = |list: &[u64]| Times::of(list.iter().map(|n| Duration::from_millis(*n)).collect()).unwrap();
        for (list, p50, p95, p99, longest) in [
            (&[7][..], 7.0, 7.0, 7.0, 7.0),
            (&[2, 1], 1.0, 2.0, 2.0, 2.0),
            (&[5, 4, 3, 2, 1], 3.0, 5.0, 5.0, 5.0),
            (&(1..=100).rev().collect::<Vec<_>>(), 50.0, 95.0, 99.0, 100.0),
            (&(1..=1_000).collect::<Vec<_>>(), 500.0, 950.0, 990.0, 1_000.0),
        ] {
            let times = ms(list);
            let got = [times.p50_ms, times.p95_ms, times.p99_ms, times.longest_ms];
            for (got, want) in got.into_iter().zip([p50, p95, p99, longest]) {
                assert!((got - want).abs() < 1e-9, "{list:?}: {got}, not {want}");
            }
        }
    }

    #[test]
    fn a_service_that_stands_still_makes_all_wait_who_came_meanwhile() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = std::sync::Arc::new(AtomicUsize::new(0));
        std::thread::spawn(move || {
            let gate = std::sync::Arc::new(std::sync::Mutex::new(()));
            for stream in listener.incoming() {
                let (mut stream, gate, seen) = (stream.unwrap(), gate.clone(), seen.clone());
                std::thread::spawn(move || {
                    let mut part = [0; 4_096];
                    while stream.read(&mut part).is_ok_and(|read| read > 0) {
                        let held = gate.lock().unwrap();
                        let nth = seen.fetch_add(1, Ordering::SeqCst);
                        if nth == 0 {
                            std::thread::sleep(Duration::from_millis(400));
                        }
                        drop(held);
                        let status = if nth % 2 == 0 { "200 OK" } else { "503 Busy" };
                        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                        stream.write_all(answer.as_bytes()).unwrap();
                    }
                });
            }
        });
        let requests = vec![super::super::line::get("/", &[]); 40];
        let (samples, took) = drive(address, &requests, Schedule { rate: 100.0 });
        let counts = Counts::of(&samples, requests.len());
        assert_eq!((counts.sent, counts.accepted, counts.refused), (40, 20, 20), "{counts:?}");
        assert_eq!((counts.other, counts.failed), (0, 0));
        assert!(!counts.all_accepted() && took >= Duration::from_millis(390));
        // All of the first 300 ms waited for the first one's end, and it shows.
        let waited = samples.iter().filter(|sample| sample.took > Duration::from_millis(80)).count();
        assert!(waited >= 25, "{waited}");
    }

    #[test]
    fn requests_without_an_answer_have_failed() {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let requests = vec![super::super::line::get("/", &[]); 5];
        let (samples, _) = drive(gone, &requests, Schedule { rate: 100.0 });
        let counts = Counts::of(&samples, requests.len());
        assert_eq!((counts.failed, counts.accepted), (5, 0));
        assert_eq!(Counts::of(&[], 3).failed, 3);
    }
}

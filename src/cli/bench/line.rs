//! A line to the service: HTTP/1.1 by hand on a blocking socket, kept open. It reads no more of an answer than it must,
//! for the driver has the same cores as the service.

use anyhow::{Context, Result, bail};
use std::io::{Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(15);

/// Bytes read at a time.
const PART: usize = 32 * 1024;

/// One connection; opened with the first request, and anew where the service has closed it.
pub struct Line {
    address: SocketAddr,
    stream: Option<TcpStream>,
    /// The last answer.
    bytes: Vec<u8>,
    /// How much of `bytes` is the answer, and where its body begins.
    filled: usize,
    body: usize,
}

impl Line {
    /// To a port of this machine.
    pub fn to(address: SocketAddr) -> Line {
        Line { address, stream: None, bytes: vec![0; PART], filled: 0, body: 0 }
    }

    /// Sends a request and reads its answer to the last byte; gives the status.
    ///
    /// A line that the service closed meanwhile is opened anew, once: every request of a measurement may be sent twice.
    pub fn call(&mut self, request: &[u8]) -> Result<u16, Error> {
        let kept = self.stream.is_some();
        match self.exchange(request) {
            Err(_) if kept && self.filled == 0 => self.exchange(request),
            done => done,
        }
    }

    fn exchange(&mut self, request: &[u8]) -> Result<u16, Error> {
        self.filled = 0;
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                stream
            }
        };
        stream.write_all(request)?;
        let mut whole = None;
        while whole.is_none_or(|whole| self.filled < whole) {
            if self.bytes.len() < self.filled + PART {
                self.bytes.resize(self.filled + PART, 0);
            }
            let read = stream.read(&mut self.bytes[self.filled..])?;
            if read == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            self.filled += read;
            if whole.is_none() {
                whole = self.length()?;
            }
        }
        // `HTTP/1.1 200 …`
        let status = std::str::from_utf8(&self.bytes[9..12]).ok().and_then(|digits| digits.parse().ok());
        self.stream = Some(stream);
        status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "an answer without a status"))
    }

    /// Bytes of the whole answer, once its head is there.
    fn length(&mut self) -> Result<Option<usize>, Error> {
        let Some(end) = self.bytes[..self.filled].windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        self.body = end + 4;
        match self.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
            Some(length) => Ok(Some(self.body + length)),
            None => Err(Error::new(ErrorKind::InvalidData, "an answer without its length")),
        }
    }

    /// A header of the last answer, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = std::str::from_utf8(&self.bytes[..self.body]).ok()?;
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The body of the last answer.
    pub fn body(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.body..self.filled]).unwrap_or_default()
    }
}

/// A request with a JSON body.
pub fn post(path: &str, body: &serde_json::Value, headers: &[(&str, &str)]) -> Vec<u8> {
    let body = body.to_string();
    let mut request = head("POST", path, headers);
    request += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    request.into_bytes()
}

/// A request without a body.
pub fn get(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    (head("GET", path, headers) + "\r\n").into_bytes()
}

fn head(method: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head
}

/// The host that requests name; pages of the service itself come from [`ORIGIN`].
const HOST: &str = "bench";
const ORIGIN: &str = "http://bench";

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    let part = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(part).collect()
}

/// Signs in; gives the cookie of the session.
pub fn sign_in(address: SocketAddr, login: &str, password: &str) -> Result<String> {
    let mut line = Line::to(address);
    let request = post(
        "/api/v1/desk/session",
        &serde_json::json!({ "login": login, "password": password }),
        &[("Origin", ORIGIN)],
    );
    let status = line.call(&request).context("can't sign in")?;
    let cookie = line.header("set-cookie").and_then(|cookie| cookie.split(';').next());
    match cookie.filter(|_| status == 200) {
        Some(cookie) => Ok(cookie.to_owned()),
        None => bail!("signing in was answered with {status}: {}", line.body()),
    }
}

/// The value of a counter of `/metrics`, over all its labels that hold these words.
pub fn counter(text: &str, name: &str, labels: &[&str]) -> f64 {
    text.lines()
        .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])))
        .filter(|line| labels.iter().all(|label| line.contains(label)))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn answers_are_read_whole_and_a_closed_line_is_opened_anew() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let service = std::thread::spawn(move || {
            // Two answers in pieces, then the line is closed; a third on another one.
            for answers in [2, 1] {
                let (mut stream, _) = listener.accept().unwrap();
                for _ in 0..answers {
                    let mut seen = Vec::new();
                    while !seen.ends_with(b"\r\n\r\n{\"q\":\"a\"}") {
                        let mut part = [0; 7];
                        let read = stream.read(&mut part).unwrap();
                        seen.extend_from_slice(&part[..read]);
                    }
                    for part in ["HTTP/1.1 503 Busy\r\nContent-", "Length: 7\r\nX: y\r\n\r\nabc", "defg"] {
                        stream.write_all(part.as_bytes()).unwrap();
                        stream.flush().unwrap();
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
            }
        });
        let mut line = Line::to(address);
        let request = post("/x", &serde_json::json!({"q": "a"}), &[]);
        for _ in 0..3 {
            assert_eq!(line.call(&request).unwrap(), 503);
            assert_eq!(line.body(), "abcdefg");
            assert_eq!(line.header("x"), Some("y"));
        }
        service.join().unwrap();
        assert!(line.call(&request).is_err());
    }

    #[test]
    fn addresses_and_counters() {
        assert_eq!(encoded("a-1 身&"), "a-1%20%E8%BA%AB%26");
        let text = "# HELP\nbangban_recall_total{kind=\"question\",found=\"hit\"} 3\n\
                    bangban_recall_total{kind=\"vector\",found=\"hit\"} 4\nbangban_recall_totals 9\nbangban_x 5\n";
        assert!((counter(text, "bangban_recall_total", &["\"hit\""]) - 7.0).abs() < 1e-9);
        assert!((counter(text, "bangban_recall_total", &["\"hit\"", "question"]) - 3.0).abs() < 1e-9);
        assert!((counter(text, "bangban_x", &[]) - 5.0).abs() < 1e-9);
        assert!(counter(text, "bangban_y", &[]).abs() < 1e-9);
    }
}

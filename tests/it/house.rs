//! What the other tests share: fixtures, a stand-in for the model, the service without a socket.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use bangban::assist::{Assist, CAP, NewAccount, Sources, import};
use bangban::config::{Config, Limits, Site};
use bangban::corpus::Options;
use bangban::desk::Role;
use bangban::dialog::Thresholds;
use bangban::embed::{EmbedError, Embedder, Model, Vector};
use bangban::guide::Example;
use bangban::http::{App, router};
use bangban::search::{Companions, Manifest, Plan};
use bangban::store::Database;
use http_body_util::BodyExt;
use jiff::civil::{Date, date};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;
use tower::ServiceExt;

/// The day by which fixtures are in force.
pub fn today() -> Date {
    date(2026, 11, 25)
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `../shared`; says so where it is absent.
pub fn shared(relative: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(relative);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

/// The small catalog: `tests/fixtures/guides.jsonl`.
pub fn fixture() -> PathBuf {
    root().join("tests/fixtures/guides.jsonl")
}

/// Values a vector of [`embedder`].
const DIMENSIONS: usize = 64;

/// In place of the model: texts are near when they share characters. Not clever, but always the same.
pub fn embedder() -> Embedder {
    Embedder::from_fn(DIMENSIONS, 64, |texts| texts.iter().map(|text| letters(text)).collect()).unwrap()
}

fn letters(text: &str) -> Result<Vector, EmbedError> {
    let mut values = vec![0.05; DIMENSIONS];
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        values[(u32::from(c) as usize).wrapping_mul(2_654_435_761) % DIMENSIONS] += 1.0;
    }
    Vector::unit(values)
}

/// The real model, where its weights are.
pub fn model() -> Option<Embedder> {
    let dir = root().join("models/bangban-e5-small");
    if !dir.join("weights.gguf").exists() {
        println!("skipped: {} has no weights.gguf; see models/README.md", dir.display());
        return None;
    }
    Some(Embedder::spawn(Model::load(&dir).unwrap(), 64).unwrap())
}

/// Known questions of each item in the index of the whole corpus: fewer than the service has, to save time.
const KNOWN: usize = 8;

/// The whole shipped corpus with the real model, made once for all tests.
pub fn whole() -> Option<&'static Assist> {
    static WHOLE: LazyLock<Option<(TempDir, Assist)>> = LazyLock::new(|| {
        let embedder = model()?;
        let corpus = root().join("corpus");
        let mut companions = companions();
        companions.examples = Example::parse_all(&files(&corpus.join("questions/train"))).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let sources = Sources { paths: vec![corpus], options: Options::default(), companions };
        let now = jiff::Timestamp::now();
        let plan = Plan { root: dir.path().to_owned(), now, allow_shrink: true, examples: KNOWN };
        import(sources, plan, Some(&embedder), &mut |_| {}).unwrap();
        let assist = Assist::open(dir.path(), Some(embedder), Thresholds::default()).unwrap();
        Some((dir, assist))
    });
    WHOLE.as_ref().map(|whole| &whole.1)
}

/// All files of a folder, joined.
pub fn files(folder: &Path) -> String {
    let mut list: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    list.sort();
    list.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

pub fn companions() -> Companions {
    Companions {
        regions: include_str!("../../corpus/regions.tsv").to_owned(),
        lexicon: include_str!("../../corpus/lexicon/everyday.tsv").to_owned(),
        themes: include_str!("../../corpus/onething.jsonl").to_owned(),
        halls: include_str!("../../corpus/halls.jsonl").to_owned(),
        dictionary: String::new(),
        examples: Vec::new(),
    }
}

/// Imports guides into an index folder.
pub fn build(root: &Path, paths: &[PathBuf], embedder: Option<&Embedder>) -> Manifest {
    let sources = Sources { paths: paths.to_vec(), options: Options::default(), companions: companions() };
    let plan = Plan {
        root: root.to_owned(),
        now: jiff::Timestamp::now(),
        allow_shrink: true,
        examples: bangban::search::EXAMPLES,
    };
    import(sources, plan, embedder, &mut |_| {}).unwrap().0
}

/// An index of the small catalog with the stand-in model.
pub fn assist() -> (TempDir, Assist) {
    assist_of(&[fixture()])
}

/// The same of other guides.
pub fn assist_of(guides: &[PathBuf]) -> (TempDir, Assist) {
    let dir = tempfile::tempdir().unwrap();
    let embedder = embedder();
    build(dir.path(), guides, Some(&embedder));
    // Confidence is fitted to the real model and a whole catalog; a dozen items by a stand-in stay far below.
    let thresholds = Thresholds { sure: 0.35, ..Thresholds::default() };
    // What was asked before is kept as in the service: every test sees whether it is forgotten when it must be.
    let assist = Assist::open(dir.path(), Some(embedder), thresholds).unwrap().with_recall(64);
    (dir, assist)
}

/// The password of accounts that [`House::staff`] makes.
pub const PASSWORD: &str = "correct horse battery";

/// Where the service believes to be.
pub const HOST: &str = "desk.test:8080";

/// The service over the small catalog, kept with its folder.
pub struct House {
    pub app: Arc<App>,
    /// Says to listeners that the service stops.
    pub stop: tokio::sync::watch::Sender<bool>,
    _dir: TempDir,
}

impl House {
    pub async fn new(limits: Limits) -> House {
        House::set(&[fixture()], |config| config.limits = limits).await
    }

    /// The service over some guides, with settings of its own; `data` stands already.
    pub async fn set(guides: &[PathBuf], set: impl FnOnce(&mut Config)) -> House {
        let (dir, assist) = assist_of(guides);
        let database = Database::open(&dir.path().join("talks.sqlite")).await.unwrap();
        let limits = Limits { per_minute: 0, ..Limits::default() };
        let site = Site {
            id: "portal".into(),
            origins: vec!["https://portal.test".into()],
            region: Some("150702".into()),
        };
        let data = dir.path().to_owned();
        let mut config = Config { limits, data, sites: vec![site], ..Config::default() };
        set(&mut config);
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let app = App::new(Arc::new(assist), &database, &config, metrics, today, stopping).unwrap();
        House { app: Arc::new(app), stop, _dir: dir }
    }

    pub async fn open() -> House {
        House::new(Limits { per_minute: 0, ..Limits::default() }).await
    }

    pub fn router(&self) -> Router {
        router(self.app.clone())
    }

    pub async fn call(&self, request: Request<Body>) -> Reply {
        let response = self.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Reply {
        let request =
            Request::post(path).header("content-type", "application/json").body(body.into()).unwrap();
        self.call(request).await
    }

    /// The file of what is kept.
    pub fn file(&self) -> PathBuf {
        self._dir.path().join("talks.sqlite")
    }

    /// Makes an account with these roles and signs it in; gives its cookie. The password is [`PASSWORD`], the 工号
    /// the login.
    pub async fn staff(&self, login: &str, roles: &[Role]) -> String {
        let new = NewAccount {
            login: login.to_owned(),
            name: login.to_owned(),
            number: login.to_owned(),
            roles: roles.to_vec(),
            cap: CAP,
            ..NewAccount::default()
        };
        let now = jiff::Timestamp::now();
        self.app.access.create(new, PASSWORD, "test", now).await.unwrap();
        let (token, _) = self.app.access.sign_in(login, PASSWORD, now).await.unwrap();
        format!("bangban_desk={token}")
    }

    /// A request of somebody at a desk, from a page of ours.
    pub async fn desk(&self, cookie: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", HOST)
            .header("origin", format!("http://{HOST}"))
            .header("cookie", cookie)
            .header("content-type", "application/json")
            .body(body.map_or_else(Body::empty, |body| body.to_string().into()))
            .unwrap();
        self.call(request).await
    }

    pub async fn ask(&self, body: Value) -> Value {
        let reply = self.post("/api/v1/match", body.to_string()).await;
        assert_eq!(reply.status, StatusCode::OK, "{body}: {}", reply.text());
        reply.json()
    }
}

/// A whole answer of the service.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn kind(&self) -> &str {
        self.headers.get("content-type").map_or("", |value| value.to_str().unwrap())
    }
}

/// Percent-encodes a query value.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

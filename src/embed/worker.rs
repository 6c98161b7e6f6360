//! One thread that owns the model, and the queue before it.

use super::{EmbedError, Model, Vector};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Texts in one forward pass: more would make the first asker wait for the last.
const BATCH_TEXTS: usize = 16;

/// Characters in one forward pass; a Chinese character is at most about one token.
const BATCH_CHARACTERS: usize = 1_024;

/// Texts that a blocking caller puts into the queue at a time, so that an import never holds up
/// a question for longer than this.
const CHUNK_TEXTS: usize = 32;

/// A handle to the model; cheap to clone. The thread ends when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct Embedder {
    queue: mpsc::Sender<Job>,
    about: Arc<About>,
}

/// What callers ask about the model without asking the model.
#[derive(Debug)]
struct About {
    model_id: String,
    dimensions: usize,
    query_prefix: String,
    passage_prefix: String,
}

/// Texts of one asker.
#[derive(Debug)]
struct Job {
    texts: Vec<String>,
    answer: Answer,
}

type Vectors = Result<Vec<Vector>, EmbedError>;

/// Where the vectors go.
#[derive(Debug)]
enum Answer {
    /// To a task, which may have gone.
    Task(oneshot::Sender<Vectors>),
    /// To a thread, which waits. A oneshot channel would panic when awaited by a thread that
    /// also drives tasks.
    Thread(std::sync::mpsc::SyncSender<Vectors>),
}

impl Answer {
    fn is_abandoned(&self) -> bool {
        match self {
            Answer::Task(sender) => sender.is_closed(),
            Answer::Thread(_) => false,
        }
    }

    /// The asker may leave at any time, so a failed send is no fault.
    fn send(self, vectors: Vectors) {
        match self {
            Answer::Task(sender) => drop(sender.send(vectors)),
            Answer::Thread(sender) => drop(sender.send(vectors)),
        }
    }
}

impl Embedder {
    /// Moves a model to its own thread behind a queue of `queue_len` requests (at least 1).
    pub fn spawn(model: Model, queue_len: usize) -> Result<Embedder, EmbedError> {
        let manifest = model.manifest();
        let about = About {
            model_id: manifest.model_id(),
            dimensions: manifest.dimensions,
            query_prefix: manifest.query_prefix.clone(),
            passage_prefix: manifest.passage_prefix.clone(),
        };
        start(about, queue_len, move |texts| model.embed(texts))
    }

    /// The same with a function in place of the model, without prefixes: for tests.
    ///
    /// `model` gives one vector of `dimensions` values a text, in order.
    pub fn from_fn(
        dimensions: usize,
        queue_len: usize,
        model: impl FnMut(&[String]) -> Result<Vec<Vector>, EmbedError> + Send + 'static,
    ) -> Result<Embedder, EmbedError> {
        let about = About {
            model_id: "function".into(),
            dimensions,
            query_prefix: String::new(),
            passage_prefix: String::new(),
        };
        start(about, queue_len, model)
    }

    /// Which model this is; an index made by another one does not fit.
    pub fn model_id(&self) -> &str {
        &self.about.model_id
    }

    /// Values a vector.
    pub fn dimensions(&self) -> usize {
        self.about.dimensions
    }

    /// Requests in the queue, for health and metrics.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Whether the thread of the model is alive.
    pub fn is_running(&self) -> bool {
        !self.queue.is_closed()
    }

    /// A question as a vector. Answers [`EmbedError::Busy`] at once when the queue is full.
    pub async fn embed_query(&self, text: &str) -> Result<Vector, EmbedError> {
        self.embed(self.about.query_prefix.clone() + text).await
    }

    /// Questions as vectors, in order. Blocks: see [`Embedder::embed_blocking`].
    pub fn embed_queries(&self, texts: &[String]) -> Result<Vec<Vector>, EmbedError> {
        self.embed_prefixed(&self.about.query_prefix, texts)
    }

    /// Passages as vectors, in order. Blocks: see [`Embedder::embed_blocking`].
    pub fn embed_passages(&self, texts: &[String]) -> Result<Vec<Vector>, EmbedError> {
        self.embed_prefixed(&self.about.passage_prefix, texts)
    }

    /// A text as a vector, without a prefix. Answers [`EmbedError::Busy`] at once when the queue
    /// is full. When the returned future is dropped before its turn, the work is not done.
    pub async fn embed(&self, text: String) -> Result<Vector, EmbedError> {
        let (answer, vectors) = oneshot::channel();
        self.send(vec![text], Answer::Task(answer))?;
        let vectors = vectors.await.map_err(|_| EmbedError::Stopped)??;
        vectors.into_iter().next().ok_or(EmbedError::Stopped)
    }

    /// Texts as vectors, in order, without a prefix. For threads of their own, such as an import:
    /// it blocks until the last vector is there, [`EmbedError::Busy`] meaning that others filled
    /// the queue meanwhile.
    pub fn embed_blocking(&self, texts: &[String]) -> Result<Vec<Vector>, EmbedError> {
        self.embed_prefixed("", texts)
    }

    fn embed_prefixed(&self, prefix: &str, texts: &[String]) -> Result<Vec<Vector>, EmbedError> {
        let mut all = Vec::with_capacity(texts.len());
        for chunk in texts.chunks(CHUNK_TEXTS) {
            let (answer, vectors) = std::sync::mpsc::sync_channel(1);
            let chunk = chunk.iter().map(|text| format!("{prefix}{text}")).collect();
            self.send(chunk, Answer::Thread(answer))?;
            all.extend(vectors.recv().map_err(|_| EmbedError::Stopped)??);
        }
        Ok(all)
    }

    fn send(&self, texts: Vec<String>, answer: Answer) -> Result<(), EmbedError> {
        self.queue.try_send(Job { texts, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => EmbedError::Busy { waiting: self.queue.max_capacity() },
            mpsc::error::TrySendError::Closed(_) => EmbedError::Stopped,
        })
    }
}

fn start(
    about: About,
    queue_len: usize,
    model: impl FnMut(&[String]) -> Vectors + Send + 'static,
) -> Result<Embedder, EmbedError> {
    let (queue, jobs) = mpsc::channel(queue_len.max(1));
    std::thread::Builder::new()
        .name("embed".into())
        .spawn(move || work(jobs, model))
        .map_err(EmbedError::Thread)?;
    Ok(Embedder { queue, about: Arc::new(about) })
}

/// Says in the log that a panic ended the thread; the queue closes with it, so that every asker,
/// waiting or coming, hears [`EmbedError::Stopped`].
struct LastWords;

impl Drop for LastWords {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!("the thread of the embedding model ended in a panic");
        }
    }
}

fn work(mut jobs: mpsc::Receiver<Job>, mut model: impl FnMut(&[String]) -> Vectors) {
    let _last_words = LastWords;
    while let Some(first) = jobs.blocking_recv() {
        let batch = gather(first, &mut jobs);
        if !batch.is_empty() {
            answer(batch, &mut model);
        }
    }
}

/// What is waiting now, up to the limits of one forward pass, without those who left.
fn gather(first: Job, jobs: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut batch = Vec::new();
    let (mut texts, mut characters) = (0, 0);
    let mut next = Some(first);
    while let Some(job) = next {
        if !job.answer.is_abandoned() {
            texts += job.texts.len();
            characters += job.texts.iter().map(|t| t.chars().count()).sum::<usize>();
            batch.push(job);
        }
        let full = texts >= BATCH_TEXTS || characters >= BATCH_CHARACTERS;
        next = if full { None } else { jobs.try_recv().ok() };
    }
    batch
}

/// Runs the model once for all; if that fails, once for each, so that one asker's text cannot
/// spoil another's answer.
fn answer(batch: Vec<Job>, model: &mut impl FnMut(&[String]) -> Vectors) {
    let mut texts = Vec::new();
    let mut askers = Vec::new();
    for Job { texts: own, answer } in batch {
        let from = texts.len();
        texts.extend(own);
        askers.push((answer, from..texts.len()));
    }
    match (run(model, &texts), askers.len()) {
        (Ok(vectors), _) => {
            let mut vectors = vectors.into_iter();
            for (answer, range) in askers {
                answer.send(Ok(vectors.by_ref().take(range.len()).collect()));
            }
        }
        (Err(error), 1) => {
            if let Some((answer, _)) = askers.pop() {
                answer.send(Err(error));
            }
        }
        (Err(_), _) => {
            for (answer, range) in askers {
                answer.send(run(model, &texts[range]));
            }
        }
    }
}

fn run(model: &mut impl FnMut(&[String]) -> Vectors, texts: &[String]) -> Vectors {
    let vectors = model(texts)?;
    if vectors.len() == texts.len() {
        Ok(vectors)
    } else {
        Err(EmbedError::Model(format!("{} vectors for {} texts", vectors.len(), texts.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// The vector of a test text tells its length apart.
    fn of(text: &str) -> Vector {
        Vector::unit(vec![1.0, text.len() as f32]).unwrap()
    }

    /// A model that reports each batch and then waits for leave to go on.
    fn gated() -> (Embedder, Receiver<Vec<String>>, Sender<()>) {
        let (seen, batches) = channel();
        let (leave, gate) = channel::<()>();
        let embedder = Embedder::from_fn(2, 4, move |texts| {
            seen.send(texts.to_vec()).unwrap();
            gate.recv().unwrap();
            Ok(texts.iter().map(|t| of(t)).collect())
        });
        (embedder.unwrap(), batches, leave)
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().build().unwrap()
    }

    #[test]
    fn order_is_kept_over_chunks() {
        let embedder = Embedder::from_fn(2, 4, |texts| Ok(texts.iter().map(|t| of(t)).collect()));
        let embedder = embedder.unwrap();
        let texts: Vec<String> = (0..100).map(|n| "x".repeat(n)).collect();
        let got = embedder.embed_blocking(&texts).unwrap();
        let want: Vec<Vector> = texts.iter().map(|t| of(t)).collect();
        assert_eq!(got, want);
        assert!(embedder.embed_blocking(&[]).unwrap().is_empty());
        let single = runtime().block_on(embedder.embed_query("abc")).unwrap();
        assert_eq!(single, of("abc"));
    }

    #[test]
    fn a_full_queue_is_busy_at_once_and_what_waits_goes_together() {
        let (embedder, batches, leave) = gated();
        runtime().block_on(async {
            let ask = |text: &str| {
                let (embedder, text) = (embedder.clone(), text.to_owned());
                async move { embedder.embed(text).await }
            };
            let mut first = Box::pin(ask("first"));
            assert!(poll_once(&mut first).await.is_none());
            // Not before the thread took it is the queue empty again.
            assert_eq!(batches.recv().unwrap(), ["first"]);

            let mut waiting: Vec<_> = ["a", "bb", "ccc", "dddd"].map(|t| Box::pin(ask(t))).into();
            for asker in &mut waiting {
                assert!(poll_once(asker).await.is_none());
            }
            assert_eq!(embedder.waiting(), 4);
            assert!(matches!(ask("late").await, Err(EmbedError::Busy { waiting: 4 })));
            assert!(matches!(embedder.embed_blocking(&["late".into()]), Err(EmbedError::Busy { .. })));

            drop(waiting.remove(1)); // "bb" leaves before its turn
            leave.send(()).unwrap();
            leave.send(()).unwrap();
            assert_eq!(first.await.unwrap(), of("first"));
            assert_eq!(batches.recv().unwrap(), ["a", "ccc", "dddd"]);
            for (asker, text) in waiting.into_iter().zip(["a", "ccc", "dddd"]) {
                assert_eq!(asker.await.unwrap(), of(text));
            }
        });
    }

    /// Drives a future one step without waiting for it.
    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }

    #[test]
    fn a_batch_has_limits() {
        let long = "长".repeat(BATCH_CHARACTERS);
        for (texts, want) in [
            (vec!["a"; 3], 3),
            (vec!["a"; 40], BATCH_TEXTS),
            (vec!["a", &long, "b"], 2),
            (vec![&long, "b"], 1),
        ] {
            let (queue, mut jobs) = mpsc::channel(64);
            let mut askers = Vec::new();
            for text in &texts {
                let (answer, vectors) = oneshot::channel();
                askers.push(vectors);
                let texts = vec![(*text).to_owned()];
                queue.try_send(Job { texts, answer: Answer::Task(answer) }).unwrap();
            }
            let first = jobs.try_recv().unwrap();
            assert_eq!(gather(first, &mut jobs).len(), want, "{} texts", texts.len());
        }
    }

    #[test]
    fn one_bad_text_spoils_no_other_answer() {
        let mut model = |texts: &[String]| match texts.iter().any(|t| t == "bad") {
            true => Err(EmbedError::Model("bad text".into())),
            false => Ok(texts.iter().map(|t| of(t)).collect()),
        };
        let (mut batch, mut askers) = (Vec::new(), Vec::new());
        for text in ["a", "bad", "ccc"] {
            let (answer, vectors) = oneshot::channel();
            askers.push((text, vectors));
            batch.push(Job { texts: vec![text.into()], answer: Answer::Task(answer) });
        }
        answer(batch, &mut model);
        for (text, mut vectors) in askers {
            match (text, vectors.try_recv().unwrap()) {
                ("bad", got) => assert!(matches!(got, Err(EmbedError::Model(_)))),
                (_, got) => assert_eq!(got.unwrap(), [of(text)]),
            }
        }
    }

    #[test]
    fn too_few_vectors_are_an_error() {
        let embedder = Embedder::from_fn(2, 1, |_| Ok(Vec::new())).unwrap();
        let got = embedder.embed_blocking(&["a".into()]);
        assert!(matches!(got, Err(EmbedError::Model(_))), "{got:?}");
    }

    #[test]
    fn a_panic_is_heard_by_every_asker() {
        let embedder = Embedder::from_fn(2, 4, |_| panic!("the test wants a panic")).unwrap();
        for _ in 0..3 {
            let got = embedder.embed_blocking(&["a".into()]);
            assert!(matches!(got, Err(EmbedError::Stopped)), "{got:?}");
        }
        let got = runtime().block_on(embedder.embed("a".into()));
        assert!(matches!(got, Err(EmbedError::Stopped)), "{got:?}");
        assert!(!embedder.is_running());
    }

    #[test]
    fn the_thread_ends_with_the_last_handle() {
        struct Flag(Arc<Mutex<Sender<()>>>);
        impl Drop for Flag {
            fn drop(&mut self) {
                let _ = self.0.lock().unwrap().send(());
            }
        }
        let (ended, end) = channel();
        let flag = Flag(Arc::new(Mutex::new(ended)));
        let embedder = Embedder::from_fn(2, 4, move |texts| {
            let _ = &flag;
            Ok(texts.iter().map(|t| of(t)).collect())
        });
        let embedder = embedder.unwrap();
        let other = embedder.clone();
        drop(embedder);
        assert!(other.is_running());
        drop(other);
        end.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
    }
}

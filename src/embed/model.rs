//! Texts to vectors: tokens, windows, batches, pooling.

use super::encoder::{Encoder, Shape, cause, load_int8};
use super::int8::{Int8Encoder, Int8Error, Kernel, Scratch};
use super::manifest::{FIX_FILE as FIX, broken};
use super::{EmbedError, Manifest, Pooling, Vector};
use candle_core::{Device, Tensor};
use std::borrow::Borrow;
use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;
use tokenizers::Tokenizer;

/// Padded tokens in one forward pass. More gains nothing on a CPU and costs memory: one
/// intermediate of the feed-forward layer is 4 × 1,536 bytes a token.
const BATCH_TOKENS: usize = 1_024;

/// Tokens that go through the int8 pass together; more gains nothing, and its memory stays small.
const PASS_TOKENS: usize = 512;

/// From so many windows on, the int8 pass uses every core: an import, not a question.
const SPREAD: usize = 32;

/// A sentence model in memory: 21 MB of int8 weights and the stored word embeddings for the model we ship; as f32
/// (see [`Model::load_reference`]) 183 MB.
pub struct Model {
    manifest: Manifest,
    tokenizer: Tokenizer,
    specials: Specials,
    /// Fills short rows of a batch; masked, so its value does not matter to the result.
    padding: u32,
    pass: Pass,
}

/// How a forward pass is computed.
enum Pass {
    /// Our own, in bytes.
    Int8(Box<Int8Encoder>),
    /// The reference, for any model of the family.
    Candle(Box<Encoder>),
}

/// The tokens that go round every window, such as `<s>` and `</s>`.
#[derive(Debug, Default, PartialEq)]
struct Specials {
    head: Vec<u32>,
    tail: Vec<u32>,
}

/// A part of a text that fits the model.
#[derive(Debug, PartialEq)]
struct Window {
    /// Which text of the call.
    text: usize,
    /// Ids, special ones included.
    ids: Vec<u32>,
    /// Ids without the special ones: the weight of this window in the mean.
    content: usize,
}

impl Model {
    /// Reads a model directory; see [`Manifest::read`] for what it must contain.
    ///
    /// Weights that suit it go through the int8 pass, which gives the same vectors within cosine 0.998 several times
    /// faster; all others through candle.
    pub fn load(dir: &Path) -> Result<Model, EmbedError> {
        // Without byte products of the CPU, candle is the faster one.
        Model::read(dir, Some(Kernel::best()).filter(|kernel| *kernel != Kernel::Plain))
    }

    /// The same with a kernel other than the best one, for measurements. Refuses one that this CPU cannot run.
    pub fn load_kernel(dir: &Path, kernel: Kernel) -> Result<Model, EmbedError> {
        Model::read(dir, Some(kernel))
    }

    /// The same with candle in f32 throughout: the reference that the int8 pass is held against.
    pub fn load_reference(dir: &Path) -> Result<Model, EmbedError> {
        Model::read(dir, None)
    }

    /// `kernel` is that of the int8 pass, where it is wanted.
    fn read(dir: &Path, kernel: Option<Kernel>) -> Result<Model, EmbedError> {
        if let Some(kernel) = kernel.filter(|kernel| !kernel.is_available()) {
            return Err(EmbedError::Model(Int8Error::Kernel(kernel).to_string()));
        }
        let manifest = Manifest::read(dir)?;
        let shape = Shape::read(&manifest)?;
        let tokenizer = read_tokenizer(&manifest, &shape)?;
        let specials = Specials::of(&tokenizer).map_err(|why| broken(&manifest.tokenizer, why, FIX))?;
        if specials.head.len() + specials.tail.len() >= manifest.max_tokens {
            return Err(broken(
                &manifest.tokenizer,
                format!("max_tokens = {} leaves no room for text", manifest.max_tokens),
                "raise max_tokens in MANIFEST.toml",
            ));
        }
        let int8 = match kernel {
            Some(kernel) => load_int8(&manifest.weights, &shape, kernel)?,
            None => None,
        };
        let pass = match int8.filter(|encoder| encoder.positions() >= manifest.max_tokens) {
            Some(encoder) => Pass::Int8(Box::new(encoder)),
            None => Pass::Candle(Box::new(Encoder::load(&manifest.weights, &shape)?)),
        };
        Ok(Model { manifest, tokenizer, specials, padding: shape.padding, pass })
    }

    /// What the directory says about the model.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// One vector a text, in order; texts as given, without a prefix.
    ///
    /// Texts of several windows get the mean of the windows, weighted by their content tokens.
    /// The empty text has a vector too, that of the special tokens alone.
    pub fn embed(&self, texts: &[String]) -> Result<Vec<Vector>, EmbedError> {
        let mut windows = Vec::with_capacity(texts.len());
        for (text, content) in texts.iter().enumerate() {
            let content = self.tokens(content)?;
            windows.extend(self.specials.windows(text, &content, self.manifest.max_tokens));
        }
        windows.sort_by_key(|window| window.ids.len());

        let mut sums = vec![vec![0.0; self.manifest.dimensions]; texts.len()];
        match &self.pass {
            Pass::Int8(encoder) => self.forward_int8(encoder, &windows, &mut sums)?,
            Pass::Candle(encoder) => {
                let lengths: Vec<usize> = windows.iter().map(|w| w.ids.len()).collect();
                for range in batches(&lengths, BATCH_TOKENS) {
                    self.forward(encoder, &windows[range], &mut sums)
                        .map_err(|e| EmbedError::Model(cause(&e).to_string()))?;
                }
            }
        }
        sums.into_iter().map(Vector::unit).collect()
    }

    /// The int8 pass over all windows, on one thread for a question, on every core for many texts.
    fn forward_int8(
        &self,
        encoder: &Int8Encoder,
        windows: &[Window],
        sums: &mut [Vec<f32>],
    ) -> Result<(), EmbedError> {
        let failed = |e: Int8Error| EmbedError::Model(e.to_string());
        if windows.len() < SPREAD {
            return SCRATCH.with_borrow_mut(|scratch| {
                let pooled = self.pool_int8(encoder, windows, scratch).map_err(failed)?;
                add_up(windows, pooled, sums);
                Ok(())
            });
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // Windows are sorted by length: dealt out like cards, each core gets as much work as the next.
        let hands: Vec<Vec<&Window>> =
            (0..cores).map(|core| windows.iter().skip(core).step_by(cores).collect()).collect();
        let dealt = std::thread::scope(|scope| {
            let threads: Vec<_> = hands
                .iter()
                .map(|hand| scope.spawn(|| self.pool_int8(encoder, hand, &mut Scratch::default())))
                .collect();
            threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
        });
        for (hand, pooled) in hands.iter().zip(dealt) {
            let pooled = pooled.map_err(|_| EmbedError::Stopped)?.map_err(failed)?;
            add_up(hand, pooled, sums);
        }
        Ok(())
    }

    /// The pooled vector of each window.
    fn pool_int8<W: Borrow<Window>>(
        &self,
        encoder: &Int8Encoder,
        windows: &[W],
        scratch: &mut Scratch,
    ) -> Result<Vec<Vec<f32>>, Int8Error> {
        let mut pooled = vec![Vec::new(); windows.len()];
        let mut from = 0;
        while from < windows.len() {
            let mut to = from + 1;
            let mut tokens = windows[from].borrow().ids.len();
            while to < windows.len() && tokens + windows[to].borrow().ids.len() <= PASS_TOKENS {
                tokens += windows[to].borrow().ids.len();
                to += 1;
            }
            let ids: Vec<&[u32]> = windows[from..to].iter().map(|w| w.borrow().ids.as_slice()).collect();
            encoder.forward_batch(&ids, scratch, &mut |at, states| {
                pooled[from + at] = self.pooled(states);
            })?;
            from = to;
        }
        Ok(pooled)
    }

    /// One vector from the hidden states of a window, tokens × dimensions.
    fn pooled(&self, states: &[f32]) -> Vec<f32> {
        let dimensions = self.manifest.dimensions;
        let rows = match self.manifest.pooling {
            Pooling::Mean => states,
            Pooling::Cls => &states[..dimensions],
        };
        let share = dimensions as f32 / rows.len() as f32;
        let mut mean = vec![0.0; dimensions];
        for row in rows.chunks_exact(dimensions) {
            mean.iter_mut().zip(row).for_each(|(total, value)| *total += share * value);
        }
        mean
    }

    fn tokens(&self, text: &str) -> Result<Vec<u32>, EmbedError> {
        match self.tokenizer.encode_fast(text, false) {
            Ok(encoding) => Ok(encoding.get_ids().to_vec()),
            Err(error) => Err(EmbedError::Tokenizer { bytes: text.len(), why: error.to_string() }),
        }
    }

    /// Adds the pooled vector of each window, times its weight, to the sum of its text.
    fn forward(
        &self,
        encoder: &Encoder,
        windows: &[Window],
        sums: &mut [Vec<f32>],
    ) -> candle_core::Result<()> {
        let longest = windows.iter().map(|w| w.ids.len()).max().unwrap_or(0);
        let mut ids = Vec::with_capacity(windows.len() * longest);
        let mut mask = Vec::with_capacity(windows.len() * longest);
        for window in windows {
            let padding = longest - window.ids.len();
            ids.extend_from_slice(&window.ids);
            ids.extend(std::iter::repeat_n(self.padding, padding));
            mask.extend(std::iter::repeat_n(1_u32, window.ids.len()));
            mask.extend(std::iter::repeat_n(0_u32, padding));
        }
        let shape = (windows.len(), longest);
        let ids = Tensor::from_vec(ids, shape, &Device::Cpu)?;
        let mask = Tensor::from_vec(mask, shape, &Device::Cpu)?;
        // Pooling reads it once, row by row.
        let hidden = encoder.forward(&ids, &mask)?.flatten_all()?.to_vec1::<f32>()?;
        let dimensions = self.manifest.dimensions;
        for (window, rows) in windows.iter().zip(hidden.chunks_exact(longest * dimensions)) {
            let pooled = self.pooled(&rows[..window.ids.len() * dimensions]);
            add_up(&[window], vec![pooled], sums);
        }
        Ok(())
    }
}

thread_local! {
    /// Working memory of the int8 pass, kept between questions.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Adds the pooled vector of each window, times its weight, to the sum of its text.
fn add_up<W: Borrow<Window>>(windows: &[W], pooled: Vec<Vec<f32>>, sums: &mut [Vec<f32>]) {
    for (window, pooled) in windows.iter().map(W::borrow).zip(pooled) {
        let weight = window.content.max(1) as f32;
        let sum = &mut sums[window.text];
        sum.iter_mut().zip(&pooled).for_each(|(total, value)| *total += weight * value);
    }
}

impl Specials {
    /// Learns from a sample which tokens the post-processor puts before and after a text.
    fn of(tokenizer: &Tokenizer) -> Result<Specials, String> {
        let sample = tokenizer.encode_fast("1", true).map_err(|e| e.to_string())?;
        let (ids, special) = (sample.get_ids(), sample.get_special_tokens_mask());
        let first = special.iter().position(|s| *s == 0);
        let last = special.iter().rposition(|s| *s == 0);
        match (first, last) {
            (Some(first), Some(last)) => {
                Ok(Specials { head: ids[..first].to_vec(), tail: ids[last + 1..].to_vec() })
            }
            _ => Err("the digit 1 gives no token".into()),
        }
    }

    /// Cuts a text's tokens into windows of at most `max` tokens; at least one window.
    fn windows<'a>(
        &'a self,
        text: usize,
        content: &'a [u32],
        max: usize,
    ) -> impl Iterator<Item = Window> + 'a {
        // `load` refuses models without room; 1 keeps a wrong caller from an endless loop.
        let room = max.saturating_sub(self.head.len() + self.tail.len()).max(1);
        (0..content.len().div_ceil(room).max(1)).map(move |n| {
            let part = &content[n * room..content.len().min((n + 1) * room)];
            Window { text, ids: [&self.head, part, &self.tail].concat(), content: part.len() }
        })
    }
}

/// Groups windows, sorted by length, so that no group has more than `budget` tokens after
/// padding; a longer window goes alone.
fn batches(lengths: &[usize], budget: usize) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let mut from = 0;
    for at in 1..=lengths.len() {
        // The next window would be the longest, and all would be padded to it.
        let full = lengths.get(at).is_none_or(|longest| longest * (at + 1 - from) > budget);
        if full {
            groups.push(from..at);
            from = at;
        }
    }
    groups
}

fn read_tokenizer(manifest: &Manifest, shape: &Shape) -> Result<Tokenizer, EmbedError> {
    let path = &manifest.tokenizer;
    let mut tokenizer = Tokenizer::from_file(path).map_err(|e| broken(path, e.to_string(), FIX))?;
    // We cut windows and pad batches ourselves.
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|e| broken(path, e.to_string(), FIX))?;
    let pieces = tokenizer.get_vocab_size(true);
    if pieces > shape.vocabulary {
        let why = format!("{pieces} pieces, but the weights have {} rows", shape.vocabulary);
        return Err(broken(path, why, "take the tokenizer that belongs to the weights"));
    }
    Ok(tokenizer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
    use serde_json::json;
    use std::collections::HashMap;

    const HIDDEN: usize = 32;
    const PIECES: usize = 12;

    fn tiny_config(family: &str) -> serde_json::Value {
        json!({
            "model_type": family, "hidden_size": HIDDEN, "intermediate_size": 64,
            "num_hidden_layers": 2, "num_attention_heads": 2, "hidden_act": "gelu",
            "layer_norm_eps": 1e-5, "max_position_embeddings": 18, "type_vocab_size": 1,
            "vocab_size": PIECES, "pad_token_id": 1
        })
    }

    /// Words `w0` … `w7` between `<s>` and `</s>`.
    fn tiny_tokenizer() -> serde_json::Value {
        let mut vocab = json!({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3});
        for n in 0..8 {
            vocab[format!("w{n}")] = (n + 4).into();
        }
        json!({
            "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
            "added_tokens": [], "decoder": null,
            "pre_tokenizer": {"type": "WhitespaceSplit"},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [
                    {"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "</s>", "type_id": 0}}
                ],
                "pair": [
                    {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}
                ],
                "special_tokens": {
                    "<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
                    "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}
                }
            },
            "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "<unk>"}
        })
    }

    /// Weights that differ from one another and are the same on every run.
    fn tiny_tensors(prefix: &str) -> HashMap<String, Tensor> {
        let mut shapes = vec![
            ("embeddings.word_embeddings.weight".to_owned(), vec![PIECES, HIDDEN]),
            ("embeddings.position_embeddings.weight".to_owned(), vec![18, HIDDEN]),
            ("embeddings.token_type_embeddings.weight".to_owned(), vec![1, HIDDEN]),
            ("embeddings.LayerNorm.weight".to_owned(), vec![HIDDEN]),
            ("embeddings.LayerNorm.bias".to_owned(), vec![HIDDEN]),
        ];
        for layer in 0..2 {
            for (part, rows, columns) in [
                ("attention.self.query", HIDDEN, HIDDEN),
                ("attention.self.key", HIDDEN, HIDDEN),
                ("attention.self.value", HIDDEN, HIDDEN),
                ("attention.output.dense", HIDDEN, HIDDEN),
                ("attention.output.LayerNorm", HIDDEN, 0),
                ("intermediate.dense", 64, HIDDEN),
                ("output.dense", HIDDEN, 64),
                ("output.LayerNorm", HIDDEN, 0),
            ] {
                let name = format!("encoder.layer.{layer}.{part}");
                let shape = if columns == 0 { vec![rows] } else { vec![rows, columns] };
                shapes.push((format!("{name}.weight"), shape));
                shapes.push((format!("{name}.bias"), vec![rows]));
            }
        }
        let mut state = 1_u32;
        let tensors = shapes.into_iter().map(|(name, shape)| {
            let values: Vec<f32> = (0..shape.iter().product())
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 8) as f32 / (1 << 24) as f32 - 0.5
                })
                .collect();
            let tensor = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
            (format!("{prefix}{name}"), tensor)
        });
        tensors.collect()
    }

    /// A directory in the layout of Hugging Face.
    fn tiny(config: &serde_json::Value, prefix: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| std::fs::write(dir.path().join(name), text).unwrap();
        write("config.json", config.to_string());
        write("tokenizer.json", tiny_tokenizer().to_string());
        let path = dir.path().join("model.safetensors");
        candle_core::safetensors::save(&tiny_tensors(prefix), path).unwrap();
        dir
    }

    /// Replaces the safetensors of a directory by GGUF and adds a manifest.
    fn with_manifest(dir: &Path, dimensions: usize, cut: usize) {
        let tensors: Vec<(String, QTensor)> = tiny_tensors("")
            .into_iter()
            .map(|(name, tensor)| (name, QTensor::quantize(&tensor, GgmlDType::F32).unwrap()))
            .collect();
        let pairs: Vec<_> = tensors.iter().map(|(n, t)| (n.as_str(), t)).collect();
        let mut file = std::io::Cursor::new(Vec::new());
        gguf_file::write(&mut file, &[], &pairs).unwrap();
        let bytes = file.into_inner();
        std::fs::write(dir.join("weights.gguf"), &bytes[..bytes.len() - cut]).unwrap();
        std::fs::remove_file(dir.join("model.safetensors")).unwrap();
        let mut files = String::new();
        for name in ["weights.gguf", "tokenizer.json", "config.json"] {
            use sha2::Digest;
            let digest = sha2::Sha256::digest(std::fs::read(dir.join(name)).unwrap());
            let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
            files += &format!("\"{name}\" = \"{hex}\"\n");
        }
        let manifest = format!(
            "name = \"tiny\"\ndimensions = {dimensions}\nmax_tokens = 16\npooling = \"mean\"\n\
             normalize = true\nquery_prefix = \"\"\npassage_prefix = \"\"\n[files]\n{files}\
             [licence]\nspdx = \"MIT\"\nholder = \"x\"\nread_in = []\n\
             [origin]\nmethod = \"x\"\nupstream = \"x\"\nsources = []\n"
        );
        std::fs::write(dir.join("MANIFEST.toml"), manifest).unwrap();
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|t| (*t).to_owned()).collect()
    }

    #[test]
    fn families_and_prefixes_load_and_padding_changes_nothing() {
        let words = "w1 w2 w3 w4 w5 w6 w7 ".repeat(4);
        let list = texts(&["w1", "w1 w2 w3", "", "w7 w7", &words, "never seen"]);
        for (family, prefix) in
            [("bert", ""), ("bert", "bert."), ("xlm-roberta", ""), ("xlm-roberta", "roberta.")]
        {
            let model = Model::load(tiny(&tiny_config(family), prefix).path()).unwrap();
            let together = model.embed(&list).unwrap();
            for (text, vector) in list.iter().zip(&together) {
                let alone = model.embed(std::slice::from_ref(text)).unwrap();
                let cosine = alone[0].dot(vector);
                assert!(cosine > 0.9999, "{family} {prefix:?} {text:?}: {cosine}");
                assert!((vector.dot(vector) - 1.0).abs() < 1e-5);
            }
            let apart = together[0].dot(&together[1]);
            assert!(apart < 0.999, "{family}: different texts have cosine {apart}");
            assert!(model.embed(&[]).unwrap().is_empty());
        }
    }

    #[test]
    fn gguf_and_safetensors_agree() {
        let dir = tiny(&tiny_config("bert"), "");
        let safetensors = Model::load(dir.path()).unwrap();
        with_manifest(dir.path(), HIDDEN, 0);
        let gguf = Model::load_reference(dir.path()).unwrap();
        let list = texts(&["w1 w2", "w5"]);
        let pairs = safetensors.embed(&list).unwrap().into_iter().zip(gguf.embed(&list).unwrap());
        for (a, b) in pairs {
            assert!(a.dot(&b) > 0.9999);
        }
        assert!(gguf.manifest().model_id().starts_with("tiny-"));
    }

    #[test]
    fn pooling_by_first_token_is_another_vector() {
        let dir = tiny(&tiny_config("bert"), "");
        let mean = Model::load(dir.path()).unwrap();
        std::fs::create_dir(dir.path().join("1_Pooling")).unwrap();
        let pooling = r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#;
        std::fs::write(dir.path().join("1_Pooling/config.json"), pooling).unwrap();
        let cls = Model::load(dir.path()).unwrap();
        let list = texts(&["w1 w2 w3"]);
        assert!(mean.embed(&list).unwrap()[0].dot(&cls.embed(&list).unwrap()[0]) < 0.999);
    }

    #[test]
    fn weights_that_cannot_be_used_are_refused() {
        let good = tiny_config("bert");
        let with = |key: &str, value: serde_json::Value| {
            let mut config = good.clone();
            config[key] = value;
            config
        };
        for (config, want) in [
            (with("model_type", "gpt2".into()), "gpt2"),
            (with("position_embedding_type", "relative_key".into()), "relative_key"),
            (with("num_hidden_layers", 3.into()), "encoder.layer.2"),
            (with("vocab_size", 9.into()), "9 rows"),
            (with("vocab_size", 20.into()), "shape mismatch"),
            (with("hidden_act", "tanhish".into()), "tanhish"),
            (with("num_attention_heads", 0.into()), "num_attention_heads"),
            (with("num_attention_heads", 3.into()), "num_attention_heads"),
            (with("pad_token_id", 99.into()), "pad_token_id"),
        ] {
            let error = Model::load(tiny(&config, "").path()).err().unwrap();
            assert!(matches!(error, EmbedError::Broken { .. }), "{want}: {error:?}");
            assert!(error.to_string().contains(want), "{want}: {error}");
        }

        let dir = tiny(&good, "head.");
        let error = Model::load(dir.path()).err().unwrap().to_string();
        assert!(error.contains("no tensor embeddings.word_embeddings.weight"), "{error}");

        for garbage in [&b"not safetensors at all"[..], b"", &[0xff; 64]] {
            std::fs::write(dir.path().join("model.safetensors"), garbage).unwrap();
            let error = Model::load(dir.path()).err().unwrap();
            assert!(matches!(error, EmbedError::Broken { .. }), "{error:?}");
        }

        let dir = tiny(&good, "");
        with_manifest(dir.path(), HIDDEN + 1, 0);
        let error = Model::load(dir.path()).err().unwrap();
        assert!(matches!(error, EmbedError::Dimensions { expected: 33, found: 32, .. }), "{error:?}");

        // Truncated, with a digest that agrees: the converter itself was cut short.
        for cut in [1, 1_000, 20_000] {
            let dir = tiny(&good, "");
            with_manifest(dir.path(), HIDDEN, cut);
            let error = Model::load(dir.path()).err().unwrap();
            assert!(matches!(error, EmbedError::Broken { .. }), "{cut}: {error:?}");
        }
    }

    #[test]
    fn long_texts_become_windows() {
        let specials = Specials { head: vec![0], tail: vec![2, 9] };
        let content: Vec<u32> = (10..20).collect();
        for (length, max, want) in [
            (0, 8, vec![(3, 0)]),
            (1, 8, vec![(4, 1)]),
            (5, 8, vec![(8, 5)]),
            (6, 8, vec![(8, 5), (4, 1)]),
            (10, 8, vec![(8, 5), (8, 5)]),
            (10, 4, vec![(4, 1); 10]),
            (2, 3, vec![(4, 1), (4, 1)]),
        ] {
            let windows: Vec<Window> = specials.windows(7, &content[..length], max).collect();
            let got: Vec<_> = windows.iter().map(|w| (w.ids.len(), w.content)).collect();
            assert_eq!(got, want, "{length} tokens in windows of {max}");
            let again: Vec<u32> = windows.iter().flat_map(|w| w.ids[1..=w.content].to_vec()).collect();
            assert_eq!(again, content[..length]);
            assert!(windows.iter().all(|w| w.text == 7 && w.ids.ends_with(&[2, 9])));
        }
    }

    #[test]
    fn specials_are_learnt_from_the_tokenizer() {
        let text = tiny_tokenizer().to_string();
        let tokenizer = Tokenizer::from_bytes(text.as_bytes()).unwrap();
        let want = Specials { head: vec![0], tail: vec![2] };
        assert_eq!(Specials::of(&tokenizer), Ok(want));
    }

    #[test]
    fn batches_stay_within_the_budget() {
        for (lengths, budget, want) in [
            (vec![], 8, vec![]),
            (vec![3], 8, vec![(0, 1)]),
            (vec![9], 8, vec![(0, 1)]),
            (vec![2, 2, 2, 2, 2], 8, vec![(0, 4), (4, 5)]),
            (vec![1, 1, 8, 9], 8, vec![(0, 2), (2, 3), (3, 4)]),
            (vec![1, 4, 4], 8, vec![(0, 2), (2, 3)]),
        ] {
            let groups = batches(&lengths, budget).into_iter();
            let got: Vec<_> = groups.map(|group| (group.start, group.end)).collect();
            assert_eq!(got, want, "{lengths:?}");
        }
    }
}

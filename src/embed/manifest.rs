//! What a model directory must contain, and whether it does.
//!
//! With a `MANIFEST.toml` every file is held against its sha256. Without one, the directory is
//! read as the usual layout of Hugging Face and sentence-transformers; see [`Manifest::read`].

use super::EmbedError;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

const MANIFEST: &str = "MANIFEST.toml";
const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const GGUF: &str = "weights.gguf";
const SAFETENSORS: &str = "model.safetensors";

const FIX_MODEL: &str = "set `model` to a model directory, or make one as models/README.md says";
const FIX_MANIFEST: &str = "correct the manifest as models/README.md says, or convert the model again";
pub(super) const FIX_FILE: &str = "fetch or convert the model again";

/// How the hidden states of the tokens become one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The mean over all tokens of the text, the special ones included.
    Mean,
    /// The first token.
    Cls,
}

/// A model directory, read and checked.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Name of the model.
    pub name: String,
    /// Values a vector.
    pub dimensions: usize,
    /// Tokens a window, special ones included.
    pub max_tokens: usize,
    /// How tokens become one vector.
    pub pooling: Pooling,
    /// What goes before a question.
    pub query_prefix: String,
    /// What goes before a passage.
    pub passage_prefix: String,
    /// Under which terms the weights came; unknown without a manifest file.
    pub licence: Option<Licence>,
    /// How the directory was made; unknown without a manifest file.
    pub origin: Option<Origin>,
    pub(super) config: PathBuf,
    pub(super) tokenizer: PathBuf,
    pub(super) weights: Weights,
    weights_sha256: String,
}

/// The file of the weights, by format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Weights {
    Gguf(PathBuf),
    Safetensors(PathBuf),
}

/// Terms of the weights.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Identifier of the licence in the SPDX list.
    pub spdx: String,
    /// Who holds the rights.
    pub holder: String,
    /// Where the licence was read.
    pub read_in: Vec<String>,
}

/// Where the files of a model came from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// What was done, with what.
    pub method: String,
    /// The model it derives from.
    pub upstream: String,
    /// What was downloaded.
    pub sources: Vec<OriginSource>,
}

/// One download.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginSource {
    /// Name of the package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// File name of the wheel.
    pub wheel: String,
    /// sha256 of the wheel, lower-case hex.
    pub sha256: String,
    /// The file that was used from it.
    pub file: String,
}

/// `MANIFEST.toml` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    dimensions: usize,
    max_tokens: usize,
    pooling: Pooling,
    normalize: bool,
    query_prefix: String,
    passage_prefix: String,
    /// File name to sha256.
    files: BTreeMap<String, String>,
    licence: Licence,
    origin: Origin,
}

impl Manifest {
    /// Reads a model directory and checks that its files are whole.
    ///
    /// A directory without `MANIFEST.toml` must hold `model.safetensors`, `tokenizer.json` and
    /// `config.json`. Then
    /// - pooling comes from `1_Pooling/config.json`, else it is the mean;
    /// - tokens a window come from `sentence_bert_config.json`, else from `config.json`;
    /// - prefixes come from the prompts `query` and `passage` (or `document`) of
    ///   `config_sentence_transformers.json`; else they are those of the E5 family if `e5` is a
    ///   part of the directory's name or of `_name_or_path` in `config.json`, as in
    ///   `multilingual-e5-base` (but not with `instruct`); else there are none;
    /// - vectors are brought to length 1 in any case, because search compares by dot product.
    pub fn read(dir: &Path) -> Result<Manifest, EmbedError> {
        if !dir.is_dir() {
            return Err(missing(dir, FIX_MODEL));
        }
        match read_text(&dir.join(MANIFEST), FIX_MODEL) {
            Ok(text) => Manifest::written(dir, &text),
            Err(EmbedError::Missing { .. }) => Manifest::layout(dir),
            Err(error) => Err(error),
        }
    }

    /// What an index names to say which model made its vectors: stable as long as the weights
    /// are, different for different weights.
    pub fn model_id(&self) -> String {
        // The invariant of `weights_sha256` (64 hex digits) makes the slice whole.
        let short: String = self.weights_sha256.chars().take(12).collect();
        format!("{}-{short}", self.name)
    }

    fn written(dir: &Path, text: &str) -> Result<Manifest, EmbedError> {
        let path = dir.join(MANIFEST);
        let broken = |why: String| broken(&path, why, FIX_MANIFEST);
        // The first line of a TOML error names the place; the rest draws the line of the file.
        let written: Written =
            toml::from_str(text).map_err(|e| broken(e.to_string().trim_end().to_owned()))?;
        if written.name.is_empty() || written.name.contains(char::is_whitespace) {
            return Err(broken(format!("name {:?} is empty or has white space", written.name)));
        }
        if written.dimensions == 0 || written.max_tokens == 0 {
            return Err(broken("dimensions and max_tokens must be at least 1".into()));
        }
        if !written.normalize {
            return Err(broken("normalize = false: search needs vectors of length 1".into()));
        }
        let digest_of = |name: &str| written.files.get(name).cloned();
        for required in [CONFIG, TOKENIZER] {
            if digest_of(required).is_none() {
                return Err(broken(format!("[files] does not list {required:?}")));
            }
        }
        let (weights, weights_sha256) = match (digest_of(GGUF), digest_of(SAFETENSORS)) {
            (Some(digest), None) => (Weights::Gguf(dir.join(GGUF)), digest),
            (None, Some(digest)) => (Weights::Safetensors(dir.join(SAFETENSORS)), digest),
            _ => {
                return Err(broken(format!("[files] must list exactly one of {GGUF:?} and {SAFETENSORS:?}")));
            }
        };
        for (name, digest) in &written.files {
            // A manifest speaks about its own directory and nothing else.
            if name.contains(['/', '\\']) || name == ".." {
                return Err(broken(format!("[files] lists {name:?}, which is not a plain file name")));
            }
            let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            if digest.len() != 64 || !digest.chars().all(hex) {
                return Err(broken(format!(
                    "the sha256 of {name:?} is not 64 lower-case hexadecimal digits"
                )));
            }
            let file = dir.join(name);
            let found = sha256(&file)?;
            if found != *digest {
                return Err(EmbedError::HashMismatch { file, expected: digest.clone(), found });
            }
        }
        Ok(Manifest {
            name: written.name,
            dimensions: written.dimensions,
            max_tokens: written.max_tokens,
            pooling: written.pooling,
            query_prefix: written.query_prefix,
            passage_prefix: written.passage_prefix,
            licence: Some(written.licence),
            origin: Some(written.origin),
            config: dir.join(CONFIG),
            tokenizer: dir.join(TOKENIZER),
            weights,
            weights_sha256,
        })
    }

    fn layout(dir: &Path) -> Result<Manifest, EmbedError> {
        let weights = dir.join(SAFETENSORS);
        let tokenizer = dir.join(TOKENIZER);
        let config_path = dir.join(CONFIG);
        for file in [&weights, &tokenizer, &config_path] {
            if !file.is_file() {
                return Err(missing(
                    file,
                    "a directory without MANIFEST.toml needs model.safetensors (in one piece), \
                     tokenizer.json and config.json",
                ));
            }
        }
        only_known_modules(dir)?;
        let config: Config = read_json(&config_path)?;
        let sentence: Option<SentenceConfig> = read_optional(&dir.join("sentence_bert_config.json"))?;
        let pooling: Option<PoolingConfig> = read_optional(&dir.join("1_Pooling").join(CONFIG))?;
        let prompts: Option<Prompts> = read_optional(&dir.join("config_sentence_transformers.json"))?;

        let name = directory_name(dir);
        let hint = config.name_or_path.as_deref().unwrap_or_default();
        let (query_prefix, passage_prefix) =
            prompts.and_then(Prompts::prefixes).unwrap_or_else(|| family_prefixes(&[&name, hint]));
        let positions = config.positions();
        Ok(Manifest {
            dimensions: config.hidden_size,
            max_tokens: sentence.and_then(|s| s.max_seq_length).map_or(positions, |n| n.min(positions)),
            pooling: match pooling {
                Some(found) => found.pooling(&dir.join("1_Pooling").join(CONFIG))?,
                None => Pooling::Mean,
            },
            query_prefix,
            passage_prefix,
            licence: None,
            origin: None,
            config: config_path,
            tokenizer,
            weights_sha256: sha256(&weights)?,
            weights: Weights::Safetensors(weights),
            name,
        })
    }
}

/// What we need of `config.json` without a manifest.
#[derive(Deserialize)]
struct Config {
    hidden_size: usize,
    max_position_embeddings: usize,
    #[serde(default)]
    model_type: String,
    #[serde(default)]
    pad_token_id: Option<usize>,
    #[serde(default, rename = "_name_or_path")]
    name_or_path: Option<String>,
}

impl Config {
    /// Tokens a window may have. XLM-R counts positions from one past the padding id.
    fn positions(&self) -> usize {
        match self.model_type.as_str() {
            "xlm-roberta" => self.max_position_embeddings.saturating_sub(self.pad_token_id.unwrap_or(1) + 1),
            _ => self.max_position_embeddings,
        }
    }
}

#[derive(Deserialize)]
struct SentenceConfig {
    max_seq_length: Option<usize>,
}

#[derive(Deserialize)]
struct PoolingConfig {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
    /// The other modes, none of which we have.
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

impl PoolingConfig {
    fn pooling(&self, path: &Path) -> Result<Pooling, EmbedError> {
        let other = self.rest.iter().any(|(key, value)| key.starts_with("pooling_mode_") && *value == true);
        match (self.pooling_mode_cls_token, self.pooling_mode_mean_tokens) {
            (true, false) if !other => Ok(Pooling::Cls),
            (false, true) if !other => Ok(Pooling::Mean),
            _ => Err(broken(
                path,
                "only pooling by mean or by first token is supported, one of them alone".into(),
                "choose a model that pools so",
            )),
        }
    }
}

#[derive(Deserialize)]
struct Prompts {
    #[serde(default)]
    prompts: BTreeMap<String, String>,
}

impl Prompts {
    /// The prompts for question and passage, unless both are empty.
    fn prefixes(self) -> Option<(String, String)> {
        let of = |name: &str| self.prompts.get(name).filter(|p| !p.is_empty()).cloned();
        let query = of("query");
        let passage = of("passage").or_else(|| of("document"));
        match (query, passage) {
            (None, None) => None,
            (query, passage) => Some((query.unwrap_or_default(), passage.unwrap_or_default())),
        }
    }
}

#[derive(Deserialize)]
struct Module {
    #[serde(rename = "type")]
    kind: String,
}

/// A dense layer after pooling would change every vector; leaving it out would be silently wrong.
fn only_known_modules(dir: &Path) -> Result<(), EmbedError> {
    let path = dir.join("modules.json");
    let modules: Vec<Module> = read_optional(&path)?.unwrap_or_default();
    let unknown =
        modules.iter().find(|m| !["Transformer", "Pooling", "Normalize"].iter().any(|k| m.kind.ends_with(k)));
    match unknown {
        None => Ok(()),
        Some(module) => Err(broken(
            &path,
            format!("the module {:?} is not supported", module.kind),
            "choose a model made of Transformer, Pooling and Normalize",
        )),
    }
}

/// The prefixes of E5 models, recognised by name; no prefixes for any other.
fn family_prefixes(names: &[&str]) -> (String, String) {
    let has = |wanted: &str| {
        names.iter().any(|name| {
            name.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == wanted)
        })
    };
    match has("e5") && !has("instruct") {
        true => ("query: ".into(), "passage: ".into()),
        false => (String::new(), String::new()),
    }
}

/// Name of a directory, also when it is given as `.`; blanks become hyphens.
fn directory_name(dir: &Path) -> String {
    let whole = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let name = whole.file_name().map(|n| n.to_string_lossy().into_owned());
    name.filter(|n| !n.is_empty()).unwrap_or_else(|| "model".into()).replace(char::is_whitespace, "-")
}

pub(super) fn missing(path: &Path, fix: &'static str) -> EmbedError {
    EmbedError::Missing { path: path.to_owned(), fix }
}

pub(super) fn broken(path: &Path, why: String, fix: &'static str) -> EmbedError {
    EmbedError::Broken { path: path.to_owned(), why, fix }
}

fn io(path: &Path, error: &std::io::Error, fix: &'static str) -> EmbedError {
    match error.kind() {
        ErrorKind::NotFound => missing(path, fix),
        _ => broken(path, format!("cannot be read: {error}"), "check its permissions and the disk"),
    }
}

fn read_text(path: &Path, fix: &'static str) -> Result<String, EmbedError> {
    std::fs::read_to_string(path).map_err(|e| io(path, &e, fix))
}

pub(super) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, EmbedError> {
    let text = read_text(path, FIX_FILE)?;
    serde_json::from_str(&text).map_err(|e| broken(path, e.to_string(), FIX_FILE))
}

fn read_optional<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, EmbedError> {
    match read_json(path) {
        Ok(value) => Ok(Some(value)),
        Err(EmbedError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Digest of a file in lower-case hex, read in pieces: weights may be large.
fn sha256(path: &Path) -> Result<String, EmbedError> {
    let mut file = std::fs::File::open(path).map_err(|e| io(path, &e, FIX_FILE))?;
    let mut digest = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(n) => digest.update(&piece[..n]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(io(path, &e, FIX_FILE)),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "tiny"
dimensions = 8
max_tokens = 16
pooling = "mean"
normalize = true
query_prefix = "query: "
passage_prefix = "passage: "
[files]
"weights.gguf" = "sum of abc"
"tokenizer.json" = "sum of abc"
"config.json" = "sum of abc"
[licence]
spdx = "MIT"
holder = "somebody"
read_in = ["LICENSE"]
[origin]
method = "by hand"
upstream = "nothing"
sources = []
"#;

    /// sha256 of the three bytes `abc`, from the standard that defines it.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn directory(manifest: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        if !manifest.is_empty() {
            std::fs::write(dir.path().join(MANIFEST), manifest).unwrap();
        }
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        dir
    }

    const FILES: [(&str, &str); 3] = [(GGUF, "abc"), (TOKENIZER, "abc"), (CONFIG, "abc")];

    #[test]
    fn a_good_manifest_is_read() {
        let dir = directory(&GOOD.replace("sum of abc", ABC), &FILES);
        let manifest = Manifest::read(dir.path()).unwrap();
        assert_eq!(manifest.model_id(), "tiny-ba7816bf8f01");
        assert_eq!((manifest.dimensions, manifest.max_tokens), (8, 16));
        assert_eq!(manifest.pooling, Pooling::Mean);
        assert_eq!(manifest.query_prefix, "query: ");
        assert_eq!(manifest.licence.map(|l| l.spdx).as_deref(), Some("MIT"));
    }

    #[test]
    fn a_bad_manifest_says_what_and_where() {
        let good = GOOD.replace("sum of abc", ABC);
        for (from, to, want) in [
            ("name = \"tiny\"", "", "missing field `name`"),
            ("name = \"tiny\"", "name = \"a b\"", "white space"),
            ("dimensions = 8", "dimensions = 0", "at least 1"),
            ("dimensions = 8", "dimensions = \"8\"", "invalid type"),
            ("dimensions = 8", "dimensions = 8\ndimension = 8", "unknown field `dimension`"),
            ("\"mean\"", "\"max\"", "unknown variant `max`"),
            ("normalize = true", "normalize = false", "length 1"),
            ("\"weights.gguf\"", "\"weights.bin\"", "exactly one of"),
            ("\"config.json\"", "\"config.jsn\"", "does not list \"config.json\""),
            ("\"config.json\" =", "\"../x\" = \"0\"\n\"config.json\" =", "not a plain file name"),
            (ABC, "abc", "64 lower-case"),
            ("read_in = [\"LICENSE\"]", "", "missing field `read_in`"),
            ("[files]", "[files", "files"),
        ] {
            let dir = directory(&good.replacen(from, to, 1), &FILES);
            let error = Manifest::read(dir.path()).unwrap_err();
            assert!(matches!(error, EmbedError::Broken { .. }), "{to:?}: {error:?}");
            let text = error.to_string();
            assert!(text.contains(want) && text.contains(MANIFEST), "{to:?}: {text}");
        }
    }

    #[test]
    fn files_are_held_against_their_digest() {
        let good = GOOD.replace("sum of abc", ABC);
        for changed in [GGUF, TOKENIZER, CONFIG] {
            let files = FILES.map(|(name, text)| (name, if name == changed { "abd" } else { text }));
            let dir = directory(&good, &files);
            match Manifest::read(dir.path()) {
                Err(EmbedError::HashMismatch { file, expected, found }) => {
                    assert!(file.ends_with(changed), "{file:?}");
                    assert_eq!((expected.as_str(), found.len()), (ABC, 64));
                }
                other => panic!("{changed}: {other:?}"),
            }
            let rest: Vec<_> = FILES.into_iter().filter(|(name, _)| *name != changed).collect();
            match Manifest::read(directory(&good, &rest).path()) {
                Err(EmbedError::Missing { path, .. }) => assert!(path.ends_with(changed)),
                other => panic!("{changed}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_directory_that_is_not_there_is_missing() {
        let dir = directory("", &[]);
        for path in [dir.path().join("none"), dir.path().to_owned()] {
            let error = Manifest::read(&path).unwrap_err();
            assert!(matches!(error, EmbedError::Missing { .. }), "{error:?}");
        }
    }

    const BERT: &str = r#"{"hidden_size": 8, "max_position_embeddings": 512, "model_type": "bert"}"#;
    const XLMR: &str = r#"{"hidden_size": 8, "max_position_embeddings": 514,
        "model_type": "xlm-roberta", "pad_token_id": 1, "_name_or_path": "intfloat/multilingual-e5-base"}"#;

    #[test]
    fn the_usual_layout_is_understood() {
        let pooling = |mode: &str| format!(r#"{{"word_embedding_dimension": 8, "{mode}": true}}"#);
        let cls = pooling("pooling_mode_cls_token");
        for (config, extra, want) in [
            (BERT, ("x", ""), (512, Pooling::Mean, "", "")),
            (XLMR, ("x", ""), (512, Pooling::Mean, "query: ", "passage: ")),
            (BERT, ("1_Pooling/config.json", cls.as_str()), (512, Pooling::Cls, "", "")),
            (BERT, ("sentence_bert_config.json", r#"{"max_seq_length": 128}"#), (128, Pooling::Mean, "", "")),
            (
                BERT,
                ("sentence_bert_config.json", r#"{"max_seq_length": 8192}"#),
                (512, Pooling::Mean, "", ""),
            ),
            (
                XLMR,
                ("config_sentence_transformers.json", r#"{"prompts": {"query": "q ", "document": ""}}"#),
                (512, Pooling::Mean, "q ", ""),
            ),
        ] {
            let files = [(SAFETENSORS, "abc"), (TOKENIZER, "abc"), (CONFIG, config), extra];
            let dir = directory("", &files);
            let got = Manifest::read(dir.path()).unwrap();
            let got = (got.max_tokens, got.pooling, &*got.query_prefix, &*got.passage_prefix);
            assert_eq!(got, want, "{extra:?}");
        }
    }

    #[test]
    fn what_the_layout_asks_in_vain_is_refused() {
        let max = r#"{"pooling_mode_max_tokens": true}"#;
        let both = r#"{"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true}"#;
        let dense = r#"[{"idx": 2, "type": "sentence_transformers.models.Dense"}]"#;
        for (name, text, want) in [
            ("1_Pooling/config.json", max, "pooling"),
            ("1_Pooling/config.json", both, "pooling"),
            ("modules.json", dense, "Dense"),
            (CONFIG, "{", "EOF"),
            (CONFIG, "{}", "hidden_size"),
        ] {
            let files = [(SAFETENSORS, "abc"), (TOKENIZER, "abc"), (CONFIG, BERT), (name, text)];
            let error = Manifest::read(directory("", &files).path()).unwrap_err();
            assert!(matches!(error, EmbedError::Broken { .. }), "{error:?}");
            assert!(error.to_string().contains(want), "{error}");
        }
    }

    #[test]
    fn e5_is_known_by_its_name() {
        for (name, want) in [
            ("multilingual-e5-small", true),
            ("E5_base", true),
            ("intfloat/e5-large-v2", true),
            ("multilingual-e5-large-instruct", false),
            ("bge-small-zh", false),
            ("model-a3e5f0", false),
        ] {
            let (query, passage) = family_prefixes(&[name]);
            assert_eq!((!query.is_empty(), !passage.is_empty()), (want, want), "{name}");
        }
    }
}

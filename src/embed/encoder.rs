//! `config.json` and the weights to a candle model.

use super::int8::{Dims, Int8Encoder, Int8Error, Kernel, Rows};
use super::manifest::{FIX_FILE as FIX, Weights, broken, missing, read_json};
use super::{EmbedError, Manifest};
use candle_core::quantized::{GgmlDType, gguf_file};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{bert, xlm_roberta};
use std::collections::HashMap;
use std::io::BufReader;
use std::path::Path;

/// The layers of a model, by family.
pub(super) enum Encoder {
    Bert(bert::BertModel),
    XlmRoberta(xlm_roberta::XLMRobertaModel),
}

/// What `config.json` says, in the terms of the encoder.
pub(super) struct Shape {
    family: Family,
    /// Rows of the word embeddings.
    pub(super) vocabulary: usize,
    /// Fills short rows of a batch; masked, so its value does not matter to the result.
    pub(super) padding: u32,
}

enum Family {
    Bert(bert::Config),
    XlmRoberta(xlm_roberta::Config),
}

impl Shape {
    /// The sizes for the int8 pass; `None` where it would not compute the same function.
    fn dims(&self) -> Option<Dims> {
        let (hidden, layers, heads, inner, epsilon, gelu, first_position) = match &self.family {
            Family::Bert(c) => (
                c.hidden_size,
                c.num_hidden_layers,
                c.num_attention_heads,
                c.intermediate_size,
                c.layer_norm_eps,
                matches!(c.hidden_act, bert::HiddenAct::Gelu),
                0,
            ),
            Family::XlmRoberta(c) => (
                c.hidden_size,
                c.num_hidden_layers,
                c.num_attention_heads,
                c.intermediate_size,
                c.layer_norm_eps,
                matches!(c.hidden_act, candle_nn::Activation::Gelu),
                c.pad_token_id as usize + 1,
            ),
        };
        gelu.then_some(Dims { hidden, layers, heads, inner, epsilon: epsilon as f32, first_position })
    }

    /// Reads `config.json` and checks that the manifest agrees with it.
    pub(super) fn read(manifest: &Manifest) -> Result<Shape, EmbedError> {
        let path = &manifest.config;
        let mut config: serde_json::Map<String, serde_json::Value> = read_json(path)?;
        // Newer files leave these out, and none of them matters to a forward pass.
        for (key, value) in
            [("hidden_dropout_prob", 0.0), ("attention_probs_dropout_prob", 0.0), ("initializer_range", 0.02)]
        {
            config.entry(key).or_insert_with(|| value.into());
        }
        let position = config.entry("position_embedding_type").or_insert_with(|| "absolute".into());
        if position != "absolute" {
            let why = format!("position_embedding_type {position} is not supported");
            return Err(broken(path, why, "choose a model with absolute positions"));
        }
        let family = config.get("model_type").and_then(|f| f.as_str()).unwrap_or_default().to_owned();
        let heads = config.get("num_attention_heads").and_then(|n| n.as_u64());
        let config = serde_json::Value::Object(config);
        let invalid = |e: serde_json::Error| broken(path, e.to_string(), FIX);
        let (family, hidden, positions, vocabulary, padding) = match family.as_str() {
            "bert" => {
                let config: bert::Config = serde_json::from_value(config).map_err(invalid)?;
                let (hidden, positions) = (config.hidden_size, config.max_position_embeddings);
                let (vocabulary, padding) = (config.vocab_size, config.pad_token_id as u32);
                (Family::Bert(config), hidden, positions, vocabulary, padding)
            }
            "xlm-roberta" => {
                let config: xlm_roberta::Config = serde_json::from_value(config).map_err(invalid)?;
                // The first token stands at the position after the padding id.
                let positions =
                    config.max_position_embeddings.saturating_sub(config.pad_token_id as usize + 1);
                let (hidden, vocabulary, padding) =
                    (config.hidden_size, config.vocab_size, config.pad_token_id);
                (Family::XlmRoberta(config), hidden, positions, vocabulary, padding)
            }
            other => {
                let why = format!("model_type {other:?} is not supported");
                return Err(broken(path, why, "choose a model of type bert or xlm-roberta"));
            }
        };
        if hidden != manifest.dimensions {
            return Err(EmbedError::Dimensions {
                path: path.clone(),
                expected: manifest.dimensions,
                found: hidden,
            });
        }
        // The library divides by the one and looks up the other.
        if heads.is_none_or(|heads| heads == 0 || !(hidden as u64).is_multiple_of(heads)) {
            let why = format!("num_attention_heads does not divide hidden_size {hidden}");
            return Err(broken(path, why, FIX));
        }
        if padding as usize >= vocabulary {
            let why = format!("pad_token_id {padding} is outside the vocabulary of {vocabulary}");
            return Err(broken(path, why, FIX));
        }
        if manifest.max_tokens > positions {
            let why =
                format!("max_tokens = {} where the model has {positions} positions", manifest.max_tokens);
            return Err(broken(path, why, "lower max_tokens in MANIFEST.toml"));
        }
        Ok(Shape { family, vocabulary, padding })
    }
}

/// The int8 pass of a GGUF file; `None` where its shape does not suit the packing, and candle must do.
pub(super) fn load_int8(
    weights: &Weights,
    shape: &Shape,
    kernel: Kernel,
) -> Result<Option<Int8Encoder>, EmbedError> {
    let (Weights::Gguf(path), Some(dims)) = (weights, shape.dims()) else {
        return Ok(None);
    };
    let failed = |e: candle_core::Error| unreadable(path, &e);
    let mut file =
        BufReader::new(std::fs::File::open(path).map_err(|e| unreadable(path, &candle_core::Error::Io(e)))?);
    let content = gguf_file::Content::read(&mut file).map_err(failed)?;
    // Models saved with a head carry the name of the base model before every tensor.
    let prefix = ["", "bert.", "roberta."]
        .into_iter()
        .find(|prefix| content.tensor_infos.contains_key(&format!("{prefix}{WORDS}")));
    let Some(prefix) = prefix else { return Ok(None) };
    let words = content.tensor(&mut file, &format!("{prefix}{WORDS}"), &Device::Cpu).map_err(failed)?;
    let stored = |words: &candle_core::quantized::QTensor| words.data().map(|bytes| bytes.into_owned());
    let words = match words.dtype() {
        GgmlDType::Q4_0 => Rows::Q4_0(stored(&words).map_err(failed)?),
        GgmlDType::Q8_0 => Rows::Q8_0(stored(&words).map_err(failed)?),
        _ => Rows::F32(values(&words).map_err(failed)?),
    };
    let mut tensor = |name: &str| {
        if name.ends_with(".smooth") && !content.tensor_infos.contains_key(&format!("{prefix}{name}")) {
            return Ok(Vec::new());
        }
        let tensor = content.tensor(&mut file, &format!("{prefix}{name}"), &Device::Cpu);
        tensor.and_then(|t| values(&t)).map_err(|e| cause(&e).to_string())
    };
    match Int8Encoder::new(dims, words, &mut tensor, kernel) {
        Ok(encoder) => Ok(Some(encoder)),
        Err(Int8Error::Dims(_)) => Ok(None),
        Err(error) => Err(broken(path, error.to_string(), FIX)),
    }
}

/// Name of the word embeddings.
const WORDS: &str = "embeddings.word_embeddings.weight";

fn values(tensor: &candle_core::quantized::QTensor) -> candle_core::Result<Vec<f32>> {
    tensor.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1()
}

impl Encoder {
    /// Reads the weights, GGUF or safetensors.
    pub(super) fn load(weights: &Weights, shape: &Shape) -> Result<Encoder, EmbedError> {
        let (path, encoder) = match weights {
            Weights::Gguf(path) => (path, read_gguf(path).and_then(|tensors| Encoder::new(tensors, shape))),
            Weights::Safetensors(path) => {
                (path, read_safetensors(path).and_then(|tensors| Encoder::new(tensors, shape)))
            }
        };
        encoder.map_err(|e| unreadable(path, &e))
    }

    /// Ids and mask (1 text, 0 padding), both windows × tokens, to hidden states, windows ×
    /// tokens × dimensions.
    pub(super) fn forward(&self, ids: &Tensor, mask: &Tensor) -> candle_core::Result<Tensor> {
        let kinds = ids.zeros_like()?;
        match self {
            Encoder::Bert(model) => model.forward(ids, &kinds, Some(mask)),
            Encoder::XlmRoberta(model) => model.forward(ids, mask, &kinds, None, None, None),
        }
    }

    fn new(tensors: VarBuilder, shape: &Shape) -> candle_core::Result<Encoder> {
        // Models saved with a head carry the name of the base model before every tensor.
        let tensors = [tensors.clone(), tensors.pp("bert"), tensors.pp("roberta")]
            .into_iter()
            .find(|tensors| tensors.contains_tensor(WORDS));
        let Some(tensors) = tensors else {
            candle_core::bail!("no tensor {WORDS}");
        };
        match &shape.family {
            Family::Bert(config) => bert::BertModel::load(tensors, config).map(Encoder::Bert),
            Family::XlmRoberta(config) => {
                xlm_roberta::XLMRobertaModel::new(config, tensors).map(Encoder::XlmRoberta)
            }
        }
    }
}

/// All tensors of a GGUF file as f32; the quantised copy of each is dropped at once.
fn read_gguf(path: &Path) -> candle_core::Result<VarBuilder<'static>> {
    let mut file = BufReader::new(std::fs::File::open(path)?);
    let content = gguf_file::Content::read(&mut file)?;
    let mut tensors = HashMap::with_capacity(content.tensor_infos.len());
    for name in content.tensor_infos.keys() {
        let tensor = content.tensor(&mut file, name, &Device::Cpu)?;
        tensors.insert(name.clone(), tensor.dequantize(&Device::Cpu)?);
    }
    Ok(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))
}

fn read_safetensors(path: &Path) -> candle_core::Result<VarBuilder<'static>> {
    let tensors = candle_core::safetensors::load(path, &Device::Cpu)?;
    Ok(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))
}

fn unreadable(path: &Path, error: &candle_core::Error) -> EmbedError {
    match cause(error) {
        candle_core::Error::Io(e) if e.kind() == std::io::ErrorKind::NotFound => missing(path, FIX),
        cause => broken(path, format!("cannot be read as weights: {cause}"), FIX),
    }
}

/// The error itself: what candle wraps round it, a stack trace, does not help the reader.
pub(super) fn cause(error: &candle_core::Error) -> &candle_core::Error {
    use candle_core::Error::{WithBacktrace, WithPath};
    match error {
        WithBacktrace { inner, .. } | WithPath { inner, .. } => cause(inner),
        error => error,
    }
}

//! Int8 forward pass of BERT-type encoders (post-norm, erf GELU, learned absolute positions).
//!
//! Weights are packed once, at load, as int8 with one scale an output. Activations become bytes with a
//! step and an offset a token, just before each matrix product; everything else stays f32: attention,
//! layer norm, GELU, residuals.
//!
//! Three kernels multiply bytes, chosen by what the CPU offers. All of them get the same integers, and
//! the f32 code is one source whose sums have a fixed order, compiled once a kernel. So the hidden states
//! of both vector kernels are the same bits, and an index may move between machines. Those of the plain
//! kernel differ by rounding where the CPU does not multiply and add in one instruction.
//!
//! AVX2 has no instruction that multiplies bytes into 32-bit sums: `vpmaddubsw` gives 16-bit sums of two
//! products, and widening each of them costs as much as the product. So the weights are scaled until no
//! sum of `GROUP` / 2 products can leave 16 bits, and only those sums are widened. The product is 1.4 times
//! as fast, for a good bit of each weight: the mean cosine of the shipped model with an f32 forward pass is
//! 0.9995 instead of 0.9997.

#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "the byte products exist as CPU intrinsics only")
)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
use std::fmt;

/// Outputs that lie side by side in packed weights.
const TILE: usize = 16;
/// Inputs of one 32-bit sum in packed weights.
const STEP: usize = 4;
/// Inputs after which AVX2 widens its two 16-bit sums an output.
const GROUP: usize = 16;
/// Limit on the positive and on the negative weights of one 16-bit sum: 255 × 128 fits 15 bits.
const LIMIT: f32 = 128.0;
/// Lanes of a vectorised f32 loop: two registers of AVX2, one of AVX-512.
const LANES: usize = 16;
/// Rows that pass through a layer together, so that its intermediates stay in the level 2 cache.
const ROWS: usize = 48;
/// Queries whose attention is computed together.
const QUERIES: usize = 4;
/// Weights a block of the GGML formats, and the bytes of a block.
const QUANT: usize = 32;
const Q4_0_BYTES: usize = 18;
const Q8_0_BYTES: usize = 34;

/// Sizes of the model, from its `config.json`.
#[derive(Clone, Debug, PartialEq)]
pub struct Dims {
    /// Values a token, a multiple of 32.
    pub hidden: usize,
    /// Encoder layers.
    pub layers: usize,
    /// Attention heads, each of a multiple of 16 values.
    pub heads: usize,
    /// Values a token inside the feed-forward part, a multiple of 32.
    pub inner: usize,
    /// Added to the variance by layer norms.
    pub epsilon: f32,
    /// Row of the position embeddings for the first token: 0 for BERT, padding id + 1 for XLM-R.
    pub first_position: usize,
}

/// Word embeddings as stored, rows × hidden; a row is decoded when a text needs it.
#[derive(Clone)]
pub enum Rows {
    /// Plain numbers.
    F32(Vec<f32>),
    /// GGML blocks of 32: an f16 scale, then 16 bytes, low nibbles first.
    Q4_0(Vec<u8>),
    /// GGML blocks of 32: an f16 scale, then 32 signed bytes.
    Q8_0(Vec<u8>),
}

/// How bytes are multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// AVX-512 with VNNI.
    Vnni,
    /// AVX2 with FMA.
    Avx2,
    /// Plain Rust, for any CPU: no faster than a forward pass in f32.
    Plain,
}

/// Why an encoder cannot be made, or cannot read a text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Int8Error {
    /// The sizes do not suit the packing.
    Dims(String),
    /// A tensor is missing or not what the sizes say.
    Tensor {
        /// Its Hugging Face name.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// The CPU lacks the instructions of this kernel.
    #[cfg(test)]
    Kernel(Kernel),
    /// A token id outside the word embeddings.
    Id {
        /// The token id.
        id: u32,
        /// Rows of the word embeddings.
        rows: usize,
    },
    /// A sequence without tokens or with more than the model has positions.
    Length {
        /// Tokens of the sequence.
        tokens: usize,
        /// Positions of the model.
        positions: usize,
    },
}

/// A model in memory, immutable: share it between threads, with a [`Scratch`] each.
pub struct Int8Encoder {
    dims: Dims,
    kernel: Kernel,
    words: Rows,
    /// Rows of `words`.
    vocabulary: usize,
    /// Position embeddings, from `first_position` on, plus token type 0: positions × hidden.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

/// Working memory of one thread, reused between calls; it grows to the largest call.
#[derive(Default)]
pub struct Scratch {
    /// Hidden states, tokens × hidden.
    states: Vec<f32>,
    /// Queries, keys and values, tokens × 3 hidden.
    qkv: Vec<f32>,
    /// Attention output, tokens × hidden.
    context: Vec<f32>,
    attention: Attention,
    /// Output of a matrix product before the residual, `ROWS` × hidden.
    output: Vec<f32>,
    /// Feed-forward values, `ROWS` × inner.
    inner: Vec<f32>,
    bytes: Bytes,
}

/// Working memory of the attention of one head.
#[derive(Default)]
struct Attention {
    /// Tokens / `LANES`, rounded up, × head values × `LANES` tokens.
    keys: Vec<[f32; LANES]>,
    /// Head values / `LANES` × tokens, rounded up to `LANES`, × `LANES` values.
    values: Vec<[f32; LANES]>,
    /// Of `QUERIES` tokens: each × tokens / `LANES`, rounded up, × `LANES` tokens.
    weights: Vec<[f32; LANES]>,
}

/// Activations as bytes, for at most `ROWS` tokens: value = low + step × byte.
#[derive(Default)]
struct Bytes {
    /// Rows × inputs of the product.
    bytes: Vec<u8>,
    /// Offset and step of each row.
    scales: Vec<(f32, f32)>,
}

struct Layer {
    /// Query, key and value in one; the query holds the factor of the attention scores.
    qkv: Linear,
    out: Linear,
    out_norm: Norm,
    up: Linear,
    down: Linear,
    down_norm: Norm,
}

/// Layer norm, hidden values each.
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

/// A matrix product with a bias, packed.
struct Linear {
    inputs: usize,
    outputs: usize,
    /// Outputs / `TILE` × inputs / `STEP`.
    blocks: Vec<Block>,
    /// Value of one unit of a weight, an output.
    scales: Vec<f32>,
    /// Sum of the weights as packed, an output: what an offset of 1 in all inputs adds.
    sums: Vec<f32>,
    bias: Vec<f32>,
}

/// `TILE` outputs × `STEP` inputs, the first half of the outputs first. Aligned to a cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Block([[[i8; STEP]; TILE / 2]; 2]);

impl fmt::Display for Int8Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Int8Error::Dims(why) => write!(f, "{why}"),
            Int8Error::Tensor { name, why } => write!(f, "tensor {name}: {why}"),
            #[cfg(test)]
            Int8Error::Kernel(kernel) => write!(f, "this CPU cannot run the kernel {kernel:?}"),
            Int8Error::Id { id, rows } => write!(f, "token id {id} where the model has {rows} words"),
            Int8Error::Length { tokens, positions } => {
                write!(f, "{tokens} tokens where the model takes 1 to {positions}")
            }
        }
    }
}

impl std::error::Error for Int8Error {}

impl Kernel {
    /// All kernels, the fastest first.
    pub const ALL: [Kernel; 3] = [Kernel::Vnni, Kernel::Avx2, Kernel::Plain];

    /// Whether this CPU has the instructions.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Kernel::Vnni => Vnni::detect().is_some(),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => Avx2::detect().is_some(),
            Kernel::Plain => true,
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The fastest kernel of this CPU.
    pub fn best() -> Kernel {
        Kernel::ALL.into_iter().find(|kernel| kernel.is_available()).unwrap_or(Kernel::Plain)
    }
}

impl Dims {
    fn check(&self) -> Result<(), Int8Error> {
        let refuse = |why: String| Err(Int8Error::Dims(why));
        for (name, size) in [("hidden", self.hidden), ("inner", self.inner)] {
            if size == 0 || !size.is_multiple_of(2 * TILE) {
                return refuse(format!("{name} size {size} is not a multiple of {}", 2 * TILE));
            }
            // Sums of 255 × 127 must fit 32 bits.
            if size > 1 << 16 {
                return refuse(format!("{name} size {size} is more than {}", 1 << 16));
            }
        }
        if self.heads == 0 || !self.hidden.is_multiple_of(self.heads.saturating_mul(LANES)) {
            return refuse(format!(
                "hidden size {} does not split into {} heads of a multiple of {LANES}",
                self.hidden, self.heads
            ));
        }
        if !(self.epsilon >= 0.0 && self.epsilon.is_finite()) {
            return refuse(format!("layer norm epsilon {}", self.epsilon));
        }
        Ok(())
    }
}

impl Rows {
    /// Number of rows, or what is wrong.
    fn count(&self, hidden: usize) -> Result<usize, String> {
        let (length, width) = match self {
            Rows::F32(values) => (values.len(), hidden),
            Rows::Q4_0(bytes) => (bytes.len(), hidden / QUANT * Q4_0_BYTES),
            Rows::Q8_0(bytes) => (bytes.len(), hidden / QUANT * Q8_0_BYTES),
        };
        if length == 0 || !length.is_multiple_of(width) {
            return Err(format!("{length} elements are no rows of {width}"));
        }
        let finite = match self {
            Rows::F32(values) => values.iter().all(|value| value.is_finite()),
            Rows::Q4_0(bytes) => scales_are_finite::<Q4_0_BYTES>(bytes),
            Rows::Q8_0(bytes) => scales_are_finite::<Q8_0_BYTES>(bytes),
        };
        if finite { Ok(length / width) } else { Err("not all values are finite".into()) }
    }

    /// Adds row `id` to `sum`, hidden values.
    #[inline(always)]
    fn add(&self, id: usize, sum: &mut [f32]) {
        let blocks = sum.len() / QUANT;
        let sums = sum.as_chunks_mut::<QUANT>().0.iter_mut();
        match self {
            Rows::F32(values) => {
                let row = &values[id * blocks * QUANT..][..blocks * QUANT];
                for (sum, values) in sums.zip(row.as_chunks::<QUANT>().0) {
                    for (sum, value) in sum.iter_mut().zip(values) {
                        *sum += value;
                    }
                }
            }
            Rows::Q4_0(bytes) => {
                let row = &bytes.as_chunks::<Q4_0_BYTES>().0[id * blocks..][..blocks];
                for (sum, [low, high, nibbles @ ..]) in sums.zip(row) {
                    let scale = half(u16::from_le_bytes([*low, *high]));
                    for (i, pair) in nibbles.iter().enumerate() {
                        sum[i] += scale * f32::from(i16::from(pair & 15) - 8);
                        sum[i + QUANT / 2] += scale * f32::from(i16::from(pair >> 4) - 8);
                    }
                }
            }
            Rows::Q8_0(bytes) => {
                let row = &bytes.as_chunks::<Q8_0_BYTES>().0[id * blocks..][..blocks];
                for (sum, [low, high, values @ ..]) in sums.zip(row) {
                    let scale = half(u16::from_le_bytes([*low, *high]));
                    for (sum, value) in sum.iter_mut().zip(values) {
                        *sum += scale * f32::from(value.cast_signed());
                    }
                }
            }
        }
    }
}

/// Whether no block starts with an f16 of infinity or NaN.
fn scales_are_finite<const BYTES: usize>(bytes: &[u8]) -> bool {
    bytes.as_chunks::<BYTES>().0.iter().all(|block| block[1] & 0x7c != 0x7c)
}

/// The value of a finite f16.
#[inline(always)]
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    // 2^112 moves the exponent from a bias of 15 to one of 127, for subnormal numbers too.
    let size = f32::from_bits(u32::from(bits & 0x7fff) << 13) * f32::from_bits((127 + 112) << 23);
    f32::from_bits(sign | size.to_bits())
}

/// Reads tensors by name, and checks them.
struct Source<'a>(&'a mut dyn FnMut(&str) -> Result<Vec<f32>, String>);

impl Source<'_> {
    fn tensor(&mut self, name: &str) -> Result<Vec<f32>, Int8Error> {
        let fail = |why| Int8Error::Tensor { name: name.to_owned(), why };
        let values = (self.0)(name).map_err(fail)?;
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(fail("not all values are finite".into()))
        }
    }

    fn sized(&mut self, name: &str, length: usize) -> Result<Vec<f32>, Int8Error> {
        let values = self.tensor(name)?;
        if values.len() == length {
            return Ok(values);
        }
        let why = format!("{} values where {length} are expected", values.len());
        Err(Int8Error::Tensor { name: name.to_owned(), why })
    }

    fn norm(&mut self, name: &str, dims: &Dims) -> Result<Norm, Int8Error> {
        Ok(Norm {
            weight: self.sized(&format!("{name}.weight"), dims.hidden)?,
            bias: self.sized(&format!("{name}.bias"), dims.hidden)?,
            epsilon: dims.epsilon,
        })
    }

    /// The weights, outputs × inputs, and the bias.
    fn matrix(
        &mut self,
        name: &str,
        outputs: usize,
        inputs: usize,
    ) -> Result<(Vec<f32>, Vec<f32>), Int8Error> {
        let weights = self.sized(&format!("{name}.weight"), outputs * inputs)?;
        Ok((weights, self.sized(&format!("{name}.bias"), outputs)?))
    }

    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<Linear, Int8Error> {
        let (weights, bias) = self.matrix(name, outputs, inputs)?;
        Ok(Linear::pack(&weights, bias, inputs))
    }

    fn layer(&mut self, number: usize, dims: &Dims) -> Result<Layer, Int8Error> {
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        let (hidden, inner) = (dims.hidden, dims.inner);
        let (mut weights, mut bias) = self.matrix(&name("attention.self.query"), hidden, hidden)?;
        let factor = ((hidden / dims.heads) as f32).sqrt().recip();
        weights.iter_mut().chain(&mut bias).for_each(|value| *value *= factor);
        for part in ["attention.self.key", "attention.self.value"] {
            let (more_weights, more_bias) = self.matrix(&name(part), hidden, hidden)?;
            weights.extend(more_weights);
            bias.extend(more_bias);
        }
        Ok(Layer {
            qkv: Linear::pack(&weights, bias, hidden),
            out: self.linear(&name("attention.output.dense"), hidden, hidden)?,
            out_norm: self.norm(&name("attention.output.LayerNorm"), dims)?,
            up: self.linear(&name("intermediate.dense"), inner, hidden)?,
            down: self.linear(&name("output.dense"), hidden, inner)?,
            down_norm: self.norm(&name("output.LayerNorm"), dims)?,
        })
    }
}

impl Linear {
    /// Quantises and packs outputs × inputs finite weights.
    fn pack(weights: &[f32], bias: Vec<f32>, inputs: usize) -> Linear {
        let outputs = bias.len();
        let steps = inputs / STEP;
        let mut blocks = vec![Block([[[0; STEP]; TILE / 2]; 2]); outputs / TILE * steps];
        let (mut scales, mut sums) = (Vec::with_capacity(outputs), Vec::with_capacity(outputs));
        let mut units = vec![0.0; inputs];
        for (output, weights) in weights.chunks_exact(inputs).enumerate() {
            let scale = quantise_weights(weights, &mut units);
            scales.push(scale);
            // Exact: whole numbers of at most 8 + 16 bits.
            sums.push(scale * units.iter().sum::<f32>());
            let (tile, at) = (output / TILE, output % TILE);
            for (block, four) in blocks[tile * steps..].iter_mut().zip(units.as_chunks::<STEP>().0) {
                block.0[at / (TILE / 2)][at % (TILE / 2)] = four.map(|unit| unit as i8);
            }
        }
        Linear { inputs, outputs, blocks, scales, sums, bias }
    }
}

/// Rounds the weights of one output to units of the returned scale, the smallest that obeys `LIMIT`.
fn quantise_weights(weights: &[f32], units: &mut [f32]) -> f32 {
    let largest = weights.iter().fold(0_f32, |most, weight| most.max(weight.abs()));
    let mut scale = (largest / 127.0).max(fullest_sum(weights) / LIMIT);
    if scale < f32::MIN_POSITIVE {
        units.fill(0.0);
        return 0.0;
    }
    loop {
        for (unit, weight) in units.iter_mut().zip(weights) {
            *unit = weight / scale + ROUND - ROUND;
        }
        if fullest_sum(units) <= LIMIT {
            return scale;
        }
        // Rounding went up more often than down.
        scale *= 1.01;
    }
}

/// The largest sum of the positive or of the negative weights that AVX2 meets in one 16-bit lane.
fn fullest_sum(weights: &[f32]) -> f32 {
    let mut fullest = 0_f32;
    for group in weights.as_chunks::<GROUP>().0 {
        // Each 16-bit lane has two neighbours out of every `STEP` weights.
        let (mut positive, mut negative) = ([0.0; 2], [0.0; 2]);
        for four in group.as_chunks::<STEP>().0 {
            for lane in 0..2 {
                for weight in [four[2 * lane], four[2 * lane + 1]] {
                    positive[lane] += larger(weight, 0.0);
                    negative[lane] -= smaller(weight, 0.0);
                }
            }
        }
        fullest = [positive, negative].as_flattened().iter().copied().fold(fullest, larger);
    }
    fullest
}

impl Int8Encoder {
    /// Packs a model. `tensors` gives a tensor as f32 by its Hugging Face name without the name of the
    /// model before it, such as `encoder.layer.0.attention.self.query.weight`.
    pub fn new(
        dims: Dims,
        words: Rows,
        tensors: &mut dyn FnMut(&str) -> Result<Vec<f32>, String>,
    ) -> Result<Int8Encoder, Int8Error> {
        dims.check()?;
        let hidden = dims.hidden;
        let refuse = |name: &str, why| Int8Error::Tensor { name: name.to_owned(), why };
        let vocabulary =
            words.count(hidden).map_err(|why| refuse("embeddings.word_embeddings.weight", why))?;
        let mut source = Source(tensors);
        let name = "embeddings.position_embeddings.weight";
        let mut positions = source.tensor(name)?;
        if !positions.len().is_multiple_of(hidden) || positions.len() / hidden <= dims.first_position {
            let why = format!("{} values are no rows of {hidden}, or too few", positions.len());
            return Err(refuse(name, why));
        }
        positions.drain(..dims.first_position * hidden);
        let name = "embeddings.token_type_embeddings.weight";
        let kinds = source.tensor(name)?;
        let Some(kind) = kinds.get(..hidden) else {
            return Err(refuse(name, format!("{} values where {hidden} are expected", kinds.len())));
        };
        for row in positions.chunks_exact_mut(hidden) {
            row.iter_mut().zip(kind).for_each(|(value, kind)| *value += kind);
        }
        let norm = source.norm("embeddings.LayerNorm", &dims)?;
        let layers = (0..dims.layers).map(|number| source.layer(number, &dims)).collect::<Result<_, _>>()?;
        Ok(Int8Encoder { dims, kernel: Kernel::best(), words, vocabulary, positions, norm, layers })
    }

    /// The same with another kernel, for tests and measurements.
    #[cfg(test)]
    pub fn with_kernel(self, kernel: Kernel) -> Result<Int8Encoder, Int8Error> {
        if kernel.is_available() {
            Ok(Int8Encoder { kernel, ..self })
        } else {
            Err(Int8Error::Kernel(kernel))
        }
    }

    /// The kernel in use.
    #[cfg(test)]
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// The most tokens a sequence may have.
    pub fn positions(&self) -> usize {
        self.positions.len() / self.dims.hidden
    }

    /// Hidden states of one sequence, tokens × hidden.
    #[cfg(test)]
    pub fn forward<'a>(&self, ids: &[u32], scratch: &'a mut Scratch) -> Result<&'a [f32], Int8Error> {
        self.run(&[ids], scratch)?;
        Ok(&scratch.states[..ids.len() * self.dims.hidden])
    }

    /// Hidden states of several sequences, each its own tokens × hidden, given to `each` with its index.
    ///
    /// The states are those of [`Int8Encoder::forward`]; only the weights are read less often. Working
    /// memory grows with all tokens of the call, by about 20 × hidden bytes a token.
    pub fn forward_batch(
        &self,
        sequences: &[&[u32]],
        scratch: &mut Scratch,
        each: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), Int8Error> {
        self.run(sequences, scratch)?;
        let mut states = &scratch.states[..];
        for (index, ids) in sequences.iter().enumerate() {
            let (own, rest) = states.split_at(ids.len() * self.dims.hidden);
            each(index, own);
            states = rest;
        }
        Ok(())
    }

    /// Leaves the hidden states of all sequences in `scratch.states`.
    fn run(&self, sequences: &[&[u32]], scratch: &mut Scratch) -> Result<(), Int8Error> {
        let (rows, positions) = (self.vocabulary, self.positions());
        for ids in sequences {
            if ids.is_empty() || ids.len() > positions {
                return Err(Int8Error::Length { tokens: ids.len(), positions });
            }
            if let Some(id) = ids.iter().find(|id| **id as usize >= rows) {
                return Err(Int8Error::Id { id: *id, rows });
            }
        }
        match self.kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Vnni => {
                if let Some(kernel) = Vnni::detect() {
                    // SAFETY: a `Vnni` exists only where the CPU has these features.
                    unsafe { encode_vnni(self, sequences, scratch, kernel) }
                }
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => {
                if let Some(kernel) = Avx2::detect() {
                    // SAFETY: an `Avx2` exists only where the CPU has these features.
                    unsafe { encode_avx2(self, sequences, scratch, kernel) }
                }
            }
            _ => encode(self, sequences, scratch, Plain),
        }
        Ok(())
    }
}

/// Rows of one length as int8, to be compared with one question at a time: a quarter of the memory that is read
/// for f32 rows, which is what a scan of all of them takes its time for.
pub struct Int8Rows {
    rows: Linear,
    kernel: Kernel,
    count: usize,
}

impl fmt::Debug for Int8Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Int8Rows({} of {}, {:?})", self.count, self.rows.inputs, self.kernel)
    }
}

impl Int8Rows {
    /// Packs finite rows of `width` values; `None` where `width` is no multiple of 32.
    pub fn pack(rows: &[f32], width: usize) -> Option<Int8Rows> {
        if width == 0 || !width.is_multiple_of(QUANT) {
            return None;
        }
        let count = rows.len() / width;
        // Every kernel takes whole tiles, some two at a time.
        let padded = count.next_multiple_of(2 * TILE);
        let mut values = rows[..count * width].to_vec();
        values.resize(padded * width, 0.0);
        let rows = Linear::pack(&values, vec![0.0; padded], width);
        Some(Int8Rows { rows, kernel: Kernel::best(), count })
    }

    /// Dot product of a question with every row. `None` where its length is another one.
    ///
    /// For rows and question of length 1 and 384 values, most are within 0.001.
    pub fn products(&self, question: &[f32]) -> Option<Vec<f32>> {
        if question.len() != self.rows.inputs {
            return None;
        }
        let mut bytes = Bytes { bytes: vec![0; self.rows.inputs], scales: vec![(0.0, 0.0)] };
        let mut out = vec![0.0; self.rows.outputs];
        match self.kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Vnni => {
                if let Some(kernel) = Vnni::detect() {
                    // SAFETY: a `Vnni` exists only where the CPU has these features.
                    unsafe { product_vnni(&self.rows, question, &mut bytes, &mut out, kernel) }
                }
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => {
                if let Some(kernel) = Avx2::detect() {
                    // SAFETY: an `Avx2` exists only where the CPU has these features.
                    unsafe { product_avx2(&self.rows, question, &mut bytes, &mut out, kernel) }
                }
            }
            _ => product_of(&self.rows, question, &mut bytes, &mut out, Plain),
        }
        out.truncate(self.count);
        Some(out)
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn product_vnni(rows: &Linear, question: &[f32], bytes: &mut Bytes, out: &mut [f32], kernel: Vnni) {
    product_of(rows, question, bytes, out, kernel);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn product_avx2(rows: &Linear, question: &[f32], bytes: &mut Bytes, out: &mut [f32], kernel: Avx2) {
    product_of(rows, question, bytes, out, kernel);
}

#[inline(always)]
fn product_of(rows: &Linear, question: &[f32], bytes: &mut Bytes, out: &mut [f32], kernel: impl Multiply) {
    bytes.fill(question, rows.inputs);
    rows.apply(bytes, out, kernel);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn encode_vnni(encoder: &Int8Encoder, sequences: &[&[u32]], scratch: &mut Scratch, kernel: Vnni) {
    encode(encoder, sequences, scratch, kernel);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn encode_avx2(encoder: &Int8Encoder, sequences: &[&[u32]], scratch: &mut Scratch, kernel: Avx2) {
    encode(encoder, sequences, scratch, kernel);
}

/// The forward pass. It and what it calls are inlined into a function for each kernel, so that the
/// compiler uses the instructions of that kernel for the f32 loops too.
#[inline(always)]
fn encode(encoder: &Int8Encoder, sequences: &[&[u32]], scratch: &mut Scratch, kernel: impl Multiply) {
    let Dims { hidden, inner, heads, .. } = encoder.dims;
    let tokens: usize = sequences.iter().map(|ids| ids.len()).sum();
    let Scratch { states, qkv, context, attention, output, inner: expanded, bytes } = scratch;
    let states = grown(states, tokens * hidden);
    let qkv = grown(qkv, tokens * 3 * hidden);
    let context = grown(context, tokens * hidden);
    let output = grown(output, ROWS * hidden);
    let expanded = grown(expanded, ROWS * inner);
    grown(&mut bytes.bytes, ROWS * inner.max(hidden));
    grown(&mut bytes.scales, ROWS);

    let mut rows = states.chunks_exact_mut(hidden);
    for ids in sequences {
        for ((id, position), row) in ids.iter().zip(encoder.positions.chunks_exact(hidden)).zip(&mut rows) {
            row.copy_from_slice(position);
            encoder.words.add(*id as usize, row);
            encoder.norm.apply(row);
        }
    }
    for layer in &encoder.layers {
        for (states, qkv) in states.chunks(ROWS * hidden).zip(qkv.chunks_mut(ROWS * 3 * hidden)) {
            bytes.fill(states, hidden);
            layer.qkv.apply(bytes, qkv, kernel);
        }
        let (mut qkv, mut contexts) = (&*qkv, &mut *context);
        for ids in sequences {
            let (own, own_context);
            (own, qkv) = qkv.split_at(ids.len() * 3 * hidden);
            (own_context, contexts) = contexts.split_at_mut(ids.len() * hidden);
            attention.apply(own, hidden, heads, own_context, kernel);
        }
        for (states, context) in states.chunks_mut(ROWS * hidden).zip(context.chunks(ROWS * hidden)) {
            let output = &mut output[..states.len()];
            let expanded = &mut expanded[..states.len() / hidden * inner];
            bytes.fill(context, hidden);
            layer.out.apply(bytes, output, kernel);
            layer.out_norm.apply_sum(states, output);
            bytes.fill(states, hidden);
            layer.up.apply(bytes, expanded, kernel);
            gelu(expanded);
            bytes.fill(expanded, inner);
            layer.down.apply(bytes, output, kernel);
            layer.down_norm.apply_sum(states, output);
        }
    }
}

/// The first `length` elements; the vector never shrinks.
fn grown<T: Copy + Default>(vector: &mut Vec<T>, length: usize) -> &mut [T] {
    if vector.len() < length {
        vector.resize(length, T::default());
    }
    &mut vector[..length]
}

impl Bytes {
    /// Quantises rows of `width` values, at most `ROWS`.
    #[inline(always)]
    fn fill(&mut self, values: &[f32], width: usize) {
        let rows = values.chunks_exact(width).zip(self.bytes.chunks_exact_mut(width)).zip(&mut self.scales);
        for ((values, bytes), scale) in rows {
            *scale = quantise(values, bytes);
        }
    }
}

/// Rounds values to bytes over their own range; returns the offset and the step.
#[inline(always)]
fn quantise(values: &[f32], bytes: &mut [u8]) -> (f32, f32) {
    let lanes = values.as_chunks().0;
    let low = extreme(lanes, smaller);
    let step = (extreme(lanes, larger) - low) / 255.0;
    let factor = if step > 0.0 { step.recip() } else { 0.0 };
    for (byte, value) in bytes.iter_mut().zip(values) {
        // The sum has units in its lowest bits, rounded to nearest.
        *byte = ((value - low) * factor + ROUND).to_bits() as u8;
    }
    (low, step)
}

/// 2^23 + 2^22: f32 numbers of this size are integers, and adding it rounds.
const ROUND: f32 = 12_582_912.0;

impl Linear {
    /// Products of all rows in `bytes` that fit `out`, rows × outputs.
    #[inline(always)]
    fn apply<K: Multiply>(&self, bytes: &Bytes, out: &mut [f32], kernel: K) {
        let rows = out.len() / self.outputs;
        let step = K::TILES * self.inputs / STEP;
        let mut sums = [[0; TILE]; SUMS];
        for (number, tiles) in self.blocks.chunks_exact(step).enumerate() {
            let rest = &self.blocks[(number + 1) * step..];
            let mut next = rest[..rest.len().min(step)].chunks(step / K::PARTS);
            let mut row = 0;
            while row < rows {
                // As even as can be: few last rows would leave most registers idle.
                let left = rows - row;
                let count = left.div_ceil(left.div_ceil(K::ROWS));
                let part = &bytes.bytes[row * self.inputs..][..count * self.inputs];
                kernel.multiply(tiles, next.next().unwrap_or_default(), part, count, &mut sums);
                let out = &mut out[row * self.outputs..][..count * self.outputs];
                let scales = &bytes.scales[row..][..count];
                for (tile, sums) in sums.chunks_exact(K::ROWS).take(K::TILES).enumerate() {
                    self.finish(number * K::TILES + tile, sums, scales, out);
                }
                row += count;
            }
        }
    }

    /// Turns the integer sums of one tile into values of `out`, rows × outputs.
    #[inline(always)]
    fn finish(&self, tile: usize, sums: &[[i32; TILE]], scales: &[(f32, f32)], out: &mut [f32]) {
        let weights = &self.scales.as_chunks::<TILE>().0[tile];
        let offsets = &self.sums.as_chunks::<TILE>().0[tile];
        let bias = &self.bias.as_chunks::<TILE>().0[tile];
        for ((out, sums), (low, step)) in out.chunks_exact_mut(self.outputs).zip(sums).zip(scales) {
            // Not into `out` at once: the compiler could not know that it is apart from the rest.
            let mut values = [0.0; TILE];
            for i in 0..TILE {
                values[i] = sums[i] as f32 * (step * weights[i]) + (low * offsets[i] + bias[i]);
            }
            out.as_chunks_mut::<TILE>().0[tile] = values;
        }
    }
}

/// The most sums of a tile that a kernel computes at a time.
const SUMS: usize = 24;

/// `TILE` outputs each.
type Sums = [[i32; TILE]; SUMS];

/// A way to multiply bytes. Its value is proof that the CPU has the instructions.
trait Multiply: Copy {
    /// The most rows at a time.
    const ROWS: usize;
    /// Weight tiles at a time, 1 or 2; `ROWS` × `TILES` is at most `SUMS`.
    const TILES: usize;
    /// Calls for the same tiles between which to fetch the next tiles, about those for 8 to 16 rows.
    const PARTS: usize;
    /// Whether the CPU multiplies and adds f32 in one instruction.
    const FUSED: bool;

    /// Sums of bytes × weights: `sums[tile × ROWS + row][output]`, for 1 to `ROWS` rows.
    ///
    /// `tiles` are `TILES` × inputs / `STEP` blocks; `bytes` are rows × inputs.
    ///
    /// `ahead`, of `tiles` / `PARTS` blocks or none, will be needed soon: the kernel fetches it.
    fn multiply(self, tiles: &[Block], ahead: &[Block], bytes: &[u8], rows: usize, sums: &mut Sums);
}

#[derive(Clone, Copy)]
struct Plain;

impl Multiply for Plain {
    const ROWS: usize = 1;
    const TILES: usize = 1;
    const PARTS: usize = 1;
    const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

    #[inline(always)]
    fn multiply(self, tiles: &[Block], _ahead: &[Block], bytes: &[u8], _rows: usize, sums: &mut Sums) {
        let mut sum = [[0; TILE / 2]; 2];
        for (block, four) in tiles.iter().zip(bytes.as_chunks::<STEP>().0) {
            for (sum, half) in sum.iter_mut().zip(&block.0) {
                for (sum, weights) in sum.iter_mut().zip(half) {
                    for (weight, byte) in weights.iter().zip(four) {
                        *sum += i32::from(*weight) * i32::from(*byte);
                    }
                }
            }
        }
        sums[0].copy_from_slice(sum.as_flattened());
    }
}

#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
struct Avx2(());

#[cfg(target_arch = "x86_64")]
impl Avx2 {
    fn detect() -> Option<Avx2> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Avx2(()))
    }
}

#[cfg(target_arch = "x86_64")]
impl Multiply for Avx2 {
    const ROWS: usize = 2;
    const TILES: usize = 1;
    const PARTS: usize = 4;
    const FUSED: bool = true;

    #[inline(always)]
    fn multiply(self, tiles: &[Block], ahead: &[Block], bytes: &[u8], rows: usize, sums: &mut Sums) {
        // SAFETY: an `Avx2` exists only where the CPU has this feature.
        unsafe {
            match rows {
                1 => multiply_avx2::<1>(tiles, ahead, bytes, sums),
                _ => multiply_avx2::<2>(tiles, ahead, bytes, sums),
            }
        }
    }
}

/// `R` rows times one tile: 3 rows would spill registers.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx2")]
fn multiply_avx2<const R: usize>(tile: &[Block], ahead: &[Block], bytes: &[u8], sums: &mut Sums) {
    const STEPS: usize = GROUP / STEP;
    let tile = tile.as_chunks::<STEPS>().0;
    let width = tile.len() * GROUP;
    let rows: [&[[u8; GROUP]]; R] =
        std::array::from_fn(|row| bytes[row * width..][..width].as_chunks::<GROUP>().0);
    let ones = _mm256_set1_epi16(1);
    let mut wide = [[_mm256_setzero_si256(); 2]; R];
    for (group, blocks) in tile.iter().enumerate() {
        if let Some(block) = ahead.get(group) {
            _mm_prefetch::<_MM_HINT_T1>(block.0.as_ptr().cast());
        }
        let mut narrow = [[_mm256_setzero_si256(); 2]; R];
        for (step, block) in blocks.iter().enumerate() {
            let weights = [load(&block.0[0]), load(&block.0[1])];
            for row in 0..R {
                let four = rows[row][group].as_chunks::<STEP>().0[step];
                let four = _mm256_set1_epi32(i32::from_ne_bytes(four));
                for half in 0..2 {
                    // Cannot saturate, and the sum cannot overflow: see `LIMIT`.
                    let products = _mm256_maddubs_epi16(four, weights[half]);
                    narrow[row][half] = _mm256_add_epi16(narrow[row][half], products);
                }
            }
        }
        for row in 0..R {
            for half in 0..2 {
                let sum = _mm256_madd_epi16(narrow[row][half], ones);
                wide[row][half] = _mm256_add_epi32(wide[row][half], sum);
            }
        }
    }
    for (sums, wide) in sums.iter_mut().zip(&wide) {
        for (sums, wide) in sums.as_chunks_mut::<8>().0.iter_mut().zip(wide) {
            // SAFETY: `sums` are the 32 bytes of a register.
            unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), *wide) };
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
fn load(half: &[[i8; STEP]; TILE / 2]) -> __m256i {
    // SAFETY: `half` is the 32 bytes of a register.
    unsafe { _mm256_loadu_si256(half.as_ptr().cast()) }
}

#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
struct Vnni(());

#[cfg(target_arch = "x86_64")]
impl Vnni {
    /// All of these features came with the first CPU that had VNNI.
    fn detect() -> Option<Vnni> {
        let has = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        has.then_some(Vnni(()))
    }
}

#[cfg(target_arch = "x86_64")]
impl Multiply for Vnni {
    const ROWS: usize = 12;
    const TILES: usize = 2;
    const PARTS: usize = 2;
    const FUSED: bool = true;

    #[inline(always)]
    fn multiply(self, tiles: &[Block], ahead: &[Block], bytes: &[u8], rows: usize, sums: &mut Sums) {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe {
            match rows {
                1 => multiply_vnni::<1>(tiles, ahead, bytes, sums),
                2 => multiply_vnni::<2>(tiles, ahead, bytes, sums),
                3 => multiply_vnni::<3>(tiles, ahead, bytes, sums),
                4 => multiply_vnni::<4>(tiles, ahead, bytes, sums),
                5 => multiply_vnni::<5>(tiles, ahead, bytes, sums),
                6 => multiply_vnni::<6>(tiles, ahead, bytes, sums),
                7 => multiply_vnni::<7>(tiles, ahead, bytes, sums),
                8 => multiply_vnni::<8>(tiles, ahead, bytes, sums),
                9 => multiply_vnni::<9>(tiles, ahead, bytes, sums),
                10 => multiply_vnni::<10>(tiles, ahead, bytes, sums),
                11 => multiply_vnni::<11>(tiles, ahead, bytes, sums),
                _ => multiply_vnni::<12>(tiles, ahead, bytes, sums),
            }
        }
    }
}

/// `R` rows times two tiles: 12 rows leave 8 of 32 registers for weights and bytes.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx512f,avx512vnni")]
fn multiply_vnni<const R: usize>(tiles: &[Block], ahead: &[Block], bytes: &[u8], sums: &mut Sums) {
    let (first, second) = tiles.split_at(tiles.len() / 2);
    let width = first.len() * STEP;
    let rows: [&[[u8; STEP]]; R] =
        std::array::from_fn(|row| bytes[row * width..][..width].as_chunks::<STEP>().0);
    let mut wide = [[_mm512_setzero_si512(); 2]; R];
    for (step, (first, second)) in first.iter().zip(second).enumerate() {
        if let Some(block) = ahead.get(step) {
            _mm_prefetch::<_MM_HINT_T1>(block.0.as_ptr().cast());
        }
        // SAFETY: a block is the 64 bytes of a register.
        let weights = [first, second].map(|block| unsafe { _mm512_loadu_si512(block.0.as_ptr().cast()) });
        for row in 0..R {
            let four = _mm512_set1_epi32(i32::from_ne_bytes(rows[row][step]));
            for tile in 0..2 {
                wide[row][tile] = _mm512_dpbusd_epi32(wide[row][tile], four, weights[tile]);
            }
        }
    }
    for (row, wide) in wide.iter().enumerate() {
        for (tile, wide) in wide.iter().enumerate() {
            let sums = &mut sums[tile * Vnni::ROWS + row];
            // SAFETY: `sums` are the 64 bytes of a register.
            unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), *wide) };
        }
    }
}

impl Attention {
    /// Attention of one sequence: `qkv` is tokens × 3 hidden, `context` tokens × hidden.
    #[inline(always)]
    fn apply(
        &mut self,
        qkv: &[f32],
        hidden: usize,
        heads: usize,
        context: &mut [f32],
        kernel: impl Multiply,
    ) {
        let width = hidden / heads;
        let tokens = context.len() / hidden;
        let padded = tokens.next_multiple_of(LANES);
        let keys = grown(&mut self.keys, padded / LANES * width);
        let values = grown(&mut self.values, width / LANES * padded);
        let weights = grown(&mut self.weights, QUERIES * padded / LANES);
        for at in (0..hidden).step_by(width) {
            for (token, row) in qkv.chunks_exact(3 * hidden).enumerate() {
                let own = &mut keys[token / LANES * width..][..width];
                for (lanes, value) in own.iter_mut().zip(&row[hidden + at..]) {
                    lanes[token % LANES] = *value;
                }
                let own = row[2 * hidden + at..][..width].as_chunks().0;
                for (values, lanes) in values.chunks_exact_mut(padded).zip(own) {
                    values[token] = *lanes;
                }
            }
            for values in values.chunks_exact_mut(padded) {
                // They count nothing, but 0 times what was there before may be NaN.
                values[tokens..].fill([0.0; LANES]);
            }
            let head = Head { qkv, hidden, at, tokens, keys, values };
            for (group, context) in context.chunks_mut(QUERIES * hidden).enumerate() {
                let first = group * QUERIES;
                match context.len() / hidden {
                    1 => head.attend::<1, _>(first, context, weights, kernel),
                    2 => head.attend::<2, _>(first, context, weights, kernel),
                    3 => head.attend::<3, _>(first, context, weights, kernel),
                    _ => head.attend::<QUERIES, _>(first, context, weights, kernel),
                }
            }
        }
    }
}

/// One attention head of one sequence.
struct Head<'a> {
    /// Tokens × 3 hidden.
    qkv: &'a [f32],
    hidden: usize,
    /// Where the values of this head start in each part of a row.
    at: usize,
    tokens: usize,
    keys: &'a [[f32; LANES]],
    values: &'a [[f32; LANES]],
}

impl Head<'_> {
    /// Context, `R` × hidden, of `R` tokens from `first` on.
    #[inline(always)]
    fn attend<const R: usize, K: Multiply>(
        &self,
        first: usize,
        context: &mut [f32],
        weights: &mut [[f32; LANES]],
        kernel: K,
    ) {
        let Head { qkv, hidden, at, tokens, keys, values } = *self;
        let columns = tokens.div_ceil(LANES);
        let width = keys.len() / columns;
        let queries: [&[[f32; LANES]]; R] =
            std::array::from_fn(|row| qkv[(first + row) * 3 * hidden + at..][..width].as_chunks::<LANES>().0);
        for (column, keys) in keys.chunks_exact(width).enumerate() {
            let scores = product(queries, keys, kernel);
            for (row, scores) in scores.iter().enumerate() {
                weights[row * columns + column] = *scores;
            }
        }
        let mut factors = [0.0; R];
        for (weights, factor) in weights.chunks_exact_mut(columns).zip(&mut factors) {
            let last = &mut weights[columns - 1];
            last[(tokens - 1) % LANES + 1..].fill(f32::MIN);
            *factor = exponentials(weights).recip();
        }
        let weights: [&[[f32; LANES]]; R] = std::array::from_fn(|row| &weights[row * columns..][..columns]);
        for (part, values) in values.chunks_exact(columns * LANES).enumerate() {
            let sums = product(weights, values, kernel);
            for ((sums, factor), context) in sums.iter().zip(factors).zip(context.chunks_exact_mut(hidden)) {
                for (value, sum) in context[at + part * LANES..].iter_mut().zip(sums) {
                    *value = sum * factor;
                }
            }
        }
    }
}

/// `left`, `R` × depth, times `right`, depth × `LANES`; the depth is a multiple of `LANES`.
#[inline(always)]
fn product<const R: usize, K: Multiply>(
    left: [&[[f32; LANES]]; R],
    right: &[[f32; LANES]],
    _kernel: K,
) -> [[f32; LANES]; R] {
    let mut sums = [[0.0; LANES]; R];
    for (part, right) in right.as_chunks::<LANES>().0.iter().enumerate() {
        let left = left.map(|row| &row[part]);
        for (i, lanes) in right.iter().enumerate() {
            for row in 0..R {
                for column in 0..LANES {
                    let (a, b, sum) = (left[row][i], lanes[column], sums[row][column]);
                    sums[row][column] = if K::FUSED { a.mul_add(b, sum) } else { a * b + sum };
                }
            }
        }
    }
    sums
}

/// Replaces scores by the exponentials of their distance from the largest, and returns the sum.
#[inline(always)]
fn exponentials(scores: &mut [[f32; LANES]]) -> f32 {
    let largest = extreme(scores, larger);
    let mut sums = [0.0; LANES];
    for lanes in scores {
        for i in 0..LANES {
            lanes[i] = exp(lanes[i] - largest);
            sums[i] += lanes[i];
        }
    }
    reduce(sums, add)
}

/// e^x for x ≤ 0, to a relative error of 5e-6; 1e-30 below -69, which spares the CPU subnormal numbers.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let power = larger(x * std::f32::consts::LOG2_E, -100.0);
    let rounded = power + ROUND;
    let rest = power - (rounded - ROUND);
    // 2^rest for -0.5 to 0.5, fitted for the least relative error.
    let mut value = 0.001_327_647_3_f32;
    for factor in [0.009_675_542, 0.055_507_13, 0.240_221_2, 0.693_146_94, 1.000_000_1] {
        value = value * rest + factor;
    }
    // The lowest bits of `rounded` are the whole power: add it to the exponent.
    f32::from_bits(value.to_bits().wrapping_add(rounded.to_bits() << 23))
}

/// Applies `gelu_of` to values of a multiple of `LANES`.
#[inline(always)]
fn gelu(values: &mut [f32]) {
    for lanes in values.as_chunks_mut::<LANES>().0 {
        for x in lanes {
            *x = gelu_of(*x);
        }
    }
}

/// x × Φ(x), the GELU with an error function, to 3e-6.
#[inline(always)]
fn gelu_of(x: f32) -> f32 {
    // erf(x / √2) as x × P(x²) / Q(x²), fitted for the least error of the result. It is 1 beyond 5.
    let near = larger(smaller(x, 5.0), -5.0);
    let square = near * near;
    let mut above = -1.999_017_6e-7;
    for factor in [9.718_06e-5, 0.008_394_678, 0.056_061_007, 0.797_924_64] {
        above = above * square + factor;
    }
    let mut below = 0.001_405_786_4;
    for factor in [0.024_863_56, 0.237_090_74, 1.0] {
        below = below * square + factor;
    }
    0.5 * x * (1.0 + near * above / below)
}

impl Norm {
    /// Normalises each row of `states` plus the same row of `output`.
    #[inline(always)]
    fn apply_sum(&self, states: &mut [f32], output: &[f32]) {
        let width = self.weight.len();
        for (row, output) in states.chunks_exact_mut(width).zip(output.chunks_exact(width)) {
            for (value, output) in row.iter_mut().zip(output) {
                *value += output;
            }
            self.apply(row);
        }
    }

    /// Normalises one row.
    #[inline(always)]
    fn apply(&self, row: &mut [f32]) {
        let width = row.len() as f32;
        let mut sums = [0.0; LANES];
        for lanes in row.as_chunks::<LANES>().0 {
            for i in 0..LANES {
                sums[i] += lanes[i];
            }
        }
        let mean = reduce(sums, add) / width;
        let mut squares = [0.0; LANES];
        for lanes in row.as_chunks::<LANES>().0 {
            for i in 0..LANES {
                squares[i] += (lanes[i] - mean) * (lanes[i] - mean);
            }
        }
        let factor = (reduce(squares, add) / width + self.epsilon).sqrt().recip();
        for ((value, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
            *value = (*value - mean) * factor * weight + bias;
        }
    }
}

/// The smallest or largest value of at least one row of lanes.
#[inline(always)]
fn extreme(values: &[[f32; LANES]], choose: impl Fn(f32, f32) -> f32) -> f32 {
    let mut found = values[0];
    for lanes in values {
        for i in 0..LANES {
            found[i] = choose(lanes[i], found[i]);
        }
    }
    reduce(found, choose)
}

/// Joins all lanes, always in the same order.
#[inline(always)]
fn reduce(mut lanes: [f32; LANES], join: impl Fn(f32, f32) -> f32) -> f32 {
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] = join(lanes[i], lanes[i + half]);
        }
    }
    lanes[0]
}

#[inline(always)]
fn add(a: f32, b: f32) -> f32 {
    a + b
}

/// One instruction, unlike `f32::max`, which cares about NaN.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// One instruction, unlike `f32::min`, which cares about NaN.
#[inline(always)]
fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// xorshift64*.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
        }

        /// -1 to 1.
        fn unit(&mut self) -> f32 {
            self.next() as f32 / (1_u64 << 31) as f32 - 1.0
        }
    }

    /// The weights of one output as packed.
    fn unpacked(linear: &Linear, output: usize) -> Vec<i32> {
        let steps = linear.inputs / STEP;
        let (tile, at) = (output / TILE, output % TILE);
        let blocks = &linear.blocks[tile * steps..][..steps];
        blocks.iter().flat_map(|block| block.0[at / 8][at % 8]).map(i32::from).collect()
    }

    /// Weights that are random, all at their limits, or a few large ones among small ones.
    fn weights(kind: usize, length: usize, random: &mut Random) -> Vec<f32> {
        (0..length)
            .map(|i| match kind {
                0 => random.unit(),
                1 => 1.0,
                2 => -1.0,
                3 if i / 2 % 2 == 0 => 1.0,
                3 => -1.0,
                _ => random.unit().powi(15) * 1e3,
            })
            .collect()
    }

    /// Holds the sums of a kernel against plain arithmetic, exactly.
    fn check<K: Multiply>(kernel: K, random: &mut Random) {
        let (sizes, outputs): (&[usize], usize) =
            if cfg!(miri) { (&[32], 32) } else { (&[32, 96, 384, 1536], 64) };
        for (inputs, kind) in sizes.iter().flat_map(|inputs| (0..5).map(|kind| (*inputs, kind))) {
            let linear = Linear::pack(&weights(kind, outputs * inputs, random), vec![0.0; outputs], inputs);
            let weights: Vec<Vec<i32>> = (0..outputs).map(|output| unpacked(&linear, output)).collect();
            for rows in (1..=K::ROWS).filter(|rows| !cfg!(miri) || rows % 5 == kind) {
                // Any bytes, the least and the largest, or the largest alone.
                let mut byte = || match rows % 3 {
                    0 => random.next() as u8,
                    1 => 255,
                    _ => 255 * (random.next() & 1) as u8,
                };
                let bytes: Vec<u8> = (0..rows * inputs).map(|_| byte()).collect();
                let mut sums = [[0; TILE]; SUMS];
                let step = K::TILES * inputs / STEP;
                for (number, tiles) in linear.blocks.chunks_exact(step).enumerate() {
                    let ahead = if number == 0 { &tiles[..step / K::PARTS] } else { &[] };
                    kernel.multiply(tiles, ahead, &bytes, rows, &mut sums);
                    for (tile, row) in (0..K::TILES).flat_map(|tile| (0..rows).map(move |row| (tile, row))) {
                        let bytes = &bytes[row * inputs..][..inputs];
                        for (output, got) in sums[tile * K::ROWS + row].iter().enumerate() {
                            let weights = &weights[(number * K::TILES + tile) * TILE + output];
                            let want: i32 = weights.iter().zip(bytes).map(|(w, b)| w * i32::from(*b)).sum();
                            assert_eq!(*got, want, "{inputs} inputs, kind {kind}, {rows} rows, {output}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn kernels_get_the_same_sums() {
        let mut random = Random(1);
        check(Plain, &mut random);
        #[cfg(target_arch = "x86_64")]
        {
            Avx2::detect().inspect(|kernel| check(*kernel, &mut random));
            Vnni::detect().inspect(|kernel| check(*kernel, &mut random));
        }
    }

    #[test]
    fn packed_weights_are_near_and_cannot_overflow() {
        let mut random = Random(2);
        for kind in 0..5 {
            let weights = weights(kind, 32 * 384, &mut random);
            let linear = Linear::pack(&weights, vec![0.0; 32], 384);
            for (output, weights) in weights.chunks_exact(384).enumerate() {
                let units = unpacked(&linear, output);
                let scale = linear.scales[output];
                for (unit, weight) in units.iter().zip(weights) {
                    assert!((*unit as f32 * scale - weight).abs() <= 0.5001 * scale, "kind {kind}");
                }
                for group in units.chunks_exact(GROUP) {
                    for lane in 0..2 {
                        let lane = group.chunks_exact(2).skip(lane).step_by(2).flatten();
                        let (positive, negative): (Vec<i32>, Vec<i32>) = lane.partition(|unit| **unit > 0);
                        assert!(positive.iter().sum::<i32>() * 255 <= i32::from(i16::MAX));
                        assert!(negative.iter().sum::<i32>() * 255 >= i32::from(i16::MIN));
                    }
                }
                let sum = scale * units.iter().sum::<i32>() as f32;
                assert_eq!(linear.sums[output], sum);
            }
        }
        let zero = Linear::pack(&[0.0; 32 * 32], vec![1.0; 32], 32);
        assert!(unpacked(&zero, 5).iter().all(|unit| *unit == 0) && zero.scales[5] == 0.0);
    }

    #[test]
    fn a_scan_of_packed_rows_is_near_the_exact_one() {
        let mut random = Random(7);
        let unit = |random: &mut Random| -> Vec<f32> {
            let row: Vec<f32> = (0..384).map(|_| random.unit() - 0.5).collect();
            let length = row.iter().map(|v| v * v).sum::<f32>().sqrt();
            row.iter().map(|v| v / length).collect()
        };
        let rows: Vec<Vec<f32>> = (0..100).map(|_| unit(&mut random)).collect();
        let question = unit(&mut random);
        let packed = Int8Rows::pack(&rows.concat(), 384).unwrap();
        let products = packed.products(&question).unwrap();
        assert_eq!(products.len(), 100);
        for (row, product) in rows.iter().zip(products) {
            let exact: f32 = row.iter().zip(&question).map(|(a, b)| a * b).sum();
            assert!((exact - product).abs() < 4e-3, "{exact} {product}");
        }
        assert!(packed.products(&question[1..]).is_none());
        assert!(Int8Rows::pack(&[1.0; 20], 20).is_none());
    }

    #[test]
    fn bytes_are_near_their_values() {
        let mut random = Random(3);
        let mut bytes = [0; 384];
        for offset in [0.0, 100.0, -7.0] {
            let values: Vec<f32> = (0..384).map(|_| random.unit() + offset).collect();
            let (low, step) = quantise(&values, &mut bytes);
            for (byte, value) in bytes.iter().zip(&values) {
                assert!((low + step * f32::from(*byte) - value).abs() < 0.51 * step);
            }
            assert!(bytes.contains(&0) && bytes.contains(&255));
        }
        assert_eq!(quantise(&[3.0; 384], &mut bytes), (3.0, 0.0));
        assert_eq!(bytes, [0; 384]);
    }

    #[test]
    fn functions_are_as_exact_as_they_say() {
        for i in 0..=69_000 {
            let x = i as f32 / -1000.0;
            let want = f64::from(x).exp();
            assert!((f64::from(exp(x)) / want - 1.0).abs() < 5e-6, "e^{x}");
        }
        assert!(exp(-1e9) < 1e-30 && exp(f32::MIN) < 1e-30 && (exp(0.0) - 1.0).abs() < 2e-7);

        for i in -12_000..=12_000 {
            let x = i as f32 / 1000.0;
            let want = f64::from(x) * distribution(f64::from(x));
            let got = f64::from(gelu_of(x));
            assert!((got - want).abs() < 1e-5, "GELU of {x}: {got} for {want}");
        }
    }

    /// Φ by Simpson's rule.
    fn distribution(x: f64) -> f64 {
        let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let width = x.min(8.0) / 200.0;
        let weight = |i: i32| if i == 0 || i == 200 { 1.0 } else { f64::from(2 + i % 2 * 2) };
        0.5 + (0..=200).map(|i| weight(i) * density(f64::from(i) * width)).sum::<f64>() * width / 3.0
    }

    #[test]
    fn rows_are_read_as_stored() {
        assert_eq!(half(0x3c00), 1.0);
        assert_eq!(half(0xc100), -2.5);
        assert_eq!(half(0x0001), 2_f32.powi(-24));
        assert_eq!(half(0x7bff), 65504.0);

        // Scale 0.5, of the second row; the first is another.
        let mut four_bits = vec![0x77; Q4_0_BYTES];
        four_bits.extend([0x00, 0x38]);
        four_bits.extend((0..16).map(|i| i | (15 - i) << 4));
        let mut eight_bits = vec![0x77; Q8_0_BYTES];
        eight_bits.extend([0x00, 0x38]);
        eight_bits.extend((0..32).map(|i| (i - 16_i8).cast_unsigned()));
        let from_four: Vec<f32> =
            (0..32).map(|i| 0.5 * (if i < 16 { i - 8 } else { 31 - i - 8 }) as f32).collect();
        let from_eight: Vec<f32> = (0..32).map(|i| 0.5 * (i - 16) as f32).collect();
        let plain: Vec<f32> = (0..64).map(|i| i as f32).collect();
        for (rows, want) in [
            (Rows::Q4_0(four_bits), from_four),
            (Rows::Q8_0(eight_bits), from_eight),
            (Rows::F32(plain.clone()), plain[32..].to_vec()),
        ] {
            assert_eq!(rows.count(32), Ok(2));
            let mut sum = [10.0; 32];
            rows.add(1, &mut sum);
            assert!(sum.iter().zip(&want).all(|(sum, want)| *sum == 10.0 + want));
        }
        assert!(Rows::Q4_0(vec![0; 17]).count(32).is_err());
        assert!(Rows::F32(vec![]).count(32).is_err());
        assert!(Rows::F32(vec![f32::NAN; 32]).count(32).is_err());
        assert!(Rows::Q8_0(vec![0xff; Q8_0_BYTES]).count(32).is_err());
    }

    /// A small model with made-up weights.
    fn tiny() -> Int8Encoder {
        let dims = Dims { hidden: 32, layers: 2, heads: 2, inner: 64, epsilon: 1e-12, first_position: 0 };
        let mut state = 1_u32;
        let mut made = |count: usize, around: f32| -> Vec<f32> {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                around + (state >> 8) as f32 / (1 << 24) as f32 * 0.4 - 0.2
            };
            (0..count).map(|_| next()).collect()
        };
        let words = Rows::F32(made(9 * 32, 0.0));
        let mut tensor = |name: &str| {
            let count = match name {
                _ if name.contains("LayerNorm") => 32,
                "embeddings.position_embeddings.weight" => 40 * 32,
                "embeddings.token_type_embeddings.weight" => 2 * 32,
                _ if name.contains("attention") && name.ends_with("weight") => 32 * 32,
                _ if name.ends_with("intermediate.dense.bias") => 64,
                _ if name.ends_with("weight") => 64 * 32,
                _ => 32,
            };
            Ok(made(count, if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 }))
        };
        Int8Encoder::new(dims, words, &mut tensor).unwrap()
    }

    #[test]
    fn every_kernel_gives_the_same_states_and_a_batch_those_of_one_by_one() {
        let texts: [&[u32]; 3] = [&[1], &[3, 1, 4, 1, 5], &[8; 40]];
        let plain = tiny().with_kernel(Kernel::Plain).unwrap();
        let mut scratch = Scratch::default();
        for kernel in Kernel::ALL.into_iter().filter(|k| k.is_available()) {
            let encoder = tiny().with_kernel(kernel).unwrap();
            assert_eq!(encoder.kernel(), kernel);
            let alone: Vec<Vec<f32>> =
                texts.iter().map(|ids| encoder.forward(ids, &mut scratch).unwrap().to_vec()).collect();
            for (ids, states) in texts.iter().zip(&alone) {
                let wanted = plain.forward(ids, &mut scratch).unwrap();
                let apart = states.iter().zip(wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(apart < 1e-3, "{kernel:?}: {apart}");
            }
            let mut together = vec![Vec::new(); 3];
            let mut each = |at: usize, states: &[f32]| together[at] = states.to_vec();
            encoder.forward_batch(&texts, &mut scratch, &mut each).unwrap();
            assert_eq!(together, alone, "{kernel:?}");
        }
        for kernel in Kernel::ALL.into_iter().filter(|k| !k.is_available()) {
            assert!(matches!(tiny().with_kernel(kernel), Err(Int8Error::Kernel(_))));
        }
        assert!(matches!(plain.forward(&[9], &mut scratch), Err(Int8Error::Id { id: 9, rows: 9 })));
        assert!(matches!(plain.forward(&[], &mut scratch), Err(Int8Error::Length { .. })));
        assert!(matches!(plain.forward(&[1; 41], &mut scratch), Err(Int8Error::Length { .. })));
    }
}

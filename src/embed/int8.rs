//! Int8 forward pass of BERT-type encoders (post-norm, erf GELU, learned absolute positions).
//!
//! Weights are packed once, at load, as int8 with one scale an output. Activations become bytes with a
//! step and an offset a token, just before each matrix product; everything else stays f32: attention,
//! layer norm, GELU, residuals.
//!
//! Three kernels multiply bytes, chosen by what the CPU offers. All of them get the same integers, and
//! the f32 code is one source over the operations of [`Vector`], whose sums have a fixed order, compiled once a
//! kernel. So the hidden states of both vector kernels are the same bits, and an index may move between machines. Those
//! of the plain kernel differ by rounding where the CPU does not multiply and add in one instruction.
//!
//! AVX2 has no instruction that multiplies bytes into 32-bit sums: `vpmaddubsw` gives 16-bit sums of two
//! products, and widening each of them costs as much as the product. So the weights are scaled until no
//! sum of `GROUP` / 2 products can leave 16 bits, and only those sums are widened. The product is 1.4 times
//! as fast, for a good bit of each weight; what that costs is told in models/README.md.
//!
//! Some channels of what a layer norm gives are far larger than others and would take nearly all of a byte for
//! themselves. So a model may tell a factor a channel for each product that reads a layer norm
//! (`attention.self.smooth`, `intermediate.smooth`): the channel is divided by it before it becomes a byte, and its
//! weights are multiplied by it when they are packed, which changes nothing but what is lost.
//!
//! A question of 16 tokens reads all weights, 21 MB, within two milliseconds. So they lie in the order of their
//! use, in huge pages, are fetched before their use, and pass once while the rows of a call wait in panels. Scale,
//! bias, GELU and residual are applied where the sums of a product appear.

#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "the byte products exist as CPU intrinsics only")
)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
use std::fmt;
use std::ops::Range;

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
/// Bytes of weights before their use at which to fetch them.
#[cfg(target_arch = "x86_64")]
const AHEAD: usize = 8192;
/// A page of the size that spares the CPU most look-ups of addresses.
const HUGE: usize = 2 << 20;
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
    /// Plain Rust, for any CPU: slower than a forward pass in f32, and there to hold the others against.
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
    /// The weights of all layers, in the order of their use.
    blocks: Blocks,
}

/// Working memory of one thread, reused between calls; it grows to the largest call.
#[derive(Default)]
pub struct Scratch {
    /// Hidden states, tokens × hidden.
    states: Vec<f32>,
    /// Queries, keys and values, 3 hidden / `LANES` × tokens × `LANES`.
    qkv: Vec<Lanes>,
    /// Attention output, tokens × hidden.
    context: Vec<f32>,
    attention: Attention,
    /// Feed-forward values, `ROWS` × inner.
    inner: Vec<f32>,
    /// Smallest and largest feed-forward values of each row.
    ranges: Vec<(Lanes, Lanes)>,
    bytes: Bytes,
}

/// Values of a vectorised f32 loop.
type Lanes = [f32; LANES];

/// Working memory of the attention of one head.
#[derive(Default)]
struct Attention {
    /// Head values × `LANES` queries.
    queries: Vec<Lanes>,
    /// Tokens × `LANES` queries.
    weights: Vec<Lanes>,
}

/// Activations as bytes, for at most `ROWS` tokens: value = low + step × byte.
#[derive(Default)]
struct Bytes {
    /// Panels of rows that a kernel takes together, each inputs / `STEP` × rows × `STEP` inputs: a kernel
    /// reads them from the first to the last.
    panels: Vec<[u8; STEP]>,
    /// Offset and step of each row.
    scales: Vec<(f32, f32)>,
}

struct Layer {
    /// Query, key and value in one; the query holds the factor of the attention scores.
    qkv: Linear,
    /// What their inputs are multiplied by before they become bytes; empty: by nothing. So below.
    qkv_even: Vec<f32>,
    out: Linear,
    out_norm: Norm,
    up: Linear,
    up_even: Vec<f32>,
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
    /// Outputs / `TILE` × inputs / `STEP` of the packed weights. Tiles that a kernel takes together alternate.
    blocks: Range<usize>,
    /// Outputs / `TILE`.
    tiles: Vec<Tile>,
}

/// What turns the sums of `TILE` outputs into values.
#[derive(Clone, Copy)]
struct Tile {
    /// Value of one unit of a weight.
    scale: Lanes,
    /// Sum of the weights as packed: what an offset of 1 in all inputs adds.
    sum: Lanes,
    bias: Lanes,
}

/// Weights of `TILE` outputs × `STEP` inputs, signed.
type Block = [u8; TILE * STEP];

/// Packed weights in one piece.
enum Blocks {
    /// In huge pages where the system has them. The first one starts at this byte.
    Mapped(memmap2::MmapMut, usize),
    Owned(Vec<Block>),
}

impl Blocks {
    fn new(count: usize) -> Blocks {
        let length = count * size_of::<Block>();
        // Less would fill no huge page. A system without room says so again where it matters.
        if length >= HUGE
            && let Ok(map) = memmap2::MmapMut::map_anon(length + HUGE)
        {
            // Only what fills pages that are aligned as well gets them; a refusal costs speed alone.
            #[cfg(target_os = "linux")]
            let _ = map.advise(memmap2::Advice::HugePage);
            let first = map.as_ptr().addr().wrapping_neg() % HUGE;
            return Blocks::Mapped(map, first);
        }
        Blocks::Owned(vec![[0; TILE * STEP]; count])
    }

    fn all(&self) -> &[Block] {
        match self {
            Blocks::Mapped(map, first) => map[*first..].as_chunks().0,
            Blocks::Owned(blocks) => blocks,
        }
    }

    fn all_mut(&mut self) -> &mut [Block] {
        match self {
            Blocks::Mapped(map, first) => map[*first..].as_chunks_mut().0,
            Blocks::Owned(blocks) => blocks,
        }
    }
}

/// Fills [`Blocks`] one matrix after the other.
struct Packer {
    blocks: Blocks,
    used: usize,
    /// Tiles that the kernel takes together.
    together: usize,
}

impl fmt::Display for Int8Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Int8Error::Dims(why) => write!(f, "{why}"),
            Int8Error::Tensor { name, why } => write!(f, "tensor {name}: {why}"),
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

    /// Weight tiles that it takes together.
    fn tiles(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Kernel::Vnni => Vnni::TILES,
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => Avx2::TILES,
            _ => Plain::TILES,
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

/// Reads tensors by name, checks and packs them.
struct Source<'a> {
    tensors: &'a mut dyn FnMut(&str) -> Result<Vec<f32>, String>,
    packer: Packer,
}

impl Source<'_> {
    fn tensor(&mut self, name: &str) -> Result<Vec<f32>, Int8Error> {
        let fail = |why| Int8Error::Tensor { name: name.to_owned(), why };
        let values = (self.tensors)(name).map_err(fail)?;
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

    /// Multiplies the weights by the factors of their channels; gives what the inputs are to be multiplied by.
    fn smooth(&mut self, name: &str, weights: &mut [f32], inputs: usize) -> Result<Vec<f32>, Int8Error> {
        let name = format!("{name}.smooth");
        let factors = self.tensor(&name)?;
        if factors.is_empty() {
            return Ok(factors);
        }
        if factors.len() != inputs || factors.iter().any(|factor| !(1e-6..1e6).contains(factor)) {
            let why = format!("not {inputs} factors between a millionth and a million");
            return Err(Int8Error::Tensor { name, why });
        }
        for row in weights.chunks_exact_mut(inputs) {
            row.iter_mut().zip(&factors).for_each(|(weight, factor)| *weight *= factor);
        }
        Ok(factors.into_iter().map(f32::recip).collect())
    }

    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<Linear, Int8Error> {
        let (weights, bias) = self.matrix(name, outputs, inputs)?;
        Ok(self.packer.pack(&weights, &bias, inputs))
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
        let qkv_even = self.smooth(&name("attention.self"), &mut weights, hidden)?;
        let qkv = self.packer.pack(&weights, &bias, hidden);
        let out = self.linear(&name("attention.output.dense"), hidden, hidden)?;
        let (mut weights, bias) = self.matrix(&name("intermediate.dense"), inner, hidden)?;
        let up_even = self.smooth(&name("intermediate"), &mut weights, hidden)?;
        Ok(Layer {
            qkv,
            qkv_even,
            out,
            out_norm: self.norm(&name("attention.output.LayerNorm"), dims)?,
            up: self.packer.pack(&weights, &bias, hidden),
            up_even,
            down: self.linear(&name("output.dense"), hidden, inner)?,
            down_norm: self.norm(&name("output.LayerNorm"), dims)?,
        })
    }
}

impl Packer {
    /// Room for `weights` weights.
    fn new(weights: usize, kernel: Kernel) -> Packer {
        let blocks = Blocks::new(weights / (TILE * STEP));
        Packer { blocks, used: 0, together: kernel.tiles() }
    }

    /// Quantises and packs outputs × inputs finite weights.
    fn pack(&mut self, weights: &[f32], bias: &[f32], inputs: usize) -> Linear {
        let outputs = bias.len();
        let steps = inputs / STEP;
        let range = self.used..self.used + outputs / TILE * steps;
        self.used = range.end;
        let blocks = &mut self.blocks.all_mut()[range.clone()];
        let mut tiles = Vec::with_capacity(outputs / TILE);
        let mut units = vec![0.0; inputs];
        let of_tiles = weights.chunks_exact(TILE * inputs).zip(bias.as_chunks::<TILE>().0);
        for (number, (weights, bias)) in of_tiles.enumerate() {
            let mut tile = Tile { scale: [0.0; LANES], sum: [0.0; LANES], bias: *bias };
            let group = &mut blocks[number / self.together * self.together * steps..];
            for (output, weights) in weights.chunks_exact(inputs).enumerate() {
                let scale = quantise_weights(weights, &mut units);
                tile.scale[output] = scale;
                // Exact: whole numbers of at most 8 + 16 bits.
                tile.sum[output] = scale * units.iter().sum::<f32>();
                let own = group[number % self.together..].iter_mut().step_by(self.together);
                for (block, four) in own.zip(units.as_chunks::<STEP>().0) {
                    block.as_chunks_mut().0[output] = four.map(|unit| (unit as i8).cast_unsigned());
                }
            }
            tiles.push(tile);
        }
        Linear { inputs, outputs, blocks: range, tiles }
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
    /// model before it, such as `encoder.layer.0.attention.self.query.weight`; nothing for factors (`….smooth`) that
    /// the model doesn't tell.
    ///
    /// The kernel decides how, so that it is chosen here: [`Kernel::best`], but for measurements.
    pub fn new(
        dims: Dims,
        words: Rows,
        tensors: &mut dyn FnMut(&str) -> Result<Vec<f32>, String>,
        kernel: Kernel,
    ) -> Result<Int8Encoder, Int8Error> {
        if !kernel.is_available() {
            return Err(Int8Error::Kernel(kernel));
        }
        dims.check()?;
        let hidden = dims.hidden;
        let refuse = |name: &str, why| Int8Error::Tensor { name: name.to_owned(), why };
        let vocabulary =
            words.count(hidden).map_err(|why| refuse("embeddings.word_embeddings.weight", why))?;
        let weights = dims.layers * hidden * (4 * hidden + 2 * dims.inner);
        let mut source = Source { tensors, packer: Packer::new(weights, kernel) };
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
        let blocks = source.packer.blocks;
        Ok(Int8Encoder { dims, kernel, words, vocabulary, positions, norm, layers, blocks })
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
    blocks: Blocks,
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
        let kernel = Kernel::best();
        let mut packer = Packer::new(values.len(), kernel);
        let rows = packer.pack(&values, &vec![0.0; padded], width);
        Some(Int8Rows { rows, blocks: packer.blocks, kernel, count })
    }

    /// Dot product of a question with every row. `None` where its length is another one.
    ///
    /// For rows and question of length 1 and 384 values, most are within 0.001.
    pub fn products(&self, question: &[f32]) -> Option<Vec<f32>> {
        if question.len() != self.rows.inputs {
            return None;
        }
        let mut bytes = Bytes::default();
        bytes.grow(1, self.rows.inputs);
        let mut out = vec![0.0; self.rows.outputs];
        match self.kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Vnni => {
                if let Some(kernel) = Vnni::detect() {
                    // SAFETY: a `Vnni` exists only where the CPU has these features.
                    unsafe { product_vnni(self, question, &mut bytes, &mut out, kernel) }
                }
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => {
                if let Some(kernel) = Avx2::detect() {
                    // SAFETY: an `Avx2` exists only where the CPU has these features.
                    unsafe { product_avx2(self, question, &mut bytes, &mut out, kernel) }
                }
            }
            _ => product_of(self, question, &mut bytes, &mut out, Plain),
        }
        out.truncate(self.count);
        Some(out)
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn product_vnni(rows: &Int8Rows, question: &[f32], bytes: &mut Bytes, out: &mut [f32], kernel: Vnni) {
    product_of(rows, question, bytes, out, kernel);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn product_avx2(rows: &Int8Rows, question: &[f32], bytes: &mut Bytes, out: &mut [f32], kernel: Avx2) {
    product_of(rows, question, bytes, out, kernel);
}

#[inline(always)]
fn product_of<K: Multiply>(rows: &Int8Rows, question: &[f32], bytes: &mut Bytes, out: &mut [f32], kernel: K) {
    bytes.fill(question, rows.rows.inputs, &[], kernel);
    rows.rows.apply(
        rows.blocks.all(),
        bytes,
        1,
        &mut Products { out: out.as_chunks_mut().0, width: rows.rows.outputs / LANES },
        kernel,
    );
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
fn encode<K: Multiply>(encoder: &Int8Encoder, sequences: &[&[u32]], scratch: &mut Scratch, kernel: K) {
    let Dims { hidden, inner, heads, .. } = encoder.dims;
    let tokens: usize = sequences.iter().map(|ids| ids.len()).sum();
    let Scratch { states, qkv, context, attention, inner: expanded, ranges, bytes } = scratch;
    let states = grown(states, tokens * hidden);
    let qkv = grown(qkv, tokens * 3 * hidden / LANES);
    let context = grown(context, tokens * hidden);
    let expanded = grown(expanded, ROWS * inner);
    let ranges = grown(ranges, ROWS);
    bytes.grow(ROWS, inner.max(hidden));
    let blocks = encoder.blocks.all();

    let mut rows = states.chunks_exact_mut(hidden);
    for ids in sequences {
        for ((id, position), row) in ids.iter().zip(encoder.positions.chunks_exact(hidden)).zip(&mut rows) {
            row.copy_from_slice(position);
            encoder.words.add(*id as usize, row);
            encoder.norm.apply(row, &[], kernel);
        }
    }
    // As even as can be: a few last rows would pass through all weights alone.
    let most = tokens.div_ceil(tokens.div_ceil(ROWS).max(1)).max(1);
    if let Some(layer) = encoder.layers.first() {
        for (number, states) in states.chunks(most * hidden).enumerate() {
            let rows = states.len() / hidden;
            bytes.fill(states, hidden, &layer.qkv_even, kernel);
            let mut heads = Columns { out: &mut *qkv, tokens, first: number * most };
            layer.qkv.apply(blocks, bytes, rows, &mut heads, kernel);
        }
    }
    for (number, layer) in encoder.layers.iter().enumerate() {
        let mut first = 0;
        for ids in sequences {
            let own =
                Sequence { qkv, total: tokens, first, tokens: ids.len(), hidden, width: hidden / heads };
            attention.apply(&own, &mut context[first * hidden..][..ids.len() * hidden], kernel);
            first += ids.len();
        }
        let next = encoder.layers.get(number + 1);
        let parts = states.chunks_mut(most * hidden).zip(context.chunks(most * hidden));
        for (part, (states, context)) in parts.enumerate() {
            let rows = states.len() / hidden;
            bytes.fill(context, hidden, &[], kernel);
            layer.out.apply(blocks, bytes, rows, &mut Residual::of(states, hidden), kernel);
            bytes.fill_normed(states, &layer.out_norm, &layer.up_even, kernel);
            ranges.fill(([f32::MAX; LANES], [f32::MIN; LANES]));
            let mut gelu =
                Gelu { out: expanded.as_chunks_mut().0, width: inner / LANES, ranges: &mut *ranges };
            layer.up.apply(blocks, bytes, rows, &mut gelu, kernel);
            bytes.fill_within(&expanded[..rows * inner], inner, ranges, kernel);
            layer.down.apply(blocks, bytes, rows, &mut Residual::of(states, hidden), kernel);
            bytes.fill_normed(states, &layer.down_norm, next.map_or(&[][..], |next| &next.qkv_even), kernel);
            if let Some(next) = next {
                let mut heads = Columns { out: &mut *qkv, tokens, first: part * most };
                next.qkv.apply(blocks, bytes, rows, &mut heads, kernel);
            }
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

/// Rows that a kernel takes together.
#[derive(Clone, Copy)]
struct Panel {
    first: usize,
    count: usize,
}

impl Panel {
    #[inline(always)]
    fn rows(self) -> Range<usize> {
        self.first..self.first + self.count
    }
}

/// Cuts rows into panels, as even as can be: few last rows would leave most registers idle.
struct Panels {
    rows: usize,
    most: usize,
    first: usize,
}

#[inline(always)]
fn panels<K: Multiply>(rows: usize) -> Panels {
    Panels { rows, most: K::ROWS, first: 0 }
}

impl Iterator for Panels {
    type Item = Panel;

    #[inline(always)]
    fn next(&mut self) -> Option<Panel> {
        let left = self.rows - self.first;
        if left == 0 {
            return None;
        }
        let panel = Panel { first: self.first, count: left.div_ceil(left.div_ceil(self.most)) };
        self.first += panel.count;
        Some(panel)
    }
}

impl Bytes {
    /// Makes room for rows of `width` values.
    fn grow(&mut self, rows: usize, width: usize) {
        grown(&mut self.panels, rows * width / STEP);
        grown(&mut self.scales, rows);
    }

    // Loops rather than closures in what follows: those would not use the instructions of the kernel.

    /// Quantises rows of `width` values, at most `ROWS`, each channel multiplied by its value of `even`, if there is any.
    #[inline(always)]
    fn fill<K: Multiply>(&mut self, values: &[f32], width: usize, even: &[f32], kernel: K) {
        let even = even.as_chunks().0;
        for panel in panels::<K>(values.len() / width) {
            for row in panel.rows() {
                self.scales[row] = scale(range(values[row * width..][..width].as_chunks().0, even, kernel));
            }
            self.quantise(values, width, even, panel, kernel);
        }
    }

    /// Normalises rows, at most `ROWS`, and quantises them so.
    #[inline(always)]
    fn fill_normed<K: Multiply>(&mut self, values: &mut [f32], norm: &Norm, even: &[f32], kernel: K) {
        let (width, even) = (norm.weight.len(), even.as_chunks().0);
        for panel in panels::<K>(values.len() / width) {
            for row in panel.rows() {
                self.scales[row] = scale(norm.apply(&mut values[row * width..][..width], even, kernel));
            }
            self.quantise(values, width, even, panel, kernel);
        }
    }

    /// Quantises rows of `width` values, at most `ROWS`, of which the range of each lane is known.
    #[inline(always)]
    fn fill_within<K: Multiply>(
        &mut self,
        values: &[f32],
        width: usize,
        ranges: &[(Lanes, Lanes)],
        kernel: K,
    ) {
        for panel in panels::<K>(values.len() / width) {
            for row in panel.rows() {
                let (low, high) = (kernel.load(&ranges[row].0), kernel.load(&ranges[row].1));
                self.scales[row] = scale((reduce(low, smaller, kernel), reduce(high, larger, kernel)));
            }
            self.quantise(values, width, &[], panel, kernel);
        }
    }

    /// Rounds the rows of one panel to bytes of their scales.
    #[inline(always)]
    fn quantise<K: Multiply>(
        &mut self,
        values: &[f32],
        width: usize,
        even: &[Lanes],
        panel: Panel,
        kernel: K,
    ) {
        match panel.count {
            1 => self.quantise_rows::<1, K>(values, width, even, panel, 0, kernel),
            2 => self.quantise_rows::<2, K>(values, width, even, panel, 0, kernel),
            3 => self.quantise_rows::<3, K>(values, width, even, panel, 0, kernel),
            count => {
                for at in (0..count).step_by(STEP) {
                    // The last rows once more rather than fewer.
                    self.quantise_rows::<STEP, K>(values, width, even, panel, at.min(count - STEP), kernel);
                }
            }
        }
    }

    /// The same for `R` rows from row `at` of the panel on.
    #[inline(always)]
    fn quantise_rows<const R: usize, K: Multiply>(
        &mut self,
        values: &[f32],
        width: usize,
        even: &[Lanes],
        panel: Panel,
        at: usize,
        kernel: K,
    ) {
        let columns = width / LANES;
        let values = &values.as_chunks::<LANES>().0[(panel.first + at) * columns..][..R * columns];
        let (mut lows, mut factors) = ([kernel.splat(0.0); R], [kernel.splat(0.0); R]);
        for row in 0..R {
            let (low, step) = self.scales[panel.first + at + row];
            lows[row] = kernel.splat(low);
            factors[row] = kernel.splat(if step > 0.0 { step.recip() } else { 0.0 });
        }
        let bytes = &mut self.panels[panel.first * width / STEP..];
        let groups = bytes.chunks_exact_mut(LANES / STEP * panel.count);
        for (column, bytes) in (0..columns).zip(groups) {
            let mut units = [kernel.splat(0.0); STEP];
            for row in 0..R {
                let mut value = kernel.load(&values[row * columns + column]);
                if let Some(even) = even.get(column) {
                    value = kernel.mul(value, kernel.load(even));
                }
                let above = kernel.sub(value, lows[row]);
                units[row] = kernel.mul(above, factors[row]);
            }
            for (bytes, fours) in bytes.chunks_exact_mut(panel.count).zip(kernel.bytes(units)) {
                bytes[at..][..R].copy_from_slice(&fours[..R]);
            }
        }
    }
}

/// Offset and step of bytes from the smallest to the largest value.
#[inline(always)]
fn scale((low, high): (f32, f32)) -> (f32, f32) {
    (low, (high - low) / 255.0)
}

/// The smallest and the largest of at least `LANES` values, each multiplied by its own of `even`, if there is any.
#[inline(always)]
fn range<K: Multiply>(values: &[Lanes], even: &[Lanes], kernel: K) -> (f32, f32) {
    // Two of each, so that one need not wait for the other.
    let (mut low, mut high) = ([kernel.splat(f32::MAX); 2], [kernel.splat(f32::MIN); 2]);
    for (column, lanes) in values.iter().enumerate() {
        let mut lanes = kernel.load(lanes);
        if let Some(even) = even.get(column) {
            lanes = kernel.mul(lanes, kernel.load(even));
        }
        low = [low[1], kernel.smaller(lanes, low[0])];
        high = [high[1], kernel.larger(lanes, high[0])];
    }
    let (low, high) = (kernel.smaller(low[0], low[1]), kernel.larger(high[0], high[1]));
    (reduce(low, smaller, kernel), reduce(high, larger, kernel))
}

/// 2^23 + 2^22: f32 numbers of this size are integers, and adding it rounds.
const ROUND: f32 = 12_582_912.0;

/// Where the values of a matrix product go.
trait Sink {
    /// Takes `TILE` values of a row, from output `tile` × `TILE` on.
    fn put<K: Multiply>(&mut self, row: usize, tile: usize, values: K::Register, kernel: K);
}

/// Into rows × `width`, here and below in lanes.
struct Products<'a> {
    out: &'a mut [Lanes],
    width: usize,
}

impl Sink for Products<'_> {
    #[inline(always)]
    fn put<K: Multiply>(&mut self, row: usize, tile: usize, values: K::Register, kernel: K) {
        kernel.store(values, &mut self.out[row * self.width + tile]);
    }
}

/// Into outputs / `TILE` × tokens × `TILE`, from a token on: as attention reads them.
struct Columns<'a> {
    out: &'a mut [Lanes],
    tokens: usize,
    first: usize,
}

impl Sink for Columns<'_> {
    #[inline(always)]
    fn put<K: Multiply>(&mut self, row: usize, tile: usize, values: K::Register, kernel: K) {
        kernel.store(values, &mut self.out[tile * self.tokens + self.first + row]);
    }
}

/// Added to states, rows × `width`.
struct Residual<'a> {
    states: &'a mut [Lanes],
    width: usize,
}

impl Residual<'_> {
    fn of(states: &mut [f32], hidden: usize) -> Residual<'_> {
        Residual { states: states.as_chunks_mut().0, width: hidden / LANES }
    }
}

impl Sink for Residual<'_> {
    #[inline(always)]
    fn put<K: Multiply>(&mut self, row: usize, tile: usize, values: K::Register, kernel: K) {
        let states = &mut self.states[row * self.width + tile];
        kernel.store(kernel.add(kernel.load(states), values), states);
    }
}

/// Through the GELU into rows × `width`, with the range of each lane of a row.
struct Gelu<'a> {
    out: &'a mut [Lanes],
    width: usize,
    ranges: &'a mut [(Lanes, Lanes)],
}

impl Sink for Gelu<'_> {
    #[inline(always)]
    fn put<K: Multiply>(&mut self, row: usize, tile: usize, values: K::Register, kernel: K) {
        let through = gelu_of(values, kernel);
        kernel.store(through, &mut self.out[row * self.width + tile]);
        let (low, high) = &mut self.ranges[row];
        kernel.store(kernel.smaller(through, kernel.load(low)), low);
        kernel.store(kernel.larger(through, kernel.load(high)), high);
    }
}

impl Linear {
    /// Products of the first `rows` rows in `bytes`; `blocks` are those of the whole model.
    #[inline(always)]
    fn apply<K: Multiply>(
        &self,
        blocks: &[Block],
        bytes: &Bytes,
        rows: usize,
        sink: &mut impl Sink,
        kernel: K,
    ) {
        let steps = self.inputs / STEP;
        let mut sums = [[0; TILE]; SUMS];
        let blocks = &blocks[self.blocks.clone()];
        for (number, weights) in blocks.chunks_exact(K::TILES * steps).enumerate() {
            for Panel { first, count } in panels::<K>(rows) {
                kernel.multiply(weights, &bytes.panels[first * steps..][..count * steps], count, &mut sums);
                for (at, row) in (first..first + count).enumerate() {
                    let (low, step) = bytes.scales[row];
                    let (low, step) = (kernel.splat(low), kernel.splat(step));
                    for (at, tile) in (at * K::TILES..).zip(number * K::TILES..(number + 1) * K::TILES) {
                        let values = self.tiles[tile].finish(&sums[at], low, step, kernel);
                        sink.put(row, tile, values, kernel);
                    }
                }
            }
        }
    }
}

impl Tile {
    /// Turns the integer sums of a row into values.
    #[inline(always)]
    fn finish<K: Multiply>(
        &self,
        sums: &[i32; TILE],
        low: K::Register,
        step: K::Register,
        kernel: K,
    ) -> K::Register {
        let offset = kernel.fused(low, kernel.load(&self.sum), kernel.load(&self.bias));
        kernel.fused(kernel.number(sums), kernel.mul(step, kernel.load(&self.scale)), offset)
    }
}

/// The most sums of a tile that a kernel computes at a time.
const SUMS: usize = 24;

/// `TILE` outputs each.
type Sums = [[i32; TILE]; SUMS];

/// A way to multiply bytes. Its value is proof that the CPU has the instructions.
trait Multiply: Vector {
    /// The most rows at a time.
    const ROWS: usize;
    /// Weight tiles at a time, 1 or 2; `ROWS` × `TILES` is at most `SUMS`.
    const TILES: usize;
    /// Whether registers suffice for 8 sums of `LANES` values, rather than 4.
    const WIDE: bool;

    /// Sums of bytes × weights: `sums[row × TILES + tile][output]`, for 1 to `ROWS` rows.
    ///
    /// `blocks` are inputs / `STEP` × `TILES` blocks; `bytes` are a panel, inputs / `STEP` × rows.
    fn multiply(self, blocks: &[Block], bytes: &[[u8; STEP]], rows: usize, sums: &mut Sums);
}

/// What the f32 code computes with: `LANES` values at a time, because compilers leave what a loop carries in
/// memory. All kernels give the same bits, but for what `fused` says.
trait Vector: Copy {
    /// `LANES` values in registers.
    type Register: Copy;

    fn splat(self, value: f32) -> Self::Register;

    fn load(self, lanes: &Lanes) -> Self::Register;

    fn store(self, a: Self::Register, lanes: &mut Lanes);

    fn add(self, a: Self::Register, b: Self::Register) -> Self::Register;

    fn sub(self, a: Self::Register, b: Self::Register) -> Self::Register;

    fn mul(self, a: Self::Register, b: Self::Register) -> Self::Register;

    fn div(self, a: Self::Register, b: Self::Register) -> Self::Register;

    /// `a` where it is less than `b`, else `b`.
    fn smaller(self, a: Self::Register, b: Self::Register) -> Self::Register;

    /// `a` where it is more than `b`, else `b`.
    fn larger(self, a: Self::Register, b: Self::Register) -> Self::Register;

    /// a × b + c, in one rounding where the CPU has it.
    fn fused(self, a: Self::Register, b: Self::Register, c: Self::Register) -> Self::Register;

    /// Sums as numbers.
    fn number(self, sums: &[i32; TILE]) -> Self::Register;

    /// `a` × 2^n for the n in the lowest bits of `n`; see `ROUND`.
    fn scale(self, a: Self::Register, n: Self::Register) -> Self::Register;

    /// The lanes of `a` and `b` in turns.
    fn alternate(self, a: Self::Register, b: Self::Register) -> (Self::Register, Self::Register);

    /// Values of 0 to 255 of 4 rows, rounded: 4 times 4 of each row.
    fn bytes(self, rows: [Self::Register; STEP]) -> [[[u8; STEP]; STEP]; LANES / STEP];
}

#[derive(Clone, Copy)]
struct Plain;

impl Multiply for Plain {
    const ROWS: usize = 1;
    const TILES: usize = 1;
    const WIDE: bool = false;

    #[inline(always)]
    fn multiply(self, blocks: &[Block], bytes: &[[u8; STEP]], _rows: usize, sums: &mut Sums) {
        let mut sum = [[0; TILE / 2]; 2];
        for (block, four) in blocks.iter().zip(bytes) {
            for (sum, half) in sum.iter_mut().zip(block.as_chunks::<{ TILE / 2 * STEP }>().0) {
                for (sum, weights) in sum.iter_mut().zip(half.as_chunks::<STEP>().0) {
                    for (weight, byte) in weights.iter().zip(four) {
                        *sum += i32::from(weight.cast_signed()) * i32::from(*byte);
                    }
                }
            }
        }
        sums[0].copy_from_slice(sum.as_flattened());
    }
}

impl Vector for Plain {
    type Register = Lanes;

    #[inline(always)]
    fn splat(self, value: f32) -> Lanes {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, lanes: &Lanes) -> Lanes {
        *lanes
    }

    #[inline(always)]
    fn store(self, a: Lanes, lanes: &mut Lanes) {
        *lanes = a;
    }

    #[inline(always)]
    fn add(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|i| a[i] + b[i])
    }

    #[inline(always)]
    fn sub(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|i| a[i] - b[i])
    }

    #[inline(always)]
    fn mul(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|i| a[i] * b[i])
    }

    #[inline(always)]
    fn div(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|i| a[i] / b[i])
    }

    #[inline(always)]
    fn smaller(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|i| smaller(a[i], b[i]))
    }

    #[inline(always)]
    fn larger(self, a: Lanes, b: Lanes) -> Lanes {
        std::array::from_fn(|i| larger(a[i], b[i]))
    }

    #[inline(always)]
    fn fused(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
            std::array::from_fn(|i| a[i].mul_add(b[i], c[i]))
        } else {
            std::array::from_fn(|i| a[i] * b[i] + c[i])
        }
    }

    #[inline(always)]
    fn number(self, sums: &[i32; TILE]) -> Lanes {
        sums.map(|sum| sum as f32)
    }

    #[inline(always)]
    fn scale(self, a: Lanes, n: Lanes) -> Lanes {
        std::array::from_fn(|i| f32::from_bits(a[i].to_bits().wrapping_add(n[i].to_bits() << 23)))
    }

    #[inline(always)]
    fn alternate(self, a: Lanes, b: Lanes) -> (Lanes, Lanes) {
        let from = |i: usize| if i.is_multiple_of(2) { a[i / 2] } else { b[i / 2] };
        (std::array::from_fn(from), std::array::from_fn(|i| from(i + LANES)))
    }

    #[inline(always)]
    fn bytes(self, rows: [Lanes; STEP]) -> [[[u8; STEP]; STEP]; LANES / STEP] {
        std::array::from_fn(|part| {
            // The sum has units in its lowest bits, rounded to nearest.
            rows.map(|row| std::array::from_fn(|i| (row[STEP * part + i] + ROUND).to_bits() as u8))
        })
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
    const ROWS: usize = 3;
    const TILES: usize = 1;
    const WIDE: bool = false;

    #[inline(always)]
    fn multiply(self, blocks: &[Block], bytes: &[[u8; STEP]], rows: usize, sums: &mut Sums) {
        // SAFETY: an `Avx2` exists only where the CPU has this feature.
        unsafe {
            match rows {
                1 => multiply_avx2::<1>(blocks, bytes, sums),
                2 => multiply_avx2::<2>(blocks, bytes, sums),
                _ => multiply_avx2::<3>(blocks, bytes, sums),
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Vector for Avx2 {
    type Register = [__m256; 2];

    #[inline(always)]
    fn splat(self, value: f32) -> [__m256; 2] {
        // SAFETY: an `Avx2` exists only where the CPU has these features.
        unsafe { [_mm256_set1_ps(value); 2] }
    }

    #[inline(always)]
    fn load(self, lanes: &Lanes) -> [__m256; 2] {
        let halves = lanes.as_chunks::<8>().0;
        // SAFETY: an `Avx2` exists only where the CPU has this feature; each half is the bytes of a register.
        unsafe { [_mm256_loadu_ps(halves[0].as_ptr()), _mm256_loadu_ps(halves[1].as_ptr())] }
    }

    #[inline(always)]
    fn store(self, a: [__m256; 2], lanes: &mut Lanes) {
        let halves = lanes.as_chunks_mut::<8>().0;
        // SAFETY: an `Avx2` exists only where the CPU has this feature; each half is the bytes of a register.
        unsafe {
            _mm256_storeu_ps(halves[0].as_mut_ptr(), a[0]);
            _mm256_storeu_ps(halves[1].as_mut_ptr(), a[1]);
        }
    }

    #[inline(always)]
    fn add(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: an `Avx2` exists only where the CPU has these features.
        unsafe { [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn sub(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: an `Avx2` exists only where the CPU has these features.
        unsafe { [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn mul(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: an `Avx2` exists only where the CPU has these features.
        unsafe { [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn div(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: an `Avx2` exists only where the CPU has these features.
        unsafe { [_mm256_div_ps(a[0], b[0]), _mm256_div_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn smaller(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: an `Avx2` exists only where the CPU has these features.
        unsafe { [_mm256_min_ps(a[0], b[0]), _mm256_min_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn larger(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: an `Avx2` exists only where the CPU has these features.
        unsafe { [_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn fused(self, a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: an `Avx2` exists only where the CPU has these features.
        unsafe { [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])] }
    }

    #[inline(always)]
    fn number(self, sums: &[i32; TILE]) -> [__m256; 2] {
        let halves = sums.as_chunks::<8>().0;
        // SAFETY: an `Avx2` exists only where the CPU has this feature; each half is the bytes of a register.
        unsafe {
            [
                _mm256_cvtepi32_ps(_mm256_loadu_si256(halves[0].as_ptr().cast())),
                _mm256_cvtepi32_ps(_mm256_loadu_si256(halves[1].as_ptr().cast())),
            ]
        }
    }

    #[inline(always)]
    fn scale(self, a: [__m256; 2], n: [__m256; 2]) -> [__m256; 2] {
        let mut scaled = a;
        for half in 0..2 {
            // SAFETY: an `Avx2` exists only where the CPU has these features.
            scaled[half] = unsafe {
                let power = _mm256_slli_epi32::<23>(_mm256_castps_si256(n[half]));
                _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a[half]), power))
            };
        }
        scaled
    }

    #[inline(always)]
    fn alternate(self, a: [__m256; 2], b: [__m256; 2]) -> ([__m256; 2], [__m256; 2]) {
        let mut mixed = [a, b];
        for half in 0..2 {
            // SAFETY: an `Avx2` exists only where the CPU has these features.
            mixed[half] = unsafe {
                // Both take 128 bits at a time.
                let low = _mm256_unpacklo_ps(a[half], b[half]);
                let high = _mm256_unpackhi_ps(a[half], b[half]);
                [_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high)]
            };
        }
        (mixed[0], mixed[1])
    }

    #[inline(always)]
    fn bytes(self, rows: [[__m256; 2]; STEP]) -> [[[u8; STEP]; STEP]; LANES / STEP] {
        let mut bytes = [[[0; STEP]; STEP]; LANES / STEP];
        for (half, bytes) in bytes.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            // SAFETY: an `Avx2` exists only where the CPU has these features; `bytes` are 32, those of a register.
            unsafe {
                let [a, b, c, d] = rows;
                let (a, b) = (_mm256_cvtps_epi32(a[half]), _mm256_cvtps_epi32(b[half]));
                let (c, d) = (_mm256_cvtps_epi32(c[half]), _mm256_cvtps_epi32(d[half]));
                // Both instructions take 128 bits at a time, first of the one, then of the other.
                let packed = _mm256_packus_epi16(_mm256_packus_epi32(a, b), _mm256_packus_epi32(c, d));
                _mm256_storeu_si256(bytes.as_mut_ptr().cast(), packed);
            }
        }
        bytes
    }
}

/// `R` rows times one tile: 3 rows take 12 of 16 registers for sums.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx2")]
fn multiply_avx2<const R: usize>(blocks: &[Block], bytes: &[[u8; STEP]], sums: &mut Sums) {
    const STEPS: usize = GROUP / STEP;
    let groups = bytes.as_chunks::<R>().0.as_chunks::<STEPS>().0;
    let ones = _mm256_set1_epi16(1);
    let mut wide = [[_mm256_setzero_si256(); 2]; R];
    for (blocks, group) in blocks.as_chunks::<STEPS>().0.iter().zip(groups) {
        let mut narrow = [[_mm256_setzero_si256(); 2]; R];
        for (block, fours) in blocks.iter().zip(group) {
            _mm_prefetch::<_MM_HINT_T0>(block.as_ptr().wrapping_add(AHEAD).cast());
            let halves = block.as_chunks::<32>().0;
            let weights = [load(&halves[0]), load(&halves[1])];
            for row in 0..R {
                let four = _mm256_set1_epi32(i32::from_ne_bytes(fours[row]));
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
fn load(half: &[u8; 32]) -> __m256i {
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
    const WIDE: bool = true;

    #[inline(always)]
    fn multiply(self, blocks: &[Block], bytes: &[[u8; STEP]], rows: usize, sums: &mut Sums) {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe {
            match rows {
                1 => multiply_vnni::<1>(blocks, bytes, sums),
                2 => multiply_vnni::<2>(blocks, bytes, sums),
                3 => multiply_vnni::<3>(blocks, bytes, sums),
                4 => multiply_vnni::<4>(blocks, bytes, sums),
                5 => multiply_vnni::<5>(blocks, bytes, sums),
                6 => multiply_vnni::<6>(blocks, bytes, sums),
                7 => multiply_vnni::<7>(blocks, bytes, sums),
                8 => multiply_vnni::<8>(blocks, bytes, sums),
                9 => multiply_vnni::<9>(blocks, bytes, sums),
                10 => multiply_vnni::<10>(blocks, bytes, sums),
                11 => multiply_vnni::<11>(blocks, bytes, sums),
                _ => multiply_vnni::<12>(blocks, bytes, sums),
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Vector for Vnni {
    type Register = __m512;

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    fn load(self, lanes: &Lanes) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has this feature; the bytes are those of a register.
        unsafe { _mm512_loadu_ps(lanes.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, a: __m512, lanes: &mut Lanes) {
        // SAFETY: a `Vnni` exists only where the CPU has this feature; the bytes are those of a register.
        unsafe { _mm512_storeu_ps(lanes.as_mut_ptr(), a) }
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe { _mm512_sub_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe { _mm512_mul_ps(a, b) }
    }

    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe { _mm512_div_ps(a, b) }
    }

    #[inline(always)]
    fn smaller(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe { _mm512_min_ps(a, b) }
    }

    #[inline(always)]
    fn larger(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe { _mm512_max_ps(a, b) }
    }

    #[inline(always)]
    fn fused(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    fn number(self, sums: &[i32; TILE]) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has this feature; the bytes are those of a register.
        unsafe { _mm512_cvtepi32_ps(_mm512_loadu_si512(sums.as_ptr().cast())) }
    }

    #[inline(always)]
    fn scale(self, a: __m512, n: __m512) -> __m512 {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe {
            let power = _mm512_slli_epi32::<23>(_mm512_castps_si512(n));
            _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), power))
        }
    }

    #[inline(always)]
    fn alternate(self, a: __m512, b: __m512) -> (__m512, __m512) {
        // SAFETY: a `Vnni` exists only where the CPU has these features.
        unsafe {
            // Lanes of `b` count from 16.
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
            (_mm512_permutex2var_ps(a, low, b), _mm512_permutex2var_ps(a, high, b))
        }
    }

    #[inline(always)]
    fn bytes(self, rows: [__m512; STEP]) -> [[[u8; STEP]; STEP]; LANES / STEP] {
        let mut bytes = [[[0; STEP]; STEP]; LANES / STEP];
        // SAFETY: a `Vnni` exists only where the CPU has these features; `bytes` are 64, those of a register.
        unsafe {
            let [a, b, c, d] = rows;
            let first = _mm512_packus_epi32(_mm512_cvtps_epi32(a), _mm512_cvtps_epi32(b));
            let second = _mm512_packus_epi32(_mm512_cvtps_epi32(c), _mm512_cvtps_epi32(d));
            // All three take 128 bits at a time, first of the one, then of the other.
            _mm512_storeu_si512(bytes.as_mut_ptr().cast(), _mm512_packus_epi16(first, second));
        }
        bytes
    }
}

/// `R` rows times two tiles: 12 rows leave 8 of 32 registers for weights and bytes.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx512f,avx512vnni")]
fn multiply_vnni<const R: usize>(blocks: &[Block], bytes: &[[u8; STEP]], sums: &mut Sums) {
    let mut wide = [[_mm512_setzero_si512(); 2]; R];
    for ([first, second], fours) in blocks.as_chunks::<2>().0.iter().zip(bytes.as_chunks::<R>().0) {
        _mm_prefetch::<_MM_HINT_T0>(first.as_ptr().wrapping_add(AHEAD).cast());
        _mm_prefetch::<_MM_HINT_T0>(second.as_ptr().wrapping_add(AHEAD).cast());
        // SAFETY: a block is the 64 bytes of a register.
        let first = unsafe { _mm512_loadu_si512(first.as_ptr().cast()) };
        // SAFETY: the same.
        let second = unsafe { _mm512_loadu_si512(second.as_ptr().cast()) };
        for row in 0..R {
            let four = _mm512_set1_epi32(i32::from_ne_bytes(fours[row]));
            wide[row][0] = _mm512_dpbusd_epi32(wide[row][0], four, first);
            wide[row][1] = _mm512_dpbusd_epi32(wide[row][1], four, second);
        }
    }
    for (sums, wide) in sums.iter_mut().zip(wide.as_flattened()) {
        // SAFETY: `sums` are the 64 bytes of a register.
        unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), *wide) };
    }
}

/// Queries, keys and values of one sequence among others.
struct Sequence<'a> {
    /// 3 hidden / `LANES` × total × `LANES`.
    qkv: &'a [Lanes],
    /// Tokens of all sequences.
    total: usize,
    /// Of which those of this one start here.
    first: usize,
    tokens: usize,
    hidden: usize,
    /// Values a head.
    width: usize,
}

impl Sequence<'_> {
    /// The `LANES` outputs of that number, of all tokens.
    #[inline(always)]
    fn column(&self, number: usize) -> &[Lanes] {
        &self.qkv[number * self.total + self.first..][..self.tokens]
    }
}

impl Attention {
    /// Attention of one sequence; `context` is tokens × hidden.
    ///
    /// `LANES` queries lie side by side, so that the softmax needs no sum across lanes. Those that a last
    /// column lacks are zeros, and their results go nowhere.
    #[inline(always)]
    fn apply<K: Multiply>(&mut self, of: &Sequence<'_>, context: &mut [f32], kernel: K) {
        let Sequence { tokens, hidden, width, .. } = *of;
        let parts = width / LANES;
        let queries = grown(&mut self.queries, width);
        let weights = grown(&mut self.weights, tokens);
        for head in 0..hidden / width {
            for (group, context) in context.chunks_mut(LANES * hidden).enumerate() {
                for (part, queries) in queries.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
                    let rows = &of.column(head * parts + part)[group * LANES..];
                    transpose(&rows[..rows.len().min(LANES)], queries, kernel);
                }
                let keys = (hidden + head * width) / LANES;
                if K::WIDE && tokens >= 8 {
                    scores::<8, K>(of, keys, queries, weights, kernel);
                } else if tokens >= 4 {
                    scores::<4, K>(of, keys, queries, weights, kernel);
                } else {
                    scores::<1, K>(of, keys, queries, weights, kernel);
                }
                let factors = exponentials(weights, kernel);
                for part in 0..parts {
                    let values = of.column((2 * hidden + head * width) / LANES + part);
                    let context = &mut context[head * width + part * LANES..];
                    if K::WIDE {
                        mix::<8, K>(weights, &factors, values, context, hidden, kernel);
                    } else {
                        mix::<4, K>(weights, &factors, values, context, hidden, kernel);
                    }
                }
            }
        }
    }
}

/// Scores of all keys of a head, which start in column `first`, `R` keys at a time, with `LANES` queries,
/// values × `LANES`.
#[inline(always)]
fn scores<const R: usize, K: Multiply>(
    of: &Sequence<'_>,
    first: usize,
    queries: &[Lanes],
    scores: &mut [Lanes],
    kernel: K,
) {
    for at in (0..of.tokens).step_by(R) {
        // The last keys once more rather than fewer: a single one would wait for its own sums.
        let at = at.min(of.tokens - R);
        let mut sums = [kernel.splat(0.0); R];
        for (part, queries) in queries.as_chunks::<LANES>().0.iter().enumerate() {
            let keys = &of.column(first + part)[at..].as_chunks::<R>().0[0];
            for (i, queries) in queries.iter().enumerate() {
                let queries = kernel.load(queries);
                for row in 0..R {
                    sums[row] = kernel.fused(kernel.splat(keys[row][i]), queries, sums[row]);
                }
            }
        }
        for (scores, sums) in scores[at..].iter_mut().zip(sums) {
            kernel.store(sums, scores);
        }
    }
}

/// Sums of `values`, tokens × `LANES`, each times its weight for a query and the factor of the query, `R`
/// queries at a time, to the start of each row of `context`, at most `LANES` queries × hidden.
#[inline(always)]
fn mix<const R: usize, K: Multiply>(
    weights: &[Lanes],
    factors: &Lanes,
    values: &[Lanes],
    context: &mut [f32],
    hidden: usize,
    kernel: K,
) {
    for (group, context) in context.chunks_mut(R * hidden).enumerate() {
        let mut sums = [kernel.splat(0.0); R];
        for (weights, values) in weights.iter().zip(values) {
            let weights = &weights.as_chunks::<R>().0[group];
            let values = kernel.load(values);
            for row in 0..R {
                sums[row] = kernel.fused(kernel.splat(weights[row]), values, sums[row]);
            }
        }
        let factors = &factors.as_chunks::<R>().0[group];
        for ((context, sums), factor) in context.chunks_mut(hidden).zip(sums).zip(factors) {
            kernel.store(kernel.mul(sums, kernel.splat(*factor)), &mut context.as_chunks_mut().0[0]);
        }
    }
}

/// Turns at most `LANES` rows into columns; the rows that lack are zeros.
#[inline(always)]
fn transpose<K: Multiply>(rows: &[Lanes], columns: &mut [Lanes; LANES], kernel: K) {
    let mut deck = [kernel.splat(0.0); LANES];
    for (register, row) in deck.iter_mut().zip(rows) {
        *register = kernel.load(row);
    }
    // The rows of the first half shuffled with those of the second, as cards, log2 times.
    for _ in 0..LANES.ilog2() {
        let mut shuffled = deck;
        for pair in 0..LANES / 2 {
            (shuffled[2 * pair], shuffled[2 * pair + 1]) =
                kernel.alternate(deck[pair], deck[pair + LANES / 2]);
        }
        deck = shuffled;
    }
    for (register, column) in deck.into_iter().zip(columns) {
        kernel.store(register, column);
    }
}

/// Replaces the scores of each lane by the exponentials of their distance from its largest, and returns what
/// makes their sum 1.
#[inline(always)]
fn exponentials<K: Multiply>(scores: &mut [Lanes], kernel: K) -> Lanes {
    let mut largest = kernel.load(&scores[0]);
    for lanes in &*scores {
        largest = kernel.larger(kernel.load(lanes), largest);
    }
    let mut sums = kernel.splat(0.0);
    for lanes in scores {
        let power = exp(kernel.sub(kernel.load(lanes), largest), kernel);
        kernel.store(power, lanes);
        sums = kernel.add(sums, power);
    }
    let mut factors = [0.0; LANES];
    kernel.store(kernel.div(kernel.splat(1.0), sums), &mut factors);
    factors
}

/// e^x for x ≤ 0, to a relative error of 5e-6; 1e-30 below -69, which spares the CPU subnormal numbers.
#[inline(always)]
fn exp<K: Multiply>(x: K::Register, kernel: K) -> K::Register {
    let power = kernel.mul(x, kernel.splat(std::f32::consts::LOG2_E));
    let power = kernel.larger(power, kernel.splat(-100.0));
    let rounded = kernel.add(power, kernel.splat(ROUND));
    let rest = kernel.sub(power, kernel.sub(rounded, kernel.splat(ROUND)));
    // 2^rest for -0.5 to 0.5, fitted for the least relative error.
    let mut value = kernel.splat(0.001_327_647_3);
    for factor in [0.009_675_542, 0.055_507_13, 0.240_221_2, 0.693_146_94, 1.000_000_1] {
        value = kernel.fused(value, rest, kernel.splat(factor));
    }
    // The lowest bits of `rounded` are the whole power: add it to the exponent.
    kernel.scale(value, rounded)
}

/// x × Φ(x), the GELU with an error function, to 3e-6.
#[inline(always)]
fn gelu_of<K: Multiply>(x: K::Register, kernel: K) -> K::Register {
    // erf(x / √2) as x × P(x²) / Q(x²), fitted for the least error of the result. It is 1 beyond 5.
    let near = kernel.larger(kernel.smaller(x, kernel.splat(5.0)), kernel.splat(-5.0));
    let square = kernel.mul(near, near);
    let mut above = kernel.splat(-1.999_017_6e-7);
    for factor in [9.718_06e-5, 0.008_394_678, 0.056_061_007, 0.797_924_64] {
        above = kernel.fused(above, square, kernel.splat(factor));
    }
    let mut below = kernel.splat(0.001_405_786_4);
    for factor in [0.024_863_56, 0.237_090_74, 1.0] {
        below = kernel.fused(below, square, kernel.splat(factor));
    }
    let half = kernel.mul(x, kernel.splat(0.5));
    kernel.fused(half, kernel.div(kernel.mul(near, above), below), half)
}

impl Norm {
    /// Normalises one row, and returns the smallest and the largest of its values, each multiplied by its own of
    /// `even`, if there is any.
    #[inline(always)]
    fn apply<K: Multiply>(&self, row: &mut [f32], even: &[Lanes], kernel: K) -> (f32, f32) {
        let width = row.len() as f32;
        let row = row.as_chunks_mut::<LANES>().0;
        // Two sums each, so that one need not wait for the other.
        let mut sums = [kernel.splat(0.0); 2];
        for lanes in &*row {
            sums = [sums[1], kernel.add(sums[0], kernel.load(lanes))];
        }
        let mean = kernel.splat(reduce(kernel.add(sums[0], sums[1]), add, kernel) / width);
        let mut sums = [kernel.splat(0.0); 2];
        for lanes in &*row {
            let apart = kernel.sub(kernel.load(lanes), mean);
            sums = [sums[1], kernel.fused(apart, apart, sums[0])];
        }
        let variance = reduce(kernel.add(sums[0], sums[1]), add, kernel) / width;
        let factor = kernel.splat((variance + self.epsilon).sqrt().recip());
        let (mut low, mut high) = (kernel.splat(f32::MAX), kernel.splat(f32::MIN));
        let (weight, bias) = (self.weight.as_chunks().0, self.bias.as_chunks().0);
        for (column, ((lanes, weight), bias)) in row.iter_mut().zip(weight).zip(bias).enumerate() {
            let apart = kernel.mul(kernel.sub(kernel.load(lanes), mean), factor);
            let mut value = kernel.fused(apart, kernel.load(weight), kernel.load(bias));
            kernel.store(value, lanes);
            if let Some(even) = even.get(column) {
                value = kernel.mul(value, kernel.load(even));
            }
            low = kernel.smaller(value, low);
            high = kernel.larger(value, high);
        }
        (reduce(low, smaller, kernel), reduce(high, larger, kernel))
    }
}

/// Joins all lanes, always in the same order.
#[inline(always)]
fn reduce<K: Multiply>(register: K::Register, join: impl Fn(f32, f32) -> f32, kernel: K) -> f32 {
    let mut lanes = [0.0; LANES];
    kernel.store(register, &mut lanes);
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

    /// One matrix without bias for a kernel that takes so many tiles together, and its blocks.
    fn packed(weights: &[f32], inputs: usize, kernel: Kernel) -> (Linear, Blocks) {
        let mut packer = Packer::new(weights.len(), kernel);
        let linear = packer.pack(weights, &vec![0.0; weights.len() / inputs], inputs);
        (linear, packer.blocks)
    }

    /// The weights of one output as packed.
    fn unpacked(linear: &Linear, blocks: &Blocks, output: usize, kernel: Kernel) -> Vec<i32> {
        let (tile, at, together) = (output / TILE, output % TILE, kernel.tiles());
        let own = &blocks.all()[linear.blocks.clone()];
        let own = &own[tile / together * together * linear.inputs / STEP..];
        let own = own[tile % together..].iter().step_by(together).take(linear.inputs / STEP);
        own.flat_map(|block| block.as_chunks::<STEP>().0[at])
            .map(|weight| i32::from(weight.cast_signed()))
            .collect()
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
    fn check<K: Multiply>(kernel: K, name: Kernel, random: &mut Random) {
        let (sizes, outputs): (&[usize], usize) =
            if cfg!(miri) { (&[32], 32) } else { (&[32, 96, 384, 1536], 64) };
        for (inputs, kind) in sizes.iter().flat_map(|inputs| (0..5).map(|kind| (*inputs, kind))) {
            let (linear, blocks) = packed(&weights(kind, outputs * inputs, random), inputs, name);
            let weights: Vec<Vec<i32>> =
                (0..outputs).map(|output| unpacked(&linear, &blocks, output, name)).collect();
            for rows in (1..=K::ROWS).filter(|rows| !cfg!(miri) || rows % 5 == kind) {
                // Any bytes, the least and the largest, or the largest alone.
                let mut byte = || match rows % 3 {
                    0 => random.next() as u8,
                    1 => 255,
                    _ => 255 * (random.next() & 1) as u8,
                };
                let panel: Vec<[u8; STEP]> =
                    (0..rows * inputs / STEP).map(|_| std::array::from_fn(|_| byte())).collect();
                let mut sums = [[0; TILE]; SUMS];
                for (number, tiles) in blocks.all().chunks_exact(K::TILES * inputs / STEP).enumerate() {
                    if number * K::TILES * TILE >= outputs {
                        break;
                    }
                    kernel.multiply(tiles, &panel, rows, &mut sums);
                    for (tile, row) in (0..K::TILES).flat_map(|tile| (0..rows).map(move |row| (tile, row))) {
                        let bytes: Vec<u8> =
                            panel.iter().skip(row).step_by(rows).flatten().copied().collect();
                        for (output, got) in sums[row * K::TILES + tile].iter().enumerate() {
                            let weights = &weights[(number * K::TILES + tile) * TILE + output];
                            let want: i32 = weights.iter().zip(&bytes).map(|(w, b)| w * i32::from(*b)).sum();
                            assert_eq!(*got, want, "{inputs} inputs, kind {kind}, {rows} rows, {output}");
                        }
                    }
                }
            }
        }
    }

    /// Holds every operation of a kernel against the plain one: the same bits, but for `fused`.
    fn check_vector<K: Vector>(kernel: K, random: &mut Random) {
        let mut lanes = |size: f32| -> Lanes { std::array::from_fn(|_| size * random.unit()) };
        let stored = |a: K::Register| {
            let mut lanes = [0.0; LANES];
            kernel.store(a, &mut lanes);
            lanes
        };
        for _ in 0..if cfg!(miri) { 3 } else { 200 } {
            let (a, b, c) = (lanes(3.0), lanes(5.0), lanes(2.0));
            let (x, y, z) = (kernel.load(&a), kernel.load(&b), kernel.load(&c));
            assert_eq!(stored(kernel.splat(a[1])), Plain.splat(a[1]));
            assert_eq!(stored(kernel.add(x, y)), Plain.add(a, b));
            assert_eq!(stored(kernel.sub(x, y)), Plain.sub(a, b));
            assert_eq!(stored(kernel.mul(x, y)), Plain.mul(a, b));
            assert_eq!(stored(kernel.div(x, y)), Plain.div(a, b));
            assert_eq!(stored(kernel.smaller(x, y)), Plain.smaller(a, b));
            assert_eq!(stored(kernel.larger(x, y)), Plain.larger(a, b));
            assert_eq!(stored(kernel.fused(x, y, z)), std::array::from_fn(|i| a[i].mul_add(b[i], c[i])));
            let sums = b.map(|value| (value * 1e6) as i32);
            assert_eq!(stored(kernel.number(&sums)), Plain.number(&sums));
            let whole = b.map(|value| value + ROUND);
            assert_eq!(stored(kernel.scale(x, kernel.load(&whole))), Plain.scale(a, whole));
            let (even, odd) = kernel.alternate(x, y);
            assert_eq!((stored(even), stored(odd)), Plain.alternate(a, b));
            let units: [Lanes; STEP] = std::array::from_fn(|_| lanes(127.0).map(|value| value + 127.5));
            assert_eq!(kernel.bytes(units.map(|row| kernel.load(&row))), Plain.bytes(units));
        }
    }

    #[test]
    fn kernels_get_the_same_sums() {
        let mut random = Random(1);
        check(Plain, Kernel::Plain, &mut random);
        #[cfg(target_arch = "x86_64")]
        {
            Avx2::detect().inspect(|kernel| check(*kernel, Kernel::Avx2, &mut random));
            Vnni::detect().inspect(|kernel| check(*kernel, Kernel::Vnni, &mut random));
        }
    }

    #[test]
    fn kernels_compute_the_same_bits() {
        let plain = Plain.fused([0.1; LANES], [0.3; LANES], [0.7; LANES])[0];
        assert!((plain - 0.73).abs() < 1e-6);
        let (even, odd) = Plain.alternate([1.0; LANES], std::array::from_fn(|i| i as f32));
        assert_eq!((even[..4].to_vec(), odd[15]), (vec![1.0, 0.0, 1.0, 1.0], 15.0));
        #[cfg(target_arch = "x86_64")]
        {
            let mut random = Random(5);
            Avx2::detect().inspect(|kernel| check_vector(*kernel, &mut random));
            Vnni::detect().inspect(|kernel| check_vector(*kernel, &mut random));
        }
    }

    #[test]
    fn packed_weights_are_near_and_cannot_overflow() {
        let mut random = Random(2);
        for kind in 0..5 {
            let weights = weights(kind, 32 * 384, &mut random);
            let (linear, blocks) = packed(&weights, 384, Kernel::Vnni);
            for (output, weights) in weights.chunks_exact(384).enumerate() {
                let units = unpacked(&linear, &blocks, output, Kernel::Vnni);
                let scale = linear.tiles[output / TILE].scale[output % TILE];
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
                assert_eq!(linear.tiles[output / TILE].sum[output % TILE], sum);
            }
        }
        let (zero, blocks) = packed(&[0.0; 32 * 32], 32, Kernel::Plain);
        assert!(unpacked(&zero, &blocks, 5, Kernel::Plain).iter().all(|unit| *unit == 0));
        assert_eq!(zero.tiles[0].scale[5], 0.0);
    }

    #[test]
    #[cfg_attr(miri, ignore = "no memory maps there")]
    fn large_weights_lie_in_mapped_memory() {
        let mut blocks = Blocks::new(HUGE / size_of::<Block>() + 3);
        assert!(matches!(blocks, Blocks::Mapped(..)));
        let all = blocks.all_mut();
        assert!(all.len() >= HUGE / size_of::<Block>() + 3);
        assert!(all.iter().all(|block| *block == [0; TILE * STEP]));
        all.last_mut().unwrap().fill(7);
        assert_eq!(blocks.all().as_ptr().addr() % HUGE % 64, 0);
        assert_eq!(blocks.all().last().unwrap()[63], 7);
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

    /// Rows through `Bytes::fill` and back, for each number of rows.
    fn check_bytes<K: Multiply>(kernel: K, random: &mut Random) {
        for (rows, offset) in
            [1, 2, 3, 4, 5, 11, 12, 13, 25, 48].into_iter().zip([0.0, 100.0, -7.0].repeat(4))
        {
            let mut values: Vec<f32> = (0..rows * 96).map(|_| random.unit() + offset).collect();
            // One without a range.
            values[..96].fill(3.0);
            let mut bytes = Bytes::default();
            bytes.grow(rows, 96);
            bytes.fill(&values, 96, &[], kernel);
            for panel in panels::<K>(rows) {
                let own = &bytes.panels[panel.first * 96 / STEP..][..panel.count * 96 / STEP];
                for row in panel.rows() {
                    let (low, step) = bytes.scales[row];
                    let own = own.iter().skip(row - panel.first).step_by(panel.count).flatten();
                    let own: Vec<u8> = own.copied().collect();
                    let near = |(byte, value): (&u8, &f32)| {
                        (low + step * f32::from(*byte) - value).abs() <= 0.51 * step + 1e-9
                    };
                    assert!(own.iter().zip(&values[row * 96..]).all(near), "row {row} of {rows}");
                    assert!(row == 0 && step == 0.0 || own.contains(&0) && own.contains(&255));
                }
            }
            assert_eq!(panels::<K>(rows).map(|panel| panel.count).sum::<usize>(), rows);
        }
    }

    #[test]
    fn bytes_are_near_their_values() {
        let mut random = Random(3);
        check_bytes(Plain, &mut random);
        #[cfg(target_arch = "x86_64")]
        {
            Avx2::detect().inspect(|kernel| check_bytes(*kernel, &mut random));
            Vnni::detect().inspect(|kernel| check_bytes(*kernel, &mut random));
        }
    }

    #[test]
    fn functions_are_as_exact_as_they_say() {
        let exp_of = |x: f32| exp([x; LANES], Plain)[0];
        for i in 0..=69_000 {
            let x = i as f32 / -1000.0;
            let want = f64::from(x).exp();
            assert!((f64::from(exp_of(x)) / want - 1.0).abs() < 5e-6, "e^{x}");
        }
        assert!(exp_of(-1e9) < 1e-30 && exp_of(f32::MIN) < 1e-30 && (exp_of(0.0) - 1.0).abs() < 2e-7);

        for i in -12_000..=12_000 {
            let x = i as f32 / 1000.0;
            let want = f64::from(x) * distribution(f64::from(x));
            let got = f64::from(gelu_of([x; LANES], Plain)[0]);
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

    /// A small model with made-up weights, with or without factors of its channels.
    fn small(kernel: Kernel, smooth: bool) -> Result<Int8Encoder, Int8Error> {
        let dims = Dims { hidden: 64, layers: 2, heads: 2, inner: 96, epsilon: 1e-12, first_position: 0 };
        let mut state = 1_u32;
        let mut made = |count: usize, around: f32| -> Vec<f32> {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                around + (state >> 8) as f32 / (1 << 24) as f32 * 0.4 - 0.2
            };
            (0..count).map(|_| next()).collect()
        };
        let words = Rows::F32(made(9 * 64, 0.0));
        let mut tensor = |name: &str| {
            let count = match name {
                _ if name.ends_with("smooth") && !smooth => 0,
                _ if name.ends_with("smooth") => {
                    return Ok((0..64).map(|i| 0.8 + (i % 7) as f32 * 0.1).collect());
                }
                _ if name.contains("LayerNorm") => 64,
                "embeddings.position_embeddings.weight" => 512 * 64,
                "embeddings.token_type_embeddings.weight" => 2 * 64,
                _ if name.contains("attention") && name.ends_with("weight") => 64 * 64,
                _ if name.ends_with("intermediate.dense.bias") => 96,
                _ if name.ends_with("weight") => 96 * 64,
                _ => 64,
            };
            Ok(made(count, if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 }))
        };
        Int8Encoder::new(dims, words, &mut tensor, kernel)
    }

    fn tiny(kernel: Kernel) -> Result<Int8Encoder, Int8Error> {
        small(kernel, true)
    }

    #[test]
    fn factors_of_channels_change_nothing_but_what_is_rounded() {
        let (with, without) = (small(Kernel::Plain, true).unwrap(), small(Kernel::Plain, false).unwrap());
        let (mut scratch, mut other) = (Scratch::default(), Scratch::default());
        let ids = [1, 8, 3, 3, 0];
        let (a, b) = (with.forward(&ids, &mut scratch).unwrap(), without.forward(&ids, &mut other).unwrap());
        assert_ne!(a, b);
        let of = |values: &mut dyn Iterator<Item = f32>| values.map(|v| v * v).sum::<f32>();
        let share = of(&mut a.iter().zip(b).map(|(a, b)| a - b)) / of(&mut b.iter().copied());
        assert!(share < 1e-3, "{share}");
    }

    #[test]
    fn every_kernel_gives_the_same_states_and_a_batch_those_of_one_by_one() {
        let lengths = [1, 5, 2, 13, 3, 48, 4, 8, 49, 16, 17, 33, 100, 512];
        let lengths = if cfg!(miri) { &lengths[..3] } else { &lengths[..] };
        let texts: Vec<Vec<u32>> =
            lengths.iter().map(|length| (0..*length).map(|i| (i * i + length) % 9).collect()).collect();
        let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        let plain = tiny(Kernel::Plain).unwrap();
        let mut scratch = Scratch::default();
        let mut of_vectors: Option<Vec<Vec<f32>>> = None;
        for kernel in Kernel::ALL.into_iter().filter(|k| k.is_available()) {
            let encoder = tiny(kernel).unwrap();
            assert_eq!(encoder.kernel(), kernel);
            let alone: Vec<Vec<f32>> =
                texts.iter().map(|ids| encoder.forward(ids, &mut scratch).unwrap().to_vec()).collect();
            for (ids, states) in texts.iter().zip(&alone) {
                // Whatever other calls left in the working memory.
                assert_eq!(encoder.forward(ids, &mut Scratch::default()).unwrap(), states, "{kernel:?}");
                let wanted = plain.forward(ids, &mut scratch).unwrap();
                // A byte rounded the other way moves single values by more than all others together.
                let of = |values: &mut dyn Iterator<Item = f32>| values.map(|v| v * v).sum::<f32>();
                let apart = of(&mut states.iter().zip(wanted).map(|(a, b)| a - b));
                let share = apart / of(&mut wanted.iter().copied());
                assert!(share < 1e-4, "{kernel:?}, {} tokens: {share}", ids.len());
            }
            let mut together = vec![Vec::new(); texts.len()];
            let mut each = |at: usize, states: &[f32]| together[at] = states.to_vec();
            encoder.forward_batch(&texts, &mut scratch, &mut each).unwrap();
            assert_eq!(together, alone, "{kernel:?}");
            encoder.forward_batch(&[], &mut scratch, &mut |_, _| panic!("no text")).unwrap();
            if kernel != Kernel::Plain {
                assert_eq!(of_vectors.get_or_insert(alone.clone()), &alone, "{kernel:?}");
            }
        }
        for kernel in Kernel::ALL.into_iter().filter(|k| !k.is_available()) {
            assert!(matches!(tiny(kernel), Err(Int8Error::Kernel(_))));
        }
        assert!(matches!(plain.forward(&[9], &mut scratch), Err(Int8Error::Id { id: 9, rows: 9 })));
        assert!(matches!(plain.forward(&[], &mut scratch), Err(Int8Error::Length { .. })));
        assert!(matches!(plain.forward(&[1; 513], &mut scratch), Err(Int8Error::Length { .. })));
    }
}

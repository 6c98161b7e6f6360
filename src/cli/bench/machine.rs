//! What the machine could do at best: the other half of every figure.

use crate::embed::Kernel;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// Where the figures come from.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Name of the processor.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Those of its instructions that matter here.
    pub features: Vec<String>,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// The kernel of the forward pass that it runs.
    pub kernel: String,
    /// Cycles of one core under this load, in 10⁹ a second, measured; `None` in an unoptimised build.
    pub clock_ghz: Option<f64>,
}

/// Instructions that the kernels use.
const FEATURES: [&str; 7] = ["avx2", "fma", "avx_vnni", "avx512f", "avx512bw", "avx512vl", "avx512_vnni"];

impl Machine {
    /// Looks, and runs the clock for a moment.
    pub fn look() -> Machine {
        let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let line = |name: &str| {
            let found = text.lines().find(|line| line.starts_with(name));
            found.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
        };
        let flags: Vec<&str> = line("flags").split_whitespace().collect();
        let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        Machine {
            cpu: line("model name").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            features: FEATURES.into_iter().filter(|f| flags.contains(f)).map(str::to_owned).collect(),
            memory_bytes: kib.and_then(|kib| kib.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
                * 1024,
            kernel: format!("{:?}", Kernel::best()),
            clock_ghz: (!cfg!(debug_assertions)).then(clock_ghz),
        }
    }
}

/// Rounds of a chain in which each step waits for the one before.
const CHAIN: u64 = 50_000_000;

/// Cycles of a step: one of the rotation, three of the product, on every x86-64 of the last fifteen years.
const STEP_CYCLES: f64 = 4.0;

/// What the clock does, rather than what the label says: the shortest of three runs.
fn clock_ghz() -> f64 {
    let run = || {
        let begun = Instant::now();
        let mut value = black_box(0x9e37_79b9_7f4a_7c15_u64);
        for _ in 0..CHAIN {
            value = value.rotate_left(5).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        }
        black_box(value);
        begun.elapsed()
    };
    let least = (0..3).map(|_| run()).min().unwrap_or(Duration::MAX);
    STEP_CYCLES * CHAIN as f64 / least.as_secs_f64() / 1e9
}

/// Bytes that one core reads in a second, over and over the same so many, in 10⁹.
fn read_gb_s(bytes: usize) -> f64 {
    let list = vec![1_u64; (bytes / 8).max(1)];
    let begun = Instant::now();
    let mut least = Duration::MAX;
    while begun.elapsed() < Duration::from_millis(300) {
        let round = Instant::now();
        black_box(black_box(&list).iter().fold(0_u64, |sum, value| sum.wrapping_add(*value)));
        least = least.min(round.elapsed());
    }
    bytes as f64 / least.as_secs_f64().max(1e-9) / 1e9
}

/// Sizes of the model, as `config.json` names them.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Sizes {
    hidden_size: u64,
    num_hidden_layers: u64,
    intermediate_size: u64,
}

impl Sizes {
    /// Of a model directory.
    pub fn read(model: &Path) -> Result<Sizes> {
        let path = model.join("config.json");
        let wrong = || format!("can't read {}", path.display());
        let text = std::fs::read_to_string(&path).with_context(wrong)?;
        serde_json::from_str(&text).with_context(wrong)
    }

    /// Products of a forward pass (乘加) over one text: four square matrices and two of the inner size a layer and
    /// token, and each token with every other, twice.
    pub fn macs(self, tokens: u64) -> u64 {
        let Sizes { hidden_size: hidden, num_hidden_layers: layers, intermediate_size: inner } = self;
        layers * tokens * (4 * hidden * hidden + 2 * hidden * inner + 2 * tokens * hidden)
    }
}

/// Products of bytes in one cycle of one core: one instruction a cycle, as AMD's Zen 4 has it; a core with two such
/// units may do twice as many.
fn macs_a_cycle(kernel: Kernel) -> f64 {
    match kernel {
        Kernel::Vnni => 64.0,
        Kernel::Avx2 => 32.0,
        Kernel::Plain => 1.0,
    }
}

/// Tokens of the question by which models are compared.
pub const QUESTION_TOKENS: u64 = 16;

/// What nothing on this machine can beat: its products and its memory, with nothing else to do.
#[derive(Clone, Debug, Serialize)]
pub struct Limits {
    /// Products of bytes in one cycle of one core.
    pub macs_a_cycle: f64,
    /// Products of one pass over a question of 16 tokens.
    pub question_macs: u64,
    /// Milliseconds of one core for them.
    pub model_ms: f64,
    /// Tokens of an asked question, in the mean.
    pub mean_tokens: f64,
    /// Milliseconds of one core for the model over such a question.
    pub mean_model_ms: f64,
    /// Bytes of the exact scan: a byte a value of each vector.
    pub scan_bytes: u64,
    /// Bytes that one core reads in a second where so many are read over and over, in 10⁹.
    pub scan_gb_s: f64,
    /// Milliseconds of one core for the scan.
    pub scan_ms: f64,
    /// Model and scan together: no question takes less.
    pub question_ms: f64,
    /// Questions a second of all cores together.
    pub questions_a_second: f64,
    /// Seconds of all cores together for the vectors of an import, texts taken to be as long as questions.
    pub import_s: f64,
}

impl Limits {
    /// For a model, so many vectors, and questions of so many tokens. `None` without a clock, a model or vectors.
    pub fn of(machine: &Machine, model: &Path, vectors: usize, mean_tokens: f64) -> Option<Limits> {
        let sizes = Sizes::read(model).ok().filter(|_| vectors > 0)?;
        let macs_a_cycle = macs_a_cycle(Kernel::best());
        let ms = |macs: u64| Some(macs as f64 / (machine.clock_ghz? * 1e9 * macs_a_cycle) * 1e3);
        let question_macs = sizes.macs(QUESTION_TOKENS);
        let mean_model_ms = ms(sizes.macs(mean_tokens.round() as u64))?;
        let scan_bytes = vectors as u64 * sizes.hidden_size;
        let scan_gb_s = read_gb_s(scan_bytes as usize);
        let scan_ms = scan_bytes as f64 / (scan_gb_s * 1e9) * 1e3;
        let cores = machine.cores as f64;
        Some(Limits {
            macs_a_cycle,
            question_macs,
            model_ms: ms(question_macs)?,
            mean_tokens,
            mean_model_ms,
            scan_bytes,
            scan_gb_s,
            scan_ms,
            question_ms: mean_model_ms + scan_ms,
            questions_a_second: cores * 1e3 / (mean_model_ms + scan_ms),
            import_s: vectors as f64 * mean_model_ms / 1e3 / cores,
        })
    }
}

/// Tokens of texts after a prefix, those round them included; `None` where the model has no tokenizer.
pub fn tokens(model: &Path, prefix: &str, texts: &[String]) -> Option<Vec<usize>> {
    let tokenizer = tokenizers::Tokenizer::from_file(model.join("tokenizer.json")).ok()?;
    let count = |text: &String| Some(tokenizer.encode_fast(format!("{prefix}{text}"), true).ok()?.len());
    texts.iter().map(count).collect()
}

/// Tokens of some questions in the mean, as the model reads them; `None` without a model.
pub fn mean_tokens(model: &Path, texts: &[String]) -> Option<f64> {
    let prefix = crate::embed::Manifest::read(model).ok()?.query_prefix;
    let counts = tokens(model, &prefix, texts).filter(|counts| !counts.is_empty())?;
    Some(counts.iter().sum::<usize>() as f64 / counts.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_counted_as_the_layers_have_them() {
        let sizes = Sizes { hidden_size: 384, num_hidden_layers: 6, intermediate_size: 1_536 };
        // 6 × (4 × 384² + 2 × 384 × 1536) a token, and 6 × 2 × 384 for each pair of tokens.
        assert_eq!(sizes.macs(1), 10_616_832 + 4_608);
        assert_eq!(sizes.macs(16), 16 * 10_616_832 + 256 * 4_608);
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/bangban-e5-small");
        assert_eq!(Sizes::read(&shipped).unwrap().macs(16), sizes.macs(16));
        assert!(Sizes::read(Path::new("/nowhere")).is_err());
    }

    #[test]
    fn limits_follow_from_clock_and_memory() {
        let mut machine = Machine::look();
        assert!(machine.cores > 0 && !machine.kernel.is_empty());
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/bangban-e5-small");
        machine.clock_ghz = None;
        assert!(Limits::of(&machine, &shipped, 1_000, 16.0).is_none());
        (machine.clock_ghz, machine.cores) = (Some(4.0), 2);
        let limits = Limits::of(&machine, &shipped, 1_000, 16.0).unwrap();
        let ms = 171_048_960.0 / (4e9 * limits.macs_a_cycle) * 1e3;
        assert!((limits.model_ms - ms).abs() < 1e-9 && (limits.mean_model_ms - ms).abs() < 1e-9);
        assert_eq!(limits.scan_bytes, 384_000);
        assert!((limits.question_ms - limits.model_ms - limits.scan_ms).abs() < 1e-9);
        assert!((limits.questions_a_second - 2e3 / limits.question_ms).abs() < 1e-9);
    }
}

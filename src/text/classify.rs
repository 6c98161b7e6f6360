//! Sorts a text into one of a few classes: a linear model over its character runs and its vector.
//!
//! Small enough to be read: one line a run, one weight a class. Fitted by `bangban fit`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// Longest run of characters that is looked at.
const RUN: usize = 3;

/// A run must stand in so many texts to be learned.
const SEEN: usize = 3;

/// Rounds over all texts while learning.
const ROUNDS: usize = 12;

/// Pull of every weight towards zero, per round.
const FADE: f32 = 1e-5;

/// Runs that a model keeps: those whose strongest weight is greatest.
const KEPT: usize = 10_000;

/// What the vector counts against all runs together.
const VECTOR_SCALE: f32 = 4.0;

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    classes: Vec<String>,
    bias: Vec<f32>,
    runs: HashMap<String, Vec<f32>>,
    /// One row for each value of the vector; empty where it was learned without vectors.
    vector: Vec<Vec<f32>>,
}

/// One text to learn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled<'a> {
    /// The folded text.
    pub text: &'a str,
    /// Its vector, of the same length in all texts; empty for learning by runs alone.
    pub vector: &'a [f32],
    /// Its class.
    pub class: &'a str,
    /// How much it counts; 1 is usual.
    pub weight: f32,
}

/// The file of a model can't be used.
#[derive(Debug, thiserror::Error)]
#[error("line {0}: {1}; write the file anew with `bangban fit`")]
pub struct BadClassifier(usize, String);

/// Every run of one to three characters, each once.
fn runs(text: &str) -> Vec<String> {
    let marked: Vec<char> =
        std::iter::once('^').chain(text.chars().filter(|c| !c.is_whitespace())).chain(['$']).collect();
    let mut list: Vec<String> = (1..=RUN)
        .flat_map(|length| marked.windows(length).map(|run| run.iter().collect()))
        .filter(|run| run != "^" && run != "$")
        .collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// What one of `count` runs counts: a long text is no surer than a short one.
fn share(count: usize) -> f32 {
    1.0 / (count.max(1) as f32).sqrt()
}

impl Classifier {
    /// Learns from texts, in their order; the same texts give the same model.
    pub fn learn(texts: &[Labelled<'_>]) -> Classifier {
        let mut classes: Vec<String> = texts.iter().map(|t| t.class.to_owned()).collect();
        classes.sort_unstable();
        classes.dedup();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let cut: Vec<Vec<String>> = texts.iter().map(|t| runs(t.text)).collect();
        cut.iter().flatten().for_each(|run| *seen.entry(run.clone()).or_default() += 1);
        seen.retain(|_, count| *count >= SEEN);
        let known: BTreeMap<String, usize> =
            seen.into_keys().enumerate().map(|(at, run)| (run, at)).collect();
        let cut: Vec<Vec<usize>> =
            cut.iter().map(|runs| runs.iter().filter_map(|run| known.get(run).copied()).collect()).collect();
        let lengths: Vec<f32> = texts.iter().map(|t| share(runs(t.text).len())).collect();
        let length = texts.first().map_or(0, |t| t.vector.len());
        let rows = known.len() + length + 1;
        let mut weights = vec![vec![0.0f32; classes.len()]; rows];
        let mut squares = vec![vec![1e-4f32; classes.len()]; rows];
        let bias = rows - 1;
        for round in 0..ROUNDS {
            let rate = 0.3 * (1.0 - round as f32 / ROUNDS as f32);
            for step in 0..texts.len() {
                // A stride that shares no factor with the count visits every text once, classes mixed.
                let at = (step * stride(texts.len()) + round) % texts.len();
                let text = &texts[at];
                let value = lengths[at];
                let inputs = cut[at].iter().map(|&row| (row, value));
                let dense = text.vector.iter().enumerate().map(|(i, v)| (known.len() + i, v * VECTOR_SCALE));
                let inputs: Vec<(usize, f32)> = inputs.chain(dense).chain([(bias, 1.0)]).collect();
                let mut scores = vec![0.0; classes.len()];
                for &(row, value) in &inputs {
                    scores.iter_mut().zip(&weights[row]).for_each(|(s, w)| *s += w * value);
                }
                let mut pull = softmax(&scores);
                for (p, class) in pull.iter_mut().zip(&classes) {
                    *p = text.weight * (f32::from(u8::from(class == text.class)) - *p);
                }
                for &(row, value) in &inputs {
                    for ((w, s), p) in weights[row].iter_mut().zip(&mut squares[row]).zip(&pull) {
                        let gradient = p * value - FADE * *w;
                        *s += gradient * gradient;
                        *w += rate * gradient / s.sqrt();
                    }
                }
            }
        }
        let mut model = Classifier {
            bias: weights[bias].clone(),
            vector: weights[known.len()..known.len() + length].to_vec(),
            runs: HashMap::new(),
            classes,
        };
        let strength = |at: usize| weights[at].iter().fold(0.0f32, |most, w| most.max(w.abs()));
        let mut ranked: Vec<(String, usize)> = known.into_iter().collect();
        ranked.sort_by(|a, b| strength(b.1).total_cmp(&strength(a.1)).then(a.0.cmp(&b.0)));
        ranked.truncate(KEPT);
        model.runs = ranked.into_iter().map(|(run, at)| (run, weights[at].clone())).collect();
        model
    }

    /// Every class.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Chance of each class, in the order of [`Classifier::classes`]; together 1.
    ///
    /// Without a vector, or with one of another length, the runs alone speak.
    pub fn chances(&self, text: &str, vector: &[f32]) -> Vec<f32> {
        let mut scores = self.bias.clone();
        let runs = runs(text);
        let value = share(runs.len());
        for weights in runs.iter().filter_map(|run| self.runs.get(run)) {
            scores.iter_mut().zip(weights).for_each(|(s, w)| *s += w * value);
        }
        if vector.len() == self.vector.len() {
            for (weights, v) in self.vector.iter().zip(vector) {
                scores.iter_mut().zip(weights).for_each(|(s, w)| *s += w * v * VECTOR_SCALE);
            }
        }
        softmax(&scores)
    }

    /// The model as text: classes, then one line a value of the vector, then one a run.
    pub fn to_tsv(&self) -> String {
        let mut text = format!("classes\t{}\n", self.classes.join("\t"));
        let mut line = |name: &str, weights: &[f32]| {
            text.push_str(name);
            for w in weights {
                // Two digits are as good as seven here, and half the file.
                let _ = write!(text, "\t{w:.2}");
            }
            text.push('\n');
        };
        line("bias", &self.bias);
        for weights in &self.vector {
            line("vector", weights);
        }
        let mut runs: Vec<_> = self.runs.iter().collect();
        runs.sort_unstable_by(|a, b| a.0.cmp(b.0));
        for (run, weights) in runs {
            line(&format!("={run}"), weights);
        }
        text
    }

    /// Reads what [`Classifier::to_tsv`] wrote.
    pub fn parse(tsv: &str) -> Result<Classifier, BadClassifier> {
        let mut model =
            Classifier { classes: Vec::new(), bias: Vec::new(), runs: HashMap::new(), vector: Vec::new() };
        for (at, line) in tsv.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let bad = |why: &str| BadClassifier(at + 1, why.to_owned());
            let mut cells = line.split('\t');
            let name = cells.next().unwrap_or_default();
            if name == "classes" {
                model.classes = cells.map(str::to_owned).collect();
                continue;
            }
            let weights: Vec<f32> = cells
                .map(|cell| cell.parse().ok().filter(|w: &f32| w.is_finite()))
                .collect::<Option<_>>()
                .ok_or_else(|| bad("a weight is not a number"))?;
            if weights.len() != model.classes.len() || weights.is_empty() {
                return Err(bad("there must be one weight a class"));
            }
            match (name, name.strip_prefix('=')) {
                ("bias", _) => model.bias = weights,
                ("vector", _) => model.vector.push(weights),
                (_, Some(run)) => {
                    model.runs.insert(run.to_owned(), weights);
                }
                _ => return Err(bad("it starts with none of classes, bias, vector, =")),
            }
        }
        match model.bias.is_empty() {
            true => Err(BadClassifier(1, "the lines `classes` and `bias` are missing".into())),
            false => Ok(model),
        }
    }
}

/// A stride through `count` places that comes by each once.
fn stride(count: usize) -> usize {
    fn common(a: usize, b: usize) -> usize {
        if b == 0 { a } else { common(b, a % b) }
    }
    (count * 5 / 8..).find(|&n| n > 0 && common(n, count.max(1)) == 1).unwrap_or(1)
}

fn softmax(scores: &[f32]) -> Vec<f32> {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let masses: Vec<f32> = scores.iter().map(|s| (s - top).exp()).collect();
    let all: f32 = masses.iter().sum();
    masses.into_iter().map(|m| m / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Vec<Labelled<'static>> {
        let row = |text, class| Labelled { text, vector: &[], class, weight: 1.0 };
        let fire = ["着火了快来", "楼下着火", "厨房着火啦", "着火着火", "草场着火了"];
        let card = ["身份证怎么补", "补办身份证", "身份证丢了", "身份证到期", "换身份证"];
        fire.map(|t| row(t, "fire")).into_iter().chain(card.map(|t| row(t, "card"))).collect()
    }

    #[test]
    fn unseen_texts_fall_into_their_class_and_the_file_keeps_it() {
        let model = Classifier::learn(&texts());
        assert_eq!(model.classes(), ["card", "fire"]);
        let back = Classifier::parse(&model.to_tsv()).unwrap();
        for (text, fire) in [("我家着火了", true), ("身份证咋办", false)] {
            for model in [&model, &back] {
                let chances = model.chances(text, &[]);
                assert_eq!(chances[1] > 0.6, fire, "{text} {chances:?}");
                assert!((chances.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
        assert_eq!(Classifier::learn(&texts()), model);
    }

    #[test]
    fn the_vector_speaks_where_words_do_not() {
        let row = |text, vector, class| Labelled { text, vector, class, weight: 1.0 };
        let list: Vec<_> =
            (0..20)
                .map(|n| {
                    if n % 2 == 0 {
                        row("甲", &[1.0, 0.0][..], "a")
                    } else {
                        row("甲", &[0.0, 1.0][..], "b")
                    }
                })
                .collect();
        let model = Classifier::learn(&list);
        assert!(model.chances("甲", &[1.0, 0.0])[0] > 0.8 && model.chances("甲", &[0.0, 1.0])[0] < 0.2);
        let silent = model.chances("甲", &[])[0];
        assert!((0.2..0.8).contains(&silent), "{silent}");
    }

    #[test]
    fn a_broken_file_is_named_by_its_line() {
        for (text, word) in [
            ("", "missing"),
            ("classes\ta\tb\nbias\t1\n", "line 2"),
            ("classes\ta\nbias\tx\n", "not a number"),
            ("classes\ta\nbias\t1\nrun\t1\n", "line 3"),
        ] {
            let error = Classifier::parse(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text:?}: {error}");
        }
        assert!(Classifier::learn(&[]).chances("甲", &[]).is_empty());
    }
}

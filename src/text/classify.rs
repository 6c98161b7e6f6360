//! Sorts a text into one of a few classes: a linear model over its character runs and its vector.
//!
//! Small enough to be read: one line a run, with what the run is worth by its rarity, and one weight a class. Fitted by `bangban fit`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// Longest run of characters that is looked at.
const RUN: usize = 4;

/// A run must stand in so many texts to be learned.
const SEEN: usize = 3;

/// Steps of gradient descent over all texts; the problem is convex.
const STEPS: usize = 160;

/// Adam's step at the start; it shrinks to nothing.
const RATE: f32 = 0.3;

/// Pull of every weight towards zero, against the mean loss of a text.
const FADE: f32 = 1e-5;

/// Runs that a model keeps: those that shift the classes most.
const KEPT: usize = 24_000;

/// What the vector counts against all runs together.
const VECTOR_SCALE: f32 = 3.0;

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    classes: Vec<String>,
    bias: Vec<f32>,
    /// What each run is worth, by its rarity, and its weights.
    runs: HashMap<String, (f32, Vec<f32>)>,
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

/// Every run of one to four characters, each once.
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

/// Scales values to length 1: a long text is no surer than a short one.
fn unit<T>(inputs: &mut [(T, f32)]) {
    let length = inputs.iter().map(|(_, v)| v * v).sum::<f32>().sqrt();
    inputs.iter_mut().for_each(|(_, v)| *v /= length.max(f32::MIN_POSITIVE));
}

/// The runs to learn from with what each is worth, in order of their letters.
fn known_runs(cut: &[Vec<String>], texts: &[Labelled<'_>], classes: &[String]) -> Vec<(String, f32)> {
    let class_of = |text: &Labelled<'_>| classes.iter().position(|c| c == text.class).unwrap_or(0);
    let mut all = vec![0.0f32; classes.len()];
    let mut counts: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
    for (runs, text) in cut.iter().zip(texts) {
        let class = class_of(text);
        all[class] += 1.0;
        for run in runs {
            counts.entry(run).or_insert_with(|| vec![0.0; classes.len()])[class] += 1.0;
        }
    }
    let total = all.iter().sum::<f32>().max(1.0);
    let mut ranked: Vec<(f32, &str, f32)> = counts
        .into_iter()
        .map(|(run, by_class)| (run, by_class.iter().sum::<f32>(), by_class))
        .filter(|(_, seen, _)| *seen >= SEEN as f32)
        .map(|(run, seen, by_class)| {
            let shift = by_class.iter().zip(&all).map(|(n, all)| (n / seen - all / total).abs());
            let shift = shift.fold(0.0, f32::max) * seen.sqrt();
            (shift, run, ((1.0 + total) / (1.0 + seen)).ln() + 1.0)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    ranked.truncate(KEPT);
    let mut kept: Vec<(String, f32)> =
        ranked.into_iter().map(|(_, run, worth)| (run.to_owned(), worth)).collect();
    kept.sort_by(|a, b| a.0.cmp(&b.0));
    kept
}

impl Classifier {
    /// Learns from texts; the same texts give the same model.
    pub fn learn(texts: &[Labelled<'_>]) -> Classifier {
        let mut classes: Vec<String> = texts.iter().map(|t| t.class.to_owned()).collect();
        classes.sort_unstable();
        classes.dedup();
        let cut: Vec<Vec<String>> = texts.iter().map(|t| runs(t.text)).collect();
        let known = known_runs(&cut, texts, &classes);
        let place: HashMap<&str, usize> =
            known.iter().enumerate().map(|(at, k)| (k.0.as_str(), at)).collect();
        let length = texts.first().map_or(0, |t| t.vector.len());
        // One row of inputs a text: its runs, its vector, a constant.
        let rows: Vec<Vec<(usize, f32)>> = cut
            .iter()
            .zip(texts)
            .map(|(runs, text)| {
                let mut row: Vec<(usize, f32)> = runs
                    .iter()
                    .filter_map(|run| place.get(run.as_str()).map(|&at| (at, known[at].1)))
                    .collect();
                unit(&mut row);
                row.extend(text.vector.iter().enumerate().map(|(i, v)| (known.len() + i, v * VECTOR_SCALE)));
                row.push((known.len() + length, 1.0));
                row
            })
            .collect();
        let width = classes.len();
        let mut weights = vec![0.0f32; (known.len() + length + 1) * width];
        let (mut first, mut second) = (vec![0.0f32; weights.len()], vec![0.0f32; weights.len()]);
        let share = 1.0 / texts.iter().map(|t| t.weight).sum::<f32>().max(f32::MIN_POSITIVE);
        for step in 0..STEPS {
            let mut gradient: Vec<f32> = weights.iter().map(|w| FADE * w).collect();
            for (row, text) in rows.iter().zip(texts) {
                let mut scores = vec![0.0; width];
                for &(at, value) in row {
                    let weights = &weights[at * width..(at + 1) * width];
                    scores.iter_mut().zip(weights).for_each(|(s, w)| *s += w * value);
                }
                let mut pull = softmax(&scores);
                for (p, class) in pull.iter_mut().zip(&classes) {
                    *p = share * text.weight * (*p - f32::from(u8::from(class == text.class)));
                }
                for &(at, value) in row {
                    let gradient = &mut gradient[at * width..(at + 1) * width];
                    gradient.iter_mut().zip(&pull).for_each(|(g, p)| *g += p * value);
                }
            }
            let rate = RATE * (1.0 - step as f32 / STEPS as f32);
            let (full1, full2) = (1.0 - 0.9f32.powi(step as i32 + 1), 1.0 - 0.999f32.powi(step as i32 + 1));
            for (at, g) in gradient.into_iter().enumerate() {
                first[at] = 0.9 * first[at] + 0.1 * g;
                second[at] = 0.999 * second[at] + 0.001 * g * g;
                weights[at] -= rate * (first[at] / full1) / ((second[at] / full2).sqrt() + 1e-9);
            }
        }
        let row = |at: usize| weights[at * width..(at + 1) * width].to_vec();
        Classifier {
            bias: row(known.len() + length),
            vector: (known.len()..known.len() + length).map(row).collect(),
            runs: known
                .iter()
                .enumerate()
                .map(|(at, (run, worth))| (run.clone(), (*worth, row(at))))
                .collect(),
            classes,
        }
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
        let mut known: Vec<(&Vec<f32>, f32)> = runs
            .iter()
            .filter_map(|run| self.runs.get(run))
            .map(|(worth, weights)| (weights, *worth))
            .collect();
        unit(&mut known);
        for (weights, value) in known {
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
        for (run, (worth, weights)) in runs {
            line(&format!("={run}\t{worth:.2}"), weights);
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
            let worth = usize::from(name.starts_with('='));
            if weights.len() != model.classes.len() + worth || model.classes.is_empty() {
                return Err(bad(
                    "there must be one weight a class, and before those of a run what it is worth",
                ));
            }
            match (name, name.strip_prefix('=')) {
                ("bias", _) => model.bias = weights,
                ("vector", _) => model.vector.push(weights),
                (_, Some(run)) => {
                    model.runs.insert(run.to_owned(), (weights[0], weights[1..].to_vec()));
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

//! Candidates → what may be said: two thresholds and a margin.

use super::Status;

/// What judgement needs to know of a candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Chance that it is the right item, 0 to 1.
    pub confidence: f32,
}

/// When to answer, when to offer a list, when to say that nothing fits.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// From this confidence on the first candidate is the answer.
    pub sure: f32,
    /// Below this confidence nothing fits.
    pub nothing: f32,
    /// Candidates closer than this to the first are its near twins.
    pub margin: f32,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds { sure: 0.6, nothing: 0.12, margin: 0.15 }
    }
}

/// What the candidates come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The first one is the answer.
    Sure,
    /// So many at the top are near twins: ask what tells them apart.
    Twins(usize),
    /// None stands out: show the list.
    Unclear,
    /// Nothing fits.
    Nothing,
}

/// A verdict with the status it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// How the turn ends.
    pub status: Status,
}

/// At most so many options are put to a person at once.
const MOST_TWINS: usize = 5;

/// Judges candidates, best first.
pub fn judge(candidates: &[Candidate], thresholds: &Thresholds) -> Judgement {
    let verdict = match candidates {
        [] => Verdict::Nothing,
        [first, ..] if first.confidence < thresholds.nothing => Verdict::Nothing,
        [first, ..] if first.confidence >= thresholds.sure => Verdict::Sure,
        [first, rest @ ..] => {
            let near = rest.iter().filter(|c| first.confidence - c.confidence <= thresholds.margin).count();
            match near {
                1..MOST_TWINS => Verdict::Twins(near + 1),
                _ => Verdict::Unclear,
            }
        }
    };
    let status = match verdict {
        Verdict::Sure => Status::Answered,
        Verdict::Twins(_) => Status::Clarify,
        Verdict::Unclear => Status::Candidates,
        Verdict::Nothing => Status::OutOfScope,
    };
    Judgement { verdict, status }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_and_margin_decide() {
        let thresholds = Thresholds { sure: 0.6, nothing: 0.1, margin: 0.15 };
        for (confidences, want) in [
            (&[][..], Verdict::Nothing),
            (&[0.05], Verdict::Nothing),
            (&[0.9, 0.05], Verdict::Sure),
            (&[0.4, 0.35, 0.1], Verdict::Twins(2)),
            (&[0.4, 0.1], Verdict::Unclear),
            (&[0.2, 0.2, 0.2, 0.2, 0.2, 0.2], Verdict::Unclear),
        ] {
            let candidates: Vec<Candidate> =
                confidences.iter().map(|&confidence| Candidate { confidence }).collect();
            assert_eq!(judge(&candidates, &thresholds).verdict, want, "{confidences:?}");
        }
    }
}

//! 情形: the questions of a guide, and the conditions that their answers decide.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The variable that stands for the chosen business item (业务办理项).
pub const ITEM: &str = "item";

/// One question of a guide whose answer changes what is needed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Situation {
    /// Short name used in conditions.
    pub id: String,
    /// The question as the citizen reads it.
    pub question: String,
    /// Whether more than one option may hold.
    pub kind: SituationKind,
    /// The possible answers.
    pub options: Vec<Choice>,
    /// Asked only if this holds.
    pub ask_when: Option<When>,
    /// Place in the order of questions.
    pub order: Option<u32>,
}

/// How many options of a question may hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SituationKind {
    /// Exactly one.
    #[default]
    Single,
    /// Any number.
    Multi,
}

/// One answer to a question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// Short name used in conditions.
    pub id: String,
    /// The text on the button.
    pub label: String,
}

/// What the asker has answered so far: variable → chosen options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, BTreeSet<String>>);

impl Answers {
    /// Adds one chosen option.
    pub fn choose(&mut self, variable: &str, option: &str) {
        self.0.entry(variable.to_owned()).or_default().insert(option.to_owned());
    }

    /// Takes back what was chosen for a variable.
    pub fn clear(&mut self, variable: &str) {
        self.0.remove(variable);
    }

    /// What was chosen for a variable, if anything.
    pub fn get(&self, variable: &str) -> Option<&BTreeSet<String>> {
        self.0.get(variable)
    }

    /// The chosen business item, if there is one.
    pub fn item(&self) -> Option<&str> {
        self.0.get(ITEM).and_then(|set| set.first()).map(String::as_str)
    }

    /// Variables and their chosen options.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Answers {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(pairs: T) -> Self {
        let mut answers = Answers::default();
        for (variable, option) in pairs {
            answers.choose(&variable.into(), &option.into());
        }
        answers
    }
}

/// What a condition comes to under the answers given so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// An answer is missing: keep the entry and show its condition.
    Open,
}

impl Truth {
    fn not(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Open => Truth::Open,
        }
    }

    fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::No, _) | (_, Truth::No) => Truth::No,
            (Truth::Yes, Truth::Yes) => Truth::Yes,
            _ => Truth::Open,
        }
    }

    fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }
}

/// A condition over answers, such as `agent=self && item in [丢失补领,损坏换领]`.
///
/// Invariant: the text parses; it is kept so that it can be written back unchanged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct When {
    text: String,
    tree: Tree,
}

#[derive(Clone, Debug, PartialEq)]
enum Tree {
    In(String, BTreeSet<String>),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

/// Why a text is not a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("condition {text:?}: {problem} at character {at}")]
pub struct BadWhen {
    text: String,
    problem: &'static str,
    at: usize,
}

impl When {
    /// What the condition comes to under these answers.
    pub fn truth(&self, answers: &Answers) -> Truth {
        truth(&self.tree, answers)
    }

    /// The variables it reads with the options it names.
    pub fn reads(&self) -> Vec<(&str, &BTreeSet<String>)> {
        let mut list = Vec::new();
        collect(&self.tree, &mut list);
        list
    }

    /// The condition as written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn truth(tree: &Tree, answers: &Answers) -> Truth {
    match tree {
        Tree::In(variable, options) => match answers.get(variable) {
            None => Truth::Open,
            Some(chosen) if chosen.is_disjoint(options) => Truth::No,
            Some(_) => Truth::Yes,
        },
        Tree::Not(inner) => truth(inner, answers).not(),
        Tree::And(a, b) => truth(a, answers).and(truth(b, answers)),
        Tree::Or(a, b) => truth(a, answers).or(truth(b, answers)),
    }
}

fn collect<'a>(tree: &'a Tree, list: &mut Vec<(&'a str, &'a BTreeSet<String>)>) {
    match tree {
        Tree::In(variable, options) => list.push((variable, options)),
        Tree::Not(inner) => collect(inner, list),
        Tree::And(a, b) | Tree::Or(a, b) => {
            collect(a, list);
            collect(b, list);
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<When> for String {
    fn from(when: When) -> String {
        when.text
    }
}

impl TryFrom<String> for When {
    type Error = BadWhen;

    fn try_from(text: String) -> Result<When, BadWhen> {
        let chars: Vec<char> = text.chars().collect();
        let mut parser = Parser { chars: &chars, at: 0, depth: 0 };
        match parser.or().and_then(|tree| parser.end().map(|()| tree)) {
            Ok(tree) => Ok(When { tree, text }),
            Err(problem) => Err(BadWhen { problem, at: parser.at + 1, text }),
        }
    }
}

/// Deeper nesting than any guide needs; it bounds recursion on hostile input.
const MAX_DEPTH: usize = 32;

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn skip(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip();
        let fits = token.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c));
        if fits {
            self.at += token.chars().count();
        }
        fits
    }

    fn end(&mut self) -> Result<(), &'static str> {
        self.skip();
        match self.chars.get(self.at) {
            None => Ok(()),
            Some(_) => Err("expected && or || or the end"),
        }
    }

    fn or(&mut self) -> Result<Tree, &'static str> {
        let mut tree = self.and()?;
        while self.take("||") {
            tree = Tree::Or(Box::new(tree), Box::new(self.and()?));
        }
        Ok(tree)
    }

    fn and(&mut self) -> Result<Tree, &'static str> {
        let mut tree = self.unary()?;
        while self.take("&&") {
            tree = Tree::And(Box::new(tree), Box::new(self.unary()?));
        }
        Ok(tree)
    }

    fn unary(&mut self) -> Result<Tree, &'static str> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("nested too deeply");
        }
        let tree = if self.take("!") {
            Tree::Not(Box::new(self.unary()?))
        } else if self.take("(") {
            let tree = self.or()?;
            if !self.take(")") {
                return Err("expected )");
            }
            tree
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn comparison(&mut self) -> Result<Tree, &'static str> {
        let variable = self.word().ok_or("expected the id of a question")?;
        if self.take("!=") {
            let option = self.word().ok_or("expected an option")?;
            return Ok(Tree::Not(Box::new(Tree::In(variable, BTreeSet::from([option])))));
        }
        if self.take("=") {
            let option = self.word().ok_or("expected an option")?;
            return Ok(Tree::In(variable, BTreeSet::from([option])));
        }
        if self.take("in") && self.take("[") {
            let mut options = BTreeSet::new();
            loop {
                options.insert(self.word().ok_or("expected an option")?);
                if self.take("]") {
                    return Ok(Tree::In(variable, options));
                }
                if !self.take(",") {
                    return Err("expected , or ]");
                }
            }
        }
        Err("expected =, != or in [")
    }

    fn word(&mut self) -> Option<String> {
        self.skip();
        let start = self.at;
        while self.chars.get(self.at).is_some_and(|c| !c.is_whitespace() && !"()[],=!&|".contains(*c)) {
            self.at += 1;
        }
        (self.at > start).then(|| self.chars[start..self.at].iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(text: &str) -> When {
        When::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn conditions_are_decided_or_left_open() {
        use Truth::{No, Open, Yes};
        let none: &[(&str, &str)] = &[];
        for (text, answers, want) in [
            ("a=x", none, Open),
            ("a=x", &[("a", "x")], Yes),
            ("a=x", &[("a", "y")], No),
            ("a!=x", &[("a", "y")], Yes),
            ("a in [x,y]", &[("a", "y")], Yes),
            ("item in [丢失补领, 损坏换领]", &[("item", "丢失补领")], Yes),
            ("a=x && b=y", &[("a", "z")], No),
            ("a=x && b=y", &[("a", "x")], Open),
            ("a=x || b=y", &[("a", "x")], Yes),
            ("a=x || b=y", &[("a", "z")], Open),
            ("!(a=x || b=y)", &[("a", "x")], No),
            ("a=x && (b=y || c=z)", &[("a", "x"), ("c", "z")], Yes),
            ("m=p", &[("m", "p"), ("m", "q")], Yes),
        ] {
            let answers: Answers = answers.iter().copied().collect();
            assert_eq!(when(text).truth(&answers), want, "{text} under {answers:?}");
        }
    }

    #[test]
    fn bad_conditions_say_where() {
        for (text, at) in
            [("", 1), ("a", 2), ("a=", 3), ("a=x &&", 7), ("a=x b=y", 5), ("a in [x", 8), ("(a=x", 5)]
        {
            let got = When::try_from(text.to_owned()).unwrap_err();
            assert_eq!(got.at, at, "{text:?}: {got}");
        }
        let deep = "(".repeat(100_000);
        assert!(When::try_from(deep).is_err());
    }

    #[test]
    fn the_text_is_kept() {
        assert_eq!(when(" a = x ").text(), " a = x ");
        assert_eq!(when("a in [x,y] && b!=z").reads().len(), 2);
    }
}

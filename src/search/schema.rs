//! The fields of the text index and what a match in each is worth.

use super::tokenizer::{PAIRS, Pairs, WORDS, Words};
use crate::text::Segmenter;
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TextAnalyzer;

/// One indexed field: its name, its tokenizer, and the weight of a match.
pub struct Weighted {
    /// The field.
    pub field: Field,
    /// The tokenizer's name.
    pub tokenizer: &'static str,
    /// Factor on the field's BM25 score.
    pub weight: f32,
}

/// The fields of one document, that is of one catalog item.
pub struct Fields {
    /// Ordinal of the item in `items.jsonl`.
    pub item: Field,
    /// Official names, by word.
    pub name: Field,
    /// Official names, by pair of characters.
    pub name_pairs: Field,
    /// Everyday names, by word.
    pub alias: Field,
    /// Everyday names, by pair.
    pub alias_pairs: Field,
    /// Business items.
    pub cases: Field,
    /// Conditions.
    pub conditions: Field,
    /// Names of materials.
    pub materials: Field,
    /// Everything else worth finding: results, law, questions, department, topics.
    pub body: Field,
    /// Questions known to mean the item, by word.
    pub asked: Field,
    /// The same, by pair.
    pub asked_pairs: Field,
}

/// Fields that are searched together: each group is a list of its own, and the fusion learns its worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What the item is called.
    Names,
    /// What its guide says.
    Body,
    /// How people have asked for it.
    Asked,
}

/// Field name, tokenizer, group, weight within the group. Names carry the most; a guide's body mentions many other items.
const TEXT_FIELDS: [(&str, &str, Group, f32); 10] = [
    ("name", WORDS, Group::Names, 1.0),
    ("name_pairs", PAIRS, Group::Names, 1.0),
    ("alias", WORDS, Group::Names, 1.0),
    ("alias_pairs", PAIRS, Group::Names, 1.0),
    ("cases", WORDS, Group::Names, 0.6),
    ("conditions", WORDS, Group::Body, 0.15),
    ("materials", WORDS, Group::Body, 0.15),
    ("body", WORDS, Group::Body, 0.25),
    ("asked", WORDS, Group::Asked, 1.0),
    ("asked_pairs", PAIRS, Group::Asked, 1.0),
];

/// The schema with its fields.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let item = builder.add_u64_field("item", FAST);
    let text = TEXT_FIELDS.map(|(name, tokenizer, ..)| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_index_option(IndexRecordOption::WithFreqs);
        builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
    });
    let [name, name_pairs, alias, alias_pairs, cases, conditions, materials, body, asked, asked_pairs] = text;
    let fields = Fields {
        item,
        name,
        name_pairs,
        alias,
        alias_pairs,
        cases,
        conditions,
        materials,
        body,
        asked,
        asked_pairs,
    };
    (builder.build(), fields)
}

impl Fields {
    /// The text fields of a group with their tokenizers and weights.
    pub fn weighted(&self, group: Group) -> impl Iterator<Item = Weighted> {
        let fields = [
            self.name,
            self.name_pairs,
            self.alias,
            self.alias_pairs,
            self.cases,
            self.conditions,
            self.materials,
            self.body,
            self.asked,
            self.asked_pairs,
        ];
        fields
            .into_iter()
            .zip(TEXT_FIELDS)
            .filter(move |(_, (.., of, _))| *of == group)
            .map(|(field, (_, tokenizer, _, weight))| Weighted { field, tokenizer, weight })
    }
}

/// Registers both tokenizers with an index.
pub fn register(index: &tantivy::Index, segmenter: &Segmenter) {
    let manager = index.tokenizers();
    manager.register(WORDS, TextAnalyzer::from(Words(segmenter.clone())));
    manager.register(PAIRS, TextAnalyzer::from(Pairs));
}

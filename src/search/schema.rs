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
}

/// Field name, tokenizer, weight. Names carry the most; a guide's body mentions many other items.
const TEXT_FIELDS: [(&str, &str, f32); 8] = [
    ("name", WORDS, 1.0),
    ("name_pairs", PAIRS, 1.0),
    ("alias", WORDS, 1.0),
    ("alias_pairs", PAIRS, 1.0),
    ("cases", WORDS, 0.6),
    ("conditions", WORDS, 0.15),
    ("materials", WORDS, 0.15),
    ("body", WORDS, 0.25),
];

/// The schema with its fields.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let item = builder.add_u64_field("item", FAST);
    let text = TEXT_FIELDS.map(|(name, tokenizer, _)| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_index_option(IndexRecordOption::WithFreqs);
        builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
    });
    let [name, name_pairs, alias, alias_pairs, cases, conditions, materials, body] = text;
    let fields = Fields { item, name, name_pairs, alias, alias_pairs, cases, conditions, materials, body };
    (builder.build(), fields)
}

impl Fields {
    /// The text fields with their tokenizers and weights.
    pub fn weighted(&self) -> [Weighted; 8] {
        let fields = [
            self.name,
            self.name_pairs,
            self.alias,
            self.alias_pairs,
            self.cases,
            self.conditions,
            self.materials,
            self.body,
        ];
        std::array::from_fn(|i| Weighted {
            field: fields[i],
            tokenizer: TEXT_FIELDS[i].1,
            weight: TEXT_FIELDS[i].2,
        })
    }
}

/// Registers both tokenizers with an index.
pub fn register(index: &tantivy::Index, segmenter: &Segmenter) {
    let manager = index.tokenizers();
    manager.register(WORDS, TextAnalyzer::from(Words(segmenter.clone())));
    manager.register(PAIRS, TextAnalyzer::from(Pairs));
}

//! The words of the guides in engines that others would take, for comparison only: a full-text table of SQLite, and what
//! PostgreSQL is told. Nothing that the service keeps is in either.

use super::DatabaseError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::fmt::Write;
use std::path::Path;

/// The words of one guide, each list with spaces between them.
#[derive(Clone, Debug, PartialEq)]
pub struct WordRow {
    /// Number of the guide.
    pub guide: i64,
    /// Codes of its division and of all above it.
    pub within: String,
    /// Of its name.
    pub name: String,
    /// Of its organ.
    pub organ: String,
    /// Of all the rest.
    pub text: String,
}

/// A full-text table of SQLite (FTS5), in a file of its own.
pub struct WordTable(SqlitePool);

impl WordTable {
    /// Makes the file.
    pub async fn create(path: &Path) -> Result<WordTable, DatabaseError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            // Thrown away after the comparison: as fast as it can be written.
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        // Without the texts themselves, as ours; the weights are ours, too.
        sqlx::raw_sql(
            "CREATE VIRTUAL TABLE words USING fts5(within, name, organ, rest, content='',
                 tokenize='unicode61 remove_diacritics 0');
             INSERT INTO words(words, rank) VALUES('rank', 'bm25(0.0, 2.0, 0.5, 1.0)');",
        )
        .execute(&pool)
        .await?;
        Ok(WordTable(pool))
    }

    /// Adds guides, all in one transaction.
    pub async fn add(&self, rows: &[WordRow]) -> Result<(), DatabaseError> {
        let mut change = self.0.begin().await?;
        for row in rows {
            sqlx::query("INSERT INTO words(rowid, within, name, organ, rest) VALUES (?, ?, ?, ?, ?)")
                .bind(row.guide)
                .bind(&row.within)
                .bind(&row.name)
                .bind(&row.organ)
                .bind(&row.text)
                .execute(&mut *change)
                .await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// Brings the table into one piece, after the last guide.
    pub async fn finish(&self) -> Result<(), DatabaseError> {
        sqlx::raw_sql("INSERT INTO words(words) VALUES('optimize')").execute(&self.0).await?;
        Ok(())
    }

    /// Guides with any of these words, within a division where one is named, best first.
    pub async fn find(
        &self,
        words: &[String],
        within: Option<&str>,
        limit: i64,
    ) -> Result<Vec<i64>, DatabaseError> {
        let any: Vec<String> =
            words.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
        let mut wanted = format!("{{name organ rest}} : ({})", any.join(" OR "));
        if let Some(within) = within {
            wanted = format!("within : \"{within}\" AND {wanted}");
        }
        let rows = sqlx::query_scalar("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?");
        Ok(rows.bind(wanted).bind(limit).fetch_all(&self.0).await?)
    }
}

/// Has PostgreSQL tell its version.
pub const VERSION: &str = "SHOW server_version;\n";

/// Has it tell the bytes of the table with its index.
pub const SIZE: &str = "SELECT pg_total_relation_size('guides');\n";

/// What it is told before the guides: where they are copied to.
pub const BEFORE: &str = "CREATE UNLOGGED TABLE rows (guide bigint, within text, name text, organ text, rest text);\n\
                          COPY rows FROM STDIN;\n";

/// What it is told after them: a table of words cut beforehand, and an index over it.
pub const AFTER: &str = "\\.\n\
    CREATE UNLOGGED TABLE guides AS SELECT guide,\n\
        setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple', rest), 'B')\n\
        || setweight(to_tsvector('simple', organ), 'C') || array_to_tsvector(string_to_array(within, ' '))\n\
        AS words FROM rows;\n\
    DROP TABLE rows;\n\
    CREATE INDEX ON guides USING gin (words) WITH (fastupdate = off);\n\
    VACUUM ANALYZE guides;\n";

/// Guides as PostgreSQL copies them in, a line each.
pub fn rows(rows: &[WordRow]) -> String {
    let mut text = String::new();
    for row in rows {
        let within: Vec<String> = row.within.split(' ').map(division).collect();
        let fields = [&within.join(" "), &row.name, &row.organ, &row.text].map(|field| plain(field));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}\t{}", row.guide, fields.join("\t"));
    }
    text
}

/// A division as a word, apart from numbers in texts.
fn division(code: &str) -> String {
    format!("within{code}")
}

/// Without what ends a field, a line or a quotation.
fn plain(text: &str) -> String {
    text.replace(['\\', '\'', '$', '\t', '\n', '\r', '\0'], " ")
}

/// What a client is told before questions that are timed: what takes longer is broken off, and rows go nowhere.
pub fn timed(patience_ms: u64) -> String {
    format!("SET statement_timeout = {patience_ms};\n\\set ON_ERROR_STOP off\n\\o /dev/null\n\\timing on\n")
}

/// A question to PostgreSQL: guides with any of these words, within a division where one is named, best first; one line.
pub fn question(words: &[String], within: Option<&str>, limit: i64) -> String {
    let any: Vec<String> = words.iter().map(|word| format!("'{}'", plain(word).trim())).collect();
    let mut wanted = format!("({})", any.join(" | "));
    if let Some(within) = within {
        wanted = format!("'{}' & {wanted}", division(within));
    }
    format!(
        "SELECT guide FROM guides, (SELECT $wanted${wanted}$wanted$::tsquery AS wanted) AS question \
         WHERE words @@ wanted ORDER BY ts_rank('{{0, 0.25, 0.5, 1}}', words, wanted) DESC LIMIT {limit};\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(guide: i64, within: &str, name: &str, text: &str) -> WordRow {
        let [within, name, text] = [within, name, text].map(str::to_owned);
        WordRow { guide, within, name, organ: "公安 局".into(), text }
    }

    #[tokio::test]
    async fn sqlite_finds_words_and_keeps_to_a_division() {
        let dir = tempfile::tempdir().unwrap();
        let table = WordTable::create(&dir.path().join("words.sqlite")).await.unwrap();
        table
            .add(&[
                row(1, "150702 150700 150000", "身份 身份证 办理", "户口簿 照片"),
                row(2, "150102 150100 150000", "身份 身份证 办理", "户口簿 照片 a\"b"),
                row(3, "150702 150700 150000", "护照 签发", "身份证 照片"),
            ])
            .await
            .unwrap();
        table.finish().await.unwrap();
        let find = async |words: &[&str], within: Option<&str>, limit| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            table.find(&words, within, limit).await.unwrap()
        };
        assert_eq!(find(&["护照"], None, 10).await, [3]);
        // A name weighs more than the rest.
        assert_eq!(find(&["身份证"], Some("150700"), 10).await, [1, 3]);
        assert_eq!(find(&["身份证", "护照"], Some("150102"), 10).await, [2]);
        assert_eq!(find(&["照片"], None, 2).await.len(), 2);
        assert_eq!(find(&["a\"b"], None, 10).await, [2]);
        // A division is not a word of the guide.
        assert!(find(&["150702"], None, 10).await.is_empty());
    }

    #[test]
    fn postgres_is_told_no_more_than_words() {
        let copied = rows(&[row(1, "150702 150700", "甲\t乙", "it's\\n")]);
        assert_eq!(copied, "1\twithin150702 within150700\t甲 乙\t公安 局\tit s n\n");
        let told = question(&["甲".into(), "o'$wanted$".into()], Some("150702"), 10);
        assert!(told.contains("$wanted$'within150702' & ('甲' | 'o  wanted')$wanted$::tsquery"), "{told}");
        assert!(question(&["甲".into()], None, 5).contains("$wanted$('甲')$wanted$"));
    }
}

//! The walls of the house: one import order, read from the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Bottom floor first. A module may import only modules listed before it.
const FLOORS: [&str; 13] = [
    "guide", "text", "dialog", "desk", "embed", "corpus", "search", "store", "config", "assist", "eval",
    "http", "cli",
];

/// Engines do not know each other, but for search, which embeds.
const STRANGERS: [(&str, &str); 5] = [
    ("corpus", "embed"),
    ("search", "corpus"),
    ("search", "dialog"),
    ("embed", "guide"),
    ("corpus", "dialog"),
];

/// Words that one module owns: (owner, word, why).
const OWNED: [(&str, &str, &str); 5] = [
    ("store", "sqlx::", "no SQL outside store"),
    ("search", "tantivy::", "no tantivy type leaves search"),
    ("embed", "candle_", "no candle type leaves embed"),
    ("http", "axum::", "HTTP lives in http only"),
    ("corpus", "calamine::", "workbooks are read in corpus only"),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(dir: &Path, list: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, list);
        } else if path.extension().is_some_and(|e| e == "rs") {
            list.push(path);
        }
    }
}

/// (module, file, text without comments) of every file in `src/`.
fn modules() -> Vec<(String, PathBuf, String)> {
    let mut list = Vec::new();
    files(&source(), &mut list);
    list.into_iter()
        .map(|path| {
            let inside = path.strip_prefix(source()).unwrap();
            let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
            (first.trim_end_matches(".rs").to_owned(), path, code.join("\n"))
        })
        .collect()
}

/// Modules named behind `crate::`, with or without braces.
fn imports(code: &str) -> Vec<String> {
    let word =
        |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(word(rest)),
            Some(list) => {
                let mut depth = 1;
                let mut start = true;
                for (i, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => start = true,
                        c if start && !c.is_whitespace() => {
                            found.push(word(&list[i..]));
                            start = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
        }
    }
    found
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|f| *f == module)
}

/// What is wrong with one file of a module.
fn faults(module: &str, code: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(own) = floor(module) else {
        return match module {
            "main" | "lib" => faults,
            _ => vec![format!("module `{module}` stands on no floor")],
        };
    };
    for import in imports(code) {
        match floor(&import) {
            Some(other) if other > own => faults.push(format!("`crate::{import}` is not below `{module}`")),
            _ if STRANGERS.contains(&(module, import.as_str())) => {
                faults.push(format!("`{module}` must not know `{import}`"));
            }
            _ => {}
        }
    }
    for (owner, word, why) in OWNED {
        if module != owner && code.contains(word) {
            faults.push(format!("`{word}` in `{module}`: {why}"));
        }
    }
    faults
}

#[test]
fn a_module_imports_only_what_lies_below() {
    let all: Vec<String> = modules()
        .iter()
        .flat_map(|(module, path, code)| {
            faults(module, code).into_iter().map(move |f| format!("{}: {f}", path.display()))
        })
        .collect();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn an_upward_import_would_be_seen() {
    for (module, code, seen) in [
        ("guide", "use crate::{dialog::State, guide::Card};", true),
        ("guide", "use crate::text::Query;", true),
        ("search", "use crate::guide::Guide;", false),
        ("search", "use crate::corpus::Finding;", true),
        ("assist", "use crate::{guide::{Card, Guide}, search::Search};", false),
        ("assist", "fn f() { crate::http::wire::card(x) }", true),
        ("cli", "use tantivy::Index;", true),
        ("attic", "", true),
    ] {
        assert_eq!(!faults(module, code).is_empty(), seen, "{module}: {code}");
    }
}

#[test]
fn words_and_judgement_touch_nothing() {
    for (module, path, code) in modules() {
        if !["guide", "text", "dialog", "desk"].contains(&module.as_str()) {
            continue;
        }
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        for word in
            ["std::fs", "std::net", "std::env", "SystemTime", "Instant::now", "Timestamp::now", "Zoned::now"]
        {
            assert!(!code.contains(word), "{}: `{word}` on a floor that touches nothing", path.display());
        }
    }
}

#[test]
fn every_test_file_is_declared() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = fs::read_to_string(dir.join("main.rs")).unwrap();
    for entry in fs::read_dir(dir).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(module) = name.strip_suffix(".rs").filter(|m| *m != "main") {
            assert!(main.contains(&format!("mod {module};")), "tests/it/{name} is not declared in main.rs");
        }
    }
}

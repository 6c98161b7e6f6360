//! The shipped corpus: complete, sound, with its sources.

use crate::house::{root, shared};
use bangban::corpus::{Event, Finding, Options, Severity, read};
use bangban::guide::{Guide, Hall, Regions, SourceKind, Theme};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

struct Corpus {
    guides: Vec<Guide>,
    findings: Vec<Finding>,
}

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    let mut corpus = Corpus { guides: Vec::new(), findings: Vec::new() };
    read(&[root().join("corpus")], &Options::default(), &mut |event| {
        match event {
            Event::Guide(guide, _) => corpus.guides.push(*guide),
            Event::Finding(finding) => corpus.findings.push(finding),
            Event::Progress { .. } => {}
        }
        Ok(())
    })
    .unwrap();
    corpus
});

#[derive(Deserialize)]
struct Listed {
    name: String,
    tier: String,
}

fn catalog() -> Option<Vec<Listed>> {
    let text = std::fs::read_to_string(shared("catalog/items.jsonl")?).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn nothing_is_lost_or_doubtful() {
    let wrong: Vec<String> =
        CORPUS.findings.iter().filter(|f| f.severity != Severity::Notice).map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_listed_name_has_its_guide() {
    let Some(catalog) = catalog() else { return };
    let names: BTreeSet<&str> = CORPUS.guides.iter().map(|g| g.name.as_str()).collect();
    let missing: Vec<&str> = catalog.iter().map(|i| i.name.as_str()).filter(|n| !names.contains(n)).collect();
    assert_eq!(catalog.len(), 755);
    assert!(missing.is_empty(), "{} missing: {missing:?}", missing.len());
}

#[test]
fn curated_guides_are_written_out() {
    let Some(catalog) = catalog() else { return };
    let by_name: HashMap<&str, &Guide> = CORPUS.guides.iter().map(|g| (g.name.as_str(), g)).collect();
    let curated: Vec<&Guide> =
        catalog.iter().filter(|i| i.tier == "curated").map(|i| by_name[i.name.as_str()]).collect();
    assert_eq!(curated.len(), 299);
    for guide in &curated {
        let name = &guide.name;
        assert!(guide.common_names.len() >= 3, "{name}: fewer than three everyday names");
        assert!(
            !guide.conditions.is_empty() && !guide.materials.is_empty(),
            "{name}: no conditions or materials"
        );
        assert!(!guide.legal_basis.is_empty() && !guide.flow.is_empty(), "{name}: no basis or flow");
        for material in &guide.materials {
            let form = material.form.as_ref().map(|form| form.word());
            // What exists on a screen only has no count.
            let counted = form == Some("电子") || material.originals.is_some() || material.copies.is_some();
            assert!(form.is_some() && counted, "{name}: {} has no form or count", material.name);
        }
    }
    let with_questions = curated
        .iter()
        .filter(|g| !g.situations.is_empty() && g.materials.iter().any(|m| m.when.is_some()))
        .count();
    assert!(with_questions >= 80, "only {with_questions} guides with 情形 that decide materials");
}

#[test]
fn every_field_says_where_it_comes_from() {
    for guide in &CORPUS.guides {
        let sources: Vec<_> = guide.provenance.0.values().flatten().collect();
        assert!(
            !guide.provenance.of("materials", None).is_empty(),
            "{}: a field without a source",
            guide.name
        );
        for source in sources {
            let kind = source.kind;
            assert!(
                matches!(kind, SourceKind::Law | SourceKind::Page | SourceKind::Unverified),
                "{}: {source} in the corpus",
                guide.name
            );
        }
        assert!(
            guide.data_source.is_some() && guide.updated_at.is_some(),
            "{}: no source or date",
            guide.name
        );
        assert!(!guide.synthetic, "{}", guide.name);
        let stated = serde_json::to_string(&guide.to_json().unwrap()).unwrap();
        assert_eq!(bangban::text::mask(&stated).found, [], "{}: personal data", guide.name);
    }
}

#[test]
fn steps_are_words_not_letters() {
    for guide in &CORPUS.guides {
        for step in &guide.flow {
            assert!(step.step.chars().count() > 1, "{}: {:?}", guide.name, step.step);
        }
    }
}

#[test]
fn an_everyday_name_belongs_to_few() {
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for guide in &CORPUS.guides {
        for name in &guide.common_names {
            owners.entry(name).or_default().insert(&guide.name);
        }
    }
    let crowded: Vec<_> = owners.iter().filter(|(_, items)| items.len() > 3).collect();
    assert!(crowded.is_empty(), "{crowded:?}");
}

#[test]
fn questions_are_short_and_lead_somewhere() {
    for guide in &CORPUS.guides {
        for situation in &guide.situations {
            // Five choices fit a phone; "none of these" may stand behind them.
            let choices = situation.options.iter().filter(|o| o.id != "none").count();
            assert!(
                (2..=5).contains(&situation.options.len()) || choices == 5,
                "{}: {}",
                guide.name,
                situation.id
            );
            for option in &situation.options {
                assert!(option.label.chars().count() <= 18, "{}: {}", guide.name, option.label);
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    question: String,
    item: String,
    business_item: Option<String>,
    voice: String,
    form: String,
    facet: String,
    #[serde(default)]
    near: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
}

fn lines<T: serde::de::DeserializeOwned>(folder: &str) -> Vec<T> {
    let mut files: Vec<_> =
        std::fs::read_dir(root().join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().map(|file| (file, std::fs::read_to_string(file).unwrap()));
    texts
        .flat_map(|(file, text)| {
            let read = |(at, line): (usize, &str)| {
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{}:{}: {e}", file.display(), at + 1))
            };
            text.lines().enumerate().map(read).collect::<Vec<T>>()
        })
        .collect()
}

/// Letters only: what two questions must share to be the same.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn questions_are_many_sound_and_apart() {
    let cases: HashMap<&str, Vec<&str>> = CORPUS
        .guides
        .iter()
        .map(|g| (g.name.as_str(), g.business_items.iter().map(|b| b.name.as_str()).collect()))
        .collect();
    let train: Vec<Asked> = lines("corpus/questions/train");
    let held: Vec<Asked> = lines("corpus/questions/held");
    assert!(train.len() >= 20_000 && held.len() >= 1_900, "{} and {}", train.len(), held.len());
    let mut seen = BTreeSet::new();
    let mut counts: HashMap<(&str, Option<&str>), usize> = HashMap::new();
    let mut apart = 0;
    for asked in train.iter().chain(&held) {
        let known = cases.get(asked.item.as_str());
        let known = known.unwrap_or_else(|| panic!("{}: no such item: {}", asked.question, asked.item));
        if let Some(case) = &asked.business_item {
            assert!(known.contains(&case.as_str()), "{}: {} has no case {case}", asked.question, asked.item);
        }
        for name in asked.near.iter().chain(&asked.also) {
            assert!(cases.contains_key(name.as_str()), "{}: no such item: {name}", asked.question);
        }
        assert!(
            !asked.voice.is_empty() && !asked.form.is_empty() && !asked.facet.is_empty(),
            "{}",
            asked.question
        );
        assert!(seen.insert(letters(&asked.question)), "{} stands twice", asked.question);
        assert_eq!(bangban::text::mask(&asked.question).found, [], "{}", asked.question);
        let name: Vec<char> = asked.item.chars().collect();
        let shared = name.windows(2).any(|pair| asked.question.contains(&pair.iter().collect::<String>()));
        apart += usize::from(!shared);
    }
    for asked in &train {
        *counts.entry((&asked.item, None)).or_default() += 1;
        if let Some(case) = &asked.business_item {
            *counts.entry((&asked.item, Some(case))).or_default() += 1;
        }
    }
    for (item, cases) in &cases {
        let many = |case: Option<&str>| counts.get(&(*item, case)).copied().unwrap_or(0);
        assert!(many(None) >= 20, "{item}: {}", many(None));
        if cases.len() > 1 {
            for case in cases {
                assert!(many(Some(case)) >= 20, "{item} / {case}: {}", many(Some(case)));
            }
        }
    }
    assert!(apart * 2 >= seen.len(), "only {apart} of {} share no two characters with the name", seen.len());
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Routed {
    question: String,
    route: String,
    voice: String,
}

#[test]
fn utterances_name_a_route_and_stay_apart() {
    const ROUTES: [&str; 10] = [
        "item",
        "emergency",
        "complaint",
        "help",
        "progress",
        "appointment",
        "human",
        "chitchat",
        "abuse",
        "out_of_scope",
    ];
    let rows: Vec<Routed> = lines("corpus/questions/routes");
    let mut seen = BTreeSet::new();
    for row in &rows {
        assert!(ROUTES.contains(&row.route.as_str()), "{}: {}", row.question, row.route);
        assert!(!row.voice.is_empty(), "{}", row.question);
        assert!(seen.insert(letters(&row.question)), "{} stands twice", row.question);
        assert_eq!(bangban::text::mask(&row.question).found, [], "{}", row.question);
    }
    for route in ROUTES {
        assert!(rows.iter().filter(|r| r.route == route).count() >= 100, "{route}");
    }
    assert!(rows.iter().filter(|r| r.route != "item").count() >= 2_000);
}

#[test]
fn divisions_are_all_there_with_their_ambiguous_names() {
    let regions = Regions::parse(include_str!("../../corpus/regions.tsv")).unwrap();
    let at = |level: u8| regions.iter().filter(|r| r.code.level() == level && r.note.is_empty()).count();
    assert_eq!((at(3), at(4)), (12, 103));
    assert_eq!(at(5), 1225);
    let said = |name: &str| {
        regions.iter().filter(|r| r.aliases.iter().any(|a| a.trim_end_matches('?') == name)).count()
    };
    for (name, least) in
        [("前旗", 3), ("中旗", 3), ("后旗", 3), ("左旗", 5), ("右旗", 5), ("扎旗", 2), ("乌市", 3)]
    {
        assert!(said(name) >= least, "{name}: {}", said(name));
    }
    for former in ["伊盟", "巴盟", "乌盟", "呼盟", "哲盟", "昭盟"] {
        assert_eq!(said(former), 1, "{former}");
    }
}

#[test]
fn bundles_name_items_of_the_catalog() {
    let names: BTreeSet<&str> = CORPUS.guides.iter().map(|g| g.name.as_str()).collect();
    let text = include_str!("../../corpus/onething.jsonl");
    let themes: Vec<Theme> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(themes.len(), 14);
    for theme in &themes {
        for item in theme.members.iter().filter_map(|m| m.item.as_deref()) {
            assert!(names.contains(item), "{}: {item} is not in the catalog", theme.name);
        }
        for member in &theme.members {
            for before in &member.after {
                assert!(theme.members.iter().any(|m| m.title == *before), "{}: {before}", theme.name);
            }
        }
    }
}

#[test]
fn halls_have_a_page_behind_them() {
    let halls = Hall::parse_all(include_str!("../../corpus/halls.jsonl")).unwrap();
    assert!(!halls.is_empty());
    for hall in halls {
        assert!(!hall.lines().is_empty());
        for line in hall.lines() {
            let sources = &line.citation.sources;
            assert!(
                sources.iter().any(|s| s.kind == SourceKind::Page && s.date.is_some()),
                "{}",
                hall.place.name
            );
        }
    }
}

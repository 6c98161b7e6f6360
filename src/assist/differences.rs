//! 同事不同标, over the whole region: which places deviate from an item's standard, and where guides are incomplete,
//! contradict themselves or are old. Sorted by how many people it touches.

use super::answer::PlaceName;
use super::lookup::place_name;
use crate::corpus::faults;
use crate::guide::{Deviation, Guide, ItemKey, RegionCode, Regions, StandardFrom, deviations};
use crate::search::{Search, SearchError};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// People by league, with its source in its head.
const POPULATION: &str = include_str!("../../corpus/population.tsv");

/// Places, by number into [`Differences::places`].
type Places = Vec<u32>;

/// A field in which places deviate from the standard of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct DifferenceRow {
    /// The item.
    pub item: ItemKey,
    /// 事项名称
    pub name: String,
    /// Guides of the item that are in force.
    pub guides: usize,
    /// The field.
    pub field: &'static str,
    /// Its label on a guide.
    pub label: &'static str,
    /// What the others deviate from.
    pub standard: String,
    /// The place whose guide sets it; where none does, it is what most say.
    pub standard_of: Option<u32>,
    /// The first place that says so.
    pub said_by: u32,
    /// Other values, each with the places that say so, most first.
    pub variants: Vec<(String, Places)>,
    /// Places that are silent here.
    pub silent: Places,
    /// How many places deviate.
    pub deviating: usize,
    /// How many people live there: an estimate.
    pub people: u64,
}

/// What is wrong with guides themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// 要素缺失
    Missing,
    /// 自相矛盾: fields contradict each other, or the form.
    Contradiction,
    /// 长期未更新
    Stale,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [FaultKind; 3] = [FaultKind::Missing, FaultKind::Contradiction, FaultKind::Stale];

    /// The word in the API.
    pub fn word(self) -> &'static str {
        match self {
            FaultKind::Missing => "missing",
            FaultKind::Contradiction => "contradiction",
            FaultKind::Stale => "stale",
        }
    }

    /// The one with this word.
    pub fn parse(word: &str) -> Option<FaultKind> {
        FaultKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One fault of the guides of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultRow {
    /// The item.
    pub item: ItemKey,
    /// 事项名称
    pub name: String,
    /// What kind it is.
    pub kind: FaultKind,
    /// The field; empty where it is the guide as a whole.
    pub field: &'static str,
    /// What is wrong.
    pub reason: String,
    /// How to mend it.
    pub fix: &'static str,
    /// Where.
    pub places: Places,
    /// How many people live there: an estimate.
    pub people: u64,
}

/// The report.
#[derive(Debug)]
pub struct Differences {
    /// The generation that it was made of.
    pub generation: String,
    /// The day by which guides are in force.
    pub today: Date,
    /// Guides in force that were read.
    pub guides: usize,
    /// Places by number.
    pub places: Vec<PlaceName>,
    /// Deviations, those first that touch most people.
    pub rows: Vec<DifferenceRow>,
    /// Faults, in the same order.
    pub faults: Vec<FaultRow>,
}

impl Differences {
    /// The place with this number.
    pub fn place(&self, number: u32) -> &PlaceName {
        &self.places[number as usize]
    }

    /// Whether one of these places is this one or lies within it.
    pub fn touches(&self, places: &[u32], region: &RegionCode) -> bool {
        places.iter().any(|number| self.place(*number).code.is_within(region))
    }
}

/// How many people live where.
struct People(HashMap<RegionCode, u64>);

impl People {
    /// From the figures of leagues: what lies within one has an even share of it.
    fn of(regions: &Regions) -> People {
        let mut known: HashMap<RegionCode, u64> = HashMap::new();
        let lines = POPULATION.lines().filter(|line| !line.starts_with('#'));
        for (code, people) in lines.filter_map(|line| line.split_once('\t')) {
            if let (Ok(code), Ok(people)) = (RegionCode::try_from(code.to_owned()), people.parse()) {
                known.insert(code, people);
            }
        }
        let all: u64 = known.values().sum();
        let mut below: HashMap<RegionCode, u64> = HashMap::new();
        for region in regions.iter() {
            if let Some(up) = region.code.parent() {
                *below.entry(up).or_default() += 1;
            }
        }
        let mut codes: Vec<&RegionCode> = regions.iter().map(|region| &region.code).collect();
        codes.sort_by_key(|code| code.level());
        for code in codes {
            let share = match code.parent() {
                None => all,
                Some(up) => {
                    let above = known.get(&up).copied().unwrap_or(0);
                    above / below.get(&up).copied().unwrap_or(1).max(1)
                }
            };
            known.entry(code.clone()).or_insert(share);
        }
        People(known)
    }

    fn at(&self, code: &RegionCode) -> u64 {
        // A village has no line of its own: it is small beside any other.
        self.0.get(code).copied().unwrap_or(0)
    }
}

/// Places by number, while several threads meet them.
#[derive(Default)]
struct Numbers {
    by_code: HashMap<RegionCode, u32>,
    list: Vec<RegionCode>,
}

impl Numbers {
    fn of(&mut self, code: &RegionCode) -> u32 {
        if let Some(known) = self.by_code.get(code) {
            return *known;
        }
        let number = self.list.len() as u32;
        self.by_code.insert(code.clone(), number);
        self.list.push(code.clone());
        number
    }
}

/// Reads every guide once, the guides of one item at a time, on so many threads; `done` counts items.
pub fn differences(
    search: &Search,
    today: Date,
    threads: usize,
    done: &AtomicUsize,
) -> Result<Differences, SearchError> {
    let people = People::of(search.regions());
    // A guide without a place is for all of it.
    let whole = RegionCode::region();
    let (next, numbers) = (AtomicU32::new(0), Mutex::new(Numbers::default()));
    let items = search.items().len() as u32;
    let work = || -> Result<Part, SearchError> {
        let mut part = Part::default();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= items {
                return Ok(part);
            }
            let mut guides = search.guides(at)?;
            guides.retain(|guide| guide.in_force(today).is_ok());
            if let Some(item) = search.item(at) {
                let codes: Vec<u32> = {
                    let mut numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
                    guides.iter().map(|g| numbers.of(g.place_code().unwrap_or(&whole))).collect()
                };
                let about = About { key: &item.key, name: &item.name, people: &people, whole: &whole };
                part.read(&about, &guides, &codes, today);
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    let parts: Vec<Result<Part, SearchError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        // A panic in one of them is a panic here.
        threads.into_iter().map(|t| t.join().unwrap_or_else(|e| std::panic::resume_unwind(e))).collect()
    });
    let mut all = Part::default();
    for part in parts {
        let part = part?;
        all.guides += part.guides;
        all.rows.extend(part.rows);
        all.faults.extend(part.faults);
    }
    all.rows
        .sort_by(|a, b| b.people.cmp(&a.people).then_with(|| (&a.name, a.field).cmp(&(&b.name, b.field))));
    all.faults.sort_by(|a, b| {
        b.people.cmp(&a.people).then_with(|| (&a.name, &a.reason).cmp(&(&b.name, &b.reason)))
    });
    let numbers = numbers.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Differences {
        generation: search.manifest().generation.clone(),
        today,
        guides: all.guides,
        places: numbers.list.iter().map(|code| place_name(search, code)).collect(),
        rows: all.rows,
        faults: all.faults,
    })
}

/// One item.
struct About<'a> {
    key: &'a ItemKey,
    name: &'a str,
    people: &'a People,
    whole: &'a RegionCode,
}

impl About<'_> {
    fn people(&self, guides: &[Guide], at: &[usize]) -> u64 {
        let codes: HashSet<&RegionCode> =
            at.iter().map(|at| guides[*at].place_code().unwrap_or(self.whole)).collect();
        // Whoever lives in a place lives in all above it, and counts once.
        let outer = codes.iter().filter(|code| !code.line().skip(1).any(|up| codes.contains(&up)));
        outer.map(|code| self.people.at(code)).sum()
    }
}

/// What one thread found.
#[derive(Default)]
struct Part {
    guides: usize,
    rows: Vec<DifferenceRow>,
    faults: Vec<FaultRow>,
}

impl Part {
    fn read(&mut self, about: &About<'_>, guides: &[Guide], codes: &[u32], today: Date) {
        self.guides += guides.len();
        let rows = deviations(guides).into_iter().map(|found| row(about, guides, codes, found));
        self.rows.extend(rows);
        let mut faulty: BTreeMap<(FaultKind, &'static str, String), (&'static str, Vec<usize>)> =
            BTreeMap::new();
        for (at, guide) in guides.iter().enumerate() {
            for fault in faults(guide) {
                let kind =
                    if LACKING.contains(&fault.rule) { FaultKind::Missing } else { FaultKind::Contradiction };
                let key = (kind, fault.field, fault.reason);
                faulty.entry(key).or_insert_with(|| (fault.fix, Vec::new())).1.push(at);
            }
            if guide.is_stale(today) {
                let key = (FaultKind::Stale, "updated_at", STALE.to_owned());
                faulty.entry(key).or_insert_with(|| (STALE_FIX, Vec::new())).1.push(at);
            }
        }
        self.faults.extend(faulty.into_iter().map(|((kind, field, reason), (fix, at))| FaultRow {
            item: about.key.clone(),
            name: about.name.to_owned(),
            kind,
            field,
            reason,
            fix,
            people: about.people(guides, &at),
            places: at.iter().map(|at| codes[*at]).collect(),
        }));
    }
}

/// Rules that find something lacking; the others find what doesn't agree.
const LACKING: [&str; 7] = [
    "incomplete",
    "fee-details",
    "material-name",
    "online-address",
    "permit-faq",
    "permit-flow",
    "result-sample",
];

const STALE: &str = "长期未更新";
const STALE_FIX: &str = "核对后更新，写明更新日期";

fn row(about: &About<'_>, guides: &[Guide], codes: &[u32], found: Deviation) -> DifferenceRow {
    let deviating: Vec<usize> = found.variants.iter().flat_map(|variant| variant.guides.clone()).collect();
    DifferenceRow {
        item: about.key.clone(),
        name: about.name.to_owned(),
        guides: guides.len(),
        field: found.field,
        label: found.label,
        standard: found.standard,
        standard_of: match found.from {
            StandardFrom::Highest(at) => Some(codes[at]),
            StandardFrom::Most => None,
        },
        said_by: codes[found.said_by],
        people: about.people(guides, &deviating),
        deviating: deviating.len(),
        variants: found
            .variants
            .into_iter()
            .map(|variant| (variant.value, variant.guides.iter().map(|at| codes[*at]).collect()))
            .collect(),
        silent: found.silent.iter().map(|at| codes[*at]).collect(),
    }
}

/// The report of the generation in service, made when it is first asked for.
#[derive(Debug, Default)]
pub struct DifferenceDesk {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Counting {
        of: (String, Date),
        done: Arc<AtomicUsize>,
        all: usize,
    },
    Made(Arc<Differences>),
    Failed {
        of: (String, Date),
        why: String,
    },
}

/// What there is of a report.
#[derive(Clone, Debug)]
pub enum Progress {
    /// It is there.
    Made(Arc<Differences>),
    /// Items that were read, of all.
    Counting(usize, usize),
    /// It can't be made.
    Failed(String),
}

impl DifferenceDesk {
    /// The report of this generation and day; begins to make it, on a thread of its own, where there is none.
    pub fn look(self: &Arc<Self>, search: &Arc<Search>, today: Date, threads: usize) -> Progress {
        let wanted = (search.manifest().generation.clone(), today);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Made(report) if (&report.generation, report.today) == (&wanted.0, wanted.1) => {
                return Progress::Made(report.clone());
            }
            State::Counting { of, done, all } if *of == wanted => {
                return Progress::Counting(done.load(Ordering::Relaxed), *all);
            }
            State::Failed { of, why } if *of == wanted => return Progress::Failed(why.clone()),
            _ => {}
        }
        let (done, all) = (Arc::new(AtomicUsize::new(0)), search.items().len());
        *state = State::Counting { of: wanted.clone(), done: done.clone(), all };
        drop(state);
        let (desk, search) = (self.clone(), search.clone());
        let begun = std::thread::Builder::new().name("differences".into()).spawn(move || {
            let work = || differences(&search, today, threads, &done).map_err(|error| error.to_string());
            let made = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
                Ok(Ok(report)) => State::Made(Arc::new(report)),
                Ok(Err(why)) => State::Failed { of: wanted, why },
                Err(_) => State::Failed { of: wanted, why: "the report ended early".into() },
            };
            *desk.state.lock().unwrap_or_else(PoisonError::into_inner) = made;
        });
        match begun {
            Ok(_) => Progress::Counting(0, all),
            Err(error) => {
                *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::Idle;
                Progress::Failed(error.to_string())
            }
        }
    }
}

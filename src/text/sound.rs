//! What a question may have meant by its sound: homophone slips (同音字), mixed-up sounds, pinyin, initials.
//!
//! Terms are kept in a tree keyed by rough syllables, in which sounds that speakers and speech recognition
//! mix up fall together. Whatever is found there is then compared exactly, in sound and in writing: a rough
//! key alone would take half the language for homophones. Text is never turned to pinyin as a whole.

use pinyin::ToPinyin;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// How a term was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// Other characters with the same sounds, tones aside (护口 for 户口).
    Exact,
    /// Other characters, some with sounds that are often mixed up (瑟保卡 for 社保卡).
    Near,
    /// Pinyin typed in Latin letters, at least in part (shenfenzheng).
    Pinyin,
    /// The first letters of its syllables (sfz).
    Initials,
}

/// A term that a question may have meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard<'a> {
    /// The bytes of the folded question it would replace.
    pub range: Range<usize>,
    /// The term.
    pub term: &'a str,
    /// From 0 to 1: longer, closer in writing and less mixed up is more; initials are least.
    pub weight: f32,
    /// How it was recognised.
    pub how: How,
}

/// Terms by their sounds.
#[derive(Clone, Debug)]
pub struct Sounds {
    syllables: Syllables,
    terms: Vec<Term>,
    known: HashSet<Box<str>>,
    /// From a node by a rough sound to the next node; 0 is the root.
    edges: HashMap<(u32, u16), u32>,
    ends: HashMap<u32, Vec<u32>>,
    initials: HashMap<Box<str>, Vec<u32>>,
}

/// A term as it was given, and what of it has a sound.
#[derive(Clone, Debug)]
struct Term {
    text: Box<str>,
    signs: Vec<char>,
}

/// Longest term by its signs; longer ones are sentences, which nobody repeats sound by sound.
const LONGEST: usize = 20;
/// A term with many heteronyms (多音字) goes in under so many sequences at most, then under usual readings.
const SEQUENCES: usize = 16;
/// Longest initials looked up.
const LONGEST_INITIALS: usize = 8;
/// Characters of a question that are looked at.
const CHARS: usize = 500;
/// Steps through the tree and characters compared for one question. An honest one of sixty characters takes a
/// few hundred, one of five hundred takes two or three thousand.
const STEPS: usize = 6_000;
/// Terms given at most.
const OFFERS: usize = 12;
/// Terms given at most for the same initials.
const SAME_INITIALS: usize = 6;
/// Longest ordinary word asked for around a differing character.
const LONGEST_WORD: usize = 4;

/// Abbreviations that are no initials of Chinese words. Initials hold no i, u or v, so ICP, VIP, ID, wifi,
/// KTV and their kind need no entry.
const ABBREVIATIONS: &str = "aa aaa aaaa aaaaa ab abc abcd abs ac act aeo am apec apk app as at ata atm \
    bb bbb bbs bmw bod bot cad cae cba cbd ccc cctv cd cdc ceo cet cfa cfo chn cma cmc cnas cng cny cod \
    com cos cpa cps crc crcc crm crs csv ct cto dc dhl dj dna doc docx dpf dr dsp dwg ecg ecmo edc ehs \
    ems eng epc erp esg etc etf fda fob fsc gap gb gdp ghz gmo gmp gps gre gsp haccp hd hello hpa hr hs \
    hse hsk html http https hz jpeg jpg js kb kg khz kol kpa lcd led lng lpg lpr map mb mba mbr mcn mcu \
    mg mhz mm mpa mr ms mtr nba nfc ngo npo obd ocr oem ofd ok oled open org otc pac pad pc pcr pdca pdf \
    pe pet pets pk plc pm png poct pop pos pp ppp ppt pptx pr pro ps qa qc qq qs rar rcep rmb rohs sc sd \
    sem seo sgs shell sms soho sop sos spa spf ssd syb tb tcm tct test tff toc toefl top tsp txt www wps \
    wto xls xlsx xml xx xxx yes";

/// Characters read in more ways than one today, tones aside. The library's own list also has old and rare
/// readings (合 as ge, 的 as di, 提 as di): with them every other question would sound like something.
const READINGS: &str = "柏bai,bo 薄bao,bo 剥bao,bo 堡bao,bu 便bian,pian 泊bo,po 参can,shen 藏cang,zang \
    曾ceng,zeng 差cha,chai 刹cha,sha 颤chan,zhan 厂chang 长chang,zhang 朝chao,zhao 称cheng,chen 匙chi,shi \
    畜chu,xu 传chuan,zhuan 伺ci,si 大da,dai 单dan,shan 弹dan,tan 的de 得de,dei 地di,de 调diao,tiao \
    都dou,du 嗯en 给gei,ji 还hai,huan 行hang,xing 核he,hu 会hui,kuai 角jiao,jue 嚼jiao,jue 觉jue,jiao \
    卡ka,qia 壳ke,qiao 勒le,lei 了le,liao 乐le,yue 俩lia 露lu,lou 落luo,la 率lv,shuai 没mei,mo 模mo,mu \
    粘nian,zhan 耙pa,ba 刨pao,bao 曝pu,bao 圈quan,juan 券quan,xuan 塞sai,se 厦sha,xia 杉shan,sha \
    谁shei,shui 盛sheng,cheng 熟shu,shou 似si,shi 宿su,xiu 褪tui,tun 囤tun,dun 拓tuo,ta 圩wei,xu \
    巷xiang,hang 校xiao,jiao 削xue,xiao 血xue,xie 荨xun,qian 仔zai,zi 择ze,zhai 轧zha,ya 扎zha,za \
    着zhe,zhao 这zhe,zhei 重zhong,chong 爪zhua,zhao 幢zhuang,chuang 琢zhuo 肋lei";

/// Characters that are words of their own in almost every question: none of them shows a slip.
const PARTICLES: &str = "的了得着过吗呢吧啊呀嘛不没是有在和与跟给把被让叫从对为以因由于及或就才又再也还都很太最只\
    要能会可该想说看用去来到上下里外前后我你他她它们咱您谁啥哪那这怎么多少几个一二两三四五六七八九十每各次第年月日天号";

/// Finals by initial: every syllable there is. `v` stands for ü.
const SYLLABLES: [(&str, &str); 24] = [
    ("", "a ai an ang ao e ei en eng er o ou"),
    ("b", "a ai an ang ao ei en eng i ian iao ie in ing o u"),
    ("p", "a ai an ang ao ei en eng i ian iao ie in ing o ou u"),
    ("m", "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u"),
    ("f", "a an ang ei en eng o ou u"),
    ("d", "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo"),
    ("t", "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo"),
    ("n", "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo v ve"),
    ("l", "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve"),
    ("g", "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo"),
    ("k", "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo"),
    ("h", "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo"),
    ("j", "i ia ian iang iao ie in ing iong iu u uan ue un"),
    ("q", "i ia ian iang iao ie in ing iong iu u uan ue un"),
    ("x", "i ia ian iang iao ie in ing iong iu u uan ue un"),
    ("zh", "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo"),
    ("ch", "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo"),
    ("sh", "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo"),
    ("r", "an ang ao e en eng i ong ou u ua uan ui un uo"),
    ("z", "a ai an ang ao e ei en eng i ong ou u uan ui un uo"),
    ("c", "a ai an ang ao e en eng i ong ou u uan ui un uo"),
    ("s", "a ai an ang ao e en eng i ong ou u uan ui un uo"),
    ("y", "a an ang ao e i in ing o ong ou u uan ue un"),
    ("w", "a ai an ang ao ei en eng o u"),
];
/// Longest syllable (zhuang).
const LONGEST_SYLLABLE: usize = 6;

/// One syllable: its number in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Syllable(u16);

/// All syllables, and what characters sound like.
#[derive(Clone, Debug)]
struct Syllables {
    /// Initial, final and rough sound of each.
    all: Vec<(&'static str, &'static str, u16)>,
    by_name: HashMap<String, Syllable>,
    heteronyms: HashMap<char, Vec<Syllable>>,
}

impl Syllables {
    fn new() -> Syllables {
        let (mut all, mut by_name) = (Vec::new(), HashMap::new());
        let mut rough = HashMap::new();
        for (initial, finals) in SYLLABLES {
            for rest in finals.split(' ') {
                let next = rough.len() as u16;
                let class =
                    *rough.entry((rough_initial(initial), rough_final(initial, rest))).or_insert(next);
                let syllable = Syllable(all.len() as u16);
                by_name.insert(format!("{initial}{rest}"), syllable);
                if rest == "ve" {
                    // Input methods take lue for lüe.
                    by_name.insert(format!("{initial}ue"), syllable);
                }
                all.push((initial, rest, class));
            }
        }
        let mut heteronyms = HashMap::new();
        for entry in READINGS.split_whitespace() {
            let mut chars = entry.chars();
            if let Some(c) = chars.next() {
                let readings = chars.as_str().split(',').filter_map(|name| by_name.get(name).copied());
                heteronyms.insert(c, readings.collect());
            }
        }
        Syllables { all, by_name, heteronyms }
    }

    fn named(&self, name: &str) -> Option<Syllable> {
        self.by_name.get(name).copied()
    }

    /// What a character may sound like, the usual reading first; at most two or three.
    fn of(&self, c: char) -> Readings<'_> {
        if let Some(readings) = self.heteronyms.get(&c) {
            return Readings::Many(readings);
        }
        let Some(plain) = c.to_pinyin().map(|p| p.plain()) else { return Readings::One(None) };
        Readings::One(self.named(plain).or_else(|| self.named(&plain.replace('ü', "v"))))
    }

    fn rough(&self, syllable: Syllable) -> u16 {
        self.all[usize::from(syllable.0)].2
    }

    /// How many sounds are mixed up between two syllables: 0 to 2, or none if they are simply different.
    fn mixed_up(&self, a: Syllable, b: Syllable) -> Option<u32> {
        if a == b {
            return Some(0);
        }
        let ((left, left_final, _), (right, right_final, _)) =
            (self.all[usize::from(a.0)], self.all[usize::from(b.0)]);
        let unlike = |same: bool| u32::from(!same);
        match (left, right) {
            // Speakers without the contrast turn 灰 into fei, 饭 into huan; recognisers may leave the final.
            ("f", "h") => Some(1 + unlike(left_final == right_final || left_final == after_f(right_final))),
            ("h", "f") => Some(1 + unlike(left_final == right_final || after_f(left_final) == right_final)),
            // 换 and 汉 share a rough sound only by way of 饭.
            ("h", "h") if plain_final(left_final) != plain_final(right_final) => None,
            _ => (rough_initial(left) == rough_initial(right)
                && rough_final(left, left_final) == rough_final(right, right_final))
            .then(|| unlike(left == right) + unlike(left_final == right_final)),
        }
    }
}

/// The readings of one character.
enum Readings<'a> {
    One(Option<Syllable>),
    Many(&'a [Syllable]),
}

impl Readings<'_> {
    fn as_slice(&self) -> &[Syllable] {
        match self {
            Readings::One(one) => one.as_slice(),
            Readings::Many(many) => many,
        }
    }
}

/// Initials that are mixed up fall together.
fn rough_initial(initial: &'static str) -> &'static str {
    match initial {
        "zh" => "z",
        "ch" => "c",
        "sh" => "s",
        "n" => "l",
        "f" => "h",
        other => other,
    }
}

/// Finals that are mixed up fall together: ing/in, eng/en, ang/an, and un/ong, which 晋语 speakers merge.
fn plain_final(rest: &'static str) -> &'static str {
    match rest {
        "ing" => "in",
        "eng" => "en",
        "ang" => "an",
        "iang" => "ian",
        "uang" => "uan",
        "ong" | "iong" => "un",
        other => other,
    }
}

/// What stands after f where others say h: 灰 (hui) as fei, 欢 (huan) as fan.
fn after_f(rest: &'static str) -> &'static str {
    match rest {
        "ui" => "ei",
        "uan" => "an",
        "uang" => "ang",
        "un" => "en",
        "ong" => "eng",
        "uo" => "o",
        other => other,
    }
}

fn rough_final(initial: &'static str, rest: &'static str) -> &'static str {
    let rest = plain_final(rest);
    if matches!(initial, "f" | "h") { after_f(rest) } else { rest }
}

/// A piece of a question that stands for one sign of a term.
#[derive(Clone, Copy, Debug)]
enum Piece {
    /// A character as it is, Chinese, letter or digit, at this place.
    Sign(usize),
    /// A syllable in Latin letters.
    Typed(Syllable),
}

/// A question laid out for the search.
struct Question<'q> {
    folded: &'q str,
    /// Where each character starts, and it.
    chars: Vec<(usize, char)>,
    /// Syllables in Latin letters that start at a character, with the character after each.
    typed: Vec<Vec<(Syllable, usize)>>,
    /// Words of Latin letters that stand alone and are no pinyin, by characters.
    words: Vec<Range<usize>>,
}

/// A Chinese character.
fn is_han(c: char) -> bool {
    let rare = matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}');
    rare || matches!(c, '\u{4E00}'..='\u{9FFF}')
}

impl<'q> Question<'q> {
    fn new(folded: &'q str, syllables: &Syllables) -> Question<'q> {
        let chars: Vec<(usize, char)> = folded.char_indices().take(CHARS).collect();
        let mut question =
            Question { folded, typed: vec![Vec::new(); chars.len()], chars, words: Vec::new() };
        let mut at = 0;
        while at < question.chars.len() {
            let end =
                (at..question.chars.len()).find(|i| !question.is_latin(*i)).unwrap_or(question.chars.len());
            if end > at && question.stands_alone(at..end) {
                question.read(at..end, syllables);
            }
            at = end.max(at + 1);
        }
        question
    }

    fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|(_, c)| *c)
    }

    fn byte(&self, at: usize) -> usize {
        self.chars.get(at).map_or_else(
            || self.chars.last().map_or(0, |(start, c)| start + c.len_utf8()),
            |(start, _)| *start,
        )
    }

    /// The text of some characters.
    fn text(&self, chars: Range<usize>) -> &'q str {
        &self.folded[self.byte(chars.start)..self.byte(chars.end)]
    }

    fn is_latin(&self, at: usize) -> bool {
        self.get(at).is_some_and(|c| c.is_ascii_alphabetic())
    }

    /// Whether Latin letters are a word, not a part of a number plate, an address or a foreign word.
    fn stands_alone(&self, run: Range<usize>) -> bool {
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_han(c));
        let joins = |c: Option<char>| c.is_some_and(|c| "._-@/:&+#".contains(c));
        let before = |n: usize| run.start.checked_sub(n).and_then(|at| self.get(at));
        let after = |n: usize| self.get(run.end - 1 + n);
        !(part(before(1))
            || part(after(1))
            || joins(before(1)) && part(before(2))
            || joins(after(1)) && part(after(2)))
    }

    /// Reads a word of Latin letters: as pinyin where all of it can be, else whole.
    fn read(&mut self, run: Range<usize>, syllables: &Syllables) {
        let letters = self.text(run.clone());
        let length = letters.len();
        let found: Vec<(usize, usize, Syllable)> = (0..length)
            .flat_map(|from| (from + 1..=length.min(from + LONGEST_SYLLABLE)).map(move |to| (from, to)))
            .filter_map(|(from, to)| Some((from, to, syllables.named(&letters[from..to])?)))
            .collect();
        let (mut reached, mut leads) = (vec![false; length + 1], vec![false; length + 1]);
        (reached[0], leads[length]) = (true, true);
        found.iter().for_each(|(from, to, _)| reached[*to] |= reached[*from]);
        found.iter().rev().for_each(|(from, to, _)| leads[*from] |= leads[*to]);
        if !leads[0] {
            self.words.push(run);
            return;
        }
        for (from, to, syllable) in found {
            if reached[from] && leads[to] {
                self.typed[run.start + from].push((syllable, run.start + to));
            }
        }
    }

    /// The next place of a term that goes on: spaces and apostrophes around pinyin say nothing.
    fn skip(&self, at: usize) -> usize {
        let gap = matches!(self.get(at), Some(' ' | '\''));
        let latin = self.is_latin(at + 1) || at.checked_sub(1).is_some_and(|before| self.is_latin(before));
        if gap && latin { at + 1 } else { at }
    }

    /// Whether a place lies inside a row of Latin letters or digits.
    fn is_inside(&self, at: usize) -> bool {
        let part = |at: usize| self.get(at).is_some_and(|c| c.is_ascii_alphanumeric());
        part(at) && at.checked_sub(1).is_some_and(part)
    }

    /// Whether an ordinary word explains a character, so that it is no slip.
    fn is_explained(&self, at: usize, is_word: &dyn Fn(&str) -> bool) -> bool {
        self.get(at).is_some_and(|c| PARTICLES.contains(c))
            || (2..=LONGEST_WORD).any(|length| {
                (at.saturating_sub(length - 1)..=at).any(|from| {
                    let to = from + length;
                    to <= self.chars.len()
                        && self.chars[from..to].iter().all(|(_, c)| is_han(*c))
                        && is_word(self.text(from..to))
                })
            })
    }
}

/// One search: what is asked, what is left of the allowance and what was found.
struct Search<'s, 'q> {
    sounds: &'s Sounds,
    question: Question<'q>,
    is_word: &'q dyn Fn(&str) -> bool,
    steps: usize,
    path: Vec<Piece>,
    found: Vec<(u32, Heard<'s>)>,
}

impl Sounds {
    /// Terms by their sounds, the most common first; each must be folded. Repeats count once, terms of one
    /// sign or more than twenty not at all.
    pub fn new<'a>(terms: impl IntoIterator<Item = &'a str>) -> Sounds {
        let mut sounds = Sounds {
            syllables: Syllables::new(),
            terms: Vec::new(),
            known: HashSet::new(),
            edges: HashMap::new(),
            ends: HashMap::new(),
            initials: HashMap::new(),
        };
        for text in terms {
            sounds.add(text);
        }
        sounds
    }

    fn add(&mut self, text: &str) {
        let signs: Vec<char> = text.chars().filter(|c| is_han(*c) || c.is_ascii_alphanumeric()).collect();
        if !(2..=LONGEST).contains(&signs.len()) || !self.known.insert(text.into()) {
            return;
        }
        let id = self.terms.len() as u32;
        // Every way to say it, as far as there are few.
        let mut nodes = vec![0];
        for sign in &signs {
            let mut keys = self.keys(*sign);
            if nodes.len() * keys.len() > SEQUENCES {
                keys.truncate(1);
            }
            let mut next = Vec::with_capacity(nodes.len() * keys.len());
            for node in nodes {
                for key in &keys {
                    let fresh = self.edges.len() as u32 + 1;
                    next.push(*self.edges.entry((node, *key)).or_insert(fresh));
                }
            }
            nodes = next;
        }
        nodes.into_iter().for_each(|node| self.ends.entry(node).or_default().push(id));
        if signs.len() <= LONGEST_INITIALS && signs.iter().all(|c| is_han(*c)) {
            for initials in self.initials_of(&signs) {
                self.initials.entry(initials.into()).or_default().push(id);
            }
        }
        self.terms.push(Term { text: text.into(), signs });
    }

    /// Rough sounds of a sign; a letter or digit is its own.
    fn keys(&self, sign: char) -> Vec<u16> {
        if sign.is_ascii() {
            return vec![0x8000 | sign as u16];
        }
        let mut keys = Vec::new();
        for syllable in self.syllables.of(sign).as_slice() {
            let key = self.syllables.rough(*syllable);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// First letters of the syllables, in every way to say them.
    fn initials_of(&self, signs: &[char]) -> Vec<String> {
        let mut all = vec![String::new()];
        for sign in signs {
            let readings = self.syllables.of(*sign);
            let mut letters: Vec<char> = Vec::new();
            for syllable in readings.as_slice() {
                let (initial, rest, _) = self.syllables.all[usize::from(syllable.0)];
                match initial.chars().chain(rest.chars()).next() {
                    Some(letter) if !letters.contains(&letter) => letters.push(letter),
                    _ => {}
                }
            }
            if all.len() * letters.len() > SEQUENCES {
                letters.truncate(1);
            }
            all = all.iter().flat_map(|begun| letters.iter().map(move |c| format!("{begun}{c}"))).collect();
        }
        all
    }

    /// Terms that a folded question may have meant, best first; none that stands in it as it is. `is_word`
    /// knows ordinary words (事实), so that they aren't taken for others (实施); `&|_| false` if there is none.
    pub fn heard<'s>(&'s self, folded: &str, is_word: &dyn Fn(&str) -> bool) -> Vec<Heard<'s>> {
        let question = Question::new(folded, &self.syllables);
        let mut search =
            Search { sounds: self, question, is_word, steps: STEPS, path: Vec::new(), found: Vec::new() };
        for start in 0..search.question.chars.len() {
            search.walk(start, start, 0);
        }
        search.initials();
        search.best()
    }
}

impl<'s> Search<'s, '_> {
    /// Goes on from a node of the tree at a place of the question.
    fn walk(&mut self, start: usize, at: usize, node: u32) {
        if self.steps == 0 {
            return;
        }
        self.steps -= 1;
        if let Some(ends) = self.sounds.ends.get(&node)
            && !self.cuts_a_word(at)
        {
            for id in ends {
                if self.steps == 0 {
                    return;
                }
                self.steps = self.steps.saturating_sub(self.path.len());
                self.compare(*id, start, at);
            }
        }
        let at = if at > start { self.question.skip(at) } else { at };
        let Some(c) = self.question.get(at) else { return };
        if is_han(c) || c.is_ascii_alphanumeric() && (at > start || !self.question.is_inside(at)) {
            for key in self.sounds.keys(c) {
                self.step(start, at + 1, node, key, Piece::Sign(at));
            }
        }
        for i in 0..self.question.typed[at].len() {
            let (syllable, end) = self.question.typed[at][i];
            self.step(start, end, node, self.sounds.syllables.rough(syllable), Piece::Typed(syllable));
        }
    }

    fn step(&mut self, start: usize, to: usize, node: u32, key: u16, piece: Piece) {
        if let Some(next) = self.sounds.edges.get(&(node, key)) {
            self.path.push(piece);
            self.walk(start, to, *next);
            self.path.pop();
        }
    }

    /// Whether the path ends with a letter or digit inside a longer row of them.
    fn cuts_a_word(&self, at: usize) -> bool {
        matches!(self.path.last(), Some(Piece::Sign(_))) && self.question.is_inside(at)
    }

    /// Compares a term with the pieces of the question that led to it.
    fn compare(&mut self, id: u32, start: usize, end: usize) {
        let Some(term) = self.sounds.terms.get(id as usize) else { return };
        let (mut same, mut other, mut typed, mut near, mut steps) = (0_usize, 0_usize, 0_usize, 0_usize, 0);
        let mut differing = Vec::new();
        for (piece, sign) in self.path.iter().zip(&term.signs) {
            let mixed_up = match piece {
                Piece::Sign(at) => match self.question.get(*at) {
                    Some(c) if c == *sign => {
                        same += 1;
                        continue;
                    }
                    Some(c) => {
                        differing.push(*at);
                        other += 1;
                        self.distance(self.sounds.syllables.of(c).as_slice(), *sign)
                    }
                    None => return,
                },
                Piece::Typed(syllable) => {
                    typed += 1;
                    self.distance(&[*syllable], *sign)
                }
            };
            let Some(mixed_up) = mixed_up else { return };
            near += usize::from(mixed_up > 0);
            steps += mixed_up;
        }
        let length = term.signs.len();
        if other + typed == 0 {
            return;
        }
        let agreeing = same + typed;
        let close = match length {
            // Two sounds alone are no evidence: the language is full of words of two.
            2 => agreeing >= 1 && steps <= 1,
            3 => agreeing > usize::from(near > 0),
            _ => near == 0 || agreeing * 2 >= length,
        };
        if !close || self.question.folded.contains(&*term.text) {
            return;
        }
        let is_word = |text: &str| self.sounds.known.contains(text) || (self.is_word)(text);
        if is_word(self.question.text(start..end)) {
            return;
        }
        let explained = differing.iter().filter(|at| self.question.is_explained(**at, &is_word)).count();
        if explained > 0 && (length == 2 || near > 0 || agreeing * 2 < length) {
            return;
        }
        // 户口也 isn't 户口页, 放户口本 isn't 换户口本: beside a whole word, a character that is a word itself or
        // begins with a sound that is only similar is another word.
        if let [at] = differing[..]
            && length > 2
        {
            let (first, last) = (at == start, at + 1 == end);
            let rest = if first { start + 1..end } else { start..end - 1 };
            if (last && explained > 0 || first && explained + near > 0) && is_word(self.question.text(rest)) {
                return;
            }
        }
        let how = match (typed, near) {
            (0, 0) => How::Exact,
            (0, _) => How::Near,
            _ => How::Pinyin,
        };
        let share = |n: usize| n as f32 / length as f32;
        let long = match length {
            2 => 0.5,
            3 => 0.75,
            4 => 0.9,
            _ => 1.0,
        };
        let weight = long
            * (1.0 - 0.3 * share(other))
            * (1.0 - 0.4 * steps as f32 / length as f32)
            * if explained > 0 { 0.5 } else { 1.0 }
            * if typed > 0 { 0.9 } else { 1.0 };
        self.offer(id, start..end, weight, how);
    }

    /// How many sounds are mixed up between some readings and a sign, at best.
    fn distance(&self, readings: &[Syllable], sign: char) -> Option<u32> {
        let sounds = self.sounds.syllables.of(sign);
        let pairs = readings.iter().flat_map(|a| sounds.as_slice().iter().map(move |b| (*a, *b)));
        pairs.filter_map(|(a, b)| self.sounds.syllables.mixed_up(a, b)).min()
    }

    fn offer(&mut self, id: u32, chars: Range<usize>, weight: f32, how: How) {
        let Some(term) = self.sounds.terms.get(id as usize) else { return };
        let range = self.question.byte(chars.start)..self.question.byte(chars.end);
        self.found.push((id, Heard { range, term: &term.text, weight, how }));
    }

    /// Words of Latin letters as initials.
    fn initials(&mut self) {
        let words = std::mem::take(&mut self.question.words);
        for word in words {
            let letters = self.question.text(word.clone());
            let Some(ids) = self.sounds.initials.get(letters) else { continue };
            let means_itself = self.sounds.known.contains(letters)
                || ABBREVIATIONS.split_ascii_whitespace().any(|known| known == letters);
            if means_itself {
                continue;
            }
            let long = match letters.len() {
                2 => 0.1,
                3 => 0.25,
                _ => 0.3,
            };
            let ids: Vec<u32> = ids.iter().copied().take(SAME_INITIALS).collect();
            let shared = (ids.len() as f32).sqrt();
            for (rank, id) in ids.into_iter().enumerate() {
                self.offer(id, word.clone(), long / shared * 0.9_f32.powi(rank as i32), How::Initials);
            }
        }
    }

    /// The best of what was found: each term once, and none inside the stretch of a better one.
    fn best(mut self) -> Vec<Heard<'s>> {
        self.found.sort_by(|(a, left), (b, right)| {
            right.weight.total_cmp(&left.weight).then(left.range.start.cmp(&right.range.start)).then(a.cmp(b))
        });
        let (mut kept, mut seen): (Vec<Heard<'s>>, HashSet<u32>) = (Vec::new(), HashSet::new());
        for (id, heard) in self.found {
            let inside = |better: &Heard<'_>| {
                better.range != heard.range
                    && better.range.start <= heard.range.start
                    && heard.range.end <= better.range.end
            };
            if !kept.iter().any(inside) && seen.insert(id) {
                kept.push(heard);
            }
            if kept.len() == OFFERS {
                break;
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Most common first.
    const TERMS: &str = "身份证 社保卡 社保 户口本 户口 户口迁移 公积金 营业执照 居住证 菌种证 低保 实施 补办 社保卡补办 结婚登记 \
        身份证 注册公司 工伤 换户口本 重庆小面 银行开户 增长率 畜牧补贴 会计证 etc办理 残疾证 养老保险 灵活就业 驾驶证 \
        一般 货车 公证 户口页 西安 绿色通道 社会保障卡 出生医学证明（遗失）补发";
    const WORDS: &str = "事实 火车 公正 相互 保护 口罩 工商";

    fn sounds() -> Sounds {
        Sounds::new(TERMS.split(' '))
    }

    fn heard(question: &str) -> Vec<(String, String, How)> {
        let found = |h: Heard<'_>| (question[h.range.clone()].to_owned(), h.term.to_owned(), h.how);
        sounds().heard(question, &|word| WORDS.split(' ').any(|w| w == word)).into_iter().map(found).collect()
    }

    #[test]
    fn what_was_meant_is_heard() {
        use How::{Exact, Initials, Near, Pinyin};
        for (question, stretch, term, how) in [
            // Homophones.
            ("护口迁移怎么弄", "护口迁移", "户口迁移", Exact),
            ("设保卡补半", "设保卡补半", "社保卡补办", Exact),
            ("我想办身分正", "身分正", "身份证", Exact),
            ("营业直照丢了", "营业直照", "营业执照", Exact),
            ("地保咋申请", "地保", "低保", Exact),
            ("接婚等记", "接婚等记", "结婚登记", Exact),
            ("出生医学证名遗失补发", "出生医学证名遗失补发", "出生医学证明（遗失）补发", Exact),
            // Any reading fits.
            ("虫庆小面", "虫庆小面", "重庆小面", Exact),
            ("银航开户", "银航开户", "银行开户", Exact),
            ("增掌率", "增掌率", "增长率", Exact),
            ("蓄牧补贴", "蓄牧补贴", "畜牧补贴", Exact),
            ("快计证", "快计证", "会计证", Exact),
            ("率色通道", "率色通道", "绿色通道", Exact),
            // Sounds that are mixed up.
            ("瑟保卡", "瑟保卡", "社保卡", Near),
            ("营业自照", "营业自照", "营业执照", Near),
            ("铲疾证", "铲疾证", "残疾证", Near),
            ("养脑保险", "养脑保险", "养老保险", Near),
            ("付口迁移", "付口迁移", "户口迁移", Near),
            ("居住镇", "居住镇", "居住证", Near),
            ("另活就业", "另活就业", "灵活就业", Exact),
            ("林活就业", "林活就业", "灵活就业", Near),
            ("驾思证", "驾思证", "驾驶证", Near),
            ("工桑", "工桑", "工伤", Near),
            // Pinyin, also in part and with mixed-up sounds.
            ("shenfenzheng diu le", "shenfenzheng", "身份证", Pinyin),
            ("shebao ka", "shebao ka", "社保卡", Pinyin),
            ("wodeshenfenzhengdiule", "shenfenzheng", "身份证", Pinyin),
            ("shen fen zhen", "shen fen zhen", "身份证", Pinyin),
            ("sehuibaozhangka", "sehuibaozhangka", "社会保障卡", Pinyin),
            ("营业zhizhao", "营业zhizhao", "营业执照", Pinyin),
            ("xi'an", "xi'an", "西安", Pinyin),
            ("lvsetongdao", "lvsetongdao", "绿色通道", Pinyin),
            ("etc banli", "etc banli", "etc办理", Pinyin),
            // Initials.
            ("sfz diu le", "sfz", "身份证", Initials),
            ("我的sfz丢了", "sfz", "身份证", Initials),
            ("gjj tiqu", "gjj", "公积金", Initials),
            ("yyzz", "yyzz", "营业执照", Initials),
            ("hkb丢了", "hkb", "户口本", Initials),
            ("cqxm", "cqxm", "重庆小面", Initials),
            ("zqxm", "zqxm", "重庆小面", Initials),
            ("sb断了.", "sb", "社保", Initials),
        ] {
            let want = (stretch.to_owned(), term.to_owned(), how);
            let got = heard(question);
            assert!(got.contains(&want), "{question}: {got:?}");
        }
    }

    #[test]
    fn what_was_not_meant_is_not() {
        for question in [
            "",
            "身份证丢了怎么补办",
            "公司要变更法定代表人",
            "户口迁移",
            "社保卡补办",
            // Ordinary words of the same sound, whole, beside and across.
            "事实就是这样",
            "火车票",
            "要公正处理",
            "相互扣款",
            "保护口罩",
            "去工商所",
            // Particles.
            "能办不身份证",
            "户口也迁了",
            // A whole word with a like-sounding neighbour.
            "双方户口本",
            // Too little in common.
            "互扣",
            "兽包",
            "神奋珍",
            "汉货登机",
            // Abbreviations, parts of words, addresses and plates.
            "etc怎么办",
            "icp备案",
            "pos机 gps ccc app wifi vip id pdf ktv",
            "asfzb",
            "sfz2",
            "2sfz",
            "www.gjj.gov.cn",
            "gjj@a.cn",
            "naïsfz",
            "s f z",
            "the shenfenzhengx",
            "xetc办里",
        ] {
            let got = heard(question);
            assert!(got.is_empty(), "{question}: {got:?}");
        }
    }

    #[test]
    fn a_literal_term_is_not_offered_again() {
        let got = heard("身份证还是身分证");
        assert!(got.is_empty(), "{got:?}");
        assert_eq!(heard("户口和护口迁移").len(), 1);
    }

    #[test]
    fn initials_give_all_their_terms_most_common_first() {
        let sounds = sounds();
        let got = sounds.heard("jzz", &|_| false);
        let terms: Vec<&str> = got.iter().map(|h| h.term).collect();
        assert_eq!(terms, ["居住证", "菌种证"]);
        assert!(got[0].weight > got[1].weight);
    }

    #[test]
    fn abbreviations_are_no_initials() {
        let sounds = Sounds::new([
            "恶徒村",
            "跑欧式",
            "高铺山",
            "吃茶处",
            "阿婆婆",
            "婆大夫",
            "好咳嗽",
            "gjj",
            "公积金",
        ]);
        for word in ["etc", "pos", "gps", "ccc", "app", "pdf", "gjj"] {
            assert!(sounds.initials.contains_key(word), "{word}");
            let got = sounds.heard(&format!("办{word}"), &|_| false);
            assert!(got.is_empty(), "{got:?}");
        }
        assert_eq!(sounds.heard("hks", &|_| false).len(), 1);
    }

    #[test]
    fn weights_fall_with_doubt() {
        let sounds = sounds();
        let weight = |question: &str| sounds.heard(question, &|_| false).first().map_or(0.0, |h| h.weight);
        for (more, less) in [
            ("护口迁移", "护口"),
            ("设保卡", "瑟保卡"),
            ("养老保显", "养脑保显"),
            ("shenfenzheng", "sfz"),
            ("shenfenzheng", "shenfenzhen"),
            ("设保卡", "设宝卡"),
            ("gjj", "sb"),
            ("yyzz", "jzz"),
            ("设宝", ""),
        ] {
            assert!(weight(more) > weight(less) || less.is_empty(), "{more} {less}");
            assert!((0.0..=1.0).contains(&weight(more)), "{more}");
        }
    }

    #[test]
    fn without_words_only_terms_and_particles_guard() {
        let sounds = sounds();
        assert_eq!(sounds.heard("要公正", &|_| false).first().map(|h| h.term), Some("公证"));
    }

    #[test]
    fn no_terms_and_odd_terms() {
        assert!(Sounds::new([]).heard("护口", &|_| false).is_empty());
        let odd = ["", "一", "，，", "护", "口".repeat(21).leak(), "a1"];
        assert!(Sounds::new(odd).heard("胡口护 a1 sfz，，", &|_| false).is_empty());
    }

    #[test]
    fn syllables_and_readings_are_whole() {
        let syllables = Syllables::new();
        for entry in READINGS.split_whitespace() {
            let (c, readings) = entry.split_at(entry.chars().next().map_or(0, char::len_utf8));
            let known = syllables.of(c.chars().next().unwrap()).as_slice().len();
            assert_eq!(known, readings.split(',').count(), "{entry}");
        }
        for (c, name) in "证zheng 女nv 旅lv 略lve 学xue 云yun 嗯en 而er 昂ang 窗chuang"
            .split(' ')
            .filter_map(|entry| entry.split_at_checked(3))
        {
            let got = syllables.of(c.chars().next().unwrap());
            assert_eq!(got.as_slice(), [syllables.named(name).unwrap()], "{c}");
        }
        // Characters with a sound that is no syllable of today's are very rare ones.
        let odd = |c: &char| c.to_pinyin().is_some() && syllables.of(*c).as_slice().is_empty();
        assert!(('\u{4e00}'..='\u{9fa5}').filter(odd).count() < 40);
        assert!(PARTICLES.chars().all(is_han));
    }

    #[test]
    fn sounds_are_mixed_up_as_people_do() {
        let syllables = Syllables::new();
        for (a, b, want) in [
            ("shi", "shi", Some(0)),
            ("shi", "si", Some(1)),
            ("sheng", "sen", Some(2)),
            ("nan", "lan", Some(1)),
            ("jing", "jin", Some(1)),
            ("guang", "guan", Some(1)),
            ("jiang", "jian", Some(1)),
            ("dun", "dong", Some(1)),
            ("hu", "fu", Some(1)),
            ("hui", "fei", Some(1)),
            ("huan", "fan", Some(1)),
            ("hong", "feng", Some(1)),
            ("huan", "fang", Some(2)),
            ("huan", "han", None),
            ("hei", "hui", None),
            ("shi", "xi", None),
            ("ba", "pa", None),
            ("nv", "nu", None),
        ] {
            let (left, right) = (syllables.named(a).unwrap(), syllables.named(b).unwrap());
            assert_eq!(syllables.mixed_up(left, right), want, "{a} {b}");
            assert_eq!(syllables.mixed_up(right, left), want, "{b} {a}");
            // What may be mixed up must be found: one rough sound.
            assert!(want.is_none() || syllables.rough(left) == syllables.rough(right), "{a} {b}");
        }
    }

    #[test]
    fn hostile_questions_end_soon_and_never_panic() {
        let mut terms: Vec<String> = TERMS.split(' ').map(str::to_owned).collect();
        terms.extend((2..=20).map(|n| "一以".repeat(n / 2) + &"医".repeat(n % 2)));
        let sounds = Sounds::new(terms.iter().map(String::as_str));
        let pieces = [
            "一",
            "yi",
            "衣",
            " ",
            "'",
            "sfz",
            "护口",
            "重长行还",
            "xian",
            "angeng",
            "a",
            "1",
            "，",
            "é",
            "🙂",
            "\u{0}",
            "设保卡",
            "zh",
            "\u{301}",
            "𠀀",
            "etc",
            ".",
        ];
        let mut state = 7_u64;
        for round in 0..300 {
            let mut question = String::new();
            for _ in 0..round * 2 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = if round % 5 == 0 { (state >> 33) % 3 } else { (state >> 33) % pieces.len() as u64 };
                question.push_str(pieces[at as usize]);
            }
            let got = sounds.heard(&question, &|_| false);
            assert!(got.len() <= OFFERS);
            for h in got {
                assert!(question.get(h.range.clone()).is_some_and(|t| !t.is_empty()), "{h:?}");
                assert!(h.weight > 0.0 && h.weight <= 1.0 && !question.contains(h.term), "{h:?}");
            }
        }
    }
}

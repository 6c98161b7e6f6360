//! Which replies kept ready (快捷回复) fit what was said.

use crate::dialog::Side;

/// What was said, as titles of replies are held against it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// The folded text.
    pub folded: String,
    /// Its words, with the official ones for everyday ones.
    pub words: Vec<String>,
    /// Sides of an item that it asks for.
    pub sides: Vec<Side>,
    /// Names of the items and bundles that it is about.
    pub names: Vec<String>,
}

/// How well a reply fits by its title, which names its matter by words and what it tells of that by sides (身份证邮寄):
/// how many of both were said. `None` where fewer than half of the words were said or belong to a name, or where none
/// of the sides was asked for.
pub fn title_fits(words: &[String], sides: &[Side], heard: &Heard) -> Option<usize> {
    let is_said = |word: &&String| {
        let within = |text: &String| text.contains(word.as_str());
        within(&heard.folded) || heard.words.contains(word) || heard.names.iter().any(within)
    };
    let said = words.iter().filter(is_said).count();
    let asked = sides.iter().filter(|side| heard.sides.contains(side)).count();
    let fits = said + asked > 0 && said * 2 >= words.len() && (sides.is_empty() || asked > 0);
    fits.then_some(said + asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::Facet;

    #[test]
    fn a_title_fits_by_what_it_names_and_what_it_tells() {
        let (post, phone) = (Side::Facet(Facet::Result), Side::Facet(Facet::Phone));
        let heard = |folded: &str, sides: &[Side], names: &[&str]| Heard {
            folded: folded.into(),
            words: vec!["居民户口簿".into()],
            sides: sides.to_vec(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        for (title, sides, heard, want) in [
            (words(&["身份证"]), &[post][..], heard("身份证能寄吗", &[post], &[]), Some(2)),
            // The item is known though its name was not said.
            (words(&["身份证"]), &[post], heard("能寄吗", &[post], &["居民身份证办理"]), Some(2)),
            (words(&["身份证"]), &[post], heard("身份证丢了", &[], &["居民身份证办理"]), None),
            (words(&["护照"]), &[post], heard("能寄吗", &[post], &["居民身份证办理"]), None),
            (words(&[]), &[phone], heard("电话多少", &[phone], &[]), Some(1)),
            (words(&["居民户口簿"]), &[], heard("户口本", &[], &[]), Some(1)),
            (words(&["网上", "预约", "排队"]), &[], heard("网上咋办", &[], &[]), None),
            (words(&["稍等"]), &[], heard("稍等一下", &[], &[]), Some(1)),
            (words(&[]), &[], heard("随便说说", &[], &[]), None),
        ] {
            assert_eq!(title_fits(&title, sides, &heard), want, "{title:?} {heard:?}");
        }
    }
}

//! Finding a thing by some of its letters: which texts a query fits, how well, and which letters it met. No views.

/// Where a query looks, where it begins with a sign that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// What can be done.
    Actions,
    /// The nodes of the graph.
    Nodes,
    /// The tools of the graph and its servers.
    Tools,
    /// Graph files and examples.
    Files,
}

impl Scope {
    /// Every one, in the order in which they are shown.
    pub(crate) const ALL: [Scope; 4] = [Scope::Actions, Scope::Nodes, Scope::Tools, Scope::Files];

    /// The sign that a query begins with.
    pub(crate) fn sign(self) -> char {
        match self {
            Scope::Actions => '>',
            Scope::Nodes => '@',
            Scope::Tools => '#',
            Scope::Files => '/',
        }
    }

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scope::Actions => "actions",
            Scope::Nodes => "nodes",
            Scope::Tools => "tools",
            Scope::Files => "files",
        }
    }

    /// Where a query looks, and for what; everywhere where it begins with no sign.
    pub(crate) fn of(query: &str) -> (Option<Scope>, &str) {
        let query = query.trim_start();
        let scope = Self::ALL.into_iter().find(|scope| query.starts_with(scope.sign()));
        (scope, scope.map_or(query, |scope| query[scope.sign().len_utf8()..].trim_start()))
    }
}

/// How well a query fits, and where. Greater is better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    /// How well.
    pub(crate) score: i32,
    /// The characters that were met, by their number in the text.
    pub(crate) met: Vec<usize>,
}

/// What a letter is worth, and what it is worth more where a word begins, or right after the letter met before.
const LETTER: i32 = 4;
const WORD_START: i32 = 10;
const NEXT_TO: i32 = 6;
/// What each letter that was passed over takes away, and how much at most in one gap.
const GAP: i32 = 1;
const WIDEST_GAP: i32 = 8;
/// The texts of the palette are short; what is beyond is not looked at.
const LONGEST: usize = 160;

/// Fits a query to a text: its letters in their order, whatever their case; words of the query, divided by blanks, may come in
/// any order. An empty query fits everything equally. None where it does not fit.
pub(crate) fn fit(query: &str, text: &str) -> Option<Fit> {
    let letters: Vec<char> = text.chars().take(LONGEST).collect();
    let mut whole = Fit { score: 0, met: Vec::new() };
    for word in query.split_whitespace() {
        let found = fit_word(word, &letters)?;
        whole.score += found.score;
        whole.met.extend(found.met);
    }
    whole.met.sort_unstable();
    whole.met.dedup();
    // Of two texts that fit equally, the shorter one is meant.
    whole.score -= i32::try_from(letters.len() / 8).unwrap_or(0);
    Some(whole)
}

fn fit_word(word: &str, text: &[char]) -> Option<Fit> {
    let query: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    // best[j]: the best way to meet the query's letters so far with the last of them at character j.
    let mut best: Vec<Option<Fit>> = vec![None; text.len()];
    for (number, letter) in query.iter().enumerate() {
        let mut next: Vec<Option<Fit>> = vec![None; text.len()];
        for (at, character) in text.iter().enumerate() {
            if !character.to_lowercase().eq(std::iter::once(*letter)) {
                continue;
            }
            let own = LETTER + if is_word_start(text, at) { WORD_START } else { 0 };
            next[at] = if number == 0 {
                Some(Fit { score: own - gap(at), met: vec![at] })
            } else {
                let before = best[..at].iter().enumerate().filter_map(|(from, fit)| Some((from, fit.as_ref()?)));
                let scored = before.map(|(from, fit)| {
                    let step = if from + 1 == at { NEXT_TO } else { -gap(at - from - 1) };
                    (fit.score + step, fit)
                });
                scored.max_by_key(|(score, _)| *score).map(|(score, fit)| {
                    let mut met = fit.met.clone();
                    met.push(at);
                    Fit { score: score + own, met }
                })
            };
        }
        best = next;
    }
    best.into_iter().flatten().max_by_key(|fit| fit.score)
}

fn gap(passed: usize) -> i32 {
    (i32::try_from(passed).unwrap_or(i32::MAX)).min(WIDEST_GAP) * GAP
}

fn is_word_start(text: &[char], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| text[before]) else { return true };
    !before.is_alphanumeric() || (before.is_lowercase() && text[at].is_uppercase())
}

/// The things that a query fits, the best first; equals keep their order. `texts` gives what a thing is found by, the most
/// telling first: each later one counts less.
pub(crate) fn rank<T>(query: &str, things: impl IntoIterator<Item = T>, texts: impl Fn(&T) -> Vec<String>) -> Vec<(T, Fit)> {
    let mut found: Vec<(T, Fit)> = things
        .into_iter()
        .filter_map(|thing| {
            let fits = texts(&thing).into_iter().enumerate().filter_map(|(number, text)| {
                let fit = fit(query, &text)?;
                // Only letters of the first text are shown as met.
                let met = if number == 0 { fit.met } else { Vec::new() };
                Some(Fit { score: fit.score - 12 * i32::try_from(number).unwrap_or(0), met })
            });
            let best = fits.max_by_key(|fit| fit.score)?;
            Some((thing, best))
        })
        .collect();
    if !query.trim().is_empty() {
        found.sort_by_key(|(_, fit)| std::cmp::Reverse(fit.score));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a query finds among words divided by blanks, the best first.
    fn check(query: &str, words: &str, expected: &str) {
        let found = rank(query, words.split(' '), |word| vec![(*word).to_owned()]);
        assert_eq!(found.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" "), expected, "of `{query}`");
    }

    #[test]
    fn beginnings_of_words_come_before_letters_in_their_middle() {
        check("ld", "world list_directory old", "list_directory old world");
        check("fe", "coffee forEach", "forEach coffee");
        check("switch", "swiftly_itch Switch", "Switch swiftly_itch");
    }

    #[test]
    fn a_sign_says_where_to_look() {
        for (query, scope, rest) in [
            ("> run", Some(Scope::Actions), "run"),
            ("@list", Some(Scope::Nodes), "list"),
            (" #", Some(Scope::Tools), ""),
            ("/home/a", Some(Scope::Files), "home/a"),
            ("a > b", None, "a > b"),
        ] {
            assert_eq!(Scope::of(query), (scope, rest), "of `{query}`");
        }
    }

    #[test]
    fn letters_must_come_in_their_order_and_case_does_not_matter() {
        check("TL", "list tool Total", "tool Total");
        check("xyz", "list tool", "");
    }

    #[test]
    fn nothing_typed_finds_everything_in_its_order() {
        check("", "b a c", "b a c");
        check("  ", "b a", "b a");
    }

    #[test]
    fn words_of_the_query_may_come_in_any_order() {
        assert!(fit("directory files", "files · list_directory").is_some(), "both words are there");
        assert_eq!(fit("ab", "xaxb").unwrap().met, [1, 3], "the letters that were met");
    }

    #[test]
    fn what_is_found_by_its_name_comes_before_what_is_found_by_its_words() {
        let things = [("wait", "Lets the run transform later"), ("transform", "Makes a value")];
        let found = rank("transform", things, |(name, words)| vec![(*name).to_owned(), (*words).to_owned()]);
        assert_eq!(found.iter().map(|((name, _), _)| *name).collect::<Vec<_>>(), ["transform", "wait"]);
    }
}

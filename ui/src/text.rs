//! Small texts for people: durations, counts, times. No views.

/// How long something took: `840 µs`, `12 ms`, `3.4 s`, `2 min 5 s`.
pub(crate) fn duration(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{:.1} ms", us as f64 / 1e3),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        1_000_000..60_000_000 => format!("{:.1} s", us as f64 / 1e6),
        _ => format!("{} min {} s", us / 60_000_000, us / 1_000_000 % 60),
    }
}

/// How much something is: `840 B`, `12 KB`, `3.4 MB`.
pub(crate) fn bytes(number: usize) -> String {
    match number {
        0..1_000 => format!("{number} B"),
        1_000..10_000 => format!("{:.1} KB", number as f64 / 1e3),
        10_000..1_000_000 => format!("{} KB", number / 1_000),
        _ => format!("{:.1} MB", number as f64 / 1e6),
    }
}

/// A number of things: `1 problem`, `3 problems`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A name as JSONata reads it: quoted where it would be read as something else.
pub(crate) fn name_in_expression(name: &str) -> String {
    const WORDS: [&str; 7] = ["and", "or", "in", "true", "false", "null", "function"];
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let is_plain = begins && letters.all(|c| c.is_ascii_alphanumeric() || c == '_') && !WORDS.contains(&name);
    if is_plain { name.to_owned() } else { format!("`{name}`") }
}

/// The name of a file without its folders.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The folders of a file, without its name.
pub(crate) fn folder(path: &str) -> &str {
    path[..path.len() - file_name(path).len()].trim_end_matches(['/', '\\'])
}

/// A file in a folder, as the folder's own paths are written.
pub(crate) fn join(folder: &str, name: &str) -> String {
    let divider = if folder.contains('\\') && !folder.contains('/') { '\\' } else { '/' };
    format!("{}{divider}{name}", folder.trim_end_matches(['/', '\\']))
}

/// Two letters that stand for a file: of its first two words, or the first two of its one word.
pub(crate) fn initials(name: &str) -> String {
    let stem = name.split('.').next().unwrap_or(name);
    let mut words = stem.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    let letters: String = match second {
        Some(second) => first.chars().take(1).chain(second.chars().take(1)).collect(),
        None => first.chars().take(2).collect(),
    };
    sentence(&letters)
}

/// The first letter in upper case, for a sentence that was written to stand inside another.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_the_unit_that_one_would_say() {
        for (us, expected) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (1_250, "1.2 ms"),
            (12_345, "12 ms"),
            (999_999, "999 ms"),
            (3_400_000, "3.4 s"),
            (125_000_000, "2 min 5 s"),
        ] {
            assert_eq!(duration(us), expected, "{us} microseconds");
        }
    }

    #[test]
    fn a_path_falls_into_folder_and_name() {
        for (path, dir, name) in
            [("/a/b/c.yaml", "/a/b", "c.yaml"), ("c.yaml", "", "c.yaml"), ("C:\\x\\c.yaml", "C:\\x", "c.yaml"), ("/", "", "")]
        {
            assert_eq!((folder(path), file_name(path)), (dir, name), "of `{path}`");
        }
    }

    #[test]
    fn a_folder_and_a_name_make_a_path_of_the_folders_kind() {
        for (dir, expected) in [("/a/b", "/a/b/c.yaml"), ("/", "/c.yaml"), ("C:\\x", "C:\\x\\c.yaml")] {
            assert_eq!(join(dir, "c.yaml"), expected, "in `{dir}`");
        }
    }

    #[test]
    fn a_name_is_quoted_where_an_expression_would_take_it_for_something_else() {
        for (name, expected) in [("list", "list"), ("list_2", "list_2"), ("in", "`in`"), ("a-b", "`a-b`"), ("2a", "`2a`"), ("", "``")] {
            assert_eq!(name_in_expression(name), expected);
        }
    }

    #[test]
    fn a_file_has_two_letters() {
        for (name, expected) in [("count_files.yaml", "Cf"), ("loop.yaml", "Lo"), ("x", "X"), (".yaml", ""), ("a-b-c.yml", "Ab")] {
            assert_eq!(initials(name), expected, "of `{name}`");
        }
    }

    #[test]
    fn words_fit_their_number_and_place() {
        assert_eq!((count(1, "problem"), count(0, "problem")), ("1 problem".to_owned(), "0 problems".to_owned()));
        assert_eq!((sentence("élan vital"), sentence("")), ("Élan vital".to_owned(), String::new()));
    }
}

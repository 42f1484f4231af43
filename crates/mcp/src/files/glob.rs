//! Patterns for paths: `*` within one name, `**` across folders, `?` for one character. Knows nothing of files.

/// Whether `path`, its names separated by `/`, matches `pattern` as a whole.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    // For each tail of the path, whether the part of the pattern looked at so far, from its end, matches it.
    let mut tails = vec![false; path.len() + 1];
    tails[path.len()] = true;
    for part in pattern.iter().rev() {
        let mut next = vec![false; path.len() + 1];
        if *part == "**" {
            let mut any = false;
            for at in (0..=path.len()).rev() {
                any |= tails[at];
                next[at] = any;
            }
        } else {
            for at in 0..path.len() {
                next[at] = tails[at + 1] && name_matches(part, path[at]);
            }
        }
        tails = next;
    }
    tails[0]
}

/// Whether one name matches a pattern without `**`, in time proportional to both lengths.
fn name_matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut retry = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, n));
                p += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == name[n] => {
                p += 1;
                n += 1;
            }
            // The last `*` takes one character more.
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|left| *left == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_within_a_name_and_two_of_them_do_not() {
        let cases = [
            ("*.rs", "a.rs", true),
            ("*.rs", "src/a.rs", false),
            ("**/*.rs", "src/deep/a.rs", true),
            ("**/*.rs", "a.rs", true),
            ("src/**", "src/a/b", true),
            ("src/**/b", "src/b", true),
            ("src/**/b", "lib/b", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*", "", true),
            ("", "", true),
            ("ä*", "äöü", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(pattern, path), expected, "`{pattern}` on `{path}`");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_is_decided_at_once() {
        let pattern = "*a".repeat(500) + "b";
        assert!(!matches(&pattern, &"a".repeat(5000)), "there is no b");
        assert!(!matches(&("**/".repeat(200) + "b"), &"a/".repeat(500)), "nor here");
    }
}

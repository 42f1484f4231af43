//! The page of benchmarks: one file, a section for each bench, of which each writes its own. Knows no figures.

const TITLE: &str = "# Benchmarks\n";

/// The page with this section's new text, under its heading of the second level; the other sections stay as they are.
pub(super) fn put(page: &str, heading: &str, text: &str) -> String {
    let mut sections: Vec<(&str, &str)> =
        page.split("\n## ").skip(1).map(|section| section.split_once('\n').unwrap_or((section, ""))).collect();
    match sections.iter_mut().find(|(own, _)| *own == heading) {
        Some((_, body)) => *body = text,
        None => sections.push((heading, text)),
    }
    let sections = sections.iter().map(|(heading, text)| format!("\n## {heading}\n\n{}\n", text.trim()));
    std::iter::once(TITLE.to_owned()).chain(sections).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_the_others_stay() {
        let page = put(&put("", "Runs", "fast\n"), "The canvas", "smooth");
        assert_eq!(page, "# Benchmarks\n\n## Runs\n\nfast\n\n## The canvas\n\nsmooth\n", "in the order in which they were first written");
        assert_eq!(put(&page, "Runs", "faster"), page.replace("fast", "faster"), "only its own text is another");
        assert_eq!(put(&page, "The canvas", "smooth"), page, "the same text again changes nothing");
    }
}

//! The versions of a graph: checkpoints that a person named, kept for good, and those made by the way, thinned with age.
//! Texts are kept once each. Knows neither clock nor disk.

use std::collections::BTreeMap;

use protocol::{VersionId, VersionView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::history::Texts;

/// A change after this long without one begins something new, so what stood until then is worth a version.
const PAUSE_US: i64 = 60 * SECOND;

/// How much text versions made by the way may hold together.
const MOST_BYTES: usize = 32 * 1024 * 1024;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// What a text is known by: its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hash(String);

impl Hash {
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One version, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) id: u64,
    /// Set for a checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) at_us: i64,
    pub(crate) label: String,
    pub(crate) graph: Hash,
    pub(crate) layout: Hash,
}

impl Version {
    pub(crate) fn view(&self) -> VersionView {
        VersionView {
            id: VersionId(self.id),
            name: self.name.clone(),
            at_us: self.at_us,
            label: self.label.clone(),
            is_checkpoint: self.name.is_some(),
        }
    }
}

/// The versions of one graph, the latest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Versions {
    list: Vec<Version>,
    texts: BTreeMap<Hash, String>,
    last_id: u64,
}

impl Versions {
    /// The version that these texts would be.
    pub(crate) fn next(&self, name: Option<String>, label: String, at_us: i64, texts: &Texts) -> Version {
        Version { id: self.last_id + 1, name, at_us, label, graph: Hash::of(&texts.graph), layout: Hash::of(&texts.layout) }
    }

    /// Whether what stands now is worth a version before it changes.
    pub(crate) fn is_due(last_change_us: Option<i64>, now_us: i64) -> bool {
        last_change_us.is_none_or(|last| now_us - last >= PAUSE_US)
    }

    /// Whether the latest version is just this.
    pub(crate) fn has_latest(&self, texts: &Texts) -> bool {
        self.list.last().is_some_and(|last| last.graph == Hash::of(&texts.graph) && last.layout == Hash::of(&texts.layout))
    }

    pub(crate) fn has_text(&self, hash: &Hash) -> bool {
        self.texts.contains_key(hash)
    }

    pub(crate) fn add_text(&mut self, text: String) {
        self.texts.insert(Hash::of(&text), text);
    }

    /// Adds a version whose texts are here.
    pub(crate) fn add(&mut self, version: Version) {
        self.last_id = self.last_id.max(version.id);
        self.list.push(version);
    }

    pub(crate) fn list(&self) -> &[Version] {
        &self.list
    }

    pub(crate) fn get(&self, id: VersionId) -> Option<(&Version, Texts)> {
        let version = self.list.iter().find(|version| version.id == id.0)?;
        let text = |hash| self.texts.get(hash).cloned();
        Some((version, Texts { graph: text(&version.graph)?, layout: text(&version.layout)? }))
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.values().map(String::as_str)
    }

    /// Lets go of versions that nobody named: all of the last hour stay, one for each hour of a day, one for each day after
    /// that. What is too much goes from the oldest on.
    pub(crate) fn thin(&mut self, now_us: i64) {
        let mut slots = std::collections::BTreeSet::new();
        let slot = |at_us: i64| match now_us - at_us {
            age if age < HOUR => None,
            age if age < DAY => Some((HOUR, at_us / HOUR)),
            _ => Some((DAY, at_us / DAY)),
        };
        // The latest of each slot stays.
        let mut list: Vec<Version> = std::mem::take(&mut self.list);
        list.reverse();
        list.retain(|version| version.name.is_some() || slot(version.at_us).is_none_or(|slot| slots.insert(slot)));
        let mut bytes = 0;
        let mut seen = std::collections::BTreeSet::new();
        list.retain(|version| {
            let new = [&version.graph, &version.layout].into_iter().filter(|hash| seen.insert(Hash::clone(hash)));
            bytes += new.filter_map(|hash| self.texts.get(hash)).map(String::len).sum::<usize>();
            version.name.is_some() || bytes <= MOST_BYTES
        });
        list.reverse();
        self.texts.retain(|hash, _| list.iter().any(|version| version.graph == *hash || version.layout == *hash));
        self.list = list;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1000 * DAY;

    fn texts(graph: &str) -> Texts {
        Texts { graph: graph.to_owned(), layout: String::new() }
    }

    /// `ages` are those of the versions, `c` before a checkpoint's; after thinning `left` are there.
    #[track_caller]
    fn check(ages: &[(bool, i64)], left: &[i64]) {
        let mut versions = Versions::default();
        for (is_checkpoint, age) in ages {
            let texts = texts(&age.to_string());
            let version = versions.next(is_checkpoint.then(|| "named".to_owned()), String::new(), NOW - age, &texts);
            versions.add_text(texts.graph);
            versions.add_text(texts.layout);
            versions.add(version);
        }
        versions.thin(NOW);
        assert_eq!(versions.list().iter().map(|version| NOW - version.at_us).collect::<Vec<_>>(), left, "of {ages:?}");
        let kept: Vec<_> = versions.list().iter().map(|version| versions.get(VersionId(version.id)).unwrap().1.graph).collect();
        assert_eq!(kept, left.iter().map(i64::to_string).collect::<Vec<_>>(), "each with its text");
        assert_eq!(versions.texts.len(), left.len() + usize::from(!left.is_empty()), "and no other text");
    }

    #[test]
    fn versions_are_thinned_with_age_and_checkpoints_never() {
        let minute = 60 * SECOND;
        check(&[(false, 50 * minute), (false, 20 * minute), (false, minute), (false, 0)], &[50 * minute, 20 * minute, minute, 0]);
        check(&[(false, 3 * HOUR), (false, 3 * HOUR - minute), (false, 2 * HOUR)], &[3 * HOUR - minute, 2 * HOUR]);
        check(&[(true, 3 * HOUR - 1), (false, 3 * HOUR - minute)], &[3 * HOUR - 1, 3 * HOUR - minute]);
        check(&[(false, 5 * DAY), (false, 5 * DAY - HOUR), (false, 4 * DAY)], &[5 * DAY - HOUR, 4 * DAY]);
    }

    #[test]
    fn a_change_after_a_pause_is_worth_a_version_and_one_in_between_is_not() {
        assert!(Versions::is_due(None, NOW), "the first change since the graph was opened");
        assert!(Versions::is_due(Some(NOW - PAUSE_US), NOW), "after a pause");
        assert!(!Versions::is_due(Some(NOW - SECOND), NOW), "while somebody works");
    }

    #[test]
    fn a_text_is_known_by_its_sha_256() {
        assert_eq!(Hash::of("").as_str(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "of nothing");
    }
}

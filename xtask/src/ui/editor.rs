//! The text editor of the window: `ui/editor`, with what it takes from npm, bundled into one script that the page loads when a
//! text is first shown. Where there is no Node.js or no network the window is built without, and has plain text fields.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{files, read};
use crate::{Error, Project, doctor, npm, project};

/// What the page asks for, and what has to be said of those who wrote most of it.
const BUNDLE: &str = "editor.js";
const LICENSES: &str = "editor-licenses.txt";

/// What tests our part, in words that are counted as those of Rust's own runner.
const TESTS: &str = "yaml.test.js";

/// What stands in for the editor where it could not be built, so that a page that asks for it is told so.
const WITHOUT: &str = "// Built without the text editor: the window has plain text fields. `cargo xtask ui` adds it where there is Node.js.\n\
    export const create = null;\n";

/// The editor's files, built anew only if anything that goes into them changed.
pub(super) fn pages(project: &Project) -> Result<BTreeMap<PathBuf, Vec<u8>>, Error> {
    let sources = Sources::read(&project.root.join("ui").join("editor"))?;
    let folder = project.target.join("editor");
    if !sources.are_built_in(&folder)
        && let Err(error) = build(&sources, &folder)
    {
        eprintln!("the window gets plain text fields in place of the text editor: {error}");
        return Ok(BTreeMap::from([(PathBuf::from(BUNDLE), WITHOUT.into())]));
    }
    [BUNDLE, LICENSES].into_iter().map(|name| Ok((PathBuf::from(name), read(&folder.join("out").join(name))?))).collect()
}

/// The tests of our part, to be run; none where the editor could not be built.
pub(crate) fn tests(project: &Project) -> Option<Command> {
    let folder = project.target.join("editor");
    let sources = Sources::read(&project.root.join("ui").join("editor")).ok()?;
    sources.are_built_in(&folder).then(|| {
        let mut node = Command::new("node");
        node.arg(TESTS).current_dir(folder);
        node
    })
}

/// Our own part: a few scripts and the lock file.
struct Sources {
    folder: PathBuf,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Sources {
    fn read(folder: &Path) -> Result<Self, Error> {
        // Whoever works on the editor may have installed its packages there.
        let is_ours = |path: &PathBuf| !path.strip_prefix(folder).is_ok_and(|path| path.starts_with("node_modules"));
        let files = files(folder)?.into_iter().filter(is_ours).map(|path| {
            let bytes = read(&path)?;
            Ok((path.strip_prefix(folder).map(Path::to_owned).unwrap_or(path), bytes))
        });
        Ok(Self { folder: folder.to_owned(), files: files.collect::<Result<_, Error>>()? })
    }

    fn stamp(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.files.hash(&mut hasher);
        format!("{:016x}\n", hasher.finish())
    }

    fn are_built_in(&self, folder: &Path) -> bool {
        fs::read_to_string(folder.join("stamp")).is_ok_and(|stamp| stamp == self.stamp())
    }
}

fn build(sources: &Sources, folder: &Path) -> Result<(), Error> {
    doctor::ensure(doctor::Purpose::Edit)?;
    npm::install("the text editor", &sources.folder, folder)?;
    for (name, bytes) in &sources.files {
        fs::write(folder.join(name), bytes).map_err(Error::file("write", folder.join(name)))?;
    }
    let out = folder.join("out");
    fs::create_dir_all(&out).map_err(Error::file("make", &out))?;
    let bundler = ["node_modules/esbuild/bin/esbuild", BUNDLE, "--bundle", "--format=esm", "--minify", "--target=es2022"];
    let to = format!("--outfile={}", out.join(BUNDLE).display());
    project::run(Command::new("node").args(bundler).args([&to, "--log-level=warning"]).current_dir(folder))?;
    fs::write(out.join(LICENSES), licenses(folder)?).map_err(Error::file("write", out.join(LICENSES)))?;
    fs::write(folder.join("stamp"), sources.stamp()).map_err(Error::file("write", folder.join("stamp")))
}

/// The licences of all that is in the bundle, which ask to go along with it.
fn licenses(folder: &Path) -> Result<String, Error> {
    let lock: Value = serde_json::from_slice(&read(&folder.join("package-lock.json"))?).unwrap_or_default();
    let mut text = String::new();
    for (place, package) in lock["packages"].as_object().into_iter().flatten() {
        // The first is our own; what only builds the bundle is not in it.
        if place.is_empty() || package["dev"] == true {
            continue;
        }
        let license = read(&folder.join(place).join("LICENSE"))?;
        let name = place.trim_start_matches("node_modules/");
        let version = package["version"].as_str().unwrap_or_default();
        text.push_str(&format!("{name} {version}\n\n{}\n\n", String::from_utf8_lossy(&license).trim()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stamp_follows_our_scripts_and_the_lock_and_nothing_that_was_installed() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = |files: &[(&str, &str)]| {
            for (name, text) in files {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Sources::read(folder.path()).unwrap().stamp()
        };
        let before = stamp(&[("editor.js", "a"), ("package-lock.json", "{}")]);
        assert_eq!(before, stamp(&[("node_modules/x/index.js", "x")]), "what npm brought is said by the lock");
        assert_ne!(before, stamp(&[("package-lock.json", "{ }")]), "the lock counts");
        let with_lock = stamp(&[]);
        assert_ne!(with_lock, stamp(&[("editor.js", "b")]), "a script counts");
    }

    #[test]
    fn licences_are_of_what_is_in_the_bundle() {
        let folder = tempfile::tempdir().unwrap();
        let lock = r#"{"packages": {"": {}, "node_modules/a": {"version": "1.2.3"}, "node_modules/b": {"version": "1", "dev": true}}}"#;
        fs::write(folder.path().join("package-lock.json"), lock).unwrap();
        fs::create_dir_all(folder.path().join("node_modules/a")).unwrap();
        fs::write(folder.path().join("node_modules/a/LICENSE"), "be kind\n").unwrap();
        assert_eq!(licenses(folder.path()).unwrap(), "a 1.2.3\n\nbe kind\n\n", "the bundler itself is not in the bundle");
    }
}

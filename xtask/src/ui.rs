//! `cargo xtask ui`: the window's pages, from the sources in `ui/` to what the app embeds in `ui/dist`. It knows what a
//! page consists of, and nothing of what the page shows.

pub(crate) mod editor;

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use crate::{Error, Project, project};

/// How the wasm is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build, quick enough to use, with function names.
    Dev,
    /// As small as it gets; minutes.
    Release,
}

impl Profile {
    /// The profile's name in the root `Cargo.toml`, which is its folder's too.
    fn name(self) -> &'static str {
        match self {
            Self::Dev => "ui-dev",
            Self::Release => "ui",
        }
    }
}

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<(), Error> {
    let release = !project::flags(arguments, &["--release"])?.is_empty();
    build(project, if release { Profile::Release } else { Profile::Dev })
}

/// The modules of the page: the page itself, and what it loads when it is first needed. Each is built alone, since cargo gives one
/// dependency of two packages that it builds at once the features that either asks for, and the page is to be without the engine.
const MODULES: [&str; 2] = ["ui", "judge"];

/// Builds `ui/dist` if anything that goes into it changed.
pub(crate) fn build(project: &Project, profile: Profile) -> Result<(), Error> {
    let ui = project.root.join("ui");
    // A target folder of its own: cargo holds a lock on each, and this build may run beside another.
    let target = project.target.join("wasm");
    let mut modules = Vec::new();
    for name in MODULES {
        let mut cargo =
            project.cargo(["build", "-p", name, "--target", "wasm32-unknown-unknown", "--profile", profile.name(), "--target-dir"]);
        project::run(cargo.arg(&target))?;
        modules.push(target.join("wasm32-unknown-unknown").join(profile.name()).join(name).with_extension("wasm"));
    }

    let mut pages = Pages::read(&ui)?;
    pages.0.insert(PathBuf::from("icon.svg"), read(&project.root.join("assets/icon/patchbay.svg"))?);
    pages.0.extend(editor::pages(project)?);
    let stamp = pages.stamp(&modules.iter().map(|wasm| read(wasm)).collect::<Result<Vec<_>, _>>()?);
    let dist = ui.join("dist");
    if fs::read_to_string(dist.join(STAMP)).is_ok_and(|before| before == stamp) {
        return Ok(());
    }
    let fresh = ui.join("dist.new");
    remove(&fresh)?;
    fs::create_dir_all(&fresh).map_err(Error::file("make", &fresh))?;
    for wasm in &modules {
        let mut bundler = project.cargo(["run", "--quiet", "-p", "bundler", "--"]);
        bundler.arg(wasm).arg(&fresh);
        if profile == Profile::Dev {
            bundler.arg("--debug");
        }
        project::run(&mut bundler)?;
    }
    pages.write(&fresh)?;
    fs::write(fresh.join(STAMP), stamp).map_err(Error::file("write", fresh.join(STAMP)))?;
    remove(&dist)?;
    fs::rename(&fresh, &dist).map_err(Error::file("move into place", &fresh))
}

/// The file that says from what `ui/dist` was made.
const STAMP: &str = "stamp";

/// What a bundle holds besides the wasm: its path in the bundle, and its bytes.
#[derive(Debug)]
struct Pages(BTreeMap<PathBuf, Vec<u8>>);

impl Pages {
    /// `index.html` and the scripts beside it; `assets/` as it is; one `style.css` of `style/` and then of the style sheets beside
    /// the views, each in the order of their names.
    fn read(ui: &Path) -> Result<Self, Error> {
        let mut pages = BTreeMap::new();
        for name in ["index.html", "start.js", "page.js", "lazy.js"] {
            pages.insert(PathBuf::from(name), read(&ui.join(name))?);
        }
        for file in files(&ui.join("assets"))? {
            let bytes = read(&file)?;
            pages.insert(file.strip_prefix(ui).map(Path::to_owned).unwrap_or(file), bytes);
        }
        let mut style = Vec::new();
        for folder in ["style", "src"] {
            for file in files(&ui.join(folder))?.iter().filter(|file| file.extension().is_some_and(|kind| kind == "css")) {
                style.extend(read(file)?);
                style.push(b'\n');
            }
        }
        pages.insert(PathBuf::from("style.css"), style);
        Ok(Self(pages))
    }

    fn write(&self, folder: &Path) -> Result<(), Error> {
        for (name, bytes) in &self.0 {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(Error::file("make", parent))?;
            }
            fs::write(&path, bytes).map_err(Error::file("write", &path))?;
        }
        Ok(())
    }

    /// Differs when anything of the bundle does.
    fn stamp(&self, modules: &[Vec<u8>]) -> String {
        let mut hasher = DefaultHasher::new();
        (&self.0, modules).hash(&mut hasher);
        format!("{:016x}\n", hasher.finish())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::file("read", path))
}

/// Every file under `folder`, sorted by path; none if there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("list", folder))? {
        let path = entry.map_err(Error::file("list", folder))?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn remove(folder: &Path) -> Result<(), Error> {
    if folder.exists() { fs::remove_dir_all(folder).map_err(Error::file("remove", folder)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("index.html", "<p>"), ("start.js", "go()"), ("page.js", ""), ("lazy.js", "")].iter().chain(files) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn style_sheets_become_one_in_the_order_of_their_names_with_the_shared_ones_first() {
        let ui = sketch(&[("src/panel/run.css", "c"), ("style/b.css", "b"), ("style/a.css", "a"), ("src/main.rs", "x")]);
        let pages = Pages::read(ui.path()).unwrap();
        assert_eq!(pages.0[Path::new("style.css")], b"a\nb\nc\n", "the order of rules decides which one wins");
    }

    #[test]
    fn assets_keep_their_folders() {
        let ui = sketch(&[("assets/fonts/plain.woff2", "font")]);
        let out = tempfile::tempdir().unwrap();
        Pages::read(ui.path()).unwrap().write(out.path()).unwrap();
        assert_eq!(fs::read_to_string(out.path().join("assets/fonts/plain.woff2")).unwrap(), "font", "a page names it so");
        assert_eq!(fs::read_to_string(out.path().join("index.html")).unwrap(), "<p>", "the page itself is there too");
    }

    #[test]
    fn the_stamp_follows_each_input() {
        let before = sketch(&[("style/a.css", "a")]);
        let stamp = |ui: &tempfile::TempDir, wasm: &[u8]| Pages::read(ui.path()).unwrap().stamp(&[b"page".to_vec(), wasm.to_vec()]);
        let base = stamp(&before, b"wasm");
        assert_eq!(base, stamp(&sketch(&[("style/a.css", "a")]), b"wasm"), "equal inputs, wherever they lie");
        assert_ne!(base, stamp(&before, b"other"), "each wasm counts");
        assert_ne!(base, stamp(&sketch(&[("style/a.css", "b")]), b"wasm"), "a style sheet counts");
        assert_ne!(base, stamp(&sketch(&[("style/a.css", "a"), ("assets/x", "")]), b"wasm"), "an empty asset counts");
    }

    #[test]
    fn a_missing_page_is_named() {
        let ui = sketch(&[]);
        fs::remove_file(ui.path().join("start.js")).unwrap();
        let error = Pages::read(ui.path()).unwrap_err().to_string();
        assert!(error.contains("start.js"), "the reader must know which file: {error}");
    }
}

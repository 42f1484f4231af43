//! What a graph file and its layout hold: as they stand here, as they are on disk, and how they came to be. Knows no files:
//! texts come in and go out.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use format::{LayoutSource, LineMerge, Source, SyntaxError, Take, TextChange, merge_lines};
use graph::{Edit, Graph, LayoutEdit, Problem, ServerEntry, ServerName};
use indexmap::IndexMap;
use protocol::{Conflict, Failed, Place, Reported, Side, VersionId, VersionView};

use super::with_servers;
use crate::carry::carried;
use crate::check;
use crate::clock;
use crate::error::Error;
use crate::history::{Move, Texts};
use crate::merge::{conflict, resolved};
use crate::past::Past;
use crate::versions::Versions;
use crate::view::reported;

/// What a person calls a change that another program made.
const OUTSIDE: &str = "changed outside";

/// How many changes back a text can be found that somebody has seen.
const REMEMBERED: usize = 512;

pub(crate) struct Content {
    pub(crate) source: Source,
    /// The source's graph with the servers from beside it.
    pub(crate) graph: Arc<Graph>,
    problems: Vec<Reported>,
    pub(crate) canvas: LayoutSource,
    /// Why the layout file on disk cannot be read; it is left alone then.
    canvas_fault: Option<SyntaxError>,
    /// What is on disk, as far as it has been taken in.
    disk: Texts,
    /// What another program wrote and could not be taken in; the graph is not saved while it is here.
    theirs: Option<Theirs>,
    pub(crate) revision: u64,
    /// The last changes of the graph's text, each with the revision that it led to.
    recent: VecDeque<(u64, TextChange)>,
    /// The first revision whose text can still be found.
    oldest: u64,
    pub(crate) past: Past,
    pub(crate) unsaved: Option<Failed>,
    last_change_us: Option<i64>,
    path: PathBuf,
    canvas_path: PathBuf,
    /// Servers from beside the file (`-m mcp.json`); the file's own win on a clash.
    pub(crate) extra: IndexMap<ServerName, ServerEntry>,
}

struct Theirs {
    text: String,
    error: Option<SyntaxError>,
    /// None where nothing was changed here: then it is only what cannot be read.
    merge: Option<LineMerge>,
}

/// How a change enters the history.
enum Entry<'e> {
    Step { label: &'e str, gesture: Option<u64> },
    Move(Move),
}

impl Content {
    pub(crate) fn new(
        path: &Path,
        source: Source,
        canvas: Result<LayoutSource, (String, SyntaxError)>,
        extra: IndexMap<ServerName, ServerEntry>,
    ) -> Self {
        let (canvas, canvas_text, canvas_fault) = match canvas {
            Ok(canvas) => {
                let text = canvas.text().to_owned();
                (canvas, text, None)
            }
            Err((text, error)) => (LayoutSource::empty(), text, Some(error)),
        };
        let disk = Texts { graph: source.text().to_owned(), layout: canvas_text };
        let mut content = Self {
            past: Past::none(path),
            graph: Arc::default(),
            problems: Vec::new(),
            source,
            canvas,
            canvas_fault,
            disk,
            theirs: None,
            revision: 0,
            recent: VecDeque::new(),
            oldest: 0,
            unsaved: None,
            last_change_us: None,
            path: path.to_owned(),
            canvas_path: super::canvas_path(path),
            extra,
        };
        content.read_anew();
        content
    }

    fn read_anew(&mut self) {
        self.graph = Arc::new(with_servers(self.source.graph(), &self.extra));
        let problems = check::problems(&self.source, &self.graph);
        self.problems = problems.into_iter().map(|problem| reported(&self.source, problem)).collect();
    }

    /// What is wrong with the file, and with its layout.
    pub(crate) fn problems(&self) -> Vec<Reported> {
        let unread = self.theirs.as_ref().and_then(|theirs| theirs.error.as_ref()).map(|error| {
            let message = format!("the file on disk cannot be read, and what was read last is still in use: {}", error.message);
            let problem = Problem::error(graph::Path::root(), message, error.remedy.clone());
            Reported { problem, place: Some(Place { line: error.line, column: error.column }) }
        });
        let canvas = self.canvas_path.file_name().unwrap_or_default().to_string_lossy();
        let of_canvas = |line: usize, message: &str, remedy: &str| {
            let problem = Problem::warning(graph::Path::root(), format!("`{canvas}`, line {line}: {message}"), remedy);
            Reported { problem, place: None }
        };
        let fault = self.canvas_fault.iter().map(|error| of_canvas(error.line, &error.message, &error.remedy));
        let faults = self.canvas.faults().iter().map(|fault| of_canvas(fault.line, &fault.problem.message, &fault.problem.remedy));
        unread.into_iter().chain(self.problems.iter().cloned()).chain(fault).chain(faults).collect()
    }

    pub(crate) fn texts(&self) -> Texts {
        Texts { graph: self.source.text().to_owned(), layout: self.canvas.text().to_owned() }
    }

    /// What a person has to choose between.
    pub(crate) fn conflict(&self) -> Option<Conflict> {
        Some(conflict(self.theirs.as_ref()?.merge.as_ref()?))
    }

    /// Notes that something has changed that can be seen.
    pub(crate) fn touch(&mut self) {
        self.revision += 1;
    }

    fn syntax(&self, error: SyntaxError) -> Error {
        Error::Syntax { path: self.path.clone(), error }
    }

    fn change_error(&self, source: format::Error) -> Error {
        Error::Change { path: self.path.clone(), source }
    }

    fn check_canvas(&self) -> Result<(), Error> {
        let refuse = |error: &SyntaxError| Error::Layout { path: self.canvas_path.clone(), error: error.clone() };
        self.canvas_fault.as_ref().map_or(Ok(()), |error| Err(refuse(error)))
    }

    /// Makes a change of graph and layout; both or none.
    pub(crate) fn edit(
        &mut self,
        label: &str,
        gesture: Option<u64>,
        edit: Option<&Edit>,
        layout: Option<&LayoutEdit>,
    ) -> Result<(), Error> {
        if layout.is_some() {
            self.check_canvas()?;
        }
        let before = self.texts();
        let change = match edit {
            Some(edit) => Some(self.source.apply(edit).map_err(|source| self.change_error(source))?),
            None => None,
        };
        let follows = edit.filter(|_| self.canvas_fault.is_none());
        let follows = follows.and_then(|edit| carried(edit, self.source.graph(), self.canvas.layout()));
        for edit in follows.iter().chain(layout) {
            if let Err(source) = self.canvas.apply(edit) {
                // Both texts are those that were just left.
                if let Some(change) = &change {
                    self.source.splice(&change.inverse()).map_err(|source| self.change_error(source))?;
                }
                self.canvas = LayoutSource::parse(before.layout).map_err(|error| self.syntax(error))?;
                return Err(Error::Change { path: self.canvas_path.clone(), source });
            }
        }
        self.settle(&before, Entry::Step { label, gesture });
        Ok(())
    }

    /// Takes the last step back, or makes again what was taken back, and tells what it was.
    pub(crate) fn travel(&mut self, is_back: bool) -> Result<Option<String>, Error> {
        let history = &self.past.history;
        let Some(step) = (if is_back { history.last() } else { history.taken_back() }) else { return Ok(None) };
        let (label, step) = (step.label.clone(), if is_back { step.inverse() } else { step.clone() });
        let after = step.apply(&self.texts()).map_err(|source| self.change_error(source))?;
        self.put(after, Entry::Move(if is_back { Move::Undo } else { Move::Redo }))?;
        Ok(Some(label))
    }

    /// Puts a text in place of the graph's that somebody wrote who saw the revision `base`.
    pub(crate) fn set_text(&mut self, text: String, base: u64, gesture: Option<u64>) -> Result<(), Error> {
        let typed = Source::parse(text).map_err(|error| self.syntax(error))?;
        let seen = self.text_at(base)?;
        let source = if seen == self.source.text() {
            typed
        } else {
            let both = merge_lines(&seen, self.source.text(), typed.text()).favouring(Take::Theirs);
            Source::parse(both).unwrap_or(typed)
        };
        let before = self.texts();
        self.source = source;
        self.settle(&before, Entry::Step { label: "edit the text", gesture });
        Ok(())
    }

    fn text_at(&self, revision: u64) -> Result<String, Error> {
        let too_old = || Error::TooOld(self.path.clone());
        if revision < self.oldest || revision > self.revision {
            return Err(too_old());
        }
        let later = self.recent.iter().rev().take_while(|(led_to, _)| *led_to > revision);
        let mut text = self.source.text().to_owned();
        for (_, change) in later {
            text = change.inverse().apply(&text).map_err(|_| too_old())?;
        }
        Ok(text)
    }

    /// Makes the texts what they are in a version.
    pub(crate) fn restore(&mut self, id: VersionId) -> Result<(), Error> {
        let (version, texts) = self.past.versions.get(id).ok_or(Error::VersionGone)?;
        let label = format!("restore `{}`", version.name.as_ref().unwrap_or(&version.label));
        self.keep_version(None);
        self.put(texts, Entry::Step { label: &label, gesture: None })
    }

    /// Keeps what stands now as a version: under a name, or, where it is not the latest anyway, by the way.
    pub(crate) fn keep_version(&mut self, name: Option<String>) -> Option<VersionView> {
        let texts = self.texts();
        if name.is_none() && self.past.versions.has_latest(&texts) {
            return None;
        }
        let label = self.past.history.last().map_or("opened", |step| &step.label).to_owned();
        let at_us = if name.is_some() { clock::now_us() } else { self.last_change_us.unwrap_or_else(clock::now_us) };
        Some(self.past.keep(name, label, at_us, &texts).view())
    }

    /// Keeps what another program wrote, in case that the person chooses otherwise.
    fn keep_theirs(&mut self, texts: &Texts) {
        self.past.keep(None, "written by another program".to_owned(), clock::now_us(), texts);
    }

    fn put(&mut self, after: Texts, entry: Entry<'_>) -> Result<(), Error> {
        let before = self.texts();
        let mut canvas = None;
        if after.layout != before.layout {
            self.check_canvas()?;
            canvas = Some(LayoutSource::parse(after.layout).map_err(|error| self.syntax(error))?);
        }
        // Most of what is taken back only moved something, and a large graph takes long to read.
        if after.graph != before.graph {
            self.source = Source::parse(after.graph).map_err(|error| self.syntax(error))?;
        }
        if let Some(canvas) = canvas {
            self.canvas = canvas;
        }
        self.settle(&before, entry);
        Ok(())
    }

    /// Notes a change that was made to both sources.
    fn settle(&mut self, before: &Texts, entry: Entry<'_>) {
        let after = self.texts();
        let made = match entry {
            Entry::Step { label, gesture } => self.past.history.next(label.to_owned(), gesture, before, &after),
            Entry::Move(made) => Some(made),
        };
        let Some(made) = made else { return };
        let now_us = clock::now_us();
        if Versions::is_due(self.last_change_us, now_us) && !self.past.versions.has_latest(before) {
            let label = self.past.history.last().map_or("opened", |step| &step.label).to_owned();
            self.past.keep(None, label, self.last_change_us.unwrap_or(now_us), before);
        }
        self.past.take(made);
        self.last_change_us = Some(now_us);
        self.touch();
        if before.graph != after.graph {
            self.recent.push_back((self.revision, TextChange::between(&before.graph, &after.graph)));
            if self.recent.len() > REMEMBERED
                && let Some((led_to, _)) = self.recent.pop_front()
            {
                self.oldest = led_to;
            }
            self.read_anew();
        }
    }

    /// Takes in what is on disk; none for a graph file that is not there just now.
    pub(crate) fn take_in(&mut self, graph: Option<String>, layout: String) {
        if let Some(graph) = graph {
            if graph == self.disk.graph {
                if self.theirs.take().is_some() {
                    self.touch();
                }
            } else if self.theirs.as_ref().is_none_or(|theirs| theirs.text != graph) {
                let error = Source::parse(graph.clone()).err();
                self.theirs = Some(Theirs { text: graph, error, merge: None });
                self.touch();
                self.bring_together(true);
            }
        }
        if layout != self.disk.layout {
            self.take_in_layout(layout);
        }
    }

    /// Brings what another program wrote together with what stands here, where that is possible.
    pub(crate) fn bring_together(&mut self, is_new: bool) {
        let Some(theirs) = self.theirs.take() else { return };
        let ours = self.source.text();
        let is_changed = ours != self.disk.graph;
        if !is_changed && theirs.error.is_some() {
            self.theirs = Some(Theirs { merge: None, ..theirs });
            return;
        }
        let merge = merge_lines(&self.disk.graph, ours, &theirs.text);
        let by_lines = merge.text().map(Source::parse);
        let has_lines = by_lines.is_some();
        let by_lines = by_lines.and_then(Result::ok);
        let fits_by_lines = by_lines.is_some();
        match by_lines.or_else(|| by_node(&self.disk.graph, ours, &theirs.text)) {
            Some(source) => {
                let before = self.texts();
                if !fits_by_lines {
                    // What is no field, such as a comment in the same line, may not be in the text of both.
                    self.keep_theirs(&Texts { graph: theirs.text.clone(), layout: before.layout.clone() });
                }
                self.source = source;
                self.disk.graph = theirs.text;
                self.settle(&before, Entry::Step { label: OUTSIDE, gesture: None });
            }
            None => {
                // Lines that fit and a text that does not: only the whole of one side will do.
                let merge = if has_lines { LineMerge::whole(&self.disk.graph, ours, &theirs.text) } else { merge };
                if is_new {
                    self.keep_theirs(&Texts { graph: theirs.text.clone(), layout: self.canvas.text().to_owned() });
                }
                self.theirs = Some(Theirs { merge: Some(merge), ..theirs });
            }
        }
    }

    /// Where both changed the same lines of the layout, what was put somewhere here stays there; theirs is kept as a version.
    fn take_in_layout(&mut self, layout: String) {
        self.touch();
        let before = self.texts();
        let is_changed = self.canvas_fault.is_none() && before.layout != self.disk.layout;
        let merge = is_changed.then(|| merge_lines(&self.disk.layout, &before.layout, &layout));
        let after = merge.as_ref().map_or_else(|| layout.clone(), |merge| merge.favouring(Take::Ours));
        if merge.is_some_and(|merge| merge.text().is_none()) {
            self.keep_theirs(&Texts { layout: layout.clone(), ..before.clone() });
        }
        self.disk.layout = layout;
        match LayoutSource::parse(after) {
            Ok(canvas) => {
                self.canvas = canvas;
                self.canvas_fault = None;
                self.settle(&before, Entry::Step { label: OUTSIDE, gesture: None });
            }
            Err(_) if is_changed => self.keep_theirs(&Texts { layout: self.disk.layout.clone(), ..before }),
            Err(error) => self.canvas_fault = Some(error),
        }
    }

    /// Ends a conflict as a person chose.
    pub(crate) fn resolve(&mut self, revision: u64, sides: &[Side]) -> Result<(), Error> {
        let other = || Error::OtherConflict(self.path.clone());
        let theirs = self.theirs.as_ref().filter(|_| revision == self.revision).ok_or_else(other)?;
        let text = theirs.merge.as_ref().and_then(|merge| resolved(merge, sides)).ok_or_else(other)?;
        let source = Source::parse(text).map_err(|error| self.syntax(error))?;
        let before = self.texts();
        self.keep_version(None);
        self.disk.graph = self.theirs.take().map(|theirs| theirs.text).unwrap_or_default();
        self.source = source;
        self.touch();
        self.settle(&before, Entry::Step { label: "choose between two versions", gesture: None });
        Ok(())
    }

    /// The graph's text, where the one on disk is another and may be replaced.
    pub(crate) fn graph_to_save(&self) -> Option<&str> {
        Some(self.source.text()).filter(|text| self.theirs.is_none() && *text != self.disk.graph)
    }

    /// The layout's text, likewise. An empty one is no file.
    pub(crate) fn layout_to_save(&self) -> Option<&str> {
        Some(self.canvas.text()).filter(|text| self.canvas_fault.is_none() && *text != self.disk.layout)
    }

    pub(crate) fn saved_graph(&mut self, text: String) {
        self.disk.graph = text;
    }

    pub(crate) fn saved_layout(&mut self, text: String) {
        self.disk.layout = text;
    }
}

/// Both changes together, node by node, where no field of a node has two new values: the same lines may well be in both.
fn by_node(base: &str, ours: &str, theirs: &str) -> Option<Source> {
    let merge = format::merge3(base, ours, theirs).ok().filter(|merge| merge.conflicts.is_empty())?;
    Source::parse(merge.text).ok()
}

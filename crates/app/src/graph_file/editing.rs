//! What a person does to an open graph file: change it, take that back, look at what it was. All of it may take a while on a
//! large graph, and belongs off the runtime's threads.

use std::sync::Arc;

use format::{LayoutSource, Source};
use graph::{Edit, LayoutEdit, Problem};
use protocol::{Reported, Side, Stepped, TextView, VersionDetail, VersionId, VersionView};

use super::GraphFile;
use crate::error::Error;
use crate::history::Texts;
use crate::view::reported;

impl GraphFile {
    /// Makes a change of the graph, its layout, or both, as one step of undo, and returns the revision that it led to. A
    /// renamed node keeps its place.
    ///
    /// # Errors
    /// Where the change does not fit, or a file's text cannot be changed so. Nothing has changed then.
    pub fn edit(&self, label: &str, edit: Option<&Edit>, layout: Option<&LayoutEdit>, gesture: Option<u64>) -> Result<u64, Error> {
        self.change(|content| {
            content.edit(label, gesture, edit, layout)?;
            Ok(content.revision)
        })
    }

    /// Takes the last step back, and tells what it was; none where there is nothing to take back.
    ///
    /// # Errors
    /// Where the layout file has an error.
    pub fn undo(&self) -> Result<Option<Stepped>, Error> {
        self.travel(true)
    }

    /// Makes the last step again that was taken back.
    ///
    /// # Errors
    /// As [`GraphFile::undo`].
    pub fn redo(&self) -> Result<Option<Stepped>, Error> {
        self.travel(false)
    }

    fn travel(&self, is_back: bool) -> Result<Option<Stepped>, Error> {
        self.change(|content| {
            let label = content.travel(is_back)?;
            Ok(label.map(|label| Stepped { label, revision: content.revision }))
        })
    }

    /// The text as it stands.
    #[must_use]
    pub fn text(&self) -> TextView {
        let content = self.content();
        TextView { text: content.source.text().to_owned(), revision: content.revision }
    }

    /// Puts a text in place of the one of revision `base`. What has changed since is kept where the two do not meet.
    ///
    /// # Errors
    /// Where it is not YAML, or the revision is too old.
    pub fn set_text(&self, text: String, base: u64, gesture: Option<u64>) -> Result<TextView, Error> {
        self.change(|content| {
            content.set_text(text, base, gesture)?;
            // What it may be brought together with is told with the change.
            content.bring_together(false);
            Ok(TextView { text: content.source.text().to_owned(), revision: content.revision })
        })
    }

    /// Ends a conflict with another program as a person chose.
    ///
    /// # Errors
    /// Where the conflict is another by now, or the choice leads to what is not YAML.
    pub fn resolve(&self, revision: u64, sides: &[Side]) -> Result<u64, Error> {
        self.change(|content| {
            content.resolve(revision, sides)?;
            Ok(content.revision)
        })
    }

    /// Keeps what stands now under a name.
    ///
    /// # Errors
    /// None; the name may be any.
    pub fn checkpoint(&self, name: String) -> Result<VersionView, Error> {
        let made = self.change(|content| {
            let made = content.keep_version(Some(name));
            Ok(made)
        })?;
        self.due.notify_one();
        made.ok_or(Error::VersionGone)
    }

    /// The versions, the latest first.
    #[must_use]
    pub fn versions(&self) -> Vec<VersionView> {
        self.content().past.versions.list().iter().rev().map(crate::versions::Version::view).collect()
    }

    /// A version with what is in it.
    ///
    /// # Errors
    /// Where it is not kept, or is a text that somebody else wrote and that is not YAML.
    pub fn version(&self, id: VersionId) -> Result<VersionDetail, Error> {
        let (version, texts) = {
            let content = self.content();
            let (version, texts) = content.past.versions.get(id).ok_or(Error::VersionGone)?;
            (version.view(), texts)
        };
        let source = Source::parse(texts.graph).map_err(|error| Error::Syntax { path: self.path.clone(), error })?;
        // A version shows its graph even where its layout cannot be read.
        let layout = LayoutSource::parse(texts.layout).map_or_else(|_| Arc::default(), |canvas| canvas.layout().clone());
        Ok(VersionDetail { version, graph: Arc::new(source.graph().clone()), layout, text: source.text().to_owned() })
    }

    /// Makes graph and layout what they were in a version, as a step of undo.
    ///
    /// # Errors
    /// As [`GraphFile::version`].
    pub fn restore(&self, id: VersionId) -> Result<u64, Error> {
        self.change(|content| {
            content.restore(id)?;
            Ok(content.revision)
        })
    }

    /// The texts of a version, or those that stand now.
    pub(crate) fn texts(&self, version: Option<VersionId>) -> Result<Texts, Error> {
        let content = self.content();
        match version {
            Some(id) => Ok(content.past.versions.get(id).ok_or(Error::VersionGone)?.1),
            None => Ok(content.texts()),
        }
    }

    /// Problems with their places in the text as it stands.
    pub(crate) fn located(&self, problems: Vec<Problem>) -> Vec<Reported> {
        let content = self.content();
        problems.into_iter().map(|problem| reported(&content.source, problem)).collect()
    }
}

//! Keeping a graph file on disk as it stands here: soon after each change, whole or not at all, again where it failed; and
//! taking in what other programs write. Everything here may block, and belongs off the runtime's threads.

use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::GraphFile;
use crate::disk;
use crate::error::Error;
use crate::past::Unwritten;

/// How long after a change it is saved, together with what follows it until then.
const SOON: Duration = Duration::from_millis(300);

/// How long after a failure saving is tried again; each time twice as long, up to the second.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(10)];

/// Saves a file soon after each of its changes, until it is closed.
pub(crate) fn keep_saved(file: &Arc<GraphFile>) {
    let (due, file) = (file.due.clone(), Arc::downgrade(file));
    tokio::spawn(async move {
        loop {
            due.notified().await;
            sleep(SOON).await;
            let mut pause = AGAIN[0];
            loop {
                let Some(file) = file.upgrade() else { return };
                if off_the_runtime(move || file.save()).await.is_ok() {
                    break;
                }
                // A change in the meantime is as good a reason to try again.
                drop(timeout(pause, due.notified()).await);
                pause = (pause * 2).min(AGAIN[1]);
            }
        }
    });
}

/// Does what may block on a thread of its own.
pub(crate) async fn off_the_runtime<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(act).await {
        Ok(done) => done,
        // The task is never aborted, so it can only have panicked; that goes on here.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

impl GraphFile {
    /// Takes in what other programs wrote. What cannot be read is a problem of the graph that was read last.
    pub(crate) fn reload(&self) {
        let _turn = self.disk_turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.take_in() {
            // Editors replace a file in two steps; what is gone for good is said when it is next saved or opened.
            tracing::debug!(error = error.in_full(), "the graph file cannot be read just now");
        }
    }

    fn take_in(&self) -> Result<(), Error> {
        let graph = disk::read_if_there(&self.path)?;
        let layout = disk::read_if_there(&self.canvas_path)?.unwrap_or_default();
        self.change(|content| {
            content.take_in(graph, layout);
            Ok(())
        })
    }

    /// Saves what is not saved yet. A failure is told to all who look at the graph.
    ///
    /// # Errors
    /// Where something cannot be written.
    pub(crate) fn save(&self) -> Result<(), Error> {
        let _turn = self.disk_turn.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = self.write_all();
        let failed = saved.as_ref().err().map(Error::to_failed);
        self.change(|content| {
            if content.unsaved != failed {
                content.unsaved = failed;
                content.touch();
            }
            Ok(())
        })?;
        saved
    }

    fn write_all(&self) -> Result<(), Error> {
        let is_due = {
            let content = self.content();
            content.graph_to_save().is_some() || content.layout_to_save().is_some()
        };
        if is_due {
            // Somebody may have written since it was last looked.
            self.take_in()?;
        }
        let (past, graph, layout) = {
            let mut content = self.content_mut();
            let texts = content.texts();
            let past = content.past.unwritten(&texts);
            (past, content.graph_to_save().map(str::to_owned), content.layout_to_save().map(str::to_owned))
        };
        // Before the files, so that after a crash it knows the text that is there, whichever that is.
        self.write_past(past);
        if let Some(layout) = layout {
            write_or_remove(&self.canvas_path, &layout)?;
            self.content_mut().saved_layout(layout);
        }
        if let Some(graph) = graph {
            disk::write(&self.path, &graph)?;
            self.content_mut().saved_graph(graph);
        }
        Ok(())
    }

    /// Writes the history. That it cannot be written keeps nobody from saving the graph.
    fn write_past(&self, unwritten: Option<Unwritten>) {
        let Some(unwritten) = unwritten else { return };
        let written = unwritten.write().unwrap_or_else(|error| {
            tracing::warn!(error = error.in_full(), "the history could not be kept");
            None
        });
        self.content_mut().past.wrote(written);
        if written.is_none() {
            tracing::debug!("the history is written whole the next time");
        }
    }

    /// Saves what is not saved yet; why something still is not, as a person is told.
    pub(crate) fn why_unsaved(&self) -> Option<String> {
        if let Err(error) = self.save() {
            return Some(error.in_full());
        }
        let conflict = self.content().conflict();
        conflict.map(|_| "another program changed the same lines, and nothing is saved until you have chosen".to_owned())
    }

    /// Saves, and keeps what stands as a version, before the file is closed.
    ///
    /// # Errors
    /// As [`GraphFile::save`]. What could not be saved is kept as a version all the same.
    pub(crate) fn save_at_the_end(&self) -> Result<(), Error> {
        let saved = self.save();
        let _turn = self.disk_turn.lock().unwrap_or_else(PoisonError::into_inner);
        let unwritten = {
            let mut content = self.content_mut();
            if content.revision > 0 {
                content.keep_version(None);
            }
            let texts = content.texts();
            content.past.unwritten(&texts)
        };
        self.write_past(unwritten);
        saved
    }
}

fn write_or_remove(path: &Path, text: &str) -> Result<(), Error> {
    if text.is_empty() { disk::remove(path) } else { disk::write(path, text) }
}

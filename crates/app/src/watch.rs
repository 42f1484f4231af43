//! Notices that an open graph file or its layout has changed on disk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::graph_file::{GraphFile, canvas_path, off_the_runtime};

/// Editors write in several steps; this long after the last one the file is read.
const SETTLED: Duration = Duration::from_millis(50);

/// Watches a file until the file is closed. Its folder is watched, since editors replace files.
pub(crate) fn watch(file: &Arc<GraphFile>) {
    let (changed, changes) = mpsc::unbounded_channel();
    let watcher = watcher(&file.path, changed);
    match watcher {
        Ok(watcher) => drop(tokio::spawn(follow(Arc::downgrade(file), changes, watcher))),
        Err(error) => tracing::warn!(%error, path = %file.path.display(), "changes of the file will not be noticed"),
    }
}

fn watcher(path: &Path, changed: mpsc::UnboundedSender<()>) -> notify::Result<RecommendedWatcher> {
    let names = [path.to_owned(), canvas_path(path)].map(|path| path.file_name().map(PathBuf::from));
    let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
    let is_meant = move |path: &Path| names.iter().any(|name| path.file_name() == name.as_deref().map(Path::as_os_str));
    let failed = Mutex::new(false);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| match event {
        Ok(event) if event.kind.is_access() => {}
        Ok(event) if event.paths.iter().any(|path| is_meant(path)) => {
            // The receiver goes when the file is closed, and the watcher with it.
            let _closed = changed.send(());
        }
        Ok(_) => {}
        Err(error) => {
            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            if !std::mem::replace(&mut *failed, true) {
                tracing::warn!(%error, "changes of graph files may not be noticed");
            }
        }
    })?;
    watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

async fn follow(file: Weak<GraphFile>, mut changes: mpsc::UnboundedReceiver<()>, watcher: RecommendedWatcher) {
    let _watcher = watcher;
    loop {
        // Looks up from time to time, so that a closed file does not stay watched until its next change.
        match tokio::time::timeout(Duration::from_secs(5), changes.recv()).await {
            Ok(None) => return,
            Ok(Some(())) => {
                while let Ok(Some(())) = tokio::time::timeout(SETTLED, changes.recv()).await {}
                let Some(file) = file.upgrade() else { return };
                off_the_runtime(move || file.reload()).await;
            }
            Err(_) if file.strong_count() == 0 => return,
            Err(_) => {}
        }
    }
}

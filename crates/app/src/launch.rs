//! From a server's entry in a graph file to what starts it: secrets and variables are put in at that moment, and no earlier.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use graph::{ServerEntry, ServerName, Transport};
use mcp::{Launch, LaunchError, Launcher, Masks};
use vault::template::{self, Source};
use vault::{Name, Secret};

use crate::secrets::Secrets;

/// How a server of a graph file is launched.
pub(crate) struct EntryLauncher {
    pub(crate) server: ServerName,
    pub(crate) entry: ServerEntry,
    /// The folder of the graph file, in which relative paths begin.
    pub(crate) folder: PathBuf,
    /// What the command `patchbay` stands for: this program.
    pub(crate) executable: Arc<Path>,
    pub(crate) secrets: Secrets,
}

impl Launcher for EntryLauncher {
    fn launch(&self) -> BoxFuture<'_, Result<Launch, LaunchError>> {
        Box::pin(self.make())
    }
}

impl EntryLauncher {
    async fn make(&self) -> Result<Launch, LaunchError> {
        let transport = self.entry.transport(&graph::Path::root()).map_err(|problems| {
            let listed: Vec<_> = problems.iter().map(|problem| format!("{}; {}", problem.message, problem.remedy)).collect();
            LaunchError::new(format!("server `{}` cannot be started: {}", self.server, listed.join("; ")))
        })?;
        let mut filler = Filler { launcher: self, masked: Vec::new() };
        let transport = match transport {
            Transport::Stdio { command, args, env, cwd } => mcp::Transport::Stdio {
                command: self.command(command),
                args: filler.list(args).await?,
                env: filler.map(env).await?,
                cwd: Some(cwd.map_or_else(|| self.folder.clone(), |cwd| self.folder.join(cwd))),
            },
            Transport::StreamableHttp(remote) => {
                mcp::Transport::StreamableHttp { url: filler.text(&remote.url).await?, headers: filler.map(remote.headers).await? }
            }
            Transport::Sse(remote) => {
                mcp::Transport::Sse { url: filler.text(&remote.url).await?, headers: filler.map(remote.headers).await? }
            }
        };
        Ok(Launch { transport, masks: Masks::new(filler.masked) })
    }

    /// `patchbay` is this very program, wherever it lies; a relative path begins in the graph file's folder.
    fn command(&self, command: String) -> String {
        if command == "patchbay" {
            return self.executable.to_string_lossy().into_owned();
        }
        let path = Path::new(&command);
        if path.is_relative() && path.components().count() > 1 {
            return self.folder.join(path).to_string_lossy().into_owned();
        }
        command
    }
}

/// Puts secrets and variables into texts, and remembers what must not be seen.
struct Filler<'l> {
    launcher: &'l EntryLauncher,
    masked: Vec<String>,
}

impl Filler<'_> {
    async fn text(&mut self, text: &str) -> Result<String, LaunchError> {
        let wrong = |error: vault::Error| LaunchError::new(format!("server `{}` cannot be started: {error}", self.launcher.server));
        let mut found: BTreeMap<Name, Secret> = BTreeMap::new();
        for reference in template::references(text).map_err(wrong)? {
            if let Source::Secret(name) = reference.source
                && !found.contains_key(&name)
            {
                let value = self.launcher.secrets.get(name.clone()).await.map_err(|error| {
                    LaunchError::new(format!("server `{}` cannot be started: {}", self.launcher.server, error.in_full()))
                })?;
                found.insert(name, value);
            }
        }
        let secret = |name: &Name| found.get(name).cloned().ok_or_else(|| vault::Error::Missing { name: name.clone() });
        let resolved = template::resolve(text, secret, |name| std::env::var(name).ok()).map_err(wrong)?;
        self.masked.extend(resolved.secrets.iter().map(|secret| secret.expose().to_owned()));
        Ok(resolved.value.expose().to_owned())
    }

    async fn list(&mut self, texts: Vec<String>) -> Result<Vec<String>, LaunchError> {
        let mut filled = Vec::with_capacity(texts.len());
        for text in texts {
            filled.push(self.text(&text).await?);
        }
        Ok(filled)
    }

    async fn map(&mut self, texts: indexmap::IndexMap<String, String>) -> Result<BTreeMap<String, String>, LaunchError> {
        let mut filled = BTreeMap::new();
        for (key, text) in texts {
            filled.insert(key, self.text(&text).await?);
        }
        Ok(filled)
    }
}

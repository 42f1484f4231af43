//! How the person has set the window up, in a file beside the other things that outlive a start.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use protocol::Settings;

use crate::app::App;
use crate::disk;
use crate::error::Error;

const FILE: &str = "settings.json";

/// Held while the file is written: of two windows, the one that came last is kept, whole.
static TURN: Mutex<()> = Mutex::new(());

/// What was kept; as it is at first where nothing was, or nothing that can be read.
pub(crate) fn read(data: &Path) -> Settings {
    let text = std::fs::read_to_string(data.join(FILE)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn write(data: &Path, settings: &Settings) -> Result<(), Error> {
    let path = data.join(FILE);
    let fail = |source| Error::Create { path: path.clone(), source };
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    std::fs::create_dir_all(data).map_err(fail)?;
    let text = serde_json::to_string_pretty(settings).map_err(|error| fail(error.into()))?;
    disk::write_private(&path, &text)
}

impl App {
    /// Keeps how the window is set up. It blocks.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn keep_settings(&self, settings: &Settings) -> Result<(), Error> {
        self.data().map_or(Ok(()), |data| write(data, settings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_what_another_version_wrote_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(read(&data), Settings::default(), "nothing was kept");
        let wide = Settings { inspector_width: 500, theme: protocol::Theme::Dark, ..Settings::default() };
        write(&data, &wide).unwrap();
        assert_eq!(read(&data), wide, "the same");
        std::fs::write(data.join(FILE), r#"{"inspectorWidth": 400, "ofTomorrow": [1]}"#).unwrap();
        assert_eq!(read(&data), Settings { inspector_width: 400, ..Settings::default() }, "what is known is taken");
        std::fs::write(data.join(FILE), "{").unwrap();
        assert_eq!(read(&data), Settings::default(), "half a file is no file");
    }
}

//! What helps a person find their way, as signals: the welcome page, examples, imports, the first tour; and how the window is
//! set up, which the app keeps.

use std::time::Duration;

use canvas::EdgeStyle;
use graph::ToolName;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Example, ImportLine, KeepSettings, Settings, Theme, Tour};
use wasm_bindgen::prelude::*;

use crate::desk::{self, Desk};
use crate::store::{Dropped, Store};
use crate::toast::Toast;

/// How long after a change the settings are kept: the edge of a panel is dragged through many widths.
const SOON: Duration = Duration::from_millis(150);

#[wasm_bindgen(raw_module = "./page.js")]
extern "C" {
    #[wasm_bindgen(js_name = setTheme)]
    fn set_theme(theme: &str);
}

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Finding {
    /// The graphs that come with Patchbay; none until they were asked for.
    pub(crate) examples: RwSignal<Vec<Example>>,
    /// The graph files beside the one that is shown, with their tools, as far as it was asked.
    pub(crate) beside: RwSignal<Vec<(String, Vec<ToolName>)>>,
    /// Whether the welcome page is shown although a graph is open.
    pub(crate) welcome_shown: RwSignal<bool>,
    /// Whether it is asked what is to be imported.
    pub(crate) import_shown: RwSignal<bool>,
    /// The file that is to be imported.
    pub(crate) import_path: RwSignal<String>,
    /// The graph that was dropped on the page last.
    pub(crate) dropped: RwSignal<Option<Dropped>>,
    /// Whether it is asked where that is to be saved.
    pub(crate) dropped_shown: RwSignal<bool>,
    /// Whether it is told what became of an import.
    pub(crate) report_shown: RwSignal<bool>,
    /// What became of it.
    pub(crate) report: RwSignal<Vec<ImportLine>>,
    /// The first tour, while a person is on it; its graph need not be open.
    pub(crate) tour: RwSignal<Option<Tour>>,
    /// Whether a person has been on it.
    pub(crate) is_toured: RwSignal<bool>,
    /// Dark or light.
    pub(crate) theme: RwSignal<Theme>,
    /// Whether the settings have come from the app: before that, nothing is kept.
    has_settings: RwSignal<bool>,
    sending: StoredValue<Option<TimeoutHandle>>,
}

impl Finding {
    /// As it is before anything is known.
    pub(crate) fn new() -> Self {
        Self {
            examples: RwSignal::new(Vec::new()),
            beside: RwSignal::new(Vec::new()),
            welcome_shown: RwSignal::new(false),
            import_shown: RwSignal::new(false),
            import_path: RwSignal::new(String::new()),
            dropped: RwSignal::new(None),
            dropped_shown: RwSignal::new(false),
            report_shown: RwSignal::new(false),
            report: RwSignal::new(Vec::new()),
            tour: RwSignal::new(None),
            is_toured: RwSignal::new(false),
            theme: RwSignal::new(Theme::System),
            has_settings: RwSignal::new(false),
            sending: StoredValue::new(None),
        }
    }
}

impl Store {
    /// Sets the window up as it was left, once.
    pub(crate) fn take_settings(self, settings: &Settings) {
        let finding = self.finding;
        if finding.has_settings.get_untracked() {
            return;
        }
        finding.theme.set(settings.theme);
        finding.is_toured.set(settings.is_toured);
        finding.tour.set(settings.tour.clone());
        self.inspector_shown.set(settings.has_inspector);
        self.inspector_width.set(i32::try_from(settings.inspector_width).unwrap_or(crate::inspector::WIDTH));
        self.stage.overview.set(settings.has_overview);
        if settings.has_upright_edges != (self.stage.edge_style.get_untracked() == EdgeStyle::Orthogonal) {
            self.stage.toggle_edge_style();
        }
        self.desk.set(Desk::of(settings));
        finding.has_settings.set(true);
    }

    /// How the window is set up. Follows all of it.
    fn settings(self) -> Settings {
        let mut settings = Settings {
            theme: self.finding.theme.get(),
            has_upright_edges: self.stage.edge_style.get() == EdgeStyle::Orthogonal,
            has_overview: self.stage.overview.get(),
            has_inspector: self.inspector_shown.get(),
            inspector_width: u32::try_from(self.inspector_width.get()).unwrap_or_default(),
            is_toured: self.finding.is_toured.get(),
            // One that has come to its end is not taken up again.
            tour: self.finding.tour.get().filter(|tour| !(tour.has_run && tour.has_looked)),
            ..Settings::default()
        };
        self.desk.with(|desk| desk.tell(&mut settings));
        settings
    }

    /// Has the app keep how the window is set up, from now on, soon after each change.
    pub(crate) fn keep_settings(self) {
        let finding = self.finding;
        Effect::new(move |before: Option<Option<Settings>>| {
            if !finding.has_settings.get() {
                return None;
            }
            let settings = self.settings();
            if before.flatten().is_some_and(|before| before != settings) {
                self.send_settings(settings.clone());
            }
            Some(settings)
        });
        Effect::new(move |_| {
            let theme = match finding.theme.get() {
                Theme::System => "system",
                Theme::Light => "light",
                Theme::Dark => "dark",
            };
            set_theme(theme);
            self.stage.restyle();
        });
    }

    fn send_settings(self, settings: Settings) {
        if let Some(earlier) = self.finding.sending.get_value() {
            earlier.clear();
        }
        let send = move || {
            spawn_local(async move {
                if let Err(failed) = self.bridge.call(&KeepSettings { settings }).await {
                    self.toast.set(Some(Toast::failed("how the window is set up could not be kept", failed)));
                }
            });
        };
        // Without a timer it is not kept this time.
        self.finding.sending.set_value(set_timeout_with_handle(send, SOON).ok());
    }

    /// Shows or hides the text beside the canvas.
    pub(crate) fn toggle_text(self) {
        desk::change(self.desk, |desk| desk.has_text = !desk.has_text);
    }
}

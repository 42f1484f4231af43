//! The tests of the graph that is shown, what they walked through on the canvas, and dry runs.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{RunTests, StartDryRun, StopTests, ToolCoverage};

use super::Store;
use crate::app::focus;
use crate::side::Side;
use crate::testing::{TestsOf, Walked};
use crate::text;

impl Store {
    /// Shows the tests of the graph that is shown, and runs them.
    pub(crate) fn show_and_run_tests(self) {
        self.show_side(Side::Tests);
        self.run_tests();
    }

    /// Runs the tests of the graph that is shown.
    pub(crate) fn run_tests(self) {
        let Some(graph) = self.shown_id().filter(|_| self.testing.running.get_untracked().is_none()) else { return };
        self.testing.running.set(Some(graph));
        let run = async move {
            match self.bridge.call(&RunTests { graph }).await {
                Ok(tests) => {
                    if tests.tested.is_none() {
                        self.testing.is_covered.set(false);
                    }
                    let find = |model: &crate::model::Model| model.graphs.iter().find(|view| view.id == graph).map(|view| view.revision);
                    let revision = self.model.with_untracked(find).unwrap_or_default();
                    self.testing.told.set(Some(TestsOf { graph, revision, tests: Arc::new(tests) }));
                    self.testing.failed.set(None);
                }
                Err(failed) => self.testing.failed.set(Some(failed)),
            }
            self.testing.running.set(None);
            self.testing.is_stopping.set(false);
            self.draw();
        };
        self.once_told(graph, move || spawn_local(run));
    }

    /// Has no further case of the tests begun that are being run.
    pub(crate) fn stop_tests(self) {
        let Some(graph) = self.testing.running.get_untracked() else { return };
        self.testing.is_stopping.set(true);
        let stop = async move {
            if let Err(failed) = self.bridge.call(&StopTests { graph }).await {
                self.testing.failed.set(Some(failed));
            }
        };
        // They may not have been sent yet: what was changed goes first.
        self.once_told(graph, move || spawn_local(stop));
    }

    /// Shows on the canvas what the tests walked through, or puts it away.
    pub(crate) fn toggle_coverage(self) {
        let is_covered = !self.testing.is_covered.get_untracked();
        self.testing.is_covered.set(is_covered);
        if is_covered {
            self.leave_past();
            self.leave_comparison();
            self.leave_board();
            if untrack(|| self.shown_coverage()).is_none() {
                return self.show_and_run_tests();
            }
        }
        self.draw();
    }

    /// Puts away what the tests walked through.
    pub(crate) fn leave_coverage(self) {
        if self.testing.is_covered.get_untracked() {
            self.testing.is_covered.set(false);
            self.draw();
        }
    }

    /// What the tests of the graph came to that is shown; none before they were run.
    pub(crate) fn tests_of_shown(self) -> Option<TestsOf> {
        let shown = self.graph.with(|graph| graph.as_ref().map(|graph| graph.0.id));
        self.testing.told.with(|told| told.clone().filter(|told| Some(told.graph) == shown))
    }

    /// What the canvas shows of the tests; none where it shows something else.
    pub(crate) fn shown_coverage(self) -> Option<ToolCoverage> {
        let is_elsewhere = || self.board.get() || self.comparison.with(Option::is_some) || self.model.with(|model| model.past.is_some());
        if !self.testing.is_covered.get() || is_elsewhere() {
            return None;
        }
        let (path, tool) = self.of_tool(|graph, tool| (graph.path.clone(), tool.name.clone()))?;
        let tests = self.tests_of_shown()?.tests;
        // A test file may name another graph than the one beside it.
        let tested = tests.tested.as_ref().filter(|tested| text::file_name(&tested.graph) == text::file_name(&path))?;
        tested.coverage.iter().find(|of| of.tool == tool).cloned()
    }

    /// Brings the canvas in line with what it is to show of the tests.
    pub(super) fn draw_walked(self) {
        match untrack(|| self.shown_coverage()) {
            Some(coverage) => {
                let walked = Walked::of(&coverage);
                self.stage.set_walked(|node| walked.node(node), |node, port| walked.edge(node, port));
            }
            None => self.stage.set_walked(|_| None, |_, _| None),
        }
    }

    /// Runs the tool that is shown dry with what was typed.
    pub(crate) fn start_dry_run(self) {
        self.leave_past();
        self.start_by(None, move |graph, tool, arguments| {
            let (treat, answers) = untrack(|| (self.testing.treats(graph), self.testing.answers(graph, &tool)));
            StartDryRun { graph, tool, arguments, treat, answers }
        });
    }

    /// Shows the calls of the dry run that is shown: they stand with the tool.
    pub(crate) fn show_dry_calls(self) {
        self.stage.clear_selection();
        self.inspector_shown.set(true);
        request_animation_frame(|| focus("dry-calls"));
    }
}

//! Signals that are told only of what is new, and when.

use std::time::Duration;

use leptos::prelude::*;

/// Gives a signal a value, and tells who follows it, unless it has it already.
pub(crate) fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}

/// Gives a signal a value without telling who follows it; says whether it had it already.
pub(crate) fn keep_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) -> bool {
    let is_same = signal.with_untracked(|before| *before == value);
    if !is_same {
        signal.update_untracked(|before| *before = value);
    }
    is_same
}

/// Does something once what is painted in this frame has been seen: a timer runs after the frame that follows has begun.
pub(crate) fn after_frame(work: impl FnOnce() + 'static) {
    request_animation_frame(move || set_timeout(work, Duration::ZERO));
}

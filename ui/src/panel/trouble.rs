//! What went wrong, where the eye is.

use leptos::prelude::*;
use nodes::Failure;
use protocol::Failed;

use super::prose::Prose;
use crate::icon::{self, Icon};

/// A command that failed.
#[component]
pub(crate) fn Trouble(
    /// Why.
    failed: Failed,
) -> impl IntoView {
    view! {
        <div class="trouble" role="alert">
            <Icon path=icon::WARNING />
            <div>
                <Prose text=failed.message />
                {failed.detail.map(|detail| view! { <pre class="detail">{detail}</pre> })}
            </div>
        </div>
    }
}

/// A step or a run that failed.
#[component]
pub(crate) fn Failing(
    /// Why.
    failure: Failure,
) -> impl IntoView {
    view! {
        <div class="trouble" role="alert">
            <Icon path=icon::WARNING />
            <div>
                <Prose text=failure.message />
                {failure.remedy.map(|remedy| view! { <Prose text=remedy class="remedy" /> })}
            </div>
        </div>
    }
}

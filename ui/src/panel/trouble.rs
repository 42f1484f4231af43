//! What went wrong, where the eye is.

use leptos::prelude::*;
use nodes::Failure;
use protocol::Failed;

use crate::icon::{self, Icon};
use crate::text;

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
                <p>{text::sentence(&failed.message)}</p>
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
                <p class="trouble-message">{text::sentence(&failure.message)}</p>
                {failure.remedy.map(|remedy| view! { <p class="remedy">{text::sentence(&remedy)}</p> })}
            </div>
        </div>
    }
}

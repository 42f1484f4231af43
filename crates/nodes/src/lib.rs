//! Every kind of node, one file each. Knows nothing of time, of processes, or of the order in which nodes run.
//!
//! A [`Kind`] describes itself (for the palette, the inspector, the checks and the docs) and compiles a node of the graph
//! into a [`Program`], which says what the node asks of the world ([`Ask`]) and what it makes of the [`Answer`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod args;
mod ask;
mod check;
mod collapse;
mod common;
mod failure;
mod fresh;
mod kind;
mod paste;
mod program;
mod rename;
mod site;
mod texts;
mod ways;
mod why_not;

mod approval;
mod call;
mod emit;
mod entry;
mod exit;
mod for_each;
mod mcp;
mod parallel;
mod placeholder;
mod switch;
mod transform;
mod wait;

pub use args::Template;
pub use ask::{Answer, Approval, Ask, Policy, Reply, Signal, ToolRef, ToolResult, Until};
pub use check::{CheckOptions, check};
pub use collapse::{CollapseError, collapse};
pub use common::{Common, OnCrash, Retry};
pub use failure::{Failure, FailureKind};
pub use fresh::{fresh, fresh_call, fresh_tool_call, insert_on_edge, replace_kind, route_through};
pub use kind::{Kind, Ports, common_schema};
pub use paste::{Pasted, paste};
pub use program::{Compiled, Evaluation, Phase, Program, compile};
pub use rename::{rename_node, rename_server, rename_tool};
pub use why_not::why_not;

/// Makes the two tables of the kinds from one list of them.
macro_rules! kinds {
    ($($kind:expr,)+) => {
        /// Every kind, in the order in which the palette shows them.
        pub static ALL: &[&dyn Kind] = &[$(&$kind,)+];

        /// What each does, in the order of [`ALL`].
        static COMPILERS: &[&dyn kind::Compile] = &[$(&$kind,)+];
    };
}

kinds! {
    entry::Entry,
    mcp::Mcp,
    transform::Transform,
    switch::Switch,
    parallel::Parallel,
    for_each::ForEach,
    call::Call,
    wait::Wait,
    approval::Approve,
    emit::Emit,
    placeholder::Placeholder,
    exit::Exit,
}

/// The kind of this name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static dyn Kind> {
    ALL.iter().find(|kind| kind.name() == name).copied()
}

/// The kind of this name, and what it does.
fn kind_to_run(name: &str) -> Option<(&'static dyn Kind, &'static dyn kind::Compile)> {
    let at = ALL.iter().position(|kind| kind.name() == name)?;
    Some((ALL[at], COMPILERS[at]))
}

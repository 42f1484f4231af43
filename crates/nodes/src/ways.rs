//! Whether what begins at a `parallel` or a `forEach` comes to its join. Looks at edges only: what a rule decides is not known
//! before the run.

use std::collections::HashSet;

use graph::Path;

use crate::site::Site;

/// Says what is wrong with the branch (or body: `what`) that begins at the node `start`, which is written at `at`.
pub(crate) fn check(site: &mut Site<'_>, what: &str, at: &Path, start: &str, join: &str) {
    if start == join {
        let message = format!("the {what} begins at its own join `{join}`");
        return site.fail(at, message, "let it begin at a node that leads to the join");
    }
    if start == site.node.id.as_str() {
        let message = format!("the {what} begins at the node itself");
        return site.fail(at, message, "let it begin at a node that leads to the join");
    }
    let ways = Ways::from(site, start, join);
    if !ways.join {
        let message = format!("no way leads from `{start}` to the join `{join}`");
        site.fail(at, message, format!("connect the last node of the {what} to `{join}`"));
    } else if ways.exit {
        let message = format!("the {what} that begins at `{start}` can come to the exit without passing its join `{join}`");
        site.warn(at, message, format!("let every way lead to `{join}`, or the run will fail there"));
    }
}

/// Where one can come to.
struct Ways {
    join: bool,
    exit: bool,
}

impl Ways {
    fn from(site: &Site<'_>, start: &str, join: &str) -> Self {
        let mut ways = Self { join: false, exit: false };
        let mut seen = HashSet::from([start.to_owned()]);
        let mut queue = vec![start.to_owned()];
        while let Some(at) = queue.pop() {
            let Some(node) = site.tool.node(&at) else { continue };
            ways.exit |= node.kind == "exit";
            for edge in node.edges() {
                let to = edge.to.as_str();
                if to == join {
                    ways.join = true;
                } else if seen.insert(to.to_owned()) {
                    queue.push(to.to_owned());
                }
            }
        }
        ways
    }
}

//! `parallel`: runs branches at once and goes on at the join when enough of them are done.

use std::sync::Arc;

use graph::Path;
use serde_json::{Value, json};

use crate::ask::{Ask, Policy};
use crate::failure::Failure;
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;
use crate::ways;

#[derive(Debug)]
pub(crate) struct Parallel;

#[derive(Debug)]
struct Compiled {
    policy: Policy,
    at_once: usize,
}

impl Kind for Parallel {
    fn name(&self) -> &'static str {
        "parallel"
    }

    fn title(&self) -> &'static str {
        "Parallel"
    }

    fn summary(&self) -> &'static str {
        "Runs branches at once and joins them"
    }

    fn ports(&self) -> Ports {
        Ports::Branches
    }

    fn settings(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "branches": {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "The first node of each branch; a branch ends where it comes to the join"},
                "join": {"type": "string", "description": "The node that follows when the branches are done"},
                "policy": {
                    "description": "How many branches must succeed",
                    "default": "all",
                    "oneOf": [{"enum": ["all", "any"]}, {"type": "object", "properties": {"atLeast": {"type": "integer", "minimum": 1}}, "required": ["atLeast"]}]
                },
                "maxConcurrency": {"type": "integer", "minimum": 1, "description": "How many branches may be under way at once; all where there is none"}
            },
            "required": ["branches", "join"]
        })
    }
}

impl Compile for Parallel {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let at = Path::root().key("branches");
        let branches = match site.field("branches") {
            Some(Value::Array(branches)) if !branches.is_empty() => {
                for (i, branch) in branches.iter().enumerate() {
                    if !branch.is_string() {
                        site.fail(&at.clone().index(i), "the branch is not the id of a node", "give the id of the branch's first node");
                    }
                    if branches[..i].contains(branch) {
                        site.fail(
                            &at.clone().index(i),
                            format!("there are two branches that begin at {branch}"),
                            "let each branch begin at a node of its own",
                        );
                    }
                }
                branches.len()
            }
            _ => {
                site.fail(&at, "the parallel node has no `branches`", "add `branches`: the ids of the first nodes");
                0
            }
        };
        let join = site.required_text("join", "the id of the node that follows when the branches are done");
        let starts = site.field("branches").and_then(Value::as_array).into_iter().flatten().enumerate();
        for (i, start) in starts.filter_map(|(i, branch)| Some((i, branch.as_str()?))) {
            if let Some(join) = join {
                ways::check(site, "branch", &at.clone().index(i), start, join);
            }
        }
        let policy = Self::policy(site, branches);
        let at_once = site.whole_number(&Path::root().key("maxConcurrency"), 1);
        let at_once = at_once.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        Some(Arc::new(Compiled { policy: policy?, at_once }))
    }
}

impl Parallel {
    fn policy(site: &mut Site<'_>, branches: usize) -> Option<Policy> {
        let at = Path::root().key("policy");
        match site.field("policy") {
            None => Some(Policy::All),
            Some(Value::String(text)) if text == "all" => Some(Policy::All),
            Some(Value::String(text)) if text == "any" => Some(Policy::Any),
            Some(Value::Object(fields)) if fields.contains_key("atLeast") => {
                let needed = usize::try_from(site.whole_number(&at.clone().key("atLeast"), 1)?).ok()?;
                if needed > branches {
                    site.fail(
                        &at,
                        format!("the policy needs {needed} of {branches} branches"),
                        "give a number no greater than that of the branches",
                    );
                }
                Some(Policy::AtLeast(needed))
            }
            Some(other) => {
                site.fail(&at, format!("`policy` is {other}"), "use `all`, `any` or `{atLeast: n}`");
                None
            }
        }
    }
}

impl Program for Compiled {
    fn begin(&self, _evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        Ok(Ask::Fork { policy: self.policy, at_once: self.at_once })
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        Vec::new()
    }
}

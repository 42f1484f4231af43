//! Checks that need only the drawing: names, edges, ways to the exit. What a kind's fields mean is checked in `nodes`.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::{Graph, Path, Port, Problem, Tool};

/// What is wrong with the drawing of each tool, in the order of the file.
#[must_use]
pub fn check(graph: &Graph) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut names = HashSet::new();
    for (i, tool) in graph.tools.iter().enumerate() {
        let at = Path::root().key("tools").index(i);
        if !names.insert(&tool.name) {
            let message = format!("there are two tools named `{}`", tool.name);
            problems.push(Problem::error(at.clone().key("name"), message, "give one of them another name").in_tool(&tool.name));
        }
        problems.extend(check_tool(tool, &at).into_iter().map(|problem| problem.in_tool(&tool.name)));
    }
    problems
}

fn check_tool(tool: &Tool, at: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut by_id = HashMap::new();
    for (i, node) in tool.nodes.iter().enumerate() {
        let at = node_path(at, i);
        if by_id.insert(&node.id, i).is_some() {
            problems.push(
                Problem::error(at.key("id"), format!("there are two nodes `{}`", node.id), "give one of them another id").in_node(&node.id),
            );
        }
    }
    let ends = ends(tool, at, &mut problems);
    let mut edges: Vec<Vec<usize>> = Vec::with_capacity(tool.nodes.len());
    for (i, node) in tool.nodes.iter().enumerate() {
        let at = node_path(at, i);
        let mut targets = Vec::new();
        for edge in node.edges() {
            match by_id.get(&edge.to) {
                Some(to) => targets.push(*to),
                None => problems.push(
                    Problem::error(
                        at.clone().join(&edge.port.path()),
                        format!("there is no node `{}` to go to", edge.to),
                        nearest(edge.to.as_str(), tool.nodes.iter().map(|node| node.id.as_str()))
                            .map_or_else(|| "connect it to a node of this tool".to_owned(), |near| format!("did you mean `{near}`?")),
                    )
                    .in_node(&node.id),
                ),
            }
        }
        if node.kind != "exit" && node.edges().iter().all(|edge| edge.port == Port::OnError) {
            problems.push(
                Problem::error(at, format!("nothing follows `{}`", node.id), "add `next` with the id of the node that follows")
                    .in_node(&node.id),
            );
        }
        edges.push(targets);
    }
    if let Some((entry, exit)) = ends {
        problems.extend(check_ways(tool, at, &edges, entry, exit));
    }
    problems
}

/// The entry and the exit, where there is just one of each.
fn ends(tool: &Tool, at: &Path, problems: &mut Vec<Problem>) -> Option<(usize, usize)> {
    let mut one = |kind: &str, remedy: &str| {
        let found: Vec<_> = tool.nodes.iter().enumerate().filter(|(_, node)| node.kind == kind).map(|(i, _)| i).collect();
        match found.as_slice() {
            [] => {
                problems.push(Problem::error(at.clone().key("nodes"), format!("the tool has no `{kind}` node"), remedy));
                None
            }
            [only] => Some(*only),
            [_, second, ..] => {
                let node = &tool.nodes[*second];
                problems.push(
                    Problem::error(node_path(at, *second).key("type"), format!("the tool has a second `{kind}` node"), "keep one of them")
                        .in_node(&node.id),
                );
                None
            }
        }
    };
    let entry = one("entry", "add a node of type `entry`, with `next`");
    let exit = one("exit", "add a node of type `exit`");
    entry.zip(exit)
}

fn check_ways(tool: &Tool, at: &Path, edges: &[Vec<usize>], entry: usize, exit: usize) -> Vec<Problem> {
    let mut back = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        for to in targets {
            back[*to].push(from);
        }
    }
    let from_entry = reach(edges, entry);
    let to_exit = reach(&back, exit);
    let mut problems = Vec::new();
    for (i, node) in tool.nodes.iter().enumerate() {
        let at = node_path(at, i);
        if !from_entry[i] {
            problems.push(
                Problem::warning(at, format!("nothing leads to `{}`", node.id), "connect a node to it, or remove it").in_node(&node.id),
            );
        } else if !to_exit[i] && i == entry {
            problems.push(
                Problem::error(at, "no way leads from the entry to the exit".to_owned(), "connect the last node to the exit")
                    .in_node(&node.id),
            );
        } else if !to_exit[i] && to_exit[entry] {
            problems.push(
                Problem::warning(at, format!("no way leads from `{}` to the exit", node.id), "connect it to a node that leads there")
                    .in_node(&node.id),
            );
        }
    }
    problems
}

fn reach(edges: &[Vec<usize>], from: usize) -> Vec<bool> {
    let mut seen = vec![false; edges.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if !std::mem::replace(&mut seen[at], true) {
            queue.extend(&edges[at]);
        }
    }
    seen
}

fn node_path(tool: &Path, index: usize) -> Path {
    tool.clone().key("nodes").index(index)
}

/// The name among `names` that a misspelt one was most likely meant to be.
#[must_use]
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let (far, best) = names.map(|known| (distance(name, known), known)).min()?;
    (far <= 1 + name.chars().count() / 4).then_some(best)
}

/// How many letters must be changed, added or removed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

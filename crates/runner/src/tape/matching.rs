//! Which recorded answer a request gets: pure, over a table of what was asked.

use graph::NodeId;

use super::{Found, Request};

/// What became of a recorded request so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its answer was not given yet.
    Free,
    /// Its answer was given.
    Used,
    /// It was never answered.
    Unanswered,
}

/// The answer that a request gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Its place in the table; none where there is none.
    pub(super) at: Option<usize>,
    /// How it differs from what was recorded; none where the node asks for what it asked for then.
    pub(super) departs: Option<Found>,
}

/// Looks for an answer: first to the same request of the same node, then of another, each only once; then any of them once more. A
/// person's answer is the node's, whatever the question says now.
pub(super) fn choose<'t>(
    table: impl Iterator<Item = (&'t NodeId, &'t Request, State)> + Clone,
    node: &NodeId,
    request: &Request,
) -> Chosen {
    let answered = || table.clone().enumerate().filter(|(_, (_, _, state))| *state != State::Unanswered);
    let same = || answered().filter(|(_, (_, recorded, _))| recorded.is_as(request));
    let free = || same().filter(|(_, (_, _, state))| *state == State::Free);
    if let Some((at, _)) = free().find(|(_, (of, ..))| *of == node) {
        return Chosen { at: Some(at), departs: None };
    }
    if let Some((at, _)) = free().next() {
        return Chosen { at: Some(at), departs: Some(Found::Elsewhere) };
    }
    let is_question = |request: &Request| matches!(request, Request::Ask { .. });
    let mut asked = answered().filter(|(_, (of, recorded, state))| *state == State::Free && *of == node && is_question(recorded));
    if is_question(request)
        && let Some((at, _)) = asked.next()
    {
        return Chosen { at: Some(at), departs: Some(Found::Elsewhere) };
    }
    match same().last() {
        Some((at, _)) => Chosen { at: Some(at), departs: Some(Found::Again) },
        None => Chosen { at: None, departs: Some(Found::Nothing) },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use serde_json::json;

    fn request(word: &str) -> Request {
        match word.strip_prefix('?') {
            Some(message) => Request::Ask { message: message.to_owned() },
            None => Request::Call { server: "s".into(), tool: "t".to_owned(), args: Arc::new(json!({"x": word})) },
        }
    }

    /// A recording is words `node:request`, with `!` behind what was used and `-` behind what was not answered; what is asked is one more.
    #[track_caller]
    fn check(recorded: &str, asked: &str, at: Option<usize>, departs: Option<Found>) {
        let read = |word: &str| {
            let (node, asks) = word.trim_end_matches(['!', '-']).split_once(':').unwrap();
            let state = match word.chars().last() {
                Some('!') => State::Used,
                Some('-') => State::Unanswered,
                _ => State::Free,
            };
            (NodeId::from(node), request(asks), state)
        };
        let table: Vec<(NodeId, Request, State)> = recorded.split_whitespace().map(read).collect();
        let (node, asks) = asked.split_once(':').unwrap();
        let chosen = choose(table.iter().map(|(node, request, state)| (node, request, *state)), &node.into(), &request(asks));
        assert_eq!(chosen, Chosen { at, departs }, "`{asked}` of `{recorded}`");
    }

    #[test]
    fn a_node_gets_what_it_was_answered_itself_in_the_order_in_which_it_asked() {
        check("a:1 a:1 b:1", "a:1", Some(0), None);
        check("a:1! a:1 b:1", "a:1", Some(1), None);
        check("b:1 a:2 a:1", "a:1", Some(2), None);
    }

    #[test]
    fn what_another_node_asked_for_is_an_answer_too_and_is_said() {
        check("b:1 a:2", "a:1", Some(0), Some(Found::Elsewhere));
        check("a:1! b:1", "a:1", Some(1), Some(Found::Elsewhere));
    }

    #[test]
    fn an_answer_that_was_used_is_given_again_before_none_is() {
        check("a:1! b:1!", "a:1", Some(1), Some(Found::Again));
        check("a:2", "a:1", None, Some(Found::Nothing));
        check("a:1-", "a:1", None, Some(Found::Nothing));
        check("", "a:1", None, Some(Found::Nothing));
    }

    #[test]
    fn a_person_answers_a_question_that_is_worded_anew() {
        check("a:?sure", "a:?sure", Some(0), None);
        check("a:1 a:?sure", "a:?really", Some(1), Some(Found::Elsewhere));
        check("b:?sure", "a:?really", None, Some(Found::Nothing));
    }
}

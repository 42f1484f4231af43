//! `patchbay approvals`: what runs ask people, and the answers.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use app::{Reply, Said};
use protocol::{Question, RunId, StepId};

use super::signal;
use crate::args::{Approvals, Asked, Output};
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, FAINT, STRONG, one_line};
use crate::setup;

pub(super) fn run(data: Option<&Path>, verb: Option<Approvals>) -> Result<Exit, Error> {
    match verb {
        None => list(data, Output::Text),
        Some(Approvals::List { output }) => list(data, output),
        Some(Approvals::Approve { to, values }) => {
            let reply = Reply::Approved { values: Arc::new(values), by: to.by.clone() };
            answer(data, &to, reply)
        }
        Some(Approvals::Reject { to, reason }) => {
            let reply = Reply::Rejected { reason, by: to.by.clone() };
            answer(data, &to, reply)
        }
    }
}

fn questions(data: Option<&Path>) -> Result<Vec<Question>, Error> {
    setup::block_on(async |_| {
        let app = setup::app(data)?;
        let questions = app.questions().await;
        app.shutdown().await;
        Ok(questions?)
    })
}

fn answer(data: Option<&Path>, to: &Asked, reply: Reply) -> Result<Exit, Error> {
    let step = match to.step {
        Some(step) => StepId(step),
        None => {
            let of_run = questions(data)?.into_iter().filter(|question| question.run == RunId(to.run) && !question.is_uncertain);
            let steps: Vec<u32> = of_run.map(|question| question.step.0).collect();
            match steps[..] {
                [step] => StepId(step),
                _ => return Err(Error::WhichQuestion { run: to.run, steps }),
            }
        }
    };
    signal::say(data, to.run, &Said::Reply { step, reply })
}

fn list(data: Option<&Path>, output: Output) -> Result<Exit, Error> {
    let questions = questions(data)?;
    match output {
        Output::Json => out::json(&questions)?,
        Output::Text if questions.is_empty() => out::say("nobody is asked anything"),
        Output::Text => out::text(table(&questions))?,
    }
    Ok(Exit::Done)
}

fn table(questions: &[Question]) -> String {
    let mut text = String::new();
    for question in questions {
        let Question { run, step, node, tool, path, is_uncertain, message, approvers, .. } = question;
        let what = match is_uncertain {
            true => format!("it is not known whether its call happened; see `patchbay runs resume {run}`"),
            false => message.clone(),
        };
        let of = if approvers.is_empty() { String::new() } else { format!(" (of {})", approvers.join(", ")) };
        // Writing to a text does not fail.
        let _written = writeln!(
            text,
            "{run}  {:>4}  {STRONG}{}{STRONG:#}  {}{of}  {FAINT}{} · {}{FAINT:#}",
            step.0,
            one_line(node.as_str()),
            one_line(&what),
            one_line(tool.as_str()),
            one_line(path)
        );
    }
    text
}

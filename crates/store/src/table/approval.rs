//! What runs wait for and others tell them: questions to people that are open, and events.

use run::{Moment, StepId};

use super::{Script, Table, Type};
use crate::connection::{Connection, args};
use crate::error::Error;
use crate::record::Approval;

pub(crate) const TABLE: Table = Table {
    name: "approval",
    migrations: &[
        (
            1,
            Script::Both(
                "CREATE TABLE approval (run BIGINT NOT NULL, step BIGINT NOT NULL, message TEXT NOT NULL, form TEXT, deadline BIGINT,
                 opened BIGINT NOT NULL, PRIMARY KEY (run, step)){sorted}",
            ),
        ),
        (2, Script::Both("ALTER TABLE approval ADD COLUMN node TEXT NOT NULL DEFAULT ''")),
        (2, Script::Both("ALTER TABLE approval ADD COLUMN uncertain BIGINT NOT NULL DEFAULT 0")),
        (2, Script::Both("ALTER TABLE approval ADD COLUMN approvers TEXT NOT NULL DEFAULT '[]'")),
        (3, Script::Both("ALTER TABLE approval ADD COLUMN event TEXT")),
    ],
    columns: &[
        ("run", Type::Int),
        ("step", Type::Int),
        ("message", Type::Text),
        ("form", Type::Text),
        ("deadline", Type::Int),
        ("opened", Type::Int),
        ("node", Type::Text),
        ("uncertain", Type::Int),
        ("approvers", Type::Text),
        ("event", Type::Text),
    ],
    key: 2,
};

pub(crate) async fn open(at: &mut Connection, approval: &Approval) -> Result<(), Error> {
    let sql = "INSERT INTO approval (run, step, message, form, deadline, opened, node, uncertain, approvers, event)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    let form = approval.schema.as_ref().map(ToString::to_string);
    let values = args![
        approval.run.cast_signed(),
        i64::from(approval.step.0),
        approval.message.as_str(),
        form,
        approval.deadline.map(|at| at.0),
        approval.opened.0,
        approval.node.as_str(),
        i64::from(approval.is_uncertain),
        serde_json::json!(approval.approvers).to_string(),
        approval.event.as_deref().map(str::to_owned),
    ];
    at.run(sql, values).await.map(drop)
}

/// Closes one.
pub(crate) async fn close(at: &mut Connection, run: i64, step: StepId) -> Result<(), Error> {
    at.run("DELETE FROM approval WHERE run = $1 AND step = $2", args![run, i64::from(step.0)]).await.map(drop)
}

/// Those that are open, the oldest first.
pub(crate) async fn all(at: &mut Connection) -> Result<Vec<Approval>, Error> {
    let sql =
        "SELECT run, step, message, form, deadline, opened, node, uncertain, approvers, event FROM approval ORDER BY opened, run, step";
    at.read(sql, args![], |row| {
        Ok(Approval {
            run: row.int(0)?.cast_unsigned(),
            step: StepId(u32::try_from(row.int(1)?).unwrap_or(u32::MAX)),
            message: row.text(2)?,
            schema: row.maybe_text(3)?.and_then(|text| serde_json::from_str(&text).ok()),
            deadline: row.maybe_int(4)?.map(Moment),
            opened: Moment(row.int(5)?),
            node: row.text(6)?,
            is_uncertain: row.int(7)? != 0,
            approvers: serde_json::from_str(&row.text(8)?).unwrap_or_default(),
            event: row.maybe_text(9)?,
        })
    })
    .await
}

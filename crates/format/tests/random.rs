//! Random edits of every kind on every fixture: the text means what was asked for, and the inverse gives the same bytes.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::edits::{Dice, KINDS, edit};
use common::{FIXTURES, fixture};
use format::{Error, Source};
use graph::Document;

#[test]
fn survey() {
    let mut counts: BTreeMap<(&str, usize), [usize; 4]> = BTreeMap::new();
    let mut reasons: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let n: u64 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    for (name, _) in FIXTURES {
        for kind in 0..KINDS {
            for seed in 0..n {
                let mut source = fixture(name);
                let mut dice = Dice::new(seed * 1000 + kind as u64);
                let Some(edit) = edit(source.graph(), kind, &mut dice) else { continue };
                let before = source.text().to_owned();
                let mut document = Document::new(source.graph().clone());
                let count = counts.entry((name, kind)).or_default();
                let wanted = document.apply("", &edit);
                match (source.apply(&edit), wanted) {
                    (Ok(change), Ok(_)) => {
                        assert_eq!(source.graph(), document.graph());
                        let again = Source::parse(source.text().to_owned()).unwrap();
                        assert_eq!(again.graph(), document.graph());
                        assert_eq!(change.apply(&before).unwrap(), source.text());
                        source.splice(&change.inverse()).unwrap();
                        assert_eq!(source.text(), before);
                        count[0] += 1;
                    }
                    (Err(Error::Edit(_)), Err(_)) => count[3] += 1,
                    (Err(error), _) => {
                        let slot = if matches!(error, Error::Shape { .. }) { 1 } else { 2 };
                        count[slot] += 1;
                        if slot == 2 {
                            let e = reasons.entry(error.to_string().chars().take(230).collect()).or_insert((0, format!("{name} {kind} {seed} {edit:?}")));
                            e.0 += 1;
                        }
                    }
                    (Ok(_), Err(error)) => panic!("the graph refuses {edit:?}: {error}"),
                }
            }
        }
    }
    let mut total = [0; 4];
    for ((name, kind), count) in &counts {
        if count[2] > 0 {
            println!("{name} {kind}: right {} shape {} refused {} invalid {}", count[0], count[1], count[2], count[3]);
        }
        for i in 0..4 {
            total[i] += count[i];
        }
    }
    println!("right, shape, refused, invalid {total:?}");
    for (reason, (n, example)) in reasons {
        println!("{n} x {reason}\n      {}", example.chars().take(600).collect::<String>());
    }
}

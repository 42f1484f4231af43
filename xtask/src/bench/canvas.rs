//! `cargo xtask bench canvas`: our canvas beside React Flow's in one headless Chromium, by `xtask/bench/canvas/drive.js`.

mod report;
mod samples;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use self::samples::Samples;
use super::{Error, machine, peers, section};
use crate::{Project, npm, project, ui};

const HEADING: &str = "The canvas";
const ROUNDS: usize = 3;
/// How long each gesture is measured.
const GESTURE_MS: u64 = 2_000;
const SIZES: &[u64] = &[100, 1_000, 5_000, 10_000];
/// What only ours is asked to draw.
const OWN_SIZES: &[u64] = &[100_000];
/// Up to this size the peer is asked too.
const LARGEST_OF_BOTH: u64 = 10_000;
const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

pub(super) fn run(project: &Project, arguments: &[String]) -> Result<(), crate::Error> {
    let asked = Asked::read(arguments)?;
    if asked.builds {
        ui::build(project, ui::Profile::Release)?;
    }
    if asked.builds && asked.program.is_none() {
        project::run(project.cargo(["build", "--release", "-p", "cli"]).env("CARGO_INCREMENTAL", "0"))?;
    }
    let chromium = CHROMIUM.iter().find(|name| project::on_path(name)).ok_or(Error::NoChromium)?;
    let flow = flow(project)?;
    let before = machine::load();
    let samples = measure(project, &asked, chromium, &flow)?;

    let report = report::report(&samples);
    let notes = notes(&samples, &flow, &before, &asked);
    println!("\n{}\n{notes}", report.tables);
    if report.missed > 0 {
        println!("goals not met: {}", report.missed);
    }
    if asked.write {
        let path = project.root.join(super::WRITTEN_TO);
        let page = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, section::put(&page, HEADING, &text(&report.tables, &notes))).map_err(Error::file("write", &path))?;
        println!("written to {}", super::WRITTEN_TO);
    }
    Ok(())
}

/// What the command line asks for.
#[derive(Debug, PartialEq)]
struct Asked {
    rounds: usize,
    ms: u64,
    sizes: Vec<u64>,
    write: bool,
    builds: bool,
    /// The program behind the window, where it is not the release build of this checkout.
    program: Option<PathBuf>,
}

impl Asked {
    fn read(arguments: &[String]) -> Result<Self, crate::Error> {
        let mut asked = Self { rounds: ROUNDS, ms: GESTURE_MS, sizes: Vec::new(), write: false, builds: true, program: None };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument == "--program" {
                let path = arguments.next().ok_or_else(|| crate::Error::Usage("`--program` takes the path of a program".to_owned()))?;
                asked.program = Some(PathBuf::from(path));
                continue;
            }
            let mut number = |what: &str| {
                let number = arguments.next().and_then(|count| count.parse::<u64>().ok()).filter(|count| *count > 0);
                number.ok_or_else(|| crate::Error::Usage(format!("`{argument}` takes {what}")))
            };
            match argument.as_str() {
                "--write" => asked.write = true,
                "--no-build" => asked.builds = false,
                "--rounds" => asked.rounds = number("a number above 0")? as usize,
                "--ms" => asked.ms = number("milliseconds for each gesture")?,
                "--size" => asked.sizes.push(number("a number of nodes")?),
                _ => return Err(crate::Error::Usage(format!("`{argument}` means nothing here"))),
            }
        }
        if asked.sizes.is_empty() {
            asked.sizes.extend(SIZES.iter().chain(OWN_SIZES));
        }
        Ok(asked)
    }
}

/// The page of the peer.
struct Flow {
    page: PathBuf,
    version: String,
}

/// Installs and bundles it.
fn flow(project: &Project) -> Result<Flow, Error> {
    let from = peers::folder(project).join("canvas");
    let to = peers::install(project, "canvas")?;
    for file in ["flow.jsx", "flow.html", "scene.js"] {
        fs::copy(from.join(file), to.join(file)).map_err(Error::file("copy", from.join(file)))?;
    }
    let arguments = ["node_modules/esbuild/bin/esbuild", "flow.jsx", "--bundle", "--minify", "--jsx=automatic", "--outdir=."];
    let production = ["--define:process.env.NODE_ENV=\"production\"", "--log-level=warning"];
    let output = Command::new("node").args(arguments).args(production).current_dir(&to).stdin(Stdio::null()).output();
    let failed = |reason| npm::Error::Npm { what: "the page with React Flow".to_owned(), reason };
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()).into());
    }
    let manifest = to.join("node_modules/@xyflow/react/package.json");
    let manifest = fs::read_to_string(&manifest).map_err(Error::file("read", &manifest))?;
    let manifest: Value = serde_json::from_str(&manifest).unwrap_or_default();
    Ok(Flow { page: to.join("flow.html"), version: manifest["version"].as_str().unwrap_or("unknown").to_owned() })
}

/// Has the driver measure, and shows how far it is.
fn measure(project: &Project, asked: &Asked, chromium: &str, flow: &Flow) -> Result<Samples, Error> {
    let (sizes, own_sizes): (Vec<u64>, Vec<u64>) = asked.sizes.iter().partition(|size| **size <= LARGEST_OF_BOTH);
    let built = || project.target.join("release").join(format!("patchbay{}", std::env::consts::EXE_SUFFIX));
    let program = asked.program.clone().unwrap_or_else(built);
    let what = json!({
        "chromium": chromium, "patchbay": program, "flow": flow.page, "dist": project.root.join("ui").join("dist"),
        "scratch": project.target.join("bench").join("canvas-scratch"),
        "sizes": sizes, "ownSizes": own_sizes, "rounds": asked.rounds, "ms": asked.ms,
    });
    let mut command = Command::new("node");
    command.arg(peers::folder(project).join("canvas").join("drive.js")).arg(what.to_string());
    let start = |source| Error::Start { who: "the driver of the browser".to_owned(), source };
    let mut driver = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(start)?;
    let mut samples = Samples::default();
    let lines = driver.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
    for line in lines.map_while(Result::ok) {
        if samples.take(&line) {
            eprintln!("{line}");
        }
    }
    if driver.wait().map_err(start)?.success() {
        Ok(samples)
    } else {
        let command = project::show(&command);
        Err(Error::Ended { who: "the driver of the browser".to_owned(), command })
    }
}

/// Under which conditions the figures came about.
fn notes(samples: &Samples, flow: &Flow, load_before: &str, asked: &Asked) -> String {
    let mut notes = vec![
        format!("{}, no GPU used", machine::describe()),
        format!("Patchbay {}, the window in its release profile; React Flow {}", env!("CARGO_PKG_VERSION"), flow.version),
        format!("load over the last 1, 5 and 15 minutes: {load_before} at the beginning, {} at the end", machine::load()),
    ];
    if let Some((best, middle)) = samples.machine() {
        notes.push(format!(
            "{} of {} ms for each gesture; the fixed work before each page took {best:.1} ms at best and {middle:.1} ms at the median; a page \
             at which it took twice the best does not count",
            if asked.rounds == 1 { "one round".to_owned() } else { format!("{} rounds", asked.rounds) },
            asked.ms
        ));
    }
    notes.extend(samples.faults.iter().map(|fault| format!("not measured: {fault}")));
    notes.iter().map(|note| format!("- {note}\n")).collect()
}

fn text(tables: &str, notes: &str) -> String {
    format!(
        "Written by `cargo xtask bench canvas --write` on {}. Our window beside React Flow in one headless Chromium, interleaved, with the frame rate \
         not capped: a frame lasts as long as it costs. Medians over the rounds. A ratio is Patchbay's figure to the other's; it says more than the \
         figures, which are this machine's.\n\n\
         {tables}\n\
         {notes}\n\
         What is measured: the same graph on both, with as many edges as nodes and a few more, each node a card with a picture and two lines; windows \
         of 1600 by 900. A hand in the page does one thing a frame; a gesture that moved nothing is no figure. *Frames* are the time from one to the \
         next, median / 95th percentile. *Culling* is `onlyRenderVisibleElements`. *CPU a frame* is the processor time of the browser with all its \
         processes. *First painted input* is from the address to the frame after the first in which the page follows. *Heap* is that of JavaScript \
         after a collection, and the memory of WebAssembly. *Undo* and *paste* are from the key to the frame in which what they do is seen, there \
         and back through the program that keeps the file; React Flow keeps no file and has no undo, so a snapshot of its arrays is put back. \
         *20 states* begin or end in each frame, as a run tells them. The pages are served by the driver, which hands everything else on to the \
         program.\n\n\
         To repeat: `cargo xtask bench canvas`; `--size N`, once or more, measures only these, `--rounds N` and `--ms N` longer or shorter, `--no-build` takes \
         window and program as they were built last, `--program PATH` another program.\n",
        machine::today()
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn arguments_are_read_or_refused() {
        let check = |arguments: &[&str], expected: Option<Asked>| {
            let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
            assert_eq!(Asked::read(&arguments).ok(), expected, "{arguments:?}");
        };
        let all = vec![100, 1_000, 5_000, 10_000, 100_000];
        check(&[], Some(Asked { rounds: 3, ms: 2_000, sizes: all.clone(), write: false, builds: true, program: None }));
        check(
            &["--size", "500", "--no-build"],
            Some(Asked { rounds: 3, ms: 2_000, sizes: vec![500], write: false, builds: false, program: None }),
        );
        let two = vec![1_000, 10_000];
        check(
            &["--size", "1000", "--size", "10000"],
            Some(Asked { rounds: 3, ms: 2_000, sizes: two, write: false, builds: true, program: None }),
        );
        check(
            &["--write", "--rounds", "1", "--ms", "300"],
            Some(Asked { rounds: 1, ms: 300, sizes: all.clone(), write: true, builds: true, program: None }),
        );
        let program = Some(PathBuf::from("a/patchbay"));
        check(&["--program", "a/patchbay"], Some(Asked { rounds: 3, ms: 2_000, sizes: all, write: false, builds: true, program }));
        check(&["--program"], None);
        check(&["--size"], None);
        check(&["--rounds", "0"], None);
        check(&["canvas"], None);
    }

    #[test]
    fn the_driver_and_the_table_name_the_same_gestures() {
        let hand = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/canvas/hand.js");
        let hand = fs::read_to_string(hand).unwrap();
        let listed = &hand[hand.find("const gestures = {").unwrap()..];
        for (name, _) in report::GESTURES {
            let key = if name.contains(' ') { format!("    \"{name}\": async") } else { format!("    {name}: async") };
            assert!(listed.contains(&key), "the hand does not know `{name}`");
        }
    }
}

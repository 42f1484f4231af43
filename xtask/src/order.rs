//! `cargo xtask order`: finds out which machine code a start of `patchbay` runs, and writes its names for the linker
//! (`crates/cli/startup.order`, see `crates/cli/build.rs`). Run by hand on Linux when the start has changed much; the list is
//! committed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{Error, Project, project};

const WRITTEN_TO: &str = "crates/cli/startup.order";
/// A pattern for code in many variants is kept while what it takes along is at most this much, in bytes...
const MOST_BESIDE: u64 = 2048;
/// ...or at most this part of what was meant.
const MOST_BESIDE_PART: u64 = 2;

const HEAD: &str = "\
# The code that `patchbay serve` runs up to its first answers, and then what its first calls run beside it, by the linker's
# names; written by `cargo xtask order`. `*` stands for what differs from one version of a dependency to the next.
";
/// What is opened to see what a start runs: each way to write a graph down.
const OPENED: &str = "graphs/dialects";
/// What is called to see what calls run.
const CALLED: [&str; 2] = ["graphs/switch.yaml", "graphs/loop.yaml"];

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<(), Error> {
    project::flags(arguments, &[])?;
    if let Some(program) = ["valgrind", "nm", "readelf"].into_iter().find(|program| !project::on_path(program)) {
        return Err(Error::Order(format!("it takes `{program}`; on Debian: `apt-get install valgrind binutils`")));
    }
    let build = ["rustc", "--release", "-p", "cli", "--bin", "patchbay", "--", "-Cstrip=none"];
    project::run(project.cargo(build).env("CARGO_INCREMENTAL", "0"))?;
    let program = project.target.join("release/patchbay");
    let work = project.target.join("order");
    fs::create_dir_all(&work).map_err(Error::file("make", &work))?;
    let symbols = symbols(&program)?;
    let graphs: Vec<PathBuf> = CALLED.iter().map(|graph| project.root.join(graph)).chain(opened(project)?).collect();
    let started = trace(&program, &graphs, &handshake(), &work)?;
    let in_use = trace(&program, &graphs[..CALLED.len()], &[handshake(), calls()].concat(), &work)?;
    // The start's own code stands first: a server that nobody calls has no other in memory.
    let mut names = order(&started, &symbols);
    let known: BTreeSet<String> = names.iter().cloned().collect();
    names.extend(order(&(&in_use - &started), &symbols).into_iter().filter(|name| !known.contains(name)));
    let to = project.root.join(WRITTEN_TO);
    fs::write(&to, format!("{HEAD}{}\n", names.join("\n"))).map_err(Error::file("write", &to))?;
    println!("{} names written to {WRITTEN_TO}; the next release build uses them", names.len());
    if needed(&program)?.iter().any(|library| library.starts_with("libm.")) {
        println!("the program loads the C library's mathematics: something calls a function that crates/cli/src/math.rs does not have");
    }
    Ok(())
}

/// The libraries that the system loads with the program.
fn needed(program: &Path) -> Result<Vec<String>, Error> {
    let output = Command::new("readelf").args(["--dynamic", "--wide"]).arg(program).env("LC_ALL", "C").output();
    let output = output.map_err(|source| Error::Start { program: "readelf".to_owned(), source })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let libraries = text.lines().filter(|line| line.contains("(NEEDED)"));
    Ok(libraries.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned())).collect())
}

/// The graphs that are opened to see what a start runs.
fn opened(project: &Project) -> Result<Vec<PathBuf>, Error> {
    let folder = project.root.join(OPENED);
    let entries = fs::read_dir(&folder).map_err(Error::file("read", &folder))?;
    let mut graphs: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some_and(|it| it == "yaml")).collect();
    graphs.sort();
    Ok(graphs)
}

/// The functions that the program runs while it serves each graph and is told the messages. The graphs are served one by one,
/// since a name may be in several.
fn trace(program: &Path, graphs: &[PathBuf], messages: &[Value], work: &Path) -> Result<BTreeSet<String>, Error> {
    let mut all = BTreeSet::new();
    // Runs that were kept before would be looked for: a first start has none.
    let data = work.join("data");
    if data.exists() {
        fs::remove_dir_all(&data).map_err(Error::file("remove", &data))?;
    }
    for graph in graphs {
        let profile = work.join("callgrind.out");
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--tool=callgrind", "--demangle=no"]).arg(format!("--callgrind-out-file={}", profile.display()));
        command.arg(program).arg("--data").arg(&data).arg("serve").arg(graph);
        let start = |source| Error::Start { program: "valgrind".to_owned(), source };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(start)?;
        if let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) {
            let mut answers = std::io::BufRead::lines(std::io::BufReader::new(output));
            for message in messages {
                writeln!(input, "{message}").map_err(start)?;
                if message.get("id").is_some() {
                    answers.next();
                }
            }
        }
        let status = child.wait().map_err(start)?;
        if !status.success() {
            return Err(Error::Ended { command: project::show(&command), status });
        }
        all.extend(called(&fs::read_to_string(&profile).map_err(Error::file("read", &profile))?));
    }
    Ok(all)
}

/// What a client says up to the list of tools.
fn handshake() -> Vec<Value> {
    let client = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "order", "version": "1"}});
    vec![
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}),
    ]
}

/// Calls of the tools of [`CALLED`]; a server answers the one that it does not have with an error.
fn calls() -> Vec<Value> {
    let call = |id: u32, name: &str, arguments: Value| json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": name, "arguments": arguments}});
    vec![call(3, "test_switch", json!({"value": 5})), call(4, "sum_to_n", json!({"n": 5}))]
}

/// The functions of the program itself that a profile in callgrind's format names as run.
fn called(profile: &str) -> BTreeSet<String> {
    let (mut objects, mut functions) = (BTreeMap::new(), BTreeMap::new());
    let (mut is_ours, mut found) = (false, BTreeSet::new());
    for line in profile.lines() {
        let Some((key, rest)) = line.split_once("=(") else { continue };
        let Some((number, name)) = rest.split_once(')') else { continue };
        // A name is spelled out once and is a number afterwards.
        let table = if key.ends_with("ob") { &mut objects } else { &mut functions };
        if let Some(name) = name.strip_prefix(' ') {
            table.insert(number.to_owned(), name.to_owned());
        }
        let name = table.get(number).cloned().unwrap_or_default();
        match key {
            // Where valgrind does not know an object, it is the program: its own section comes first.
            "ob" => is_ours = name.ends_with("patchbay") || name == "???",
            // What has no name is told by its address.
            "fn" if is_ours && !name.starts_with("0x") => {
                // `'2` marks a call from within itself.
                found.insert(name.split('\'').next().unwrap_or(&name).to_owned());
            }
            _ => {}
        }
    }
    found
}

/// A function of the program: its place and its size in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Code {
    at: u64,
    size: u64,
}

/// Each function of the program by its name. Functions that are the same have one place and several names.
fn symbols(program: &Path) -> Result<BTreeMap<String, Code>, Error> {
    let mut command = Command::new("nm");
    let output = command.arg("--print-size").arg(program).output();
    let output = output.map_err(|source| Error::Start { program: "nm".to_owned(), source })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let sizes = text.lines().filter_map(|line| {
        let [at, size, kind, name] = line.split_whitespace().collect::<Vec<_>>()[..] else { return None };
        let number = |text| u64::from_str_radix(text, 16).ok();
        let code = Code { at: number(at)?, size: number(size)? };
        kind.eq_ignore_ascii_case("t").then(|| (name.to_owned(), code))
    });
    Ok(sizes.collect())
}

/// The names for the linker: as a pattern where it means little else, otherwise as they are.
fn order(called: &BTreeSet<String>, symbols: &BTreeMap<String, Code>) -> Vec<String> {
    // The linker knows what has several names by any of them.
    let places: BTreeSet<u64> = called.iter().filter_map(|name| symbols.get(name)).map(|code| code.at).collect();
    let called: BTreeSet<&String> = symbols.iter().filter(|(_, code)| places.contains(&code.at)).map(|(name, _)| name).collect();
    let mut meant: BTreeMap<String, u64> = BTreeMap::new();
    for name in &called {
        *meant.entry(pattern(name)).or_default() += symbols[*name].size;
    }
    let mut in_all: BTreeMap<String, u64> = BTreeMap::new();
    for (name, code) in symbols {
        *in_all.entry(pattern(name)).or_default() += code.size;
    }
    let means_little_else = |pattern: &str| {
        let (meant, in_all) = (meant.get(pattern).copied().unwrap_or_default(), in_all.get(pattern).copied().unwrap_or_default());
        in_all - meant <= MOST_BESIDE.max(meant / MOST_BESIDE_PART)
    };
    let names = called.iter().map(|name| {
        let pattern = pattern(name);
        if means_little_else(&pattern) { pattern } else { without_suffix(name) }
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

/// A name without what changes with the version of a dependency: the hash at the end, or in the newer spelling of names the
/// numbers of the crates.
fn pattern(name: &str) -> String {
    let stem = name.split(".llvm.").next().unwrap_or(name);
    if let Some((stem, hash)) = stem.rsplit_once("17h")
        && hash.len() == 17
        && hash.ends_with('E')
    {
        return format!("{stem}17h*");
    }
    if !stem.starts_with("_R") {
        return without_suffix(name);
    }
    let mut parts = stem.split("Cs");
    let mut pattern = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('_') {
            Some((number, rest)) if number.len() > 6 && number.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                pattern.push_str("Cs*_");
                pattern.push_str(rest);
            }
            _ => {
                pattern.push_str("Cs");
                pattern.push_str(part);
            }
        }
    }
    pattern + "*"
}

/// A name without the number that the optimiser adds to some.
fn without_suffix(name: &str) -> String {
    name.split_once(".llvm.").map_or_else(|| name.to_owned(), |(stem, _)| format!("{stem}*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_names_what_the_program_itself_ran() {
        let profile = "ob=(1) /lib/libc.so.6\nfn=(1) _malloc\n10 5\nob=(2) /target/release/patchbay\nfn=(2) _ZN3run4step17h0123456789abcdefE\n\
                       cob=(1)\ncfn=(1)\ncalls=1 0\nfn=(3) _ZN3run4step17h0123456789abcdefE'2\nfn=(4) 0x00d4\nob=(1)\nfn=(5) _free\n";
        let expected = BTreeSet::from(["_ZN3run4step17h0123456789abcdefE".to_owned()]);
        assert_eq!(called(profile), expected, "not the library's, not what has no name, each once");
    }

    #[test]
    fn a_name_becomes_a_pattern_only_where_that_takes_little_else_along() {
        let hashed = |stem: &str, digit: &str| format!("_ZN{stem}17h{}E", digit.repeat(16));
        let (step, grow, other) = (hashed("3run4step", "a"), hashed("5alloc4grow", "b"), hashed("5alloc4grow", "c"));
        let same = hashed("5nodes4same", "d");
        let code = |at, size| Code { at, size };
        let symbols = BTreeMap::from([
            (step.clone(), code(0, 900)),
            (same, code(0, 900)),
            (grow.clone(), code(900, 100)),
            (other, code(1000, 50_000)),
        ]);
        let called = BTreeSet::from([step, grow.clone(), "_gone".to_owned()]);
        let expected = ["_ZN3run4step17h*".to_owned(), grow, "_ZN5nodes4same17h*".to_owned()];
        assert_eq!(order(&called, &symbols), expected, "the one in a large family keeps its hash; what is the same is named too");
    }

    #[test]
    fn patterns_leave_out_what_versions_change() {
        for (name, expected) in [
            ("_ZN3run4step17h0123456789abcdefE.llvm.123", "_ZN3run4step17h*"),
            ("_RNvCsgEmfK2I1SDS_4core3add", "_RNvCs*_4core3add*"),
            ("_RNvMNtCsgEmfK2I1SDS_5alloc6stringNtB2_6String4from.llvm.9", "_RNvMNtCs*_5alloc6stringNtB2_6String4from*"),
            ("ring_core_0_17_14__aes", "ring_core_0_17_14__aes"),
        ] {
            assert_eq!(pattern(name), expected, "{name}");
        }
    }
}

//! A real receiver of OpenTelemetry: `rotel`, a collector that comes as a program in a package from PyPI, at an exact version, installed
//! once into a cache. It takes traces and metrics over OTLP and writes all that it decoded of them into its log. Where it cannot be had,
//! tests skip.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::npm::cache;

/// The version that the tests were written against.
const VERSION: &str = "0.0.1a15";

/// The program of the package is the same for every version of Python; this is one for which it was packed.
const PYTHON: &str = "3.11";

/// Long enough for a busy machine; no passing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A receiver that runs, and ends when it is dropped.
pub struct Collector {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Collector {
    /// Starts a receiver; `None`, said on standard error, where there is none to be had.
    ///
    /// # Panics
    ///
    /// If it is there and does not start.
    pub fn start() -> Option<Self> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let program = {
            let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
            match install() {
                Ok(program) => program,
                Err(reason) => {
                    eprintln!("skipped: the collector `rotel` {VERSION} cannot be had ({reason})");
                    return None;
                }
            }
        };
        let (address, grpc) = (free_address(), free_address());
        let mut command = Command::new(program);
        command.args(["start", "--exporter", "blackhole", "--batch-timeout", "20ms"]);
        command.args(["--debug-log", "traces", "--debug-log", "metrics", "--debug-log-verbosity", "detailed"]);
        command.args(["--otlp-http-endpoint", &address.to_string(), "--otlp-grpc-endpoint", &grpc.to_string()]);
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = started.unwrap_or_else(|error| panic!("cannot start the collector: {error}"));
        let log = Arc::new(Mutex::new(String::new()));
        if let Some(output) = child.stdout.take() {
            let log = log.clone();
            std::thread::spawn(move || {
                let mut output = BufReader::new(output);
                let mut line = Vec::new();
                while let Ok(1..) = output.read_until(b'\n', &mut line) {
                    log.lock().unwrap_or_else(PoisonError::into_inner).push_str(&String::from_utf8_lossy(&line));
                    line.clear();
                }
            });
        }
        let collector = Self { child, address, log };
        collector.until("it listens", || TcpStream::connect(address).is_ok());
        Some(collector)
    }

    /// Where it takes OTLP over HTTP.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All that it has written so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until what it has written is as it should be.
    ///
    /// # Panics
    ///
    /// If it does not become so.
    pub fn wait_for(&self, what: &str, is_there: impl Fn(&str) -> bool) -> String {
        self.until(what, || is_there(&self.log()));
        self.log()
    }

    fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let since = Instant::now();
        while !is_so() {
            assert!(since.elapsed() < PATIENCE, "the collector: {what} did not come; it wrote: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // It may have ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.unwrap_or_else(|error| panic!("no port is free: {error}"))
}

fn install() -> Result<PathBuf, String> {
    let root = cache("pypi").join(format!("rotel@{VERSION}"));
    let (program, done) = (root.join("rotel/rotel-agent"), root.join("installed"));
    if done.is_file() {
        return Ok(program);
    }
    std::fs::create_dir_all(&root).map_err(|error| error.to_string())?;
    // Several test programs may want it at the same time.
    let lock = std::fs::File::create(root.join("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    if !done.is_file() {
        fetch(&root)?;
        make_executable(&program)?;
        std::fs::write(done, "").map_err(|error| error.to_string())?;
    }
    Ok(program)
}

fn fetch(root: &Path) -> Result<(), String> {
    let what = format!("rotel=={VERSION}");
    let arguments = ["install", "--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", PYTHON, &what, "--target"];
    let run = |pip: &str| Command::new(pip).args(arguments).arg(root).stdin(Stdio::null()).output();
    let output = run("pip3").or_else(|_| run("pip")).map_err(|error| format!("pip: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(format!("pip: {}", String::from_utf8_lossy(&output.stderr).trim())) }
}

#[cfg(unix)]
fn make_executable(program: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), String> {
    Ok(())
}

//! A real PostgreSQL server for tests: made new in a folder of its own, reached by a socket in it, ended with the test program
//! however that ends. Where there is none, tests skip.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Long enough for a busy machine; no passing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The address of a new, empty database, or `None`, said on standard error, where there is no server to be had.
pub fn postgres() -> Option<String> {
    static SERVER: Mutex<Option<Result<Server, String>>> = Mutex::new(None);
    static DATABASES: AtomicU32 = AtomicU32::new(1);
    let mut server = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let made = server.get_or_insert_with(Server::start).as_ref().map_err(Clone::clone);
    let database = format!("test{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    match made.and_then(|server| server.make(&database)) {
        Ok(address) => Some(address),
        Err(reason) => {
            eprintln!("skipped: PostgreSQL cannot be had ({reason}); on Debian and Ubuntu it is the package `postgresql`");
            None
        }
    }
}

struct Server {
    programs: PathBuf,
    folder: PathBuf,
    /// It ends the server when its standard input is closed, as it is when the test program dies.
    _keeper: Child,
}

/// What the keeper runs: the server, until nobody holds the other end of standard input any more.
const KEEP: &str = r#"
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= >"$2/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$2"
"#;

impl Server {
    fn start() -> Result<Self, String> {
        let programs = programs().ok_or("there is no `initdb`")?;
        let folder = std::env::temp_dir().join(format!("patchbay-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        if is_root() {
            // The server refuses to run as root.
            succeed(Command::new("chown").arg("nobody").arg(&folder))?;
        }
        let mut make = as_nobody(&programs.join("initdb"));
        succeed(make.args(["-A", "trust", "-U", "patchbay", "--no-sync", "-E", "UTF8", "--locale=C", "-D"]).arg(folder.join("data")))?;
        let mut keeper = as_nobody(Path::new("sh"));
        keeper.args(["-c", KEEP, "sh"]).arg(&programs).arg(&folder);
        let keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|error| error.to_string())?;
        let server = Self { programs, folder, _keeper: keeper };
        server.wait()?;
        Ok(server)
    }

    /// The server writes into this file that it is ready.
    fn wait(&self) -> Result<(), String> {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            let state = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
            if state.lines().any(|line| line.trim() == "ready") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(std::fs::read_to_string(self.folder.join("log")).unwrap_or_else(|_| "it did not become ready".to_owned()))
    }

    fn make(&self, database: &str) -> Result<String, String> {
        let socket = self.folder.display();
        let mut make = Command::new(self.programs.join("createdb"));
        succeed(make.arg("-h").arg(&self.folder).args(["-U", "patchbay", database]))?;
        Ok(format!("postgres://localhost/{database}?host={socket}&user=patchbay"))
    }
}

/// The folder of the server's programs: beside `initdb` on the path, or where Debian puts them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("initdb"));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let all = on_path.chain(versions.map(|version| version.path().join("bin/initdb")));
    let real = all.filter_map(|program| std::fs::canonicalize(program).ok());
    real.filter_map(|program| program.parent().map(Path::to_owned)).find(|folder| folder.join("createdb").is_file())
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(program);
    // A folder that it may be in.
    command.current_dir("/");
    command
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}

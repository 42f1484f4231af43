//! A WebDriver and the one session that it holds.

use std::{
    future::Future,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, error::NewSessionError};
use serde_json::Value;

use crate::group::Group;

/// How long anything may take before the test gives up. Long, since the machine may be busy; what is waited for is a
/// condition, so a quick machine is not held up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A driver that runs, on a port of this machine.
pub(crate) struct Driver {
    _group: Group,
    port: u16,
}

impl Driver {
    /// Starts what `command` makes for a port, and opens the session that `capabilities` describe. Another process may take the
    /// free port first, and a driver that cannot have all that it wants closes the port that it had opened: both begin again.
    pub(crate) async fn open(command: impl Fn(u16) -> Command, capabilities: Value) -> (Self, Client) {
        let mut reasons = Vec::new();
        for _ in 0..5 {
            match Self::start(&command).await {
                Ok(driver) => match driver.connect(&capabilities).await {
                    Ok(session) => return (driver, session),
                    Err(error @ (NewSessionError::Lost(_) | NewSessionError::FailedC(_) | NewSessionError::NotW3C(_))) => {
                        reasons.push(error.to_string())
                    }
                    Err(error) => panic!("the driver opens a session: {error:?}"),
                },
                Err(reason) => reasons.push(reason),
            }
        }
        panic!("the driver {:?} did not answer on any of five ports: {reasons:?}", command(0).get_program());
    }

    /// Starts the driver on a free port, and waits until it listens there.
    async fn start(command: impl Fn(u16) -> Command) -> Result<Self, String> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut group = Group::start(command(port).stdout(Stdio::null()).stderr(Stdio::null()));
        let given_up = Instant::now() + PATIENCE;
        while Instant::now() < given_up {
            if let Some(status) = group.child().try_wait().unwrap() {
                return Err(format!("port {port}: {status}"));
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(Self { _group: group, port });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(format!("port {port}: nothing listened within {} s", PATIENCE.as_secs()))
    }

    /// Opens the session that `capabilities` describe.
    async fn connect(&self, capabilities: &Value) -> Result<Client, NewSessionError> {
        let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        builder.capabilities(capabilities.as_object().cloned().unwrap());
        let address = format!("http://127.0.0.1:{}", self.port);
        tokio::time::timeout(PATIENCE, builder.connect(&address)).await.expect("the driver answers in time")
    }
}

/// Asks `look` until it finds something, and says what was awaited if it never does.
pub(crate) async fn wait_for<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let given_up = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < given_up, "waited {} s for {what}", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The program `name` of this workspace, which `cargo xtask test` has built beside the desktop app.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_BIN_EXE_patchbay-desktop")).with_file_name(name);
    assert!(path.is_file(), "`{}` is not built; `cargo xtask test` does", path.display());
    path
}

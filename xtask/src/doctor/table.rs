//! What Patchbay needs of a machine, and what brings it on each platform: the only place with package names.

use super::platform::Platform;

/// What something is needed for, each with all that those before it need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    Build,
    /// Building the text editor into the window. Without it the window has plain text fields.
    Edit,
    Test,
}

impl Purpose {
    pub(crate) fn includes(self, other: Self) -> bool {
        other <= self
    }

    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Edit => "edit",
            Self::Test => "test",
        }
    }
}

/// How to see whether it is there.
#[derive(Debug)]
pub(crate) enum Probe {
    /// Any one of these programs is on the `PATH`.
    Program(&'static [&'static str]),
    /// `pkg-config` knows this library.
    Library(&'static str),
    /// The toolchain has the standard library for this target.
    RustTarget(&'static str),
}

/// What brings it on one platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Get {
    /// The system has it, or does without.
    Nothing,
    /// A package of the system's own installer.
    Package(&'static str),
    /// Something else to type.
    Type(&'static str),
}
use Get::{Nothing, Package, Type};

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Requirement {
    pub(crate) name: &'static str,
    pub(crate) purpose: Purpose,
    pub(crate) probe: Probe,
    debian: Get,
    ubuntu: Get,
    fedora: Get,
    arch: Get,
    macos: Get,
    windows: Get,
}

impl Requirement {
    /// What brings it there; nothing is known for a Linux that is not in the table.
    pub(crate) fn get(&self, platform: Platform) -> Option<Get> {
        match platform {
            Platform::Debian => Some(self.debian),
            Platform::Ubuntu => Some(self.ubuntu),
            Platform::Fedora => Some(self.fedora),
            Platform::Arch => Some(self.arch),
            Platform::MacOs => Some(self.macos),
            Platform::Windows => Some(self.windows),
            Platform::OtherLinux if matches!(self.debian, Type(_)) => Some(self.debian),
            Platform::OtherLinux => None,
        }
    }

    pub(crate) fn applies(&self, platform: Platform) -> bool {
        self.get(platform) != Some(Nothing)
    }

    /// On Linux only, the package's name on Debian and Ubuntu, Fedora, Arch.
    const fn linux(name: &'static str, purpose: Purpose, probe: Probe, packages: [&'static str; 3]) -> Self {
        let [debian, fedora, arch] = packages;
        let (debian, fedora, arch) = (Package(debian), Package(fedora), Package(arch));
        Self { name, purpose, probe, debian, ubuntu: debian, fedora, arch, macos: Nothing, windows: Nothing }
    }
}

const WASM: Get = Type("rustup target add wasm32-unknown-unknown");

/// Everything, in the order in which a person would want to read it.
pub(crate) const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        macos: Type("xcode-select --install"),
        // Windows needs a linker too, but there it is on no `PATH`; whoever reads this has compiled with it.
        ..Requirement::linux("a C compiler", Purpose::Build, Probe::Program(&["cc", "gcc", "clang"]), ["build-essential", "gcc", "gcc"])
    },
    Requirement::linux("pkg-config", Purpose::Build, Probe::Program(&["pkg-config"]), ["pkg-config", "pkgconf-pkg-config", "pkgconf"]),
    // macOS has WebKit, Windows has WebView2.
    Requirement::linux(
        "WebKitGTK 4.1, with headers",
        Purpose::Build,
        Probe::Library("webkit2gtk-4.1"),
        ["libwebkit2gtk-4.1-dev", "webkit2gtk4.1-devel", "webkit2gtk-4.1"],
    ),
    Requirement::linux("D-Bus, with headers", Purpose::Build, Probe::Library("dbus-1"), ["libdbus-1-dev", "dbus-devel", "dbus"]),
    Requirement {
        name: "Rust's standard library for wasm",
        purpose: Purpose::Build,
        probe: Probe::RustTarget("wasm32-unknown-unknown"),
        debian: WASM,
        ubuntu: WASM,
        fedora: WASM,
        arch: WASM,
        macos: WASM,
        windows: WASM,
    },
    Requirement::linux(
        "Xvfb, a display without a screen",
        Purpose::Test,
        Probe::Program(&["Xvfb"]),
        ["xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"],
    ),
    // macOS has no such driver for windows that are not Safari's, so the test of the real window runs on Linux.
    Requirement::linux(
        "WebKitWebDriver, to drive the window",
        Purpose::Test,
        Probe::Program(&["WebKitWebDriver"]),
        ["webkit2gtk-driver", "/usr/bin/WebKitWebDriver", "webkitgtk-6.0"],
    ),
    Requirement {
        // Ubuntu's package of that name only calls snap.
        ubuntu: Type("sudo snap install chromium"),
        ..Requirement::linux(
            "Chromium",
            Purpose::Test,
            Probe::Program(&["chromium", "chromium-browser", "google-chrome"]),
            ["chromium", "chromium", "chromium"],
        )
    },
    Requirement {
        ubuntu: Type("sudo snap install chromium && sudo ln -s /snap/bin/chromium.chromedriver /usr/local/bin/chromedriver"),
        ..Requirement::linux(
            "chromedriver, of the same version",
            Purpose::Test,
            Probe::Program(&["chromedriver"]),
            ["chromium-driver", "chromedriver", "chromium"],
        )
    },
    Requirement::linux(
        "dbus-run-session, for a session bus of the tests' own",
        Purpose::Test,
        Probe::Program(&["dbus-run-session"]),
        ["dbus", "dbus-daemon", "dbus"],
    ),
    Requirement::linux(
        "dunst, a desktop's notification service of the tests' own",
        Purpose::Test,
        Probe::Program(&["dunst"]),
        ["dunst", "dunst", "dunst"],
    ),
    Requirement::linux(
        "gnome-keyring, a keychain of the tests' own",
        Purpose::Test,
        Probe::Program(&["gnome-keyring-daemon"]),
        ["gnome-keyring", "gnome-keyring", "gnome-keyring"],
    ),
    Requirement {
        macos: Type("brew install node"),
        windows: Type("winget install OpenJS.NodeJS.LTS"),
        ..Requirement::linux(
            "Node.js, to bundle the text editor, and for what tests run against",
            Purpose::Edit,
            Probe::Program(&["node"]),
            ["nodejs", "nodejs", "nodejs"],
        )
    },
    Requirement {
        macos: Type("brew install node"),
        windows: Type("winget install OpenJS.NodeJS.LTS"),
        ..Requirement::linux("npm", Purpose::Edit, Probe::Program(&["npm", "npm.cmd"]), ["npm", "nodejs-npm", "npm"])
    },
    Requirement::linux(
        "strace, for tests of what the disk does",
        Purpose::Test,
        Probe::Program(&["strace"]),
        ["strace", "strace", "strace"],
    ),
    // Debian keeps the server's programs off the path; what makes its clusters is on it.
    Requirement::linux(
        "PostgreSQL, for the store's tests on a server",
        Purpose::Test,
        Probe::Program(&["initdb", "pg_ctlcluster"]),
        ["postgresql", "postgresql-server", "postgresql"],
    ),
    Requirement::linux(
        "pip, for the receiver of traces that the tests use",
        Purpose::Test,
        Probe::Program(&["pip3", "pip"]),
        ["python3-pip", "python3-pip", "python-pip"],
    ),
];

//! From what is missing to what is done about it: which commands run, and which are left to the person. It looks at
//! nothing and runs nothing.

use std::fmt;

use super::{
    platform::Platform,
    table::{Get, Requirement},
};

/// How far this process may change the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    None,
    Root,
    Sudo,
}

/// What is missing, and what follows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    missing: Vec<&'static str>,
    /// To run, in this order: the program, then its arguments.
    pub(crate) commands: Vec<Vec<&'static str>>,
    /// For the person to type.
    by_hand: Vec<String>,
    /// What not even a command is known for.
    unknown: Vec<&'static str>,
}

impl Plan {
    pub(crate) fn new(platform: Platform, power: Power, missing: &[&Requirement]) -> Self {
        let mut plan =
            Self { missing: missing.iter().map(|it| it.name).collect(), commands: Vec::new(), by_hand: Vec::new(), unknown: Vec::new() };
        let mut packages = Vec::new();
        let mut rustup = Vec::new();
        for requirement in missing {
            match requirement.get(platform) {
                Some(Get::Package(name)) => push_new(&mut packages, name),
                // It changes the person's own toolchain, as the toolchain file of this project asks anyway.
                Some(Get::Type(line)) if line.starts_with("rustup ") => push_new(&mut rustup, line),
                Some(Get::Type(line)) => push_new(&mut plan.by_hand, line.to_owned()),
                Some(Get::Nothing) => {}
                None => plan.unknown.push(requirement.name),
            }
        }
        if !packages.is_empty() {
            plan.add_packages(platform, power, &packages);
        }
        plan.commands.extend(rustup.iter().map(|line| line.split(' ').collect()));
        plan
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.missing.is_empty()
    }

    fn add_packages(&mut self, platform: Platform, power: Power, packages: &[&'static str]) {
        let sudo: &[&str] = match power {
            Power::None => {
                let installer = platform.installer().unwrap_or_default();
                self.by_hand.insert(0, format!("{installer} {}", packages.join(" ")));
                return;
            }
            Power::Root => &[],
            Power::Sudo => &["sudo"],
        };
        let apt = |arguments: &[&'static str]| {
            // Without this a package may stop to ask, with no one there to answer. sudo drops variables, so it goes through env.
            let words = [sudo, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments];
            words.concat()
        };
        // A fresh machine has no package lists at all.
        self.commands.push(apt(&["update", "-q"]));
        let install = apt(&["install", "-q", "-y", "--no-install-recommends"]);
        self.commands.push([install.as_slice(), packages].concat());
    }
}

/// Chromium and its driver may come from one package.
fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.missing {
            writeln!(f, "missing: {name}")?;
        }
        for command in &self.commands {
            writeln!(f, "installs it: {}", command.join(" "))?;
        }
        for line in &self.by_hand {
            writeln!(f, "to type: {line}")?;
        }
        for name in &self.unknown {
            writeln!(f, "to find out: how your system installs {name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::table::REQUIREMENTS;

    /// The plan's text for what is missing, by the first words of the names.
    fn check(platform: Platform, power: Power, missing: &[&str], expected: &str) {
        let find = |name: &&str| REQUIREMENTS.iter().find(|it| it.name.starts_with(*name)).unwrap();
        let missing: Vec<_> = missing.iter().map(find).collect();
        let plan = Plan::new(platform, power, &missing).to_string();
        let plan: String = plan.lines().filter(|line| !line.starts_with("missing: ")).map(|line| format!("{line}\n")).collect();
        assert_eq!(plan, expected, "on {platform} with {power:?}");
    }

    #[test]
    fn root_on_debian_installs_in_one_go_after_an_update() {
        let expected = "installs it: env DEBIAN_FRONTEND=noninteractive apt-get update -q\n\
            installs it: env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends libwebkit2gtk-4.1-dev xvfb\n";
        check(Platform::Debian, Power::Root, &["WebKitGTK", "Xvfb"], expected);
    }

    #[test]
    fn sudo_on_ubuntu_is_not_asked_for_what_only_snap_has() {
        let expected = "installs it: sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q\n\
            installs it: sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends xvfb\n\
            to type: sudo snap install chromium\n";
        check(Platform::Ubuntu, Power::Sudo, &["Xvfb", "Chromium"], expected);
    }

    #[test]
    fn without_the_power_to_install_there_is_one_line_to_type() {
        let line = "sudo apt-get install -y --no-install-recommends build-essential pkg-config";
        check(Platform::Debian, Power::None, &["a C compiler", "pkg-config"], &format!("to type: {line}\n"));
        check(Platform::Fedora, Power::None, &["a C compiler", "pkg-config"], "to type: sudo dnf install gcc pkgconf-pkg-config\n");
        check(Platform::Arch, Power::None, &["Chromium", "chromedriver"], "to type: sudo pacman -S --needed chromium\n");
        check(
            Platform::MacOs,
            Power::None,
            &["a C compiler", "Node.js", "npm"],
            "to type: xcode-select --install\nto type: brew install node\n",
        );
        check(Platform::Windows, Power::None, &["npm"], "to type: winget install OpenJS.NodeJS.LTS\n");
    }

    #[test]
    fn the_wasm_target_is_added_everywhere_without_asking() {
        for platform in [Platform::Debian, Platform::OtherLinux, Platform::MacOs, Platform::Windows] {
            check(platform, Power::None, &["Rust's"], "installs it: rustup target add wasm32-unknown-unknown\n");
        }
    }

    #[test]
    fn a_linux_without_package_names_is_told_what_to_look_for() {
        check(Platform::OtherLinux, Power::None, &["pkg-config"], "to find out: how your system installs pkg-config\n");
    }

    #[test]
    fn nothing_missing_is_an_empty_plan() {
        let plan = Plan::new(Platform::Debian, Power::Root, &[]);
        assert!(plan.is_empty() && plan.commands.is_empty(), "an update for nothing would cost every run some seconds");
    }
}

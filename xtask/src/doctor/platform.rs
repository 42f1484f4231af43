//! Which system this is, as far as it decides how something is installed.

use std::fmt;

/// A way of installing things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    Debian,
    Ubuntu,
    Fedora,
    Arch,
    /// A Linux that none of the above resembles.
    OtherLinux,
    MacOs,
    Windows,
}

impl Platform {
    /// From the name Rust has for the system, and on Linux the text of `/etc/os-release`.
    pub(crate) fn of(os: &str, os_release: &str) -> Self {
        match os {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::of_linux(os_release),
        }
    }

    /// `ID` decides; a derivative that has its own says in `ID_LIKE` what it follows, the nearest first.
    fn of_linux(os_release: &str) -> Self {
        let value = |key: &str| {
            let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            line.unwrap_or_default().trim_matches(['"', '\''])
        };
        value("ID")
            .split_whitespace()
            .chain(value("ID_LIKE").split_whitespace())
            .find_map(|id| match id {
                "debian" => Some(Self::Debian),
                "ubuntu" => Some(Self::Ubuntu),
                "fedora" => Some(Self::Fedora),
                "arch" => Some(Self::Arch),
                _ => None,
            })
            .unwrap_or(Self::OtherLinux)
    }

    pub(crate) fn has_apt(self) -> bool {
        matches!(self, Self::Debian | Self::Ubuntu)
    }

    /// What a person types before the names of packages, where there is one tool for it.
    pub(crate) fn installer(self) -> Option<&'static str> {
        match self {
            Self::Debian | Self::Ubuntu => Some("sudo apt-get install -y --no-install-recommends"),
            Self::Fedora => Some("sudo dnf install"),
            Self::Arch => Some("sudo pacman -S --needed"),
            Self::OtherLinux | Self::MacOs | Self::Windows => None,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Debian => "Debian",
            Self::Ubuntu => "Ubuntu",
            Self::Fedora => "Fedora",
            Self::Arch => "Arch Linux",
            Self::OtherLinux => "a Linux this has no package names for",
            Self::MacOs => "macOS",
            Self::Windows => "Windows",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linux_is_known_by_its_id_or_by_what_it_says_it_is_like() {
        let check = |text: &str, expected: Platform| assert_eq!(Platform::of("linux", text), expected, "os-release:\n{text}");
        check(
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n",
            Platform::Debian,
        );
        check("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n", Platform::Ubuntu);
        check("NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Platform::Ubuntu);
        check("NAME=\"Raspbian GNU/Linux\"\nID=raspbian\nID_LIKE=debian\n", Platform::Debian);
        check("NAME=\"Fedora Linux\"\nID=fedora\n", Platform::Fedora);
        check("NAME=\"Rocky Linux\"\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", Platform::Fedora);
        check("NAME=\"Arch Linux\"\nID=arch\n", Platform::Arch);
        check("NAME='EndeavourOS'\nID='endeavouros'\nID_LIKE='arch'\n", Platform::Arch);
        check("NAME=NixOS\nID=nixos\n", Platform::OtherLinux);
        check("", Platform::OtherLinux);
    }

    #[test]
    fn only_linux_reads_os_release() {
        assert_eq!(Platform::of("macos", "ID=debian"), Platform::MacOs, "a file that happens to be there says nothing");
        assert_eq!(Platform::of("windows", "ID=debian"), Platform::Windows, "the same");
    }
}

//! Versions: reading them out of a lock file or a tool's `--version`, and comparing them.

/// A version's numbers; what follows a `-` or `+` does not take part in comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// The version with these three numbers.
    pub(crate) const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// Reads `1`, `1.2` or `1.2.3`, each with or without a suffix such as `-beta.1`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let core = text.split(['-', '+', '~']).next()?;
        let mut numbers = core.split('.').map(str::parse::<u32>);
        let major = numbers.next()?.ok()?;
        let minor = numbers.next().transpose().ok()?.unwrap_or(0);
        let patch = numbers.next().transpose().ok()?.unwrap_or(0);
        Some(Self::new(major, minor, patch))
    }
}

/// The first word of a tool's `--version` output that is a version, as it is written there.
pub(crate) fn in_output(output: &str) -> Option<&str> {
    output
        .split_whitespace()
        .find(|word| Version::parse(word).is_some())
}

/// The version of a package in the text of a `Cargo.lock`.
pub(crate) fn in_lock_file<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_and_not_by_text() {
        assert!(Version::parse("0.22.10") > Version::parse("0.22.9"));
        assert!(Version::parse("132") > Version::parse("99.9"));
        assert_eq!(Version::parse("0.22.0-beta.1"), Version::parse("0.22"));
    }

    #[test]
    fn words_are_no_versions() {
        assert_eq!(Version::parse("version"), None);
        assert_eq!(Version::parse("v1.2"), None);
        assert_eq!(Version::parse(""), None);
    }

    #[test]
    fn the_version_is_found_in_what_tools_print() {
        assert_eq!(in_output("trunk 0.22.0-beta.1\n"), Some("0.22.0-beta.1"));
        assert_eq!(in_output("wasm-opt version 132 (version_132)"), Some("132"));
        assert_eq!(
            in_output("Debian clang version 14.0.6\nTarget: x86_64-pc-linux-gnu"),
            Some("14.0.6")
        );
        assert_eq!(in_output("no number here"), None);
    }

    #[test]
    fn a_lock_file_gives_the_version_of_exactly_the_named_package() {
        let lock = "\
[[package]]
name = \"wasm-bindgen-futures\"
version = \"0.4.80\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
source = \"registry\"
";
        assert_eq!(in_lock_file(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(in_lock_file(lock, "wasm-bindgen-futures"), Some("0.4.80"));
        assert_eq!(in_lock_file(lock, "wasm"), None);
    }
}

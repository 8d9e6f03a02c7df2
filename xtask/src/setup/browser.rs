//! Chromium and its driver, for browser tests and benchmarks.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use super::packages::Packages;
use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
    workspace::{self, Workspace},
};

/// Variables that name a browser, names on the path, and places off the path.
const BROWSER: Places = Places {
    variables: &["CHROMIUM", "CHROME"],
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
    ],
    files: &[
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
};
/// The same for the driver.
const DRIVER: Places = Places {
    variables: &["CHROMEDRIVER"],
    names: &["chromedriver", "chromium.chromedriver"],
    files: &[
        "/usr/lib/chromium/chromedriver",
        "/usr/lib/chromium-browser/chromedriver",
        "/opt/homebrew/bin/chromedriver",
        "/usr/local/bin/chromedriver",
    ],
};
/// Besides what wasm-bindgen's test runner adds itself: no network traffic of the browser's own.
const ARGUMENTS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser that tests can drive.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    chromium: PathBuf,
    driver: PathBuf,
    capabilities: PathBuf,
}

struct Places {
    variables: &'static [&'static str],
    names: &'static [&'static str],
    files: &'static [&'static str],
}

impl Browser {
    /// Tells a command where browser and driver are.
    pub(crate) fn describe_to(&self, command: &mut Command) {
        command
            .env("CHROMIUM", &self.chromium)
            .env("CHROMEDRIVER", &self.driver);
    }

    /// Tells a command that runs wasm tests to run them in this browser.
    pub(crate) fn describe_to_wasm_tests(&self, command: &mut Command) {
        self.describe_to(command);
        command
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                "wasm-bindgen-test-runner",
            )
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &self.capabilities)
            // The runner prefers the drivers of other browsers.
            .env_remove("GECKODRIVER")
            .env_remove("SAFARIDRIVER");
        // The runner's own limit of 20 s is for a whole test binary.
        if env::var_os("WASM_BINDGEN_TEST_TIMEOUT").is_none() {
            command.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
        }
    }
}

/// Makes sure that a browser and its driver are there.
pub(super) fn prepare(workspace: &Workspace, shell: &Shell) -> Result<Browser> {
    let find = || Some((BROWSER.find(shell)?, DRIVER.find(shell)?));
    let (chromium, driver) = match find() {
        Some(both) => both,
        None => {
            wanted_packages().install(shell)?;
            find().ok_or_else(|| {
                Failure::new("Chromium is installed, but it or its driver can't be found")
            })?
        }
    };
    let capabilities = workspace.tools().join("webdriver.json");
    workspace::write(&capabilities, &webdriver_json(&chromium))?;
    Ok(Browser {
        chromium,
        driver,
        capabilities,
    })
}

impl Places {
    fn find(&self, shell: &Shell) -> Option<PathBuf> {
        let set = self
            .variables
            .iter()
            .filter_map(env::var_os)
            .map(PathBuf::from);
        let named = self.names.iter().filter_map(|name| shell.which(name));
        let files = self.files.iter().map(PathBuf::from);
        set.chain(named)
            .chain(files)
            .find(|file| process::is_program(file))
    }
}

fn wanted_packages() -> Packages {
    Packages {
        what: "Chromium with its driver",
        takes: "1 min",
        apt: ["chromium", "chromium-driver"].map(str::to_owned).to_vec(),
        brew: "--cask google-chrome chromedriver",
        dnf: "chromium chromedriver",
        pacman: "chromium",
    }
}

fn webdriver_json(chromium: &Path) -> String {
    let arguments: Vec<String> = ARGUMENTS
        .iter()
        .map(|argument| format!("{argument:?}"))
        .collect();
    format!(
        "{{\"goog:chromeOptions\": {{\"binary\": {:?}, \"args\": [{}]}}}}\n",
        chromium.display().to_string(),
        arguments.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_capabilities_name_the_browser_and_its_arguments() {
        let json = webdriver_json(Path::new("/opt/my browser/chrome"));
        assert!(
            json.contains(r#""binary": "/opt/my browser/chrome""#),
            "{json}"
        );
        assert!(json.contains(r#""--no-sandbox""#), "{json}");
        assert_eq!(json.matches('{').count(), json.matches('}').count());
    }

    #[test]
    fn a_program_off_the_path_is_found_in_its_usual_place() {
        let shell = Shell::new(&Workspace::find().unwrap()).unwrap();
        let places = Places {
            variables: &["NO_SUCH_VARIABLE_HERE"],
            names: &["no-such-program-here"],
            files: &["/no/such/file", "/bin/sh"],
        };
        assert_eq!(places.find(&shell), Some(PathBuf::from("/bin/sh")));
    }
}

//! What is common to the commands' arguments. Options that only one command knows are read there.

use crate::failure::{Failure, Result};

/// The app that commands work on if none is named.
const DEFAULT_APP: &str = "todomvc";

/// Refuses any argument.
pub(crate) fn none(arguments: &[String]) -> Result<()> {
    match arguments.first() {
        None => Ok(()),
        Some(argument) => Err(unknown(argument)),
    }
}

/// At most one argument, which names an app.
pub(crate) fn app(arguments: &[String]) -> Result<&str> {
    match arguments {
        [] => Ok(DEFAULT_APP),
        [name] if !name.starts_with('-') => Ok(name),
        [name] => Err(unknown(name)),
        [_, second, ..] => Err(unknown(second)),
    }
}

/// The complaint about an argument that a command does not know.
pub(crate) fn unknown(argument: &str) -> Failure {
    Failure::new(format!(
        "`{argument}` is not understood here; see `cargo xtask help`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn one_app_may_be_named() {
        assert_eq!(app(&[]).unwrap(), "todomvc");
        assert_eq!(app(&words("linearlite")).unwrap(), "linearlite");
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert!(app(&words("a b")).unwrap_err().to_string().contains("`b`"));
        assert!(
            app(&words("--fast"))
                .unwrap_err()
                .to_string()
                .contains("`--fast`")
        );
        assert!(none(&words("x")).unwrap_err().to_string().contains("`x`"));
    }
}

//! `bundle`: how much a browser downloads for an app that is kept, or in memory.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use flate2::{Compression, write::GzEncoder};
use livestore_bench_scenarios::{FLOOR, Figures, Samples, Selection, Unit};

use crate::{Sink, browser::IMPLEMENTATION, failure::Failure, places};

/// The apps by the scenario's name, and where trunk has put them in the workspace.
const APPS: [(&str, &str); 5] = [
    ("bundle.min", places::MIN_APP),
    ("floor.bundle.min", places::MIN_BASELINE),
    ("bundle.min-mem", places::MIN_APP_IN_MEMORY),
    ("floor.bundle.min-mem", places::MIN_BASELINE),
    ("bundle.todomvc", places::TODOMVC),
];
/// The largest window that browsers must take, as a power of two.
const BROTLI_WINDOW: i32 = 22;
const BROTLI_QUALITY: i32 = 11;

/// Measures what was built; a scenario without a floor of its own has none.
pub(crate) fn run(selection: &Selection, lines: Sink<'_>) -> Result<(), Failure> {
    for (name, place) in APPS {
        if selection.takes(name.strip_prefix(FLOOR).unwrap_or(name)) {
            let mut sizes = Sizes::default();
            sizes.add_folder(&places::app(place)?)?;
            let mut figures = Figures::default();
            figures.add(sizes.samples());
            lines(figures.lines(IMPLEMENTATION, name));
        }
    }
    Ok(())
}

/// Sums over the emitted scripts and modules, each file compressed alone.
#[derive(Debug, Default, PartialEq)]
struct Sizes {
    raw: usize,
    gzip: usize,
    js_brotli: usize,
    wasm_brotli: usize,
}

impl Sizes {
    fn add_folder(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.add_folder(&path)?;
                continue;
            }
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("js") => self.js_brotli += self.add(&fs::read(&path)?)?,
                Some("wasm") => self.wasm_brotli += self.add(&fs::read(&path)?)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds a file and returns its size in brotli.
    fn add(&mut self, content: &[u8]) -> io::Result<usize> {
        self.raw += content.len();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(content)?;
        self.gzip += gzip.finish()?.len();
        let parameters = brotli::enc::BrotliEncoderParams {
            quality: BROTLI_QUALITY,
            lgwin: BROTLI_WINDOW,
            ..Default::default()
        };
        let mut compressed = Vec::new();
        brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
        Ok(compressed.len())
    }

    fn samples(&self) -> Samples {
        let brotli = self.js_brotli + self.wasm_brotli;
        [
            ("raw", self.raw),
            ("gzip", self.gzip),
            ("brotli", brotli),
            ("js-brotli", self.js_brotli),
            ("wasm-brotli", self.wasm_brotli),
        ]
        .into_iter()
        .fold(Samples::default(), |samples, (metric, bytes)| {
            samples.with(metric, Unit::Bytes, bytes as f64)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_modules_of_all_folders_count_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let inner = folder.path().join("snippets");
        fs::create_dir(&inner).expect("the folder is writable");
        let text = "let a = 1;".repeat(1_000);
        for file in [
            folder.path().join("app.js"),
            inner.join("a.js"),
            inner.join("a.wasm"),
        ] {
            fs::write(file, &text).expect("the folder is writable");
        }
        fs::write(folder.path().join("style.css"), &text).expect("the folder is writable");

        let mut sizes = Sizes::default();
        sizes
            .add_folder(folder.path())
            .expect("the files can be read");
        assert_eq!(sizes.raw, 3 * text.len());
        assert_eq!(sizes.js_brotli, 2 * sizes.wasm_brotli);
        assert!((1..text.len() / 10).contains(&sizes.gzip), "{sizes:?}");
        assert!((1..text.len() / 10).contains(&sizes.js_brotli), "{sizes:?}");
    }
}

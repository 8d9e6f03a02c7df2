//! Colours on a page and whether people can tell them apart.

use serde::Deserialize;

/// The least contrast ratio for text of normal size by WCAG 2.2, level AA.
pub const READABLE: f64 = 4.5;

/// Given a selector, finds the [`Colours`] in which its first match is seen; null without a match.
///
/// Background images are left out.
pub const SCRIPT: &str = include_str!("colour.js");

/// The colours in which an element is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Colours {
    /// The text's colour in sRGB.
    pub text: [u8; 3],
    /// The colour behind the text.
    pub background: [u8; 3],
}

impl Colours {
    /// Returns the contrast ratio of text and background by WCAG 2.2, from 1 to 21.
    pub fn contrast(&self) -> f64 {
        let (one, other) = (luminance(self.text), luminance(self.background));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }
}

/// Returns a colour's relative luminance by WCAG 2.2, from 0 (black) to 1 (white).
pub fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|byte| {
        let value = f64::from(byte) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(text: [u8; 3], background: [u8; 3]) -> f64 {
        Colours { text, background }.contrast()
    }

    #[test]
    fn contrast_ratios_are_those_of_wcag() {
        assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 1e-9);
        assert!((contrast([90, 90, 90], [90, 90, 90]) - 1.0).abs() < 1e-9);
        // The well-known lightest grey that is readable on white, and the next one.
        assert!(contrast([0x76; 3], [255; 3]) >= READABLE);
        assert!(contrast([0x77; 3], [255; 3]) < READABLE);
    }
}

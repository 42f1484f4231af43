//! How wide letters are, where nothing can measure them: the page's own fonts, letter by letter, in thousandths of their size.
//! A text in a file carries the width that it was given here, so that another font is fitted into the same room.

/// Inter at weight 400, from the space to the tilde.
#[rustfmt::skip]
const REGULAR: [u16; 95] = [
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610,
    618, 646, 593, 620, 566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601,
    590, 746, 743, 269, 571, 672, 565, 903, 753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682,
    679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242, 549,
    242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
];

/// Inter at weight 600.
#[rustfmt::skip]
const SEMIBOLD: [u16; 95] = [
    252, 321, 523, 644, 650, 1004, 663, 326, 373, 373, 540, 673, 319, 465, 319, 379, 660, 423, 623,
    636, 666, 612, 640, 576, 640, 640, 319, 329, 673, 673, 673, 543, 999, 728, 659, 737, 722, 605,
    588, 749, 746, 277, 580, 703, 565, 922, 759, 769, 645, 773, 652, 650, 660, 736, 728, 1020, 720,
    713, 652, 373, 379, 373, 481, 469, 351, 574, 624, 583, 624, 591, 389, 625, 612, 262, 262, 569,
    262, 900, 612, 609, 624, 624, 397, 549, 353, 612, 587, 839, 569, 588, 566, 455, 359, 455, 673,
];

/// JetBrains Mono: all letters alike.
const MONO: u16 = 600;
/// A letter that is in no table, and one of the scripts and signs that take a whole square.
const OTHER: u16 = 640;
const SQUARE: u16 = 1000;

/// A font of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Font {
    /// Whether all its letters are alike.
    pub(crate) is_mono: bool,
    /// From 400 to 700.
    pub(crate) weight: u16,
    /// Its size, in units.
    pub(crate) size: f64,
}

impl Font {
    /// The width of a text, in units.
    pub(crate) fn width(self, text: &str) -> f64 {
        text.chars().map(|c| f64::from(self.letter(c))).sum::<f64>() * self.size / 1000.0
    }

    fn letter(self, c: char) -> u16 {
        let at = (c as usize).wrapping_sub(' ' as usize);
        match (REGULAR.get(at), SEMIBOLD.get(at)) {
            _ if u32::from(c) >= 0x2e80 => SQUARE,
            _ if self.is_mono => MONO,
            (Some(regular), Some(bold)) => {
                let share = self.weight.saturating_sub(400);
                (i32::from(*regular) + (i32::from(*bold) - i32::from(*regular)) * i32::from(share) / 200).unsigned_abs() as u16
            }
            _ if c == '…' => 900,
            _ => OTHER,
        }
    }

    /// The text, or as much of its beginning as fits `most` with an ellipsis.
    pub(crate) fn fit(self, text: &str, most: f64) -> String {
        if self.width(text) <= most {
            return text.to_owned();
        }
        let mut room = most - self.width("…");
        let kept = text.chars().take_while(|c| {
            room -= f64::from(self.letter(*c)) * self.size / 1000.0;
            room >= 0.0
        });
        format!("{}…", kept.collect::<String>().trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_its_room_ends() {
        let font = Font { is_mono: true, weight: 400, size: 10.0 };
        for (text, most, expected) in
            [("abcd", 24.0, "abcd"), ("abcde", 24.0, "abc…"), ("ab cde", 24.0, "ab…"), ("abc", 0.0, "…"), ("", 0.0, "")]
        {
            assert_eq!(font.fit(text, most), expected, "`{text}` in {most}");
        }
    }

    #[test]
    fn a_bolder_letter_is_wider_and_a_square_one_the_widest() {
        let of = |weight: u16, text: &str| Font { is_mono: false, weight, size: 1000.0 }.width(text);
        assert!(of(400, "a") < of(500, "a") && of(500, "a") < of(600, "a"), "weights between two are between them");
        assert_eq!((of(400, "中"), of(400, "é")), (1000.0, 640.0), "what is in no table is about as wide as letters are");
    }
}

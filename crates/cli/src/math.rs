//! Five functions of mathematics under the names that the C library has for them, for all that is linked into this program.
//!
//! On Linux the C library keeps its mathematics in a file of its own. A program that takes one function of it loads the whole
//! and has it sort out its variants for each processor: 0.5 MB of memory at every start, a sixteenth of all that a served graph
//! takes. With these the program does not load it. `cargo xtask order` says when something else needs it.
#![allow(unsafe_code, reason = "a symbol's name is the linker's, who cannot check what it means")]

/// A function of one or two numbers, as the C standard defines the function of that name.
macro_rules! as_in_c {
    ($($name:ident($($number:ident),+);)+) => {
        $(
            // SAFETY: the signature and the meaning are those of the C library's function, which nothing of ours replaces otherwise.
            #[unsafe(no_mangle)]
            extern "C" fn $name($($number: f64),+) -> f64 {
                libm::$name($($number),+)
            }
        )+
    };
}

as_in_c! {
    hypot(x, y);
    log(x);
    log10(x);
    log2(x);
    pow(x, y);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_standard_library_counts_with_them() {
        // What is not known when this is compiled is asked of the symbols.
        let two = std::hint::black_box(2.0_f64);
        assert_eq!((two.powf(0.5), two.powf(-1074.0).log2()), (std::f64::consts::SQRT_2, -1074.0), "roots, and the smallest number");
        assert_eq!((two.ln(), (two * 50.0).log10()), (std::f64::consts::LN_2, 2.0), "logarithms");
        assert_eq!((two * 1.5).hypot(two * 2.0), 5.0, "a length");
        assert!((-two).powf(0.5).is_nan() && (-two).ln().is_nan(), "no number");
    }
}

//! What a person does, free of device and toolkit, with its time: traces of it can be kept and played again.

use crate::Pixel;

/// One thing that happened, at a time in milliseconds that only grows.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Milliseconds since some moment.
    pub time: f64,
    /// What else was held down.
    pub held: Held,
    /// What happened.
    pub event: Event,
}

/// The keys that change what another input means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Shift.
    pub shift: bool,
    /// Control; on a Mac, Command.
    pub control: bool,
    /// Alt, or Option.
    pub alt: bool,
}

/// A pointer while it touches or hovers: the mouse, a pen, a finger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// Which one.
    pub id: i32,
    /// Whether it is a finger.
    pub is_touch: bool,
}

/// A mouse's button, or what stands for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// The left one; a finger or a pen that touches.
    Main,
    /// The wheel.
    Middle,
    /// The right one.
    Other,
}

/// A key that the canvas knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Leaves whatever is going on.
    Escape,
    /// Opens the current node.
    Enter,
    /// Asks for a node after the current one.
    Tab,
    /// Removes what is selected; Backspace too.
    Delete,
    /// Held, dragging pans.
    Space,
    /// An arrow.
    Arrow(Direction),
    /// To the first node.
    Home,
    /// To the last node.
    End,
    /// Any key that stands for a character, in lower case.
    Character(char),
}

/// A direction on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Toward smaller x.
    Left,
    /// Toward greater x.
    Right,
    /// Toward smaller y.
    Up,
    /// Toward greater y.
    Down,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A pointer went down.
    Down(Pointer, Button, Pixel),
    /// A pointer moved, down or not.
    Move(Pointer, Pixel),
    /// A pointer went up.
    Up(Pointer, Pixel),
    /// The system took a pointer away.
    Lost(Pointer),
    /// No pointer is over the canvas any more.
    Leave,
    /// The wheel turned, or two fingers slid on a pad: how far in pixels, at which place.
    Wheel(Pixel, f32, f32),
    /// A key went down.
    Press(Key),
    /// A key went up.
    Release(Key),
    /// The window lost the keyboard.
    Blur,
    /// The canvas has this width and height.
    Resize(f32, f32),
}

impl Direction {
    /// The direction as steps along x and y.
    #[must_use]
    pub fn step(self) -> (f64, f64) {
        match self {
            Direction::Left => (-1.0, 0.0),
            Direction::Right => (1.0, 0.0),
            Direction::Up => (0.0, -1.0),
            Direction::Down => (0.0, 1.0),
        }
    }
}

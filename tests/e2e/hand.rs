//! A person's hands: keys and the pointer.

use std::time::Duration;

use fantoccini::{
    Client, Locator,
    actions::{InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    key::Key,
};

use crate::scenario::shown;

/// How long the pointer takes from one place to the next.
const GLIDE: Option<Duration> = Some(Duration::from_millis(40));

/// A place on the page, in CSS pixels.
pub(crate) type Spot = (f64, f64);

/// Presses keys one after another.
pub(crate) async fn press(page: &Client, keys: &str) {
    press_with(page, &[], keys).await;
}

/// Presses keys one after another while those in `held` are held down.
pub(crate) async fn press_with(page: &Client, held: &[Key], keys: &str) {
    let held: Vec<char> = held.iter().copied().map(char::from).collect();
    let mut actions = KeyActions::new("keyboard".to_owned());
    for key in &held {
        actions = actions.then(KeyAction::Down { value: *key });
    }
    for key in keys.chars() {
        actions = actions.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
    }
    for key in held.iter().rev() {
        actions = actions.then(KeyAction::Up { value: *key });
    }
    page.perform_actions(actions).await.unwrap();
}

/// A key that is no letter, as the driver names it.
pub(crate) fn key(key: Key) -> String {
    char::from(key).to_string()
}

/// A node's card on the page.
pub(crate) struct Card {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// How far below its upper side a card's line of edges goes in and out, to its width.
const LEVEL: f64 = 36.0 / 208.0;

impl Card {
    /// The card of the node `id`, once it is there.
    pub(crate) async fn of(page: &Client, id: &str) -> Self {
        let element = shown(page, &format!("[data-node-id='{id}']")).await;
        // As it is seen: what the driver itself says of an element's size leaves the zoom out.
        let script = "const { left, top, width, height } = arguments[0].getBoundingClientRect(); return [left, top, width, height]";
        let rect = page.execute(script, vec![serde_json::to_value(&element).unwrap()]).await.unwrap();
        let [left, top, width, height] = serde_json::from_value(rect).unwrap();
        Self { left, top, width, height }
    }

    pub(crate) fn middle(&self) -> Spot {
        (self.left + self.width / 2.0, self.top + self.height / 2.0)
    }

    /// Where edges come in.
    pub(crate) fn input(&self) -> Spot {
        (self.left, self.top + self.width * LEVEL)
    }

    /// Where the edge to what is next goes out.
    pub(crate) fn output(&self) -> Spot {
        (self.left + self.width, self.top + self.width * LEVEL)
    }
}

/// Drags from one place to another, by way of a place near the first, as a hand does.
pub(crate) async fn drag(page: &Client, from: Spot, to: Spot) {
    let near = (from.0 + 8.0_f64.copysign(to.0 - from.0), from.1 + 8.0_f64.copysign(to.1 - from.1));
    let actions = mouse(from)
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(glide(near))
        .then(glide(to))
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    page.perform_actions(actions).await.unwrap();
}

/// Clicks so many times at a place.
pub(crate) async fn click(page: &Client, at: Spot, times: usize) {
    let mut actions = mouse(at);
    for _ in 0..times {
        actions = actions.then(PointerAction::Down { button: MOUSE_BUTTON_LEFT }).then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    }
    page.perform_actions(actions).await.unwrap();
}

/// Clicks on what `css` selects, once it is there.
pub(crate) async fn click_on(page: &Client, css: &str) {
    let element = shown(page, css).await;
    let (x, y, width, height) = element.rectangle().await.unwrap();
    click(page, (x + width / 2.0, y + height / 2.0), 1).await;
}

/// A place on the canvas on which nothing lies, as a share of its size.
pub(crate) async fn on_canvas(page: &Client, across: f64, down: f64) -> Spot {
    let (x, y, width, height) = page.find(Locator::Id("canvas")).await.unwrap().rectangle().await.unwrap();
    (x + width * across, y + height * down)
}

fn mouse(at: Spot) -> MouseActions {
    MouseActions::new("mouse".to_owned()).then(glide(at))
}

fn glide((x, y): Spot) -> PointerAction {
    PointerAction::MoveTo { duration: GLIDE, x, y }
}

/// Presses Tab, or Shift with Tab, until what `css` selects has the keyboard.
pub(crate) async fn tab_to(page: &Client, back: bool, css: &str) {
    const MOST: usize = 80;
    let held: &[Key] = if back { &[Key::Shift] } else { &[] };
    for _ in 0..MOST {
        press_with(page, held, &key(Key::Tab)).await;
        let script = "return document.activeElement.matches(arguments[0])";
        if page.execute(script, vec![css.into()]).await.unwrap() == true {
            return;
        }
    }
    let at = page.execute("return document.activeElement.outerHTML.slice(0, 200)", vec![]).await.unwrap();
    panic!("{MOST} tabs do not lead to `{css}`; the keyboard is at {at}");
}

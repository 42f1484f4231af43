//! Pictures for the canvas: each is asked for once, and there when it has come.

use std::collections::HashMap;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::HtmlImageElement;

/// See the module. By their source.
pub(super) struct Pictures {
    images: HashMap<String, Option<HtmlImageElement>>,
    /// Called when one has come.
    on_late: Rc<dyn Fn()>,
}

impl Pictures {
    pub(super) fn new(on_late: Rc<dyn Fn()>) -> Self {
        Self { images: HashMap::new(), on_late }
    }

    /// The picture of this source, if it has come. Only what the page can load by itself is asked for.
    pub(super) fn get(&mut self, src: &str) -> Option<&HtmlImageElement> {
        if !self.images.contains_key(src) {
            let image = is_loadable(src).then(|| self.ask(src)).flatten();
            self.images.insert(src.to_owned(), image);
        }
        let image = self.images.get(src)?.as_ref()?;
        (image.complete() && image.natural_width() > 0).then_some(image)
    }

    fn ask(&self, src: &str) -> Option<HtmlImageElement> {
        let image = HtmlImageElement::new().ok()?;
        let on_late = self.on_late.clone();
        let on_load = Closure::once_into_js(move || on_late());
        image.set_onload(Some(on_load.unchecked_ref()));
        image.set_src(src);
        Some(image)
    }
}

/// Whether a source is whole by itself. A file's path says nothing to the page.
fn is_loadable(src: &str) -> bool {
    ["data:image/", "https://", "http://", "blob:"].iter().any(|scheme| src.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_whole_by_itself_is_asked_for() {
        for (src, expected) in
            [("data:image/png;base64,AA==", true), ("https://e.example/a.png", true), ("plan.png", false), ("data:text/html,x", false)]
        {
            assert_eq!(is_loadable(src), expected, "`{src}`");
        }
    }
}

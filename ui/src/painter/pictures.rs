//! Pictures for the canvas: each is asked for once, and there when it has come. What the page can load by itself it loads; a file
//! beside the graph comes through the app.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::HtmlImageElement;

/// What is done with the `data:` address of a picture when it has come; none for one that is not there.
pub(crate) type OnPicture = Box<dyn FnOnce(Option<String>)>;

/// How the picture of a file is had, by its path from the graph file's folder.
pub(crate) type Loader = Rc<dyn Fn(String, OnPicture)>;

/// See the module. By their source.
pub(super) struct Pictures {
    images: Rc<RefCell<HashMap<String, Picture>>>,
    loader: Option<Loader>,
    /// Called when one has come.
    on_late: Rc<dyn Fn()>,
}

/// A picture as far as it has come.
struct Picture {
    image: Option<HtmlImageElement>,
    /// Where it was loaded from.
    address: Option<String>,
}

impl Pictures {
    pub(super) fn new(loader: Option<Loader>, on_late: Rc<dyn Fn()>) -> Self {
        Self { images: Rc::default(), loader, on_late }
    }

    /// The picture of this source, if it has come.
    pub(super) fn get(&mut self, src: &str) -> Option<HtmlImageElement> {
        if !self.images.borrow().contains_key(src) {
            self.ask(src);
        }
        let images = self.images.borrow();
        images.get(src)?.image.clone().filter(|image| image.complete() && image.natural_width() > 0)
    }

    /// The address of the picture of this source, if it has come and is whole by itself.
    pub(super) fn address(&self, src: &str) -> Option<String> {
        self.images.borrow().get(src)?.address.clone().filter(|address| address.starts_with("data:image/"))
    }

    /// Forgets all: the same source may mean another file.
    pub(super) fn forget(&mut self) {
        self.images = Rc::default();
    }

    fn ask(&self, src: &str) {
        self.images.borrow_mut().insert(src.to_owned(), Picture { image: None, address: None });
        let (images, on_late, own) = (Rc::downgrade(&self.images), self.on_late.clone(), src.to_owned());
        let show = move |address: Option<String>| {
            let (Some(images), Some(address)) = (images.upgrade(), address) else { return };
            let image = load(&address, on_late);
            images.borrow_mut().insert(own, Picture { image, address: Some(address) });
        };
        if is_loadable(src) {
            show(Some(src.to_owned()));
        } else if let Some(loader) = &self.loader {
            loader(src.to_owned(), Box::new(show));
        }
    }
}

fn load(address: &str, on_late: Rc<dyn Fn()>) -> Option<HtmlImageElement> {
    let image = HtmlImageElement::new().ok()?;
    let on_load = Closure::once_into_js(move || on_late());
    image.set_onload(Some(on_load.unchecked_ref()));
    image.set_src(address);
    Some(image)
}

/// Whether a source is whole by itself. A file's path says nothing to the page.
fn is_loadable(src: &str) -> bool {
    ["data:image/", "https://", "http://", "blob:"].iter().any(|scheme| src.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_whole_by_itself_is_not_asked_of_the_app() {
        for (src, expected) in
            [("data:image/png;base64,AA==", true), ("https://e.example/a.png", true), ("plan.png", false), ("data:text/html,x", false)]
        {
            assert_eq!(is_loadable(src), expected, "`{src}`");
        }
    }
}

//! Pictures from files: dropped, pasted or chosen, kept beside the graph, and shown from there.

use canvas::Pixel;
use graph::{Fields, Item, ItemContent, Spot};
use js_sys::Reflect;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{AddPicture, Failed, GetPicture};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DataTransfer, FileReader, HtmlImageElement, HtmlInputElement};

use super::Store;
use crate::painter::OnPicture;
use crate::stage::Chosen;
use crate::toast::Toast;

/// The longest side that a new picture gets, in units.
const MOST_SIDE: f64 = 640.0;

/// What every picture's media type begins with.
pub(super) const MEDIA: &str = "image/";

impl Store {
    /// Has a picture of the graph that is shown.
    pub(super) fn fetch_picture(self, src: String, on_picture: OnPicture) {
        let Some(graph) = self.shown_id() else { return on_picture(None) };
        spawn_local(async move {
            // What is not there is drawn as a picture that is not there, with its name.
            let picture = self.bridge.call(&GetPicture { graph, src }).await.ok();
            on_picture(picture.map(|picture| format!("data:{};base64,{}", picture.media, picture.data)));
        });
    }

    /// Lets the person choose a picture by the browser's own dialog.
    pub(crate) fn choose_picture(self) {
        let made = document().create_element("input").ok().and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = made else { return };
        input.set_type("file");
        input.set_accept("image/*");
        let chosen = input.clone();
        let on_change = Closure::once_into_js(move || {
            self.add_pictures(&files_of(&chosen), None);
        });
        input.set_onchange(Some(on_change.unchecked_ref()));
        input.click();
    }

    /// Adds the pictures among what was dropped or pasted; says whether there is any.
    pub(crate) fn take_pictures(self, data: &DataTransfer, at: Option<Pixel>) -> bool {
        self.add_pictures(&files_of(data), at)
    }

    fn add_pictures(self, files: &[Blob], at: Option<Pixel>) -> bool {
        let pictures: Vec<Blob> = files.iter().filter(|file| file.type_().starts_with(MEDIA)).cloned().collect();
        let middle = at.map_or_else(|| self.stage.middle(), |pixel| self.stage.spot(pixel));
        for (i, file) in pictures.iter().cloned().enumerate() {
            let aside = 24.0 * i as f64;
            let middle = Spot { x: middle.x + aside, y: middle.y + aside };
            spawn_local(async move {
                if let Err(failed) = self.add_picture(file, middle).await {
                    self.toast.set(Some(Toast::failed("The picture could not be added", failed)));
                }
            });
        }
        !pictures.is_empty()
    }

    async fn add_picture(self, file: Blob, middle: Spot) -> Result<(), Failed> {
        let Some(graph) = self.shown_id() else { return Ok(()) };
        let name = name_of(&file, "picture");
        let unread = || Failed { code: protocol::Code::Failed, message: format!("`{name}` could not be read"), detail: None };
        let address = read(&file).await.ok_or_else(unread)?;
        let (width, height) = size(&address).await.ok_or_else(unread)?;
        let data = address.split_once(',').map(|(_, data)| data.to_owned()).unwrap_or_default();
        let src = self.bridge.call(&AddPicture { graph, name: name.clone(), data }).await?;
        let scale = (MOST_SIDE / width.max(height)).min(1.0);
        let (w, h) = ((width * scale).round(), (height * scale).round());
        let alt = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
        let content = ItemContent::Picture { src, alt, locked: false };
        let item = Item { x: (middle.x - w / 2.0).round(), y: (middle.y - h / 2.0).round(), w, h, content, extra: Fields::new() };
        if let Some(id) = self.add_item("picture", item) {
            self.stage.choose(&Chosen { items: vec![id], ..Chosen::default() });
        }
        Ok(())
    }
}

/// The files in the `files` of something of the browser's.
pub(super) fn files_of(holder: &JsValue) -> Vec<Blob> {
    let files = Reflect::get(holder, &"files".into()).ok().filter(|files| files.is_object());
    let list = files.map(|files| js_sys::Array::from(&files)).unwrap_or_default();
    list.iter().filter_map(|file| file.dyn_into::<Blob>().ok()).collect()
}

/// A file's name, as the browser tells it; `otherwise` where it does not.
pub(super) fn name_of(file: &Blob, otherwise: &str) -> String {
    Reflect::get(file, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_else(|| otherwise.to_owned())
}

/// The content as a `data:` address.
async fn read(file: &Blob) -> Option<String> {
    let reader = FileReader::new().ok()?;
    let done = js_sys::Promise::new(&mut |resolve, reject| {
        reader.set_onload(Some(&resolve));
        reader.set_onerror(Some(&reject));
    });
    reader.read_as_data_url(file).ok()?;
    wasm_bindgen_futures::JsFuture::from(done).await.ok()?;
    reader.result().ok()?.as_string()
}

/// How wide and how high a picture is; none for one that the browser cannot show.
async fn size(address: &str) -> Option<(f64, f64)> {
    let image = load(address).await?;
    // A drawing without a size of its own, as SVG may be, gets one.
    let side = |length: u32| if length == 0 { MOST_SIDE / 2.0 } else { f64::from(length) };
    Some((side(image.natural_width()), side(image.natural_height())))
}

/// The picture at an address, when it has come.
pub(super) async fn load(address: &str) -> Option<HtmlImageElement> {
    let image = HtmlImageElement::new().ok()?;
    let done = js_sys::Promise::new(&mut |resolve, reject| {
        image.set_onload(Some(&resolve));
        image.set_onerror(Some(&reject));
    });
    image.set_src(address);
    wasm_bindgen_futures::JsFuture::from(done).await.ok()?;
    Some(image)
}

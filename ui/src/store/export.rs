//! The drawing as a file: SVG as it is written, PNG as the browser paints that.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::SaveFile;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, Response};

use super::Store;
use super::pictures::load;
use crate::text;
use crate::toast::Toast;

/// How many pixels of a PNG a unit has, and the most pixels of a side: browsers paint no more.
const SHARP: f64 = 2.0;
const MOST_SIDE: f64 = 16_000.0;

/// The page's fonts, each with the family that the style sheets know it by.
const FONTS: [(&str, &str, &str); 2] =
    [("Inter", "100 900", "assets/fonts/inter.woff2"), ("JetBrains Mono", "400", "assets/fonts/jetbrains-mono.woff2")];

impl Store {
    /// Saves the drawing, or what of it is selected, as SVG.
    pub(crate) fn export_svg(self, only_selected: bool) {
        let Some((name, title)) = self.export_name("svg") else { return };
        let svg = self.stage.svg(&title, is_dark(), only_selected, "");
        let data = base64(svg.as_bytes());
        self.save(name, "image/svg+xml", data);
    }

    /// Saves the drawing, or what of it is selected, as PNG.
    pub(crate) fn export_png(self, only_selected: bool) {
        let Some((name, title)) = self.export_name("png") else { return };
        spawn_local(async move {
            // What is painted from a file has no fonts of the page: they come along in it.
            let fonts = fonts().await;
            let svg = self.stage.svg(&title, is_dark(), only_selected, &fonts);
            match paint(&svg).await {
                Some(data) => self.save(name, "image/png", data),
                None => self.toast.set(Some(Toast::error("The browser could not paint the drawing; SVG has no such limit."))),
            }
        });
    }

    /// What the file is called, and the drawing: by the graph's file and the tool.
    fn export_name(self, ending: &str) -> Option<(String, String)> {
        self.model.with_untracked(|model| {
            let (graph, tool) = (model.graph()?, model.tool()?);
            let stem = text::file_name(&graph.path).rsplit_once('.').map_or("graph", |(stem, _)| stem);
            Some((format!("{stem}-{}.{ending}", tool.name), tool.name.to_string()))
        })
    }

    /// Saves a file where the person says: by the system's dialog, or as the browser saves what is downloaded.
    pub(super) fn save(self, name: String, media: &'static str, data: String) {
        if !self.model.with_untracked(|model| model.is_native) {
            download(&name, &format!("data:{media};base64,{data}"));
            return self.toast.set(Some(Toast::note(format!("Saved {name}"))));
        }
        spawn_local(async move {
            match self.bridge.call(&SaveFile { name, data }).await {
                Ok(Some(path)) => self.toast.set(Some(Toast::note(format!("Saved {path}")))),
                Ok(None) => {}
                Err(failed) => self.toast.set(Some(Toast::failed("The file could not be saved", failed))),
            }
        });
    }
}

/// Whether the page is dark: a drawing is saved as it is seen.
fn is_dark() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

fn download(name: &str, address: &str) {
    let Some(link) = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok()) else { return };
    // Well-formed attributes are never refused.
    link.set_attribute("href", address).unwrap_or_default();
    link.set_attribute("download", name).unwrap_or_default();
    link.click();
}

/// Bytes in base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    // What the browser encodes is one character for each byte.
    let binary: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    web_sys::window().and_then(|window| window.btoa(&binary).ok()).unwrap_or_default()
}

/// CSS with the page's fonts in it; without those that cannot be had.
async fn fonts() -> String {
    let mut css = String::new();
    for (family, weight, path) in FONTS {
        if let Some(bytes) = fetch(path).await {
            css.push_str(&format!(
                "@font-face{{font-family:'{family}';font-weight:{weight};src:url(data:font/woff2;base64,{})}}",
                base64(&bytes)
            ));
        }
    }
    css
}

async fn fetch(path: &str) -> Option<Vec<u8>> {
    let response: Response = JsFuture::from(web_sys::window()?.fetch_with_str(path)).await.ok()?.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// A drawing as PNG, in base64; none where the browser paints no such thing.
async fn paint(svg: &str) -> Option<String> {
    let image = load(&format!("data:image/svg+xml;base64,{}", base64(svg.as_bytes()))).await?;
    let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let scale = (MOST_SIDE / width.max(height)).min(SHARP);
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width((width * scale) as u32);
    canvas.set_height((height * scale) as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    // Fonts of a picture may come a moment after it.
    JsFuture::from(js_sys::Promise::resolve(&JsValue::NULL)).await.ok()?;
    context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width * scale, height * scale).ok()?;
    let address = canvas.to_data_url().ok()?;
    address.strip_prefix("data:image/png;base64,").map(str::to_owned)
}

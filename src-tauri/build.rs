//! Prepares the desktop binary: Tauri's context, the capabilities, the linker. It never builds the UI (a cargo inside a
//! cargo would wait for its own lock); `cargo xtask ui` does.

use std::{fs, io, path::Path};

/// Stands in for the bundle, so that a plain `cargo check` has something to embed.
const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Patchbay</title>\
<p>The window's pages are not built. Run <code>cargo xtask run</code>.</p>\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    ensure_bundle(Path::new("ui/dist"))?;
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // Without this the bundled SQLite is exported from the binary, and libwebkit2gtk and libsoup bind their own
        // `sqlite3_*` calls to it.
        println!("cargo:rustc-link-arg-bins=-Wl,--exclude-libs,ALL");
    }
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("./src-tauri/capabilities/**/*")
            .codegen(tauri_build::CodegenContext::new()),
    )?;
    Ok(())
}

fn ensure_bundle(dist: &Path) -> io::Result<()> {
    let index = dist.join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(dist)?;
    fs::write(index, NOT_BUILT)
}

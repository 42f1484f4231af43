//! `cargo xtask icons`: the pictures that each system wants, drawn from the one in `assets/icon`. It is run by hand when the
//! drawing changes, and its results are committed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Error, Project, project};

/// Pixels a side, and the name of that size in an `.icns` file.
const SIZES: &[(u32, Option<&[u8; 4]>)] = &[
    (16, None),
    (32, Some(b"ic11")),
    (48, None),
    (64, Some(b"ic12")),
    (128, Some(b"ic07")),
    (256, Some(b"ic08")),
    (512, Some(b"ic09")),
    (1024, Some(b"ic10")),
];

/// Sizes that are also files of their own, for Linux.
const FILES: &[u32] = &[32, 128, 256, 512];

/// Sizes in the `.ico` file; one byte holds a size there, and 256 is written 0.
const ICO: &[u32] = &[16, 32, 48, 64, 256];

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<(), Error> {
    project::flags(arguments, &[])?;
    let icons = project.root.join("src-tauri/icons");
    let work = project.target.join("icons");
    fs::create_dir_all(&work).map_err(Error::file("make", &work))?;
    let large = draw(&project.root.join("assets/icon/patchbay.svg"), &work)?;
    let mut drawn = Vec::new();
    for (size, name) in SIZES {
        drawn.push((*size, *name, scale(&large, &work, *size)?));
    }
    let write = |name: String, bytes: &[u8]| fs::write(icons.join(&name), bytes).map_err(Error::file("write", icons.join(&name)));
    for (size, _, png) in drawn.iter().filter(|(size, ..)| FILES.contains(size)) {
        write(format!("{size}.png"), png)?;
    }
    let ico: Vec<_> = drawn.iter().filter(|(size, ..)| ICO.contains(size)).map(|(size, _, png)| (*size, png.as_slice())).collect();
    write("icon.ico".to_owned(), &pack_ico(&ico))?;
    let icns: Vec<_> = drawn.iter().filter_map(|(_, name, png)| Some(((*name)?, png.as_slice()))).collect();
    write("icon.icns".to_owned(), &pack_icns(&icns))
}

/// Pixels a side of the picture that all others are made from.
const LARGE: u32 = 1024;

/// The drawing as a large PNG. A browser draws it, the one program among those the tests need that reads SVG.
fn draw(svg: &Path, work: &Path) -> Result<PathBuf, Error> {
    let browser = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| project::on_path(name));
    let browser = browser.ok_or_else(|| Error::Icons("it takes Chromium; `cargo xtask doctor` says how to get it".to_owned()))?;
    let (page, png) = (work.join("icon.html"), work.join("large.png"));
    let html = format!(
        "<!doctype html><style>body{{margin:0;background:transparent}}img{{display:block}}</style><img src=\"{}\" width={LARGE} height={LARGE}>",
        svg.display()
    );
    fs::write(&page, html).map_err(Error::file("write", &page))?;
    let mut command = Command::new(browser);
    command
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
        .args(["--default-background-color=00000000", "--force-device-scale-factor=1"])
        .arg(format!("--user-data-dir={}", work.join("profile").display()))
        .arg(format!("--window-size={LARGE},{LARGE}"))
        .arg(format!("--screenshot={}", png.display()))
        .arg(&page)
        .stderr(Stdio::null());
    project::run(&mut command)?;
    Ok(png)
}

/// The large picture at `size` pixels a side.
fn scale(large: &Path, work: &Path, size: u32) -> Result<Vec<u8>, Error> {
    let png = work.join(format!("{size}.png"));
    if !project::on_path("convert") {
        return Err(Error::Icons("it takes ImageMagick, the program `convert`".to_owned()));
    }
    // What leaves out the dates makes the same drawing the same bytes.
    project::run(
        Command::new("convert")
            .arg(large)
            .args(["-resize", &format!("{size}x{size}"), "-depth", "8", "-strip", "-define", "png:exclude-chunks=date,time"])
            .arg(format!("PNG32:{}", png.display())),
    )?;
    fs::read(&png).map_err(Error::file("read", &png))
}

/// Windows' container: a directory of 16 bytes for each picture, then the pictures.
fn pack_ico(pictures: &[(u32, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 1, 0];
    bytes.extend((pictures.len() as u16).to_le_bytes());
    let mut offset = bytes.len() + 16 * pictures.len();
    for (size, png) in pictures {
        let side = (size % 256) as u8;
        bytes.extend([side, side, 0, 0, 1, 0, 32, 0]);
        bytes.extend((png.len() as u32).to_le_bytes());
        bytes.extend((offset as u32).to_le_bytes());
        offset += png.len();
    }
    pictures.iter().for_each(|(_, png)| bytes.extend(*png));
    bytes
}

/// Apple's container: a name and a length before each picture, and around them all.
fn pack_icns(pictures: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let chunk = |name: &[u8; 4], body: &[u8]| [name.as_slice(), &(body.len() as u32 + 8).to_be_bytes(), body].concat();
    let body: Vec<u8> = pictures.iter().flat_map(|(name, png)| chunk(name, png)).collect();
    chunk(b"icns", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ico_points_at_each_picture() {
        let ico = pack_ico(&[(16, b"small"), (256, b"large!")]);
        let entry = |index: usize| &ico[6 + 16 * index..22 + 16 * index];
        let picture = |entry: &[u8]| {
            let at = |from: usize| u32::from_le_bytes(entry[from..from + 4].try_into().unwrap()) as usize;
            ico[at(12)..at(12) + at(8)].to_vec()
        };
        assert_eq!(ico[..6], [0, 0, 1, 0, 2, 0], "an icon file with two pictures");
        assert_eq!((entry(0)[0], picture(entry(0))), (16, b"small".to_vec()), "the first");
        assert_eq!((entry(1)[0], picture(entry(1))), (0, b"large!".to_vec()), "256 does not fit a byte and is written 0");
    }

    #[test]
    fn an_icns_counts_its_own_headers() {
        let icns = pack_icns(&[(b"ic07", b"png")]);
        assert_eq!(icns, b"icns\0\0\0\x13ic07\0\0\0\x0bpng", "lengths hold the eight bytes before the body");
    }

    #[test]
    fn the_committed_icons_are_the_ones_that_the_configuration_names() {
        let project = Project::locate().unwrap();
        let configuration: serde_json::Value = serde_json::from_slice(&fs::read(project.root.join("tauri.conf.json")).unwrap()).unwrap();
        let named = configuration["bundle"]["icon"].as_array().unwrap();
        assert_eq!(named.len(), FILES.len() + 2, "each file, the .ico and the .icns");
        for path in named.iter().map(|path| path.as_str().unwrap()) {
            assert!(project.root.join(path).is_file(), "`{path}` is named and not there");
        }
    }
}

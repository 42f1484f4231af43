//! The pictures of drawings: which files may be seen in the window, and where new ones are kept. Only files beneath the graph
//! file's folder, only pictures, and none that is very large.

use std::io::Read as _;
use std::path::{Component, Path};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::PictureView;

use crate::disk;
use crate::error::Error;

/// The largest picture, in bytes.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// The folder that new pictures are kept in.
const FOLDER: &str = "pictures";

/// Formats by their first bytes: the media type, and how a file's name ends.
const FORMATS: [(&[u8], &str, &str); 4] = [
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"GIF8", "image/gif", "gif"),
    (b"BM", "image/bmp", "bmp"),
];

/// A picture of a drawing, by its path from the graph file's folder.
///
/// # Errors
/// Where the path leads out of the folder, the file cannot be read, is no picture, or is too large.
pub(crate) fn read(folder: &Path, src: &str) -> Result<PictureView, Error> {
    let refuse = |reason: &'static str| Error::NoPicture { src: src.to_owned(), reason };
    let named = Path::new(src);
    if !named.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(refuse("it is not beneath the graph file's folder"));
    }
    let path = folder.join(named);
    let unread = |source| Error::Read { path: path.clone(), source };
    // A link may lead anywhere; what counts is where the file is.
    let (real, around) = (std::fs::canonicalize(&path).map_err(unread)?, std::fs::canonicalize(folder).map_err(unread)?);
    if !real.starts_with(&around) {
        return Err(refuse("it is not beneath the graph file's folder"));
    }
    let file = std::fs::File::open(&real).map_err(unread)?;
    if !file.metadata().map_err(unread)?.is_file() {
        return Err(refuse("it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(refuse("it is larger than 16 MiB"));
    }
    let (media, _) = format(&bytes).ok_or_else(|| refuse("it is no picture of a known format"))?;
    Ok(PictureView { media: media.to_owned(), data: STANDARD.encode(bytes) })
}

/// Keeps a picture beside a graph file, under its name or one like it; gives its path from the folder.
///
/// # Errors
/// Where it is no picture, is too large, or cannot be written.
pub(crate) fn add(folder: &Path, name: &str, data: &str) -> Result<String, Error> {
    let refuse = |reason: &'static str| Error::NoPicture { src: name.to_owned(), reason };
    let bytes = STANDARD.decode(data).map_err(|_| refuse("its bytes did not arrive whole"))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(refuse("it is larger than 16 MiB"));
    }
    let (_, ending) = format(&bytes).ok_or_else(|| refuse("it is no picture of a known format"))?;
    let place = folder.join(FOLDER);
    std::fs::create_dir_all(&place).map_err(|source| Error::Create { path: place.clone(), source })?;
    let stem = stem(name);
    let mut at = 1;
    loop {
        let file = if at == 1 { format!("{stem}.{ending}") } else { format!("{stem}-{at}.{ending}") };
        match disk::create_bytes(&place.join(&file), &bytes) {
            // The same picture a second time is the same file.
            Err(Error::Exists(path)) if std::fs::read(&path).is_ok_and(|there| there == bytes) => {}
            Err(Error::Exists(_)) => {
                at += 1;
                continue;
            }
            Err(error) => return Err(error),
            Ok(()) => {}
        }
        return Ok(format!("{FOLDER}/{file}"));
    }
}

/// The media type and the ending of a picture, by its content: a name says nothing that could be relied on.
fn format(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if let Some((_, media, ending)) = FORMATS.iter().find(|(begin, ..)| bytes.starts_with(begin)) {
        return Some((media, ending));
    }
    if bytes.len() > 12 && bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP" {
        return Some(("image/webp", "webp"));
    }
    let begin = std::str::from_utf8(&bytes[..bytes.len().min(2048)])
        .unwrap_or_else(|error| std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default());
    let begin = begin.trim_start_matches('\u{feff}').trim_start();
    (begin.starts_with('<') && begin.contains("<svg")).then_some(("image/svg+xml", "svg"))
}

/// What is before the ending of a name, in letters that every system takes.
fn stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let kept: String = stem.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).take(60).collect();
    let kept = kept.trim_matches('-');
    if kept.is_empty() { "picture".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

    #[test]
    fn only_pictures_beneath_the_folder_are_read() {
        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join("graphs");
        std::fs::create_dir_all(folder.join("sub")).unwrap();
        std::fs::write(around.path().join("out.png"), PNG).unwrap();
        std::fs::write(folder.join("sub/in.png"), PNG).unwrap();
        std::fs::write(folder.join("plan.svg"), "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
        std::fs::write(folder.join("secret.png"), "password").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(around.path().join("out.png"), folder.join("link.png")).unwrap();
        let outside = around.path().join("out.png").display().to_string();
        for (src, expected) in [
            ("sub/in.png", "image/png"),
            ("./sub/in.png", "image/png"),
            ("plan.svg", "image/svg+xml"),
            ("../out.png", "not beneath"),
            ("sub/../../out.png", "not beneath"),
            (outside.as_str(), "not beneath"),
            #[cfg(unix)]
            ("link.png", "not beneath"),
            ("secret.png", "no picture"),
            ("sub", "no file"),
            ("none.png", "could not read"),
        ] {
            let told = read(&folder, src).map_or_else(|error| error.to_string(), |picture| picture.media);
            assert!(told.contains(expected), "`{src}` is {told}");
        }
    }

    #[test]
    fn a_picture_is_kept_once_under_a_plain_name() {
        let folder = tempfile::tempdir().unwrap();
        let add = |name: &str, bytes: &[u8]| add(folder.path(), name, &STANDARD.encode(bytes));
        assert_eq!(add("../My plan (1).jpeg", PNG).unwrap(), "pictures/My-plan--1.png", "named by its content");
        assert_eq!(add("My plan (1)", PNG).unwrap(), "pictures/My-plan--1.png", "the same is there already");
        assert_eq!(add("My plan (1)", b"GIF89a").unwrap(), "pictures/My-plan--1.gif", "another ending is another name");
        assert_eq!(add("My plan (1)", b"\x89PNG\r\n\x1a\nother").unwrap(), "pictures/My-plan--1-2.png", "what is there stays");
        assert_eq!(add("...", PNG).unwrap(), "pictures/picture.png", "a name without letters");
        assert!(add("a.png", b"text").is_err(), "a text is no picture, whatever it is called");
        let shown = read(folder.path(), "pictures/picture.png").unwrap();
        assert_eq!(STANDARD.decode(shown.data).unwrap(), PNG, "what was kept is what is shown");
    }
}

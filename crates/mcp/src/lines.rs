//! Reads a stream by lines of bounded length, and may be dropped between any two bytes. Knows nothing of what the lines say.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// What to do with a line that is longer than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlong {
    /// Keep its beginning.
    Cut,
    /// Give an empty line in its place.
    Drop,
}

/// A stream, read by lines.
pub(crate) struct Lines<R> {
    read: BufReader<R>,
    line: Vec<u8>,
    limit: usize,
    overlong: Overlong,
    over: bool,
    handed_out: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Reads `read`, keeping at most `limit` bytes of a line.
    pub(crate) fn new(read: R, limit: usize, overlong: Overlong) -> Self {
        Self { read: BufReader::new(read), line: Vec::new(), limit, overlong, over: false, handed_out: false }
    }

    /// The next line without its end, or `None` at the end of the stream.
    ///
    /// The part of a line that was read before this future is dropped is kept for the next call.
    pub(crate) async fn next(&mut self) -> io::Result<Option<&[u8]>> {
        if std::mem::take(&mut self.handed_out) {
            self.line.clear();
            self.over = false;
        }
        loop {
            let available = self.read.fill_buf().await?;
            if available.is_empty() {
                let last = !self.line.is_empty() || self.over;
                return Ok(last.then(|| self.hand_out()));
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let text = &available[..end.unwrap_or(available.len())];
            let room = self.limit - self.line.len();
            self.over |= text.len() > room;
            self.line.extend_from_slice(&text[..text.len().min(room)]);
            let used = text.len() + usize::from(end.is_some());
            self.read.consume(used);
            if end.is_some() {
                return Ok(Some(self.hand_out()));
            }
        }
    }

    fn hand_out(&mut self) -> &[u8] {
        self.handed_out = true;
        if self.over && self.overlong == Overlong::Drop {
            return &[];
        }
        self.line.strip_suffix(b"\r").unwrap_or(&self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(text: &str, limit: usize, overlong: Overlong, expected: &[&str]) {
        let mut lines = Lines::new(text.as_bytes(), limit, overlong);
        let mut got = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            got.push(String::from_utf8_lossy(line).into_owned());
        }
        assert_eq!(got, expected, "lines of {text:?} with at most {limit} bytes");
    }

    #[tokio::test]
    async fn lines_are_whole_up_to_the_limit() {
        check("a\nbc\r\n\nd", 10, Overlong::Cut, &["a", "bc", "", "d"]).await;
        check("abcdef\ng\n", 3, Overlong::Cut, &["abc", "g"]).await;
        check("abcdef\ng\n", 3, Overlong::Drop, &["", "g"]).await;
        check("abc\nd", 3, Overlong::Drop, &["abc", "d"]).await;
        check("", 3, Overlong::Cut, &[]).await;
    }

    #[tokio::test]
    async fn a_dropped_read_loses_nothing() {
        let (mut write, read) = tokio::io::duplex(64);
        let mut lines = Lines::new(read, 64, Overlong::Cut);
        tokio::io::AsyncWriteExt::write_all(&mut write, b"half ").await.unwrap();
        assert!(futures::poll!(std::pin::pin!(lines.next())).is_pending(), "the line has no end yet");
        tokio::io::AsyncWriteExt::write_all(&mut write, b"and half\n").await.unwrap();
        assert_eq!(lines.next().await.unwrap(), Some(&b"half and half"[..]), "the first half was kept");
    }
}

//! One HTTP connection that is kept open, for a peer on this machine. Only what Node-RED answers with: a length or chunks.

use std::{
    io::{BufRead, BufReader, Error, ErrorKind, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Connection {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Connection {
    pub(super) fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream), address })
    }

    /// Posts JSON and gives the status and the body.
    pub(super) fn post(&mut self, path: &str, body: &str) -> Result<(u16, String), Error> {
        let head = format!("POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json", self.address);
        let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        self.stream.get_mut().write_all(request.as_bytes())?;
        read_answer(&mut self.stream)
    }
}

fn read_answer(stream: &mut impl BufRead) -> Result<(u16, String), Error> {
    let status = read_line(stream)?;
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| invalid(&status))?;
    let mut length = None;
    loop {
        let line = read_line(stream)?;
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { return Err(invalid(&line)) };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = Some(value.trim().parse().map_err(|_| invalid(&line))?),
            "transfer-encoding" => length = None,
            _ => {}
        }
    }
    let mut body = Vec::new();
    match length {
        Some(length) => read_exactly(stream, length, &mut body)?,
        None => loop {
            let line = read_line(stream)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(|_| invalid(&line))?;
            read_exactly(stream, size, &mut body)?;
            read_line(stream)?;
            if size == 0 {
                break;
            }
        },
    }
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

fn read_line(stream: &mut impl BufRead) -> Result<String, Error> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    line.truncate(line.trim_end().len());
    Ok(line)
}

fn read_exactly(stream: &mut impl BufRead, size: usize, into: &mut Vec<u8>) -> Result<(), Error> {
    let start = into.len();
    into.resize(start + size, 0);
    stream.read_exact(&mut into[start..])
}

fn invalid(line: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("`{line}` is not HTTP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, expected: Option<(u16, &str)>) {
        let got = read_answer(&mut answer.as_bytes()).ok();
        assert_eq!(got, expected.map(|(status, body)| (status, body.to_owned())), "{answer:?}");
    }

    #[test]
    fn an_answer_is_read_by_its_length_or_its_chunks() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Some((200, "hello")));
        check("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nX: y\r\n\r\n", Some((404, "")));
        check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", Some((200, "hello")));
    }

    #[test]
    fn what_is_cut_short_or_is_not_http_is_refused() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", None);
        check("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", None);
        check("nonsense\r\n\r\n", None);
        check("", None);
    }
}

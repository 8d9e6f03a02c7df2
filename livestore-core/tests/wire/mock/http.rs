//! The mock server's HTTP: a request per round, as long as the client keeps the stream open.

use livestore_core::sync::protocol::{Call, ChunkValues, ClientFrame, ConnectQuery, ServerFrame};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::{Mock, State};

pub(super) async fn serve(mock: Mock, stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            if line.trim().is_empty() {
                break;
            }
            lines.push(line.trim().to_owned());
        }
        let header = |name: &str| {
            let found = lines.iter().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            });
            found.unwrap_or_default()
        };
        let mut body = vec![0; header("content-length").parse().unwrap()];
        stream.read_exact(&mut body).await.unwrap();
        assert_eq!(header("x-livestore-store-id"), "test");
        assert_eq!(header("content-type"), "application/json");
        let target = lines[0].split(' ').nth(1).unwrap();
        let query = ConnectQuery::parse(target.split_once('?').unwrap().1).unwrap();
        let (status, text) = mock
            .state()
            .request(&query, &String::from_utf8(body).unwrap());
        let answer = format!(
            "HTTP/1.1 {status} Status\r\ncontent-length: {}\r\nretry-after: 1\r\n\r\n{text}",
            text.len()
        );
        if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

impl State {
    fn request(&mut self, query: &ConnectQuery, body: &str) -> (u16, String) {
        self.requests_by_http += 1;
        if let Some(status) = self.refuse_http {
            return (status, "no".to_owned());
        }
        if !self.allows(query.payload.as_ref()) {
            return (401, "a wrong token".to_owned());
        }
        let frame = ClientFrame::decode(body).unwrap().remove(0);
        self.seen.push(frame.clone());
        let ClientFrame::Request(request) = frame else {
            panic!("{frame:?}");
        };
        let id = request.id.clone();
        let frames = match request.call().unwrap().1 {
            Call::Ping(_) => vec![ServerFrame::answered(id)],
            Call::Pull(pull) => match self.backlog(&pull) {
                Ok(pages) => {
                    let chunk = |page| ServerFrame::Chunk {
                        request_id: id.clone(),
                        values: ChunkValues::new(std::slice::from_ref(page)),
                    };
                    let mut frames: Vec<_> = pages.iter().map(chunk).collect();
                    frames.push(ServerFrame::ended(id));
                    frames
                }
                Err(error) => vec![ServerFrame::failed(id, error)],
            },
            Call::Push(push) => vec![self.answer(id, &push, true)],
            other => panic!("{other:?}"),
        };
        (200, ServerFrame::encode_all(&frames))
    }
}

//! An answer as it is read: frame by frame, and not waited for for ever.

use std::time::Duration;

use futures::{FutureExt, StreamExt, select_biased};

use crate::{
    adapter::{
        remote::{network::Answer, pieces::Pieces},
        runtime::sleep,
    },
    sync::{
        BackendError,
        protocol::{Cause, Exit, PullResponse, RequestId, ServerFrame},
    },
};

/// How long a server may take for an answer's start, and then for each of its pieces.
const SILENCE: Duration = Duration::from_secs(20);

/// Waits for something of a server that may be gone without a word.
pub(super) async fn in_time<T>(something: impl Future<Output = T>) -> Result<T, BackendError> {
    select_biased! {
        something = Box::pin(something).fuse() => Ok(something),
        () = sleep(SILENCE).fuse() => Err(BackendError::offline("it did not answer in time")),
    }
}

/// What an answer says.
pub(super) enum Said {
    Pages(Vec<PullResponse>),
    Exit(Exit),
}

/// An answer that comes frame by frame: a long one is of use before its end.
pub(super) struct Frames {
    id: RequestId,
    answer: Answer,
    pieces: Pieces,
    /// What was said already.
    first: Option<Said>,
}

impl Frames {
    /// Waits for the first frame.
    pub(super) async fn start(id: RequestId, answer: Answer) -> Result<Self, BackendError> {
        let mut frames = Self {
            id,
            answer,
            pieces: Pieces::default(),
            first: None,
        };
        frames.first = Some(frames.next().await?);
        Ok(frames)
    }

    /// Returns what was said first, until it is taken.
    pub(super) fn first(&self) -> Option<&Said> {
        self.first.as_ref()
    }

    /// Returns what is said next.
    pub(super) async fn next(&mut self) -> Result<Said, BackendError> {
        if let Some(first) = self.first.take() {
            return Ok(first);
        }
        loop {
            while let Some(text) = self.pieces.next()? {
                let frames = ServerFrame::decode(&text).map_err(BackendError::failed)?;
                for frame in frames {
                    if let Some(said) = self.said(frame)? {
                        return Ok(said);
                    }
                }
            }
            match in_time(self.answer.next()).await? {
                Some(bytes) => self.pieces.put(&bytes?)?,
                None => return Err(BackendError::offline("its answer has no end")),
            }
        }
    }

    fn said(&self, frame: ServerFrame) -> Result<Option<Said>, BackendError> {
        match frame {
            ServerFrame::Chunk { request_id, values } if request_id == self.id => {
                let pages = values.decode().map_err(BackendError::failed)?;
                Ok(Some(Said::Pages(pages)))
            }
            ServerFrame::Exit { request_id, exit } if request_id == self.id => {
                Ok(Some(Said::Exit(exit)))
            }
            ServerFrame::Defect { defect } => {
                Err(BackendError::failed(Cause::Die(defect).message()))
            }
            _ => Ok(None),
        }
    }

    /// Returns how it ends; pages were not asked for.
    pub(super) async fn exit(mut self) -> Result<Exit, BackendError> {
        loop {
            if let Said::Exit(exit) = self.next().await? {
                self.end().await;
                return Ok(exit);
            }
        }
    }

    /// Reads what is behind the last frame, most often nothing: then the stream can be used again.
    pub(super) async fn end(mut self) {
        // What matters has been said.
        let _ = in_time(self.answer.next()).await;
    }
}

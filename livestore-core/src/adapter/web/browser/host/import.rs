//! Bringing a log in from elsewhere.

use crate::{event::SeqNum, store::LogArchive};

use super::{Files, Host};

impl Host {
    /// Gives the store, which must not have events, the log of an archive; sessions that are there come anew.
    pub(super) async fn import(&self, archive: &[u8]) -> Result<(), String> {
        if !matches!(&*self.files.borrow(), Files::Open(_)) {
            return Err("nothing can be stored here".to_owned());
        }
        let archive = LogArchive::from_database(archive).map_err(|error| error.to_string())?;
        if !self
            .with_desk(|desk| desk.events_after(SeqNum::ROOT, 1))?
            .is_empty()
        {
            return Err(format!("store `{}` has events already", self.start.store));
        }
        let log = self.desk().and_then(|desk| desk.close());
        let mut log = log.ok_or("the leader has ended")?;
        self.sessions.borrow_mut().clear();
        let copied = archive
            .copy_into(&mut log)
            .map_err(|error| error.to_string());
        drop(log);
        if let Err(error) = copied {
            // Half a log is worse than none, which is what was there.
            self.reset().await?;
            return Err(error);
        }
        let desk = self
            .files
            .borrow()
            .seat(&self.start, &self.schema, &self.payloads);
        let seated = desk.as_ref().map(|_| ()).map_err(Clone::clone);
        *self.desk.borrow_mut() = desk;
        seated
    }
}

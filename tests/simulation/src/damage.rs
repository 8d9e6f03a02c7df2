//! Crashes: what is left of a client when its process dies in the middle of something.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use livestore_core::simulation::{EVENTLOG, STATE, SessionKey, SimulatedLeader, before_crash};

use crate::world::World;

/// A journal of this size may have been started over; then its end is not the last thing written.
const JOURNAL_LIMIT: u64 = 3_500_000;

impl World {
    /// Returns the size of the log's journal.
    pub(crate) fn journal_size(&self, index: usize) -> u64 {
        let folder = self.folder.join(&self.clients[index].folder);
        fs::metadata(folder.join(format!("{EVENTLOG}-wal"))).map_or(0, |data| data.len())
    }

    /// The process with the leader is killed between two turns.
    pub(crate) fn kill(&mut self, index: usize) {
        if let Some(leader) = self.clients[index].leader.take() {
            self.crash(index, leader, "between two turns");
        }
    }

    /// The process with the leader dies.
    pub(crate) fn crash(&mut self, index: usize, mut leader: SimulatedLeader, point: &'static str) {
        self.counts.one("fault: crash");
        let native = self.clients[index].native;
        self.note(format_args!("c{index} crashes {point}, native {native}"));
        // Either its last words were heard, or its last writes may not have reached the disk.
        let heard = self.rng.bool();
        if heard {
            let run = self.clients[index].run;
            let mut mail = self.take_mail(index, run);
            let said = leader.said();
            mail.extend(
                said.into_iter()
                    .map(|(SessionKey(session), message)| (session, message)),
            );
            for (session, message) in mail {
                self.reach_session(index, session, message);
            }
        }
        let old = self.folder.join(&self.clients[index].folder);
        let new = self.new_folder(index);
        if let Err(error) = copy_files(&old, &new) {
            return self.fail("disk", format!("client {index}: {error}"));
        }
        drop(leader);
        self.leave_copy(index, heard);
        self.stop_leader(index);
        let sessions = &mut self.clients[index].sessions;
        if native {
            sessions.clear();
        } else if self.rng.u8(..3) == 0 {
            sessions.pop_first();
        }
        self.start_later(index);
    }

    /// Sets that the files are copied as a crash finds them: unwinding tidies up.
    pub(crate) fn keep_copies(&mut self, index: usize) -> PathBuf {
        let old = self.folder.join(&self.clients[index].folder);
        let name = format!("client-{index}-{}", self.clients[index].folders + 1);
        let new = self.folder.join(name);
        let to = new.clone();
        // What is not copied is missing afterwards, which shows.
        before_crash(Some(Box::new(move || drop(copy_files(&old, &to)))));
        new
    }

    /// The process dies while a leader starts.
    pub(crate) fn crash_at_start(&mut self, index: usize, copy: PathBuf, point: &'static str) {
        self.note(format_args!("c{index} crashes at the start, {point}"));
        let new = self.new_folder(index);
        debug_assert_eq!(copy, new);
        self.leave_copy(index, false);
        self.stop_leader(index);
        if self.clients[index].native {
            self.clients[index].sessions.clear();
        }
        self.start_later(index);
    }

    /// Gives a client a new folder, which the next leader finds.
    fn new_folder(&mut self, index: usize) -> PathBuf {
        self.clients[index].folders += 1;
        let name = format!("client-{index}-{}", self.clients[index].folders);
        self.clients[index].folder = name.as_str().into();
        self.folder.join(name)
    }

    /// Does to the copy what a crash may do to files.
    fn leave_copy(&mut self, index: usize, heard: bool) {
        if let Err(error) = self.harm(index, heard) {
            self.fail("disk", format!("client {index}: {error}"));
        }
    }

    fn harm(&mut self, index: usize, heard: bool) -> io::Result<()> {
        let new = self.folder.join(&self.clients[index].folder);
        let journal = new.join(format!("{EVENTLOG}-wal"));
        let (safe, size) = (self.clients[index].safe, self.journal_size(index));
        if !heard && size > safe && size < JOURNAL_LIMIT && self.chance(self.weather.tear) {
            let length = self.rng.u64(safe..=size);
            self.counts.one("fault: torn write");
            self.note(format_args!("c{index} log torn at {length} of {size}"));
            truncate(&journal, length)?;
        }
        if self.chance(self.weather.damage_state) {
            self.damage_state(index, &new)?;
        }
        Ok(())
    }

    /// Harms the stored state: it can always be built anew.
    fn damage_state(&mut self, index: usize, folder: &Path) -> io::Result<()> {
        let state = folder.join(STATE);
        let journal = folder.join(format!("{STATE}-wal"));
        let harm = self.rng.u8(..5);
        let file = if harm > 2 { &journal } else { &state };
        let Ok(size) = fs::metadata(file).map(|data| data.len()) else {
            return Ok(());
        };
        self.counts.one("fault: state damaged");
        let what = match harm {
            0 => {
                fs::remove_file(file)?;
                "removed"
            }
            1 => {
                fs::write(file, vec![0; usize::try_from(size).unwrap_or_default()])?;
                "zeroed"
            }
            4 => {
                fs::remove_file(file)?;
                "without its journal"
            }
            _ => {
                truncate(file, self.rng.u64(..=size))?;
                "truncated"
            }
        };
        self.note(format_args!("c{index} state {what}"));
        Ok(())
    }
}

fn copy_files(old: &Path, new: &Path) -> io::Result<()> {
    fs::create_dir_all(new)?;
    for file in [EVENTLOG, STATE] {
        for suffix in ["", "-wal"] {
            let file = format!("{file}{suffix}");
            if old.join(&file).exists() {
                fs::copy(old.join(&file), new.join(&file))?;
            }
        }
    }
    Ok(())
}

fn truncate(file: &Path, length: u64) -> io::Result<()> {
    fs::OpenOptions::new()
        .write(true)
        .open(file)?
        .set_len(length)
}

//! Export and import: a store's log as JSON lines, whatever its size.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write},
    path::Path,
    time::{Duration, Instant},
};

use livestore_core::event::StoreId;
use livestore_server::storage::{Appended, EventStore, PageLimit, StoredEvent};

use super::{
    events::{FORMAT, Header, Line, VERSION},
    failure::Failure,
};

const PAGE: PageLimit = PageLimit {
    events: 5000,
    bytes: 8 << 20,
};

/// Writes a store's events.
pub(crate) async fn export(
    storage: &dyn EventStore,
    store: &StoreId,
    output: Option<&Path>,
) -> Result<(), Failure> {
    super::look::exists(storage, store).await?;
    let what = output.map_or("the standard output".into(), |file| {
        file.display().to_string()
    });
    let failed = |error: io::Error| Failure::io(&*what, &error);
    let mut out: Box<dyn Write> = match output {
        Some(file) => Box::new(BufWriter::new(File::create(file).map_err(failed)?)),
        None => Box::new(BufWriter::new(io::stdout())),
    };
    let info = storage.open(store).await?;
    let header = Header {
        format: FORMAT.into(),
        version: VERSION,
        store: store.to_string(),
        backend_id: info.backend_id.to_string(),
        head: info.head,
    };
    write_line(&mut out, &header).map_err(failed)?;
    let mut progress = Progress::new("exported", Some(info.head));
    let mut after = 0;
    // What is appended meanwhile is not in it: it ends where it says it does.
    while after < info.head {
        let page = storage.page(store, after, PAGE).await?;
        if page.store.backend_id != info.backend_id || page.events.is_empty() {
            return Err(Failure::Changed {
                store: store.to_string(),
                head: page.store.head,
            });
        }
        for event in page
            .events
            .iter()
            .take_while(|event| event.seq_num <= info.head)
        {
            write_line(&mut out, &Line::from(event)).map_err(failed)?;
            progress.count(event.seq_num);
        }
        after = page.events.last().map_or(info.head, |last| last.seq_num);
    }
    out.flush().map_err(failed)?;
    progress.end();
    Ok(())
}

fn write_line(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// What an import makes of the store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ImportAs {
    /// It has the identity that the exported one had.
    pub(crate) keep_identity: bool,
    /// It may have the first of the events.
    pub(crate) go_on: bool,
}

/// Reads a store's events.
pub(crate) async fn import(
    storage: &dyn EventStore,
    store: &StoreId,
    input: Option<&Path>,
    import_as: ImportAs,
) -> Result<(), Failure> {
    let what = input.map_or("the standard input".into(), |file| {
        file.display().to_string()
    });
    let failed = |error: io::Error| Failure::io(&*what, &error);
    let input: Box<dyn BufRead> = match input {
        Some(file) => Box::new(BufReader::new(File::open(file).map_err(failed)?)),
        None => Box::new(BufReader::new(io::stdin())),
    };
    let mut lines = input.lines().zip(1..);
    let wrong = |line: u64, reason: String| Failure::Import { line, reason };
    let header: Header = match lines.next() {
        Some((line, _)) => serde_json::from_str(&line.map_err(failed)?)
            .map_err(|error| wrong(1, format!("it is no export: {error}")))?,
        None => return Err(wrong(1, "it is empty".into())),
    };
    if header.format != FORMAT || header.version != VERSION {
        let (format, version) = (&header.format, header.version);
        return Err(wrong(
            1,
            format!("`{format}` {version} is not known, only `{FORMAT}` {VERSION}"),
        ));
    }
    let mut info = storage.open(store).await?;
    if info.head > 0 && !import_as.go_on {
        return Err(Failure::NotEmpty {
            store: store.to_string(),
            head: info.head,
        });
    }
    if import_as.keep_identity {
        info = storage.adopt(store, &header.backend_id).await?;
    }
    let mut progress = Progress::new("imported", Some(header.head));
    let mut target = Target {
        storage,
        store,
        backend_id: &info.backend_id,
        head: info.head,
        batch: Vec::new(),
        bytes: 0,
    };
    let mut there = There {
        storage,
        store,
        page: VecDeque::new(),
    };
    let mut last = 0;
    for (line, number) in lines {
        let line = line.map_err(failed)?;
        if line.trim().is_empty() {
            continue;
        }
        let event: Line =
            serde_json::from_str(&line).map_err(|error| wrong(number, error.to_string()))?;
        let event = StoredEvent::from(event);
        if event.parent_seq_num != last || event.seq_num <= last {
            let (seq, parent) = (event.seq_num, event.parent_seq_num);
            return Err(wrong(
                number,
                format!("event {seq} follows {parent}, not {last}"),
            ));
        }
        last = event.seq_num;
        if last <= info.head {
            there.compare(number, &event).await?;
            continue;
        }
        target.add(event).await?;
        progress.count(last);
    }
    if last != header.head {
        let head = header.head;
        return Err(wrong(
            0,
            format!("it ends with event {last} instead of {head}: it is cut off"),
        ));
    }
    target.append().await?;
    progress.end();
    Ok(())
}

/// The events that are there already, from the first on.
struct There<'a> {
    storage: &'a dyn EventStore,
    store: &'a StoreId,
    page: VecDeque<StoredEvent>,
}

impl There<'_> {
    /// Fails if the next event that is there is not this one of the import.
    async fn compare(&mut self, line: u64, event: &StoredEvent) -> Result<(), Failure> {
        if self.page.is_empty() {
            let page = self
                .storage
                .page(self.store, event.parent_seq_num, PAGE)
                .await?;
            self.page = page.events.into();
        }
        let there = self.page.pop_front();
        if there.as_ref().is_some_and(|there| same(there, event)) {
            return Ok(());
        }
        let imported = Line::from(event).text(true);
        let there = there.map_or("nothing".into(), |there| Line::from(&there).text(true));
        Err(Failure::Import {
            line,
            reason: format!("the store has another log: {there} is there, and {imported} is to be"),
        })
    }
}

/// Says whether two events are the same, but for when a server took them.
fn same(a: &StoredEvent, b: &StoredEvent) -> bool {
    let args = |event: &StoredEvent| event.args.as_ref().map(|args| args.get().to_owned());
    (a.seq_num, a.parent_seq_num) == (b.seq_num, b.parent_seq_num)
        && a.name == b.name
        && a.client_id == b.client_id
        && a.session_id == b.session_id
        && args(a) == args(b)
}

struct Target<'a> {
    storage: &'a dyn EventStore,
    store: &'a StoreId,
    backend_id: &'a str,
    head: u64,
    batch: Vec<StoredEvent>,
    bytes: usize,
}

impl Target<'_> {
    async fn add(&mut self, event: StoredEvent) -> Result<(), Failure> {
        self.bytes += event.args_len();
        self.batch.push(event);
        if self.batch.len() >= PAGE.events || self.bytes >= PAGE.bytes {
            self.append().await?;
        }
        Ok(())
    }

    async fn append(&mut self) -> Result<(), Failure> {
        let Some(last) = self.batch.last().map(|last| last.seq_num) else {
            return Ok(());
        };
        let appended = self
            .storage
            .append(self.store, self.backend_id, self.head, &self.batch)
            .await?;
        let head = match appended {
            Appended::Done => {
                self.head = last;
                self.batch.clear();
                self.bytes = 0;
                return Ok(());
            }
            Appended::Conflict { head } => head,
            Appended::OtherLog(info) => info.head,
        };
        Err(Failure::Changed {
            store: self.store.to_string(),
            head,
        })
    }
}

/// What is told on the standard error while it takes its time.
struct Progress {
    what: &'static str,
    total: Option<u64>,
    count: u64,
    started: Instant,
    told: Instant,
    shown: bool,
}

impl Progress {
    fn new(what: &'static str, total: Option<u64>) -> Self {
        let now = Instant::now();
        Self {
            what,
            total,
            count: 0,
            started: now,
            told: now,
            shown: io::stderr().is_terminal(),
        }
    }

    fn count(&mut self, at: u64) {
        self.count += 1;
        if self.shown && self.told.elapsed() >= Duration::from_millis(200) {
            self.told = Instant::now();
            let of = self
                .total
                .map_or(String::new(), |total| format!(" of {total}"));
            eprint!("\r{} {} events, up to {at}{of}   ", self.what, self.count);
        }
    }

    fn end(&self) {
        let start = if self.shown { "\r" } else { "" };
        let seconds = self.started.elapsed().as_secs_f64();
        eprintln!(
            "{start}{} {} events in {seconds:.1} s",
            self.what, self.count
        );
    }
}

//! A store's sequencer: the one task that appends to its log.

mod verdict;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::mpsc, time::sleep};
use tracing::Instrument;

use self::verdict::Fits;
use super::{
    Published, PushDone, PushError, Shared, StoreError,
    group::{Group, Waiting},
    live::{Command, Live, Log},
    recent::weight,
};
use crate::{
    storage::{Appended, EventStore, StorageError, StoreInfo},
    time::now,
    validate::Judge,
};

/// How often a group is judged anew because others appended first; behind that is no ordinary contention.
const ATTEMPTS: usize = 16;
/// The first and the longest pause before a storage that failed is looked at again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Orders the pushes of one store.
pub(super) struct Sequencer {
    shared: Arc<Shared>,
    live: Arc<Live>,
    commands: mpsc::Receiver<Command>,
    judge: Option<Box<dyn Judge>>,
    info: StoreInfo,
    /// The log may have more than is published: somebody else appended, or an append failed half way.
    in_doubt: bool,
}

impl Drop for Sequencer {
    /// Whatever ends it, a panic included: nobody must wait for it, and the next one must start.
    fn drop(&mut self) {
        self.shared.retire(&self.live, true);
        if !matches!(*self.live.watch().borrow(), Log::Failed(_)) {
            self.live.end(Log::Closed);
        }
    }
}

impl Sequencer {
    pub(super) fn new(
        shared: Arc<Shared>,
        live: Arc<Live>,
        commands: mpsc::Receiver<Command>,
    ) -> Self {
        Self {
            shared,
            live,
            commands,
            judge: None,
            info: StoreInfo {
                backend_id: "".into(),
                head: 0,
            },
            in_doubt: false,
        }
    }

    pub(super) async fn run(self) {
        let span = tracing::info_span!("store", store = %self.live.store());
        self.serve_all().instrument(span).await;
    }

    async fn serve_all(mut self) {
        match self.storage().open(self.live.store()).await {
            Ok(info) => self.restart(info),
            Err(error) => {
                tracing::error!(%error, "the store cannot be opened");
                self.live.end(Log::Failed(error));
                return;
            }
        }
        tracing::debug!(head = self.info.head, "the store is in use");
        let mut pause = PAUSES.0;
        loop {
            // Readers wait for what is in doubt, so it is looked at even if nobody pushes.
            let again = if self.in_doubt {
                match self.catch_up().await {
                    Ok(()) => pause = PAUSES.0,
                    Err(error) => {
                        match error {
                            StorageError::Damaged { .. } => {
                                tracing::error!(%error, "the log is damaged")
                            }
                            _ => tracing::warn!(%error, ?pause, "the log cannot be read"),
                        }
                        pause = (pause * 2).min(PAUSES.1);
                    }
                }
                if self.in_doubt {
                    pause
                } else {
                    self.shared.options.idle
                }
            } else {
                self.shared.options.idle
            };
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(command) => self.serve(command).await,
                    None => break,
                },
                () = self.live.asked_to_look() => self.in_doubt = true,
                () = sleep(again) => {
                    if !self.in_doubt && self.shared.retire(&self.live, false) {
                        break;
                    }
                }
            }
        }
        tracing::debug!(head = self.info.head, "the store is not in use any more");
    }

    fn storage(&self) -> &Arc<dyn EventStore> {
        &self.shared.storage
    }

    /// Carries out a command and whatever pushes have come meanwhile.
    async fn serve(&mut self, command: Command) {
        let limit = self.shared.options.group;
        let mut pushes = Vec::new();
        let (mut events, mut bytes) = (0, 0);
        let mut next = Some(command);
        while let Some(command) = next {
            match command {
                Command::Push { push, answer, room } => {
                    events += push.batch.len();
                    bytes += push.batch.iter().map(weight).sum::<usize>();
                    pushes.push(Waiting { push, answer, room });
                }
                Command::Reset { answer } => {
                    self.append(std::mem::take(&mut pushes)).await;
                    // Nobody has to wait for what they asked for.
                    let _ = answer.send(self.reset().await);
                }
            }
            let full = events >= limit.events || bytes >= limit.bytes;
            next = (!full).then(|| self.commands.try_recv().ok()).flatten();
        }
        self.append(pushes).await;
    }

    /// Appends what fits of the pushes, if possible in one go, publishes it, and answers all of them.
    async fn append(&mut self, mut pushes: Vec<Waiting>) {
        let mut attempts = 0;
        while !pushes.is_empty() {
            match self.try_append(&pushes).await {
                Ok(Some(verdicts)) => {
                    attempts = 0;
                    for (push, verdict) in pushes.drain(..verdicts.len()).zip(verdicts) {
                        self.shared.metrics.push(&verdict);
                        push.answer(verdict);
                    }
                }
                Ok(None) if attempts < ATTEMPTS => attempts += 1,
                Ok(None) => {
                    let reason = "other processes append to the store all the time".into();
                    return self.refuse(pushes, &StorageError::Unavailable { reason });
                }
                Err(error) => {
                    tracing::error!(%error, "an append failed");
                    self.in_doubt = true;
                    return self.refuse(pushes, &error);
                }
            }
        }
    }

    /// Answers pushes that may be there or not.
    fn refuse(&self, pushes: Vec<Waiting>, error: &StorageError) {
        for push in pushes {
            let verdict = Err(StoreError::from(error.clone()).into());
            self.shared.metrics.push(&verdict);
            push.answer(verdict);
        }
    }

    /// One attempt, with the verdicts on as many of the pushes as could be judged together; nothing when the log
    /// turned out to have moved.
    async fn try_append(
        &mut self,
        pushes: &[Waiting],
    ) -> Result<Option<Vec<Result<PushDone, PushError>>>, StorageError> {
        if self.in_doubt || self.is_behind(pushes) {
            self.catch_up().await?;
        }
        let mut group = Group::after(self.info.head);
        let now = now();
        for Waiting { push, .. } in pushes {
            let judged = match self.judge(push, &mut group).await {
                Ok(judged) => judged,
                Err(error) => {
                    // Those before it were judged good, and will be judged again.
                    self.settle(false);
                    return Err(error);
                }
            };
            match judged {
                Ok(Fits::New) => group.take(&push.batch, now),
                Ok(Fits::Known) => group.verdicts.push(Ok(PushDone {
                    head: push.batch.last().map_or(0, |last| last.seq_num),
                })),
                Err(error) => {
                    let lost_its_judge = matches!(error, PushError::NotJudged);
                    group.verdicts.push(Err(error));
                    if lost_its_judge {
                        // Another one knows the log, but not what is to be appended to it.
                        break;
                    }
                }
            }
        }
        if group.events.is_empty() {
            return Ok(Some(group.verdicts));
        }
        let started = Instant::now();
        let appended = self
            .storage()
            .append(
                self.live.store(),
                &self.info.backend_id,
                self.info.head,
                &group.events,
            )
            .await;
        self.settle(matches!(appended, Ok(Appended::Done)));
        match appended? {
            Appended::Done => {
                self.shared
                    .metrics
                    .appended(group.events.len(), started.elapsed());
                self.info.head = group.head;
                let events = group.events.into_iter().map(Published::new).collect();
                self.live.publish(&self.info.backend_id, events);
                Ok(Some(group.verdicts))
            }
            Appended::Conflict { .. } => {
                self.shared.metrics.conflicts.inc();
                self.in_doubt = true;
                Ok(None)
            }
            Appended::OtherLog(info) => {
                self.restart(info);
                Ok(None)
            }
        }
    }

    fn settle(&mut self, taken: bool) {
        if let Some(judge) = &mut self.judge {
            judge.settle(taken);
        }
    }

    /// Publishes what others have appended.
    async fn catch_up(&mut self) -> Result<(), StorageError> {
        loop {
            let page = self
                .storage()
                .page(self.live.store(), self.info.head, self.shared.options.page)
                .await?;
            if page.store.backend_id != self.info.backend_id {
                self.restart(page.store);
                return Ok(());
            }
            if page.store.head < self.info.head {
                let (known, there) = (self.info.head, page.store.head);
                let reason = format!(
                    "its log ends with event {there}, and event {known} was there before: the end is lost, and \
                     the store needs a new identity"
                );
                self.in_doubt = true;
                return Err(StorageError::Damaged {
                    store: self.live.store().as_str().into(),
                    reason: reason.into(),
                });
            }
            if page.events.is_empty() {
                self.in_doubt = false;
                return Ok(());
            }
            if let Some(judge) = &mut self.judge {
                judge.follow(&page.events);
            }
            self.info.head = page
                .events
                .last()
                .map_or(self.info.head, |last| last.seq_num);
            let events = page.events.into_iter().map(Published::new).collect();
            self.live.publish(&self.info.backend_id, events);
            if self.info.head >= page.store.head {
                self.in_doubt = false;
                return Ok(());
            }
        }
    }

    async fn reset(&mut self) -> Result<StoreInfo, StoreError> {
        let info = self.storage().reset(self.live.store()).await?;
        tracing::warn!(backend = %info.backend_id, "the store was emptied");
        self.restart(info.clone());
        Ok(info)
    }

    /// Goes on with a log of which nothing is known but its end.
    fn restart(&mut self, info: StoreInfo) {
        self.judge = None;
        self.in_doubt = false;
        self.live.restart(info.clone());
        self.info = info;
    }
}

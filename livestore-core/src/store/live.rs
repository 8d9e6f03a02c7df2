//! Live queries and subscriptions.

use std::sync::{Arc, Weak};

use super::{Shared, Store};
use crate::{
    error::Result,
    query::{Query, QueryError},
    reactive::{LiveNode, Node, NodeId, Subscriber, Watch},
};

/// A query whose result follows the state.
///
/// While somebody listens it runs again whenever a change can concern its result: a column that it reads has
/// changed, in a row that satisfies the filter of a builder's query before or after. Otherwise it runs when
/// it is asked. It ends when the last clone and subscription are dropped.
pub struct LiveQuery<T> {
    node: Arc<Node<T>>,
    registration: Arc<Registration>,
}

/// A live query's place in the registry, given up on drop.
struct Registration {
    id: NodeId,
    shared: Weak<Shared>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            let node = shared.lock().registry.remove(self.id);
            // Unlocked: listeners own whatever their closures captured.
            drop(node);
        }
    }
}

impl Store {
    /// Makes a live query and runs it once.
    ///
    /// # Errors
    /// When the SQL doesn't run, a row doesn't decode, or the store is closed.
    pub fn live<Q>(&self, query: Q) -> Result<LiveQuery<Q::Output>, QueryError>
    where
        Q: Query<Output: PartialEq + Send + Sync + 'static>,
    {
        let mut core = self.shared.lock();
        self.shared.check_readable(&core)?;
        let node = Arc::new(Node::new(query, &mut core.state)?);
        let id = core.registry.add(Arc::clone(&node) as Arc<dyn LiveNode>);
        let registration = Arc::new(Registration {
            id,
            shared: self.downgrade(),
        });
        Ok(LiveQuery { node, registration })
    }

    /// Calls a listener with the query's result, at once and whenever it is another one.
    ///
    /// The subscription ends when the returned guard is dropped.
    ///
    /// # Errors
    /// When the SQL doesn't run, a row doesn't decode, or the store is closed.
    pub fn subscribe<Q>(
        &self,
        query: Q,
        listener: impl FnMut(&Q::Output) + Send + 'static,
    ) -> Result<Subscription, QueryError>
    where
        Q: Query<Output: PartialEq + Send + Sync + 'static>,
    {
        Ok(self.live(query)?.subscribe(listener))
    }
}

impl<T: PartialEq + Send + Sync + 'static> LiveQuery<T> {
    /// Returns the current result; of a closed store the last one.
    ///
    /// # Errors
    /// When the query has to run again and fails.
    pub fn get(&self) -> Result<Arc<T>, QueryError> {
        if self.node.is_stale()
            && let Some(shared) = self.registration.shared.upgrade()
        {
            let core = shared.lock();
            if !core.closed && self.node.is_stale() {
                self.node.run(&core.state)?;
            }
        }
        Ok(self.node.value())
    }

    /// Calls a listener with the current result, at once and whenever it is another one.
    ///
    /// A listener may commit, query, subscribe and drop subscriptions. What it commits is heard by all
    /// listeners, itself included, after it returns.
    #[must_use = "the subscription ends when it is dropped"]
    pub fn subscribe(&self, listener: impl FnMut(&T) + Send + 'static) -> Subscription {
        self.add(listener, false)
    }

    /// Calls a listener whenever the result is another one, from now on.
    #[must_use = "the subscription ends when it is dropped"]
    pub fn subscribe_changes(&self, listener: impl FnMut(&T) + Send + 'static) -> Subscription {
        self.add(listener, true)
    }

    fn add(&self, listener: impl FnMut(&T) + Send + 'static, skip_current: bool) -> Subscription {
        let subscriber = match self.registration.shared.upgrade() {
            // Under the lock no commit can slip between the result and the listener.
            Some(shared) => {
                let core = shared.lock();
                if self.node.is_stale()
                    && !core.closed
                    && let Err(error) = self.node.run(&core.state)
                {
                    tracing::error!(%error, "a live query failed; its listener starts with the last result");
                }
                self.node.subscribe(listener, skip_current)
            }
            None => self.node.subscribe(listener, skip_current),
        };
        self.node.call(&subscriber);
        Subscription::new(Listening {
            live: self.clone(),
            subscriber,
        })
    }
}

impl<T: PartialEq + 'static> LiveQuery<T> {
    /// Returns how often the query has run.
    pub fn runs(&self) -> u64 {
        self.node.runs()
    }

    /// Returns the SQL text of the query.
    pub fn sql(&self) -> &str {
        &self.node.statement().sql
    }
}

impl<T> Clone for LiveQuery<T> {
    fn clone(&self) -> Self {
        Self {
            node: Arc::clone(&self.node),
            registration: Arc::clone(&self.registration),
        }
    }
}

impl<T: PartialEq + 'static> std::fmt::Debug for LiveQuery<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveQuery")
            .field("sql", &self.sql())
            .field("runs", &self.runs())
            .finish_non_exhaustive()
    }
}

/// A running subscription; dropping it ends it.
#[must_use = "the subscription ends when it is dropped"]
pub struct Subscription {
    _ended_on_drop: Box<dyn Send + Sync>,
}

impl Subscription {
    pub(super) fn new(ended_on_drop: impl Send + Sync + 'static) -> Self {
        Self {
            _ended_on_drop: Box::new(ended_on_drop),
        }
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription")
    }
}

struct Listening<T: PartialEq + 'static> {
    live: LiveQuery<T>,
    subscriber: Arc<Subscriber<T>>,
}

impl<T: PartialEq + 'static> Drop for Listening<T> {
    fn drop(&mut self) {
        self.live.node.unsubscribe(&self.subscriber);
    }
}

/// A running subscription to one of the store's statuses.
pub(super) struct Watching<T: PartialEq> {
    pub(super) shared: Weak<Shared>,
    pub(super) subscriber: Arc<Subscriber<T>>,
    pub(super) watch: fn(&Shared) -> &Watch<T>,
}

impl<T: PartialEq> Drop for Watching<T> {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            (self.watch)(&shared).unsubscribe(&self.subscriber);
        }
    }
}

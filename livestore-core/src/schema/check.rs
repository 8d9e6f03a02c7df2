//! Checks: what must hold in the state where an event lands.

use crate::event::{EncodeEventError, Event, EventInput};

/// What becomes of an event that is checked against the state where it lands.
///
/// # Examples
///
/// A name that only one user may have: who comes second is told so.
///
/// ```
/// # use livestore_core::prelude::*;
/// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// # #[event(name = "v1.NameClaimed")]
/// # struct NameClaimed { user: String, name: String }
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # #[table(name = "names")]
/// # struct Name { #[column(primary_key)] name: String, user: String }
/// let schema = Schema::builder()
///     .table::<Name>()
///     .on(|e: &NameClaimed, _| Name::insert().set(Name::NAME, &e.name).set(Name::USER, &e.user))
///     .check(|e: &NameClaimed, ctx| {
///         let taken = ctx.query(&Name::query().filter(Name::NAME.eq(&e.name)).exists())?;
///         Ok(if taken { Verdict::reject(format!("`{}` is taken", e.name)) } else { Verdict::Keep })
///     })
///     .build()?;
/// # Ok::<(), SchemaError>(())
/// ```
///
/// A stock that cannot go below zero: when less is left, less is taken.
///
/// ```
/// # use livestore_core::prelude::*;
/// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// # #[event(name = "v1.StockTaken")]
/// # struct StockTaken { item: String, count: i64 }
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # #[table(name = "stock")]
/// # struct Stock { #[column(primary_key)] item: String, left: i64 }
/// let schema = Schema::builder()
///     .table::<Stock>()
///     .on(|e: &StockTaken, _| {
///         sql("UPDATE stock SET left = left - ?1 WHERE item = ?2").bind(e.count).bind(e.item.clone())
///     })
///     .check(|e: &StockTaken, ctx| {
///         let item = Stock::query().filter(Stock::ITEM.eq(&e.item)).first();
///         let left = ctx.query(&item)?.map_or(0, |stock| stock.left);
///         if left >= e.count {
///             Ok(Verdict::Keep)
///         } else if left > 0 {
///             Ok(Verdict::replace(&StockTaken { item: e.item.clone(), count: left })?)
///         } else {
///             Ok(Verdict::reject("sold out"))
///         }
///     })
///     .build()?;
/// # Ok::<(), SchemaError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// It stays as it is.
    Keep,
    /// It is dropped: a commit fails, a receipt is rejected.
    Reject {
        /// Why.
        reason: String,
    },
    /// Another event takes its place.
    Replace {
        /// The other event, which must pass its own check.
        with: EventInput,
    },
}

impl Verdict {
    /// Drops the event.
    pub fn reject(reason: impl Into<String>) -> Self {
        Self::Reject {
            reason: reason.into(),
        }
    }

    /// Puts another event in its place.
    ///
    /// # Errors
    /// When that event has no JSON form.
    pub fn replace<E: Event>(event: &E) -> Result<Self, EncodeEventError> {
        EventInput::new(event).map(|with| Self::Replace { with })
    }
}

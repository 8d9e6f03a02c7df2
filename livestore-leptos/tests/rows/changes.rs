//! Seeded random changes of a list, of every kind an app makes, several at once among them.

/// An item of the lists under test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) id: u32,
    pub(crate) text: String,
}

/// The kinds of change. `List::change` goes through them at random.
const KINDS: [fn(&mut List); 19] = [
    List::nothing,
    List::edit_one,
    List::edit_some,
    List::move_one,
    List::swap_two,
    List::insert_one,
    List::append_some,
    List::prepend_some,
    List::remove_one,
    List::filter,
    List::bring_back,
    List::shuffle,
    List::reverse,
    List::sort_by_text,
    List::filter_and_shuffle,
    List::filter_bring_back_and_shuffle,
    List::edit_and_move,
    List::replace_all,
    List::clear,
];

/// A list that changes.
pub(crate) struct List {
    pub(crate) items: Vec<Item>,
    gone: Vec<Item>,
    next: u32,
    state: u64,
}

impl List {
    /// An empty list; the seed, not 0, decides how it will change.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            items: Vec::new(),
            gone: Vec::new(),
            next: 0,
            state: seed,
        }
    }

    /// Changes the list in one of many ways.
    pub(crate) fn change(&mut self) {
        let kind = self.below(KINDS.len());
        KINDS[kind](self);
        // Kept at a size at which all kinds of change are frequent.
        if self.items.len() > 40 {
            let rest = self.items.split_off(20);
            self.gone = rest;
        }
    }

    /// A number below `bound`, by xorshift64.
    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % bound.max(1) as u64) as usize
    }

    fn some_text(&mut self) -> String {
        format!("text {}", self.below(1_000))
    }

    fn new_item(&mut self) -> Item {
        self.next += 1;
        Item {
            id: self.next,
            text: self.some_text(),
        }
    }

    fn nothing(&mut self) {}

    fn edit_one(&mut self) {
        if !self.items.is_empty() {
            let at = self.below(self.items.len());
            self.items[at].text = self.some_text();
        }
    }

    fn edit_some(&mut self) {
        for _ in 0..self.below(6) {
            self.edit_one();
        }
    }

    fn move_one(&mut self) {
        if !self.items.is_empty() {
            let from = self.below(self.items.len());
            let item = self.items.remove(from);
            let to = self.below(self.items.len() + 1);
            self.items.insert(to, item);
        }
    }

    fn swap_two(&mut self) {
        if !self.items.is_empty() {
            let (a, b) = (self.below(self.items.len()), self.below(self.items.len()));
            self.items.swap(a, b);
        }
    }

    fn insert_one(&mut self) {
        let (at, item) = (self.below(self.items.len() + 1), self.new_item());
        self.items.insert(at, item);
    }

    fn append_some(&mut self) {
        for _ in 0..self.below(8) {
            let item = self.new_item();
            self.items.push(item);
        }
    }

    fn prepend_some(&mut self) {
        for _ in 0..self.below(5) {
            let item = self.new_item();
            self.items.insert(0, item);
        }
    }

    fn remove_one(&mut self) {
        if !self.items.is_empty() {
            let at = self.below(self.items.len());
            let item = self.items.remove(at);
            self.gone.push(item);
        }
    }

    fn filter(&mut self) {
        let (kept, gone) = std::mem::take(&mut self.items)
            .into_iter()
            .partition(|_| self.below(3) != 0);
        self.items = kept;
        self.gone.extend::<Vec<_>>(gone);
    }

    fn bring_back(&mut self) {
        while let Some(item) = self.gone.pop() {
            let at = self.below(self.items.len() + 1);
            self.items.insert(at, item);
        }
    }

    fn shuffle(&mut self) {
        for end in (1..self.items.len()).rev() {
            let other = self.below(end + 1);
            self.items.swap(end, other);
        }
    }

    fn reverse(&mut self) {
        self.items.reverse();
    }

    fn sort_by_text(&mut self) {
        self.items
            .sort_by(|a, b| (&a.text, a.id).cmp(&(&b.text, b.id)));
    }

    fn filter_and_shuffle(&mut self) {
        self.filter();
        self.shuffle();
    }

    fn filter_bring_back_and_shuffle(&mut self) {
        let back = std::mem::take(&mut self.gone);
        self.filter();
        self.items.extend(back);
        self.shuffle();
    }

    fn edit_and_move(&mut self) {
        for _ in 0..3 {
            self.edit_one();
            self.move_one();
        }
        self.insert_one();
        self.edit_one();
    }

    fn replace_all(&mut self) {
        let count = self.items.len().max(3);
        self.gone = std::mem::take(&mut self.items);
        for _ in 0..count {
            let item = self.new_item();
            self.items.push(item);
        }
    }

    fn clear(&mut self) {
        self.gone = std::mem::take(&mut self.items);
    }
}

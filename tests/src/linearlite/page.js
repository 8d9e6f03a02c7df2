// What Linearlite shows, as `Page` in page.rs reads it.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const words = (element) => (element ? element.textContent.trim().replace(/\s+/g, ' ') : '');
const number = (element) => Number(words(element).replace(/,/g, ''));
const name = (element) => element?.getAttribute('aria-label') ?? words(element);
const after = (text, start) => (text.startsWith(start) ? text.slice(start.length) : text);

// The buttons of a row or card say what they show.
const property = (within, start) => {
  const found = all('button', within).map(name).find((text) => text.startsWith(start));
  return found ? after(found, start) : '';
};
const marks = (element) => all('mark', element).map(words);
const issue = one('.issue-page');
const dialog = one('dialog[open]');
const count = one('.view-count');

return {
  started: !!one('.app'),
  address: location.pathname + location.search,
  heading: words(one('.view-header h1, .view-header [aria-current]')),
  count: count && number(count),
  groups: all('.group').map((group) => ({
    name: words(one('.group-name', group)),
    count: number(one('.group-count', group)),
    rows: all('.row', group)
      .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
      .map((row) => ({
        number: words(one('.issue-number', row)),
        title: words(one('.row-title', row)),
        status: property(row, 'Status: '),
        priority: property(row, 'Priority: '),
        assignee: property(row, 'Assigned to '),
        labels: all('.label', row).map(words),
        selected: row.getAttribute('aria-selected') === 'true',
        current: row.classList.contains('current'),
        provisional: !!one('.provisional', row),
      })),
  })),
  columns: all('.column').map((column) => ({
    name: words(one('h2', column)),
    count: number(one('.group-count', column)),
    cards: all('.card', column)
      .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
      .map((card) => ({
        title: words(one('.card-title', card)),
        current: card.classList.contains('current'),
      })),
  })),
  issue: issue && {
    number: words(one('.crumbs [aria-current]')),
    title: one('.issue-title', issue).value,
    description: one('.description .prose', issue)?.innerHTML.replace(/<!--.*?-->/g, '').trim() ?? null,
    properties: all('.property-value', issue).map(name),
    feed: all('.feed-text', issue).map(words),
    comments: all('.comment .prose', issue).map(words),
  },
  results: all('.result').map((result) => [words(one('.result-title', result)), marks(result)]),
  result: words(one('.result.current .result-title')) || null,
  chips: all('.chip-text').map((chip) => all(':scope > *', chip).map(words).join(' ')),
  dialog: dialog && dialog.getAttribute('aria-label'),
  choices: all('dialog[open] .choice').map((choice) => [
    words(one('.choice-label', choice)),
    !!one('.choice-check.on', choice),
  ]),
  choice: words(one('dialog[open] .choice.current .choice-label')) || null,
  toasts: all('.toast-text').map(words),
  sync: words(one('.sidebar-column .sync-text')),
  selection: words(one('.selection-count')) || null,
  notice: words(one('.notice')) || null,
  empty: words(one('.empty-title')) || null,
  focus: document.activeElement === document.body ? 'nothing' : name(document.activeElement),
  scroll: one('.list')?.scrollTop ?? 0,
  theme: document.documentElement.dataset.theme,
};

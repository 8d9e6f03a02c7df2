// What the TodoMVC page shows, as `Page` in page.rs reads it.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
// Whether there is anything of it to see or to click. Opacity doesn't count: stylesheets draw their own checkboxes.
const visible = (element) =>
  !!element && element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
const words = (element) => element.textContent.trim().replace(/\s+/g, ' ');
const rows = all('.todo-list li');

const named = (element) => {
  if (!element || element === document.body) return 'nothing';
  if (element.localName === 'a') return `link ${element.getAttribute('href')}`;
  const row = rows.findIndex((li) => li.contains(element));
  const name = element.classList.length > 0 ? `.${element.classList[0]}` : element.localName;
  return row < 0 ? name : `todo ${row} ${name}`;
};

const newTodo = one('.new-todo');
const toggleAll = one('.toggle-all');
const counter = one('.todo-count');
const clear = one('.clear-completed');

return {
  address: location.hash,
  focus: named(document.activeElement),
  new_todo: newTodo && { text: newTodo.value, placeholder: newTodo.placeholder },
  main: visible(one('.main')),
  toggle_all: toggleAll && {
    checked: toggleAll.checked,
    id: toggleAll.id,
    labelled: !!one('label[for=toggle-all]'),
  },
  items: rows.map((li) => ({
    text: one('label', li)?.textContent ?? '',
    completed: li.classList.contains('completed'),
    checked: !!one('.toggle', li)?.checked,
    editing: li.classList.contains('editing'),
    editor: visible(one('.edit', li)) ? one('.edit', li).value : null,
    controls: ['.toggle', 'label', '.destroy'].filter((control) => visible(one(control, li))),
  })),
  footer: visible(one('.footer')),
  counter: counter && { text: words(counter), number: one('strong', counter)?.textContent ?? '' },
  filters: all('.filters a').map((link) => ({
    text: words(link),
    href: link.getAttribute('href'),
    selected: link.classList.contains('selected'),
  })),
  clear_completed: visible(clear) ? words(clear) : null,
};

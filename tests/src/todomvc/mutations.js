// Counts what changes in the DOM, by place. A row keeps the number it has now.
const rows = new Map([...document.querySelectorAll('.todo-list li')].map((li, index) => [li, index]));
const place = (node) => {
  const element = node instanceof Element ? node : node.parentElement;
  if (!element) return 'detached';
  const li = element.closest('.todo-list li');
  if (li) return rows.has(li) ? `todo ${rows.get(li)}` : 'new todo';
  if (element.closest('.todo-list')) return 'list';
  if (element.closest('.footer')) return 'footer';
  if (element.closest('.sync')) return 'sync state';
  if (element.closest('.toggle-all, label[for=toggle-all]')) return 'toggle all';
  return element.localName + [...element.classList].map((name) => `.${name}`).join('');
};
const counts = {};
const count = (records) => {
  for (const { target } of records) {
    const where = place(target);
    counts[where] = (counts[where] ?? 0) + 1;
  }
};
const observer = new MutationObserver(count);
observer.observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
window.livestoreTests = {
  mutations: () => {
    count(observer.takeRecords());
    return counts;
  },
};
return null;

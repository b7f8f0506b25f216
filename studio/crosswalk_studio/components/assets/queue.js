// The review list: one row per thing to decide, one key per decision, the next row by itself.
//
// The row changes in the same frame; saving runs behind (outbox.js). The server answers with the rows that
// changed (or all of them after a gap) and with what it refused; what is still on its way stays as the person
// left it.
import { Outbox } from './outbox.js';
import { element, isDark } from './shade.js';

const GLYPH = { suggested: '◇', accepted: '✓', manual: '✎', rejected: '✕', open: '·', error: '!', warning: '△' };
const WORD = { suggested: 'suggested', accepted: 'accepted', manual: 'edited', rejected: 'rejected', open: 'open', error: 'error', warning: 'to review' };
const UNDECIDED = new Set(['suggested', 'open', 'error', 'warning']);
const HERE = new Map(); // parent element -> instance
const KEPT = new Map(); // scope + client -> instance; outlives a remount of the component
const FORGET_MS = 60000;

const band = (p) => (p >= 0.85 ? 'high' : p >= 0.6 ? 'middle' : 'low');
const percent = (p) => (p >= 0.995 && p < 1 ? '>99' : p < 0.005 && p > 0 ? '<1' : String(Math.round(p * 100)));

class Queue {
  constructor(data) {
    this.items = new Map();
    this.order = [];
    this.selected = null;
    this.filter = null;
    this.search = '';
    this.done = [];
    this.rows = new Map();
    this.key = `${data.scope}|${data.client}`;
    this.root = this.frame();
    let storage = null;
    try { storage = window.sessionStorage; } catch { /* forbidden: no memory across reloads */ }
    this.outbox = new Outbox({ client: data.client, scope: `crosswalk:${data.scope}`, storage, post: (batch) => this.post(batch) });
  }

  frame() {
    const root = element('div', 'queue');
    root.tabIndex = 0;
    root.setAttribute('role', 'group');
    root.dataset.testid = 'queue';
    this.bar = element('div', 'bar');
    this.chips = element('div', 'chips');
    this.chips.setAttribute('role', 'toolbar');
    this.chips.setAttribute('aria-label', 'Filters');
    this.find = element('input', 'find');
    this.find.type = 'search';
    this.find.placeholder = 'Find  ( / )';
    this.find.setAttribute('aria-label', 'Find in the list');
    this.bar.append(this.chips, this.find);
    this.list = element('div', 'list');
    this.list.setAttribute('role', 'listbox');
    this.list.tabIndex = -1;
    this.foot = element('div', 'foot');
    this.keys = element('div', 'keys');
    this.count = element('span', 'count');
    this.sync = element('span', 'sync');
    this.sync.dataset.testid = 'sync';
    this.foot.append(this.keys, this.count, this.sync);
    this.live = element('div', 'unseen');
    this.live.setAttribute('role', 'status');
    root.append(this.bar, this.list, this.foot, this.live);
    root.addEventListener('keydown', (event) => this.onKey(event));
    this.find.addEventListener('input', () => { this.search = this.find.value.toLowerCase(); this.draw(); });
    this.list.addEventListener('click', (event) => {
      const row = event.target.closest('[data-id]');
      if (row) { this.select(row.dataset.id); root.focus({ preventScroll: true }); }
    });
    return root;
  }

  // ---------- from the server ----------
  update(data, setState) {
    this.setState = setState;
    this.data = data;
    this.root.dataset.dark = isDark(this.root) ? '1' : '0';
    this.root.setAttribute('aria-label', data.label);
    this.list.setAttribute('aria-label', data.label);
    this.root.style.height = `${data.height}px`;
    const settled = data.client === this.outbox.client ? this.outbox.settle(data.nonce, data.ack) : [];
    if (data.base >= 0 && data.base !== this.version) { this.outbox.tell({ have: -1 }); this.status(); return; }
    this.merge(data, new Set(this.outbox.ops.map((op) => op.item)));
    if (!data.filters.some((filter) => filter.key === this.filter)) this.filter = this.firstFilter();
    else if (!this.chosen && this.all().some((item) => this.fits(item, data.filters[0]))) this.filter = data.filters[0].key;
    this.version = data.version;
    this.outbox.note.have = data.version;
    if (settled.length) this.confirm(data.refused || []);
    if (!this.selected || !this.items.has(this.selected)) {
      const first = this.shown().find((item) => this.undecided(item)) || this.shown()[0] || this.items.get(this.order[0]);
      if (first) this.select(first.id);
    }
    this.buttons();
    this.draw();
    this.root.dataset.ready = '1';
    this.root.dataset.ack = String(data.ack);
  }

  merge(data, pending) {
    if (data.order) this.order = data.order;
    if (data.base < 0) for (const id of [...this.items.keys()]) if (!data.order.includes(id)) this.items.delete(id);
    for (const item of data.items) {
      const mine = this.items.get(item.id);
      this.items.set(item.id, mine && pending.has(item.id) ? { ...item, state: mine.state } : item);
    }
  }

  confirm(refused) {
    for (const refusal of refused) this.say(refusal.message);
    this.root.dataset.refused = String(refused.length);
  }

  // ---------- to the server ----------
  post(batch) {
    this.setState('outbox', { have: -1, selected: this.selected, ...batch });
    this.status();
  }

  decide(action) {
    const item = this.items.get(this.selected);
    if (!item || !item.can.includes(action.kind)) { this.say(`${action.label} is not possible here`); return; }
    const next = this.after(item.id);
    this.outbox.add({ kind: action.kind, item: item.id, seen: item.seen });
    this.done.push(item.id);
    item.state = action.to;
    this.say(`${action.label}: ${item.title}`);
    if (next) this.select(next);
    this.draw();
  }

  undo() {
    const id = this.done.pop();
    const item = this.items.get(id);
    if (!item) { this.say('Nothing to undo here; see the history'); return; }
    this.outbox.add({ kind: 'undo', item: id, seen: '' });
    item.state = item.before || 'open';
    this.reveal(id);
    this.select(id);
    this.say(`Undone: ${item.title}`);
    this.draw();
  }

  // ---------- what is shown ----------
  firstFilter() {
    const rows = this.all();
    const filled = this.data.filters.find((filter) => rows.some((item) => this.fits(item, filter)));
    return (filled || this.data.filters[0]).key;
  }

  all() { return this.order.map((id) => this.items.get(id)).filter(Boolean); }

  undecided(item) { return UNDECIDED.has(item.state); }

  fits(item, filter) {
    const states = filter.states || [];
    return (!states.length || states.includes(item.state)) && (!filter.flag || item.flags.includes(filter.flag));
  }

  shown() {
    const filter = this.data.filters.find((f) => f.key === this.filter);
    return this.all().filter((item) => this.fits(item, filter)
      && (!this.search || `${item.title} ${item.sub} ${item.note} ${item.group}`.toLowerCase().includes(this.search)));
  }

  reveal(id) {
    const item = this.items.get(id);
    const filter = this.data.filters.find((f) => f.key === this.filter);
    if (item && !this.fits(item, filter)) this.filter = this.data.filters[this.data.filters.length - 1].key;
  }

  after(id) {
    const rows = this.shown();
    const at = rows.findIndex((item) => item.id === id);
    const later = [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0))];
    return (later.find((item) => this.undecided(item)) || later[0] || {}).id;
  }

  move(step) {
    const rows = this.shown();
    if (!rows.length) return;
    const at = rows.findIndex((item) => item.id === this.selected);
    this.select(rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))].id);
    this.draw();
  }

  select(id) {
    if (id === this.selected) return;
    this.selected = id;
    this.outbox.tell({ selected: id });
    this.draw();
    this.rows.get(id)?.scrollIntoView({ block: 'nearest' });
  }

  say(text) { this.live.textContent = text; }

  // ---------- drawing ----------
  draw() {
    const rows = this.shown();
    const wanted = [];
    let group = null;
    for (const item of rows) {
      if (item.group !== group) { group = item.group; if (group) wanted.push(this.heading(group)); }
      wanted.push(this.row(item));
    }
    if (!rows.length) wanted.push(element('div', 'none', this.search ? `Nothing is called “${this.find.value}” here.` : this.data.empty));
    this.list.replaceChildren(...wanted);
    this.list.setAttribute('aria-activedescendant', this.rows.get(this.selected)?.id || '');
    this.drawChips();
    this.status();
  }

  heading(text) {
    const head = element('div', 'group', text);
    head.setAttribute('role', 'presentation');
    return head;
  }

  row(item) {
    let row = this.rows.get(item.id);
    if (!row) {
      row = element('div', 'row');
      row.setAttribute('role', 'option');
      row.id = `row-${this.rows.size}`;
      row.dataset.id = item.id;
      row.dataset.testid = `row:${item.id}`;
      this.rows.set(item.id, row);
    }
    const chosen = item.id === this.selected;
    const mark = JSON.stringify([item, chosen]);
    if (row.mark !== mark) { row.mark = mark; this.fill(row, item, chosen); }
    return row;
  }

  fill(row, item, chosen) {
    row.setAttribute('aria-selected', String(chosen));
    row.dataset.state = item.state;
    row.dataset.band = item.p === null ? '' : band(item.p);
    const glyph = element('span', 'glyph', GLYPH[item.state] || '·');
    glyph.title = WORD[item.state] || item.state;
    const name = element('span', 'name');
    name.append(element('span', item.code ? 'code' : 'title', item.title));
    for (const flag of item.flags.filter((f) => f === 'required')) { const star = element('span', 'star', '*'); star.title = flag; name.append(star); }
    name.append(element('span', 'sub', item.sub));
    const note = element('span', item.code ? 'note code' : 'note', item.note);
    note.title = item.note;
    const tail = element('span', 'tail');
    for (const badge of item.badges) { const mark = element('span', `badge ${badge.tone}`, badge.text); mark.title = badge.help || ''; tail.append(mark); }
    if (item.p !== null) {
      const p = element('span', 'p', percent(item.p));
      p.title = `probability ${(item.p * 100).toFixed(1)} %`;
      const bar = element('span', 'meter');
      const part = element('i');
      part.style.width = `${Math.round(item.p * 100)}%`;
      bar.append(part);
      tail.append(bar, p);
    }
    row.replaceChildren(glyph, name, note, tail);
    row.setAttribute('aria-label', `${item.title} ${item.sub}, ${WORD[item.state] || item.state}, ${item.note}${item.p === null ? '' : `, ${percent(item.p)} percent`}`);
  }

  drawChips() {
    const all = this.all();
    const chips = this.data.filters.map((filter) => {
      const chip = element('button', 'chip', filter.label);
      chip.type = 'button';
      chip.append(element('b', '', String(all.filter((item) => this.fits(item, filter)).length)));
      chip.setAttribute('aria-pressed', String(filter.key === this.filter));
      chip.dataset.testid = `chip:${filter.key}`;
      chip.onclick = () => {
        this.filter = filter.key;
        this.chosen = true; // from now on the list stays where the person put it
        const rows = this.shown();
        if (rows.length && !rows.some((item) => item.id === this.selected)) this.select(rows[0].id);
        this.draw();
        this.root.focus({ preventScroll: true });
      };
      return chip;
    });
    const state = JSON.stringify(chips.map((chip) => [chip.textContent, chip.getAttribute('aria-pressed')]));
    if (state !== this.chipState) { this.chipState = state; this.chips.replaceChildren(...chips); }
    const own = all.filter((item) => !item.flags.includes('result'));
    const decided = own.filter((item) => !this.undecided(item)).length;
    this.count.textContent = `${decided} of ${own.length} decided`;
  }

  buttons() {
    const actions = this.data.actions;
    const state = JSON.stringify(actions);
    if (state === this.actionState) return;
    this.actionState = state;
    const made = actions.map((action) => this.button(action.label, action.key, action.kind, () => this.decide(action)));
    made.push(this.button('Skip', 's', 'skip', () => this.move(1)), this.button('Undo', 'u', 'undo', () => this.undo()));
    this.keys.replaceChildren(...made);
  }

  button(label, key, name, act) {
    const made = element('button', `act ${name}`, label);
    made.type = 'button';
    made.append(element('kbd', '', key.toUpperCase()));
    made.dataset.testid = `act:${name}`;
    made.onclick = () => { act(); this.root.focus({ preventScroll: true }); };
    return made;
  }

  status() {
    const waiting = this.outbox.pending;
    this.sync.textContent = waiting ? `● saving ${waiting}` : '✓ saved';
    this.root.dataset.pending = String(waiting);
  }

  // ---------- keys ----------
  onKey(event) {
    event.stopPropagation(); // Streamlit has keys of its own
    if (event.target === this.find) {
      if (event.key === 'Escape') { this.find.value = ''; this.search = ''; this.draw(); this.root.focus(); }
      else if (event.key === 'Enter' || event.key === 'ArrowDown') { this.root.focus(); this.move(0); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.tagName === 'BUTTON' && (event.key === 'Enter' || event.key === ' ')) return;
    const action = this.data.actions.find((candidate) => candidate.key === event.key.toLowerCase());
    const moves = { j: 1, ArrowDown: 1, s: 1, k: -1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6 };
    if (action) this.decide(action);
    else if (event.key in moves) this.move(moves[event.key]);
    else if (event.key === 'u') this.undo();
    else if (event.key === '/') this.find.focus();
    else return;
    event.preventDefault();
  }
}

export default function mount({ data, parentElement, setStateValue }) {
  if (!data) return undefined;
  let queue = HERE.get(parentElement);
  if (!queue || queue.key !== `${data.scope}|${data.client}`) {
    queue?.root.remove();
    const key = `${data.scope}|${data.client}`;
    queue = KEPT.get(key) || new Queue(data);
    clearTimeout(queue.forget);
    KEPT.set(key, queue);
    HERE.set(parentElement, queue);
    parentElement.append(queue.root);
    queue.update(data, setStateValue);
    queue.list.scrollTop = queue.scrolled || 0;
    const active = document.activeElement;
    if (!active || active === document.body) queue.root.focus({ preventScroll: true });
  } else queue.update(data, setStateValue);
  return () => {
    queue.scrolled = queue.list.scrollTop;
    HERE.delete(parentElement);
    queue.forget = setTimeout(() => { if (!queue.root.isConnected) KEPT.delete(queue.key); }, FORGET_MS);
  };
}

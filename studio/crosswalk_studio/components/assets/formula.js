// A formula field that tells the server what stands in it while it is being written.
//
// The draft goes out 300 ms after the last key (and at once when the field is left), one message in flight.
// Faults come back as columns and are marked under the text itself.
import { element, isDark } from './shade.js';

const HERE = new Map();
const PAUSE_MS = 300;
const GIVE_UP_MS = 4000;

class Formula {
  constructor() {
    this.root = element('div', 'formula');
    const stack = element('div', 'stack');
    this.marks = element('pre', 'marks');
    this.marks.setAttribute('aria-hidden', 'true');
    this.text = element('textarea', 'text');
    this.text.spellcheck = false;
    this.text.autocomplete = 'off';
    this.text.rows = 2;
    this.text.dataset.testid = 'formula';
    stack.append(this.marks, this.text);
    this.faults = element('div', 'faults');
    this.faults.setAttribute('role', 'status');
    this.faults.id = `faults-${Math.random().toString(36).slice(2)}`;
    this.text.setAttribute('aria-describedby', this.faults.id);
    this.root.append(stack, this.faults);
    this.text.addEventListener('input', () => { this.grow(); this.mark([]); this.later(PAUSE_MS); });
    this.text.addEventListener('blur', () => this.send());
    this.text.addEventListener('scroll', () => { this.marks.scrollTop = this.text.scrollTop; });
    this.text.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.save(); }
      if (event.key === 'Escape') { this.text.value = this.given; this.grow(); this.send(); }
    });
  }

  update(data, setState, setTrigger) {
    this.setState = setState;
    this.setTrigger = setTrigger;
    this.root.dataset.dark = isDark(this.root) ? '1' : '0';
    this.text.setAttribute('aria-label', data.label);
    this.text.placeholder = data.placeholder;
    if (this.turn !== data.turn) {
      this.turn = data.turn;
      this.given = data.text;
      this.text.value = data.draft ?? data.text;
      this.sent = this.text.value;
    }
    if (data.echo === this.sent) this.flight = 0;
    this.grow();
    if (data.echo === this.text.value || data.echo === null) { this.mark(data.problems); this.say(data.problems); }
    if (this.text.value !== this.sent) this.later(0);
    this.root.dataset.ready = data.turn;
    this.root.dataset.echo = data.echo ?? '';
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  send() {
    clearTimeout(this.timer);
    if (this.text.value === this.sent || !this.setState) return;
    if (this.flight && performance.now() - this.flight < GIVE_UP_MS) { this.later(PAUSE_MS); return; }
    this.flight = performance.now();
    this.sent = this.text.value;
    this.setState('draft', { turn: this.turn, text: this.sent });
  }

  save() {
    this.sent = this.text.value;
    this.flight = 0;
    this.setTrigger('save', { turn: this.turn, text: this.text.value });
  }

  grow() {
    this.text.style.height = 'auto';
    this.text.style.height = `${Math.min(260, Math.max(58, this.text.scrollHeight + 2))}px`;
  }

  mark(problems) {
    const text = this.text.value;
    const parts = [];
    let at = 0;
    for (const problem of [...problems].sort((a, b) => a.start - b.start)) {
      const start = Math.max(at, problem.start - 1);
      const end = Math.max(start, Math.min(text.length, problem.end));
      parts.push(document.createTextNode(text.slice(at, start)), element('mark', '', text.slice(start, end) || ' '));
      at = end;
    }
    parts.push(document.createTextNode(`${text.slice(at)}\n`));
    this.marks.replaceChildren(...parts);
  }

  say(problems) {
    this.faults.replaceChildren(...problems.map((problem) => {
      const line = element('div', 'fault');
      line.append(element('span', 'where', `✕ ${problem.start}–${problem.end}`), element('span', '', problem.message));
      if (problem.suggestion) line.append(element('span', 'hint', problem.suggestion));
      return line;
    }));
  }
}

export default function mount({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!data) return undefined;
  let field = HERE.get(parentElement);
  if (!field) {
    field = new Formula();
    HERE.set(parentElement, field);
    parentElement.append(field.root);
  }
  field.update(data, setStateValue, setTriggerValue);
  return () => { clearTimeout(field.timer); HERE.delete(parentElement); };
}

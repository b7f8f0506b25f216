// Operations on their way to the server: append-only, one batch in flight, the next only after its echo.
//
// A request that reaches Streamlit while a script runs interrupts that run, so a burst of keys sent one by one
// would lose answers. Here keys only append; whoever is in flight takes everything that has gathered since.
// Every operation has an id for ever, so sending it twice is harmless, and a reload sends what was not yet
// acknowledged again.

export const GIVE_UP_MS = 4000;
export const GATHER_MS = 15;

export class Outbox {
  /**
   * @param {object} door
   * @param {string} door.client    who sends, new for every page load
   * @param {(batch: object) => void} door.post   hands a batch to the server
   * @param {Storage|null} door.storage   keeps what is not acknowledged across a reload
   * @param {string} door.scope     the storage's key
   * @param {() => number} [door.now]
   * @param {(fn: () => void, ms: number) => any} [door.later]
   */
  constructor({ client, post, storage, scope, now = () => performance.now(), later = (act, ms) => setTimeout(act, ms) }) {
    Object.assign(this, { client, post, storage, scope, now, later });
    this.ops = [];
    this.note = {};
    this.nonce = 0;
    this.echoed = 0;
    this.seq = 0;
    this.sentAt = -Infinity;
    this.timer = false;
    for (const op of this.stored()) this.ops.push({ ...op, seq: ++this.seq });
  }

  /** Append one operation; it is kept until the server has acknowledged it. */
  add(op) {
    const full = { ...op, seq: ++this.seq, id: `${this.client}-${this.seq}` };
    this.ops.push(full);
    this.store();
    this.wake();
    return full;
  }

  /** What the server should know besides operations (the selected row); only the last value counts. */
  tell(note) {
    this.note = { ...this.note, ...note };
    this.dirty = true;
    this.wake();
  }

  get pending() {
    return this.ops.length;
  }

  get busy() {
    return this.nonce > this.echoed && this.now() - this.sentAt < GIVE_UP_MS;
  }

  wake() {
    if (this.timer || this.busy) return;
    this.timer = true;
    this.later(() => {
      this.timer = false;
      this.flush();
    }, GATHER_MS);
  }

  flush() {
    if (this.busy || (!this.ops.length && !this.dirty)) return;
    this.nonce += 1;
    this.sentAt = this.now();
    this.dirty = false;
    this.post({ client: this.client, nonce: this.nonce, ops: [...this.ops], ...this.note });
    const nonce = this.nonce;
    this.later(() => {
      if (this.echoed < nonce) this.dirty = true;
      this.wake();
    }, GIVE_UP_MS + 50);
  }

  /** The server's answer: batch `nonce` arrived, operations up to `seq` are settled. Gives the settled ones. */
  settle(nonce, seq) {
    this.echoed = Math.max(this.echoed, nonce);
    const settled = this.ops.filter((op) => op.seq <= seq);
    this.ops = this.ops.filter((op) => op.seq > seq);
    if (settled.length) this.store();
    if (this.ops.length || this.dirty) this.wake();
    return settled;
  }

  store() {
    if (!this.storage) return;
    try {
      if (this.ops.length) this.storage.setItem(this.scope, JSON.stringify(this.ops));
      else this.storage.removeItem(this.scope);
    } catch {
      // Storage is full or forbidden: the decisions are still in memory and on their way.
    }
  }

  stored() {
    try {
      const ops = JSON.parse(this.storage?.getItem(this.scope) ?? '[]');
      return Array.isArray(ops) ? ops.filter((op) => op && typeof op.id === 'string') : [];
    } catch {
      return [];
    }
  }
}

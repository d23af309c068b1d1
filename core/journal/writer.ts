// The writer thread: the one owner of a workspace's database and segments; everything is written and read here.
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Batches, type Told, toldOf } from './batches.ts';
import type { Database } from './database.ts';
import { describe, leaveFolder, openFolder, paths } from './folder.ts';
import { Groups, type Outcome } from './groups.ts';
import type { Envelope } from './journal.ts';
import {
  type AskName,
  type Asks,
  MORE,
  type Question,
  record,
  type Revisions,
  type Said,
  type WorkspaceRefusal,
  type WriterStart,
} from './protocol.ts';
import { failureOf, Messages } from './receiving.ts';
import { RingOut } from './ring.ts';
import { Segments } from './segments.ts';
import { type Commit, Store } from './store.ts';

/** Events waiting in memory are written when they are more than this, characters. */
const MANY = 8_000_000;
/** The database follows when it is behind by this much and nobody waits, characters: 300 messages at once cost a fifth of 20. */
const BEHIND = 2_000_000;
/** Pieces folded at a time while nobody waits. */
const FOLDED = 50;
/** How long a group waits for messages that are nearly there: rounds of so many ms each. */
const ROUNDS = 2;
const ROUND = 0.25;
/** How long a group waits, without being woken, when it is smaller than the last one, ms: about as long as a sync takes. */
const REST = 0.4;
/** After the disk has refused something, the next try comes at the latest after this long, ms. */
const AGAIN = 1000;

const { folder, ring: memory, keep, port } = workerData as WriterStart & { port: MessagePort };
const ring = new RingOut(memory);
const say = (said: Said, transfer: ArrayBuffer[] = []) => port.postMessage(said, transfer);

const opened = openFolder(folder);
if ('refusal' in opened) say({ said: 'refused', refusal: opened.refusal });
else {
  const { database } = opened;
  const begun = begin(database);
  if ('store' in begun) work(database, begun);
  else {
    database.close();
    say({ said: 'refused', refusal: begun.refusal });
  }
}

interface Begun {
  readonly segments: Segments;
  readonly messages: Messages;
  readonly store: Store;
  readonly groups: Groups;
  readonly problems: readonly string[];
}

function begin(db: Database): Begun | { readonly refusal: WorkspaceRefusal } {
  try {
    // The log is replayed before the segments are opened: they are cut off where the database says their messages end.
    const segments = new Segments(paths(folder).mail);
    const messages = new Messages(segments, (octets) => ring.settle(octets));
    const store = new Store({ db, segments, keep });
    const sequence = db.readNumber('redone', 0);
    const groups = new Groups({ store, segments, messages, file: paths(folder).redo, sequence });
    const problems = segments.open(db.extents());
    store.endWhatACrashLeftOpen();
    groups.settle(true);
    return { segments, messages, store, groups, problems };
  } catch (error) {
    return { refusal: describe(folder, error) };
  }
}

function work(db: Database, { segments, messages, store, groups, problems }: Begun): void {
  const parts = new Map<number, Buffer[]>();
  const questions: Question[] = [];
  const batches = new Batches();
  const promises = new Map<number, Told>();
  let commits: Commit[] = [];
  let lately = 0;
  let syncDue = false;
  let pruning = true;
  let closed = false;
  let told: Revisions = { sessions: -1, messages: -1 };
  let problem = '';
  const nothing: Outcome = { stored: [], failed: [] };

  say({ said: 'opened', next: store.next, revisions: store.revisions, problems });

  const take = (type: number, a: number, b: number, bytes: Buffer): void => {
    if (type & MORE) {
      const before = parts.get(type & ~MORE) ?? [];
      parts.set(type & ~MORE, [...before, Buffer.from(bytes)]);
      return;
    }
    const before = parts.get(type);
    if (before === undefined) return act(type, a, b, bytes);
    parts.delete(type);
    act(type, a, b, Buffer.concat([...before, bytes]));
  };

  const kept = (message: number): Told | undefined => {
    const promise = promises.get(message);
    promises.delete(message);
    return promise;
  };

  const act = (type: number, a: number, b: number, bytes: Buffer): void => {
    switch (type) {
      case record.chunk:
        return messages.chunk(a, bytes);
      case record.events:
        return groups.take(type, a, batches.read(b, bytes.toString()));
      case record.end:
      case record.run:
        return groups.take(type, a, toldOf(b, bytes.toString()));
      case record.know:
        return batches.know(a, bytes.toString());
      case record.forget:
        return batches.forget();
      case record.commit:
        return void commits.push({
          number: a,
          session: b,
          envelope: JSON.parse(bytes.toString()) as Envelope,
          promise: kept(a),
        });
      case record.promise:
        return void promises.set(a, batches.read(b, bytes.toString()));
      case record.abort:
        return messages.forget(messages.take(a));
      case record.sync:
        syncDue = true;
        pruning = true;
        return;
      default:
        throw new Error(`unknown record ${type}`);
    }
  };

  /** Messages still coming in are likely to want their 250 in a moment: one sync serves them all. */
  const gather = (): void => {
    if (commits.length < lately) {
      ring.rest(REST);
      ring.drain(take);
    }
    lately = commits.length;
    let most = ROUNDS;
    while (most > 0 && messages.underWay > commits.length) {
      ring.sleep(() => !ring.empty, ROUND);
      if (ring.drain(take) === 0) most -= 1;
    }
  };

  const commit = (): Outcome => {
    const outcome = groups.commit(commits);
    commits = [];
    if (outcome.stored.length > 0) complain('');
    return outcome;
  };

  /** Brings the database up to date; what it refuses waits in memory. */
  const settle = (durable: boolean): void => {
    try {
      groups.settle(durable);
      complain('');
    } catch (error) {
      const { code, message } = failureOf(error);
      const lost = groups.giveUp() ? '; the oldest are lost' : '';
      complain(`sessions cannot be recorded: ${code}: ${message}; they are kept in memory and tried again${lost}`);
    }
  };

  const complain = (now: string): void => {
    if (now === problem) return;
    problem = now;
    say({ said: 'problem', problem });
  };

  const tell = ({ stored, failed }: Outcome): void => {
    const revisions = store.revisions;
    const grown = revisions.sessions !== told.sessions || revisions.messages !== told.messages;
    const room = ring.wanted();
    if (!grown && !room && stored.length === 0 && failed.length === 0) return;
    told = revisions;
    say({ said: 'news', stored, failed, room, ...(grown ? { revisions } : {}) });
  };

  const answers: { readonly [K in AskName]: (input: Asks[K]['in']) => Asks[K]['out'] } = {
    sessions: (page) => store.sessions(page),
    events: ({ session, after }) => store.eventsOf(session, after),
    messages: (page) => store.messages(page),
    message: (number) => store.message(number),
    clear: (kind) => groups.clear(kind),
    retain: (kept) => {
      store.retain(kept);
      pruning = true;
      return null;
    },
    read: (key) => db.read(`person.${key}`),
    write: ({ key, value }) => {
      db.transaction(() => db.write(`person.${key}`, value));
      return null;
    },
    users: () => db.users(),
    saveUsers: (users) => {
      db.saveUsers(users);
      return null;
    },
    runs: (most) => db.runs(most),
    saveRun: (run) => {
      db.transaction(() => db.saveRun(run));
      return null;
    },
    close: (next) => {
      closed = true;
      groups.settle(true);
      segments.sync();
      store.close(next);
      segments.close();
      leaveFolder(folder, db);
      groups.close();
      return null;
    },
  };

  const answer = ({ id, ask, input }: Question): void => {
    try {
      const output = (answers[ask] as (input: unknown) => unknown)(input);
      const bytes = ask === 'message' ? (output as Asks['message']['out'])?.bytes.buffer : undefined;
      say({ said: 'answer', id, output }, bytes instanceof ArrayBuffer ? [bytes] : []);
    } catch (error) {
      say({ said: 'failure', id, failure: failureOf(error) });
    }
  };

  const listen = (): boolean => {
    for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port))
      questions.push(got.message as Question);
    return questions.length > 0;
  };

  while (!closed) {
    // Questions first, then the ring: what was recorded before a question was asked is part of its answer.
    listen();
    const asked = questions.splice(0);
    ring.drain(take);
    if (commits.length > 0) gather();
    tell(commits.length > 0 ? commit() : nothing);
    if (syncDue && groups.isDirty) settle(true);
    else if (groups.waiting > (ring.empty ? BEHIND : MANY) || (asked.length > 0 && groups.isBehind)) settle(false);
    if (asked.length > 0) groups.fold();
    syncDue = false;
    tell(nothing);
    for (const question of asked) answer(question);
    if (closed) break;
    if (pruning) {
      pruning = prune();
      // What is removed is used again once nobody can come back for it.
      if (!pruning && groups.isDirty) syncDue = true;
      continue;
    }
    if (asked.length > 0 || syncDue) continue;
    // Between two groups there is time to prepare what the database will be told.
    if (ring.empty && groups.fold(FOLDED)) continue;
    // What the disk refused is tried again even when nothing else happens.
    const isOver = ring.sleep(() => !ring.empty || ring.isWanted || listen(), problem === '' ? undefined : AGAIN);
    if (isOver) syncDue = true;
  }
  port.close();

  function prune(): boolean {
    try {
      return store.prune();
    } catch (error) {
      complain(`what is over the number kept cannot be removed: ${failureOf(error).message}`);
      return false;
    }
  }
}

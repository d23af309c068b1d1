// The state of the window without a window: lists that grow, a link that breaks, transcripts that follow.
import { expect, test, vi } from 'vitest';
import type { Changed, Output } from '../../core/contract/calls.ts';
import { memoryPorts, type Port } from '../../core/contract/port.ts';
import { type Handlers, HostError, serve } from '../../core/contract/rpc.ts';
import { emptyRow, type SessionRow } from '../../core/contract/summary.ts';
import { emptyRows, onlyRows, withPage } from '../../renderer/state/liveRows.ts';
import { createWorkbench } from '../../renderer/state/workbench.ts';
import { ground, until } from '../smtp/playground.ts';

const row = (id: string, started: number, part: Partial<SessionRow> = {}): SessionRow => ({
  ...emptyRow(id),
  started,
  ...part,
});
const time = (one: SessionRow) => one.started;
const ids = (list: { rows: readonly SessionRow[] }) => list.rows.map(({ id }) => id);

test('rows stand newest first, keep their place when they change, and go when they are removed', () => {
  const first = withPage(emptyRows<SessionRow>(), { rows: [row('a', 1), row('b', 2), row('c', 2)], removed: [] }, time);
  expect(ids(first)).toEqual(['c', 'b', 'a']);
  const second = withPage(
    first,
    { rows: [row('b', 2, { commands: 7 }), row('d', 1.5), row('e', 9)], removed: ['c'] },
    time,
  );
  expect(ids(second)).toEqual(['e', 'b', 'd', 'a']);
  expect(second.byId.get('b')?.commands).toBe(7);
  expect(second.rows[1]).toBe(second.byId.get('b'));
  expect(withPage(second, { rows: [], removed: [] }, time)).toBe(second);
  expect(ids(onlyRows(second, new Set(['a', 'e'])))).toEqual(['e', 'a']);
});

test('a page of ten thousand rows into a list of ten thousand stays in order', () => {
  const some = Array.from({ length: 10_000 }, (_, index) => row(`a${index}`, index * 2));
  const more = Array.from({ length: 10_000 }, (_, index) => row(`b${index}`, index * 2 + 1));
  const list = withPage(
    withPage(emptyRows<SessionRow>(), { rows: some, removed: [] }, time),
    { rows: more, removed: [] },
    time,
  );
  expect(list.rows.map(time)).toEqual(Array.from({ length: 20_000 }, (_, index) => 19_999 - index));
});

/** A host in memory whose sessions come from a real receiver. */
async function pretend() {
  const played = await ground();
  const rows: { row: SessionRow; revision: number }[] = [];
  let revision = 1;
  let cleared = 0;
  const asked: string[] = [];
  const handlers = {
    'workbench.info': () => ({ version: '1', workspace: 'w', path: '/w', host: 'memory', notes: [], problems: [] }),
    'receiver.state': () => played.receiver.state(),
    'settings.get': () => ({ yaml: '', settings: played.settings, revision: 1, readOnly: false }),
    'sessions.list': ({ after, limit }) => {
      asked.push(`sessions after ${after}`);
      const found = rows.filter((one) => one.revision > after).slice(0, limit);
      const upTo = found.length < limit ? revision : (found.at(-1)?.revision ?? after);
      return { revision: upTo, rows: found.map((one) => one.row), removed: [], total: rows.length, cleared };
    },
    'sessions.events': ({ session, after }) => {
      const found = played.journal.sessions.find(({ id }) => id === session);
      if (!found) throw new HostError('not-found', `there is no session ${session}`);
      return { events: found.events.filter(({ n }) => n > after), done: found.ended };
    },
    'messages.list': () => ({ revision: 1, rows: [], removed: [], total: 0, cleared: 0 }),
    'log.tail': ({ after }) => ({ revision: after + 1, lines: [`line ${after + 1}`] }),
    'scenarios.state': () => ({ results: [] }),
  } as Partial<Handlers> as Handlers;
  let served: ReturnType<typeof serve> | undefined;
  let hostEnd: Port | undefined;
  const changes: Changed = { sessions: 0, messages: 0, receiver: 0, settings: 0, scenarios: 0, log: 0 };
  return {
    played,
    asked,
    dial: () => {
      const [here, there] = memoryPorts();
      hostEnd = there;
      served = serve(there, handlers, () => undefined);
      return Promise.resolve(here);
    },
    add: (...added: SessionRow[]) => {
      for (const one of added) rows.push({ row: one, revision: ++revision });
    },
    clear: () => {
      rows.length = 0;
      cleared = ++revision;
    },
    ring: () => served?.changed({ ...changes, sessions: revision }),
    hangUp: () => hostEnd?.close(),
    close: () => played.close(),
  };
}

test('what changed is pulled after the revision held, a cleared list is dropped, a lost link is made again', async () => {
  const host = await pretend();
  const client = createWorkbench();
  const state = () => client.store.getState();
  host.add(...Array.from({ length: 1500 }, (_, index) => row(`r${index}`, index)));
  client.start(host.dial);
  await until(() => state().sessions.isLoaded);
  expect(state().sessions.rows.length).toBe(1500);
  expect(host.asked).toEqual(['sessions after 0', 'sessions after 1001']);

  host.add(row('new', 9999));
  host.ring();
  await until(() => state().sessions.rows.length === 1501);
  expect(state().sessions.rows[0]?.id).toBe('new');
  expect(host.asked.at(-1)).toBe('sessions after 1501');

  host.clear();
  host.add(row('after', 10_000));
  host.ring();
  await until(() => state().sessions.rows.length === 1);
  expect(ids(state().sessions)).toEqual(['after']);

  const seen: string[] = [];
  const stop = client.store.subscribe(({ link }) => link.state !== seen.at(-1) && seen.push(link.state));
  host.clear();
  host.add(row('later', 10_001));
  host.hangUp();
  await until(() => state().link.state === 'lost');
  client.retry();
  await until(() => ids(state().sessions).includes('later') && !ids(state().sessions).includes('after'));
  stop();
  expect(seen).toEqual(['lost', 'open']);
  client.stop();
  await host.close();
});

test('the open session is read to its end while it goes on', async () => {
  const host = await pretend();
  const client = createWorkbench();
  const opened = () => client.store.getState().open;
  client.start(host.dial);
  await until(() => client.store.getState().sessions.isLoaded);
  const smtp = await host.played.connect();
  await smtp.hello();
  const session = () => host.played.journal.sessions[0]?.row as SessionRow;
  host.add(session());
  host.ring();
  await until(() => client.store.getState().sessions.rows.length === 1);
  client.openSession(session().id);
  await until(() => opened().events.some((event) => event.kind === 'line'));
  expect(opened().isDone).toBe(false);

  await smtp.ask('QUIT');
  await until(() => host.played.journal.sessions[0]?.ended === true);
  host.add(session());
  host.ring();
  await until(() => opened().isDone);
  expect(opened().events).toEqual(host.played.journal.sessions[0]?.events);
  expect(opened().items.at(-1)?.kind).toBe('close');

  client.openSession('none');
  await until(() => opened().error !== undefined);
  expect(opened()).toMatchObject({ id: 'none', error: 'there is no session none' });
  client.stop();
  await host.close();
});

test('a host that does not answer is asked again, at growing distances, and says why', async () => {
  vi.useFakeTimers();
  const client = createWorkbench();
  let dials = 0;
  client.start(() => {
    dials += 1;
    return Promise.reject(new Error('nobody there'));
  });
  await vi.advanceTimersByTimeAsync(250 + 500 + 1000);
  expect(dials).toBe(4);
  expect(client.store.getState().link).toMatchObject({ state: 'lost', error: 'nobody there', attempt: 4 });
  client.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(dials).toBe(4);
  vi.useRealTimers();
});

test('a call without a connection is refused in words', async () => {
  const client = createWorkbench();
  const call: Promise<Output<'receiver.stop'>> = client.call('receiver.stop', {});
  await expect(call).rejects.toMatchObject({ code: 'closed' });
});

// What whoever starts the workbench is told of its listeners beside where they are, and how it ends.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { ListenerState } from '../../core/contract/calls.ts';
import { listenerWarnings } from '../../core/host/hosting.ts';
import { serveFresh } from './served.ts';

const listening: ListenerState = {
  name: 'mx',
  role: 'mx',
  production: '0.0.0.0:25',
  bound: '127.0.0.1:2525',
  wanted: '127.0.0.1:2525',
  state: 'listening',
  tls: 'starttls',
  loopback: true,
  ehlo: {},
  openSessions: 0,
};

test('a listener that others can reach, or whose certificate is not well, is told about', () => {
  expect(listenerWarnings(listening)).toEqual([]);
  expect(listenerWarnings({ ...listening, loopback: false, bound: '0.0.0.0:2525', error: 'it has expired' })).toEqual([
    'mx: it has expired',
    'mx: other machines can reach 0.0.0.0:2525; a lab address of 127.0.0.1 or [::1] is for this one only',
  ]);
  expect(listenerWarnings({ ...listening, state: 'failed', error: 'EACCES: ...' })).toEqual([]);
});

test('whoever is told to end twice at once, as in a group of processes, still ends in order', async () => {
  const served = await serveFresh();
  const ended = once(served.child, 'exit');
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) served.child.kill(signal);
  expect(await ended).toEqual([0, null]);
  await served.stop();
});

// The one list of commands, and the port a desktop window is handed.
import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import {
  type Command,
  commandIds,
  commandOf,
  commands,
  isPressed,
  keysOf,
  runCommand,
  useDeeds,
} from '../../renderer/state/commands.ts';
import { overMessagePort } from '../../renderer/state/messagePort.ts';
import { until } from '../smtp/playground.ts';

const press = (
  key: string,
  part: { ctrlKey?: boolean; shiftKey?: boolean; metaKey?: boolean; altKey?: boolean } = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...part,
});

afterEach(() => useDeeds.setState({}, true));

test('a shortcut is told by its keys, on keyboards of any layout', () => {
  expect(isPressed('Ctrl+K', press('k', { ctrlKey: true }))).toBe(true);
  expect(isPressed('Ctrl+K', press('k', { metaKey: true }))).toBe(true);
  expect(isPressed('Ctrl+K', press('k'))).toBe(false);
  expect(isPressed('Ctrl+Enter', press('Enter', { ctrlKey: true, shiftKey: true }))).toBe(false);
  expect(isPressed('?', press('?', { shiftKey: true }))).toBe(true);
  expect(isPressed('/', press('/', { shiftKey: true }))).toBe(true);
  expect(isPressed('t', press('T', { shiftKey: true }))).toBe(false);
  expect(isPressed('Shift+F6', press('F6', { shiftKey: true }))).toBe(true);
  expect(isPressed('F6', press('F6', { shiftKey: true }))).toBe(false);
});

test('only what is lent is done, and plain keys are typed where text is typed', () => {
  const done: string[] = [];
  expect(commandOf(press('t'), false)).toBeUndefined();
  useDeeds.setState({ 'sessions.test': () => done.push('test'), palette: () => done.push('palette') });
  expect(commandOf(press('t'), false)).toBe('sessions.test');
  expect(commandOf(press('t'), true)).toBeUndefined();
  expect(commandOf(press('k', { ctrlKey: true }), true)).toBe('palette');
  runCommand('palette');
  runCommand('messages.save');
  expect(done).toEqual(['palette']);
});

test('no two commands of one group, nor any two that are there in every view, share their keys', () => {
  const everywhere = new Set(['Go', 'Window']);
  const clashes = commandIds.flatMap((id, index) =>
    commandIds.slice(index + 1).flatMap((other) => {
      const [a, b] = [commands[id] as Command, commands[other] as Command];
      const meet = a.group === b.group || everywhere.has(a.group) || everywhere.has(b.group);
      return meet && keysOf(id) !== undefined && keysOf(id) === keysOf(other) ? [`${id} ${other}`] : [];
    }),
  );
  expect(clashes).toEqual([]);
});

test('a MessagePort carries frames both ways, early ones too, and tells when it is closed', async () => {
  const { port1, port2 } = new MessageChannel();
  const here = overMessagePort(port1 as unknown as MessagePort);
  const heard: number[][] = [];
  port2.postMessage(Uint8Array.from([1, 2]));
  port2.postMessage('no frame');
  here.onFrame((frame) => heard.push([...frame]));
  const there: number[][] = [];
  port2.on('message', (frame: Uint8Array) => there.push([...frame]));
  here.send(Uint8Array.from([3]));
  await until(() => heard.length === 1 && there.length === 1);
  expect([heard, there]).toEqual([[[1, 2]], [[3]]]);
  let isClosed = false;
  here.onClose(() => (isClosed = true));
  port2.close();
  await until(() => isClosed);
});

// Segments: files of removed messages are used again, and what stood in them is never taken for mail.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../core/journal/database.ts';
import { type Extent, Segments } from '../../core/journal/segments.ts';
import { Store } from '../../core/journal/store.ts';
import { envelope, newFolder } from './workspaces.ts';

const MB = 1024 * 1024;
const filled = (byte: number, octets: number) => Buffer.alloc(octets, byte);
const names = (folder: string) => readdirSync(folder).sort();

/** Segments with one that is full of ones and one begun with twos. */
function twoSegments(): { folder: string; segments: Segments; ones: Extent[]; twos: Extent[] } {
  const folder = newFolder();
  const segments = new Segments(folder);
  expect(segments.open([])).toEqual([]);
  const ones = segments.append([filled(1, 64 * MB)]);
  const twos = segments.append([filled(2, 1000)]);
  expect(names(folder)).toEqual(['00000001.mail', '00000002.mail']);
  return { folder, segments, ones, twos };
}

test('a full segment nobody holds is written anew in place, under the next number', () => {
  const { folder, segments, ones, twos } = twoSegments();
  const inode = statSync(join(folder, '00000001.mail')).ino;
  segments.release(ones);
  expect(names(folder)).toEqual(['00000001.spare', '00000002.mail']);
  const more = segments.append([filled(3, 64 * MB)]);
  const next = segments.append([filled(4, 500), filled(5, 7)]);
  expect(next).toEqual([
    [3, 0, 500],
    [3, 500, 7],
  ]);
  const file = join(folder, '00000003.mail');
  expect(statSync(file).ino).toBe(inode);
  segments.sync();
  // What stood there before is behind the end, until the segment is left.
  expect(statSync(file).size).toBe(64 * MB);
  expect(segments.read(next)).toEqual(new Uint8Array([...filled(4, 500), ...filled(5, 7)]));
  expect(segments.read(twos)).toEqual(new Uint8Array(filled(2, 1000)));
  segments.close();
  expect(names(folder)).toEqual(['00000002.mail', '00000003.mail']);
  expect(readFileSync(file).equals(Buffer.concat([filled(4, 500), filled(5, 7)]))).toBe(true);
  const again = new Segments(folder);
  expect(again.open([more, twos, next])).toEqual([]);
  expect(again.read(next).length).toBe(507);
  again.close();
});

test('killed while it writes over an old file: the rest of the old one is cut off, spare files are gone', () => {
  const { folder, segments, ones, twos } = twoSegments();
  segments.release(ones);
  const more = segments.append([filled(3, 64 * MB)]);
  const next = segments.append([filled(4, 500)]);
  segments.append([filled(6, 900)]);
  segments.sync();
  // Nobody closed them: another process finds this.
  writeFileSync(join(folder, '00000009.spare'), 'left over');
  const again = new Segments(folder);
  expect(again.open([twos, more, next])).toEqual([]);
  expect(names(folder)).toEqual(['00000002.mail', '00000003.mail']);
  expect(statSync(join(folder, '00000003.mail')).size).toBe(500);
  expect(again.append([filled(7, 20)])).toEqual([[3, 500, 20]]);
  again.close();
  segments.close();
});

test('what was removed can be made to go at once', () => {
  const { folder, segments, ones, twos } = twoSegments();
  segments.release(ones);
  segments.append([filled(3, 64 * MB)]);
  segments.append([filled(4, 500)]);
  segments.release(twos);
  segments.forgetSpare();
  expect(names(folder).filter((name) => name.endsWith('.spare'))).toEqual([]);
  expect(statSync(join(folder, '00000003.mail')).size).toBe(500);
  segments.close();
});

test('no more than two files wait, and one that was never full does not', () => {
  const folder = newFolder();
  const segments = new Segments(folder);
  segments.open([]);
  const all = [1, 2, 3, 4].map((byte) => segments.append([filled(byte, 64 * MB)]));
  const last = segments.append([filled(5, 100)]);
  for (const extents of all) segments.release(extents);
  expect(names(folder)).toEqual(['00000001.spare', '00000002.spare', '00000005.mail']);
  segments.release(last);
  expect(names(folder).filter((name) => name.endsWith('.mail'))).toEqual(['00000006.mail']);
  expect(existsSync(join(folder, '00000005.spare'))).toBe(false);
  segments.close();
  expect(names(folder)).toEqual(['00000006.mail']);
});

test('the room of a removed message is used again only once its removal is on disk', () => {
  const folder = newFolder();
  mkdirSync(folder);
  const db = new Database(join(folder, 'workspace.sqlite'), true);
  const mail = join(folder, 'mail');
  const segments = new Segments(mail);
  segments.open([]);
  const store = new Store({ db, segments, keep: { sessions: 0, messages: 1 } });
  const kept = [1, 2].map((byte) => {
    const extents = segments.append([filled(byte, 64 * MB)]);
    const commit = { number: byte, session: 1, envelope, promise: undefined };
    return { commit, size: 64 * MB, extents, revision: store.grown('messages') };
  });
  store.write(kept, { sequence: 1, durable: true });
  expect(store.isDirty).toBe(false);
  expect(store.prune()).toBe(false);
  expect(db.message(1)).toBeUndefined();
  // A crash could bring the row back, so its bytes must be there.
  expect(names(mail)).toEqual(['00000001.mail', '00000002.mail']);
  store.write([], { sequence: 1, durable: false });
  expect(names(mail)).toEqual(['00000001.mail', '00000002.mail']);
  expect(store.isDirty).toBe(true);
  store.write([], { sequence: 1, durable: true });
  expect(names(mail)).toEqual(['00000001.spare', '00000002.mail']);
  expect(store.isDirty).toBe(false);
  expect(store.message(2)?.bytes.length).toBe(64 * MB);
  segments.close();
  db.close();
});

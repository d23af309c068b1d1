// The lists windows follow: removals are told one by one, until they are too many and every window starts anew.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../core/journal/database.ts';
import { Lists } from '../../core/journal/lists.ts';
import { newFolder } from './workspaces.ts';

function filled(): { db: Database; lists: Lists } {
  const folder = newFolder();
  mkdirSync(folder);
  const db = new Database(join(folder, 'workspace.sqlite'), true);
  for (let number = 1; number <= 6; number += 1)
    db.saveSession({ number, revision: number, ended: true, row: JSON.stringify({ number }) });
  return { db, lists: new Lists(db) };
}

const pageOf = ({ db, lists }: { db: Database; lists: Lists }, after: number, limit = 100) => {
  const { rows, last } = db.page('sessions', { after, limit }, () => false);
  return lists.page('sessions', { after, limit }, { rows, revision: last ?? lists.revision.sessions });
};

test('a window that follows hears what was removed, one that starts does not', () => {
  const it = filled();
  it.lists.remove('sessions', [1, 2]);
  const revision = it.lists.revision.sessions;
  expect(pageOf(it, 6)).toEqual({ rows: [], removed: ['00000001', '00000002'], revision, total: 4, cleared: 0 });
  expect(pageOf(it, 0)).toMatchObject({ removed: [], total: 4, revision });
  expect(pageOf(it, revision)).toMatchObject({ rows: [], removed: [] });
  it.db.close();
});

test('after too many removals older lists are void and every row comes again, page by page', () => {
  const it = filled();
  it.lists.remove('sessions', [1, 2]);
  expect(it.lists.forget('sessions', 2)).toBe(0);
  const before = it.lists.revision.sessions;
  expect(it.lists.forget('sessions', 1)).toBe(before - 2);
  const first = pageOf(it, before, 3);
  expect(first).toMatchObject({
    removed: [],
    total: 4,
    cleared: before,
    rows: [3, 4, 5].map((number) => JSON.stringify({ number })),
  });
  const second = pageOf(it, first.revision, 3);
  expect(second.rows).toEqual([JSON.stringify({ number: 6 })]);
  expect(pageOf(it, second.revision, 3)).toMatchObject({ rows: [], revision: second.revision });
  expect(it.db.notes('sessions')).toBe(0);
  expect(new Lists(it.db).revision.sessions).toBeGreaterThan(it.lists.revision.sessions);
  it.db.close();
});

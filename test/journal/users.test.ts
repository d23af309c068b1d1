// Users in the workspace: a password that was changed or removed is in no file any more, open or closed.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, opened } from './workspaces.ts';

/** Which of the words stand in a file of the folder. */
function found(folder: string, ...words: readonly string[]): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const texts = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1'));
  return words.filter((word) => texts.some((text) => text.includes(word)));
}

test('a password that is nobody’s any more is overwritten', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  const users = (...secrets: string[]) => secrets.map((secret, index) => ({ name: `user${index}`, secret }));
  await workspace.saveUsers(users('first-password', 'second-password', 'x'.repeat(20_000)));
  expect(found(folder, 'first-password', 'second-password')).toEqual(['first-password', 'second-password']);
  await workspace.saveUsers(users('third-password'));
  expect(found(folder, 'first-password', 'second-password', 'third-password', 'xxxx')).toEqual(['third-password']);
  await workspace.saveUsers([]);
  await workspace.close();
  expect(found(folder, 'first-password', 'second-password', 'third-password')).toEqual([]);
});

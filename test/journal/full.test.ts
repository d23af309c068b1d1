// A disk without room for the database: events wait in memory, a problem is told, and nothing is missing when there is room again.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, opened } from './workspaces.ts';

// util-linux, which every Linux has: the limit on the size of files is what the disk's end is elsewhere.
test.skipIf(process.platform !== 'linux')('events the disk refuses are kept and written when it has room', async () => {
  const folder = newFolder();
  const child = spawn(
    'sh',
    ['-c', 'ulimit -S -f 3000; exec "$0" "$@"', process.execPath, join(import.meta.dirname, 'full.child.ts'), folder],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const said: string[] = [];
  let recorded: readonly string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (line.startsWith('problem sessions cannot be recorded'))
      execFileSync('prlimit', ['--fsize=unlimited', '--pid', String(child.pid)]);
    else if (line === 'problem ') child.stdin.end();
    else if (line.startsWith('recorded')) recorded = line.split(' ').slice(1);
  }
  await gone;
  const [session = '', count = '0'] = recorded;
  expect(said.slice(1, 3)).toEqual([expect.stringContaining('kept in memory and tried again'), 'problem ']);
  const workspace = await opened(folder);
  let last = 0;
  for (let done = false; !done;) {
    const page = await workspace.eventsOf(session, last);
    if (page === undefined) throw new Error('the session is not there');
    for (const event of page.events) expect(event.n).toBe(++last);
    done = page.done;
  }
  expect(last).toBe(Number(count));
  expect(last).toBeGreaterThan(0);
});

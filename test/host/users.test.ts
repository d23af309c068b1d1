// The users of a workspace: every row is checked when it is opened, and a damaged one is told without its secrets.
import { expect, it } from 'vitest';
import { Users } from '../../core/host/users.ts';
import type { Workspace } from '../../core/journal/workspace.ts';
import { createUser } from '../../core/sasl/users.ts';
import { realWorld } from '../../core/world/real.ts';

const opened = (rows: readonly unknown[]) =>
  Users.open({ folder: 'lab.gatehouse', loadUsers: () => Promise.resolve(rows) } as unknown as Workspace, realWorld);

const user = createUser({ name: 'test', password: 'a secret of tests', created: 1 }, (octets) =>
  realWorld.random(octets),
);

it('serves the users of the workspace', async () => {
  expect((await opened([user])).lookup.verify('test', 'a secret of tests')).toBe('ok');
});

it('refuses a damaged table and says what is wrong, never a secret', async () => {
  const error = await opened([{ ...user, password: 'a secret of tests' }]).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ exit: 3, message: expect.stringContaining('lab.gatehouse') as string });
  expect((error as { details: string[] }).details[0]).toContain('users.0.password');
  expect(JSON.stringify(error)).not.toContain('a secret of tests');
});

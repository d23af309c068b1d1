// Users as rows: what is written comes back, sealed where there is a seal; older rows are taken over; mistakes name no value.
import { describe, expect, it } from 'vitest';
import { readUsers, rowsOf, type Seal } from '../../core/sasl/userRecords.ts';
import { createUser, type User } from '../../core/sasl/users.ts';

const random = (octets: number) => Uint8Array.from({ length: octets }, (_, index) => index * 37);
const key = Buffer.alloc(32, 5);
const ann = createUser(
  { name: 'ann', password: 'correct horse', created: 1000, aliases: ['a@b.example'], quota: 5, tokens: ['t'] },
  random,
);
const bob: User = {
  ...createUser({ name: 'bob', password: 'battery', created: 2000, enabled: false }, random),
  secrets: { password: { imported: '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=' } },
};

/** A key store that knows its own seals and no others. */
const sealOf = (mark: number): Seal => ({
  seal: (text) => Buffer.from([mark, ...Buffer.from(text).map((octet) => octet ^ 0xff)]),
  open: (sealed) => {
    if (sealed[0] !== mark) throw new Error('not sealed here');
    return Buffer.from(sealed.subarray(1).map((octet) => octet ^ 0xff)).toString();
  },
});
const onDisk = (rows: unknown) => JSON.parse(JSON.stringify(rows)) as Record<string, unknown>[];
const nothing = new Map<string, string>();

describe('rows of users', () => {
  it('come back equal, with the key of the table', () => {
    expect(readUsers(onDisk(rowsOf([ann, bob], key)))).toEqual({
      ok: true,
      users: [ann, bob],
      key,
      passwords: nothing,
      isOpen: false,
    });
    expect(readUsers([])).toEqual({ ok: true, users: [], passwords: nothing, isOpen: false });
  });

  it('sealed hold nothing secret that can be read, and come back where the seal is known', () => {
    const rows = onDisk(rowsOf([ann, bob], key, sealOf(1)));
    expect(Object.keys(rows[1]?.['secrets'] as object)).toEqual(['sealed']);
    expect(JSON.stringify(rows)).not.toMatch(/storedKey|scrypt|inner|imported/);
    expect(readUsers(rows, sealOf(1))).toMatchObject({ ok: true, users: [ann, bob], isOpen: false });
  });

  it.each([
    ['another machine', sealOf(2), 'its secrets were sealed on another machine or by another account'],
    [
      'no key store',
      undefined,
      'its secrets were sealed by the key store of the desktop program, which this host has not',
    ],
  ])('sealed elsewhere stay listed at %s, and are written as they were', (_where, seal, why) => {
    const rows = onDisk(rowsOf([ann], key, sealOf(1)));
    const read = readUsers(rows, seal);
    if (!read.ok) throw new Error('it can be read');
    expect(read.users).toEqual([{ ...ann, secrets: { sealed: expect.any(String) as string, why } }]);
    expect(onDisk(rowsOf(read.users, key, seal))).toEqual(rows);
  });

  it('that lie open although there is a seal say that they are to be written again', () => {
    expect(readUsers(onDisk(rowsOf([ann], key)), sealOf(1))).toMatchObject({ ok: true, isOpen: true });
  });
});

describe('rows of version 1', () => {
  const hash = { scrypt: { cost: 1024, block: 8, parallel: 1 }, salt: Buffer.alloc(16).toString('base64') };
  const row = { name: 'old', created: 7, password: { ...hash, hash: Buffer.alloc(32).toString('base64') } };

  it('hand over the password they kept, sealed or not, and lose nothing', () => {
    const sealed = Buffer.from(sealOf(1).seal('hunter3')).toString('base64');
    const rows = [
      { ...row, secret: { plain: 'hunter2' } },
      { ...row, name: 'sealed', secret: { sealed } },
      { ...row, name: 'hashed', secret: null },
    ];
    const read = readUsers(rows, sealOf(1));
    if (!read.ok) throw new Error('it can be read');
    expect(read.passwords).toEqual(new Map([['old', 'hunter2'], ['sealed', 'hunter3']])); // prettier-ignore
    expect(
      read.users.map(({ name, created, enabled, secrets }) => [name, created, enabled, Object.keys(secrets)]),
    ).toEqual(['old', 'sealed', 'hashed'].map((name) => [name, 7, true, ['password']]));
  });

  it('whose password cannot be unsealed here keep it, until it can', () => {
    const sealed = Buffer.from(sealOf(1).seal('hunter3')).toString('base64');
    const read = readUsers([{ ...row, secret: { sealed } }], sealOf(2));
    if (!read.ok) throw new Error('it can be read');
    expect([read.passwords.size, read.users[0]?.secrets]).toEqual([0, expect.objectContaining({ waiting: sealed })]);
    const rows = onDisk(rowsOf(read.users, key));
    const home = readUsers(rows, sealOf(1));
    expect(home).toMatchObject({ ok: true, passwords: new Map([['old', 'hunter3']]) });
    expect(home.ok && Object.keys(home.users[0]?.secrets ?? {})).toEqual(['password']);
  });
});

describe('damaged rows', () => {
  const [, good] = onDisk(rowsOf([ann], key)) as [unknown, Record<string, unknown>];
  const { password } = (good['secrets'] as { plain: { password: Record<string, unknown> } }).plain;
  const withPassword = (over: object) => ({ ...good, secrets: { plain: { password: { ...password, ...over } } } });

  it.each<[string, unknown, [string, string][]]>([
    ['no list', { users: [] }, [['users', 'must be a list']]],
    ['a number', [7], [['users.0', 'must be an object']]],
    [
      'a newer version',
      [{ ...good, version: 3 }],
      [['users.0.version', 'must be 2; a newer Gatehouse may have written it']],
    ],
    ['the same name twice', [good, good], [['users.1.name', 'is the name of an earlier user']]],
    [
      'mistakes of many kinds',
      [{ ...good, admin: true, name: 'a\n', created: '7', quota: 0, aliases: ['hunter2@'], enabled: 'hunter2' }],
      [
        ['users.0.name', 'must be 1 to 255 octets without control characters'],
        ['users.0.created', 'must be milliseconds since 1970'],
        ['users.0.enabled', 'must be true or false'],
        ['users.0.aliases.0', 'must be an address, @domain, or the name of a user'],
        ['users.0.quota', 'must be a whole number from 1 to 1000000, or null'],
        ['users.0.admin', 'is not known here'],
      ],
    ],
    [
      'a bad hash',
      [withPassword({ salt: 'hunter2', hash: 'hunter2', hint: 'hunter2' })],
      [
        ['users.0.secrets.plain.password.salt', 'must be 8 or more octets in base64'],
        ['users.0.secrets.plain.password.hash', 'must be 32 octets in base64'],
        ['users.0.secrets.plain.password.hint', 'is not known here'],
      ],
    ],
    [
      'an unknown imported hash',
      [{ ...good, secrets: { plain: { password: { imported: 'hunter2' } } } }],
      [['users.0.secrets.plain.password.imported', 'must be a hash that is known here']],
    ],
    [
      'no secrets',
      [{ ...good, secrets: 'hunter2' }],
      [['users.0.secrets', 'must be {"plain": secrets} or {"sealed": base64}']],
    ],
  ])('with %s say so by path, and never with a value', (_what, rows, problems) => {
    const read = readUsers(rows);
    expect(read).toEqual({ ok: false, problems: problems.map(([path, message]) => ({ path, message })) });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it.each([
    { cost: 2 ** 20, block: 8, parallel: 1 },
    { cost: 1, block: 8, parallel: 1 },
    { cost: 1024, block: 0, parallel: 1 },
    { cost: 1024, block: 8 },
    null,
  ])('with scrypt parameters %j are refused', (scrypt) => {
    const read = readUsers([withPassword({ scrypt })]);
    expect(read.ok ? '' : read.problems[0]?.message).toBe(
      'must be cost (a power of two), block and parallel, 256 MiB together at most',
    );
  });
});

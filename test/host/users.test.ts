// The users of a workspace: opened, changed, sealed, imported; every answer lists them without a secret.
import { describe, expect, it } from 'vitest';
import { defaults } from '../../core/contract/settings/settings.ts';
import { userRows } from '../../core/contract/userCalls.ts';
import type { KeyStore } from '../../core/host/keyStore.ts';
import { noKeyStore } from '../../core/host/keyStore.ts';
import { Users } from '../../core/host/users.ts';
import { rowsOf } from '../../core/sasl/userRecords.ts';
import { createUser } from '../../core/sasl/users.ts';
import { realWorld } from '../../core/world/real.ts';

const secret = 'a secret of tests';
const settings = { ...defaults, authentication: { ...defaults.authentication, realm: 'lab' } };
const key = Buffer.alloc(32, 5);

/** A key store of one machine. */
const machine = (mark: number): KeyStore => ({
  seal: {
    seal: (text) => Buffer.from([mark, ...Buffer.from(text).map((octet) => octet ^ 0xff)]),
    open: (sealed) => {
      if (sealed[0] !== mark) throw new Error('not sealed here');
      return Buffer.from(sealed.subarray(1).map((octet) => octet ^ 0xff)).toString();
    },
  },
});

/** A workspace of rows in memory, as SQLite would keep them. */
function disk(rows: readonly unknown[] = []) {
  const kept = { text: JSON.stringify(rows), writes: 0 };
  const workspace = {
    folder: 'lab.gatehouse',
    loadUsers: <T>() => Promise.resolve(JSON.parse(kept.text) as T[]),
    saveUsers: (users: readonly unknown[]) => {
      kept.text = JSON.stringify(users);
      kept.writes++;
      return Promise.resolve();
    },
  };
  const open = (keyStore: KeyStore = noKeyStore) =>
    Users.open({ workspace, world: realWorld, settings: () => settings, unavailable: () => [], keyStore });
  return { kept, open };
}

const user = createUser({ name: 'test', password: secret, created: 1 }, (octets) => realWorld.random(octets));
const old = {
  name: 'old',
  created: 7,
  password: {
    scrypt: { cost: 1024, block: 8, parallel: 1 },
    salt: Buffer.from('NaClNaCl').toString('base64'),
    hash: Buffer.alloc(32).toString('base64'),
  },
  secret: { plain: secret },
};
const usable = (users: Users, name: string) =>
  userRows(users.list())
    .find((row) => row.name === name)
    ?.mechanisms.filter((row) => row.usable)
    .map((row) => row.name);

describe('opening', () => {
  it('serves the users of the workspace and writes nothing', async () => {
    const { kept, open } = disk(rowsOf([user], key));
    expect([(await open()).lookup.verify('test', secret), kept.writes]).toEqual(['ok', 0]);
  });

  it('refuses a damaged table and says what is wrong, never a secret', async () => {
    const [own, row] = rowsOf([user], key);
    const error = await disk([own, { ...row, secrets: secret }])
      .open()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exit: 3, message: expect.stringContaining('lab.gatehouse') as string });
    expect((error as { details: string[] }).details[0]).toContain('users.1.secrets');
    expect(JSON.stringify(error)).not.toContain(secret);
  });

  it('takes over what version 1 kept: everything is derived, the password goes', async () => {
    const { kept, open } = disk([old]);
    const users = await open();
    expect(kept.text).not.toContain(secret);
    expect(usable(users, 'old')).toContain('SCRAM-SHA-256');
    expect(users.lookup.secret('old', 'digest-md5', 'lab')).not.toHaveProperty('denied');
    expect((await open()).list().users[0]).toMatchObject({ name: 'old', created: 7 });
  });

  it('derives what version 1 had sealed once it is where it can be unsealed, and writes that', async () => {
    const store = machine(1);
    const sealed = 'seal' in store ? Buffer.from(store.seal.seal(secret)).toString('base64') : '';
    const { kept, open } = disk([{ ...old, secret: { sealed } }]);
    expect(usable(await open(machine(2)), 'old')).not.toContain('CRAM-MD5');
    expect(kept.writes).toBe(1);
    expect(usable(await open(store), 'old')).toContain('CRAM-MD5');
    expect(kept.writes).toBe(2);
    expect(usable(await open(store), 'old')).toContain('CRAM-MD5');
    expect(kept.writes).toBe(2);
  });

  it('keeps what is made up for unknown names over a restart', async () => {
    const { open } = disk();
    const first = await open();
    await first.set({ name: 'ann', password: secret });
    const again = await open();
    expect(again.lookup.secret('eve', 'scram-sha-1', '')).toEqual(first.lookup.secret('eve', 'scram-sha-1', ''));
  });
});

describe('sealing', () => {
  it('happens at opening, and leaves nothing to read', async () => {
    const { kept, open } = disk(rowsOf([user], key));
    const users = await open(machine(1));
    expect(kept.text).not.toMatch(/storedKey|scrypt/);
    expect(users.list().storage).toMatchObject({ sealed: true });
    expect((await open(machine(1))).lookup.verify('test', secret)).toBe('ok');
  });

  it.each([
    ['another machine', machine(2), 'on another machine or by another account'],
    ['a host without a key store', noKeyStore, 'by the key store of the desktop program'],
  ])('keeps users at %s, who say why they cannot log in until they get a password', async (_where, store, why) => {
    const { open } = disk(rowsOf([user], key));
    const home = await open(machine(1));
    await home.set({ name: 'other', password: secret });
    const users = await open(store);
    expect(users.lookup.verify('test', secret)).toBe('sealed');
    const { mechanisms } = userRows(users.list()).find(({ name }) => name === 'test')!;
    expect(mechanisms.find(({ name }) => name === 'PLAIN')?.why).toContain(why);
    expect(users.storage.notice).toContain('2 users have secrets that cannot be unsealed here');
    await users.set({ name: 'test', password: 'a new one' });
    await users.set({ name: 'other', quota: 4 });
    expect(users.lookup.verify('test', 'a new one')).toBe('ok');
    const back = await open(machine(1));
    expect([back.lookup.verify('other', secret), back.lookup.account('other')?.quota]).toEqual(['ok', 4]);
  });

  it('says that nothing is sealed where there is no key store', async () => {
    const { sealed, notice } = (await disk().open()).storage;
    expect([sealed, notice]).toEqual([false, expect.stringContaining('lies unencrypted in the workspace')]);
  });
});

describe('changing', () => {
  it('touches only what is named', async () => {
    const users = await disk().open();
    await users.set({ name: 'ann', password: secret, aliases: ['@example.com', '@example.com'], quota: 3 });
    await users.set({ name: 'ann', enabled: false });
    await users.set({ name: 'ann', enabled: true, quota: null });
    expect(users.lookup.account('ann')).toEqual({ name: 'ann', aliases: ['@example.com'], quota: null });
    expect(users.lookup.verify('ann', secret)).toBe('ok');
  });

  it.each([
    [{ name: 'eve' }, 'eve is a new user: a password is needed'],
    [{ name: 'eve\n', password: secret }, 'a user name has no control characters'],
    [{ name: 'ann', aliases: ['a@'] }, 'alias "a@": what stands behind the @ is no domain'],
  ])('%j is refused', async (change, message) => {
    const users = await disk().open();
    await users.set({ name: 'ann', password: secret });
    await expect(users.set(change)).rejects.toThrow(message);
    expect(users.list().users).toHaveLength(1);
  });

  it('takes no new name that SCRAM would not find, and says so of an old one', async () => {
    const [wide, soft, right] = ['ｔｅｓｔ', 'te\u00adst', 'test\u{1f511}'];
    const before = createUser({ name: wide, password: secret, created: 1 }, (octets) => realWorld.random(octets));
    const users = await disk(rowsOf([before], key)).open();
    await expect(users.set({ name: soft, password: secret })).rejects.toThrow(/SASLprep makes "test" of the user name/);
    await expect(users.set({ name: 'a\u200e', password: secret })).rejects.toThrow(/SASLprep does not take/);
    await users.set({ name: right, password: secret });
    await users.set({ name: wide, enabled: true, password: secret });
    const text = `name,password\n${soft},x\n${wide},y\n`;
    const { rows } = await users.import({ format: 'csv', text, apply: true });
    expect(rows).toMatchObject([
      { what: 'skipped', note: expect.stringMatching(/SASLprep/) as string },
      { what: 'changed' },
    ]);
    expect(usable(users, right)).toContain('SCRAM-SHA-256');
    expect(usable(users, wide)).toContain('CRAM-MD5');
    const { mechanisms } = userRows(users.list()).find(({ name }) => name === wide)!;
    expect(mechanisms.find(({ name }) => name === 'SCRAM-SHA-256')?.why).toMatch(/makes "test".*add the user anew/);
  });

  it('gives out tokens that are told once, kept as a hash, and can be taken back', async () => {
    const { kept, open } = disk();
    const users = await open();
    await users.set({ name: 'ann', password: secret });
    const { token, list } = await users.token({ name: 'ann', label: 'phone' });
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(kept.text + JSON.stringify(list)).not.toContain(token);
    expect(users.lookup.token(token)).toEqual({ user: 'ann' });
    await users.set({ name: 'ann', password: 'another' });
    const [given] = users.list().users[0]!.tokens;
    expect(given).toMatchObject({ label: 'phone' });
    await users.revoke({ name: 'ann', id: given!.id });
    expect(users.lookup.token(token)).toBe('unknown-user');
    await expect(users.revoke({ name: 'ann', id: given!.id })).rejects.toThrow('ann has no token');
    await expect(users.remove('eve')).rejects.toThrow('there is no user eve');
  });

  it('gives the first user every mechanism that needs a password', async () => {
    const users = await disk().open();
    const { password } = await users.makeFirst();
    expect(users.lookup.verify('test', password)).toBe('ok');
    expect(usable(users, 'test')?.filter((name) => !/SCRAM|MD5|PLAIN|LOGIN/.test(name))).toEqual([
      'GSSAPI',
      'EXTERNAL',
    ]);
    expect(usable(users, 'test')).toHaveLength(10);
  });
});

it('lists what users can log in with once for all that have the same', async () => {
  const text = Array.from({ length: 300 }, (_, n) => `u${n}:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/`).join('\n');
  const users = await disk().open();
  await users.set({ name: 'ann', password: secret });
  await users.set({ name: 'off', password: secret, enabled: false });
  const { list } = await users.import({ format: 'htpasswd', text, apply: true });
  expect(list?.users).toHaveLength(302);
  expect(list?.mechanismSets).toHaveLength(3);
  // A row costs its name and what is its own, whatever there is to say of twelve mechanisms.
  expect(JSON.stringify(list).length / 302).toBeLessThan(140);
  const rows = userRows(users.list());
  expect(rows.find(({ name }) => name === 'off')?.mechanisms[0]?.why).toBe('the user is disabled');
  expect(usable(users, 'u7')).not.toContain('SCRAM-SHA-256');
  expect(usable(users, 'ann')).toContain('SCRAM-SHA-256');
  expect(rows.find(({ name }) => name === 'u7')?.mechanisms).toBe(rows.find(({ name }) => name === 'u8')?.mechanisms);
});

describe('importing', () => {
  const csv =
    'name,password,aliases,quota\nann,secret one,@example.com,4\nbob,secret two,,\nann,again,,\neve,,,\nmo,x,a@,\n';

  it('tells what each line would come to, and changes nothing before it is applied', async () => {
    const { kept, open } = disk();
    const users = await open();
    await users.set({ name: 'bob', password: 'secret two' });
    const before = kept.text;
    const { rows, list } = await users.import({ format: 'csv', text: csv, apply: false });
    expect(list).toBeUndefined();
    expect(rows).toEqual([
      { line: 2, name: 'ann', what: 'new', note: '' },
      { line: 3, name: 'bob', what: 'same', note: '' },
      { line: 4, name: 'ann', what: 'skipped', note: 'the name stands in line 2 already' },
      { line: 5, name: 'eve', what: 'skipped', note: 'no password' },
      { line: 6, name: 'mo', what: 'skipped', note: 'alias "a@": what stands behind the @ is no domain' },
    ]);
    expect(kept.text).toBe(before);
  });

  it('applies what can be taken, once', async () => {
    const users = await disk().open();
    await users.import({ format: 'csv', text: csv, apply: true });
    expect(users.list().users.map(({ name }) => name)).toEqual(['ann', 'bob']);
    expect(users.lookup.account('ann')).toEqual({ name: 'ann', aliases: ['@example.com'], quota: 4 });
    expect(users.lookup.verify('ann', 'secret one')).toBe('ok');
    const { rows } = await users.import({ format: 'csv', text: csv, apply: true });
    expect(rows.map(({ what }) => what)).toEqual(['same', 'same', 'skipped', 'skipped', 'skipped']);
  });

  it('takes hashes for PLAIN and LOGIN, says so, and names those it cannot check', async () => {
    const users = await disk().open();
    await users.set({ name: 'bob', password: secret });
    const text = 'ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\nbob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\neve:rqXexS6ZhobKA\n';
    const { rows } = await users.import({ format: 'htpasswd', text, apply: true });
    expect(rows).toEqual([
      { line: 1, name: 'ann', what: 'new', note: 'imported hash: only PLAIN and LOGIN' },
      {
        line: 2,
        name: 'bob',
        what: 'changed',
        note: 'imported hash: only PLAIN and LOGIN, what other mechanisms had is lost',
      },
      { line: 3, name: 'eve', what: 'skipped', note: 'DES crypt, which keeps 8 characters of a password' },
    ]);
    expect([users.lookup.verify('ann', 'password'), users.lookup.verify('bob', secret)]).toEqual([
      'ok',
      'wrong-password',
    ]);
    expect(usable(users, 'bob')).toEqual(['GSSAPI', 'EXTERNAL', 'PLAIN', 'LOGIN']);
  });

  it('tells no line as a name where a quotation mark is missing', async () => {
    const users = await disk().open();
    const text = `name,password\n"ann,${secret}\nben,${secret}\n",x\n${'n'.repeat(5000)},x\n`;
    const { rows } = await users.import({ format: 'csv', text, apply: false });
    expect(rows.map(({ name, what }) => [name, what])).toEqual([
      ['ann', 'skipped'],
      ['n'.repeat(60), 'skipped'],
    ]);
  });

  it('refuses a file that is none, with the line', async () => {
    const users = await disk().open();
    await expect(users.import({ format: 'csv', text: 'name,password\nann,"x\n', apply: true })).rejects.toThrow(
      'line 2:',
    );
  });
});

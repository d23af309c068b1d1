// Users: made, checked, listed without secrets, written to text and read back with every mistake named.
import { describe, expect, it } from 'vitest';
import { parseUsers, readUsers, writeUsers } from '../../core/sasl/userRecords.ts';
import { createUser, generatePassword, passwordMatches, UserTable, type User } from '../../core/sasl/users.ts';

const random = (octets: number) => Uint8Array.from({ length: octets }, (_, index) => index * 37);
const key = new Uint8Array(32).fill(1);
const ann = createUser({ name: 'ann', password: 'correct horse', created: 1000 }, random);
const bob = createUser({ name: 'bob', password: 'battery', created: 2000, keepSecret: false }, random);

describe('a user', () => {
  it('is made with a salted scrypt hash and, unless told otherwise, the shared secret', () => {
    expect(ann).toEqual({
      name: 'ann',
      created: 1000,
      password: {
        scrypt: { cost: 1024, block: 8, parallel: 1 },
        salt: Buffer.from(random(16)).toString('base64'),
        hash: ann.password.hash,
      },
      secret: { plain: 'correct horse' },
    });
    expect(bob.secret).toBeNull();
  });

  it('is checked by scrypt as RFC 7914 section 12 has it', () => {
    const hash = 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162';
    const vector: User = {
      ...ann,
      password: {
        scrypt: { cost: 1024, block: 8, parallel: 16 },
        salt: Buffer.from('NaCl').toString('base64'),
        hash: Buffer.from(hash, 'hex').toString('base64'),
      },
    };
    expect([passwordMatches(vector, 'password'), passwordMatches(vector, 'passwort')]).toEqual([true, false]);
  });

  it.each([
    ['', 'x', 'a user name has 1 to 255 octets'],
    ['ä'.repeat(128), 'x', 'a user name has 1 to 255 octets'],
    ['a\0b', 'x', 'a user name has no control characters'],
    ['ann', '', 'a password has 1 to 1024 octets'],
    ['ann', 'x'.repeat(1025), 'a password has 1 to 1024 octets'],
    ['ann', 'hush\0hush', 'a password has no NUL'],
  ])('named %j with a password like %j is refused', (name, password, message) => {
    expect(() => createUser({ name, password, created: 0 }, random)).toThrow(new RangeError(message));
  });

  it('may have the secret sealed by the host', () => {
    const seal = {
      seal: (text: string) => Buffer.from(text).map((octet) => octet ^ 0xff),
      open: (sealed: Uint8Array) => Buffer.from(sealed.map((octet) => octet ^ 0xff)).toString(),
    };
    const user = createUser({ name: 'eve', password: 'open sesame', created: 0 }, random, seal);
    expect(JSON.stringify(user)).not.toContain('sesame');
    expect(new UserTable([user], { key, seal }).sharedSecret('eve')).toEqual(Buffer.from('open sesame'));
    expect(new UserTable([user], { key }).sharedSecret('eve')).toBe('no-secret');
  });
});

describe('a table of users', () => {
  it('checks passwords, the remembered one too, and never takes a wrong one after a right one', () => {
    const table = new UserTable([ann, bob], { key });
    const tries = ['x', 'correct horse', 'correct horse', 'x', 'correct horse'].map((one) => table.verify('ann', one));
    expect(tries).toEqual(['wrong-password', 'ok', 'ok', 'wrong-password', 'ok']);
    expect([table.verify('bob', 'correct horse'), table.verify('ann', 'battery')]).toEqual([
      'wrong-password',
      'wrong-password',
    ]);
    expect([table.verify('nobody', ''), table.verify('Ann', 'correct horse')]).toEqual([
      'unknown-user',
      'unknown-user',
    ]);
  });

  it('does not mistake one split of name and password for another', () => {
    const make = (name: string, password: string) => createUser({ name, password, created: 0 }, random);
    const table = new UserTable([make('ab', 'c'), make('a', 'x')], { key });
    expect([table.verify('ab', 'c'), table.verify('a', 'bc')]).toEqual(['ok', 'wrong-password']);
  });

  it('lists names and no secrets', () => {
    expect(new UserTable([bob, ann], { key }).list()).toEqual([
      { name: 'ann', created: 1000 },
      { name: 'bob', created: 2000 },
    ]);
  });

  it('gives the shared secret to mechanisms that compute with it', () => {
    const table = new UserTable([ann, bob], { key });
    const secrets = ['ann', 'bob', 'nobody'].map((name) => table.sharedSecret(name));
    expect(secrets).toEqual([Buffer.from('correct horse'), 'no-secret', 'unknown-user']);
  });

  it('may be empty, and refuses two of one name and a short key', () => {
    expect(new UserTable([], { key }).verify('ann', 'x')).toBe('unknown-user');
    expect(() => new UserTable([ann, ann], { key })).toThrow('two users have one name');
    expect(() => new UserTable([], { key: new Uint8Array(31) })).toThrow('32 octets');
  });
});

describe('a generated password', () => {
  it('is 16 letters that cannot be mistaken for each other, straight from the random octets', () => {
    expect(generatePassword(random)).toBe('05af-msy3-8djq-w16b');
    const all = Array.from({ length: 16 }, (_, half) => half * 2);
    expect(generatePassword(() => Uint8Array.from(all))).toBe('0246-8ace-gjmp-rtwy');
  });
});

describe('users as text', () => {
  it('come back equal', () => {
    expect(parseUsers(writeUsers([ann, bob]))).toEqual({ ok: true, users: [ann, bob] });
    expect(parseUsers(writeUsers([]))).toEqual({ ok: true, users: [] });
  });

  const whole = JSON.parse(writeUsers([ann])) as { users: unknown[] };
  it.each<[string, string, [string, string][]]>([
    ['no JSON', '{"users": [{"password": hunter2', [['', 'is not JSON']]],
    ['a list', '[]', [['', 'must be an object with version and users']]],
    ['another version', '{"version":2}', [['version', 'must be 1; a newer Gatehouse may have written it']]],
    ['no users', '{"version":1}', [['users', 'must be a list']]],
    [
      'the same name twice',
      JSON.stringify({ version: 1, users: [ann, ann] }),
      [['users.1.name', 'is the name of an earlier user']],
    ],
    ['a number', JSON.stringify({ ...whole, users: [7] }), [['users.0', 'must be an object']]],
  ])('with %s say so', (_what, text, problems) => {
    expect(parseUsers(text)).toEqual({ ok: false, problems: problems.map(([path, message]) => ({ path, message })) });
  });

  it('with many mistakes name them all, by path and never by value', () => {
    const scrypt = { cost: 1000, block: 8, parallel: 1 };
    const row = {
      name: 'a\n',
      created: '7',
      password: { scrypt, salt: 'hunter2', hash: 'hunter2', hint: 'hunter2' },
      secret: 'hunter2',
    };
    const read = readUsers([
      { ...row, admin: true },
      { ...ann, password: 'hunter2' },
    ]);
    expect(read).toEqual({
      ok: false,
      problems: [
        { path: 'users.0.admin', message: 'is not known here' },
        { path: 'users.0.name', message: 'must be 1 to 255 octets without control characters' },
        { path: 'users.0.created', message: 'must be milliseconds since 1970' },
        { path: 'users.0.password.hint', message: 'is not known here' },
        { path: 'users.0.password.salt', message: 'must be 8 or more octets in base64' },
        { path: 'users.0.password.hash', message: 'must be 32 octets in base64' },
        {
          path: 'users.0.password.scrypt',
          message: 'must be cost (a power of two), block and parallel, 256 MiB together at most',
        },
        { path: 'users.0.secret', message: 'must be null, {"plain": text} or {"sealed": base64}' },
        { path: 'users.1.password', message: 'must be an object with scrypt, salt and hash' },
      ],
    });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it.each([
    { cost: 2 ** 20, block: 8, parallel: 1 },
    { cost: 1, block: 8, parallel: 1 },
    { cost: 1024, block: 0, parallel: 1 },
    { cost: 1024, block: 8 },
    null,
  ])('with scrypt parameters %j are refused', (scrypt) => {
    expect(readUsers([{ ...ann, password: { ...ann.password, scrypt } }]).ok).toBe(false);
  });
});

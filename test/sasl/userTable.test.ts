// The table of users: a name that is unknown, disabled or without a secret gets what any other gets, at the same cost.
import { describe, expect, it } from 'vitest';
import { cramSecret } from '../../core/sasl/derive.ts';
import { MadeUp } from '../../core/sasl/madeUp.ts';
import { createUser, type Deriving, type NewUser, type User } from '../../core/sasl/users.ts';
import { UserTable } from '../../core/sasl/userTable.ts';

const random = (octets: number) => Uint8Array.from({ length: octets }, (_, index) => index * 37);
const key = new Uint8Array(32).fill(1);
const made = (over: Partial<NewUser> & { readonly name: string }, deriving: Partial<Deriving> = {}) =>
  createUser({ password: 'correct horse', created: 0, ...over }, random, {
    realm: 'lab',
    iterations: 4096,
    ...deriving,
  });

const ann = made({ name: 'ann', aliases: ['@example.com'], quota: 3, tokens: ['a token'] });
const bob = made({ name: 'bob', password: 'battery' }, { mechanisms: ['PLAIN'] });
const off = made({ name: 'off', enabled: false, tokens: ['an old token'] });
const locked: User = { ...made({ name: 'locked' }), secrets: { sealed: 'AAAA', why: 'sealed elsewhere' } };
const table = new UserTable([ann, bob, off, locked], { key });

describe('a table of users', () => {
  it('checks passwords, the remembered one too, and never takes a wrong one after a right one', () => {
    const fresh = new UserTable([ann, bob], { key });
    const tries = ['x', 'correct horse', 'correct horse', 'x', 'correct horse'].map((one) => fresh.verify('ann', one));
    expect(tries).toEqual(['wrong-password', 'ok', 'ok', 'wrong-password', 'ok']);
    expect([fresh.verify('bob', 'correct horse'), fresh.verify('ann', 'battery')]).toEqual([
      'wrong-password',
      'wrong-password',
    ]);
    expect([fresh.verify('nobody', ''), fresh.verify('Ann', 'correct horse')]).toEqual([
      'unknown-user',
      'unknown-user',
    ]);
  });

  it('denies the disabled and the sealed with a reason for the administrator, right password or not', () => {
    const verdicts = ['off', 'off', 'locked', 'off'].map((name, index) =>
      table.verify(name, index === 3 ? 'wrong' : 'correct horse'),
    );
    expect(verdicts).toEqual(['disabled', 'disabled', 'sealed', 'disabled']);
    expect([table.find('ann'), table.find('off'), table.find('locked'), table.find('eve')]).toEqual([
      'ok',
      'disabled',
      'ok',
      'unknown-user',
    ]);
  });

  it('does not mistake one split of name and password for another', () => {
    const two = new UserTable([made({ name: 'ab', password: 'c' }), made({ name: 'a', password: 'x' })], { key });
    expect([two.verify('ab', 'c'), two.verify('a', 'bc')]).toEqual(['ok', 'wrong-password']);
  });

  it('gives what mechanisms compute with', () => {
    expect(table.secret('ann', 'cram-md5', '')).toEqual({ secret: cramSecret('correct horse') });
    expect(table.secret('ann', 'digest-md5', 'lab').denied).toBeUndefined();
    expect(table.secret('ann', 'digest-md5', 'elsewhere').denied).toBe('no-secret');
    expect(table.secret('ann', 'digest-md5', 'elsewhere').secret).not.toHaveProperty('realm');
    const denied = ['bob', 'off', 'locked', 'eve'].map((name) => table.secret(name, 'scram-sha-256', '').denied);
    expect(denied).toEqual(['no-secret', 'disabled', 'sealed', 'unknown-user']);
  });

  it('knows tokens by their hash, and names by exact match', () => {
    expect(['a token', 'an old token', 'another'].map((token) => table.token(token))).toEqual([
      { user: 'ann' },
      'disabled',
      'unknown-user',
    ]);
    expect(table.account('ann')).toEqual({ name: 'ann', aliases: ['@example.com'], quota: 3 });
    expect(table.account('eve')).toBeUndefined();
  });

  it('may be empty, and refuses two of one name and a short key', () => {
    expect(new UserTable([], { key }).verify('ann', 'x')).toBe('unknown-user');
    expect(() => new UserTable([ann, ann], { key })).toThrow('two users have one name');
    expect(() => new UserTable([], { key: new Uint8Array(31) })).toThrow('32 octets');
  });
});

describe('what is made up for names that have no secret', () => {
  const kinds = ['scram-sha-1', 'scram-sha-256', 'cram-md5', 'digest-md5'] as const;

  it.each(kinds)(
    'of kind %s has the shape of a real one, is always the same for a name, and differs by name',
    (kind) => {
      const sizes = (secret: object) =>
        Object.entries(secret).map(([field, value]) => [field, Buffer.isBuffer(value) ? value.length : value]);
      const eve = table.secret('eve', kind, 'lab').secret;
      const known = Object.fromEntries(Object.entries(table.secret('ann', kind, 'lab').secret));
      delete known['realm'];
      expect(sizes(eve).sort()).toEqual(sizes(known).sort());
      const later = new UserTable([ann], { key });
      expect(later.secret('eve', kind, 'lab').secret).toEqual(eve);
      expect(table.secret('mallory', kind, 'lab').secret).not.toEqual(eve);
      expect(new UserTable([ann], { key: new Uint8Array(32) }).secret('eve', kind, 'lab').secret).not.toEqual(eve);
    },
  );

  it('costs what the users of the table cost, in the same shares', () => {
    const slow = made({ name: 'slow' }, { iterations: 5000 });
    const imported: User = { ...ann, name: 'imported', secrets: { password: { imported: '$2y$05$x' } } };
    const madeUp = new MadeUp(key, [ann, slow, imported, locked]);
    const names = Array.from({ length: 600 }, (_, index) => `nobody ${index}`);
    const share = (holds: (name: string) => boolean) => names.filter(holds).length / names.length;
    expect(share((name) => madeUp.secret('scram-sha-1', name).iterations === 5000)).toBeCloseTo(1 / 2, 1);
    expect(share((name) => 'imported' in madeUp.hash(name))).toBeCloseTo(1 / 3, 1);
  });

  it('costs as in an empty table where no user has such a secret', () => {
    const madeUp = new MadeUp(key, [locked]);
    expect(madeUp.secret('scram-sha-256', 'eve').iterations).toBe(4096);
    expect(madeUp.hash('eve')).toMatchObject({ scrypt: { cost: 1024, block: 8, parallel: 1 } });
  });
});

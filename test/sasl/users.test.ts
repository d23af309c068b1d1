// Users: what is derived of a password for each mechanism, and that the password itself is nowhere.
import { describe, expect, it } from 'vitest';
import { scramSecret } from '../../core/sasl/derive.ts';
import { passwordMatches } from '../../core/sasl/passwordHash.ts';
import { usableMechanisms } from '../../core/sasl/usable.ts';
import { aliasProblem, generatePassword } from '../../core/sasl/userFields.ts';
import { listedMechanisms, userFor } from '../../core/sasl/userFor.ts';
import { createUser, type Deriving, type User } from '../../core/sasl/users.ts';
import { defaults, type Settings } from '../../core/contract/settings/settings.ts';

const random = (octets: number) => Uint8Array.from({ length: octets }, (_, index) => index * 37);
const salt = Buffer.from(random(16));
const deriving: Deriving = { realm: 'lab', iterations: 4096 };
const ann = createUser({ name: 'ann', password: 'correct horse', created: 1000 }, random, deriving);

const usable = (user: User, over: Partial<Settings['authentication']> = {}) => {
  const authentication = { ...defaults.authentication, realm: 'lab', ...over };
  return usableMechanisms(user, { ...defaults, authentication }, []);
};
const why = (user: User, name: string, over: Partial<Settings['authentication']> = {}) =>
  usable(user, over).find((row) => row.name === name)?.why;

describe('a user', () => {
  it('has what each mechanism needs of the password, and never the password', () => {
    const { secrets } = ann;
    if ('sealed' in secrets) throw new Error('it is not sealed');
    expect(Object.keys(secrets)).toEqual(['password', 'scram-sha-1', 'scram-sha-256', 'cram-md5', 'digest-md5']);
    expect(passwordMatches(secrets.password, 'correct horse')).toBe(true);
    expect(secrets['scram-sha-256']).toEqual(scramSecret('correct horse', { hash: 'sha256', salt, iterations: 4096 }));
    expect(secrets['digest-md5']?.realm).toBe('lab');
    expect(JSON.stringify(ann)).not.toContain('horse');
    const octets = Buffer.from('correct horse');
    for (const form of ['base64', 'hex', 'latin1'] as const)
      expect(JSON.stringify(ann)).not.toContain(octets.toString(form));
  });

  it('is checked by scrypt as RFC 7914 section 12 has it', () => {
    const hash = 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162';
    const vector = {
      scrypt: { cost: 1024, block: 8, parallel: 16 },
      salt: Buffer.from('NaCl'),
      hash: Buffer.from(hash, 'hex'),
    };
    expect([passwordMatches(vector, 'password'), passwordMatches(vector, 'passwort')]).toEqual([true, false]);
  });

  it('is the same user however the password was typed (RFC 4013)', () => {
    const user = createUser({ name: 'eve', password: 'Ⅸ', created: 0 }, random);
    if ('sealed' in user.secrets) throw new Error('it is not sealed');
    expect(passwordMatches(user.secrets.password, 'IX')).toBe(true);
    expect(user.secrets['scram-sha-1']).toEqual(scramSecret('IX', { hash: 'sha1', salt, iterations: 4096 }));
  });

  it('can do without SCRAM where SASLprep does not take the password', () => {
    const user = createUser({ name: 'eve', password: 'a🔑', created: 0 }, random, deriving);
    expect(why(user, 'SCRAM-SHA-256')).toBe('its password has characters that SASLprep does not take (RFC 4013)');
    expect([why(user, 'PLAIN'), why(user, 'CRAM-MD5')]).toEqual(['', '']);
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

  it.each([0, 1.5, -1, 1_000_001])('with a quota of %d is refused', (quota) => {
    expect(() => createUser({ name: 'ann', password: 'x', created: 0, quota }, random)).toThrow('a quota is');
  });
});

describe('an alias', () => {
  it.each(['ann@example.com', '@example.com', 'bob', 'käthe@bücher.example', 'a+b@localhost'])('may be %s', (alias) => {
    expect(aliasProblem(alias)).toBeNull();
  });
  it.each([
    '',
    '@',
    'ann@',
    'ann@-x.example',
    'a b@example.com',
    '<ann@example.com>',
    'a@b@example.com',
    'ann@[127.0.0.1]',
  ])('is never %s', (alias) => {
    expect(aliasProblem(alias)).toContain(JSON.stringify(alias));
  });
});

describe('what a user can log in with', () => {
  it('is all but tokens nobody gave out', () => {
    const not = usable(ann).filter((row) => !row.usable);
    expect(not).toEqual([
      { name: 'OAUTHBEARER', usable: false, why: 'no token was given out' },
      { name: 'XOAUTH2', usable: false, why: 'no token was given out' },
    ]);
    expect(why(createUser({ name: 'b', password: 'x', created: 0, tokens: ['t'] }, random), 'XOAUTH2')).toBe('');
  });

  it('says why it cannot be more', () => {
    const imported: User = { ...ann, secrets: { password: { imported: '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=' } } };
    const locked: User = { ...ann, secrets: { sealed: 'AAAA', why: 'sealed elsewhere' } };
    expect(why(ann, 'DIGEST-MD5', { realm: 'other' })).toBe(
      'its DIGEST-MD5 secret holds for the realm lab, not for other; set the password again',
    );
    expect([why(imported, 'PLAIN'), why(imported, 'CRAM-MD5')]).toEqual([
      '',
      'imported hash: only PLAIN and LOGIN; set the password again',
    ]);
    expect([why(locked, 'PLAIN'), why(locked, 'EXTERNAL')]).toEqual(['sealed elsewhere; set the password again', '']);
    expect(new Set(usable({ ...ann, enabled: false }).map((row) => row.why))).toEqual(
      new Set(['the user is disabled']),
    );
  });
});

describe('a user of a private receiver', () => {
  const listed = (clear: readonly string[]) =>
    ({ ...defaults, authentication: { ...defaults.authentication, clear, secured: [] } }) as unknown as Settings;

  it('has only what the lists offer, is made once, and without chance', () => {
    const settings = listed(['CRAM-MD5', 'PLAIN']);
    expect(listedMechanisms(settings)).toEqual(['CRAM-MD5', 'PLAIN']);
    const user = userFor({ name: 'ann', password: 'x' }, settings);
    expect(Object.keys(user.secrets)).toEqual(['password', 'cram-md5']);
    expect(userFor({ name: 'ann', password: 'x' }, settings)).toBe(user);
    expect(userFor({ name: 'ann', password: 'y' }, settings)).not.toBe(user);
    expect(Object.keys(userFor({ name: 'ann', password: 'x' }, listed(['SCRAM-SHA-1'])).secrets)).toEqual([
      'password',
      'scram-sha-1',
    ]);
  });
});

describe('a generated password', () => {
  it('is 16 letters that cannot be mistaken for each other, straight from the random octets', () => {
    expect(generatePassword(random)).toBe('05af-msy3-8djq-w16b');
    const all = Array.from({ length: 16 }, (_, half) => half * 2);
    expect(generatePassword(() => Uint8Array.from(all))).toBe('0246-8ace-gjmp-rtwy');
  });
});

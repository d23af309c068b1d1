// Hashes of other servers: each kind is checked as the program that wrote it would, and what cannot be is named.
import { hashSync } from 'bcryptjs';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bareHash, importedMatches, importedProblem } from '../../core/sasl/importedHash.ts';

const short = 'correct horse';
const long = 'a much longer password than the sixty-four octets that a block of the hash has, and then some';
const salted = (algorithm: string, prefix: string) =>
  prefix +
  Buffer.concat([createHash(algorithm).update('passwordsalt').digest(), Buffer.from('salt')]).toString('base64');

describe('a hash of another server', () => {
  // As written by openssl passwd -apr1, -1, -5, -6 (OpenSSL 3), Drepper's description with rounds, htpasswd -s, bcrypt.
  it.each([
    ['$apr1$abcdEFgh$xBdNNXi0ukorfHJsf.vCQ1', short],
    ['$apr1$abcdEFgh$wtIk03bsIlB571uuzlD8v0', long],
    ['$1$abcdEFgh$iVCpX05JTXXdkCoBypaZs1', short],
    ['$5$abcdEFgh$n4CMhyX6VQS4/0ARQdswgA5Zv2IPGD.c7WpK7bOezo/', short],
    ['$5$abcdEFgh$hXMGLlLaSMWNfEKobd06Ar.SFxZVstCHFQip/An23w8', long],
    ['$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA', 'Hello world!'],
    ['$6$abcdEFgh$1BnpKTlG6YBtwFr4Yz9tV67l8Pi0m2vu7vpzsduQec6IaVLcyP1SzroF.E7c.QliWRhPMHS4zKeUdxUhnvmXD.', long],
    [
      '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
      'Hello world!',
    ],
    ['{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', 'password'],
    [salted('sha1', '{SSHA}'), 'password'],
    [salted('sha512', '{SSHA512}'), 'password'],
    [hashSync('password', 4).replace('$2b$', '$2y$'), 'password'],
    [hashSync('password', 4).replace('$2b$', '$2a$'), 'password'],
  ])('%s knows its password and no other', (hash, password) => {
    expect(importedProblem(hash)).toBeNull();
    expect([importedMatches(hash, password), importedMatches(hash, `${password}x`)]).toEqual([true, false]);
  });

  it('is the same behind the prefix of Dovecot', () => {
    const crypt = '$1$abcdEFgh$iVCpX05JTXXdkCoBypaZs1';
    expect(['CRYPT', 'MD5-CRYPT', 'blf-crypt'].map((name) => bareHash(`{${name}}${crypt}`))).toEqual([
      crypt,
      crypt,
      crypt,
    ]);
    expect(bareHash('{SSHA}abcd')).toBe('{SSHA}abcd');
  });

  it.each([
    ['', 'no hash'],
    ['!', 'the account is locked'],
    ['x', 'the account is locked'],
    ['*LK*', 'the account is locked'],
    ['rqXexS6ZhobKA', 'DES crypt'],
    ['xKOYbcbMQNWfY', 'DES crypt'],
    ['$y$j9T$abc$def', 'yescrypt'],
    ['{ARGON2ID}$argon2id$v=19$x', 'Argon2'],
    ['{SCRAM-SHA-256}4096,a,b,c', 'SCRAM keys'],
    ['{PLAIN}hunter2', 'the password itself'],
    ['{NTLM}8846F7EA', 'not known here'],
    ['{SHA}hunter2', '{SHA} without 20 octets'],
    [`{SSHA}${Buffer.alloc(20).toString('base64')}`, 'and a salt'],
    [`$2y$17$${'a'.repeat(53)}`, 'bcrypt with cost 17 would hold up'],
    [`$2y$03$${'a'.repeat(53)}`, 'bcrypt with a cost under 4'],
    [`$6$rounds=900000$salt$${'a'.repeat(86)}`, 'crypt with rounds 900000 would hold up'],
    ['hunter2', 'no password hash that is known here'],
  ])('like %j is not taken, and matches nothing', (hash, why) => {
    expect(importedProblem(hash)).toContain(why);
    expect(importedProblem(hash)).not.toContain('hunter2');
    expect(importedMatches(hash, 'hunter2')).toBe(false);
  });
});

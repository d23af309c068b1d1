// What is kept of a password, against the vectors of RFC 1321, RFC 2104, RFC 2202, RFC 2195, RFC 5802 and RFC 7677.
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cramDigest, cramSecret, scramSecret } from '../../core/sasl/derive.ts';
import { finish, firstState } from '../../core/sasl/md5.ts';

describe('MD5 in two halves', () => {
  const whole = (message: Buffer) => finish(firstState(message.subarray(0, 64)), message.subarray(64)).toString('hex');

  it('gives the longest digest of RFC 1321 appendix A.5 (the others are shorter than a block)', () => {
    expect(whole(Buffer.from('1234567890'.repeat(8)))).toBe('57edf4a22be3c955ac49da2e2107b67a');
  });

  it('gives what node gives, at every length around a block', () => {
    const lengths = Array.from({ length: 200 }, (_, i) => 64 + i);
    const message = Buffer.from(Array.from({ length: 264 }, (_, i) => (i * 197 + 31) & 0xff));
    const expected = lengths.map((length) => createHash('md5').update(message.subarray(0, length)).digest('hex'));
    expect(lengths.map((length) => whole(message.subarray(0, length)))).toEqual(expected);
  });
});

describe('HMAC-MD5 from its two states', () => {
  // RFC 2202 section 2; cases 1 to 3 are those of RFC 2104's appendix. The function takes a password, so keys are ASCII here.
  it.each([
    ['case 1', '\x0b'.repeat(16), 'Hi There', '9294727a3638bb1c13f48ef8158bfc9d'],
    ['case 2', 'Jefe', 'what do ya want for nothing?', '750c783e6ab0b503eaa86e310a5db738'],
    ['case 5', '\x0c'.repeat(16), 'Test With Truncation', '56461ef2342edc00f9bab995690efd4c'],
    ['RFC 2195', 'tanstaaftanstaaf', '<1896.697170952@postoffice.reston.mci.net>', 'b913a602c7eda7a495b4e6e7334d3890'],
  ])('%s', (_case, key, text, digest) => {
    expect(cramDigest(cramSecret(key), Buffer.from(text)).toString('hex')).toBe(digest);
  });

  it.each([0, 1, 63, 64, 65, 300])('gives what node gives for a password of %i octets', (length) => {
    const [key, text] = ['p'.repeat(length), Buffer.from('<1@example>')];
    expect(cramDigest(cramSecret(key), text)).toEqual(createHmac('md5', key).update(text).digest());
  });

  it('keeps nothing of the password but two states of 16 octets', () => {
    const { inner, outer } = cramSecret('tanstaaftanstaaf');
    expect([inner.length, outer.length]).toEqual([16, 16]);
  });
});

describe('the keys of SCRAM', () => {
  it.each([
    ['sha1', 'QSXCR+Q6sek8bf92', '6dlGYMOdZcOPutkcNY8U2g7vK9Y=', 'D+CSWLOshSulAsxiupA+qs2/fTE='],
    [
      'sha256',
      'W22ZaJ0SNY7soEsUEjb6gQ==',
      'WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=',
      'wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    ],
  ] as const)(
    'for %s are those of the examples (RFC 5802 section 5, RFC 7677 section 3)',
    (hash, salt, stored, server) => {
      const secret = scramSecret('pencil', { hash, salt: Buffer.from(salt, 'base64'), iterations: 4096 });
      expect([secret.storedKey.toString('base64'), secret.serverKey.toString('base64')]).toEqual([stored, server]);
    },
  );
});

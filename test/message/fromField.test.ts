// Whom a From field names (core/message/fromField.ts): one reading for everybody, or none.
import { describe, expect, test } from 'vitest';
import { readFrom } from '../../core/message/fromField.ts';

const raws = (value: string) => {
  const read = readFrom(value);
  return 'problem' in read ? read.problem : read.addresses.map(({ raw }) => raw);
};

describe('a From field', () => {
  // RFC 5322 appendix A, RFC 6854 section 4, and what mail programs write.
  test.each([
    [' John Doe <jdoe@machine.example>', ['jdoe@machine.example']],
    [' "Joe Q. Public" <john.q.public@example.com>', ['john.q.public@example.com']],
    [
      ' Mary Smith <mary@x.test>, jdoe@example.org,\tWho? <one@y.test>',
      ['mary@x.test', 'jdoe@example.org', 'one@y.test'],
    ],
    [' Pete(A nice \\) chap) <pete@silly.test>', ['pete@silly.test']],
    [' J. R. Doe <jdoe@example.org> (at home)', ['jdoe@example.org']],
    [' A Group:Ed Jones <joe@where.test>,John <jdoe@one.test>;', ['joe@where.test', 'jdoe@one.test']],
    [' Nobody:;, alice@gate.example', ['alice@gate.example']],
    [' =?utf-8?Q?=3Cbob=40bank=2Eexample=3E=2C?= <alice@gate.example>', ['alice@gate.example']],
    [' "bob@bank.example, <eve@bank.example>" <alice@gate.example>', ['alice@gate.example']],
    [' "al\\"ice"@gate.example', ['"al\\"ice"@gate.example']],
    [' alice@[192.0.2.1]', ['alice@[192.0.2.1]']],
    [' Jürgen <jürgen@müller.example>', ['jürgen@müller.example']],
    ['<alice@gate.example>', ['alice@gate.example']],
  ])('%j names %j', (value, found) => expect(raws(value)).toEqual(found));

  test.each([
    ['', 'an address is missing'],
    [' \t(only this)', 'an address is missing'],
    [' Alice', 'it holds a name and no address'],
    [' =?utf-8?Q?alice=40gate=2Eexample?=', 'it holds a name and no address'],
    [' alice@gate.example (bob@bank.example)', 'a comment holds what may be taken for an address'],
    [' alice@gate.example(<bob>)', 'a comment holds what may be taken for an address'],
    [' <bob@bank.example> <alice@gate.example>', '“<” stands where “,” belongs'],
    [' bob@bank.example <alice@gate.example>', '“<” stands where “,” belongs'],
    [' alice@gate.example bob', '“b” stands where “,” belongs'],
    [' <@bank.example,@b.example:alice@gate.example>', 'an address is broken off before its @'],
    [' alice@gate.example,', 'an address is missing'],
    [' alice@gate.example,, bob@bank.example', 'it holds a name and no address'],
    [' alice(x)@gate.example', 'an address is broken off before its @'],
    [' alice @gate.example', 'an address is broken off before its @'],
    [' alice@ gate.example', 'a domain is none'],
    [' <alice@gate.example', 'an address does not end with its bracket'],
    [' <alice@gate.example >', 'an address does not end with its bracket'],
    [' a..b@gate.example', 'a local part is none'],
    [' .a@gate.example', 'a local part is none'],
    [' a@gate.example.', 'a domain is none'],
    [' a@b@gate.example', '“@” stands where “,” belongs'],
    [' "alice <alice@gate.example>', 'a quoted text does not end'],
    [' (alice <alice@gate.example>', 'a comment holds what may be taken for an address'],
    [' ((alice) alice', 'a comment does not end'],
    [' a@[192.0.2.1', 'an address literal does not end'],
    [' A:B:alice@gate.example;;', 'it holds a name and no address'],
    [' A:alice@gate.example', '“,” is missing'],
    [' alice@gate.example\0', 'it holds a control character'],
    [' alice@gate.example\rFrom: bob@bank.example', 'it holds a control character'],
    [' <>', 'an address is broken off before its @'],
  ])('%j cannot be read: %s', (value, problem) => expect(raws(value)).toBe(problem));

  test('is read in time that grows with its length', () => {
    for (const text of ['('.repeat(2000), '"\\'.repeat(1000), 'a.'.repeat(1000), 'a@b,'.repeat(500), '<'.repeat(2000)])
      expect(readFrom(text)).toHaveProperty('problem');
  });
});

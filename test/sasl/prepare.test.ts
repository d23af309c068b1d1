// SASLprep against the examples of RFC 4013 section 3 and the rules behind them.
import { describe, expect, it } from 'vitest';
import { prepared } from '../../core/sasl/prepare.ts';

describe('SASLprep', () => {
  it.each([
    ['I\u00adX', 'IX', 'a soft hyphen is mapped to nothing'],
    ['user', 'user', 'no transformation'],
    ['USER', 'USER', 'case is kept'],
    ['\u00aa', 'a', 'NFKC'],
    ['\u2168', 'IX', 'NFKC'],
    ['a\u00a0b', 'a b', 'a space that is not ASCII becomes one'],
    ['e\u0301', '\u00e9', 'composed'],
    ['\u0627\u0031\u0628', '\u0627\u0031\u0628', 'RandALCat first and last (RFC 3454 section 6)'],
  ])('%j becomes %j: %s (RFC 4013 section 3)', (text, expected) => {
    expect([prepared(text), prepared(text, 'query')]).toEqual([expected, expected]);
  });

  it.each([
    ['\u0007', 'a control character'],
    ['\u0627\u0031', 'RandALCat that does not end so'],
    ['\u0627a\u0628', 'both directions'],
    ['\ud800', 'half a surrogate pair'],
    ['\ue000', 'private use'],
    ['', 'nothing'],
    ['\u00ad', 'nothing is left'],
  ])('%j is refused: %s', (text) => {
    expect([prepared(text), prepared(text, 'query')]).toEqual([undefined, undefined]);
  });

  it('knows code points younger than Unicode 3.2 in a query alone (RFC 3454 section 7)', () => {
    expect([prepared('\u{1f600}'), prepared('\u{1f600}', 'query')]).toEqual([undefined, '\u{1f600}']);
  });

  it('throws at no length', () => {
    expect(prepared('x'.repeat(200_000))).toSatisfy(
      (text: string | undefined) => text === undefined || text.length === 200_000,
    );
  });
});

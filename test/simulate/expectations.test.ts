// What is expected of a population, judged by its figures, in words and numbers.
import { describe, expect, test } from 'vitest';
import { type Asked, judged } from '../../core/simulate/expectations.ts';

const asked: Asked = {
  clients: 10_000,
  begun: 10_000,
  served: 9_000,
  gaveUp: 400,
  tries: 20_000,
  mostTries: 7,
  turnedAway: { greeting: 9_820, mail: 9_900, message: 10_500, end: 11_000 },
  within: (ms) => (ms >= 900_000 ? 8_995 : 1_000),
  sessionsAtOnce: 130,
  sessionsOfAddress: 20,
};

describe('an expectation', () => {
  test.each([
    [{ of: 'flood', turnedAway: { least: '99 %' }, before: 'greeting' }, false],
    [{ turnedAway: { least: 9_820 }, before: 'greeting' }, true],
    [{ turnedAway: { least: 9_901 }, before: 'mail' }, false],
    [{ turnedAway: { most: 10_500 }, before: 'message' }, true],
    [{ turnedAway: { most: '54.9 %' } }, false],
    [{ of: 'citizens', served: { least: '90 %' } }, true],
    [{ served: { least: '90.01 %' } }, false],
    [{ served: { least: 8_000, most: 8_999 } }, false],
    [{ gaveUp: { most: '4 %' } }, true],
    [{ gaveUp: { most: 399 } }, false],
    [{ waits: { most: '15min', for: '89.95 %' } }, true],
    [{ waits: { most: '15min', for: '89.96 %' } }, false],
    [{ waits: { most: '15min' } }, false],
    [{ tries: { most: 7 } }, true],
    [{ tries: { most: 6 } }, false],
    [{ sessionsAtOnce: { most: 130 } }, true],
    [{ sessionsAtOnce: { most: 129 } }, false],
    [{ sessionsAtOnce: { most: 20 }, each: 'address' }, true],
    [{ sessionsAtOnce: { least: 21 }, each: 'address' }, false],
  ] as const)('%j: %s', (expectation, held) => {
    expect(judged(expectation, asked).held).toBe(held);
  });

  test('is told in words', () => {
    const told = [
      judged({ of: 'flood', turnedAway: { least: '99 %' }, before: 'greeting' }, { ...asked, tries: 10_000 }),
      judged({ of: 'citizens', waits: { most: '15min', for: '90 %' } }, asked),
      judged({ sessionsAtOnce: { most: 19 }, each: 'address' }, asked),
      judged({ served: { least: 8_000, most: 8_999 } }, asked),
    ].map(({ expected, found }) => `expected ${expected}, found ${found}`);
    expect(told).toEqual([
      'expected at least 99 % of flood turned away before the greeting, found 98.2 % (9,820 of 10,000)',
      'expected 90 % of citizens served within 15 min, found 89.95 % (8,995 of 10,000, 1,000 never served)',
      'expected at most 19 sessions of each address of all at once, found 20',
      'expected 8,000 to 8,999 of all served, found 90 % (9,000 of 10,000)',
    ]);
  });

  test('that is missed by a little is not told with the number it misses', () => {
    const { found, held } = judged({ served: { least: '90 %' } }, { ...asked, clients: 100_000, served: 89_999 });
    expect([held, found]).toEqual([false, '89.999 % (89,999 of 100,000)']);
  });

  test('does not hold when nobody came, or when there is no such group', () => {
    const nobody = {
      ...asked,
      begun: 0,
      served: 0,
      tries: 0,
      turnedAway: { greeting: 0, mail: 0, message: 0, end: 0 },
    };
    expect(judged({ turnedAway: { most: 0 } }, nobody)).toMatchObject({ held: false, found: 'nobody came' });
    expect(judged({ of: 'floods', tries: { most: 3 } }, undefined)).toMatchObject({
      held: false,
      found: 'there is no group floods',
    });
  });
});

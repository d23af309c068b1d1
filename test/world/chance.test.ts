// Holds seeded chance to its word: the same for the same seed on every machine, other for another, and evenly spread.
import { describe, expect, test } from 'vitest';
import { seededChance, seedOf } from '../../core/world/chance.ts';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

describe('seeded chance', () => {
  test('is what it always was: journals of old runs can be had again', () => {
    expect(hex(seededChance('seed').octets(20))).toBe('c14a0a19745214bb7ba1b6e095e0266efde83b33');
    const chance = seededChance(seedOf(7, 'auth/login', '-', 'weak'));
    expect([chance.below(1000), chance.below(1000), chance.fraction()]).toEqual([406, 281, 0.25441728066653013]);
  });

  test('is other for another seed, and for the parts of one', () => {
    const seeds = ['1', '2', seedOf(1, 'a', 'b'), seedOf(1, 'ab', ''), seedOf(1, 'a', 'b', ''), seedOf('1', 'a b')];
    expect(new Set(seeds.map((seed) => hex(seededChance(seed).octets(16)))).size).toBe(seeds.length);
  });

  test('gives as many octets as are asked for, none of them stuck', () => {
    const chance = seededChance('octets');
    for (const count of [0, 1, 3, 4, 5, 1000]) expect(chance.octets(count).length).toBe(count);
    const counts = new Array<number>(256).fill(0);
    for (const octet of chance.octets(256_000)) counts[octet]! += 1;
    // 1,000 each, with a standard deviation of 32.
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1200);
  });

  test('draws numbers below a bound, all of them, and fractions below 1', () => {
    const chance = seededChance('numbers');
    const dice = new Array<number>(6).fill(0);
    for (let roll = 0; roll < 60_000; roll += 1) dice[chance.below(6)]! += 1;
    for (const count of dice) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    const fractions = Array.from({ length: 10_000 }, () => chance.fraction());
    expect(fractions.every((one) => one >= 0 && one < 1)).toBe(true);
    expect(Math.abs(fractions.reduce((sum, one) => sum + one, 0) / 10_000 - 0.5)).toBeLessThan(0.02);
  });
});

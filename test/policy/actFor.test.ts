// Who may act for whom (core/policy/actFor.ts).
import { expect, it } from 'vitest';
import { mayActFor } from '../../core/policy/actFor.ts';

const alice = { name: 'alice', aliases: ['sales', '@example.com', 'info@example.com'] };

const may = (actFor: 'nobody' | 'alias' | 'anyone', authzid: string) => mayActFor({ actFor }, alice, authzid);

it('is always allowed for oneself, for others as the setting says', () => {
  for (const actFor of ['nobody', 'alias', 'anyone'] as const) expect(may(actFor, 'alice')).toBe(true);
  expect(['sales', 'info@example.com', 'bob'].map((name) => may('nobody', name))).toEqual([false, false, false]);
  expect(['sales', 'info@example.com', 'bob'].map((name) => may('alias', name))).toEqual([true, true, false]);
  expect(may('anyone', 'bob')).toBe(true);
});

it('compares names as logins do: exactly; a whole domain is nobody to act for', () => {
  expect(['Sales', 'Alice', '@example.com', 'bob@example.com'].map((name) => may('alias', name))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

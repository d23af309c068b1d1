// Makes a finding of a number of octets and the largest message allowed.
import type { Settings } from '../contract/settings/settings.ts';
import type { Finding } from '../contract/verdict.ts';
import { allowed, counted } from './wording.ts';

export interface Sized {
  readonly check: string;
  readonly what: 'declared' | 'received';
  readonly reason: 'size-declared' | 'size-exceeded';
  readonly settings: Settings;
  readonly octets: number;
  /** The reader has seen the limit passed, whatever was kept. */
  readonly isOver?: boolean;
}

/** `acceptance.maxDataSize` is in KB of 1024 octets; 0 = unlimited. */
export function sizeFinding({ check, what, reason, settings, octets, isOver = false }: Sized): Finding {
  const value = settings.acceptance.maxDataSize;
  const limit = value * 1024;
  const found = {
    check,
    text: `${counted(octets, 'octet')} ${what}, ${allowed(value === 0 ? 'unlimited' : limit)}`,
    setting: 'acceptance.maxDataSize',
    value,
    counter: { name: `octets ${what}`, value: octets, limit },
  };
  if (value === 0 || (octets <= limit && !isOver)) return { ...found, action: 'record' };
  return { ...found, action: 'refuse', reason };
}

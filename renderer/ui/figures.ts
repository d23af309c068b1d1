// Numbers, times and sizes as people read them; every figure in the window is written here.

import { simulatedEpoch } from '../../core/contract/scenarioWorld.ts';

const two = (value: number) => String(value).padStart(2, '0');

const grouped = new Intl.NumberFormat('en-US');

/** `1,204` */
export function count(value: number): string {
  return grouped.format(value);
}

/** `1 session`, `2 sessions` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Time of day of ms since 1970: `14:02:11.204`. */
export function clock(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Virtual time of day of ms since 1970, counted from the beginning of virtual time: `00:13:02`, `1 d 04:00:00`. */
export function virtualClock(at: number): string {
  const seconds = Math.max(0, Math.floor((at - simulatedEpoch) / 1000));
  const days = Math.floor(seconds / 86_400);
  const time = [seconds / 3600, seconds / 60, seconds].map((part, n) => two(Math.floor(part) % (n === 0 ? 24 : 60)));
  return `${days === 0 ? '' : `${days} d `}${time.join(':')}`;
}

/** Date and time: `2026-07-01 14:02:11`. */
export function moment(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(at).slice(0, 8)}`;
}

/** ms from connect as seconds: `0.024`. */
export function offset(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** A duration in ms: `0.2 ms`, `48 ms`, `5.1 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms < 0.1 ? '< 0.1' : ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Octets: `812 B`, `12.4 KB`, `2.0 MB` (powers of 1024, as SMTP servers mean them). */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** `6th` */
export function ordinal(value: number): string {
  const tail = value % 100 > 10 && value % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${count(value)}${tail}`;
}

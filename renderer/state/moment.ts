// Moments as a person types them into the filter: a time of today, a date, both, or how long ago.

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A moment with how exact it was said: `14:02` lasts a minute, `2026-07-01` a day. */
function readMoment(text: string, now: Date): Span | undefined {
  const match = /^(?:(\d{4})-(\d\d)-(\d\d))?(?:(?:^|[T ])(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?$/i.exec(
    text.trim(),
  );
  if (!match || text.trim() === '') return undefined;
  const [, year, month, day, hour, minute, second, fraction] = match;
  const isToday = year === undefined;
  const y = isToday ? now.getFullYear() : Number(year);
  const mo = isToday ? now.getMonth() : Number(month) - 1;
  const d = isToday ? now.getDate() : Number(day);
  const [h, m, s] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  if (h > 23 || m > 59 || s > 59) return undefined;
  const from = new Date(y, mo, d, h, m, s, Number((fraction ?? '0').padEnd(3, '0'))).getTime();
  const length = fraction !== undefined ? 1 : second !== undefined ? 1000 : hour !== undefined ? 60_000 : 86_400_000;
  return Number.isNaN(from) ? undefined : { from, to: from + length };
}

/** The moment meant, ms since 1970: `14:02`, `14:02:11`, `2026-07-01`, `2026-07-01T14:02`, or `10m` (ago; s, m, h, d). */
export function parseMoment(text: string, now: Date): number | undefined {
  const ago = /^(\d{1,6})\s*([smhd])$/i.exec(text.trim());
  if (ago) return now.getTime() - Number(ago[1]) * (UNITS[(ago[2] ?? 's').toLowerCase()] ?? 1000);
  return readMoment(text, now)?.from;
}

/** The span meant, end excluded: a moment as long as it was said, `from-to`, or `10m` (the last ten minutes). */
export function parseSpan(text: string, now: Date): Span | undefined {
  if (/^\d{1,6}\s*[smhd]$/i.test(text.trim())) {
    const from = parseMoment(text, now);
    return from === undefined ? undefined : { from, to: Number.POSITIVE_INFINITY };
  }
  const whole = readMoment(text, now);
  if (whole) return whole;
  const range = /^(.*\d:\d\d(?::\d\d)?)-(\d.*)$/.exec(text.trim());
  const first = range && readMoment(range[1] ?? '', now);
  const last = range && readMoment(range[2] ?? '', now);
  return first && last && last.to > first.from ? { from: first.from, to: last.to } : undefined;
}

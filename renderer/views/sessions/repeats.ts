// Folds away what a client says again and again and hears the same of: the first and the last stay, the rest is one line. Pure.
import type { TranscriptItem } from '../../../core/contract/transcript.ts';

/** Exchanges that are the same as those around them, as one line that can be opened. */
export interface Repeats {
  readonly kind: 'repeats';
  /** Number of the first event that is folded away, and of the last. */
  readonly n: number;
  readonly last: number;
  /** ms from connect of the first and the last line folded away. */
  readonly t: number;
  readonly until: number;
  readonly count: number;
}

export type ShownItem = TranscriptItem | Repeats;

/** From so many equal exchanges on, those between the first and the last are folded. */
export const FOLD_FROM = 8;

interface Exchange {
  readonly from: number;
  /** Behind its last item. */
  readonly to: number;
  readonly key: string;
}

/** The exchange that begins at an item: a line of the client, silences, what a login's line says, one reply. */
function exchangeAt(items: readonly TranscriptItem[], from: number): Exchange | undefined {
  const first = items[from];
  let at = from;
  while (items[at]?.kind === 'gap') at += 1;
  const client = items[at];
  if (first === undefined || client?.kind !== 'client') return undefined;
  at += 1;
  let decoded = '';
  // However long the secrets are.
  const decode = (text: string) => `${text.replace(/\d+ octets?/g, '').replace(/▮+/g, '▮')}\n`;
  for (let item = items[at]; item?.kind === 'gap' || item?.kind === 'sasl'; item = items[at]) {
    if (item.kind === 'sasl') decoded += decode(item.text);
    at += 1;
  }
  const server = items[at];
  if (server?.kind !== 'server') return undefined;
  at += 1;
  // A challenge is another one each time.
  while (items[at]?.kind === 'sasl') at += 1;
  return { from, to: at, key: `${client.text.replace(/▮+/g, '▮')}\n${decoded}${server.lines.join('\n')}` };
}

/** The items with long runs of equal exchanges folded; `open` names those that are not, by their first number. */
export function foldRepeats(
  items: readonly TranscriptItem[],
  isOpen: (repeats: Repeats) => boolean,
): readonly ShownItem[] {
  const shown: ShownItem[] = [];
  let at = 0;
  while (at < items.length) {
    const run: Exchange[] = [];
    let next = exchangeAt(items, at);
    while (next && (run.length === 0 || next.key === run[0]?.key)) {
      run.push(next);
      next = exchangeAt(items, next.to);
    }
    const folded = run.length >= FOLD_FROM ? repeatsOf(items, run) : undefined;
    const [first, last] = [run[0], run.at(-1)];
    if (folded && first && last && !isOpen(folded)) {
      shown.push(...items.slice(first.from, first.to), folded, ...items.slice(last.from, last.to));
      at = last.to;
    } else {
      const to = last ? last.to : at + 1;
      shown.push(...items.slice(at, to));
      at = to;
    }
  }
  return shown;
}

function repeatsOf(items: readonly TranscriptItem[], run: readonly Exchange[]): Repeats {
  const inner = items
    .slice(run[1]?.from, run.at(-2)?.to)
    .filter((item) => item.kind === 'client' || item.kind === 'server');
  const [first, last] = [inner[0], inner.at(-1)];
  return {
    kind: 'repeats',
    n: first?.n ?? 0,
    last: last?.n ?? 0,
    t: first?.t ?? 0,
    until: last?.t ?? 0,
    count: run.length - 2,
  };
}

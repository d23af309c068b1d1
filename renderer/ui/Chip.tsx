// Chips: an outcome as a word and a shape, never as colour alone; and badges for the basis of what is known.
import type { Outcome } from '../../core/contract/scenario.ts';
import type { Basis } from '../../core/contract/settings/leaf.ts';
import type { SessionOutcome, SessionRow } from '../../core/contract/summary.ts';

export type Tone = 'ok' | 'defer' | 'refuse' | 'drop' | 'open' | 'quiet' | 'plain';

interface ChipProps {
  readonly tone?: Tone;
  /** One character before the word. */
  readonly shape?: string;
  readonly children: React.ReactNode;
  readonly title?: string;
}

export function Chip({ tone = 'quiet', shape, children, title }: ChipProps) {
  return (
    <span className="chip" data-tone={tone} title={title}>
      {shape !== undefined && (
        <i aria-hidden data-shape={shape}>
          {shape}
        </i>
      )}
      {children}
    </span>
  );
}

/** Tone and shape of everything that can be the outcome of a session. */
export const outcomeLooks: Readonly<Record<SessionOutcome, { readonly tone: Tone; readonly shape: string }>> = {
  open: { tone: 'open', shape: '●' },
  accepted: { tone: 'ok', shape: '✓' },
  deferred: { tone: 'defer', shape: '▲' },
  refused: { tone: 'refuse', shape: '■' },
  dropped: { tone: 'drop', shape: '×' },
  closed: { tone: 'quiet', shape: '○' },
};

type Ended = Pick<SessionRow, 'outcome' | 'stored' | 'discarded' | 'quarantined'>;

/** How a session stands; what was accepted and then thrown away or kept apart says so in place of it. */
export function OutcomeChip({ row: { outcome, stored, discarded = 0, quarantined = 0 } }: { readonly row: Ended }) {
  if (outcome === 'accepted' && discarded > 0)
    return (
      <Chip tone="drop" shape="×" title={`Answered 250 and kept nowhere: ${discarded} of ${discarded + stored}`}>
        discarded
      </Chip>
    );
  if (outcome === 'accepted' && quarantined > 0)
    return (
      <Chip tone="drop" shape="◆" title={`Kept apart from other mail: ${quarantined} of ${stored}`}>
        quarantined
      </Chip>
    );
  const { tone, shape } = outcomeLooks[outcome];
  return (
    <Chip tone={tone} shape={shape}>
      {outcome}
    </Chip>
  );
}

/** Tone and shape of the outcome of a scenario. */
export const caseLooks: Readonly<
  Record<Outcome, { readonly tone: Tone; readonly shape: string; readonly word: string }>
> = {
  held: { tone: 'ok', shape: '✓', word: 'held' },
  breached: { tone: 'refuse', shape: '■', word: 'breached' },
  notApplicable: { tone: 'quiet', shape: '–', word: 'not applicable' },
  inconclusive: { tone: 'defer', shape: '▲', word: 'inconclusive' },
};

/** What a case showed about the receiver. */
export function CaseChip({ outcome, word }: { readonly outcome: Outcome; readonly word?: string }) {
  const look = caseLooks[outcome];
  return (
    <Chip tone={look.tone} shape={look.shape}>
      {word ?? look.word}
    </Chip>
  );
}

/** How a reply's code is shown: 2xx quiet, 3xx neutral, 4xx amber with ▲, 5xx red with ■. */
export function codeLook(code: number): { readonly tone: Tone; readonly shape: string } {
  if (code >= 500) return { tone: 'refuse', shape: '■' };
  if (code >= 400) return { tone: 'defer', shape: '▲' };
  return { tone: 'quiet', shape: '' };
}

const basisWords: Readonly<Record<Basis, string>> = {
  observed: 'Seen in the product itself',
  documented: 'As the product’s documentation says',
  assumed: 'The product’s documentation does not say; chosen as an administrator would expect',
  ours: 'The modelled product has no such thing',
};

/** How sure we are of a default, limit or reply of the modelled product. */
export function BasisBadge({ basis }: { readonly basis: Basis }) {
  return (
    <Chip tone="plain" title={basisWords[basis]}>
      {basis}
    </Chip>
  );
}

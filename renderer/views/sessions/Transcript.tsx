// The transcript of the open session: offsets, stages, both sides, silences, the TLS boundary; walked line by line.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { TranscriptItem } from '../../../core/contract/transcript.ts';
import type { Counter, Verdict } from '../../../core/contract/verdict.ts';
import { go } from '../../state/place.ts';
import { Jump } from '../../ui/Button.tsx';
import { codeLook, outcomeLooks } from '../../ui/Chip.tsx';
import { count, duration, offset } from '../../ui/figures.ts';
import { rowStep } from '../../ui/useRowKeys.ts';
import { silentWords } from './explain.ts';
import type { ShownItem } from './repeats.ts';

/** Lines. */
const PAGE = 15;

interface TranscriptProps {
  readonly session: string;
  readonly items: readonly ShownItem[];
  /** Number of the event looked at. */
  readonly line: number | undefined;
  readonly onLine: (n: number) => void;
  /** Shows what is folded away from this number on. */
  readonly onUnfold: (n: number) => void;
  /** Enter on a line: the focus goes to its why. */
  readonly onEnter: () => void;
  readonly onLeave: () => void;
  readonly scroller: RefObject<HTMLDivElement | null>;
}

/** Whether a line can be looked at. */
export function isLine(item: ShownItem): boolean {
  return item.kind !== 'stage' && item.kind !== 'gap';
}

/** What a login's line said belongs to the line of that number, where there is one. */
function isStop(items: readonly ShownItem[], at: number): boolean {
  const [before, item] = [items[at - 1], items[at]];
  if (!item || !isLine(item)) return false;
  return item.kind !== 'sasl' || !before || !isLine(before) || before.n !== item.n;
}

export function Transcript({ session, items, line, onLine, onUnfold, onEnter, onLeave, scroller }: TranscriptProps) {
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(items[index]),
    getItemKey: (index) => keyOf(items[index]),
    overscan: 20,
    paddingStart: 4,
    paddingEnd: 16,
  });
  const selected = items.findIndex((item) => item.n === line && isLine(item));

  const shown = useRef('');
  useLayoutEffect(() => {
    // Brought into view once per session, when its line is known; afterwards only the person scrolls.
    if (selected < 0 || shown.current === session) return;
    shown.current = session;
    virtual.scrollToIndex(selected, { align: 'center' });
  }, [session, selected, virtual]);
  useEffect(() => {
    if (selected < 0) scroller.current?.scrollTo({ top: 0 });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a new session begins at its top
  }, [session]);

  const walk = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    const next = nextLine(items, selected, event.key);
    const now = items[selected];
    if (event.key === 'Enter' && now?.kind === 'repeats') onUnfold(now.n);
    else if (event.key === 'Enter' && now) onEnter();
    else if (event.key === 'Escape') onLeave();
    else if (next === undefined) return;
    else {
      const item = items[next];
      if (item) onLine(item.n);
      virtual.scrollToIndex(next, { align: 'auto' });
    }
    event.preventDefault();
  };
  return (
    <div
      className="scroll transcript mono"
      ref={scroller}
      role="grid"
      aria-label="Transcript"
      aria-rowcount={items.length}
      aria-activedescendant={selected >= 0 ? `line-${selected}` : undefined}
      tabIndex={0}
      data-pane-focus=""
      onKeyDown={walk}
    >
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((entry) => {
          const item = items[entry.index];
          return (
            item && (
              <div
                key={entry.key}
                id={`line-${entry.index}`}
                role="row"
                aria-rowindex={entry.index + 1}
                aria-selected={isLine(item) ? entry.index === selected : undefined}
                data-index={entry.index}
                data-n={item.n}
                data-kind={item.kind}
                ref={virtual.measureElement}
                className="line-row"
                style={{ transform: `translateY(${entry.start}px)` }}
                onClick={(event) => {
                  const isLink = event.target instanceof Element && event.target.closest('button') !== null;
                  if (isLine(item) && !isLink) onLine(item.n);
                }}
              >
                <Line item={item} isSelected={entry.index === selected} onUnfold={onUnfold} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function nextLine(items: readonly ShownItem[], from: number, key: string): number | undefined {
  const step = rowStep(key, PAGE, items.length);
  if (step === undefined) return undefined;
  const way = step > 0 ? 1 : -1;
  let at = Math.min(items.length - 1, Math.max(0, from + step));
  while (items[at] && !isStop(items, at)) at += way;
  if (items[at]) return at;
  at = way > 0 ? items.length - 1 : 0;
  while (items[at] && !isStop(items, at)) at -= way;
  return items[at] ? at : undefined;
}

function estimate(item: ShownItem | undefined): number {
  if (item?.kind === 'server') return 5 + 17 * Math.max(1, item.lines.length + (item.fault === undefined ? 0 : 1));
  if (item?.kind === 'stage') return 30;
  if (item?.kind === 'tls') return 40;
  return 22;
}

/** One event of a login may be told in two lines. */
function keyOf(item: ShownItem | undefined): string {
  return `${item?.n}-${item?.kind}-${item?.kind === 'sasl' ? item.who : ''}`;
}

interface LineProps {
  readonly item: ShownItem;
  readonly isSelected: boolean;
  readonly onUnfold: (n: number) => void;
}

const Line = memo(function Line({ item, isSelected, onUnfold }: LineProps) {
  switch (item.kind) {
    case 'stage':
      return (
        <div className="stage-rule" role="gridcell">
          {item.stage}
        </div>
      );
    case 'gap':
      return (
        <div className="gap-rule" role="gridcell">
          {duration(item.ms)} of silence
        </div>
      );
    case 'repeats':
      return (
        <Row t={undefined} who="" className="repeats-line" isSelected={isSelected}>
          <Jump to={() => onUnfold(item.n)}>{count(item.count)} more of the same</Jump>, {offset(item.t)} to{' '}
          {offset(item.until)}
        </Row>
      );
    case 'tls':
      return (
        <Row t={item.t} who="" className="tls-row" isSelected={isSelected}>
          <div className="tls-band" data-failed={item.state === 'failed'}>
            {item.state === 'starting' ? `TLS ${item.text}` : item.text.replace(/^TLSv/, 'TLS ')}
          </div>
        </Row>
      );
    case 'client':
      return (
        <Row t={item.t} who="C" className="client-line" isSelected={isSelected} notes={item.notes}>
          <Redacted text={item.text} />
        </Row>
      );
    case 'server': {
      const { tone, shape } = item.verdict.action === 'drop' ? outcomeLooks.dropped : codeLook(item.code);
      return (
        <Row
          t={item.joined ? undefined : item.t}
          who="S"
          className="server-line"
          tone={tone}
          isSelected={isSelected}
          hint={hintOf(item)}
          shape={shape}
        >
          {item.lines.map((text, index) => (
            <div key={index}>
              <Redacted text={text} />
            </div>
          ))}
          {item.fault !== undefined && <div className="fault-line">{item.fault}</div>}
        </Row>
      );
    }
    case 'silent':
      return (
        <Row
          t={item.t}
          who=""
          className="server-line"
          isSelected={isSelected}
          hint="why ▸"
          {...silentLook(item.verdict)}
        >
          {silentWords(item.verdict)}
        </Row>
      );
    case 'sasl':
      return (
        <Row t={undefined} who="" className="sasl-line" isSelected={isSelected}>
          <span aria-hidden>{item.who === 'outcome' ? '→ ' : '↳ '}</span>
          <Redacted text={item.text} />
        </Row>
      );
    case 'note':
      return (
        <Row t={item.t} who="" className="client-line" isSelected={isSelected}>
          <span className="muted">{item.text}</span>
        </Row>
      );
    case 'data':
      return (
        <Row t={item.t} who="C" className="client-line" isSelected={isSelected} notes={item.notes}>
          <span className="muted">{item.text}</span>
        </Row>
      );
    case 'stored':
      return (
        <Row t={item.t} who="" className="server-line" {...fateOf(item)} isSelected={isSelected}>
          {item.text}{' '}
          {item.message !== undefined && (
            <Jump to={() => go({ view: 'messages', message: item.message })}>open the message</Jump>
          )}
        </Row>
      );
    case 'close':
      return (
        <Row t={item.t} who="" className="server-line" isSelected={isSelected}>
          {item.text}
        </Row>
      );
    case 'fault':
      return (
        <Row t={item.t} who="" className="server-line" tone="refuse" isSelected={isSelected} shape="■">
          a fault of the workbench: {item.text}
        </Row>
      );
  }
});

/** What went through with a finding is no loss. */
/** What became of a message that was taken. */
function fateOf({ message, apart }: Extract<TranscriptItem, { kind: 'stored' }>): Pick<RowProps, 'tone' | 'shape'> {
  if (message === undefined) return { tone: 'drop', shape: '×' };
  return apart === true ? { tone: 'drop', shape: '◆' } : { tone: 'ok', shape: '✓' };
}

function silentLook({ action }: Verdict): Pick<RowProps, 'tone' | 'shape'> {
  return action === 'accept' ? {} : { tone: 'drop', shape: '×' };
}

/** The few words behind a reply that say there is more: a counter, or just why. */
function hintOf(item: Extract<TranscriptItem, { kind: 'server' }>): string {
  const { findings, decider } = item.verdict;
  const counter = findings[decider ?? -1]?.counter;
  if (item.code >= 400 && counter && isCounted(counter)) return `${counter.value} of ${counter.limit}`;
  return item.code >= 400 || findings.length > 0 ? 'why ▸' : '';
}

/** Whether the counter is what matters: something was counted, against a limit that exists. */
function isCounted({ value, limit }: Counter): boolean {
  return value > 0 && limit !== 'unlimited' && limit > 0;
}

interface RowProps {
  readonly t: number | undefined;
  readonly who: 'C' | 'S' | '';
  readonly className: string;
  readonly isSelected: boolean;
  readonly tone?: string;
  readonly shape?: string;
  readonly hint?: string;
  readonly notes?: readonly string[];
  readonly children: React.ReactNode;
}

const sides = { C: 'client', S: 'server', '': '' } as const;

function Row({ t, who, className, isSelected, tone, shape = '', hint = '', notes = [], children }: RowProps) {
  return (
    <div className={`line ${className}`} data-tone={tone} data-selected={isSelected || undefined} role="presentation">
      <span className="at" role="gridcell">
        {t === undefined ? '' : offset(t)}
      </span>
      <span className="who" role="gridcell">
        <span aria-hidden>{who}</span>
        <span className="unseen">{sides[who]}</span>
      </span>
      <div className="said" role="gridcell">
        {children}
        {notes.length > 0 && <div className="line-notes">▲ {notes.join(', ')}</div>}
      </div>
      <span className="hint" role="gridcell">
        {hint} <span aria-hidden>{shape}</span>
      </span>
    </div>
  );
}

/** A line with what was kept from view: runs of redacted octets are drawn as a bar, and spoken as such. */
function Redacted({ text }: { readonly text: string }) {
  if (!text.includes('▮')) return text;
  return text.split(/(▮+)/).map((part, index) =>
    part.startsWith('▮') ? (
      <span key={index} className="redacted" title={`${part.length} octets redacted`}>
        <span aria-hidden>{part}</span>
        <span className="unseen">redacted</span>
      </span>
    ) : (
      part
    ),
  );
}

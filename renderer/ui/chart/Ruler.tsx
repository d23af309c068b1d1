// The time axis that all charts of a panel share: ticks, marks, and a slider that moves the cursor.
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { useElementWidth } from '../useWide.ts';
import { GUTTER, MARGIN, type View } from './curves.ts';
import { instantText, ticksFor } from './ticks.ts';

export interface RulerMark {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly onChoose: () => void;
}

interface RulerProps {
  readonly label: string;
  readonly view: View;
  /** All that there is or will be: from 0 to here, ms. */
  readonly end: number;
  /** So far it is known. */
  readonly now: number;
  readonly cursor: number;
  readonly step: number;
  /** The time at the cursor and the values there, for screen readers. */
  readonly valueText: string;
  readonly marks: (width: number) => readonly RulerMark[];
  readonly onMove: (at: number) => void;
  /** Nearer (below 1) or farther, around the cursor. */
  readonly onZoom: (factor: number) => void;
}

/** Nearer to the end than so many pixels a label stands on the other side of its tick. */
const LAST = 44;

export function Ruler(props: RulerProps) {
  const { label, view, end, now, cursor, step, valueText, marks, onMove } = props;
  const track = useRef<HTMLDivElement>(null);
  const slider = useRef<HTMLDivElement>(null);
  const width = useElementWidth(track);
  const share = (at: number) => `${(((at - view.from) / (view.to - view.from)) * 100).toFixed(3)}%`;
  const { at: ticks, every } = ticksFor(view.from, view.to, width);
  const toPointer = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    onMove(view.from + part * (view.to - view.from));
  };
  return (
    <div className="ruler" style={{ paddingLeft: GUTTER, paddingRight: MARGIN }}>
      <div className="ruler-track" ref={track}>
        {ticks.map((at) => (
          <span
            key={at}
            className="ruler-tick"
            style={{ left: share(at) }}
            data-last={(view.to - at) * width < (view.to - view.from) * LAST ? '' : undefined}
            aria-hidden
          >
            {instantText(at, every)}
          </span>
        ))}
        <div className="ruler-far" style={{ width: share(Math.min(Math.max(now, view.from), view.to)) }} aria-hidden />
        <div
          className="ruler-slider"
          ref={slider}
          role="slider"
          tabIndex={0}
          aria-label={label}
          title="Arrow keys move it by one step (with Shift by ten), Page Up and Page Down by a tenth; + and - look nearer and farther"
          aria-valuemin={0}
          aria-valuemax={Math.round(end)}
          aria-valuenow={Math.round(cursor)}
          aria-valuetext={valueText}
          onKeyDown={(event) => onKey(event, props)}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            toPointer(event);
          }}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) toPointer(event);
          }}
        >
          {cursor >= view.from && cursor <= view.to && (
            <i className="ruler-thumb" style={{ left: share(cursor) }} aria-hidden data-step={step} />
          )}
        </div>
        {marks(width).map(({ id, from, to, label: name, onChoose }) => {
          const left = Math.max(from, view.from);
          return (
            <button
              key={id}
              type="button"
              className="ruler-mark"
              tabIndex={-1}
              aria-label={name}
              title={name}
              style={{ left: share(left), width: share(view.from + Math.max(0, Math.min(to, view.to) - left)) }}
              onClick={() => {
                onChoose();
                slider.current?.focus();
              }}
            />
          );
        })}
      </div>
    </div>
  );
}

function onKey(event: KeyboardEvent, { view, end, cursor, step, onMove, onZoom }: RulerProps): void {
  const page = Math.max(step, (view.to - view.from) / 10);
  const small = step * (event.shiftKey ? 10 : 1);
  const by = (ms: number) => onMove(Math.min(Math.max(0, cursor + ms), end));
  switch (event.key) {
    case 'ArrowRight':
    case 'ArrowUp':
      by(small);
      break;
    case 'ArrowLeft':
    case 'ArrowDown':
      by(-small);
      break;
    case 'PageUp':
      by(page);
      break;
    case 'PageDown':
      by(-page);
      break;
    case 'Home':
      onMove(0);
      break;
    case 'End':
      onMove(end);
      break;
    case '+':
    case '=':
      onZoom(0.5);
      break;
    case '-':
      onZoom(2);
      break;
    default:
      return;
  }
  event.preventDefault();
}

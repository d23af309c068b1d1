// The talk of a played case: what was sent, expected and heard, the first difference side by side.
import { useState } from 'react';
import type { TalkLine } from '../../../core/contract/scenario.ts';
import { Button } from '../../ui/Button.tsx';
import { count } from '../../ui/figures.ts';

/** Lines shown at once; longer talks begin with this many and end with what differed. */
const SHOWN = 120;
const AROUND = 30;

interface TalkProps {
  readonly lines: readonly TalkLine[];
  /** A difference that is in no line, because it shows only afterwards. */
  readonly afterwards?: { readonly expected: string; readonly heard: string } | undefined;
}

/** The id of the first difference, for jumps. */
export const DIFFERENCE = 'first-difference';

export function Talk({ lines, afterwards }: TalkProps) {
  const [isWhole, setWhole] = useState(false);
  const first = lines.findIndex((line) => !line.ok);
  const isLong = lines.length > SHOWN && !isWhole;
  const head = isLong ? AROUND : lines.length;
  const tail = isLong ? Math.max(head, (first < 0 ? lines.length : first) - 10) : lines.length;
  const line = (one: TalkLine, index: number) => <Line key={index} line={one} isFirst={index === first} />;
  return (
    <>
      <ol className="talk mono" aria-label="What was said">
        {lines.slice(0, head).map(line)}
        {isLong && tail > head && (
          <li className="talk-gap">
            <Button kind="ghost" onClick={() => setWhole(true)}>
              {count(tail - head)} more lines
            </Button>
          </li>
        )}
        {isLong && lines.slice(tail).map((one, n) => line(one, tail + n))}
        {afterwards && first < 0 && (
          <li className="difference" id={DIFFERENCE} tabIndex={-1}>
            <Sides label="afterwards" expected={afterwards.expected} heard={afterwards.heard} heardWord="found" />
          </li>
        )}
      </ol>
    </>
  );
}

function Line({ line, isFirst }: { readonly line: TalkLine; readonly isFirst: boolean }) {
  const { step, sent, expected, heard, ok } = line;
  if (!ok)
    return (
      <li className="difference" id={isFirst ? DIFFERENCE : undefined} tabIndex={isFirst ? -1 : undefined}>
        {sent !== undefined && <Said step={step} word="sent" sign="C" text={sent} />}
        <Sides label={`step ${step}`} expected={expected ?? ''} heard={heard ?? 'nothing'} />
      </li>
    );
  return (
    <li>
      {sent !== undefined && <Said step={step} word="sent" sign="C" text={sent} />}
      {heard !== undefined && (
        <Said step={sent === undefined ? step : undefined} word="heard" sign="S" text={heard} expected={expected} />
      )}
    </li>
  );
}

interface SaidProps {
  readonly step: number | undefined;
  readonly word: 'sent' | 'heard';
  readonly sign: 'C' | 'S';
  readonly text: string;
  readonly expected?: string | undefined;
}

function Said({ step, word, sign, text, expected }: SaidProps) {
  return (
    <div className="talk-line" data-sign={sign}>
      <span className="talk-step">{step}</span>
      <span className="talk-sign" aria-hidden>
        {sign}
      </span>
      <span className="unseen">{word}: </span>
      <span className="talk-text">{text === '' ? <span className="faint">(an empty line)</span> : unfolded(text)}</span>
      {expected !== undefined && <span className="talk-expected">expected {expected}</span>}
    </div>
  );
}

/** A reply of several lines as the lines it had. */
function unfolded(text: string): string {
  return text.replaceAll(/ \/ (?=\d{3}[ -])/g, '\n');
}

interface SidesProps {
  readonly label: string;
  readonly expected: string;
  readonly heard: string;
  readonly heardWord?: string;
}

/** Expected beside heard. */
export function Sides({ label, expected, heard, heardWord = 'heard' }: SidesProps) {
  return (
    <div className="sides">
      <div>
        <small>expected, {label}</small>
        {expected}
      </div>
      <div>
        <small>
          <span aria-hidden>■</span> {heardWord}
        </small>
        {unfolded(heard)}
      </div>
    </div>
  );
}

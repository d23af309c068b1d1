// What came of a login that was tried: in words, the last reply, every move, and the way to its session.
import { useEffect, useRef } from 'react';
import type { Output } from '../../../../core/contract/calls.ts';
import { go } from '../../../state/place.ts';
import { Jump } from '../../../ui/Button.tsx';
import { Chip, codeLook, type Tone } from '../../../ui/Chip.tsx';

interface OutcomeProps {
  readonly answer: Output<'test.login'>;
  /** Before the window goes elsewhere. */
  readonly onLeave: () => void;
}

/** The three digits a reply begins with; 0 for what is no reply. */
function codeOf(reply: string): number {
  return Number(/^[2-5]\d\d/.exec(reply)?.[0] ?? 0);
}

function lookOf({ ok, reply }: OutcomeProps['answer']): { tone: Tone; shape: string; words: string } {
  if (ok) return { tone: 'ok', shape: '✓', words: 'Logged in' };
  const code = codeOf(reply);
  if (code === 0) return { tone: 'drop', shape: '×', words: 'Not logged in' };
  return { ...codeLook(code), words: code >= 500 ? 'Refused' : code >= 400 ? 'Not now' : 'Not logged in' };
}

export function Outcome({ answer, onLeave }: OutcomeProps) {
  const { reply, moves, session } = answer;
  const { tone, shape, words } = lookOf(answer);
  const section = useRef<HTMLElement>(null);
  // New browsers answer with a promise, which is nothing to clean up with.
  useEffect(() => void section.current?.scrollIntoView({ block: 'nearest' }), [answer]);
  return (
    <section ref={section} className="trial-outcome" data-tone={tone} aria-label="Outcome">
      <div className="row">
        <Chip tone={tone} shape={shape}>
          {words}
        </Chip>
        <span className="grow" />
        {session !== undefined && (
          <Jump
            to={() => {
              onLeave();
              go({ view: 'sessions', session });
            }}
          >
            Open the session
          </Jump>
        )}
      </div>
      <div className="mono trial-reply">{reply}</div>
      {moves.length > 0 && (
        <ol className="said-moves" aria-label="Moves of the login">
          {moves.map(({ from, text }, index) => (
            <li key={index}>
              <span>{from}</span>
              <span className="mono">{text}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

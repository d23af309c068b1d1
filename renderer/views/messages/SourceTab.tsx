// The source of a message as it came, below what we would add; one signature at a time can be marked in it.
import { useMemo, useState } from 'react';
import type { Output } from '../../../core/contract/calls.ts';
import type { DkimAnswer } from '../../../core/contract/senderAnswers.ts';
import { Select } from '../../ui/Choose.tsx';
import { counted } from '../../ui/figures.ts';
import { textOf } from '../../ui/textRows.ts';
import { lineMarks, TextView } from '../../ui/TextView.tsx';
import { marksOf } from './marks.ts';

interface SourceProps {
  readonly source: Output<'messages.source'>;
  readonly dkim: DkimAnswer | undefined;
}

export function SourceTab({ source, dkim }: SourceProps) {
  const { trace, bytes, removed } = source;
  const text = useMemo(() => trace + textOf(bytes), [trace, bytes]);
  const signatures = dkim?.signatures ?? [];
  const best = Math.max(
    0,
    signatures.findIndex(({ result }) => result === 'pass'),
  );
  const [chose, setWished] = useState<string>();
  const wished = chose ?? String(best);
  const chosen = wished === '' ? undefined : signatures[Number(wished)];
  const isLeft = removed !== undefined && removed.length > 0;
  const marks = useMemo(
    () => (chosen || isLeft ? marksOf(bytes, chosen, removed) : undefined),
    [bytes, chosen, removed, isLeft],
  );
  const own = trace.split('\n').length - 1;
  return (
    <>
      {own > 0 && (
        <p className="part-note small muted">
          The first {counted(own, 'line')} we would add; the rest is what the client sent.
        </p>
      )}
      {(signatures.length > 0 || isLeft) && (
        <div className="part-note row small">
          {signatures.length > 0 && (
            <label className="row">
              Show what is signed by
              <Select
                value={wished}
                options={[
                  { value: '', title: 'nobody' },
                  ...signatures.map(({ domain, selector, result }, index) => ({
                    value: String(index),
                    title: `${index + 1}. ${domain}, ${selector}: ${result}`,
                  })),
                ]}
                onChoose={setWished}
              />
            </label>
          )}
          <span className="grow" />
          {chosen && <Legend kind="signed" />}
          {chosen && <Legend kind="unsigned" />}
          {isLeft && <Legend kind="removed" />}
        </div>
      )}
      <TextView label="Source" text={text} ownLines={own} marks={marks} />
    </>
  );
}

function Legend({ kind }: { readonly kind: keyof typeof lineMarks }) {
  const { sign, word } = lineMarks[kind];
  return (
    <span className="mark-legend" data-mark={kind}>
      <span aria-hidden>{sign} </span>
      <span>{word}</span>
    </span>
  );
}

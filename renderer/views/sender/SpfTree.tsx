// An SPF check as it was evaluated: the record's terms one below the other, what each came to, and the records they led to.
import { useId, useState } from 'react';
import type { DnsQuestion } from '../../../core/contract/facts.ts';
import type { SpfAnswer, SpfRecord, SpfTerm } from '../../../core/contract/senderAnswers.ts';
import { Chip } from '../../ui/Chip.tsx';
import { Dotted } from '../../ui/Dotted.tsx';
import { Say } from '../../ui/Field.tsx';
import { counted } from '../../ui/figures.ts';
import { Meter } from '../../ui/Meter.tsx';
import { termMarks } from './looks.ts';
import { Questions } from './Questions.tsx';
import { ResultChip } from './ResultChip.tsx';

/** RFC 7208 section 4.6.4. */
const LOOKUPS = 10;
const VOIDS = 2;

const identities = { helo: 'EHLO name', mailfrom: 'MAIL sender' } as const;

export function SpfTree({ answer }: { readonly answer: SpfAnswer }) {
  const { result, identity, domain, explanation, detail, lookups, voids, reading, lint = [], tree } = answer;
  return (
    <section className="evidence" aria-label={`SPF of ${domain}`}>
      <div className="row">
        <ResultChip result={result} />
        <span>
          SPF of the {identities[identity]}{' '}
          <span className="mono">
            <Dotted text={domain} />
          </span>
        </span>
      </div>
      <div className="spf-counts">
        <Count what="Lookups" value={lookups} limit={LOOKUPS} />
        <Count what="Void lookups" value={voids} limit={VOIDS} />
        <span className="muted small">{reading} reading</span>
      </div>
      {detail !== undefined && <Say tone={result === 'permerror' ? 'refuse' : 'defer'} text={detail} />}
      {lint.map((text) => (
        <Say key={text} tone="defer" text={text} />
      ))}
      <RecordTerms record={tree} answer={answer} depth={0} isDeciding />
      {explanation !== undefined && (
        <p className="small">
          <span className="muted">The domain says: </span>
          <q>{explanation}</q>
        </p>
      )}
    </section>
  );
}

interface CountProps {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
}

function Count({ what, value, limit }: CountProps) {
  return (
    <span className="spf-count">
      <span className="small muted">
        {what} {value} of {limit}
      </span>
      <Meter label={what} value={value} limit={limit} tone={value > limit ? 'refuse' : 'open'} />
    </span>
  );
}

interface RecordProps {
  readonly record: SpfRecord;
  readonly answer: SpfAnswer;
  readonly depth: number;
  /** What matches here decides; in an included record it only says that the include matches. */
  readonly isDeciding: boolean;
}

function RecordTerms({ record, ...place }: RecordProps) {
  // Told once: by the term it is about, or at the head of all.
  const tellsError =
    record.error !== undefined &&
    record.error !== place.answer.detail &&
    !record.terms.some(({ outcome }) => outcome === 'error');
  return (
    <div className="spf-record">
      {record.text === undefined && record.error === undefined && (
        <p className="small muted">{record.domain} publishes no SPF record.</p>
      )}
      {place.depth === 0 && record.text !== undefined && <p className="mono spf-text">{record.text}</p>}
      {tellsError && <Say tone="refuse" text={`${record.domain}: ${record.error}`} />}
      {record.terms.length > 0 && (
        <ol
          className="spf-terms"
          aria-label={`Terms of the record of ${record.domain}`}
          data-deep={place.depth > 5 || undefined}
        >
          {record.terms.map((term, index) => (
            <Term key={index} term={term} {...place} />
          ))}
        </ol>
      )}
    </div>
  );
}

/** Levels that are open at first, whatever came of them. */
const OPEN = 2;

interface TermProps extends Omit<RecordProps, 'record'> {
  readonly term: SpfTerm;
}

function Term({ term, answer, depth, isDeciding }: TermProps) {
  const { text, expanded, outcome, note, lookup, voids, questions = [], record } = term;
  const decides = isDeciding && outcome === 'match';
  const isTelling = decides || outcome === 'match' || outcome === 'error' || outcome === 'used';
  const [isOpen, setOpen] = useState(record !== undefined && (depth < OPEN || isTelling));
  const [isAsked, setAsked] = useState(false);
  const id = useId();
  const asked = questions.flatMap((at): readonly DnsQuestion[] => answer.questions.slice(at, at + 1));
  const { tone, shape } = termMarks[outcome];
  return (
    <li data-outcome={outcome} data-decides={decides || undefined}>
      <div className="spf-term">
        <span className="spf-mark" data-tone={tone} aria-hidden>
          {shape}
        </span>
        <span className="spf-said">
          <span className="mono">
            <Dotted text={text} />
          </span>
          {expanded !== undefined && expanded !== text && (
            <span className="mono small muted spf-line">
              <span className="unseen">expanded to </span>
              <span aria-hidden>= </span>
              <Dotted text={expanded} />
            </span>
          )}
          <span className="small muted spf-line">
            {outcome}
            {note !== undefined && `: ${note}`}
          </span>
        </span>
        <span className="spf-side small">
          {decides && (
            <Chip tone="open" shape="◂">
              decided
            </Chip>
          )}
          {lookup !== undefined && (
            <span className="muted number" title={`The ${lookup}. of at most ${LOOKUPS} terms that ask DNS`}>
              <span className="unseen">lookup </span>
              {lookup}/{LOOKUPS}
            </span>
          )}
          {voids !== undefined && (
            <span className="number spf-void" title="Void lookups so far">
              <span className="unseen">void lookups </span>
              <span aria-hidden>∅ </span>
              {voids}/{VOIDS}
            </span>
          )}
        </span>
      </div>
      {(asked.length > 0 || record) && (
        <div className="spf-more small">
          {asked.length > 0 && (
            <button
              type="button"
              className="more"
              aria-expanded={isAsked}
              aria-controls={`${id}-asked`}
              onClick={() => setAsked(!isAsked)}
            >
              {counted(asked.length, 'question')}
              <span className="unseen"> of {text}</span>
            </button>
          )}
          {record && (
            <button
              type="button"
              className="more"
              aria-expanded={isOpen}
              aria-controls={`${id}-record`}
              onClick={() => setOpen(!isOpen)}
            >
              {isOpen ? 'close' : 'open'} the record of {record.domain}: {record.result}
            </button>
          )}
        </div>
      )}
      <div id={`${id}-asked`} hidden={!isAsked} className="spf-asked">
        {isAsked && <Questions questions={asked} label={`Questions of ${text}`} />}
      </div>
      <div id={`${id}-record`} hidden={!isOpen}>
        {isOpen && record && (
          <RecordTerms
            record={record}
            answer={answer}
            depth={depth + 1}
            isDeciding={isDeciding && outcome === 'used'}
          />
        )}
      </div>
    </li>
  );
}

// DKIM signatures as cards: what each came to and why, its key, its age, what it covers and what it leaves open.
import { useContext } from 'react';
import type { DkimAnswer, DkimSignature } from '../../../core/contract/senderAnswers.ts';
import { Chip } from '../../ui/Chip.tsx';
import { Dotted } from '../../ui/Dotted.tsx';
import { Say } from '../../ui/Field.tsx';
import { count, counted, moment } from '../../ui/figures.ts';
import { Meter } from '../../ui/Meter.tsx';
import { span } from './looks.ts';
import { ResultChip } from './ResultChip.tsx';
import { When } from './when.ts';

/** So many cards are open at first; more are a list of heads. */
const OPEN = 2;

export function Signatures({ answer }: { readonly answer: DkimAnswer }) {
  const { result, signatures, count: there } = answer;
  const left = there - signatures.length;
  return (
    <section className="evidence" aria-label="DKIM signatures">
      <div className="row">
        <ResultChip result={result} />
        <span>{there === 0 ? 'The message is not signed.' : `DKIM, ${counted(there, 'signature')}`}</span>
      </div>
      <ol className="cards">
        {signatures.map((signature, index) => (
          <li key={index} className="signature" data-result={signature.result}>
            <details open={signatures.length <= OPEN}>
              <summary>
                <ResultChip result={signature.result} />
                <span className="signature-who">
                  <b className="mono">
                    <Dotted text={signature.domain} />
                  </b>
                  {signature.why !== undefined && <span className="small spf-line">{signature.why}</span>}
                </span>
                <span className="muted number">
                  {index + 1}
                  <span className="unseen">. signature</span>
                </span>
              </summary>
              <Card signature={signature} />
            </details>
          </li>
        ))}
      </ol>
      {left > 0 && (
        <Say
          tone="defer"
          text={`${counted(left, 'further signature was', 'further signatures were')} counted and not verified.`}
        />
      )}
    </section>
  );
}

function Card({ signature }: { readonly signature: DkimSignature }) {
  const { selector, algorithm, canonicalization, identity, bits, testing, fields, notOversigned, copies } = signature;
  const { length, key, id } = signature;
  const bare = new Set(notOversigned.map((name) => name.toLowerCase()));
  return (
    <>
      <dl className="facts">
        <dt>key</dt>
        <dd>
          <span className="mono">
            {selector}._domainkey.
            <Dotted text={signature.domain} />
          </span>
          <div className="row small">
            <span className="muted">
              {algorithm}
              {bits !== undefined && `, ${count(bits)} bits`}
            </span>
            {testing === true && (
              <Chip tone="defer" shape="▲" title="t=y: the domain only tries DKIM out">
                testing
              </Chip>
            )}
          </div>
          {key !== undefined && (
            <details className="small">
              <summary>key record</summary>
              <span className="mono wrap">{key}</span>
            </details>
          )}
        </dd>
        <Times signature={signature} />
        <dt>reads as</dt>
        <dd>{canonicalization}</dd>
        {identity !== undefined && (
          <>
            <dt>for</dt>
            <dd className="mono">{identity}</dd>
          </>
        )}
        <dt>signs</dt>
        <dd>
          <ul className="field-names" aria-label="Fields it signs">
            {[...tally(fields)].map(([name, times]) => (
              <li key={name} data-open={bare.has(name.toLowerCase()) || undefined}>
                {name}
                {times > 1 && ` ×${times}`}
                {bare.has(name.toLowerCase()) && <span className="unseen">, a second one could be added</span>}
              </li>
            ))}
          </ul>
        </dd>
        {length && (
          <>
            <dt>body, l=</dt>
            <dd>
              <span className="small muted">
                {count(length.covered)} of {count(length.all)} octets are signed
              </span>
              <Meter
                label="Signed part of the body"
                value={length.covered}
                limit={length.all}
                tone={length.covered < length.all ? 'refuse' : 'ok'}
              />
            </dd>
          </>
        )}
        {copies !== undefined && (
          <>
            <dt>copies</dt>
            <dd>{count(copies)} with this signature within the interval</dd>
          </>
        )}
        <dt>known as</dt>
        <dd className="mono small muted">{id}</dd>
      </dl>
      {notOversigned.length > 0 && (
        <Say
          tone="defer"
          text={`A second ${notOversigned.join(', ')} could be put above without breaking it: signed once, not oversigned.`}
        />
      )}
      {length && length.covered < length.all && (
        <Say tone="refuse" text="Anybody can change the end of the body: nothing behind l= is signed." />
      )}
    </>
  );
}

function Times({ signature: { signed, expires } }: { readonly signature: DkimSignature }) {
  const when = useContext(When);
  return (
    <>
      {signed !== undefined && (
        <>
          <dt>signed</dt>
          <dd>
            {moment(signed)}
            {when !== undefined && (
              <span className="muted">
                , {span(when - signed)} {when >= signed ? 'old' : 'ahead of us'}
              </span>
            )}
          </dd>
        </>
      )}
      {expires !== undefined && (
        <>
          <dt>expires</dt>
          <dd>
            {moment(expires)}
            {when !== undefined && (
              <span className="muted">
                , {expires >= when ? `${span(expires - when)} left` : `${span(when - expires)} too late`}
              </span>
            )}
          </dd>
        </>
      )}
      {signed === undefined && expires === undefined && (
        <>
          <dt>age</dt>
          <dd className="muted">it does not say when it was made</dd>
        </>
      )}
    </>
  );
}

/** Names as they first stand, and how often each does. */
function tally(fields: readonly string[]): ReadonlyMap<string, number> {
  const names = new Map<string, string>();
  const times = new Map<string, number>();
  for (const field of fields) {
    const name = names.get(field.toLowerCase()) ?? field;
    names.set(field.toLowerCase(), name);
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return times;
}

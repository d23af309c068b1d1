// What was found out about the peer, the domain and the header: reverse DNS, EHLO name, MX, lists, greylisting, header rules.
import type {
  DomainAnswer,
  EhloAnswer,
  GreylistAnswer,
  HeaderAnswer,
  ListAnswer,
  ReverseAnswer,
} from '../../../core/contract/senderAnswers.ts';
import { Dotted } from '../../ui/Dotted.tsx';
import { Say } from '../../ui/Field.tsx';
import { duration, moment } from '../../ui/figures.ts';
import { Table } from '../../ui/Table.tsx';
import { ResultChip } from './ResultChip.tsx';

interface FrameProps {
  readonly label: string;
  readonly result: string;
  readonly about: React.ReactNode;
  readonly children?: React.ReactNode;
}

function Found({ label, result, about, children }: FrameProps) {
  return (
    <section className="evidence" aria-label={label}>
      <div className="row">
        <ResultChip result={result} />
        <span className="wrap">{about}</span>
      </div>
      {children}
    </section>
  );
}

const Name = ({ text }: { readonly text: string }) => (
  <span className="mono">
    <Dotted text={text} />
  </span>
);

export function Reverse({ answer }: { readonly answer: ReverseAnswer }) {
  const { result, address, names, confirmed } = answer;
  return (
    <Found label="Reverse DNS" result={result} about={<>Reverse DNS of {<Name text={address} />}</>}>
      {names.length === 0 ? (
        <p className="small muted">The address has no name.</p>
      ) : (
        <ul className="names" aria-label={`Names of ${address}`}>
          {names.map((name) => (
            <li key={name}>
              <span aria-hidden>{name === confirmed ? '⇄' : '→'} </span>
              <Name text={name} />{' '}
              <span className="small muted">
                {name === confirmed ? 'leads back to the address' : confirmed === undefined ? 'does not lead back' : ''}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Found>
  );
}

export function EhloName({ answer: { result, name } }: { readonly answer: EhloAnswer }) {
  return <Found label="EHLO name" result={result} about={<>EHLO name {<Name text={name} />}</>} />;
}

export function SenderDomain({ answer: { result, domain, hosts } }: { readonly answer: DomainAnswer }) {
  return (
    <Found label="Sender domain" result={result} about={<>Mail to {<Name text={domain} />}</>}>
      {hosts.length > 0 && (
        <Table
          label={`Hosts that take mail for ${domain}`}
          columns={[
            { title: 'preference', isNumber: true, cell: ({ preference }) => preference },
            { title: 'host', cell: ({ name }) => <Name text={name} /> },
            {
              title: 'addresses',
              cell: ({ addresses }) => (
                <span className="mono wrap">{addresses.length === 0 ? 'none' : addresses.join(', ')}</span>
              ),
            },
          ]}
          rows={hosts}
        />
      )}
    </Found>
  );
}

export function Listing({ answer }: { readonly answer: ListAnswer }) {
  const { list, zone, subject, result, codes, text, why } = answer;
  return (
    <Found
      label={`List ${list}`}
      result={result}
      about={
        <>
          {<Name text={subject} />} at {list}
        </>
      }
    >
      <dl className="facts">
        {zone !== list && (
          <>
            <dt>asked at</dt>
            <dd className="mono">{zone}</dd>
          </>
        )}
        {codes.length > 0 && (
          <>
            <dt>answered</dt>
            <dd className="mono">{codes.join(', ')}</dd>
          </>
        )}
        {text !== undefined && (
          <>
            <dt>it says</dt>
            <dd>{text}</dd>
          </>
        )}
      </dl>
      {why !== undefined && <Say tone="defer" text={why} />}
    </Found>
  );
}

const greyWords: Readonly<Record<GreylistAnswer['state'], string>> = {
  new: 'never seen before',
  early: 'back too early',
  passed: 'waited long enough, let in',
  known: 'known from before',
  late: 'back too late, begins anew',
};

export function Greylisted({ answer }: { readonly answer: GreylistAnswer }) {
  const { state, network, sender, recipient, first, relief } = answer;
  return (
    <Found label="Greylisting" result={state} about={`Greylisting: ${greyWords[state]}`}>
      <dl className="facts">
        <dt>network</dt>
        <dd className="mono">{network}</dd>
        <dt>sender</dt>
        <dd className="mono">{sender === '' ? '<>' : sender}</dd>
        <dt>recipient</dt>
        <dd className="mono">{recipient}</dd>
        <dt>first seen</dt>
        <dd>{moment(first)}</dd>
        {relief > 0 && (
          <>
            <dt>may pass</dt>
            <dd>in {duration(relief)}</dd>
          </>
        )}
      </dl>
    </Found>
  );
}

const rules = {
  from: 'exactly one From',
  syntax: 'well-formed header',
  duplicates: 'no duplicate fields',
  lookAlike: 'no look-alikes',
} as const;

export function HeaderRules({ answer: { faults, authors } }: { readonly answer: HeaderAnswer }) {
  return (
    <Found
      label="Header rules"
      result={faults.length === 0 ? 'pass' : 'fail'}
      about={
        authors.length === 0 ? (
          'The header names no author'
        ) : (
          <>From names {<Name text={authors.map(({ raw }) => raw).join(', ')} />}</>
        )
      }
    >
      {faults.length > 0 && (
        <ul className="names" aria-label="Faults of the header">
          {faults.map(({ rule, text, fields }, index) => (
            <li key={index}>
              <Say tone="defer" text={text} />
              <span className="small muted">
                {rules[rule]}
                {fields.length > 0 && `; field ${fields.map((at) => at + 1).join(', ')} from the top`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Found>
  );
}

// The evidence of a finding about the sender, drawn by its kind; and how the work on a message went.
import '../../style/evidence.css';
import { assertNever } from '../../../core/contract/never.ts';
import type { SenderAnswer, Work } from '../../../core/contract/senderAnswers.ts';
import { count, duration } from '../../ui/figures.ts';
import { Alignment } from './Alignment.tsx';
import { Chain } from './Chain.tsx';
import { EhloName, Greylisted, HeaderRules, Listing, Reverse, SenderDomain } from './Peer.tsx';
import { ResultChip } from './ResultChip.tsx';
import { Signatures } from './Signatures.tsx';
import { SpfTree } from './SpfTree.tsx';

export function Evidence({ answer }: { readonly answer: SenderAnswer }) {
  switch (answer.kind) {
    case 'spf':
      return <SpfTree answer={answer} />;
    case 'reverse':
      return <Reverse answer={answer} />;
    case 'ehlo':
      return <EhloName answer={answer} />;
    case 'domain':
      return <SenderDomain answer={answer} />;
    case 'list':
      return <Listing answer={answer} />;
    case 'dkim':
      return <Signatures answer={answer} />;
    case 'dmarc':
      return <Alignment answer={answer} />;
    case 'arc':
      return <Chain answer={answer} />;
    case 'header':
      return <HeaderRules answer={answer} />;
    case 'greylist':
      return <Greylisted answer={answer} />;
    default:
      return assertNever(answer);
  }
}

const outcomes: Readonly<Record<Work['outcome'], string>> = {
  done: 'done',
  'no-room': 'the queue had no room',
  waited: 'no worker was free in time',
  crashed: 'the worker crashed',
  'too-long': 'the worker took too long, and was ended',
};

/** `waited 3 ms, worked 12 ms`, and how full it was. */
export function WorkFacts({ work }: { readonly work: Work }) {
  const { outcome, waited, ms, before, working, error } = work;
  return (
    <>
      <div className="row">
        <ResultChip result={outcome} title={outcomes[outcome]} />
        <span>{outcome === 'done' ? '' : outcomes[outcome]}</span>
        <span>
          waited {duration(waited)}, worked {duration(ms)}
        </span>
      </div>
      <div className="small muted">
        when it came, {count(working)} at work and {count(before)} waiting before it
      </div>
      {error !== undefined && <div className="mono small wrap">{error}</div>}
    </>
  );
}

// Made-up answers to a message for tests of what policy makes of them.
import type {
  ArcAnswer,
  DkimAnswer,
  DkimSignature,
  DmarcAnswer,
  HeaderAnswer,
  HeaderFault,
  MessageAnswer,
} from '../../core/contract/senderAnswers.ts';

const asked = { questions: [{ name: 's1._domainkey.remote.example', type: 'TXT', answer: ['v=DKIM1'], ms: 1 }], ms: 2 };

export function signature(one: Partial<DkimSignature> = {}): DkimSignature {
  return {
    result: 'pass',
    domain: 'remote.example',
    selector: 's1',
    algorithm: 'rsa-sha256',
    canonicalization: 'relaxed/relaxed',
    fields: ['from'],
    covered: [0],
    notOversigned: [],
    id: '0123456789abcdef',
    ...one,
  };
}

export function dkimAnswer(result: DkimAnswer['result'], signatures: readonly DkimSignature[] = []): DkimAnswer {
  return { kind: 'dkim', result, signatures, count: signatures.length, ...asked };
}

export function dmarcAnswer(result: DmarcAnswer['result'], other = result): DmarcAnswer {
  const reading = { policyDomain: 'remote.example', record: 'v=DMARC1; p=reject', steps: [], alignments: [] };
  return {
    kind: 'dmarc',
    result,
    author: 'remote.example',
    readings: [
      { reading: '9989', result, ...reading },
      { reading: '7489', result: other, ...reading },
    ],
    ...asked,
  };
}

export function arcAnswer(result: ArcAnswer['result'], sets: ArcAnswer['sets'] = []): ArcAnswer {
  return { kind: 'arc', result, sets, trusted: false, ...asked };
}

export function headerAnswer(...faults: HeaderFault[]): HeaderAnswer {
  return { kind: 'header', faults, authors: [], questions: [], ms: 0 };
}

export function answerTo(found: Omit<MessageAnswer, 'work'>): MessageAnswer {
  return { ...found, work: { outcome: 'done', waited: 0, ms: 1, before: 0, working: 1 } };
}

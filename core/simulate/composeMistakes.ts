// What is wrong with the messages a file composes: members that exclude one another, keys and algorithms that do not fit.
import type { Scenario } from '../contract/scenario.ts';
import type { Composed, Hop, Sign } from '../contract/scenarioMessage.ts';
import type { Literal } from './bytes.ts';
import { talksOf } from './loginMistakes.ts';
import type { Mistake, Placed } from './mistake.ts';

type Path = Mistake['path'];

/** The mistakes of all composed messages, each once, whichever of its cases send it. */
export function composeMistakes(scenario: Scenario): Mistake[] {
  return talksOf(scenario).flatMap(({ path, value }) =>
    value.flatMap((step, index) => {
      if ('compose' in step) return inMessage([...path, index, 'compose'], step.compose);
      if (!('mail' in step) || step.mail.sign === undefined) return [];
      return [step.mail.sign].flat().flatMap((one) => inSign([...path, index, 'mail', 'sign'], one));
    }),
  );
}

const ownWords = [
  'from',
  'to',
  'subject',
  'date',
  'messageId',
  'fields',
  'without',
  'text',
  'html',
  'attachments',
] as const;

function inMessage(path: Path, message: Composed): Mistake[] {
  const beside = message.raw === undefined ? [] : ownWords.filter((word) => message[word] !== undefined);
  return [
    ...beside.map((word) => ({
      path: [...path, word],
      message: `${word} beside raw, which is the whole message`,
      remedy: 'Remove one of the two; hops may change what is given',
    })),
    ...(message.hops ?? []).flatMap((hop, index) => inHop([...path, 'hops', index], hop)),
  ];
}

function inHop(path: Path, hop: Hop): Mistake[] {
  if ('sign' in hop) return inSign([...path, 'sign'], hop.sign);
  if ('change' in hop && Object.keys(hop.change).length === 0)
    return [
      { path, message: 'a change that changes nothing', remedy: 'Say what: prefix, append, set, add, remove, ...' },
    ];
  return [];
}

function inSign(path: Path, { key = 'rsa2048a', algorithm, fields, fault }: Sign): Mistake[] {
  const kind = key.startsWith('ed25519') ? 'ed25519' : 'rsa';
  const found: Mistake[] = [];
  if (algorithm !== undefined && !algorithm.startsWith(kind))
    found.push({
      path: [...path, 'algorithm'],
      message: `${key} cannot sign by ${algorithm}`,
      remedy: `Take a key whose name begins with ${algorithm.split('-')[0]}, or leave algorithm out`,
    });
  if (fault === 'no-from' && fields !== undefined)
    found.push({
      path: [...path, 'fault'],
      message: 'no-from beside fields, which say what is signed',
      remedy: 'Leave From out of fields, or leave fields out',
    });
  return found;
}

/** The literal bytes of a message, with their places. */
export function bytesOfMessage(path: Path, message: Composed): Placed<Literal | readonly Literal[]>[] {
  const { raw, fields, attachments = [], hops = [] } = message;
  return [
    ...(raw === undefined ? [] : [{ path: [...path, 'raw'], value: raw }]),
    ...(fields === undefined ? [] : [{ path: [...path, 'fields'], value: fields }]),
    ...attachments.map(({ content }, index) => ({ path: [...path, 'attachments', index, 'content'], value: content })),
    ...hops.flatMap((hop, index) => {
      if (!('change' in hop)) return [];
      const at = [...path, 'hops', index, 'change'];
      const { append, add } = hop.change;
      return [
        ...(append === undefined ? [] : [{ path: [...at, 'append'], value: append }]),
        ...(add === undefined ? [] : [{ path: [...at, 'add'], value: add }]),
      ];
    }),
  ];
}

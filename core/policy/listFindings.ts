// What the answers of block lists lead to: each entry by its code, the strongest action of all lists.
import type { ListAnswer } from '../contract/senderAnswers.ts';
import { parseIp, parseIpSet, contains } from '../contract/settings/network.ts';
import type { SenderAction } from '../contract/settings/sender/actions.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { actions, type Finding } from '../contract/verdict.ts';
import type { ListQuestion, PolicyContext } from './check.ts';
import { senderFinding } from './senderFinding.ts';

export type List = Settings['sender']['dnsbl']['lists'][number];

/** A list that is asked, and where it stands in the settings. */
export interface Asked {
  readonly list: List;
  /** E.g. `sender.dnsbl.lists.0`. */
  readonly path: string;
  readonly answer: ListAnswer | Promise<ListAnswer>;
}

type Answered = Asked & { readonly answer: ListAnswer };

export interface Judging {
  readonly check: string;
  /** What a silent list leads to, and its setting. */
  readonly silent: SenderAction;
  readonly setting: string;
}

export const nameOf = ({ name, zone }: List): string => (name === '' ? zone : name);

/** Asks what has not been answered yet; `known` is what has. */
export function asking(
  question: ListQuestion,
  { inquiry }: Pick<PolicyContext, 'inquiry'>,
  known: readonly ListAnswer[],
): Promise<ListAnswer> | ListAnswer {
  const { list, subject } = question;
  return known.find((one) => one.zone === list.zone && one.subject === subject) ?? inquiry.list(question);
}

const strength = (action: SenderAction) => actions.indexOf(action);
const stopping = strength('defer');

/** Findings of all lists, at once where all have answered before; `keep` is told of the answers where one has not. */
export function judgeLists(
  asked: readonly Asked[],
  judging: Judging,
  keep: (answers: readonly ListAnswer[]) => void,
): readonly Finding[] | Promise<readonly Finding[]> {
  const isAnswered = (one: Asked): one is Answered => !(one.answer instanceof Promise);
  if (asked.every(isAnswered)) return listFindings(asked, judging);
  return Promise.all(asked.map(async (one): Promise<Answered> => ({ ...one, answer: await one.answer }))).then(
    (all) => {
      keep(all.map(({ answer }) => answer));
      return listFindings(all, judging);
    },
  );
}

/**
 * One finding an answer, in the order of the lists. Of those that answer the client only the strongest does, the first of
 * equals; it comes last, and the others are on record.
 */
function listFindings(answered: readonly Answered[], judging: Judging): readonly Finding[] {
  const findings = answered.map((one) => findingOf(one, judging));
  const strongest = findings.reduce<Finding | undefined>(
    (best, one) => (best !== undefined && strength(best.action) >= strength(one.action) ? best : one),
    undefined,
  );
  if (strongest === undefined || strength(strongest.action) < stopping) return findings;
  return [...findings.flatMap((one) => (one === strongest ? [] : [subdued(one)])), strongest];
}

function subdued(finding: Finding): Finding {
  if (strength(finding.action) < stopping) return finding;
  const { reason: _reason, ...rest } = finding;
  return { ...rest, action: 'record', text: `${finding.text}; another list decides` };
}

function findingOf({ list, path, answer }: Answered, { check, silent, setting }: Judging): Finding {
  const name = shown(nameOf(list));
  const subject = shown(answer.subject);
  const evidence = {
    subject,
    list: name,
    ...(answer.codes.length > 0 && { answers: answer.codes.join(', ') }),
    ...(answer.text !== undefined && { said: answer.text }),
    ...(answer.why !== undefined && { why: answer.why }),
  };
  if (answer.result === 'listed') {
    const { value, place, note } = actionFor(list, answer.codes);
    return senderFinding({
      check,
      value,
      setting: `${path}.${place}`,
      text: `${subject} is listed by ${name} (${answer.codes.join(', ')}${note === '' ? '' : `: ${note}`})`,
      answer,
      reasons: { refuse: 'listed', defer: 'listed-later' },
      evidence,
    });
  }
  const isSilent = answer.result === 'silent';
  return senderFinding({
    check,
    value: isSilent ? silent : 'record',
    setting: isSilent ? setting : path,
    text: isSilent
      ? `${name} has no say about ${subject}: ${answer.why ?? 'it is silent'}`
      : `${subject} is not listed by ${name}`,
    answer,
    reasons: { refuse: 'list-silent', defer: 'list-silent-later' },
    evidence,
  });
}

/** The strongest action of all codes; of each code that of the first row which holds it. */
function actionFor(list: List, codes: readonly string[]) {
  const each = codes.map((code) => {
    const index = list.codes.findIndex(({ answer }) => isWithin(code, answer));
    const row = list.codes[index];
    return row === undefined
      ? { value: list.action, place: 'action', note: '' }
      : { value: row.action, place: `codes.${index}.action`, note: row.note };
  });
  const fallback = { value: list.action, place: 'action', note: '' };
  return each.reduce((best, one) => (strength(one.value) > strength(best.value) ? one : best), each[0] ?? fallback);
}

function isWithin(code: string, set: string): boolean {
  const range = parseIpSet(set);
  const ip = parseIp(code);
  return range !== undefined && ip !== undefined && contains(range, ip);
}

const shown = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 253);

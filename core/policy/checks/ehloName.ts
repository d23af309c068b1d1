// Check `ehlo-name`: is what the client calls itself a name, not ours, and one that has an address?
import { isDeepStrictEqual } from 'node:util';
import type { EhloAnswer } from '../../contract/senderAnswers.ts';
import { parseIp } from '../../contract/settings/network.ts';
import type { Check, PolicyContext } from '../check.ts';
import { exemptFrom } from '../senderExempt.ts';
import { senderFinding } from '../senderFinding.ts';

/** RFC 5321 section 4.1.4. Asked once for each name, at the stage at which it acts; most wrong names need no DNS. */
export const ehloName: Check = {
  name: 'ehlo-name',
  title: 'EHLO name',
  group: 'sender',
  run: (context, stage) => {
    const { enabled, stage: acting } = context.settings.sender.ehloName;
    const { session } = context.facts;
    if (!enabled || stage !== acting || !session.helo) return undefined;
    const spared = exemptFrom('ehloName', 'ehlo-name', context);
    if (spared) return spared;
    const { name } = session.helo;
    if (session.ehloName?.name === name) return judged(session.ehloName, context);
    const result = withoutDns(name, context);
    if (result !== undefined) {
      session.ehloName = { kind: 'ehlo', result, name, questions: [], ms: 0 };
      return judged(session.ehloName, context);
    }
    return context.inquiry.ehloName(name).then((answer) => judged((session.ehloName = answer), context));
  },
};

/** Octets of a name (RFC 5321 section 4.5.3.1.2, RFC 1035 section 2.3.4). */
const longestName = 253;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** What can be said of the name itself; undefined when DNS has to be asked. */
function withoutDns(
  name: string,
  { settings, facts: { connection } }: PolicyContext,
): EhloAnswer['result'] | undefined {
  if (name.startsWith('[')) return ofLiteral(name, connection.peer.address);
  const plain = name.toLowerCase().replace(/\.$/, '');
  // Names that are only numbers are addresses without their brackets: no top-level domain is (RFC 1123 section 2.1).
  const labels = plain.split('.');
  if (parseIp(plain) !== undefined || /^\d+$/.test(labels.at(-1) ?? '') || plain.length > longestName)
    return 'malformed';
  if (!labels.every((label) => LABEL.test(label))) return 'malformed';
  const { hostname } = settings.acceptance;
  if (plain === hostname.toLowerCase() || settings.domains.local.some((one) => one.name.toLowerCase() === plain))
    return 'ours';
  return labels.length === 1 ? 'bare' : undefined;
}

/** RFC 5321 section 4.1.3. */
function ofLiteral(name: string, address: string): EhloAnswer['result'] {
  const text = /^\[(?:IPv6:)?([^\]]+)\]$/i.exec(name)?.[1] ?? '';
  const said = parseIp(text);
  if (said === undefined) return 'malformed';
  return isDeepStrictEqual(said, parseIp(address)) ? 'literal' : 'mismatch';
}

const words = {
  pass: 'it has an address',
  literal: 'it is the address of the client',
  bare: 'it has no dot',
  malformed: 'it is no domain name',
  ours: 'it is ours',
  unknown: 'it has no address',
  mismatch: 'it is not the address of the client',
  temperror: 'DNS did not answer',
} as const satisfies Record<EhloAnswer['result'], string>;

function judged(answer: EhloAnswer, { settings, facts }: PolicyContext) {
  const { result } = answer;
  const name = answer.name.replace(/[^\x21-\x7e]/g, '?');
  return senderFinding({
    check: 'ehlo-name',
    value: settings.sender.ehloName.map[result],
    setting: `sender.ehloName.map.${result}`,
    text: `EHLO name ${name}: ${words[result]}`,
    answer,
    reasons: { refuse: 'ehlo-name', defer: 'ehlo-name-later' },
    evidence: { result: words[result], name, address: facts.connection.peer.address },
  });
}

// Facts and contexts for tests of policy: whatever a test does not name is a clean client on the first listener.
import type {
  Ban,
  ConnectionFacts,
  Facts,
  LoginFacts,
  Mailbox,
  SessionFacts,
  Stage,
  Stress,
  TransactionFacts,
} from '../../core/contract/facts.ts';
import type { SpfAnswer } from '../../core/contract/senderAnswers.ts';
import { type Settings, type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import type { Finding, Verdict } from '../../core/contract/verdict.ts';
import type { Check, Inquiry, PolicyContext } from '../../core/policy/check.ts';
import { nobody } from '../../core/smtp/inquiry.ts';

export function settingsOf(input: SettingsInput = {}): Settings {
  return settingsSchema.parse(input);
}

export function mailbox(address: string): Mailbox {
  const at = address.lastIndexOf('@');
  if (at < 0) return { raw: address, local: address, domain: '' };
  return { raw: address, local: address.slice(0, at), domain: address.slice(at + 1) };
}

export interface Known {
  readonly settings?: SettingsInput;
  readonly listenerIndex?: number;
  readonly address?: string;
  readonly flow?: ConnectionFacts['flow'];
  readonly session?: Partial<SessionFacts>;
  readonly transaction?: Partial<TransactionFacts>;
  readonly login?: LoginFacts;
  readonly spf?: (identity: 'helo' | 'mailfrom') => Promise<SpfAnswer>;
  readonly inquiry?: Partial<Inquiry>;
  readonly stress?: Stress;
  readonly pause?: (ms: number) => Promise<void>;
  readonly ban?: Ban;
  readonly elapsed?: () => number;
}

export function contextOf(known: Known): PolicyContext {
  const settings = settingsOf(known.settings);
  const listenerIndex = known.listenerIndex ?? 0;
  const listener = settings.listeners[listenerIndex];
  if (!listener) throw new Error(`no listener ${listenerIndex}`);
  const facts: Facts = {
    connection: {
      id: 's1',
      listener,
      listenerIndex,
      peer: { address: known.address ?? '192.0.2.1', port: 40000 },
      local: { address: '127.0.0.1', port: 2525 },
      flow: known.flow ?? [],
      ...(known.ban && { ban: known.ban }),
    },
    session: { wrongCommands: 0, failedLogins: 0, messages: 0, commands: 0, junk: 0, ...known.session },
    ...(known.transaction && {
      transaction: { sender: mailbox('a@remote.example'), recipients: [], ...known.transaction },
    }),
    ...(known.login && { login: known.login }),
  };
  return {
    settings,
    facts,
    pause: known.pause ?? (() => Promise.resolve()),
    stress: () => known.stress,
    elapsed: known.elapsed ?? (() => 0),
    spf: known.spf ?? (() => Promise.reject(new Error('SPF was not to be asked'))),
    inquiry: { ...nobody, ...known.inquiry },
  };
}

/** What a check says, always as a list. */
export async function findingsOf(check: Check, known: Known, stage: Stage = 'mail'): Promise<readonly Finding[]> {
  const answer = await check.run(contextOf(known), stage);
  return answer === undefined ? [] : Array.isArray(answer) ? answer : [answer as Finding];
}

export function sync(verdict: Verdict | Promise<Verdict>): Verdict {
  if (verdict instanceof Promise) throw new Error('the verdict was to be synchronous');
  return verdict;
}

export function spfAnswer(answer: Partial<SpfAnswer> & Pick<SpfAnswer, 'result' | 'identity'>): SpfAnswer {
  const { result } = answer;
  return {
    kind: 'spf',
    domain: 'remote.example',
    lookups: 0,
    voids: 0,
    reading: 'strict',
    tree: { domain: 'remote.example', result, terms: [] },
    questions: [],
    ms: 0,
    ...answer,
  };
}

export const submission = { name: 'submission', role: 'submission', address: '0.0.0.0:587' } as const;
export const submissions = {
  name: 'submissions',
  role: 'submissions',
  address: '0.0.0.0:465',
  tls: 'implicit',
} as const;
export const mx = { name: 'mx', role: 'mx', address: '0.0.0.0:25' } as const;

// The calls about DNS: one question with the reason of its answer, the last questions, and zone files in and out.
import type { Input, Output } from '../contract/calls.ts';
import { type Handlers, HostError } from '../contract/rpc.ts';
import { parseIp } from '../contract/settings/network.ts';
import { type Settings, settingsSchema } from '../contract/settings/settings.ts';
import { because } from '../dns/because.ts';
import { readBind } from '../dns/bindRead.ts';
import { writeBind } from '../dns/bindWrite.ts';
import { createDns, type Dns } from '../dns/dns.ts';
import { arpaName } from '../dns/names.ts';
import { realWorld } from '../world/real.ts';
import type { RecentQuestions } from './recentQuestions.ts';

type DnsCalls = 'dns.ask' | 'dns.recent' | 'dns.import' | 'dns.export';

interface Asking {
  readonly settings: () => Settings;
  readonly recent: RecentQuestions;
}

export function dnsHandlers({ settings, recent }: Asking): Pick<Handlers, DnsCalls> {
  const dns = createDns(realWorld);
  return {
    'dns.ask': ({ name, type, settings: draft }) => {
      const parsed = draft === undefined ? undefined : settingsSchema.safeParse(draft);
      if (parsed?.success === false) throw new HostError('bad-input', 'these settings are not valid yet');
      return askDns(dns, { name, type, group: (parsed?.data ?? settings()).dns });
    },
    'dns.recent': ({ limit }) => recent.list(limit),
    'dns.import': ({ text, origin }) => {
      const { zone, records, problems } = readBind(text, origin);
      return { zone, records, problems: [...problems] };
    },
    'dns.export': ({ zone }) => {
      const { text, problems } = writeBind(zone);
      return { text, problems: [...problems] };
    },
  };
}

export interface OneQuestion extends Pick<Input<'dns.ask'>, 'name' | 'type'> {
  readonly group: Settings['dns'];
}

/** Asks as the receiver does; an address has its PTR name asked for. Rejects with a {@link HostError} for no name at all. */
export async function askDns(dns: Dns, { name, type, group }: OneQuestion): Promise<Output<'dns.ask'>> {
  const wanted = name.trim();
  if (wanted === '') throw new HostError('bad-input', 'there is no name to ask for', ['for example: example.com']);
  const asked = type === 'PTR' && parseIp(wanted) ? (arpaName(wanted) ?? wanted) : wanted;
  const asking = dns.asked(group);
  // What went wrong stands in the question.
  await asking.resolve(asked, type).catch(() => undefined);
  const [question = { name: asked, type, answer: 'SERVFAIL', ms: 0 }] = asking.questions;
  return { question, because: because(group, question) };
}

// What deserves a warning among the settings about senders: what loses honest mail, what cannot work, and what does nothing.
import type { Advice } from './advice.ts';
import type { Settings } from './settings/settings.ts';

type Sender = Settings['sender'];

/** What is odd about what is asked of senders. */
export function senderAdvice(settings: Settings): readonly Advice[] {
  return [
    ...atEhlo(settings),
    ...lists(settings.sender),
    ...proofs(settings.sender),
    ...results(settings.sender),
    ...greylisting(settings.sender),
    ...lostForGood(settings.sender),
  ];
}

/** What is asked of a DNS that cannot know: the zone alone answers. */
export function dnsAdvice({ sender, dns }: Settings): readonly Advice[] {
  if (dns.servers.enabled) return [];
  const { senderDomain, dnsbl, domainLists } = sender;
  const names = dns.zone.toLowerCase();
  const absent = [...dnsbl.lists, ...domainLists.lists].filter(
    ({ enabled, zone }) => enabled && !names.includes(zone.toLowerCase()),
  );
  const warn = (when: boolean, text: string) => (when ? [{ path: 'dns.servers.enabled', text }] : []);
  return [
    ...warn(
      senderDomain.enabled && loses(senderDomain.map.missing),
      'Off, every sender whose domain is not in the zone is turned away (sender.senderDomain.map.missing): switch servers on for mail from outside.',
    ),
    ...warn(
      absent.length > 0,
      `Off, the zone alone answers, and it has nothing of ${absent.map(({ zone }) => zone).join(', ')}: nobody is ever listed.`,
    ),
  ];
}

const told = (when: boolean, path: string, text: string): readonly Advice[] =>
  when ? [{ path: `sender.${path}`, text }] : [];

const asked = (all: readonly { readonly enabled: boolean }[]) => all.some(({ enabled }) => enabled);

/** What is answered behind EHLO is answered before a user could log in. */
function atEhlo({ sender, listeners }: Settings): readonly Advice[] {
  const groups = {
    spf: sender.spf.ehlo || sender.spf.mailFrom,
    reverseDns: sender.reverseDns.enabled,
    ehloName: sender.ehloName.enabled,
    dnsbl: asked(sender.dnsbl.lists),
    domainLists: asked(sender.domainLists.lists),
  };
  const open = listeners.filter(({ enable, role }) => enable && role !== 'mx').map(({ name }) => name);
  const all = (Object.keys(groups) as (keyof typeof groups)[]).filter((name) => groups[name]);
  return all.flatMap((name) => {
    const group = sender[name];
    return told(
      open.length > 0 && group.stage === 'ehlo' && !group.exemptSubmission,
      `${name}.stage`,
      `On ${open.join(', ')} it acts before anybody could log in: users on the way are shut out.`,
    );
  });
}

interface Named {
  readonly name: string;
  readonly zone: string;
}

/** Paid lists give each customer a zone with a key in it; without a name, replies show the zone. */
function named(group: 'dnsbl' | 'domainLists', all: readonly Named[]): readonly Advice[] {
  return all.flatMap(({ name, zone }, index) =>
    told(
      name === '' && /(?:^|\.)(?=[a-z]*\d)[a-z\d]{20,}\./i.test(zone),
      `${group}.lists.${index}.name`,
      'The zone seems to hold a key of yours, and whoever is refused reads it in the reply: give the list a name.',
    ),
  );
}

function lists({ dnsbl, domainLists }: Sender): readonly Advice[] {
  const refusesSilent = 'When a list dies, or no longer answers your DNS server, everybody is turned away.';
  return [
    ...named('dnsbl', dnsbl.lists),
    ...named('domainLists', domainLists.lists),
    ...told(
      asked(dnsbl.lists) && dnsbl.stage === 'ehlo',
      'dnsbl.stage',
      'Lists name addresses from which your own users write as well: at EHLO they cannot log in first.',
    ),
    ...told(asked(dnsbl.lists) && loses(dnsbl.silent), 'dnsbl.silent', refusesSilent),
    ...told(asked(domainLists.lists) && loses(domainLists.silent), 'domainLists.silent', refusesSilent),
  ];
}

function proofs({ spf, dkim, dmarc }: Sender): readonly Advice[] {
  const { fail, none } = dkim.map;
  return [
    ...told(
      dmarc.enabled && !spf.mailFrom,
      'dmarc.enabled',
      'Without SPF of MAIL only a signature can prove anything: who sends with SPF alone fails DMARC.',
    ),
    ...told(
      dmarc.enabled && !dkim.enabled,
      'dkim.enabled',
      'DMARC has signatures verified all the same; off, what DKIM finds is neither logged nor acted upon by itself.',
    ),
    ...told(
      dmarc.enabled && loses(spf.map.fail) && spf.stage !== 'message',
      'spf.stage',
      'Forwarded mail fails SPF and is refused before DMARC could see that its signature holds (RFC 7489 section 10.1).',
    ),
    ...told(
      dkim.enabled && fail === 'defer',
      'dkim.map.fail',
      'A broken signature stays broken: RFC 6376 section 6.3 forbids deferring for it.',
    ),
    ...told(
      dkim.enabled && (loses(fail) || loses(none)),
      loses(fail) ? 'dkim.map.fail' : 'dkim.map.none',
      'Mailing lists break signatures and many write without: a broken one is worth as much as none (RFC 6376 section 6.1).',
    ),
  ];
}

function results({ results: { write, foreign }, ...sender }: Sender): readonly Advice[] {
  const { spf, reverseDns, dkim, dmarc, arc } = sender;
  const isAny = spf.ehlo || spf.mailFrom || [reverseDns, dkim, dmarc, arc].some(({ enabled }) => enabled);
  return [
    ...told(write && !isAny, 'results.write', 'Nothing is checked that it could tell of: it will say none.'),
    ...told(
      write && foreign === 'keep',
      'results.foreign',
      'A sender can write results in our name, and readers take them for ours (RFC 8601 section 5).',
    ),
  ];
}

function greylisting({ greylist }: Sender): readonly Advice[] {
  const { enabled, exemptAuthenticated, exemptSubmission } = greylist;
  const text = 'Mail programs do not come again by themselves: their users see an error.';
  return [
    ...told(enabled && !exemptAuthenticated, 'greylist.exemptAuthenticated', text),
    ...told(enabled && !exemptSubmission, 'greylist.exemptSubmission', text),
  ];
}

/** Actions after which nobody tries again. */
function loses(action: string): boolean {
  return action === 'refuse' || action === 'discard';
}

/** DNS that fails for a moment. */
function lostForGood(sender: Sender): readonly Advice[] {
  const isOn = {
    spf: sender.spf.ehlo || sender.spf.mailFrom,
    reverseDns: sender.reverseDns.enabled,
    ehloName: sender.ehloName.enabled,
    senderDomain: sender.senderDomain.enabled,
    dkim: sender.dkim.enabled,
    dmarc: sender.dmarc.enabled,
  };
  return (Object.keys(isOn) as (keyof typeof isOn)[]).flatMap((name) =>
    told(
      isOn[name] && loses(sender[name].map.temperror),
      `${name}.map.temperror`,
      'DNS that does not answer for a moment loses mail for good: defer lets the sender come again.',
    ),
  );
}

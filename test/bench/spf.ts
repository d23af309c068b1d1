// One SPF check from the zone, nothing remembered: records as providers have them, and as they should not be.
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { createDns } from '../../core/dns/dns.ts';
import { checkSpf } from '../../core/message/spf/spf.ts';
import { realWorld } from '../../core/world/real.ts';

/** Most time one check may take on average, ms; printed, asserted nowhere. */
export const spfTarget = 0.1;

export interface SpfFigure {
  readonly work: string;
  /** ms of CPU of one check. */
  readonly each: number;
  readonly lookups: number;
  readonly result: string;
}

const zone = `
plain.example TXT v=spf1 ip4:192.0.2.0/24 -all
provider.example TXT v=spf1 include:_spf.provider.example ~all
_spf.provider.example TXT v=spf1 include:_a.provider.example include:_b.provider.example include:_c.provider.example ~all
_a.provider.example TXT v=spf1 ${networks(1)} ~all
_b.provider.example TXT v=spf1 ${networks(2)} ~all
_c.provider.example TXT v=spf1 ip4:192.0.2.0/24 ~all
macros.example TXT v=spf1 exists:%{ir}.%{v}.%{l1r-}.lp._spf.%{d2} mx a:%{h} -all
macros.example MX 10 m.example
m.example A 198.51.100.1
limit.example TXT v=spf1 include:limit.example -all
`;

function networks(of: number): string {
  return Array.from({ length: 20 }, (_, index) => `ip4:10.${of}.${index}.0/24`).join(' ');
}

const checks = 20_000;

export async function measureSpf(): Promise<SpfFigure[]> {
  const { dns } = settingsSchema.parse({ dns: { zone } });
  const source = createDns(realWorld);
  const figures: SpfFigure[] = [];
  for (const name of ['plain', 'provider', 'macros', 'limit']) {
    const check = () =>
      checkSpf({
        identity: 'mailfrom',
        ip: '192.0.2.1',
        helo: 'client.example',
        sender: { raw: '', local: 'strong-bad', domain: `${name}.example` },
        hostname: 'gate.example',
        asked: source.asked(dns),
        world: realWorld,
        reading: 'strict',
        timeLimit: 20,
      });
    const { lookups, result } = await check();
    for (let warm = 0; warm < checks / 10; warm += 1) await check();
    const before = process.cpuUsage();
    for (let index = 0; index < checks; index += 1) await check();
    const { user, system } = process.cpuUsage(before);
    figures.push({
      work: name,
      each: Math.round(((user + system) / 1000 / checks) * 10_000) / 10_000,
      lookups,
      result,
    });
  }
  source.close();
  return figures;
}

export function spfTable(figures: readonly SpfFigure[]): string {
  if (figures.length === 0) return '';
  const lines = figures.map(({ work, each, lookups, result }) => {
    return `${work.padEnd(12)} ${each.toFixed(4)} ms  ${result}, ${lookups} lookups`;
  });
  const mean = figures.reduce((sum, { each }) => sum + each, 0) / figures.length;
  lines.push(
    `${'on average'.padEnd(12)} ${mean.toFixed(4)} ms  <= ${spfTarget} ${mean <= spfTarget ? 'met' : 'missed'}`,
  );
  return ['one SPF check from the zone, nothing remembered: CPU of each', ...lines].join('\n');
}

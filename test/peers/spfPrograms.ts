// pyspf and Mail::SPF as programs: cases come in as lines of JSON with the zone of each, results go out the same way.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { SpfPeerCase } from './spfGenerated.ts';

export interface SpfPeerAnswer {
  readonly result: string;
  readonly lookups: number;
}

const python = String.raw`
import json, sys, spf
zone = {}
def lookup(name, qtype, strict=True, timeout=20):
    found = zone.get(name.lower().rstrip('.'), {}).get(qtype, [])
    if found == 'SERVFAIL':
        raise spf.TempError('DNS SERVFAIL')
    if qtype == 'TXT':
        found = [[text.encode('latin-1')] for text in found]
    if qtype == 'MX':
        found = [tuple(each) for each in found]
    return [((name, qtype), each) for each in found]
spf.DNSLookup = lookup
for line in sys.stdin:
    case = json.loads(line)
    zone = case['zone']
    query = spf.query(i=case['ip'], s=case['from'], h=case['helo'], receiver='gate.example', strict=True)
    print(json.dumps({'result': query.check()[0], 'lookups': query.lookups}))
`;

const perl = String.raw`
use strict; use warnings; no warnings qw(redefine once);
use JSON::PP; use Net::DNS; use Mail::SPF;
package Zone;
our ($zone, $failed) = ({}, '');
sub new { bless {}, shift }
sub errorstring { 'NOERROR' }
sub send {
  my ($self, $name, $type) = @_;
  my $packet = Net::DNS::Packet->new($name, $type);
  my $found = ($zone->{lc $name} || {})->{$type} || [];
  if (!ref $found) { $packet->header->rcode('SERVFAIL'); return $packet }
  for my $each (@$found) {
    my %data = $type eq 'TXT' ? (txtdata => [$each =~ /(.{1,255})/gs]) : $type eq 'MX' ? (preference => $each->[0], exchange => $each->[1])
      : $type eq 'PTR' ? (ptrdname => $each) : (address => $each);
    $packet->push(answer => Net::DNS::RR->new(owner => $name, type => $type, %data));
  }
  return $packet;
}
package main;
$| = 1;
my $server = Mail::SPF::Server->new(
  dns_resolver => Zone->new, hostname => 'gate.example', query_rr_types => Mail::SPF::Server->query_rr_type_txt,
  max_name_lookups_per_mx_mech => 10, max_name_lookups_per_ptr_mech => 10, max_void_dns_lookups => 2);
while (my $line = <STDIN>) {
  my $case = decode_json($line);
  $Zone::zone = $case->{zone};
  my $isNull = $case->{from} eq '';
  my $request = Mail::SPF::Request->new(versions => [1], scope => 'mfrom', identity => $isNull ? "postmaster\@$case->{helo}" : $case->{from},
    ip_address => $case->{ip}, helo_identity => $case->{helo});
  my $result = eval { $server->process($request)->code } || "died: $@";
  print encode_json({ result => $result, lookups => $request->state('dns_interactive_terms_count') || 0 }), "\n";
}
`;

export const spfPeers = {
  pyspf: { program: '/usr/bin/python3', args: ['-c', python], probe: ['-c', 'import spf'], apt: 'python3-spf' },
  'Mail::SPF': {
    program: '/usr/bin/perl',
    args: ['-e', perl],
    probe: ['-MMail::SPF', '-e', '1'],
    apt: 'libmail-spf-perl',
  },
} as const;
export type SpfPeer = keyof typeof spfPeers;

/** The command that installs what is missing; undefined when nothing is. */
export async function missingSpfPeer(peer: SpfPeer): Promise<string | undefined> {
  const { program, probe, apt } = spfPeers[peer];
  const works = existsSync(program) && (await run(program, probe, '')).code === 0;
  return works ? undefined : `apt-get install --no-install-recommends ${apt}`;
}

/** One process for all cases. */
export async function askSpfPeer(peer: SpfPeer, cases: readonly SpfPeerCase[]): Promise<SpfPeerAnswer[]> {
  const { program, args } = spfPeers[peer];
  const { code, out, said } = await run(program, args, cases.map((each) => `${JSON.stringify(each)}\n`).join(''));
  if (code !== 0) throw new Error(`${peer} ended with ${code}: ${said.slice(-2000)}`);
  return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as SpfPeerAnswer]));
}

function run(program: string, args: readonly string[], input: string) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.on('error', () => undefined).end(input);
  return new Promise<{ readonly code: number | null; readonly out: string; readonly said: string }>((done, failed) => {
    child.on('error', failed).on('close', (code) => done({ code, out, said }));
  });
}

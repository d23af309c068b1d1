// All probes by the path of their setting: one table, put together from the groups.
import { acceptance } from './acceptance.ts';
import { access } from './access.ts';
import { authors } from './authors.ts';
import { deadlines } from './deadlines.ts';
import { realDns } from './dns.ts';
import { faults } from './faults.ts';
import { flow } from './flow.ts';
import { grammar } from './grammar.ts';
import { limits } from './limits.ts';
import { listeners } from './listeners.ts';
import { logins } from './logins.ts';
import { oauth } from './oauth.ts';
import { logging, queue } from './storage.ts';
import type { Probes } from './probe.ts';
import { proofs } from './proofs.ts';
import { protection } from './protection.ts';
import { greylistProbes } from './greylist.ts';
import { sender } from './sender.ts';
import { senderPeer } from './senderPeer.ts';
import { strictness } from './strictness.ts';
import { tls } from './tls.ts';
import { turns } from './turns.ts';
import { who } from './who.ts';
import { workers } from './workers.ts';

export const probes: Probes = {
  ...listeners,
  ...tls,
  ...access,
  ...flow,
  ...protection,
  ...who,
  ...logins,
  ...oauth,
  ...acceptance,
  ...sender,
  ...senderPeer,
  ...greylistProbes,
  ...proofs,
  ...authors,
  ...realDns,
  ...limits,
  ...strictness,
  ...grammar,
  ...turns,
  ...deadlines,
  ...queue,
  ...logging,
  ...faults,
  ...workers,
};

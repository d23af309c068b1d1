// Real DNS: the system's resolver library asks one server at a time, by UDP, and by TCP where an answer is cut off.
import { getServers, promises } from 'node:dns';

/** Rows as `dns.promises.resolve` returns them: TXT string[][], MX {priority, exchange}[], SOA one line, all others string[]. */
export type Rows = string[] | string[][] | { priority: number; exchange: string }[];

/** What one server is asked. */
export interface ServerQuestion {
  /** An address, with a port where it is not 53. */
  readonly server: string;
  readonly name: string;
  readonly type: string;
  /** How long the question stays open. */
  readonly ms: number;
}

export interface OpenQuestion {
  /** Rejects with an Error whose `code` is one of node:dns, such as ENOTFOUND, ESERVFAIL or ECONNREFUSED. */
  readonly answer: Promise<Rows>;
  /** Has the answer reject with ECANCELLED, unless it is there. */
  cancel(): void;
}

export interface NameServers {
  /** Addresses of the servers this machine is set up with. */
  own(): readonly string[];
  /** Throws when the server is no address. */
  ask(question: ServerQuestion): OpenQuestion;
}

/**
 * A resolver for each question: one that lives on learns how fast a server is, and gives up on a slow answer before its
 * time. One try: who is asked next, and when, is decided elsewhere.
 */
export const realNameServers: NameServers = {
  own: () => getServers(),
  ask({ server, name, type, ms }) {
    // The library takes whole numbers.
    const timeout = Math.max(1, Math.ceil(ms));
    const resolver = new promises.Resolver({ timeout, tries: 1, maxTimeout: timeout });
    resolver.setServers([server]);
    const answer =
      type === 'SOA'
        ? resolver.resolveSoa(name).then((soa) => [soaText(soa)])
        : (resolver.resolve(name, type) as Promise<Rows>);
    return { answer, cancel: () => resolver.cancel() };
  },
};

type Soa = Awaited<ReturnType<typeof promises.resolveSoa>>;

function soaText({ nsname, hostmaster, serial, refresh, retry, expire, minttl }: Soa): string {
  return [nsname, hostmaster, serial, refresh, retry, expire, minttl].join(' ');
}

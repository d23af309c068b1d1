// What was found out about the sender: one shape each, with all the evidence a window needs to draw it.
import type { DnsQuestion, Mailbox } from './facts.ts';
import type { ArcResult, DkimResult, DmarcResult } from './settings/sender/message.ts';
import type { DomainResult, EhloResult, ReverseResult } from './settings/sender/peer.ts';
import type { SpfResult } from './settings/sender/spf.ts';

/** What every answer carries. */
export interface Asked {
  readonly questions: readonly DnsQuestion[];
  /** By the world's clock. */
  readonly ms: number;
  /** The same was asked before under the same settings; DNS was asked then. */
  readonly remembered?: boolean;
}

/** One term of an SPF record as it was evaluated, or was not reached. */
export interface SpfTerm {
  /** As written, e.g. `include:_spf.example.com`. */
  readonly text: string;
  /** With macros expanded, where it has any. */
  readonly expanded?: string;
  /** `match` and `no match` of mechanisms; `used` and `unused` of modifiers; `error`; `not reached`. */
  readonly outcome: 'match' | 'no match' | 'used' | 'unused' | 'error' | 'not reached';
  /** A few words: the address that matched, or what is wrong. */
  readonly note?: string;
  /** It counts as one of the ten terms that ask DNS: which one it was, from 1. */
  readonly lookup?: number;
  /** Void lookups it had, and the number there were with them. */
  readonly voids?: number;
  /** Places in the answer's `questions`. */
  readonly questions?: readonly number[];
  /** What `include` or `redirect` led to. */
  readonly record?: SpfRecord;
}

/** One SPF record and what came of it. */
export interface SpfRecord {
  readonly domain: string;
  /** Absent where there is none, or where it was not asked for. */
  readonly text?: string;
  readonly result: SpfResult;
  /** What made it an error. */
  readonly error?: string;
  readonly terms: readonly SpfTerm[];
}

/** The answer of one SPF check (RFC 7208 section 4). */
export interface SpfAnswer extends Asked {
  readonly kind: 'spf';
  readonly result: SpfResult;
  readonly identity: 'helo' | 'mailfrom';
  readonly domain: string;
  /** The text of the record of `domain`. */
  readonly record?: string;
  /** What the domain's owner has to say (section 6.2): one line, printable, at most 200 characters. */
  readonly explanation?: string;
  /** What made it an error, e.g. `the 11th term that asks DNS`. */
  readonly detail?: string;
  /** Terms that asked DNS, of at most 10, and void lookups, of at most 2 (section 4.6.4). */
  readonly lookups: number;
  readonly voids: number;
  readonly reading: 'strict' | 'lenient';
  /** The term that decided, e.g. `-all`; absent for none and errors. */
  readonly matched?: string;
  readonly tree: SpfRecord;
  /** What is dangerous in a record that works, such as `+all`. */
  readonly lint?: readonly string[];
}

/** RFC 8601 section 2.7.3. */
export interface ReverseAnswer extends Asked {
  readonly kind: 'reverse';
  readonly result: ReverseResult;
  readonly address: string;
  /** At most 10, without the final dot. */
  readonly names: readonly string[];
  /** The first name that leads back to the address. */
  readonly confirmed?: string;
}

export interface EhloAnswer extends Asked {
  readonly kind: 'ehlo';
  readonly result: EhloResult;
  readonly name: string;
}

export interface DomainAnswer extends Asked {
  readonly kind: 'domain';
  readonly result: DomainResult;
  readonly domain: string;
  /** In order of preference; `addresses` of those that were asked for. */
  readonly hosts: readonly {
    readonly name: string;
    readonly preference: number;
    readonly addresses: readonly string[];
  }[];
}

/** What one list says of one address or domain (RFC 5782). */
export interface ListAnswer extends Asked {
  readonly kind: 'list';
  /** Name of the list, and where it is asked. */
  readonly list: string;
  readonly zone: string;
  /** The address or domain. */
  readonly subject: string;
  readonly result: 'listed' | 'clear' | 'silent';
  /** Answers, each within 127.0.0.0/8. */
  readonly codes: readonly string[];
  /** What the list says of it (TXT): one line, printable. */
  readonly text?: string;
  /** Why it is silent. */
  readonly why?: string;
}

/** One DKIM signature, in the order in which they stand (RFC 6376 section 3.5). */
export interface DkimSignature {
  readonly result: Exclude<DkimResult, 'none'>;
  /** Why it is not pass. */
  readonly why?: string;
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
  readonly canonicalization: string;
  /** i=, where it is another than `@domain`. */
  readonly identity?: string;
  /** Bits of an RSA key; 256 of an Ed25519 one. */
  readonly bits?: number;
  /** ms since 1970: t= and x=. */
  readonly signed?: number;
  readonly expires?: number;
  /** The key's domain only tries DKIM out (t=y). */
  readonly testing?: boolean;
  /** Names in h=, as written. */
  readonly fields: readonly string[];
  /** Header fields that are covered: places in the header, counted from 0 at its top. */
  readonly covered: readonly number[];
  /** Fields that a second one could be put above without breaking it: From, Subject and the like, signed but not oversigned. */
  readonly notOversigned: readonly string[];
  /** l=: octets of the canonical body that are covered, and how many there are. */
  readonly length?: { readonly covered: number; readonly all: number };
  /** Octets of the body as it stands, counted from its start, behind which nothing is covered. */
  readonly bodyCovered?: number;
  /** The key record, as text. */
  readonly key?: string;
  /** How often this signature has come within `replayInterval`, this time included. */
  readonly copies?: number;
  /** The first 16 characters of the SHA-256 of b=, in hex: tells signatures from one another. */
  readonly id: string;
}

export interface DkimAnswer extends Asked {
  readonly kind: 'dkim';
  /** The best of all: pass, else temperror, policy, fail, permerror, neutral; none without any. */
  readonly result: DkimResult;
  readonly signatures: readonly DkimSignature[];
  /** Signatures there are; those beyond `maxSignatures` were not verified. */
  readonly count: number;
}

/** What was found at one name on the way to a policy. */
export interface DmarcStep {
  /** E.g. `_dmarc.example.com`. */
  readonly name: string;
  /** The record, or what came instead: `none`, `NXDOMAIN`, `2 records`. */
  readonly found: string;
  readonly use: 'policy' | 'organisation' | 'passed by' | 'error';
}

/** One identity held against the author's domain. */
export interface DmarcAlignment {
  readonly by: 'spf' | 'dkim';
  readonly domain: string;
  readonly mode: 'relaxed' | 'strict';
  readonly aligned: boolean;
  /** The organisational domain of `domain`. */
  readonly organisation?: string;
  /** It has not passed, so that being aligned is of no use. */
  readonly passed: boolean;
}

/** What one reading of DMARC comes to. */
export interface DmarcReading {
  readonly reading: '9989' | '7489';
  readonly result: DmarcResult;
  /** Domain whose record counts, and the record. */
  readonly policyDomain?: string;
  readonly record?: string;
  /** The tag that says what is asked for: p, sp or np. */
  readonly by?: 'p' | 'sp' | 'np';
  /** Organisational domain of the author. */
  readonly organisation?: string;
  readonly steps: readonly DmarcStep[];
  readonly alignments: readonly DmarcAlignment[];
  /** pct (7489): whether this message fell into the sample. */
  readonly sampled?: { readonly pct: number; readonly in: boolean };
  /** t=y (9989): the policy is only tried out, and one step milder. */
  readonly testing?: boolean;
  /** Why it is an error, or why there is no author. */
  readonly why?: string;
}

export interface DmarcAnswer extends Asked {
  readonly kind: 'dmarc';
  readonly result: DmarcResult;
  /** The domain of From; absent when there is no one author domain. */
  readonly author?: string;
  /** The one that counts first, the other one behind it. */
  readonly readings: readonly DmarcReading[];
}

/** One set of a chain (RFC 8617 section 4.1). */
export interface ArcSet {
  readonly instance: number;
  readonly domain: string;
  readonly selector: string;
  /** cv= as it stands. */
  readonly cv: string;
  /** ms since 1970: t= of the seal. */
  readonly signed?: number;
  readonly trusted: boolean;
  /** What it says was found there (ARC-Authentication-Results). */
  readonly results?: string;
}

export interface ArcAnswer extends Asked {
  readonly kind: 'arc';
  readonly result: ArcResult;
  /** Why it fails. */
  readonly why?: string;
  readonly sets: readonly ArcSet[];
  /** All that sealed it are among `sender.arc.trusted`. */
  readonly trusted: boolean;
}

/** A finding about the header as a whole. */
export interface HeaderFault {
  readonly rule: 'from' | 'syntax' | 'duplicates' | 'lookAlike';
  /** One sentence. */
  readonly text: string;
  /** Places in the header, counted from 0 at its top. */
  readonly fields: readonly number[];
}

/** One field of the header as it stands. */
export interface HeaderPlace {
  readonly name: string;
  /** Octets from the start of the message. */
  readonly start: number;
  readonly end: number;
}

export interface HeaderAnswer extends Asked {
  readonly kind: 'header';
  readonly faults: readonly HeaderFault[];
  /** Whom the From fields name. */
  readonly authors: readonly Mailbox[];
}

/** A part of a message, as far as it was read. */
export interface PartFacts {
  readonly type: string;
  readonly name?: string;
  /** Decoded octets. */
  readonly octets: number;
  readonly depth: number;
}

/** What a worker finds out about a message. Every member is there that was asked for. */
export interface MessageAnswer {
  readonly dkim?: DkimAnswer;
  readonly dmarc?: DmarcAnswer;
  readonly arc?: ArcAnswer;
  readonly header?: HeaderAnswer;
  /** Fields to be left out where the message is handed on (`sender.results`). */
  readonly removed?: readonly HeaderPlace[];
  /** At most 1,000 parts, and whether there are more. */
  readonly parts?: readonly PartFacts[];
  readonly moreParts?: boolean;
  /** SHA-256 of the message, in hex. */
  readonly sha256?: string;
  readonly work: Work;
}

/** How the work on a message went. `done` apart: nothing was found out, and `workers.busy` or `failed` says what follows. */
export interface Work {
  readonly outcome: 'done' | 'no-room' | 'waited' | 'crashed' | 'too-long';
  /** ms waited for a worker, and at work. */
  readonly waited: number;
  readonly ms: number;
  /** Waiting before it, and workers at work, when it came. */
  readonly before: number;
  readonly working: number;
  /** What went wrong. */
  readonly error?: string;
}

/** What greylisting knows of one network, sender and recipient (RFC 6647). */
export interface GreylistAnswer extends Asked {
  readonly kind: 'greylist';
  readonly state: 'new' | 'early' | 'passed' | 'known' | 'late';
  readonly network: string;
  readonly sender: string;
  readonly recipient: string;
  /** ms since 1970. */
  readonly first: number;
  /** ms until it may pass; 0 when it has. */
  readonly relief: number;
}

/** An answer as a finding carries it. */
export type SenderAnswer =
  | SpfAnswer
  | ReverseAnswer
  | EhloAnswer
  | DomainAnswer
  | ListAnswer
  | DkimAnswer
  | DmarcAnswer
  | ArcAnswer
  | HeaderAnswer
  | GreylistAnswer;

// Turns a reason into the words on the wire: dialect, enhanced code and placeholders.
import type { Stage } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Verdict } from '../contract/verdict.ts';
import { type ReasonKey, reasons } from './reasons.table.ts';

/** A reply in its parts. Each line is what stands behind the code and its space or hyphen, an enhanced code at its head included. */
export interface Reply {
  readonly code: number;
  readonly enhanced?: string;
  readonly lines: string[];
}

export interface ReplyOptions {
  readonly settings: Settings;
  readonly stage: Stage;
  /** Values for placeholders other than `{host}`. */
  readonly values?: Readonly<Record<string, string>>;
}

/** A reply line holds 512 octets, codes and CRLF included (RFC 5321 section 4.5.3.1.5). */
const longest = 512 - '250-5.7.123 '.length - 2;

const kept = new WeakMap<Settings, Map<string, Reply>>();

/** The reply of a reason as the settings have it spoken. */
export function replyFor(reason: ReasonKey, options: ReplyOptions): Reply {
  if (options.values !== undefined) return made(reason, options);
  let replies = kept.get(options.settings);
  if (replies === undefined) kept.set(options.settings, (replies = new Map<string, Reply>()));
  const key = isBare(options.stage) ? `${reason} bare` : reason;
  let reply = replies.get(key);
  if (reply === undefined) replies.set(key, (reply = made(reason, options)));
  return reply;
}

/** The reply a verdict leads to; placeholders are filled from the deciding finding. */
export function replyTo(verdict: Verdict, settings: Settings): Reply {
  const finding = verdict.decider === undefined ? undefined : verdict.findings[verdict.decider];
  const { stage } = verdict;
  const reason = verdict.reason as ReasonKey;
  if (finding === undefined) return replyFor(reason, { settings, stage });
  const values: Record<string, string> = { ...finding.evidence };
  if (finding.counter) values.limit = String(finding.counter.limit);
  return replyFor(reason, { settings, stage, values });
}

function made(reason: ReasonKey, options: ReplyOptions): Reply {
  const { acceptance } = options.settings;
  const { code, enhanced, text } = reasons[reason];
  const worded = (acceptance.dialect === 'axigen' ? text.axigen : undefined) ?? text.gatehouse;
  const host = acceptance.hostname;
  const ownBanner = reason === 'greeting' && acceptance.banner !== '';
  const lines = ownBanner ? [printable(`${host} ${acceptance.banner}`)] : filled(worded, { ...options.values, host });
  // RFC 2034 section 4: every 2xx, 4xx and 5xx reply but the greeting and those to HELO and EHLO.
  const sends = acceptance.extensions.enhancedStatusCodes && !isBare(options.stage);
  if (enhanced === undefined || !sends) return { code, lines };
  return { code, enhanced, lines: lines.map((line) => `${enhanced} ${line}`.trimEnd()) };
}

const isBare = (stage: Stage) => stage === 'connect' || stage === 'ehlo';

function filled(text: string | readonly string[], values: Readonly<Record<string, string>>): string[] {
  const lines = (typeof text === 'string' ? [text] : text).map((line) => fill(line, values));
  const said = lines.filter((line) => line !== '');
  return said.length > 0 ? said : [''];
}

function fill(line: string, values: Readonly<Record<string, string>>): string {
  const optional = line.replace(/\[([^\]]*)\]/g, (_, part: string) =>
    [...part.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => values[name] !== undefined) ? part : '',
  );
  return printable(optional.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')).trimEnd();
}

/** Whatever others wrote stays within its line. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, longest);
}

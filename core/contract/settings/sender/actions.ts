// What findings about the sender may lead to, and the settings that every check of the sender has alike.
import { type Action, actions } from '../../verdict.ts';
import { choice, flag, list } from '../leaf.ts';
import { network } from '../trusted.ts';

/** Every action there is, weakest to strongest. */
export const senderActions = actions;
export type SenderAction = Action;

const options = [
  { value: 'ignore', title: 'ignore', help: 'Looked up, shown in the why, kept out of the log.' },
  { value: 'record', title: 'record', help: 'Logged; the mail passes.' },
  { value: 'mark', title: 'mark', help: 'As record, and a trace field says so.' },
  { value: 'delay', title: 'delay', help: 'The answer comes later (sender.delay).' },
  { value: 'defer', title: 'defer (4xx)', help: 'The client may try again.' },
  { value: 'refuse', title: 'refuse (5xx)', help: 'For good.' },
  { value: 'discard', title: 'discard', help: 'Answered 250, and kept nowhere: nobody is told.' },
  { value: 'quarantine', title: 'quarantine', help: 'Answered 250, and kept apart from other mail.' },
  { value: 'drop', title: 'drop (421)', help: 'The session ends with it.' },
] as const;

interface ActionOf {
  readonly title: string;
  readonly help: string;
  readonly source: string;
  readonly basis?: 'documented' | 'observed' | 'assumed' | 'ours';
}

/** An action for one result. */
export const action = (about: ActionOf, value: SenderAction) =>
  choice({ basis: 'ours', ...about, options, default: value });

/** Where it only can be told, not acted on. */
export const telling = (about: ActionOf, value: 'ignore' | 'record' | 'mark') =>
  choice({ basis: 'ours', ...about, options: [options[0], options[1], options[2]], default: value });

const shutsOut =
  'Acting at EHLO shuts out roaming users of the submission port before they can log in: leave it to MX listeners, or act at MAIL.';

/** The stage at which a group asks, and at which its actions act. */
export const stage = (value: 'ehlo' | 'mail' | 'rcpt', what: string) =>
  choice({
    title: 'Acts at',
    help: `When ${what} is looked up and answered: behind EHLO, at MAIL, at each RCPT (so that the log shows the recipients), or when the message is complete.`,
    source: 'Gatehouse',
    basis: 'ours',
    options: [
      { value: 'ehlo', title: 'EHLO' },
      { value: 'mail', title: 'MAIL' },
      { value: 'rcpt', title: 'RCPT' },
      { value: 'message', title: 'end of message' },
    ],
    default: value,
    warn: [{ value: 'ehlo', text: shutsOut }],
  });

/** The same for what nobody knows before MAIL. */
export const stageFromMail = (what: string) =>
  choice({
    title: 'Acts at',
    help: `When ${what} is looked up and answered: at MAIL, at each RCPT (so that the log shows the recipients), or when the message is complete.`,
    source: 'Gatehouse',
    basis: 'ours',
    options: [
      { value: 'mail', title: 'MAIL' },
      { value: 'rcpt', title: 'RCPT' },
      { value: 'message', title: 'end of message' },
    ],
    default: 'mail',
  });

/** Who is exempt from a group. */
export const exemptions = (what: string) => ({
  exemptAuthenticated: flag({
    title: 'Exempt the authenticated',
    help: `No ${what} for clients that have logged in.`,
    source: 'AXIGEN documentation, DNSBL',
    basis: 'assumed',
    default: true,
  }),
  exemptSubmission: flag({
    title: 'Exempt submission',
    help: `No ${what} on submission and submissions listeners: their clients come from anywhere.`,
    source: 'RFC 6409',
    basis: 'ours',
    default: true,
  }),
  exemptNetworks: list(network, {
    title: 'Exempt networks',
    help: `Addresses for which there is no ${what}, such as your own forwarders.`,
    source: 'Gatehouse',
    basis: 'ours',
  }),
});

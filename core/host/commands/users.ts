// `gatehouse users`: the users of a workspace that nothing else has open: listed, added, imported, removed, given tokens.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { unavailableMechanisms } from '../../contract/availability.ts';
import { HostError } from '../../contract/rpc.ts';
import { defaults, type Settings } from '../../contract/settings/settings.ts';
import { type UserRow, userRows } from '../../contract/userCalls.ts';
import { openWorkspace, type Workspace } from '../../journal/workspace.ts';
import { realWorld } from '../../world/real.ts';
import type { Command, Given } from '../cli.ts';
import { CommandError } from '../exit.ts';
import { readText, usualWorkspace } from '../files.ts';
import { noKeyStore } from '../keyStore.ts';
import { readConfiguration } from '../reading.ts';
import { typedPassword } from '../typed.ts';
import { Users } from '../users.ts';
import { readConfig } from './check.ts';

type Work = (users: Users, given: Given, name: string) => Promise<void>;

const verbs: Readonly<Record<string, { readonly takes: string | null; readonly work: Work }>> = {
  list: { takes: null, work: list },
  add: { takes: 'NAME', work: add },
  import: { takes: 'FILE', work: importFile },
  remove: { takes: 'NAME', work: remove },
  token: { takes: 'NAME', work: token },
};
const forms = Object.entries(verbs).map(([verb, { takes }]) => (takes === null ? verb : `${verb} ${takes}`));

export const users: Command = {
  name: 'users',
  summary: 'list, add, import and remove the users of a workspace',
  usage: `users ${forms.join('|')} [--workspace DIR] [--config FILE] [OPTIONS]`,
  help: `
Works on a workspace that no Gatehouse has open now. Passwords are read from standard input, never from the command line:

  echo "$PASSWORD" | gatehouse users add ann --aliases ann@example.com,@example.org

add makes a user, or gives an old one a new password. import reads CSV (name,password[,aliases,enabled,quota]) or htpasswd
and tells what would come of each line; with --apply it is done. Lines that cannot be taken stop nothing; when none can be
taken it exits 2. token prints a new bearer token for OAUTHBEARER and XOAUTH2, which is never shown again.

Secrets are made for the settings of the workspace, or those of --config, which should be the file that serve is given:
one for DIGEST-MD5 holds for a single realm.

What the desktop program has sealed stays sealed and cannot be used from here; what is written from here lies unsealed
until the desktop program opens the workspace.`,
  options: {
    workspace: { type: 'string', short: 'w', value: 'DIR', help: 'whose users; the usual workspace unless said' },
    config: { type: 'string', short: 'c', value: 'FILE', help: 'make secrets for the settings of this YAML file' },
    aliases: { type: 'string', value: 'LIST', help: 'add: addresses and @domains it may send as, with commas' },
    quota: { type: 'string', value: 'N', help: 'add: failed logins before it is held off' },
    disabled: { type: 'boolean', help: 'add: it may not log in for now' },
    format: { type: 'string', value: 'FORMAT', help: 'import: csv or htpasswd; by the end of the name unless said' },
    apply: { type: 'boolean', help: 'import: do it' },
    label: { type: 'string', value: 'TEXT', help: 'token: what it is for' },
    json: { type: 'boolean', help: 'list: print JSON' },
  },
  run: async (given) => {
    const [verb = '', name = '', ...more] = given.files;
    const found = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (!found || more.length > 0 || (found.takes === null) !== (name === ''))
      throw new CommandError(2, found ? `users ${verb} takes ${found.takes ?? 'nothing'}` : 'users needs a word', [
        `expected: gatehouse users ${forms.join(' | ')}`,
      ]);
    await within(given, (opened) => found.work(opened, given, name));
    return 0;
  },
};

/** Opens workspace and users, and leaves them in order whatever happens. */
async function within({ values }: Given, work: (users: Users) => Promise<void>): Promise<void> {
  const config = values['config'] as string | undefined;
  const given = config === undefined ? undefined : readConfig(config);
  const folder = resolve((values['workspace'] as string | undefined) ?? usualWorkspace());
  if (!existsSync(join(folder, 'workspace.sqlite')))
    throw new CommandError(2, `${folder}: there is no workspace here`, [
      'name another with --workspace DIR, or make this one: gatehouse serve --workspace DIR, stopped once it is up',
    ]);
  const opened = await openWorkspace({ folder, world: realWorld });
  if ('refusal' in opened) {
    const { what, where, fix } = opened.refusal;
    throw new CommandError(3, `${where}: ${what}`, [fix]);
  }
  const { workspace } = opened;
  try {
    const settings = given ?? (await ownSettings(workspace));
    const unavailable = () => unavailableMechanisms(settings.authentication);
    await work(
      await Users.open({ workspace, world: realWorld, settings: () => settings, unavailable, keyStore: noKeyStore }),
    );
  } catch (error) {
    throw error instanceof HostError ? new CommandError(2, error.message, error.details) : error;
  } finally {
    await workspace.close();
  }
}

async function ownSettings(workspace: Workspace): Promise<Settings> {
  const read = readConfiguration((await workspace.loadYaml()) ?? '', workspace.folder);
  if (!('errors' in read)) return read.value;
  process.stderr.write(`${workspace.folder}: its configuration cannot be read; secrets are made for the defaults\n`);
  return defaults;
}

function list(opened: Users, { values }: Given): Promise<void> {
  const told = opened.list();
  const { storage } = told;
  const rows = userRows(told);
  if (values['json'] === true) process.stdout.write(`${JSON.stringify({ users: rows, storage })}\n`);
  else {
    for (const row of rows) process.stdout.write(`${rowText(row).join('\n')}\n`);
    process.stderr.write(`${storage.notice}\n`);
  }
  return Promise.resolve();
}

/** A user; reasons that several mechanisms share stand once. */
function rowText({ name, enabled, aliases, quota, mechanisms, tokens }: UserRow): string[] {
  const usable = mechanisms.filter((one) => one.usable).map((one) => one.name);
  const reasons = new Map<string, string[]>();
  for (const one of mechanisms) if (!one.usable) reasons.set(one.why, [...(reasons.get(one.why) ?? []), one.name]);
  return [
    `${name}${enabled ? '' : ' (disabled)'}`,
    ...(aliases.length > 0 ? [`  aliases: ${aliases.join(', ')}`] : []),
    ...(quota === null ? [] : [`  held off after ${quota} failed logins`]),
    ...tokens.map(({ id, label }) => `  token ${id}${label === '' ? '' : `: ${label}`}`),
    `  can use: ${usable.length > 0 ? usable.join(', ') : 'nothing'}`,
    ...[...reasons].map(([why, names]) => `  not ${names.join(', ')}: ${why}`),
  ];
}

async function add(opened: Users, { values }: Given, name: string): Promise<void> {
  const quota = values['quota'] as string | undefined;
  if (quota !== undefined && !/^\d{1,7}$/.test(quota))
    throw new CommandError(2, `--quota ${quota}: expected a whole number from 1 to 1000000`);
  const aliases = (values['aliases'] as string | undefined)?.split(',').map((alias) => alias.trim());
  const isNew = !opened.list().users.some((row) => row.name === name);
  await opened.set({
    name,
    password: await typedPassword(process.stdin),
    ...(aliases && { aliases: aliases.filter((alias) => alias !== '') }),
    ...(quota !== undefined && { quota: Number(quota) }),
    ...(values['disabled'] === true && { enabled: false }),
  });
  process.stdout.write(isNew ? `${name} is added\n` : `${name} has a new password\n`);
}

async function importFile(opened: Users, { values }: Given, file: string): Promise<void> {
  const format = (values['format'] as string | undefined) ?? (/\.csv$/i.test(file) ? 'csv' : 'htpasswd');
  if (format !== 'csv' && format !== 'htpasswd')
    throw new CommandError(2, `--format ${format}: expected csv or htpasswd`);
  const apply = values['apply'] === true;
  const { rows } = await opened.import({ format, text: readText(file), apply }).catch((error: unknown) => {
    throw error instanceof HostError ? new CommandError(2, `${file}: ${error.message}`) : error;
  });
  for (const { line, name, what, note } of rows)
    process.stdout.write(
      `${file}:${line}: ${name === '' ? '' : `${name}: `}${what}${note === '' ? '' : `: ${note}`}\n`,
    );
  if (rows.every(({ what }) => what === 'skipped')) throw new CommandError(2, `${file}: no line could be taken`);
  if (!apply) process.stdout.write('nothing was changed; say --apply to do it\n');
}

async function remove(opened: Users, _given: Given, name: string): Promise<void> {
  await opened.remove(name);
  process.stdout.write(`${name} is removed\n`);
}

async function token(opened: Users, { values }: Given, name: string): Promise<void> {
  const label = (values['label'] as string | undefined) ?? '';
  if (label.length > 100) throw new CommandError(2, '--label: expected 100 characters at most');
  const given = await opened.token({ name, label });
  process.stdout.write(`${given.token}\n`);
}

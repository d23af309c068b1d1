// What a script always sets: the acceptance variables of its receiving events, read, changed, and what is left over.

import { ProblemFound } from './problem.ts';
import { indentOf, quoted, splitLead, type Token } from './scan.ts';
import {
  type Block,
  type Filters,
  lineOf,
  parseFilters,
  printFilters,
  setValue,
  type Statement,
} from './smtpFilters.ts';

/** The events of the receiving stage before data, in the order they run (axigen.md 3.2; documented). */
export const RECEIVING_EVENTS = ['onConnect', 'onEhlo', 'onMailFrom', 'onRcptTo'] as const;
export type ReceivingEvent = (typeof RECEIVING_EVENTS)[number];

/** One set that always runs: the variable as spelled, its value, its line, and the number of the value's token. */
export type Assignment = {
  readonly event: ReceivingEvent;
  readonly variable: string;
  readonly value: string;
  readonly line: number;
  readonly token: number;
};

/** Something carried but not understood. `why` is a clause that says why it has no effect on our settings. */
export type Leftover = { readonly line: number; readonly text: string; readonly why: string };

/** Names are compared in lower case: the product's own spelling varies (axigen.md 3.1; assumed). */
const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const eventBlocks = (filters: Filters, event: string): readonly Block[] =>
  filters.blocks.filter((block) => block.kind === 'event' && same(block.name, event));

const methodOf = (filters: Filters, name: string): Block | undefined =>
  filters.blocks.findLast((block) => block.kind === 'method' && block.name === name);

type Visit = {
  readonly set: (statement: Statement & { readonly kind: 'set' }, event: ReceivingEvent) => void;
  readonly rest: (statement: Statement, event: ReceivingEvent) => void;
  readonly enter: (block: Block) => void;
};

/**
 * Follows what always runs in the receiving events: their statements, and those of the methods they call outside any
 * condition, which is where the product's wizard puts its values (axigen.md 3.1 and 3.5; observed).
 */
const follow = (filters: Filters, visit: Visit): void => {
  const run = (block: Block, event: ReceivingEvent, running: readonly Block[]): void => {
    visit.enter(block);
    for (const statement of block.body) {
      const method = statement.kind === 'call' ? methodOf(filters, statement.method) : undefined;
      if (statement.kind === 'set') visit.set(statement, event);
      else if (method === undefined || running.includes(method)) visit.rest(statement, event);
      else run(method, event, [...running, method]);
    }
  };
  for (const event of RECEIVING_EVENTS) for (const block of eventBlocks(filters, event)) run(block, event, [block]);
};

/** Every set that always runs, in the order they run; of several for one variable the last one counts. */
export const assignments = (filters: Filters): readonly Assignment[] => {
  const found: Assignment[] = [];
  follow(filters, {
    set: (statement, event) =>
      found.push({
        event,
        variable: statement.variable,
        value: setValue(filters, statement),
        line: filters.tokens[statement.from]?.line ?? 1,
        token: statement.value,
      }),
    rest: () => undefined,
    enter: () => undefined,
  });
  return found;
};

/** The set that decides a variable in one of these events, or undefined when none always runs. */
export const deciding = (
  filters: Filters,
  variable: string,
  events: readonly ReceivingEvent[],
): Assignment | undefined =>
  assignments(filters).findLast((one) => same(one.variable, variable) && events.includes(one.event));

const variablesSetIn = (statements: readonly Statement[]): readonly string[] =>
  statements.flatMap((one) =>
    one.kind === 'set' ? [one.variable] : one.kind === 'if' ? variablesSetIn(one.body) : [],
  );

const WHY: Readonly<Record<Statement['kind'], string>> = {
  set: 'sets a variable that is not modelled here',
  call: 'calls a method of the product',
  export: 'exports a variable to later stages',
  if: 'depends on a condition',
  other: 'is not a statement we know',
};

/**
 * Everything in the script that says nothing to our settings, by line: sets of other variables, conditions (with the
 * modelled variables they may change), calls of the product's methods, methods that do not always run, other events.
 */
export const leftovers = (
  filters: Filters,
  models: (variable: string, event: ReceivingEvent) => boolean,
): readonly Leftover[] => {
  const found = new Map<Statement | Block, Leftover>();
  const entered = new Set<Block>();
  const keep = (one: Statement | Block, why: string): void => {
    found.set(one, { ...lineOf(filters, one), why });
  };
  follow(filters, {
    set: (statement, event) => {
      if (!models(statement.variable, event)) keep(statement, WHY.set);
    },
    rest: (statement, event) => {
      const names = variablesSetIn(statement.kind === 'if' ? statement.body : []).filter((name) => models(name, event));
      keep(statement, names.length === 0 ? WHY[statement.kind] : `${WHY.if}, and may change ${names.join(', ')}`);
    },
    enter: (block) => entered.add(block),
  });
  for (const block of filters.blocks) {
    if (block.body.length === 0 || entered.has(block)) continue;
    keep(
      block,
      block.kind === 'event'
        ? 'belongs to a stage that is not modelled here'
        : 'does not always run when mail is received',
    );
  }
  for (const statement of filters.others) keep(statement, 'stands outside every event and method');
  return [...found.values()].sort((one, other) => one.line - other.line);
};

const reparsed = (text: string, filters: Filters): Filters => {
  const parsed = parseFilters(text, filters.file);
  if ('error' in parsed) throw new ProblemFound(parsed.error);
  return parsed.filters;
};

/** Puts a statement on a line of its own in front of a token; a comment on the line before stays there. */
const inserted = (filters: Filters, at: number, line: string): Filters => {
  const tokens = filters.tokens.map((token, n): Token => {
    if (n !== at) return token;
    const { same, rest } = splitLead(token.lead);
    return {
      ...token,
      lead: same.trimEnd() + filters.newline + line + (rest.includes('\n') ? rest : filters.newline + rest),
    };
  });
  return reparsed(printFilters({ ...filters, tokens }), filters);
};

/** Adds an event with one statement at the end of the script. */
const withEvent = (filters: Filters, event: ReceivingEvent, statement: string): Filters => {
  const { newline } = filters;
  const text = printFilters(filters);
  const gap = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline;
  return reparsed(`${text}${gap}event ${event} {${newline}\t${statement}${newline}}${newline}`, filters);
};

/** Where a change goes: the events in which a set of the variable counts, and the one a new set is written to. */
export type Target = {
  readonly variable: string;
  readonly events: readonly ReceivingEvent[];
  readonly home: ReceivingEvent;
};

/**
 * Gives a variable a value: in the set that decides it where one always runs, otherwise in a new set behind the sets
 * its home event begins with (so that rules called later still override it), otherwise in a new event at the end.
 *
 * @throws RangeError for a value that ends in a backslash, which would escape its closing quote.
 */
export const assign = (filters: Filters, target: Target, value: string): Filters => {
  if (value.endsWith('\\')) throw new RangeError('a value may not end with a backslash');
  const { tokens } = filters;
  const old = deciding(filters, target.variable, target.events);
  if (old?.value === value) return filters;
  const token = old && tokens[old.token];
  if (old !== undefined && token !== undefined) {
    return reparsed(
      printFilters({ ...filters, tokens: tokens.with(old.token, { ...token, text: quoted(value) }) }),
      filters,
    );
  }
  const statement = `set (${target.variable}, ${quoted(value)});`;
  const block = eventBlocks(filters, target.home).at(-1);
  if (block === undefined) return withEvent(filters, target.home, statement);
  const leading = block.body.findIndex((one) => one.kind !== 'set');
  const sets = leading < 0 ? block.body : block.body.slice(0, leading);
  const [sample] = block.body;
  const indent = sample && indentOf(tokens[sample.from]?.lead ?? '');
  const outer = indentOf(tokens[block.from]?.lead ?? '') ?? '';
  return inserted(filters, sets.at(-1)?.to ?? block.open + 1, (indent ?? `${outer}\t`) + statement);
};

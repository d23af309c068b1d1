// What WireParser should make of a whole conversation: slow, obvious, over tokens of the complete input (test reference).
import type { DataException } from "../../core/contract/event.ts";
import type { WireDataFacts } from "../../core/smtp/wireData.ts";
import type {
  LineEnd,
  LineEndPolicy,
  WireLine,
} from "../../core/smtp/wireLine.ts";

export interface Rules {
  readonly maxLine: number;
  readonly limit: number;
  readonly bareLf: LineEndPolicy;
  readonly bareCr: LineEndPolicy;
}

type LineFacts = Omit<
  WireLine,
  "bytes" | "started" | "arrival" | "segments" | "bufferedAfter"
>;
type MessageFacts = Omit<WireDataFacts, "segments">;

/** What segmentation must not change. Octets are characters. */
export type Heard =
  | { readonly line: string; readonly facts: LineFacts }
  | { readonly message: string; readonly facts: MessageFacts }
  | { readonly cut: string };

type Token = { readonly end: LineEnd | null; readonly text: string };

/** Reads everything; a line `DATA` starts a message. */
export function reference(input: string, rules: Rules): Heard[] {
  const tokens = tokenise(input);
  const heard: Heard[] = [];
  const most = rules.maxLine - 2;
  let skippedBefore = 0;
  let at = 0;
  while (at < tokens.length) {
    const start = at;
    while (at < tokens.length && !endsCommand(tokens[at]!, rules)) at++;
    const content = textOf(tokens.slice(start, at));
    const end = tokens[at++] ?? { text: "", end: null };
    const raw = content + end.text;
    if (content.length > most) {
      // A CR is known to be content by the octet behind it, so that octet has been read too.
      const seen = raw.slice(0, most + (raw[most] === "\r" ? 2 : 1));
      const leftInCr = end.end === null && seen === raw && seen.endsWith("\r");
      const facts: LineFacts = {
        terminator: "none",
        tooLong: true,
        cut: false,
        hasNul: seen.includes("\0"),
        hasEightBit: /[\x80-\xff]/.test(seen),
        hasBareCr: /\r[^\n]/.test(seen) || leftInCr,
        length: rules.maxLine + 1,
        skippedBefore,
      };
      heard.push({ line: content.slice(0, most), facts });
      skippedBefore = raw.length - seen.length;
      continue;
    }
    if (raw === "") break;
    const facts: LineFacts = {
      terminator: end.end ?? "none",
      tooLong: false,
      cut: false,
      hasNul: content.includes("\0"),
      hasEightBit: /[\x80-\xff]/.test(content),
      hasBareCr: content.includes("\r"),
      length: raw.length,
      skippedBefore,
    };
    heard.push({ line: content, facts });
    skippedBefore = 0;
    if (content === "DATA" && end.end !== null) {
      const message = readMessage(tokens, at, rules);
      heard.push(message.heard);
      at = message.at;
    }
  }
  return heard;
}

function readMessage(
  tokens: readonly Token[],
  from: number,
  rules: Rules,
): { heard: Heard; at: number } {
  const ends = (index: number) => {
    const end = tokens[index]!.end;
    if (end === "lf") return rules.bareLf === "allow";
    // The very last CR of the input may be half of a CRLF.
    if (end === "cr")
      return rules.bareCr === "allow" && index < tokens.length - 1;
    return end === "crlf";
  };
  const message: Token[] = [];
  let dotsRemoved = 0;
  let previous: LineEnd = "crlf";
  let at = from;
  while (at < tokens.length) {
    const start = at;
    while (at < tokens.length && !ends(at)) at++;
    const dotted = tokens[start]!.text === ".";
    const line = tokens.slice(dotted ? start + 1 : start, at);
    const end = tokens[at++];
    if (end === undefined) {
      // The client left in the middle of a line. A dot and a CR may have been the end of the message, so they wait.
      const waits = dotted && line.length === 1 && line[0]!.end === "cr";
      return {
        heard: { cut: cut([...message, ...(waits ? [] : line)], rules) },
        at,
      };
    }
    if (dotted && line.length === 0) {
      return {
        heard: summarise(message, {
          dotsRemoved,
          ended: `${previous}.${end.end!}`,
          rules,
        }),
        at,
      };
    }
    if (dotted) dotsRemoved++;
    message.push(...line, end);
    previous = end.end!;
  }
  return { heard: { cut: cut(message, rules) }, at };
}

function cut(message: readonly Token[], rules: Rules): string {
  const last = message.at(-1);
  const text =
    last?.end === "cr"
      ? delivered(message.slice(0, -1), rules) + "\r"
      : delivered(message, rules);
  return text.slice(0, rules.limit);
}

function policyOf(token: Token, rules: Rules): LineEndPolicy {
  if (token.end === "lf") return rules.bareLf;
  return token.end === "cr" ? rules.bareCr : "allow";
}

function delivered(message: readonly Token[], rules: Rules): string {
  return message
    .map((token) =>
      policyOf(token, rules) === "normalise" ? "\r\n" : token.text,
    )
    .join("");
}

type Ending = {
  readonly dotsRemoved: number;
  readonly ended: WireDataFacts["ended"];
  readonly rules: Rules;
};

function summarise(
  message: readonly Token[],
  { dotsRemoved, ended, rules }: Ending,
): Heard {
  const exceptions: DataException[] = [];
  const lengths: number[] = [];
  let offset = 0;
  let lineStart = 0;
  const endLine = () => {
    if (offset - lineStart > 1000)
      exceptions.push({ offset: lineStart + 1000, kind: "long-line" });
    lengths.push(offset - lineStart);
    lineStart = offset;
  };
  for (const token of message) {
    if (token.end === "lf") exceptions.push({ offset, kind: "bare-lf" });
    if (token.end === "cr") exceptions.push({ offset, kind: "bare-cr" });
    if (token.text === "\0") exceptions.push({ offset, kind: "nul" });
    offset += delivered([token], rules).length;
    if (token.end !== null && policyOf(token, rules) !== "reject") endLine();
  }
  const text = delivered(message, rules);
  const count = (wanted: (token: Token) => boolean) =>
    message.filter(wanted).length;
  return {
    message: text.slice(0, rules.limit),
    facts: {
      bytes: text.length,
      lines: lengths.length,
      bareLf: count((token) => token.end === "lf"),
      bareCr: count((token) => token.end === "cr"),
      nul: count((token) => token.text === "\0"),
      eightBit: count((token) => token.text >= "\x80"),
      longestLine: Math.max(0, ...lengths),
      overLimit: text.length > rules.limit,
      dotsRemoved,
      exceptions: exceptions.sort((a, b) => a.offset - b.offset).slice(0, 100),
      ended,
    },
  };
}

function tokenise(input: string): Token[] {
  const tokens: Token[] = [];
  for (const [text] of input.matchAll(/\r\n|[^]/g)) {
    tokens.push({
      text,
      end:
        text === "\r\n"
          ? "crlf"
          : text === "\n"
            ? "lf"
            : text === "\r"
              ? "cr"
              : null,
    });
  }
  return tokens;
}

function endsCommand(token: Token, rules: Rules): boolean {
  return (
    token.end === "crlf" ||
    token.end === "lf" ||
    (token.end === "cr" && rules.bareCr === "allow")
  );
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join("");
}

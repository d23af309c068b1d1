// Text from outside as one printable line of bounded length, as it may stand in a reply, a log line or the window.

/** Controls, line ends and characters that turn the direction of text become blanks; what is cut off is shown by an ellipsis. */
export function printable(text: string, most: number): string {
  const line = text
    .slice(0, most * 4)
    // eslint-disable-next-line no-control-regex -- control characters are exactly what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toWellFormed();
  return line.length > most ? `${line.slice(0, most - 1).toWellFormed()}…` : line;
}

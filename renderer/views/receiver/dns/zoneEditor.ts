// A zone in an editor: names, types, data, faults and comments in colours of their own.
import { StreamLanguage, type StringStream } from '@codemirror/language';
import { createTextEditor, type EditorMaker } from '../../../ui/textEditor.ts';
import { isFault } from './zoneRows.ts';

interface Place {
  /** Words of the line so far. */
  words: number;
}

const language = StreamLanguage.define<Place>({
  name: 'zone',
  startState: () => ({ words: 0 }),
  token: (stream: StringStream, place: Place) => {
    if (stream.sol()) place.words = 0;
    if (stream.eatSpace()) return null;
    if (stream.match(/[#;].*/)) return 'comment';
    if (stream.match(/"(?:[^"\\]|\\.)*"?/)) return 'string';
    stream.match(/\S+/);
    place.words += 1;
    const word = stream.current();
    if (place.words === 1) return 'variableName.definition';
    if (place.words === 2) return 'keyword';
    if (place.words === 3 && isFault(word)) return 'string.special';
    return null;
  },
});

export const createZoneEditor: EditorMaker = (options) => createTextEditor(options, language);

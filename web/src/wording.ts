import { read, traditional, type Script } from './script';
import { wording as hans } from './wording-hans';
import { wording as hant } from 'virtual:wording-hant';

/** Every sentence of the pages, in the reader's characters. */
export let wording: typeof hans = traditional ? hant : hans;

/** From now on everything is written in these; what is shown already has to be drawn anew. */
export function write(script: Script) {
  read(script);
  wording = traditional ? hant : hans;
}

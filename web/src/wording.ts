import { traditional } from './script';
import { wording as hans } from './wording-hans';
import { wording as hant } from 'virtual:wording-hant';

/** Every sentence of the pages, in the reader's characters. */
export const wording: typeof hans = traditional ? hant : hans;

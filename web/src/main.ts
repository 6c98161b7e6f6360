import { rememberedElder, rememberedSize, showDisplay } from './memory';
import { language } from './script';
import { wording } from './wording';
import './app';

document.documentElement.lang = language;
document.title = wording.homeTitle;
showDisplay(rememberedSize(), rememberedElder());

import { rememberedElder, rememberedSize, showDisplay } from './memory';
import './app';

showDisplay(rememberedSize(), rememberedElder());

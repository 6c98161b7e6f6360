import { rememberedElder, showDisplay } from '../memory';
import './desk-app';

// More fits on the desk than on a citizen's page: one step smaller.
showDisplay(-1, rememberedElder());

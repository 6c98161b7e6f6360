/** What an agent has switched on, remembered by this browser. */
export interface Settings {
  sound: boolean;
  popup: boolean;
  flash: boolean;
  keys: boolean;
}

const KEY = 'bangban.desk';

const ALL: Settings = { sound: true, popup: true, flash: true, keys: true };

export function rememberedSettings(): Settings {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>;
    const on = (name: keyof Settings) => (typeof value[name] === 'boolean' ? value[name] : ALL[name]);
    return { sound: on('sound'), popup: on('popup'), flash: on('flash'), keys: on('keys') };
  } catch {
    return ALL;
  }
}

export function rememberSettings(settings: Settings) {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Nothing is lost but the memory.
  }
}

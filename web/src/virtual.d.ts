declare module 'virtual:wording-hant' {
  export { launcher, wording } from './wording-hans';
}
declare module 'virtual:frame-tokens' {
  /** Colours, sizes and distances, for an element with the class `frame` instead of the whole page. */
  const tokens: string;
  export default tokens;
}

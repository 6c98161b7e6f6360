declare module 'virtual:wording-hant' {
  export { wording } from './wording-hans';
}

/** Where the parts of a page are at home: on a page of the service, unless they were put into a page of somebody else. */
export const home = {
  /** Before every path of the service; empty on its own pages. */
  url: '',
  /** The site of somebody else, by the name that the service knows it by. */
  site: '',
  /** Who asks there, as the site vouches for it. */
  user: null as User | null,
  /** What windows over the page are put into. */
  windows: (): Node => document.body,
};

/** A visitor whom the site knows. */
export interface User {
  id: string;
  /** The site's signature of the id. */
  hmac: string;
}

import type { Card, Line, Material } from '../wire';

/** 能代办吗: what a guide says about having somebody else do it, close to home. */
export interface Proxy {
  /** 可否代办, as the guide has it; `null` where it is silent. */
  agent: Line | null;
  /** Windows of a village, community or township. */
  near: Line[];
  /** What can be done without the way to a window: by net, by post, by appointment. */
  ways: Line[];
  /** How often somebody must come. */
  visits: Line | null;
  /** What whoever comes in another's stead brings. */
  authority: Material[];
}

const NEAR = /嘎查|苏木|行政村|村委|村级|便民服务|代办点|社区|乡镇|镇政府|街道|党群服务/;

/** Nobody else's letter is meant where somebody only acts for a firm. */
const AUTHORITY = /委托书|委托函|代理人|代办人|受托人|被委托/;

const WAYS = ['网上办理', '可否邮寄', '可否预约', '办理形式', '通办范围'];

/** Reads from a card, and adds nothing to it. */
export function proxyOf(card: Card): Proxy {
  const spoken = (label: string) => card.channels.find((line) => line.label === label && line.value !== null) ?? null;
  return {
    agent: spoken('可否代办'),
    near: card.channels.filter((line) => line.label === '办理地点' && line.value !== null && NEAR.test(line.value)),
    ways: card.channels.filter((line) => WAYS.includes(line.label) && line.value !== null),
    visits: card.limits.find((line) => line.label === '到办事现场次数' && line.value !== null) ?? null,
    authority: card.materials.list.filter(({ name, needed_when, remark }) => AUTHORITY.test(name) || /代办|委托/.test(`${needed_when ?? ''}${remark ?? ''}`)),
  };
}

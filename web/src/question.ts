/**
 * The one question of a page: window, prices, estimates, currency and filter of its address, with what the page itself fixes.
 *
 * Every request, export and link of a page is made from it, so that no part of the page answers another question.
 */

import { clausesOf, filterOf } from "./filter";
import { type PageName, type Params, type View, viewOf } from "./url";

/** The page's question; a filter of its own is joined to the address's. */
export function questionOf(view: View, own: Partial<Params & { page: PageName }> = {}): View {
  const { page = "explore", filter = "", ...fixed } = own;
  const { window, basis, estimated, currency } = view;
  return viewOf(page, {
    window,
    basis,
    estimated,
    currency,
    ...fixed,
    filter: together(view.filter, filter),
  });
}

/** Another page about the same time, prices and filter. */
export function pageOf(view: View, page: PageName, changes: Partial<Omit<View, "page">> = {}): View {
  const { window, basis, estimated, currency, filter } = view;
  return viewOf(page, { window, basis, estimated, currency, filter, ...changes });
}

/** Both conditions. */
function together(one: string, other: string): string {
  return filterOf([...clausesOf(one), ...clausesOf(other)]);
}

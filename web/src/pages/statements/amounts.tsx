/** Exact amounts of several currencies, one under the other; what is cut of them is the tooltip. */

import { money, moneyDelta } from "../../words/money";

type Sums<Name extends string> = { readonly currency: string } & { readonly [Field in Name]: string };

interface AmountsProps<Name extends string> {
  of: readonly Sums<Name>[];
  name: Name;
  signed?: boolean;
}

export function Amounts<Name extends string>({ of, name, signed = false }: AmountsProps<Name>) {
  return of.map((sums) => (
    <div key={sums.currency}>
      <Amount text={sums[name]} currency={sums.currency} signed={signed} />
    </div>
  ));
}

export function Amount({
  text,
  currency,
  signed = false,
}: {
  text: string;
  currency: string;
  signed?: boolean;
}) {
  const amount = Number(text);
  if (signed && amount === 0) return <span className="number zero">–</span>;
  return (
    <span className="number" title={`${text} ${currency}`}>
      {signed ? moneyDelta(amount, currency) : money(amount, currency)}
    </span>
  );
}
